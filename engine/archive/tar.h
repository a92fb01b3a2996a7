/* Tar archives made by libarchive: build contexts and copies as a stream, small ones in memory. Files whose
 * size the kernel does not know (in /proc, in /sys) are read to their end first, 16 MiB at most. */
#ifndef ENGINE_TAR_H
#define ENGINE_TAR_H

#include "base/error.h"
#include "engine/archive/ignore.h"

#include <stdint.h>
#include <sys/types.h>

#define TAR_FILES_MOST ((size_t)256 << 20) /* bytes of an archive in memory */

/* A regular file with its content. */
struct tar_file {
	const char *name; /* path in the archive, without a leading slash */
	const void *data;
	size_t len;
	unsigned mode; /* permission bits; 0: 0644 */
	int64_t uid, gid;
	int64_t mtime; /* Unix seconds; 0 is 1970, which keeps archives reproducible */
};

/* Packs files in memory (configs and secrets for PUT /containers/{id}/archive). Returns the archive's bytes
 * in the arena, or -1. */
int tar_files(struct arena *arena, const struct tar_file *files, size_t count, const char **ret_bytes,
	size_t *ret_len, struct errors *errors);

struct tar;

/* Begins the archive of directory `dir` without what `ignore` (or NULL) leaves out: owner and group 0, times
 * kept, sorted, hard links as files, sockets skipped. `keep` names a path inside that is taken whatever
 * `ignore` says (the Dockerfile), or NULL. `extra` files come first and hide those of the same name. What is
 * passed must live until tar_destroy. Returns NULL with a finding. */
struct tar *tar_create(const char *dir, const struct ignore *ignore, const char *keep,
	const struct tar_file *extra, size_t nextra, struct errors *errors);

/* Begins the archive of a copy: of directory `dir` with all that is in it, called `name` ("": what is in it
 * stands at the top), or, unless it is NULL, of its `entry` alone, a file or a link. Owners, modes and times
 * are kept; sockets and devices are skipped with warnings. What is passed must live until tar_destroy.
 * Returns NULL with a finding. */
struct tar *tar_copy(const char *dir, const char *entry, const char *name, struct errors *errors);

/* A path here and what it is called in an archive. */
struct tar_path {
	const char *path, *name;
};

/* Begins the archive of these files, links and directories, the latter without what is in them: owner and
 * group 0, modes and times kept. What is gone meanwhile is left out. What is passed must live until
 * tar_destroy. Returns NULL with a finding. */
struct tar *tar_paths(const struct tar_path *paths, size_t count, struct errors *errors);

/* Fills `to` with the next bytes, at most `room`; returns their number, 0 at the end, -1 with a finding when
 * a file cannot be read. Fits struct request's upload. */
ssize_t tar_read(struct tar *tar, char *to, size_t room);

/* Bytes given out so far. */
int64_t tar_bytes(const struct tar *tar);

/* Closes what is open. NULL allowed. */
void tar_destroy(struct tar *tar);

#endif
