#include "engine/sync/tree.h"

#include "base/heap.h"
#include "base/map.h"
#include "compose/tree/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVENTS                                                                                               \
	(IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |      \
		IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)
/* Of the directories that lead to the root. */
#define EVENTS_ABOVE                                                                                         \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |  \
		IN_MASK_ADD)
#define EVENTS_SELF (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)
#define DEPTH_MOST  255
#define LINKS_MOST  40 /* as the kernel */

/* What is known of a path. */
struct tree_node {
	struct stat stat;
	bool there;
	unsigned seen; /* the look that has found it last */
};

/* A directory that is watched: below the root, above it, or, where links lead in circles, both. */
struct tree_watch {
	const char *path; /* below the root; NULL: not there */
	bool above;
};

struct tree {
	struct arena *arena; /* of paths: each that was ever there, once */
	const char *root;
	const char *only; /* the root is this file of `root`; NULL: it is a directory */
	bool settled;     /* which of the two it is; not before it was there */
	const struct tree_options *options;
	int fd;
	struct tree_watch *watched; /* by inotify's number */
	size_t nwatched;
	struct arena *above; /* of `names` */
	struct map names;    /* on the way to the root: where one of them comes or goes, it may be another */
	struct stat stat;    /* of the root, when it was looked at last */
	struct map nodes;    /* path → struct tree_node */
	struct arena *heard; /* of `places` */
	struct map places;   /* to be looked at */
	bool lost;           /* everything is to be looked at */
	unsigned looks;
	struct arena *out; /* of the changes; NULL: nobody asks */
	struct tree_change *changes;
	size_t nchanges;
	struct errors *errors; /* of tree_open, NULL afterwards */
};

static const char *join(struct arena *arena, const char *dir, const char *name)
{
	return *dir ? arena_printf(arena, "%s/%s", dir, name) : arena_strdup(arena, name);
}

/* Whether one of the lists leaves out a path; *ret_below: whether it may take back something in it. */
static bool left_out(const struct tree *tree, const char *path, bool *ret_below)
{
	const struct tree_options *options = tree->options;
	struct arena *scratch = arena_child(NULL);
	const char *other = options->context ? join(scratch, options->in_context, path) : "";
	bool here = ignore_path(options->ignore, path), there = ignore_path(options->context, other);
	*ret_below = (!here || ignore_below(options->ignore, path)) &&
		     (!there || ignore_below(options->context, other));
	arena_destroy(scratch);
	return here || there;
}

static bool counts(const struct tree *tree, const char *path, bool dir)
{
	bool below;
	if (tree->only)
		return strcmp(path, tree->only) == 0;
	if (left_out(tree, path, &below))
		return dir && below;
	return dir || !tree->options->include || ignore_path(tree->options->include, path);
}

static void tell_change(struct tree *tree, const char *path, bool gone, bool dir)
{
	bool below;
	if (!tree->out || (dir && left_out(tree, path, &below)))
		return;
	*ARENA_PUSH(tree->out, tree->changes, tree->nchanges) =
		(struct tree_change){ tree->only ? "" : arena_strdup(tree->out, path), gone, dir };
}

/* What is known of inotify's number. */
static struct tree_watch *watch_at(struct tree *tree, int number)
{
	while (tree->nwatched <= (size_t)number)
		*ARENA_PUSH(tree->arena, tree->watched, tree->nwatched) = (struct tree_watch){ 0 };
	return &tree->watched[number];
}

static void tree_watch_dir(struct tree *tree, const char *path)
{
	struct arena *scratch = arena_child(NULL);
	int number = inotify_add_watch(tree->fd, join(scratch, tree->root, path), EVENTS);
	arena_destroy(scratch);
	if (number < 0 && tree->errors && errno == ENOSPC) {
		error_add(tree->errors, ERROR_SYSTEM, NULL, NULL, "cannot watch %s: too many directories",
			tree->root);
		error_hint(tree->errors, "ignore some, or raise fs.inotify.max_user_watches");
	}
	if (number < 0)
		return;
	struct tree_watch *watch = watch_at(tree, number);
	if (!watch->path || strcmp(watch->path, path) != 0)
		watch->path = arena_strdup(tree->arena, path);
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);
	return !len || (strncmp(path, dir, len) == 0 && path[len] == '/');
}

/* What was at `path`, and below, is elsewhere now: what happens there is of no interest. */
static void tree_unwatch(struct tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->nwatched; i++) {
		struct tree_watch *watch = &tree->watched[i];
		if (!watch->path || (strcmp(watch->path, path) != 0 && !is_below(watch->path, path)))
			continue;
		watch->path = NULL;
		if (!watch->above)
			inotify_rm_watch(tree->fd, (int)i);
	}
}

/* Watches a directory on the way to the root for what is called `name` there. */
static void tree_watch_above(struct tree *tree, const char *dir, const char *name)
{
	int number = inotify_add_watch(tree->fd, dir, EVENTS_ABOVE);
	if (number >= 0)
		watch_at(tree, number)->above = true;
	if (!map_has(&tree->names, name))
		map_set(&tree->names, name, tree);
}

static void tree_unwatch_above(struct tree *tree)
{
	for (size_t i = 0; i < tree->nwatched; i++) {
		struct tree_watch *watch = &tree->watched[i];
		if (watch->above && !watch->path)
			inotify_rm_watch(tree->fd, (int)i);
		watch->above = false;
	}
	arena_destroy(tree->above);
	tree->above = arena_child(NULL);
	map_init(&tree->names, tree->above);
}

/* Watches each directory, and each link, that the root is reached through: it is noticed when one of them is
 * replaced, and when one that is gone comes back. Each is watched before it is looked at what is in it. */
static void tree_watch_way(struct tree *tree)
{
	tree_unwatch_above(tree);
	const char *dir = "/", *rest = tree->root;
	for (int links = 0; links <= LINKS_MOST && *(rest += strspn(rest, "/"));) {
		size_t len = strcspn(rest, "/");
		const char *name = arena_strndup(tree->above, rest, len);
		const char *path = path_join(tree->above, dir, name);
		char to[PATH_MAX];
		tree_watch_above(tree, dir, name);
		ssize_t n = readlinkat(AT_FDCWD, path, to, sizeof to - 1);
		if (n < 0 && errno != EINVAL)
			return; /* it is not there */
		rest += len;
		if (n < 0) {
			dir = path;
			continue;
		}
		to[n] = '\0';
		rest = arena_printf(tree->above, "%s%s", to, rest);
		dir = *to == '/' ? "/" : dir;
		links++;
	}
}

static bool stat_same(const struct stat *a, const struct stat *b)
{
	return a->st_mode == b->st_mode && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       memcmp(&a->st_mtim, &b->st_mtim, sizeof a->st_mtim) == 0 &&
	       memcmp(&a->st_ctim, &b->st_ctim, sizeof a->st_ctim) == 0;
}

static void tree_look(struct tree *tree, const char *path, unsigned depth);

static void tree_look_in(struct tree *tree, const char *path, unsigned depth)
{
	struct arena *scratch = arena_child(NULL);
	DIR *stream = opendir(*path ? join(scratch, tree->root, path) : tree->root);
	for (struct dirent *entry; stream && (entry = readdir(stream));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			tree_look(tree, join(scratch, path, entry->d_name), depth + 1);
	if (stream)
		closedir(stream);
	arena_destroy(scratch);
}

/* What was below a directory, and is not any more, was not found by the present look. */
static void tree_drop_below(struct tree *tree, const char *dir, bool told)
{
	size_t at = 0;
	const struct map_entry *entry;
	while ((entry = map_next(&tree->nodes, &at))) {
		struct tree_node *node = entry->value;
		if (!node->there || node->seen == tree->looks || !is_below(entry->key, dir))
			continue;
		node->there = false;
		if (!told)
			tell_change(tree, entry->key, true, S_ISDIR(node->stat.st_mode));
	}
}

static void tree_gone(struct tree *tree, const char *path)
{
	struct tree_node *node = map_get(&tree->nodes, path);
	if (!node || !node->there)
		return;
	bool dir = S_ISDIR(node->stat.st_mode);
	node->there = false;
	tell_change(tree, path, true, dir);
	if (!dir)
		return;
	tree_unwatch(tree, path);
	tree_drop_below(tree, path, true);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Compares a path with what is known of it, and all that is below. A directory is watched before it is read,
 * so that nothing made meanwhile is missed. */
static void tree_look(struct tree *tree, const char *path, unsigned depth)
{
	struct arena *scratch = arena_child(NULL);
	struct stat stat;
	bool there = fstatat(AT_FDCWD, join(scratch, tree->root, path), &stat, AT_SYMLINK_NOFOLLOW) == 0;
	arena_destroy(scratch);
	if (!there) {
		tree_gone(tree, path);
		return;
	}
	bool dir = S_ISDIR(stat.st_mode);
	struct tree_node *node = map_get(&tree->nodes, path);
	if (!counts(tree, path, dir) || depth > DEPTH_MOST)
		return;
	if (node && node->there && dir != S_ISDIR(node->stat.st_mode))
		tree_gone(tree, path);
	if (dir && node && node->there && !same_file(&node->stat, &stat))
		tree_unwatch(tree, path);
	if (!node) {
		node = ARENA_NEW(tree->arena, struct tree_node);
		map_set(&tree->nodes, arena_strdup(tree->arena, path), node);
	}
	bool fresh = !node->there, changed = fresh || (!dir && !stat_same(&node->stat, &stat));
	*node = (struct tree_node){ .stat = stat, .there = true, .seen = tree->looks };
	if (changed)
		tell_change(tree, path, false, dir);
	if (dir) {
		tree_watch_dir(tree, path);
		tree_look_in(tree, path, depth);
	}
}

/* A root that is there for the first time is a directory or a file. Returns whether it is a file. */
static bool tree_settle(struct tree *tree)
{
	struct stat stat;
	if (tree->settled || fstatat(AT_FDCWD, tree->root, &stat, 0) != 0)
		return false;
	tree->settled = true;
	if (S_ISDIR(stat.st_mode))
		return false;
	tree->only = path_base(tree->root);
	tree->root = path_dir(tree->arena, tree->root);
	return true;
}

/* The root may be another one, or none. */
static void tree_look_everywhere(struct tree *tree)
{
	struct stat stat = { 0 };
	tree->looks++;
	tree_watch_way(tree);
	if (tree_settle(tree))
		tree_watch_way(tree);
	if (fstatat(AT_FDCWD, tree->root, &stat, 0) != 0 || !same_file(&tree->stat, &stat))
		tree_unwatch(tree, "");
	tree->stat = stat;
	tree_watch_dir(tree, "");
	if (tree->only)
		tree_look(tree, tree->only, 0);
	else
		tree_look_in(tree, "", 0);
	tree_drop_below(tree, "", false);
}

struct tree *tree_open(const struct tree_options *options, struct errors *errors)
{
	const char *root = options->root;
	struct tree *tree = HEAP_NEW(struct tree);
	struct stat stat;
	tree->arena = arena_create();
	tree->heard = arena_child(NULL);
	tree->above = arena_child(NULL);
	tree->errors = errors;
	tree->options = options;
	map_init(&tree->nodes, tree->arena);
	map_init(&tree->places, tree->heard);
	tree->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (tree->fd < 0 || (fstatat(AT_FDCWD, root, &stat, 0) != 0 && errno != ENOENT && errno != ENOTDIR)) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot watch %s: %s", root, strerror(errno));
		tree_close(tree);
		return NULL;
	}
	size_t before = errors->count;
	tree->root = arena_strdup(tree->arena, root);
	tree_look_everywhere(tree);
	tree->errors = NULL;
	if (errors->count == before)
		return tree;
	tree_close(tree);
	return NULL;
}

int tree_fd(const struct tree *tree)
{
	return tree->fd;
}

static void take_event(struct tree *tree, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW)
		tree->lost = true;
	if (event->wd < 0 || (size_t)event->wd >= tree->nwatched)
		return;
	struct tree_watch *watch = &tree->watched[event->wd];
	const char *dir = watch->path;
	if (event->mask & EVENTS_SELF)
		tree->lost |= watch->above || (dir && !*dir);
	if (watch->above && event->len && map_has(&tree->names, event->name))
		tree->lost = true;
	if (event->mask & IN_IGNORED)
		*watch = (struct tree_watch){ 0 };
	if (!event->len || !dir)
		return;
	const char *path = join(tree->heard, dir, event->name);
	if (!map_has(&tree->places, path))
		map_set(&tree->places, path, tree);
}

bool tree_listen(struct tree *tree)
{
	_Alignas(struct inotify_event) char bytes[65536];
	ssize_t len;
	while ((len = read(tree->fd, bytes, sizeof bytes)) > 0)
		for (const char *at = bytes; at < bytes + len;) {
			const struct inotify_event *event = (const void *)at;
			take_event(tree, event);
			at += sizeof *event + event->len;
		}
	return tree->lost || tree->places.count;
}

static void changes_begin(struct tree *tree, struct arena *arena)
{
	tree->out = arena;
	tree->changes = NULL;
	tree->nchanges = 0;
}

static const struct tree_change *changes_end(struct tree *tree, size_t *ret_count)
{
	tree->out = NULL;
	*ret_count = tree->nchanges;
	return tree->changes;
}

const struct tree_change *tree_changes(struct tree *tree, struct arena *arena, size_t *ret_count)
{
	const struct map_entry *place;
	size_t at = 0;
	changes_begin(tree, arena);
	if (tree->lost)
		tree_look_everywhere(tree);
	else
		tree->looks++;
	while (!tree->lost && (place = map_next(&tree->places, &at))) {
		tree_look(tree, place->key, 0);
		const struct tree_node *node = map_get(&tree->nodes, place->key);
		if (node && node->there && S_ISDIR(node->stat.st_mode))
			tree_drop_below(tree, place->key, false);
	}
	tree->lost = false;
	arena_destroy(tree->heard);
	tree->heard = arena_child(NULL);
	map_init(&tree->places, tree->heard);
	return changes_end(tree, ret_count);
}

const struct tree_change *tree_all(struct tree *tree, struct arena *arena, size_t *ret_count)
{
	const struct map_entry *entry;
	size_t at = 0;
	changes_begin(tree, arena);
	while ((entry = map_next(&tree->nodes, &at))) {
		const struct tree_node *node = entry->value;
		if (node->there)
			tell_change(tree, entry->key, false, S_ISDIR(node->stat.st_mode));
	}
	return changes_end(tree, ret_count);
}

void tree_forget(struct tree *tree, const char *path)
{
	const char *place = *path ? arena_strdup(tree->heard, path) : tree->only;
	struct tree_node *node = map_get(&tree->nodes, place);
	if (!node)
		return;
	node->stat.st_ino = 0;
	if (!node->there) { /* it is to be told as gone once more */
		node->there = true;
		node->seen = 0;
	}
	map_set(&tree->places, place, tree);
}

void tree_close(struct tree *tree)
{
	if (!tree)
		return;
	if (tree->fd >= 0)
		close(tree->fd);
	arena_destroy(tree->heard);
	arena_destroy(tree->above);
	arena_destroy(tree->arena);
	free(tree);
}
