#include "cmd/line/commands.h"
#include "compose/tree/file.h"
#include "engine/record/otlp.h"

/* The child of otlp_export: what is on standard input goes to the collector that the environment names. */
static int otlp_run(struct ctx *ctx, const void *options)
{
	(void)options;
	const struct otlp otlp = otlp_read(ctx->arena, ctx->os_env);
	struct file body = { .path = "-", .shown = "standard input", .most = (size_t)64 << 20 };
	const char *text;
	size_t len;
	if (!otlp.url || file_read(ctx->arena, &body, NULL, &text, &len, &ctx->errors) < 0)
		return -1;
	return otlp_send(&otlp, text, len);
}

const struct cmd cmd_otlp = {
	.name = "__otlp",
	.args = "",
	.brief = "Send standard input to a collector of OpenTelemetry",
	.group = GROUP_OTHER,
	.hidden = true,
	.run = otlp_run,
};
