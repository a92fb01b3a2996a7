/* Which files of a directory paths lead to: links on the way are followed within the directory, so that what
 * they point to travels, too. (fsutil: FollowLinks) */
#ifndef ENGINE_FOLLOW_PATHS_H
#define ENGINE_FOLLOW_PATHS_H

#include "base/text/texts.h"

#include <stdbool.h>

/* Patterns, as of an ignore file, for these paths of directory `dir` and for what their links lead to. A last
 * part with `*`, `?` or `[` stands for all names that match it. Returns false when all of the directory is
 * meant, or when the links are too many to be followed. */
bool follow_paths(
	struct arena *arena, const char *dir, const struct texts *paths, struct texts *ret_patterns);

#endif
