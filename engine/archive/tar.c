#include "engine/archive/tar.h"

#include "base/buf.h"
#include "base/heap.h"
#include "engine/archive/archive_lib.h"
#include "engine/archive/dir_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK           ((size_t)128 << 10)
#define OUT_MOST        ((size_t)4 << 20)
#define NAME_MOST       ((size_t)1 << 20)
#define PAGE            4096               /* files in /sys say that they have so many bytes, in /proc none */
#define UNSIZED_MOST    ((size_t)16 << 20) /* as of files that are uploaded (docs/keys.md) */
#define LEFT_OUT_TOLD   20
#define ERROR(tar, ...) error_add((tar)->errors, ERROR_SYSTEM, NULL, NULL, __VA_ARGS__)

struct tar {
	struct archive_lib lib;
	struct archive *archive;
	struct archive_entry *entry;
	struct errors *errors;
	const char *dir;
	const char *name; /* what `dir` is called in a copy; NULL: a context */
	bool alone;       /* of `dir` only one entry is taken, and that is called `name` */
	const struct ignore *ignore;
	const char *keep;
	const struct tar_file *extra;
	size_t nextra, extra_at;
	const struct tar_path *paths; /* still to be packed */
	size_t npaths;
	struct dir_walk *walk; /* NULL: nothing is walked, or it has been */
	int file;              /* the one being copied, or -1 */
	int64_t left;
	struct buf unsized; /* the whole of it, when its size could not be known before */
	size_t unsized_at;
	char *file_path;
	char *chunk;
	size_t nleft_out; /* devices and sockets of a copy */
	struct buf out;   /* made, but not given out */
	size_t given;
	int64_t bytes;
	bool ended;
};

static la_ssize_t on_write(struct archive *archive, void *arg, const void *bytes, size_t len)
{
	struct tar *tar = arg;
	(void)archive;
	return buf_append(&tar->out, bytes, len) ? (la_ssize_t)len : -1;
}

static int tar_check(struct tar *tar, int code, const char *path)
{
	if (code >= ARCHIVE_WARN)
		return 0;
	const char *why = tar->lib.error_string(tar->archive);
	return ERROR(tar, "cannot pack %s: %s", path, why ? why : "libarchive gives no reason");
}

/* What an entry is called in the archive. */
static void put_name(struct tar *tar, struct archive_entry *entry, const char *path)
{
	const char *before = tar->name ? tar->name : "";
	auto_buf struct buf name;
	buf_init(&name, NAME_MOST);
	if (tar->alone)
		path = "";
	buf_printf(&name, "%s%s%s", before, *before && *path ? "/" : "", path);
	tar->lib.entry_copy_pathname(entry, buf_text(&name));
}

/* Writes the header of an entry; owner and group are those of `file`; else of a copy its own, of a context 0.
 */
static int put_header(struct tar *tar, const char *path, const struct stat *stat, const char *link,
	const struct tar_file *file)
{
	struct archive_entry *entry = tar->lib.entry_clear(tar->entry);
	put_name(tar, entry, path);
	tar->lib.entry_set_filetype(entry, stat->st_mode & S_IFMT);
	tar->lib.entry_set_perm(entry, stat->st_mode & 07777);
	tar->lib.entry_set_mtime(entry, stat->st_mtim.tv_sec, stat->st_mtim.tv_nsec);
	tar->lib.entry_set_uid(entry, file ? file->uid : tar->name ? stat->st_uid : 0);
	tar->lib.entry_set_gid(entry, file ? file->gid : tar->name ? stat->st_gid : 0);
	tar->lib.entry_set_size(entry, S_ISREG(stat->st_mode) ? stat->st_size : 0);
	if (link)
		tar->lib.entry_copy_symlink(entry, link);
	return tar_check(tar, tar->lib.write_header(tar->archive, entry), path);
}

static int put_extra(struct tar *tar, const struct tar_file *file)
{
	struct stat stat = { .st_mode = S_IFREG | (file->mode ? file->mode & 07777 : 0644),
		.st_size = (off_t)file->len,
		.st_mtim.tv_sec = file->mtime };
	if (put_header(tar, file->name, &stat, NULL, file) != 0)
		return -1;
	if (file->len && tar->lib.write_data(tar->archive, file->data, file->len) != (la_ssize_t)file->len)
		return tar_check(tar, ARCHIVE_FATAL, file->name);
	return tar_check(tar, tar->lib.write_finish_entry(tar->archive), file->name);
}

static bool is_extra(const struct tar *tar, const char *path)
{
	for (size_t i = 0; i < tar->nextra; i++)
		if (strcmp(tar->extra[i].name, path) == 0)
			return true;
	return false;
}

static bool keep_below(const struct tar *tar, const char *dir)
{
	size_t len = strlen(dir);
	return tar->keep && strncmp(tar->keep, dir, len) == 0 && tar->keep[len] == '/';
}

/* Whether an entry of the directory is packed. */
static enum dir_walk_verdict tar_judge(void *arg, const char *path, const struct stat *stat)
{
	struct tar *tar = arg;
	bool kept = tar->keep && strcmp(tar->keep, path) == 0;
	bool dir = S_ISDIR(stat->st_mode);
	if (!kept && ignore_path(tar->ignore, path))
		return dir && (ignore_below(tar->ignore, path) || keep_below(tar, path)) ? DIR_WALK_BELOW
											 : DIR_WALK_LEAVE;
	bool known = dir || S_ISREG(stat->st_mode) || S_ISLNK(stat->st_mode) || S_ISFIFO(stat->st_mode);
	if (!known && tar->name && tar->nleft_out++ < LEFT_OUT_TOLD)
		error_warn(tar->errors, NULL, NULL, "left out %s/%s: a device or a socket", tar->dir, path);
	return known && !is_extra(tar, path) ? DIR_WALK_TAKE : DIR_WALK_LEAVE;
}

/* Entries */

static int put_link(struct tar *tar, const struct dir_walk_entry *entry)
{
	char target[4096];
	if (dir_walk_link(tar->dir, entry, target, sizeof target, tar->errors) != 0)
		return -1;
	return put_header(tar, entry->path, &entry->stat, target, NULL);
}

/* Reads a file whose size may be none to its end, since the size stands before the content in an archive. */
static int read_unsized(struct tar *tar, int fd, const char *path, struct stat *stat)
{
	ssize_t len;
	buf_reset(&tar->unsized);
	tar->unsized_at = 0;
	if (stat->st_size > PAGE)
		return 0;
	while ((len = read(fd, tar->chunk, CHUNK)) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return ERROR(tar, "cannot read %s/%s: %s", tar->dir, path, strerror(errno));
		if (!buf_append(&tar->unsized, tar->chunk, (size_t)len)) {
			ERROR(tar, "cannot read %s/%s: the file is too large", tar->dir, path);
			return error_hint(tar->errors, "at most 16 MiB are read of what has no size");
		}
	}
	stat->st_size = (off_t)tar->unsized.len;
	return 0;
}

static int begin_file(struct tar *tar, int at, const char *name, const char *path)
{
	struct stat stat;
	int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &stat) != 0) {
		int reason = errno;
		if (fd >= 0)
			close(fd);
		ERROR(tar, "cannot read %s/%s: %s", tar->dir, path, strerror(reason));
		return tar->name ? -1
				 : error_hint(tar->errors, "make it readable, or name it in .dockerignore");
	}
	tar->file = fd;
	if (read_unsized(tar, fd, path, &stat) < 0)
		return -1;
	tar->left = stat.st_size;
	free(tar->file_path);
	tar->file_path = heap_text(path);
	return put_header(tar, path, &stat, NULL, NULL);
}

static int put_entry(struct tar *tar, const struct dir_walk_entry *entry)
{
	if (S_ISLNK(entry->stat.st_mode))
		return put_link(tar, entry);
	if (S_ISREG(entry->stat.st_mode))
		return begin_file(tar, entry->at, entry->name, entry->path);
	return put_header(tar, entry->path, &entry->stat, NULL, NULL);
}

/* Reads on in the present file. */
static ssize_t read_chunk(struct tar *tar, size_t want)
{
	if (!tar->unsized.len)
		return read(tar->file, tar->chunk, want);
	memcpy(tar->chunk, tar->unsized.data + tar->unsized_at, want);
	tar->unsized_at += want;
	return (ssize_t)want;
}

static int copy_chunk(struct tar *tar)
{
	size_t want = tar->left < (int64_t)CHUNK ? (size_t)tar->left : CHUNK;
	ssize_t len = want ? read_chunk(tar, want) : 0;
	if (len < 0 || (len == 0 && want))
		return ERROR(tar, "cannot read %s/%s: %s", tar->dir, tar->file_path,
			len < 0 ? strerror(errno) : "it became shorter meanwhile");
	if (len && tar->lib.write_data(tar->archive, tar->chunk, (size_t)len) != (la_ssize_t)len)
		return tar_check(tar, ARCHIVE_FATAL, tar->file_path);
	tar->left -= len;
	if (tar->left)
		return 0;
	close(tar->file);
	tar->file = -1;
	return tar_check(tar, tar->lib.write_finish_entry(tar->archive), tar->file_path);
}

/* Takes one of the paths that stand by themselves. */
static int put_path(struct tar *tar, const struct tar_path *next)
{
	struct stat stat;
	tar->npaths--;
	if (fstatat(AT_FDCWD, next->path, &stat, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : ERROR(tar, "cannot read %s: %s", next->path, strerror(errno));
	if (S_ISREG(stat.st_mode))
		return begin_file(tar, AT_FDCWD, next->path, next->name);
	if (S_ISLNK(stat.st_mode))
		return put_link(tar, &(struct dir_walk_entry){ next->name, AT_FDCWD, next->path, stat });
	return S_ISDIR(stat.st_mode) ? put_header(tar, next->name, &stat, NULL, NULL) : 0;
}

/* Makes a few more bytes of the archive. */
static int tar_step(struct tar *tar)
{
	if (tar->file >= 0)
		return copy_chunk(tar);
	if (tar->extra_at < tar->nextra)
		return put_extra(tar, &tar->extra[tar->extra_at++]);
	struct dir_walk_entry entry;
	int walked = tar->walk ? dir_walk_next(tar->walk, &entry) : 0;
	if (walked != 0)
		return walked < 0 ? -1 : put_entry(tar, &entry);
	if (tar->npaths)
		return put_path(tar, tar->paths++);
	tar->ended = true;
	if (tar->nleft_out > LEFT_OUT_TOLD)
		error_warn(tar->errors, NULL, NULL, "left out %zu more devices or sockets in %s",
			tar->nleft_out - LEFT_OUT_TOLD, tar->dir);
	return tar_check(tar, tar->lib.write_close(tar->archive), "the end");
}

/* Begins to walk the directory, or one entry of it. */
static int tar_walk(struct tar *tar, const char *only)
{
	const struct dir_walk_options options = {
		.dir = tar->dir, .only = only, .judge = tar_judge, .arg = tar
	};
	tar->walk = dir_walk_open(&options, tar->errors);
	return tar->walk ? 0 : -1;
}

/* Makes libarchive ready to write. Returns NULL with a finding. */
static struct tar *tar_open(const struct tar *like)
{
	struct tar *tar = HEAP_NEW(struct tar);
	*tar = *like;
	tar->file = -1;
	buf_init(&tar->out, tar->dir ? OUT_MOST : TAR_FILES_MOST);
	buf_init(&tar->unsized, UNSIZED_MOST);
	if (archive_lib_open(&tar->lib, tar->errors) != 0) {
		free(tar);
		return NULL;
	}
	tar->chunk = heap_zeroed(CHUNK);
	tar->entry = tar->lib.entry_new();
	tar->archive = tar->lib.write_new();
	if (tar->entry && tar->archive && tar->lib.write_set_format_gnutar(tar->archive) == ARCHIVE_OK &&
		tar->lib.write_set_bytes_per_block(tar->archive, 0) == ARCHIVE_OK &&
		tar->lib.write_open(tar->archive, tar, NULL, on_write, NULL) == ARCHIVE_OK)
		return tar;
	ERROR(tar, "libarchive cannot write");
	tar_destroy(tar);
	return NULL;
}

struct tar *tar_create(const char *dir, const struct ignore *ignore, const char *keep,
	const struct tar_file *extra, size_t nextra, struct errors *errors)
{
	struct tar *tar = tar_open(&(struct tar){ .errors = errors,
		.dir = dir,
		.ignore = ignore,
		.keep = keep,
		.extra = extra,
		.nextra = nextra });
	if (tar && dir && tar_walk(tar, NULL) != 0) {
		tar_destroy(tar);
		return NULL;
	}
	return tar;
}

/* A directory that is copied with its name has an entry of its own. */
static int copy_begin(struct tar *tar, const char *path)
{
	struct stat stat;
	if (fstatat(AT_FDCWD, path, &stat, 0) != 0)
		return ERROR(tar, "cannot read %s: %s", path, strerror(errno));
	if (*tar->name && put_header(tar, "", &stat, NULL, NULL) != 0)
		return -1;
	return tar_walk(tar, NULL);
}

struct tar *tar_copy(const char *dir, const char *entry, const char *name, struct errors *errors)
{
	struct tar *tar =
		tar_open(&(struct tar){ .errors = errors, .dir = dir, .name = name, .alone = entry != NULL });
	if (tar && (entry ? tar_walk(tar, entry) : copy_begin(tar, dir)) != 0) {
		tar_destroy(tar);
		return NULL;
	}
	return tar;
}

struct tar *tar_paths(const struct tar_path *paths, size_t count, struct errors *errors)
{
	return tar_open(&(struct tar){ .errors = errors, .dir = "", .paths = paths, .npaths = count });
}

ssize_t tar_read(struct tar *tar, char *to, size_t room)
{
	while (tar->given == tar->out.len) {
		tar->given = 0;
		buf_reset(&tar->out);
		if (tar->ended)
			return 0;
		if (tar_step(tar) != 0)
			return -1;
	}
	size_t len = tar->out.len - tar->given;
	if (len > room)
		len = room;
	memcpy(to, tar->out.data + tar->given, len);
	tar->given += len;
	tar->bytes += (int64_t)len;
	return (ssize_t)len;
}

int64_t tar_bytes(const struct tar *tar)
{
	return tar->bytes;
}

void tar_destroy(struct tar *tar)
{
	if (!tar)
		return;
	dir_walk_close(tar->walk);
	if (tar->file >= 0)
		close(tar->file);
	if (tar->archive)
		tar->lib.write_free(tar->archive);
	if (tar->entry)
		tar->lib.entry_free(tar->entry);
	buf_finish(&tar->out);
	buf_finish(&tar->unsized);
	free(tar->file_path);
	free(tar->chunk);
	free(tar);
}
