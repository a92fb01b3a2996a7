#include "compose/tree/file.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fd_close(int *fd)
{
	if (*fd > STDIN_FILENO)
		close(*fd);
}

#define auto_fd __attribute__((cleanup(fd_close)))

/* What an errno means here. */
static const struct {
	int code;
	const char *what, *hint;
} words[] = {
	{ EISDIR, "is a directory", "name a file in it" },
	{ ENOENT, "no such file or directory", "is the name right? it is looked for exactly there" },
	{ EFBIG, "the file is too large", NULL },
	{ ETIME, "nothing comes from this pipe or device", "use a regular file" },
	{ ENODATA, "nobody writes into this pipe",
		"use a regular file, or a program that writes: <(program)" },
	{ EACCES, "permission denied", "the user who runs this may not read it" },
};

static int file_error(const struct file *file, struct errors *errors, const char *verb, int code)
{
	struct mark none = { .file = file->shown };
	const struct mark *at = file->at ? file->at : &none;
	const char *hint = NULL, *what = strerror(code);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].code == code)
			what = words[i].what, hint = words[i].hint;
	error_add(errors, ERROR_FILE, at, file->key, "%s %s: %s", verb, file->path, what);
	if (code == EFBIG)
		return error_hint(errors, "at most %zu MiB are read", file->most >> 20);
	return hint ? error_hint(errors, "%s", hint) : -1;
}

/* Waits until there is something to read; 0, or an errno. */
static int wait_readable(int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	int ready = poll(&item, 1, FILE_PATIENCE);
	return ready > 0 ? 0 : ready == 0 ? ETIME : errno == EINTR ? 0 : errno;
}

/* Reads until the end; 0, or an errno. */
static int read_all(int fd, struct buf *buf)
{
	for (;;) {
		char bytes[16384];
		ssize_t got = read(fd, bytes, sizeof bytes);
		int code = 0;
		if (got == 0)
			return 0;
		if (got > 0)
			code = buf_append(buf, bytes, (size_t)got) ? 0 : EFBIG;
		else if (errno == EAGAIN)
			code = wait_readable(fd);
		else if (errno != EINTR)
			code = errno;
		if (code)
			return code;
	}
}

/* A regular file goes straight into the arena. */
static int read_regular(int fd, struct arena *arena, size_t size, const char **ret_text, size_t *ret_len)
{
	char *text = arena_alloc(arena, size + 1);
	size_t len = 0;
	while (len < size) {
		ssize_t got = read(fd, text + len, size - len);
		if (got < 0 && errno != EINTR)
			return errno;
		if (got == 0)
			break;
		len += got > 0 ? (size_t)got : 0;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

static int read_stream(
	int fd, struct arena *arena, size_t most, bool fifo, const char **ret_text, size_t *ret_len)
{
	auto_buf struct buf buf = { 0 };
	buf_init(&buf, most);
	int code = read_all(fd, &buf);
	if (!code && fifo && !buf.len)
		code = ENODATA;
	if (code)
		return code;
	*ret_text = arena_strndup(arena, buf_text(&buf), buf.len);
	*ret_len = buf.len;
	return 0;
}

int file_read(struct arena *arena, const struct file *file, struct sources *sources, const char **ret_text,
	size_t *ret_len, struct errors *errors)
{
	bool is_stdin = strcmp(file->path, "-") == 0;
	/* O_NONBLOCK: opening a pipe without a writer must not wait; it means nothing for regular files. */
	auto_fd int fd =
		is_stdin ? STDIN_FILENO : open(file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) != 0)
		return file_error(file, errors, "open", errno);
	if (S_ISDIR(info.st_mode))
		return file_error(file, errors, "read", EISDIR);
	bool regular = S_ISREG(info.st_mode) && info.st_size > 0;
	int code = regular && (unsigned long long)info.st_size > file->most ? EFBIG
		   : regular && !is_stdin ? read_regular(fd, arena, (size_t)info.st_size, ret_text, ret_len)
					  : read_stream(fd, arena, file->most,
						    S_ISFIFO(info.st_mode) && !is_stdin, ret_text, ret_len);
	if (code)
		return file_error(file, errors, "read", code);
	if (sources)
		sources_add(sources, file->shown, *ret_text);
	return 0;
}

void sources_init(struct sources *sources, struct arena *arena)
{
	map_init(&sources->texts, arena);
}

void sources_add(struct sources *sources, const char *file, const char *text)
{
	map_set(&sources->texts, file, (void *)text);
}

const char *sources_line(void *arg, const char *file, unsigned line)
{
	const struct sources *sources = arg;
	const char *text = file ? map_get(&sources->texts, file) : NULL;
	for (; text && line > 1; line--) {
		text = strchr(text, '\n');
		text += text ? 1 : 0;
	}
	return text && line ? arena_strndup(sources->texts.arena, text, strcspn(text, "\r\n")) : NULL;
}
