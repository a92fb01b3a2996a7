#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/open/planner_options.h"
#include "cmd/up/print_plan.h"
#include "engine/drive/settle.h"

#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct up_options, member)

static const struct opt rows[] = {
	{ OPT_PART, "", .offset = AT(how), .part = planner_containers },
	{ OPT_PART, "", .offset = AT(how), .part = planner_starts },
	{ OPT_PART, "", .offset = AT(images), .part = planner_images },
	{ OPT_TEXTS, "app", 0, AT(applications), "ID",
		"Plan for an application of the registry with its upstream; can be repeated",
		.value = VALUE_APPLICATION },
	{ OPT_FLAG, "exit-code", 0, AT(exit_code), NULL,
		"Return 3 when there is something to do, 1 when there is not and a container is broken that another needs" },
	{ OPT_TEXT, "format", 0, AT(format), "KIND", "How the plan is printed", .choices = "text|json",
		.value = VALUE_CHOICE },
	{ OPT_FLAG, "no-deps", 0, AT(no_deps), NULL, "Leave dependencies alone" },
	{ OPT_FLAG, "no-engine", 0, AT(no_engine), NULL,
		"Ask no engine: plan as if nothing but external networks and volumes were there" },
	{ OPT_FLAG, "show-values", 0, AT(show_values), NULL,
		"Show old and new values in full, the environment's and what else is masked, too; contents of secrets never" },
	{ 0 },
};

int print_one_plan(FILE *out, const struct plan *plan, bool json)
{
	if (json || plan->count || plan->nnotes)
		plan_print(out, plan, json);
	if (!json && !plan->count)
		fputs("nothing to do\n", out);
	return 0;
}

/* Text of a plan without the newline at its end. */
static const char *json_of(struct arena *arena, const struct plan *plan)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	if (!out)
		return "null";
	plan_print(out, plan, true);
	fclose(out);
	while (len && text[len - 1] == '\n')
		len--;
	const char *copy = arena_strndup(arena, text, len);
	free(text);
	return copy;
}

int print_plans(FILE *out, const struct drive *drive, bool json)
{
	struct arena *arena = drive->arena;
	const struct plan *images = drive->image_plan && drive->image_plan->count ? drive->image_plan : NULL;
	size_t changes = plan_changes(drive->plan) + (images ? plan_changes(images) : 0);
	if (json) {
		fprintf(out, "{\"changes\":%zu,\"images\":%s,\"plan\":%s}\n", changes,
			images ? json_of(arena, images) : "null", json_of(arena, drive->plan));
		return 0;
	}
	bool more = drive->plan->count || drive->plan->nnotes || drive->plan->nfaults;
	if (images) {
		fputs("images first:\n", out);
		plan_print(out, images, false);
		if (more)
			fputs("then:\n", out);
	}
	if (more)
		plan_print(out, drive->plan, false);
	if (!changes && !drive->plan->count)
		fputs(drive->plan->nfaults ? "nothing to do, but not all is well\n" : "nothing to do\n", out);
	return 0;
}

static int look_for_plan(struct up *up, struct up_options *options)
{
	struct ctx *ctx = up->ctx;
	if (options->no_engine)
		return drive_up_imagine(&up->work);
	if (connect_engine(ctx) < 0 || up_recall(up, options) < 0)
		return -1;
	up->work.drive.engine = ctx->engine;
	up->work.tells = true;
	up->work.show_values = options->show_values;
	return drive_look(&up->work.drive);
}

static int plan_run(struct ctx *ctx, const void *options)
{
	struct up_options up_options = *(const struct up_options *)options;
	struct up up;
	up_options.warn_beside = true;
	if (up_open(ctx, &up_options, &up) < 0 || look_for_plan(&up, &up_options) < 0)
		return -1;
	print_plans(ctx->output.stream, &up.work.drive, text_is(up_options.format, "json"));
	if (!up_options.exit_code)
		return 0;
	if (up.work.drive.idle)
		return settle_faults(&up.work.drive);
	ctx->status = 3;
	return 0;
}

const struct cmd cmd_plan = {
	.name = "plan",
	.args = "[SERVICE...]",
	.brief = "Print what up would do, and why",
	.text = "Each line is a step: its number, the steps it waits for, the object, the action, the reason. "
		"Nothing is changed.",
	.examples = (const struct cmd_example[]){ { "plan", "what up would do, and why" },
		{ "plan --exit-code >/dev/null", "status 3 when there is something to do" },
		{ "plan --no-engine --format json", "for programs, without an engine" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct up_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = plan_run,
};
