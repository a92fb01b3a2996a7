#include "cmd/table/columns.h"
#include "cmd/screen/show_clean.h"

#include <stdbool.h>
#include <string.h>

void columns_init(struct columns *columns, struct arena *arena, const char *const *headings, size_t width)
{
	*columns = (struct columns){ .arena = arena, .width = width, .gap = 3, .least = 10 };
	columns_add(columns, headings);
}

void columns_add(struct columns *columns, const char *const *cells)
{
	for (size_t i = 0; i < columns->width; i++) {
		auto_buf struct buf clean;
		buf_init(&clean, 1 << 20);
		if (cells[i])
			show_clean(&clean, cells[i], strlen(cells[i]));
		*ARENA_PUSH(columns->arena, columns->cells, columns->count) =
			arena_strdup(columns->arena, buf_text(&clean));
	}
}

/* What the columns take: all but the last with the gap behind. *ret_total (may be NULL) is that of the table.
 */
static size_t *widths_of(const struct columns *columns, size_t *ret_total)
{
	size_t *widths = ARENA_ARRAY(columns->arena, size_t, columns->width + 1), total = 0;
	for (size_t i = 0; i < columns->count; i++) {
		bool last = (i + 1) % columns->width == 0;
		size_t taken = show_columns(columns->cells[i]) + (last ? 0 : columns->gap);
		if (!last && taken < columns->least)
			taken = columns->least;
		if (taken > widths[i % columns->width])
			widths[i % columns->width] = taken;
	}
	for (size_t i = 0; i < columns->width; i++)
		total += widths[i];
	if (ret_total)
		*ret_total = total;
	return widths;
}

static void columns_take_out(struct columns *columns, const char *heading)
{
	size_t column = 0, kept = 0;
	while (column < columns->width && strcmp(columns->cells[column], heading) != 0)
		column++;
	if (column == columns->width)
		return;
	for (size_t i = 0; i < columns->count; i++)
		if (i % columns->width != column)
			columns->cells[kept++] = columns->cells[i];
	columns->count = kept;
	columns->width--;
}

void columns_fit(struct columns *columns, size_t most, const char *const *spare)
{
	enum { LEAST = 8 };
	size_t total, *widths = widths_of(columns, &total);
	for (; *spare && total > most; spare++) {
		columns_take_out(columns, *spare);
		widths = widths_of(columns, &total);
	}
	size_t over = total > most ? total - most : 0;
	size_t first = widths[0] > over + columns->gap ? widths[0] - over - columns->gap : 0;
	for (size_t i = 0; over && i < columns->count; i += columns->width) {
		auto_buf struct buf text;
		buf_init(&text, 1 << 20);
		show_shortened(&text, columns->cells[i], first > LEAST ? first : LEAST, "…");
		columns->cells[i] = arena_strdup(columns->arena, buf_text(&text));
	}
}

void columns_print(FILE *out, const struct columns *columns)
{
	size_t *widths = widths_of(columns, NULL);
	size_t owed = 0; /* blanks before the next text: none are left at the end of a line */
	for (size_t i = 0; i < columns->count; i++) {
		size_t column = i % columns->width;
		if (*columns->cells[i]) {
			fprintf(out, "%*s%s", (int)owed, "", columns->cells[i]);
			owed = 0;
		}
		owed += widths[column] - show_columns(columns->cells[i]);
		if (column + 1 == columns->width) {
			fputc('\n', out);
			owed = 0;
		}
	}
}
