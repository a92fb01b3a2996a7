#include "compose/tree/file.h"

#include "base/buf.h"
#include "base/url.h"
#include "compose/tree/excerpt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
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
	{ ETIME, "nothing comes from this pipe or device any more", "use a regular file" },
	{ ENODATA, "nobody writes into this pipe",
		"use a regular file, or a program that writes: <(program)" },
	{ EACCES, "permission denied", "the user who runs this may not read it" },
};

/* ms that a pipe or device may give nothing; and that a pipe's first writer may take to come. */
static unsigned patience_of(const struct file *file)
{
	return file->patience ? file->patience : FILE_PATIENCE;
}

static unsigned writer_patience(const struct file *file)
{
	unsigned patience = patience_of(file);
	return patience < FILE_WRITER_PATIENCE ? patience : FILE_WRITER_PATIENCE;
}

static int file_error(const struct file *file, struct errors *errors, const char *verb, int code)
{
	struct mark none = { .file = url_masked(errors->arena, file->shown) }; /* a URL without its scheme? */
	const struct mark *at = file->at ? file->at : &none;
	const char *hint = NULL, *what = strerror(code);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].code == code)
			what = words[i].what, hint = words[i].hint;
	error_add(errors, ERROR_FILE, at, file->key, "%s %s: %s", verb, file->path, what);
	if (code == ETIME || code == ENODATA)
		return error_hint(errors, "it was waited for %u s: %s",
			(code == ETIME ? patience_of(file) : writer_patience(file)) / 1000, hint);
	if (code == EFBIG)
		return error_hint(errors, "at most %zu %s are read",
			file->most >> (file->most >> 20 ? 20 : 10), file->most >> 20 ? "MiB" : "KiB");
	return hint ? error_hint(errors, "%s", hint) : -1;
}

/* Waits until there is something to read, or the last writer has gone; 0, or an errno. */
static int wait_readable(int fd, unsigned patience)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	int ready;
	do
		ready = poll(&item, 1, (int)patience);
	while (ready < 0 && errno == EINTR);
	return ready > 0 ? 0 : ready == 0 ? ETIME : errno;
}

/* Reads until the end; 0, or an errno. */
static int read_all(int fd, unsigned patience, struct buf *buf)
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
			code = wait_readable(fd, patience);
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

/* A pipe with a name, whose writer may still come; that of <(program) has had its own. */
static bool awaits_writer(int fd, const struct stat *info)
{
	struct statfs where;
	return S_ISFIFO(info->st_mode) && fd != STDIN_FILENO && fstatfs(fd, &where) == 0 &&
	       where.f_type != PIPEFS_MAGIC;
}

/* What has no size: to its end. */
static int read_stream(int fd, struct arena *arena, const struct file *file, bool awaits,
	const char **ret_text, size_t *ret_len)
{
	auto_buf struct buf buf = { 0 };
	buf_init(&buf, file->most);
	int code = read_all(fd, patience_of(file), &buf);
	if (!code && awaits && !buf.len) {
		code = wait_readable(fd, writer_patience(file));
		code = code == ETIME ? ENODATA : code ? code : read_all(fd, patience_of(file), &buf);
	}
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
	auto_fd int opened = is_stdin ? -1 : open(file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	int fd = is_stdin ? STDIN_FILENO : opened; /* descriptor 0 stays open: nothing else gets its number */
	struct stat info;
	if (fd < 0 || fstat(fd, &info) != 0)
		return file_error(file, errors, "open", errno);
	if (S_ISDIR(info.st_mode))
		return file_error(file, errors, "read", EISDIR);
	bool regular = S_ISREG(info.st_mode) && info.st_size > 0; /* files of /proc have no size */
	struct file what = *file;
	if (!regular && what.most > FILE_STREAM_MOST)
		what.most = FILE_STREAM_MOST;
	int code = regular && (unsigned long long)info.st_size > what.most ? EFBIG
		   : regular && !is_stdin
			   ? read_regular(fd, arena, (size_t)info.st_size, ret_text, ret_len)
			   : read_stream(fd, arena, &what, awaits_writer(fd, &info), ret_text, ret_len);
	if (code)
		return file_error(&what, errors, "read", code);
	if (sources)
		sources_add(sources, file->shown, *ret_text);
	return 0;
}

bool file_own_dir(const char *path)
{
	struct stat info;
	return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
	       (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

void sources_init(struct sources *sources, struct arena *arena)
{
	map_init(&sources->texts, arena);
	map_init(&sources->excerpts, arena);
}

void sources_add(struct sources *sources, const char *file, const char *text)
{
	map_set(&sources->texts, file, (void *)text);
}

/* Start of a line of a file, or NULL. */
static const char *line_start(const struct sources *sources, const char *file, unsigned line)
{
	const char *text = file && line ? map_get(&sources->texts, file) : NULL;
	for (; text && line > 1; line--) {
		text = strchr(text, '\n');
		text += text ? 1 : 0;
	}
	return text;
}

bool sources_find(const struct sources *sources, char c, size_t before, struct mark *mark)
{
	struct mark at = *mark;
	const char *text = line_start(sources, at.file, at.line);
	for (at.col = 1; text && *text; text++) {
		bool first = ((unsigned char)*text & 0xc0) != 0x80; /* byte of a character */
		if (*text == c && (at.line > mark->line || at.col >= mark->col) && before-- == 0) {
			*mark = at;
			return true;
		}
		at.col = *text == '\n' ? 1 : at.col + first;
		at.line += *text == '\n';
	}
	return false;
}

const char *sources_line(void *arg, const char *file, unsigned line)
{
	struct sources *sources = arg;
	struct arena *arena = sources->texts.arena;
	const char *text = file ? map_get(&sources->texts, file) : NULL;
	const struct excerpt *excerpt = text ? map_get(&sources->excerpts, file) : NULL;
	if (!text || !line)
		return NULL;
	if (!excerpt)
		map_set(&sources->excerpts, file, (void *)(excerpt = excerpt_read(arena, text)));
	return excerpt_line(arena, excerpt, line);
}
