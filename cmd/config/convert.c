/* convert: files of format 1 as today's. */
#include "cmd/line/commands.h"
#include "compose/print/convert.h"
#include "compose/tree/file.h"
#include "compose/tree/path.h"
#include "compose/tree/yaml.h"

#include <stdio.h>
#include <string.h>

struct convert_options {
	const char *output;
};

#define AT(member) offsetof(struct convert_options, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "output", 'o', AT(output), "FILE", "Write to FILE", .value = VALUE_FILE },
	{ 0 },
};

static int convert_run(struct ctx *ctx, const void *options)
{
	const struct convert_options *convert = options;
	bool from_stdin = strcmp(ctx->args[0], "-") == 0;
	struct file file = { .path = from_stdin ? "-" : path_join(ctx->arena, ctx->cwd, ctx->args[0]),
		.shown = ctx->args[0],
		.most = YAML_SIZE_MOST };
	const char *text;
	size_t len;
	auto_buf struct buf out = { 0 };
	buf_init(&out, 4 * YAML_SIZE_MOST);
	if (file_read(ctx->arena, &file, &ctx->sources, &text, &len, &ctx->errors) < 0 ||
		convert_file(ctx->arena, file.shown, text, len, &out, &ctx->errors) < 0)
		return -1;
	if (convert->output && output_redirect(&ctx->output, convert->output, &ctx->errors) < 0)
		return -1;
	if (out.len == len && memcmp(out.data, text, len) == 0)
		error_warn(&ctx->errors, NULL, NULL, "%s is not of format 1: printed as it is", file.shown);
	fwrite(out.data, 1, out.len, ctx->output.stream);
	return 0;
}

const struct cmd cmd_convert = {
	.name = "convert",
	.args = "FILE",
	.brief = "Print a file of format 1 (fig.yml) as today's, with its comments and what changed",
	.text = "A file that is not of format 1 is printed as it is. Called as docker-compose, convert is config.",
	.examples =
		(const struct cmd_example[]){
			{ "convert fig.yml -o compose.yaml", "write it in the format of today" }, { 0 } },
	.group = GROUP_FILE,
	.rows = rows,
	.size = sizeof(struct convert_options),
	.min_args = 1,
	.most = 1,
	.arg = VALUE_YAML,
	.run = convert_run,
};
