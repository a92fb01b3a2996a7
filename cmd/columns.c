#include "cmd/columns.h"
#include "cmd/show.h"

#include <string.h>

void columns_init(struct columns *columns, struct arena *arena, const char *const *headings, size_t width)
{
	*columns = (struct columns){ .arena = arena, .width = width };
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

void columns_print(FILE *out, const struct columns *columns)
{
	size_t *widths = ARENA_ARRAY(columns->arena, size_t, columns->width + 1);
	for (size_t i = 0; i < columns->count; i++) {
		size_t taken = show_columns(columns->cells[i]);
		if (taken > widths[i % columns->width])
			widths[i % columns->width] = taken;
	}
	size_t owed = 0; /* blanks before the next text: none are left at the end of a line */
	for (size_t i = 0; i < columns->count; i++) {
		size_t column = i % columns->width;
		if (*columns->cells[i]) {
			fprintf(out, "%*s%s", (int)owed, "", columns->cells[i]);
			owed = 0;
		}
		owed += widths[column] - show_columns(columns->cells[i]) + 3;
		if (column + 1 == columns->width) {
			fputc('\n', out);
			owed = 0;
		}
	}
}
