/* A new file comes into its place whole: it is made beside it, under a hidden name, and renamed. What a
 * killed process has left there goes with the next file of that name. */
#ifndef ENGINE_BESIDE_H
#define ENGINE_BESIDE_H

#include <limits.h>

/* A name that is hidden, in the directory `parent`, for what is to become `name` there. */
struct beside {
	int parent;
	const char *name;          /* it lives as long as this */
	char hidden[NAME_MAX + 1]; /* ".NAME.docker-flow-N" */
};

/* Chooses a hidden name that is free: what is not a regular file can be made there. Returns 0, or -1 with
 * errno. */
int beside_choose(struct beside *ret_beside, int parent, const char *name);

/* Makes an empty file of mode 0600 under a hidden name; it is locked as long as it is open, so that nobody
 * takes it for a left one. Returns its descriptor, or -1 with errno. */
int beside_open(struct beside *ret_beside, int parent, const char *name);

/* Gives what was made its name; what has had it is gone. Returns 0, or -1 with errno: it is still hidden. */
int beside_keep(const struct beside *beside);

/* Removes what was made. */
void beside_drop(const struct beside *beside);

#endif
