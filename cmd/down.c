#include "base/text/text.h"
#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/open/provide.h"
#include "cmd/open/shown.h"
#include "cmd/screen/show.h"
#include "cmd/up/print_plan.h"
#include "engine/drive/drive_down.h"

struct down_options {
	struct teardown_options how;
	const char *images;
	struct texts applications;
};

#define AT(member) offsetof(struct down_options, member)

static const struct opt rows[] = {
	{ OPT_TEXTS, "app", 0, AT(applications), "ID",
		"Remove an application of the registry and the upstream that only it needs; can be repeated",
		.value = VALUE_APPLICATION },
	{ OPT_FLAG, "remove-orphans", 0, AT(how.remove_orphans), NULL,
		"Remove one-offs, and containers of services that are not in the file",
		.env = "COMPOSE_REMOVE_ORPHANS" },
	{ OPT_TEXT, "rmi", 0, AT(images), "WHICH",
		"Remove images, too: all, or local for those that were built without a name of their own",
		.choices = "all|local", .excludes = "app", .value = VALUE_CHOICE },
	{ OPT_SECONDS, "timeout", 't', AT(how.timeout), "TIME",
		"Grace of a stop before the kill (10, 1m30s; -1: there is no kill)", .flags = OPT_EVER },
	{ OPT_FLAG, "volume", 0, AT(how.volumes), NULL, "an old name, write --volumes",
		.flags = OPT_HIDDEN | OPT_OLD },
	{ OPT_FLAG, "volumes", 'v', AT(how.volumes), NULL, "Remove the project's volumes, too" },
	{ 0 },
};

static int open_scope(struct ctx *ctx, const struct down_options *options, struct scope *ret_scope)
{
	struct scope_wish wish = {
		.selection = { .services = ctx->args,
			.nservices = ctx->nargs,
			.no_deps = true,
			.looking = true },
		.name_is_enough = true,
	};
	if (options->applications.count && ctx->nargs)
		return error_add(
			&ctx->errors, ERROR_USAGE, NULL, NULL, "--app and service names exclude each other");
	wish.selection.applications = options->applications.items;
	wish.selection.napplications = options->applications.count;
	if (scope_open(ctx, &wish, ret_scope) < 0)
		return -1;
	if (!ret_scope->name && !options->applications.count)
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"no compose file here: name applications with --app ID, or a project with -p NAME");
	return 0;
}

/* Nothing can be removed: what stays and why, else what is not there. */
static int tell_why_nothing(struct ctx *ctx, const struct drive *drive)
{
	const char *project = drive->scope->name;
	struct sink *sink = drive->plan->nnotes ? show_create(ctx, "down", NULL, 0) : NULL;
	event_notes(sink, drive->plan);
	event_end(sink, true);
	if (sink)
		return 0;
	const struct texts *services = &drive->scope->services;
	for (size_t i = 0; i < services->count; i++)
		error_warn(
			&ctx->errors, NULL, NULL, "no container of service %s is there", services->items[i]);
	if (!services->count)
		error_warn(&ctx->errors, NULL, NULL, "there is nothing of %s to remove",
			project ? project : "these applications");
	return 0;
}

/* From the options to one drive; a plan without a step says why. */
static int down_run(struct ctx *ctx, const void *data)
{
	const struct down_options *options = data;
	struct scope scope;
	if (open_scope(ctx, options, &scope) < 0 || connect_engine(ctx) < 0)
		return -1;
	struct drive_down down = {
		.drive = lifecycle_drive(ctx, &scope),
		.how = options->how,
		.services = scope.services,
		.applications = options->applications,
		.all_images = text_is(options->images, "all"),
	};
	struct drive *drive = &down.drive;
	down.how.images = options->images != NULL;
	down.how.asks_providers = true;
	drive_down_init(&down);
	if (ctx->globals.dry_run)
		return drive_look(drive) < 0 ? -1 : print_one_plan(ctx->output.stream, drive->plan, false);
	if (drive_open(drive) < 0)
		return -1;
	if (drive->plan->count) {
		int result = shown_run(ctx, drive, drive_run);
		return result < 0 ? result : provide_end(ctx, &scope, PROVIDER_DOWN);
	}
	drive_close(drive);
	return provide_any(&scope) ? provide_end(ctx, &scope, PROVIDER_DOWN) : tell_why_nothing(ctx, drive);
}

const struct cmd cmd_down = {
	.name = "down",
	.args = "[SERVICE...]",
	.brief = "Stop and remove containers and networks",
	.text = "Everything stops as soon as nothing that runs depends on it. With services named, these go and all that "
		"depends on them, directly or not; what they depend on stays.\n"
		"Volumes stay without --volumes, one-offs without --remove-orphans, applications of a registry "
		"without --app.",
	.examples =
		(const struct cmd_example[]){
			{ "down", "stop and remove everything of the project; volumes stay" },
			{ "down db", "db, and what depends on it" },
			{ "down --volumes --dry-run", "what would be removed with the volumes" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct down_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = down_run,
};
