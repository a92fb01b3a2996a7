/* Manifests and indexes: what a tag stands for (OCI Image Specification 1.1, and Docker's schema 2). */
#ifndef ENGINE_MANIFEST_H
#define ENGINE_MANIFEST_H

#include "engine/registry/repository.h"

#define MANIFEST_OCI       "application/vnd.oci.image.manifest.v1+json"
#define MANIFEST_OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define MANIFEST_MOST      ((size_t)4 << 20) /* bytes of one, as registries have it */

struct manifest {
	const char *type;   /* media type */
	const char *digest; /* of the text */
	const char *text;
	size_t len;
};

/* Whether the type is that of an index, which names manifests. */
bool manifest_is_index(const char *type);

/* Gets the manifest or index of a tag or a digest; of a digest what comes is checked, of a tag what the
 * registry says it is. Texts are the repository's arena's. Returns 0, or -1 with a finding. */
int manifest_get(
	struct repository *repository, const char *object, struct manifest *ret, struct errors *errors);

/* Asks what digest a tag stands for, without the manifest; one that the registry does not tell is made of the
 * manifest. Returns 0 and the digest, the repository's arena's; or -1 with a finding. */
int manifest_digest(
	struct repository *repository, const char *object, const char **ret_digest, struct errors *errors);

/* Puts it under a tag, or under its digest (NULL). Returns 0; or -1 with a finding, and the status of the
 * answer, 0 without one. */
int manifest_put(struct repository *repository, const char *tag, const struct manifest *manifest,
	int *ret_status, struct errors *errors);

#endif
