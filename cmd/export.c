#include "cmd/line/commands.h"
#include "cmd/open/archive_out.h"
#include "cmd/open/target.h"
#include "cmd/up/print_plan.h"
#include "engine/http/http.h"

struct export_wish {
	const char *output;
	struct opt_int index;
};

#define AT(member) offsetof(struct export_wish, member)

static const struct opt rows[] = {
	{ OPT_INT, "index", 0, AT(index), "N", "Container N of the service; the first otherwise" },
	{ OPT_TEXT, "output", 'o', AT(output), "FILE", "Write to FILE, which is there when all of it is",
		.value = VALUE_FILE },
	{ 0 },
};

static int export_print(struct ctx *ctx, const struct export_wish *wish, const char *name)
{
	fprintf(ctx->output.stream, "export %s to %s\n", name,
		wish->output ? wish->output : "standard output");
	return 0;
}

static int export_run(struct ctx *ctx, const void *data)
{
	const struct export_wish *wish = data;
	const struct observed_container *container;
	if (!wish->output && !ctx->globals.dry_run &&
		archive_out_check(ctx, "--output FILE writes it to a file") < 0)
		return -1;
	if (target_running(ctx, ctx->args[0], &wish->index, &container) < 0)
		return -1;
	if (ctx->globals.dry_run)
		return export_print(ctx, wish, container->name);
	const char *path = http_path(ctx->arena, "containers", container->id, "export", (char *)NULL);
	return wish->output ? archive_out_save(ctx, path, container->name, wish->output)
			    : archive_out_print(ctx, path, NULL, container->name);
}

const struct cmd cmd_export = {
	.name = "export",
	.args = "SERVICE",
	.brief = "Write the files of a running container as a tar archive",
	.text = "All but what is in volumes. A file that is there is replaced when the archive is complete.",
	.examples = (const struct cmd_example[]){ { "export -o web.tar web", "into a file" },
		{ "export web | tar t", "what is in it" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct export_wish),
	.min_args = 1,
	.most = 1,
	.arg = VALUE_SERVICE,
	.run = export_run,
};
