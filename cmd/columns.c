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
	for (size_t i = 0; i < columns->count; i++) {
		size_t column = i % columns->width;
		fputs(columns->cells[i], out);
		if (column + 1 == columns->width)
			fputc('\n', out);
		else
			fprintf(out, "%*s", (int)(widths[column] - show_columns(columns->cells[i]) + 3), "");
	}
}
