#include "engine/archive/unpack.h"

#include "base/text/text.h"
#include "engine/archive/archive_lib.h"
#include "engine/archive/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEFT_OUT_TOLD 20
#define MODES         01777 /* of files that others have made: no set-user-id, no set-group-id */

/* A directory that gets its mode and its time at the end: until then we have to be able to write in it. */
struct unpack_dir {
	const char *path;
	mode_t mode;
	struct timespec time;
};

struct unpack {
	const struct unpack_options *options;
	struct arena *arena;
	struct errors *errors;
	struct archive_lib lib;
	struct archive *archive;
	int root;
	int parent; /* the directory of `parent_path`, or -1 */
	const char *parent_path;
	struct arena *parent_arena; /* of its path */
	struct unpack_dir *dirs;
	size_t ndirs;
	size_t nleft_out; /* devices and sockets */
	bool broken;      /* `read` has failed */
};

#define ERROR(u, ...) error_add((u)->errors, ERROR_SYSTEM, NULL, NULL, __VA_ARGS__)

static la_ssize_t unpack_on_read(struct archive *archive, void *arg, const void **ret_bytes)
{
	struct unpack *unpack = arg;
	ssize_t len = unpack->options->read(unpack->options->arg, ret_bytes);
	if (len < 0) {
		unpack->broken = true;
		unpack->lib.set_error(archive, EIO, "it breaks off");
	}
	return (la_ssize_t)len;
}

static int refuse_archive(struct unpack *unpack)
{
	const char *why = unpack->lib.error_string(unpack->archive);
	if (unpack->broken)
		return -1;
	return ERROR(unpack, "cannot unpack the archive of %s: %s", unpack->options->from,
		why ? why : "libarchive gives no reason");
}

static int refuse_name(struct unpack *unpack, const char *name, const char *why)
{
	return ERROR(unpack, "the archive of %s has the name \"%s\", %s: refused", unpack->options->from,
		name, why);
}

static int cannot_write(struct unpack *unpack, const char *path)
{
	return ERROR(unpack, "cannot write %s/%s: %s", unpack->options->dir, path, strerror(errno));
}

/* The place of an entry below `dir`: its first part is replaced. NULL with a finding when it leads elsewhere.
 * "" is `dir` itself. */
static const char *unpack_path(struct unpack *unpack, struct arena *arena, const char *name)
{
	const char *at = name + strspn(name, "/");
	const char *rest = at + strcspn(at, "/");
	for (const char *part = at; *part; part += strcspn(part, "/"), part += strspn(part, "/"))
		if (strcspn(part, "/") == 2 && strncmp(part, "..", 2) == 0) {
			refuse_name(unpack, name, "which leads out of its place");
			return NULL;
		}
	char *path = arena_printf(arena, "%s", unpack->options->name);
	while (*(rest += strspn(rest, "/"))) {
		size_t len = strcspn(rest, "/");
		if (len != 1 || *rest != '.')
			path = arena_printf(arena, "%s%s%.*s", path, *path ? "/" : "", (int)len, rest);
		rest += len;
	}
	return path;
}

/* Opens the directory at a path, step by step without following links; what is missing is made. Returns its
 * descriptor, or -1 with a finding. */
static int unpack_enter(struct unpack *unpack, const char *path)
{
	int fd = dup(unpack->root);
	char part[NAME_MAX + 1];
	while (fd >= 0 && *path) {
		size_t len = strcspn(path, "/");
		if (len > NAME_MAX) {
			close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(part, path, len);
		part[len] = '\0';
		path += len + (path[len] == '/');
		int next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT && mkdirat(fd, part, 0755) == 0)
			next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int why = errno;
		close(fd);
		errno = why;
		fd = next;
	}
	return fd;
}

/* Opens the directory that holds `path`; the last one is kept open, since entries stand side by side. Sets
 * the entry's own name. Returns its descriptor, or -1 with a finding. */
static int unpack_parent(struct unpack *unpack, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	*ret_name = slash ? slash + 1 : path;
	if (unpack->parent >= 0 && strlen(unpack->parent_path) == len &&
		strncmp(unpack->parent_path, path, len) == 0)
		return unpack->parent;
	if (unpack->parent >= 0)
		close(unpack->parent);
	arena_destroy(unpack->parent_arena);
	unpack->parent_arena = arena_child(NULL);
	unpack->parent_path = arena_strndup(unpack->parent_arena, path, len);
	unpack->parent = unpack_enter(unpack, unpack->parent_path);
	if (unpack->parent < 0 && (errno == ELOOP || errno == ENOTDIR))
		return refuse_name(unpack, path, "which leads through a link or a file");
	return unpack->parent < 0 ? cannot_write(unpack, path) : unpack->parent;
}

/* Opens the directory of what is no directory. Returns its descriptor, or -1 with a finding: one lies there.
 */
static int unpack_place(struct unpack *unpack, const char *path, const char **ret_name)
{
	struct stat stat;
	int parent = unpack_parent(unpack, path, ret_name);
	if (parent < 0)
		return -1;
	if (fstatat(parent, *ret_name, &stat, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? parent : cannot_write(unpack, path);
	if (S_ISDIR(stat.st_mode))
		return ERROR(unpack, "cannot overwrite directory %s/%s with what is none",
			unpack->options->dir, path);
	return parent;
}

/* What is complete gets its name, what is not goes. */
static int unpack_keep(struct unpack *unpack, const struct beside *beside, const char *path, int result)
{
	if (result == 0 && beside_keep(beside) != 0)
		result = cannot_write(unpack, path);
	if (result != 0)
		beside_drop(beside);
	return result;
}

static struct timespec entry_time(const struct unpack *unpack, struct archive_entry *entry)
{
	return (struct timespec){ .tv_sec = unpack->lib.entry_mtime(entry) };
}

/* Gives what was made its owner, where that is wanted: by descriptor, so that no link is followed. */
static void unpack_own(const struct unpack *unpack, struct archive_entry *entry, int fd)
{
	if (unpack->options->owners && geteuid() == 0 &&
		fchown(fd, (uid_t)unpack->lib.entry_uid(entry), (gid_t)unpack->lib.entry_gid(entry)) != 0)
		error_warn(unpack->errors, NULL, NULL, "owners are not kept: %s", strerror(errno));
}

static int unpack_dir(struct unpack *unpack, struct archive_entry *entry, const char *path)
{
	const char *name;
	struct stat stat;
	int parent = unpack_parent(unpack, path, &name);
	if (parent < 0)
		return -1;
	if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
		return cannot_write(unpack, path);
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return ERROR(unpack, "cannot overwrite %s/%s with a directory", unpack->options->dir, path);
	if (fd < 0 || fstat(fd, &stat) != 0)
		return cannot_write(unpack, path);
	fchmod(fd, (stat.st_mode & 07777) | 0700);
	unpack_own(unpack, entry, fd);
	close(fd);
	*ARENA_PUSH(unpack->arena, unpack->dirs, unpack->ndirs) =
		(struct unpack_dir){ arena_strdup(unpack->arena, path), unpack->lib.entry_perm(entry) & MODES,
			entry_time(unpack, entry) };
	return 0;
}

/* Writes the content of a file; a hole stays one. */
static int write_content(struct unpack *unpack, int fd, const char *path)
{
	const void *bytes;
	size_t len;
	la_int64_t offset, end = 0;
	int code;
	while ((code = unpack->lib.read_data_block(unpack->archive, &bytes, &len, &offset)) >= ARCHIVE_WARN &&
		code != ARCHIVE_EOF) {
		for (size_t done = 0; done < len;) {
			ssize_t n =
				pwrite(fd, (const char *)bytes + done, len - done, offset + (la_int64_t)done);
			if (n < 0 && errno != EINTR)
				return cannot_write(unpack, path);
			done += n > 0 ? (size_t)n : 0;
		}
		end = offset + (la_int64_t)len;
	}
	if (code != ARCHIVE_EOF)
		return refuse_archive(unpack);
	return ftruncate(fd, end) == 0 ? 0 : cannot_write(unpack, path);
}

/* A file of this name that is there stays until the new one is whole. */
static int unpack_file(struct unpack *unpack, struct archive_entry *entry, const char *path)
{
	const char *name;
	struct beside beside;
	int parent = unpack_place(unpack, path, &name);
	if (parent < 0)
		return -1;
	int fd = beside_open(&beside, parent, name);
	if (fd < 0)
		return cannot_write(unpack, path);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, entry_time(unpack, entry) };
	int result = write_content(unpack, fd, path);
	unpack_own(unpack, entry, fd);
	if (result == 0 &&
		(fchmod(fd, unpack->lib.entry_perm(entry) & MODES) != 0 || futimens(fd, times) != 0))
		result = cannot_write(unpack, path);
	/* some file systems say only now that they are full; the lock lasts until it has its name */
	if (close(dup(fd)) != 0 && result == 0)
		result = cannot_write(unpack, path);
	result = unpack_keep(unpack, &beside, path, result);
	close(fd);
	return result;
}

/* A link says where it leads; nobody here goes there. */
static int unpack_symlink(struct unpack *unpack, struct archive_entry *entry, const char *path)
{
	const char *name, *target = unpack->lib.entry_symlink(entry);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, entry_time(unpack, entry) };
	struct beside beside;
	int parent = unpack_place(unpack, path, &name), result = 0;
	if (!target)
		target = unpack->lib.entry_symlink_utf8(entry);
	if (parent < 0)
		return -1;
	if (beside_choose(&beside, parent, name) != 0 ||
		symlinkat(target ? target : "", parent, beside.hidden) != 0)
		return cannot_write(unpack, path);
	if ((unpack->options->owners && geteuid() == 0 &&
		    fchownat(parent, beside.hidden, (uid_t)unpack->lib.entry_uid(entry),
			    (gid_t)unpack->lib.entry_gid(entry), AT_SYMLINK_NOFOLLOW) != 0) ||
		utimensat(parent, beside.hidden, times, AT_SYMLINK_NOFOLLOW) != 0)
		result = cannot_write(unpack, path);
	return unpack_keep(unpack, &beside, path, result);
}

/* Another name of a file that the archive has brought before. */
static int unpack_hard_link(struct unpack *unpack, const char *other, const char *path)
{
	struct arena *scratch = arena_child(NULL);
	const char *name, *from = unpack_path(unpack, scratch, other), *from_name = NULL;
	struct stat stat = { 0 };
	struct beside beside;
	int source = -1, parent, result = -1;
	if (from && *from && (parent = unpack_parent(unpack, from, &from_name)) >= 0)
		source = dup(parent);
	if (source >= 0 &&
		(fstatat(source, from_name, &stat, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(stat.st_mode)))
		refuse_name(unpack, path, "another name of what is no file");
	else if (source >= 0 && !text_is(from, path) && (parent = unpack_place(unpack, path, &name)) >= 0)
		result = beside_choose(&beside, parent, name) == 0 &&
					 linkat(source, from_name, parent, beside.hidden, 0) == 0
				 ? unpack_keep(unpack, &beside, path, 0)
				 : cannot_write(unpack, path);
	if (source >= 0)
		close(source);
	arena_destroy(scratch);
	return result;
}

static int unpack_fifo(struct unpack *unpack, struct archive_entry *entry, const char *path)
{
	const char *name;
	struct beside beside;
	int parent = unpack_place(unpack, path, &name);
	if (parent < 0)
		return -1;
	if (beside_choose(&beside, parent, name) != 0 ||
		mkfifoat(parent, beside.hidden, unpack->lib.entry_perm(entry) & 0777) != 0)
		return cannot_write(unpack, path);
	return unpack_keep(unpack, &beside, path, 0);
}

/* Each kind of entry has its function. */
static int unpack_entry(struct unpack *unpack, struct archive_entry *entry, const char *path)
{
	const char *other = unpack->lib.entry_hardlink(entry);
	if (!other)
		other = unpack->lib.entry_hardlink_utf8(entry);
	mode_t type = unpack->lib.entry_filetype(entry);
	if (!*path) /* the target itself, which is there */
		return S_ISDIR(type) ? 0 : refuse_name(unpack, path, "although it is of a directory");
	if (other)
		return unpack_hard_link(unpack, other, path);
	if (S_ISDIR(type))
		return unpack_dir(unpack, entry, path);
	if (S_ISREG(type))
		return unpack_file(unpack, entry, path);
	if (S_ISLNK(type))
		return unpack_symlink(unpack, entry, path);
	if (S_ISFIFO(type))
		return unpack_fifo(unpack, entry, path);
	/* the archive of a device holds nothing else */
	if (text_is(path, unpack->options->name))
		return ERROR(unpack, "%s: cannot copy \"%s\": it is a device or a socket",
			unpack->options->from, path);
	if (unpack->nleft_out++ < LEFT_OUT_TOLD)
		error_warn(unpack->errors, NULL, NULL, "%s: left out \"%s\": a device or a socket",
			unpack->options->from, path);
	return 0;
}

static int unpack_entries(struct unpack *unpack)
{
	struct archive_entry *entry;
	int code, result = 0;
	while (result == 0 && (code = unpack->lib.read_next_header(unpack->archive, &entry)) != ARCHIVE_EOF) {
		if (code < ARCHIVE_WARN)
			return refuse_archive(unpack);
		struct arena *scratch = arena_child(NULL);
		const char *name = unpack->lib.entry_pathname(entry);
		/* Go's names in UTF-8 have no form in the C locale. */
		if (!name)
			name = unpack->lib.entry_pathname_utf8(entry);
		const char *path = unpack_path(unpack, scratch, name ? name : "");
		result = path ? unpack_entry(unpack, entry, path) : -1;
		arena_destroy(scratch);
	}
	return result;
}

/* Modes and times of directories, the inner ones first. */
static void finish_dirs(struct unpack *unpack)
{
	for (size_t i = unpack->ndirs; i-- > 0;) {
		const struct unpack_dir *dir = &unpack->dirs[i];
		struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, dir->time };
		const char *name;
		int parent = unpack_parent(unpack, dir->path, &name);
		int fd = parent < 0 ? -1
				    : openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (fchmod(fd, dir->mode) != 0 || futimens(fd, times) != 0)
			cannot_write(unpack, dir->path);
		close(fd);
	}
}

int unpack(struct arena *arena, const struct unpack_options *options, struct errors *errors)
{
	struct unpack unpack = {
		.options = options, .arena = arena, .errors = errors, .root = -1, .parent = -1
	};
	int result = -1;
	size_t before = errors->count;
	if (archive_lib_open(&unpack.lib, errors) < 0)
		return -1;
	unpack.root = openat(AT_FDCWD, options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (unpack.root < 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot write in %s: %s", options->dir,
			strerror(errno));
	unpack.archive = unpack.lib.read_new();
	unpack.lib.read_support_format_tar(unpack.archive);
	if (unpack.lib.read_open(unpack.archive, &unpack, NULL, unpack_on_read, NULL) == ARCHIVE_OK)
		result = unpack_entries(&unpack);
	else
		refuse_archive(&unpack);
	finish_dirs(&unpack);
	if (unpack.nleft_out > LEFT_OUT_TOLD)
		error_warn(errors, NULL, NULL, "%s: left out %zu more devices or sockets", options->from,
			unpack.nleft_out - LEFT_OUT_TOLD);
	unpack.lib.read_free(unpack.archive);
	if (unpack.parent >= 0)
		close(unpack.parent);
	arena_destroy(unpack.parent_arena);
	close(unpack.root);
	return errors->count > before ? -1 : result;
}
