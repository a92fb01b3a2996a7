#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/table/listing.h"

#include <stdio.h>

/* Under the name docker-compose it is the version that counts to scripts: of whose commands and options they
 * are. */
#define EQUALS_COMPOSE "2.40.3"

struct version_options {
	bool brief;
	const char *format;
};

#define AT(member) offsetof(struct version_options, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "format", 'f', AT(format), "KIND", "How it is printed; or a template, as '{{.version}}'",
		.choices = "pretty|json", .flags = OPT_OPEN, .value = VALUE_CHOICE },
	{ OPT_FLAG, "short", 0, AT(brief), NULL, "Print the number only" },
	{ 0 },
};

static const char *version_number(const struct listed *listed)
{
	return listed->object;
}

static const struct field version_fields[] = { { "version", "VERSION", version_number }, { 0 } };

static int version_run(struct ctx *ctx, const void *options)
{
	static const struct listing listing = { .fields = version_fields };
	const void *const versions[] = { ctx->compose ? "v" EQUALS_COMPOSE : "v" FLOW_VERSION };
	const struct version_options *version = options;
	const char *text = text_is(version->format, "pretty") ? NULL : version->format;
	FILE *out = ctx->output.stream;
	struct format format;
	if (format_read(ctx->arena, &listing, text, "--format", &format, &ctx->errors) < 0)
		return -1;
	if (!version->brief && format.kind != FORMAT_TABLE)
		return format_print(out, ctx->arena, &listing, &format,
			&(struct listed_objects){ versions, 1, NULL }, &ctx->errors);
	if (ctx->compose)
		fputs(version->brief ? EQUALS_COMPOSE "\n"
				     : "Docker Compose version v" EQUALS_COMPOSE
				       " (docker flow v" FLOW_VERSION ")\n",
			out);
	else
		fputs(version->brief ? FLOW_VERSION "\n" : "docker flow version v" FLOW_VERSION "\n", out);
	return 0;
}

const struct cmd cmd_version = {
	.name = "version",
	.args = "",
	.brief = "Print the version",
	.examples = (const struct cmd_example[]){ { "version --short", "the number alone" }, { 0 } },
	.group = GROUP_OTHER,
	.rows = rows,
	.size = sizeof(struct version_options),
	.run = version_run,
};
