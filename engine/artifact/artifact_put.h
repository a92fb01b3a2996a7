/* Sending a project to its repository, in the order in which registries take it: blobs, then the manifest
 * that names them (as docker compose 2.40). */
#ifndef ENGINE_ARTIFACT_PUT_H
#define ENGINE_ARTIFACT_PUT_H

#include "base/text/texts.h"
#include "engine/artifact/artifact.h"

struct artifact_put {
	const struct repository_options *registry;
	const char *name; /* REPOSITORY[:TAG] */
	const struct artifact *artifact;
	const char *version;        /* of OCI: "1.0" or "1.1"; NULL: 1.1, else what the registry takes */
	const struct texts *images; /* that go with it (--app); or NULL */
	void (*told)(void *arg, const char *text); /* hears of each image; or NULL */
	void *arg;
};

/* Sends it, and turns the loop meanwhile. Returns 0 and the digest of the project's manifest, the arena's; or
 * -1 with a finding: then the tag still is what it was, unless it is the index of the images that is not
 * taken. */
int artifact_put(
	struct arena *arena, const struct artifact_put *put, const char **ret_digest, struct errors *errors);

#endif
