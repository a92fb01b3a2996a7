#include "cmd/line/commands.h"
#include "cmd/line/report.h"
#include "cmd/open/connect.h"
#include "cmd/up/watching.h"

struct watch_wish {
	bool no_up, quiet;
	enum tri prune;
};

#define AT(member) offsetof(struct watch_wish, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "no-up", 0, AT(no_up), NULL, "Do not build and start services first" },
	{ OPT_TRI, "prune", 0, AT(prune), NULL,
		"Remove the project's images that a rebuild leaves without a name: so it is unless --prune=false" },
	{ OPT_FLAG, "quiet", 0, AT(quiet), NULL, "Do not show what builds say" },
	{ 0 },
};

/* Whether everything was started, and what failed has done so by itself: an edit may be what heals it. */
static bool only_ended(const struct errors *errors)
{
	for (const struct error *error = errors->first; error; error = error->next)
		if (!error->warning && error->code != ERROR_TASK)
			return false;
	return errors->count > 0;
}

/* The files are watched before the services start, so that nothing that changes meanwhile is missed. */
static int watch_run(struct ctx *ctx, const void *data)
{
	const struct watch_wish *asked = data;
	struct watching watching = { .ctx = ctx, .quiet = asked->quiet, .keep = asked->prune == TRI_NO };
	struct scope_wish wish = {
		.selection = { .services = ctx->args, .nservices = ctx->nargs, .no_deps = true }
	};
	const struct up_options options = { .images = { .build = true }, .quiet_build = asked->quiet };
	struct scope scope;
	if (scope_open(ctx, &wish, &scope) < 0 || watching_open(&watching, &scope) < 0)
		return -1;
	int result = connect_engine(ctx);
	if (result == 0 && !asked->no_up)
		result = up_detached(ctx, &options);
	if (result < 0 && !ctx->interrupted && only_ended(&ctx->errors)) {
		errors_soften(&ctx->errors);
		result = 0;
	}
	if (result == 0 && !ctx->globals.dry_run) {
		report_warnings(ctx);
		watching_run(&watching);
	}
	watching_close(&watching);
	return result;
}

const struct cmd cmd_watch = {
	.name = "watch",
	.args = "[SERVICE...]",
	.brief = "Keep containers up to date while files change",
	.text = "Does what develop.watch says of the services: copies changed files into their containers (sync), restarts "
		"them (restart, sync+restart), runs a command in them (sync+exec), or builds and replaces them (rebuild). "
		"What changes while the services start is not missed.\n"
		"Editors' passing files, .git, and what .dockerignore and the rule's `ignore` name do not count.",
	.examples =
		(const struct cmd_example[]){ { "watch", "start what the file says, and follow its files" },
			{ "watch --no-up web", "only web, which runs already" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct watch_wish),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = watch_run,
};
