/* A directory walked entry by entry: in the order of names, each directory before what is in it, links never
 * followed. What is gone meanwhile is passed over. */
#ifndef ENGINE_DIR_WALK_H
#define ENGINE_DIR_WALK_H

#include "base/error.h"

#include <sys/stat.h>

struct dir_walk;

/* What becomes of an entry. */
enum dir_walk_verdict {
	DIR_WALK_TAKE,  /* it is told, and what is in it is walked */
	DIR_WALK_BELOW, /* a directory that is told only when something in it is taken */
	DIR_WALK_LEAVE,
};

struct dir_walk_options {
	const char *dir;  /* may be a link itself */
	const char *only; /* of `dir` this one entry alone; NULL: all */
	/* Judges an entry by its path, relative and without a leading slash; NULL: all are taken. */
	enum dir_walk_verdict (*judge)(void *arg, const char *path, const struct stat *stat);
	void *arg;
};

struct dir_walk_entry {
	const char *path; /* relative to the directory; borrowed until the next entry, as is the rest */
	int at;           /* descriptor of the directory that it is in, and its name there: for openat */
	const char *name;
	struct stat stat;
};

/* Opens the directory. Texts of the options must live until dir_walk_close. Returns NULL with a finding. */
struct dir_walk *dir_walk_open(const struct dir_walk_options *options, struct errors *errors);

/* The next entry: 1, 0 at the end, -1 with a finding. */
int dir_walk_next(struct dir_walk *walk, struct dir_walk_entry *ret_entry);

/* Reads the link that an entry of directory `dir` is into `to`, terminated. Returns 0, or -1 with a finding.
 */
int dir_walk_link(
	const char *dir, const struct dir_walk_entry *entry, char *to, size_t room, struct errors *errors);

/* NULL allowed. */
void dir_walk_close(struct dir_walk *walk);

#endif
