/* Blobs: the bytes that manifests name by their digests. */
#ifndef ENGINE_BLOB_H
#define ENGINE_BLOB_H

#include "engine/registry/repository.h"

/* Gets a small one, checked. `most` is a ceiling for its bytes. Returns 0 and the bytes, terminated, of the
 * repository's arena; or -1 with a finding. */
int blob_get(struct repository *repository, const char *digest, size_t most, const char **ret_bytes,
	size_t *ret_len, struct errors *errors);

/* The same into a file, of any size, `size` bytes at the most. Returns 0, or -1 with a finding. */
int blob_get_file(
	struct repository *repository, const char *digest, int fd, size_t size, struct errors *errors);

/* Whether it is there: 1 or 0; -1 with a finding. */
int blob_is_there(struct repository *repository, const char *digest, struct errors *errors);

/* Puts it there, unless it is. Returns 0, or -1 with a finding. */
int blob_put(struct repository *repository, const char *digest, const char *bytes, size_t len,
	struct errors *errors);

/* Takes it over from another repository of the registry (repository_reads comes first), without any bytes.
 * Returns 1; 0 when the registry does not do that; -1 with a finding. */
int blob_mount(struct repository *repository, const char *digest, const char *from, struct errors *errors);

#endif
