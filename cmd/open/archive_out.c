#include "cmd/open/archive_out.h"

#include "cmd/open/connect.h"
#include "engine/archive/descriptor.h"
#include "engine/archive/new_file.h"
#include "engine/stream/download.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int archive_out_check(struct ctx *ctx, const char *way)
{
	if (!ctx->output.terminal)
		return 0;
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
		"standard output is a terminal, and an archive is not text");
	return error_hint(&ctx->errors, "%s", way);
}

int archive_out_print(struct ctx *ctx, const char *path, const char *query, const char *name)
{
	struct download *download =
		download_open(ctx->engine, &(struct download_ask){ path, query, name, NULL }, &ctx->errors);
	const void *bytes;
	ssize_t len = -1;
	while (download && !ctx->output.failure && (len = download_read(download, &bytes)) > 0)
		fwrite(bytes, 1, (size_t)len, ctx->output.stream);
	download_close(download);
	return len < 0 ? -1 : 0;
}

static void archive_out_signal(void *arg, int number)
{
	struct ctx *ctx = arg;
	ctx->interrupted = number;
}

/* Writes all that comes. Returns 0, or -1 with a finding. */
static int archive_out_write(struct ctx *ctx, struct download *download, int fd, const char *file)
{
	const void *bytes;
	ssize_t len;
	while ((len = download_read(download, &bytes)) > 0)
		if (descriptor_write(fd, bytes, (size_t)len) < 0)
			return error_add(&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", file,
				strerror(errno));
	return len < 0 ? -1 : 0;
}

int archive_out_save(struct ctx *ctx, const char *path, const char *name, const char *file)
{
	struct new_file to;
	if (new_file_open(ctx->arena, &to, file) < 0)
		return error_add(
			&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", file, strerror(errno));
	loop_signals(ctx->loop, archive_out_signal, ctx);
	struct download *download =
		download_open(ctx->engine, &(struct download_ask){ path, NULL, name, NULL }, &ctx->errors);
	int result = download ? archive_out_write(ctx, download, to.fd, file) : -1;
	download_close(download);
	loop_signals(ctx->loop, NULL, NULL);
	if (new_file_end(&to, result < 0) != 0 && result == 0)
		result = error_add(
			&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", file, strerror(errno));
	return result;
}
