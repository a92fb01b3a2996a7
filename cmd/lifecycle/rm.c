#include "base/quote.h"
#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/ask.h"
#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "engine/drive/drive_down.h"

struct rm_options {
	struct teardown_options how;
	bool force;
};

#define AT(member) offsetof(struct rm_options, member)

static const struct opt rows[] = {
	{ OPT_VOID, "all", 'a', 0, NULL,
		"has no effect any more; containers of run go by down --remove-orphans",
		.flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_FLAG, "force", 'f', AT(force), NULL, "Do not ask" },
	{ OPT_FLAG, "stop", 's', AT(how.running), NULL, "Stop those that run, and remove them, too" },
	{ OPT_FLAG, "volumes", 'v', AT(how.volumes), NULL, "Remove their anonymous volumes, too" },
	{ 0 },
};

/* "Going to remove shop-db-1, shop-web-1" */
static const char *tell_going(struct ctx *ctx, const struct plan *plan)
{
	const char *text = "Going to remove ", *gap = "";
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (step->op != OP_CONTAINER_REMOVE)
			continue;
		text = arena_printf(ctx->arena, "%s%s%s", text, gap, step->name);
		gap = ", ";
	}
	return text;
}

/* Whether there is something to remove, and it may be; nobody is kept waiting by a lock meanwhile. */
static bool may_remove(struct ctx *ctx, const struct drive *drive, bool force)
{
	if (!drive->plan->count) {
		error_warn(&ctx->errors, NULL, NULL, "No stopped containers");
		return false;
	}
	const char *text = tell_going(ctx, drive->plan);
	if (!force)
		return ask_yes(ctx, text);
	quote_plain_print(ctx->output.stream, text);
	fputc('\n', ctx->output.stream);
	output_flush(&ctx->output);
	return true;
}

static int rm_run(struct ctx *ctx, const void *data)
{
	const struct rm_options *options = data;
	struct scope scope;
	if (lifecycle_open(ctx, false, &scope) < 0)
		return -1;
	struct drive_down down = {
		.drive = lifecycle_drive(ctx, &scope),
		.how = options->how,
		.services = scope.services,
	};
	down.how.extent = TEARDOWN_CONTAINERS;
	drive_down_init(&down);
	if (ctx->globals.dry_run)
		return lifecycle_run(ctx, &down.drive, drive_run);
	if (drive_look(&down.drive) < 0)
		return -1;
	report_warnings(ctx);
	return may_remove(ctx, &down.drive, options->force) ? lifecycle_run(ctx, &down.drive, drive_run) : 0;
}

const struct cmd cmd_rm = {
	.name = "rm",
	.args = "[SERVICE...]",
	.brief = "Remove containers that have ended",
	.text = "Networks, named volumes and one-offs stay. Without --force you are asked first: a line of standard input "
		"that says yes removes them.",
	.examples = (const struct cmd_example[]){ { "rm -f migrate", "the next up runs migrate again" },
		{ "rm -fsv cache", "stop cache and remove it with its anonymous volumes" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct rm_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = rm_run,
};
