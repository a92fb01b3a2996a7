#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/open/containers.h"
#include "cmd/table/columns.h"
#include "engine/observe/processes.h"

static const struct opt rows[] = { { 0 } };

/* Titles of all lists, each once, the command's last. */
static struct texts all_titles(struct arena *arena, const struct processes *lists, size_t count)
{
	struct texts titles = { 0 };
	bool command = false;
	texts_add(arena, &titles, "SERVICE");
	texts_add(arena, &titles, "#");
	for (size_t i = 0; i < count; i++) {
		for (size_t t = 0; lists[i].nrows && t < lists[i].titles.count; t++) {
			const char *title = lists[i].titles.items[t];
			if (text_is(title, "CMD"))
				command = true;
			else
				texts_add_once(arena, &titles, title);
		}
	}
	if (command)
		texts_add(arena, &titles, "CMD");
	return titles;
}

/* What a process has under a title. */
static const char *cell_of(const struct processes *list, const struct texts *row, const char *title)
{
	for (size_t i = 0; i < list->titles.count && i < row->count; i++)
		if (text_is(list->titles.items[i], title))
			return row->items[i];
	return "-";
}

static void add_processes(
	struct ctx *ctx, struct columns *columns, const struct texts *titles, const struct processes *list)
{
	const struct observed_container *container = list->container;
	const char *number = observed_label(container, "com.docker.compose.container-number");
	for (size_t i = 0; i < list->nrows; i++) {
		const char **cells = ARENA_ARRAY(ctx->arena, const char *, titles->count);
		cells[0] = container->service ? container->service : container->name;
		cells[1] = number;
		for (size_t t = 2; t < titles->count; t++)
			cells[t] = cell_of(list, &list->rows[i], titles->items[t]);
		columns_add(columns, cells);
	}
}

static int top_run(struct ctx *ctx, const void *options)
{
	struct containers list;
	struct processes *lists;
	struct columns columns;
	size_t count = 0;
	(void)options;
	if (containers_read(ctx, ctx->args, ctx->nargs, false, &list) < 0 ||
		processes_read(ctx->arena, ctx->engine, list.items, list.count, &lists, &ctx->errors) < 0)
		return -1;
	struct texts titles = all_titles(ctx->arena, lists, list.count);
	columns_init(&columns, ctx->arena, titles.items, titles.count);
	columns.gap = 2;
	columns.least = 4;
	for (size_t i = 0; i < list.count; i++) {
		add_processes(ctx, &columns, &titles, &lists[i]);
		count += lists[i].nrows;
	}
	if (count)
		columns_print(ctx->output.stream, &columns);
	return 0;
}

const struct cmd cmd_top = {
	.name = "top",
	.args = "[SERVICE...]",
	.brief = "List the processes of containers",
	.text = "As the engine's host sees them: its user and process ids.",
	.examples = (const struct cmd_example[]){ { "top", "all that runs of the project" },
		{ "top web | grep nginx", "the nginx processes of web" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = top_run,
};
