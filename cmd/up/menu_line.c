#include "cmd/up/menu_line.h"

#include <string.h>

enum { GAP = 2 };

size_t menu_line(const struct menu_look *look, size_t columns, struct buf *line)
{
	const struct {
		const char *key, *does;
	} items[] = { { "w", look->watches ? "unwatch" : "watch" }, { "d", "detach" }, { "Ctrl-C", "stop" } };
	size_t taken = 0;
	for (size_t i = !look->can_watch; i < sizeof items / sizeof *items; i++) {
		size_t gap = taken ? GAP : 0;
		size_t width = gap + strlen(items[i].key) + 3 + strlen(items[i].does);
		if (taken + width > columns)
			break;
		taken += width;
		buf_printf(line, "%*s", (int)gap, "");
		buf_printf(line, look->color ? "\033[7m %s \033[0m" : "[%s]", items[i].key);
		buf_printf(line, " %s", items[i].does);
	}
	return taken;
}
