#include "cmd/open/archive_out.h"

#include "cmd/open/connect.h"
#include "engine/stream/download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
		for (ssize_t done = 0, n; done < len; done += n)
			if ((n = write(fd, (const char *)bytes + done, (size_t)(len - done))) < 0)
				return error_add(&ctx->errors, ERROR_SYSTEM, NULL, NULL,
					"cannot write %s: %s", file, strerror(errno));
	return len < 0 ? -1 : 0;
}

/* Opens a file beside the one that is wanted, or that one itself where it is a pipe or a device. Returns its
 * descriptor, or -1 with a finding; *ret_beside is NULL without a file beside it. */
static int archive_out_open(struct ctx *ctx, const char *file, const char **ret_beside)
{
	struct stat stat;
	bool there = fstatat(AT_FDCWD, file, &stat, 0) == 0;
	char *beside = arena_printf(ctx->arena, "%s.XXXXXX", file);
	int fd;
	if (there && !S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode)) {
		*ret_beside = NULL;
		fd = openat(AT_FDCWD, file, O_WRONLY | O_CLOEXEC);
	} else {
		*ret_beside = beside;
		errno = EISDIR;
		fd = there && S_ISDIR(stat.st_mode) ? -1 : mkostemp(beside, O_CLOEXEC);
	}
	if (fd < 0)
		error_add(
			&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", file, strerror(errno));
	return fd;
}

int archive_out_save(struct ctx *ctx, const char *path, const char *name, const char *file)
{
	const char *beside;
	int fd = archive_out_open(ctx, file, &beside);
	if (fd < 0)
		return -1;
	mode_t mask = umask(0);
	umask(mask);
	if (beside)
		fchmod(fd, 0666 & ~mask);
	loop_signals(ctx->loop, archive_out_signal, ctx);
	struct download *download =
		download_open(ctx->engine, &(struct download_ask){ path, NULL, name, NULL }, &ctx->errors);
	int result = download ? archive_out_write(ctx, download, fd, file) : -1;
	download_close(download);
	loop_signals(ctx->loop, NULL, NULL);
	if (close(fd) != 0 && result == 0)
		result = error_add(
			&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", file, strerror(errno));
	if (result == 0 && beside && renameat(AT_FDCWD, beside, AT_FDCWD, file) != 0)
		result = error_add(
			&ctx->errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", file, strerror(errno));
	if (result < 0 && beside)
		unlinkat(AT_FDCWD, beside, 0);
	return result;
}
