#include "engine/payload/service_binds.h"
#include "base/buf.h"
#include "compose/tree/path.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Bytes of a listing: names have 255 at most, paths 4096. */
#define LISTING_MOST ((size_t)64 << 20)

/* One bind being listed. */
struct listing {
	struct arena *arena;
	const char **lines; /* one an entry */
	size_t nlines;
	const char **dirs; /* directories that are still to be read, by path below the root */
	size_t ndirs;
	int64_t newest; /* change of any entry, Unix ns */
	bool many;
};

/* Notes one entry; `name` is its path below the root. A directory's own size and time say nothing that its
 * entries do not. */
static void list_entry(struct listing *listing, const char *name, const struct stat *status)
{
	bool dir = S_ISDIR(status->st_mode);
	int64_t changed = (int64_t)status->st_ctim.tv_sec * 1000000000 + status->st_ctim.tv_nsec;
	if (changed > listing->newest)
		listing->newest = changed;
	if (listing->nlines == SERVICE_BINDS_MOST) {
		listing->many = true;
		return;
	}
	*ARENA_PUSH(listing->arena, listing->lines, listing->nlines) = arena_printf(listing->arena,
		"%s %o %jd %jd.%09ld", name, (unsigned)status->st_mode, dir ? 0 : (intmax_t)status->st_size,
		dir ? 0 : (intmax_t)status->st_mtim.tv_sec, dir ? 0 : status->st_mtim.tv_nsec);
	if (dir)
		*ARENA_PUSH(listing->arena, listing->dirs, listing->ndirs) = name;
}

/* Reads the entries of one directory: `name` below the root, "" the root itself. */
static void list_directory(struct listing *listing, const char *root, const char *name)
{
	DIR *dir = opendir(*name ? arena_printf(listing->arena, "%s/%s", root, name) : root);
	const struct dirent *entry;
	while (dir && !listing->many && (entry = readdir(dir))) {
		struct stat status;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		list_entry(listing,
			*name ? arena_printf(listing->arena, "%s/%s", name, entry->d_name)
			      : arena_strdup(listing->arena, entry->d_name),
			&status);
	}
	if (dir)
		closedir(dir);
}

static int line_by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_bind(struct arena *arena, const char *source, struct inputs_file *to)
{
	struct listing listing = { .arena = arena };
	struct stat status;
	if (stat(source, &status) < 0)
		return;
	list_entry(&listing, "", &status);
	while (listing.ndirs && !listing.many)
		list_directory(&listing, source, listing.dirs[--listing.ndirs]);
	auto_buf struct buf text;
	buf_init(&text, LISTING_MOST);
	qsort(listing.lines, listing.nlines, sizeof *listing.lines, line_by_text);
	for (size_t i = 0; i < listing.nlines && !listing.many; i++)
		buf_printf(&text, "%s\n", listing.lines[i]);
	to->content = arena_strndup(arena, buf_text(&text), text.len);
	to->len = text.len;
	to->many = listing.many;
	to->newest = listing.newest;
}

void service_binds_inputs(
	struct arena *arena, const struct service *service, struct inputs_file **files, size_t *count)
{
	const char *dir = service->project->dir;
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		if (strcmp(mount->type, "bind") != 0 || !mount->source ||
			(strcmp(mount->source, dir) != 0 && path_shown(dir, mount->source) == mount->source))
			continue;
		struct inputs_file *file = ARENA_PUSH(arena, *files, *count);
		*file = (struct inputs_file){ .target = mount->target, .bind = true };
		list_bind(arena, mount->source, file);
	}
}
