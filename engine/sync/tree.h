/* Files below a path, and which of them have changed: inotify says where to look, a comparison with what was
 * there before says what has changed. So a rename, an editor's save or a lost event is nothing special. The
 * directories and links on the way to the root are watched, too: it may go, come back, and be replaced. */
#ifndef ENGINE_TREE_H
#define ENGINE_TREE_H

#include "engine/archive/ignore.h"

#include <stdbool.h>
#include <stddef.h>

struct tree;

struct tree_change {
	const char *path; /* below the root; "" for the root itself, when that is a file */
	bool gone, dir;   /* what is gone and was a directory is told once, not for all that was in it */
};

struct tree_options {
	const char *root;             /* a directory or a file; it need not be there yet */
	const struct ignore *ignore;  /* what does not count, by paths below the root; or NULL */
	const struct ignore *include; /* files that count; NULL: all */
	const struct ignore
		*context; /* what does not count by paths below another directory, as which the root is */
	const char *in_context; /* called `in_context`; or NULL */
};

/* Looks at what is there. From here on every change is noticed. What is passed must live until tree_close.
 * Returns NULL with a finding. */
struct tree *tree_open(const struct tree_options *options, struct errors *errors);

/* What can be polled for changes. */
int tree_fd(const struct tree *tree);

/* Takes in which places have changed, without looking at them. Returns whether there are any. */
bool tree_listen(struct tree *tree);

/* Looks at these places, or at all of them when the kernel has lost events. Returns the changes since the
 * last call, the arena's. */
const struct tree_change *tree_changes(struct tree *tree, struct arena *arena, size_t *ret_count);

/* All that is there, as if it were new. */
const struct tree_change *tree_all(struct tree *tree, struct arena *arena, size_t *ret_count);

/* What was told of a path counts as not told: it could not be passed on. */
void tree_forget(struct tree *tree, const char *path);

/* Ends it. NULL allowed. */
void tree_close(struct tree *tree);

#endif
