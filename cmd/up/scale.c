#include "cmd/line/commands.h"
#include "cmd/up/up.h"

#define AT(member) offsetof(struct up_options, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "no-deps", 0, AT(no_deps), NULL, "Leave dependencies alone" },
	{ 0 },
};

/* The arguments as `up --scale` has them. */
static const struct opt counts[] = { { OPT_COUNTS, "scale", 0, AT(how.scale), "SERVICE=N" }, { 0 } };

static int read_counts(struct ctx *ctx, struct up_options *up)
{
	const struct opt_set set = { .rows = counts, .target = up };
	const struct map_entry *entry;
	struct texts services = { 0 };
	size_t at = 0;
	for (size_t i = 0; i < ctx->nargs; i++)
		if (opt_store(ctx->arena, &set, counts, ctx->args[i], "scale", &ctx->errors) < 0)
			return -1;
	while ((entry = map_next(up->how.scale, &at)))
		texts_add(ctx->arena, &services, entry->key);
	ctx->args = services.items; /* what is selected */
	ctx->nargs = services.count;
	return 0;
}

static int scale_run(struct ctx *ctx, const void *options)
{
	struct up_options up = *(const struct up_options *)options;
	return read_counts(ctx, &up) < 0 ? -1 : up_detached(ctx, &up);
}

const struct cmd cmd_scale = {
	.name = "scale",
	.args = "SERVICE=N...",
	.brief = "Change how many containers services have",
	.text = "As up -d --scale: the highest numbers go first, the others stay; with services comes what they need. The "
		"next up without --scale goes back to what the file says.",
	.examples = (const struct cmd_example[]){ { "scale worker=5", "five workers" },
		{ "scale --no-deps worker=0 web=2", "no worker, two of web, nothing else" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct up_options),
	.min_args = 1,
	.most = -1,
	.arg = VALUE_SCALE,
	.run = scale_run,
};
