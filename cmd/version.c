#include "cmd/line/commands.h"

#include <stdio.h>
#include <string.h>

struct version_options {
	bool brief;
	const char *format;
};

#define AT(member) offsetof(struct version_options, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "format", 'f', AT(format), "KIND", "How it is printed", .choices = "pretty|json",
		.value = VALUE_CHOICE },
	{ OPT_FLAG, "short", 0, AT(brief), NULL, "Print the number only" },
	{ 0 },
};

static int version_run(struct ctx *ctx, const void *options)
{
	(void)ctx;
	const struct version_options *version = options;
	if (version->brief)
		puts(FLOW_VERSION);
	else if (version->format && strcmp(version->format, "json") == 0)
		puts("{\"version\":\"v" FLOW_VERSION "\"}");
	else
		puts("docker flow version v" FLOW_VERSION);
	return 0;
}

const struct cmd cmd_version = {
	.name = "version",
	.args = "",
	.brief = "Print the version",
	.group = GROUP_OTHER,
	.rows = rows,
	.size = sizeof(struct version_options),
	.run = version_run,
};
