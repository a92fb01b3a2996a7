/* A compose project as an OCI artifact, as docker compose 2.40 publishes and reads it: a manifest whose
 * layers are the compose files, the files that these extend, and env files. Pure: text to text. */
#ifndef ENGINE_ARTIFACT_H
#define ENGINE_ARTIFACT_H

#include "base/error.h"
#include "engine/registry/manifest.h"

#include <stdbool.h>

#define ARTIFACT_LAYERS_MOST 1000
#define ARTIFACT_FILES_MOST  100 /* compose files; read, they are documents of one (YAML_DOCS_MOST) */
#define ARTIFACT_BYTES_MOST  ((size_t)16 << 20) /* of all layers of one */

enum artifact_kind {
	ARTIFACT_FILE,    /* a compose file: they are merged in order */
	ARTIFACT_EXTENDS, /* a file that one of them extends, by its name */
	ARTIFACT_ENV,     /* an env file that one of them names */
	ARTIFACT_OTHER,   /* what we know nothing of */
};

struct artifact_layer {
	enum artifact_kind kind;
	const char *name;   /* of the file, without folders; NULL: it has none */
	const char *digest; /* sha256:… */
	const char *bytes;  /* NULL of one that was not read yet */
	size_t len;
};

struct artifact {
	struct artifact_layer *layers;
	size_t nlayers;
};

/* Appends a layer with these bytes (borrowed). */
void artifact_add(struct arena *arena, struct artifact *artifact, enum artifact_kind kind, const char *name,
	const char *bytes, size_t len);

/* The only configuration of such an artifact, {}, and its digest. */
extern const char artifact_config[];
const char *artifact_config_digest(struct arena *arena);

/* The manifest. `old`: in the form of OCI 1.0, which has no type of artifacts; `created`: RFC 3339. Arena's.
 */
struct manifest artifact_manifest(
	struct arena *arena, const struct artifact *artifact, bool old, const char *created);

/* A manifest of an image, for artifact_index. */
struct artifact_image {
	struct manifest manifest;
	const char *host, *path; /* where it comes from; the host without its port */
};

/* The index of an application's images, of which the project's manifest is the subject. Arena's. */
struct manifest artifact_index(struct arena *arena, const struct artifact_image *images, size_t nimages,
	const struct manifest *subject, bool old);

/* Reads a manifest that somebody else wrote: types, digests, names that are no paths, and how much it is, are
 * checked. Returns 0, or -1 with a finding, which names `shown`. */
int artifact_read(struct arena *arena, const char *shown, const struct manifest *manifest,
	struct artifact *ret, struct errors *errors);

/* The digest of the project's manifest that an index names; NULL: none. Arena's. */
const char *artifact_in_index(struct arena *arena, const struct manifest *index);

#endif
