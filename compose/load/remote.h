/* Files that are not here: of repositories, registries and web servers, named by `include`, `extends` and -f.
 */
#ifndef COMPOSE_REMOTE_H
#define COMPOSE_REMOTE_H

#include "compose/load/load.h"

/* Where the file `name` is read: for repositories (git URLs, github.com/…) the compose file in a local copy,
 * the same for projects in registries (oci://…), for web servers the URL as it is, NULL when it names a local
 * file. `at` and `key` (may be NULL) are the place that named it. Returns 0, or -1 when it cannot be had, as
 * for misspelt schemes. */
int remote_path(struct arena *arena, const struct load_options *options, const char *name,
	const struct mark *at, const char *key, const char **ret_path, struct errors *errors);

/* As file_read, also for the URL of a web server in `file->path`. Sets `file->shown`. */
int remote_read(struct arena *arena, const struct load_options *options, struct file *file,
	struct sources *sources, const char **ret_text, size_t *ret_len, struct errors *errors);

#endif
