/* Documents of several objects, asked for at the same time. */
#ifndef ENGINE_INSPECT_H
#define ENGINE_INSPECT_H

#include "engine/observe/ask.h"

struct cJSON;

struct inspect {
	const char *path; /* /containers/ID/json, /images/ID/json */
	const char *text; /* the answer; NULL: the object is gone, or it has failed */
	size_t len;
	bool failed;     /* the engine has not said how it is, nor that it is gone */
	const char *why; /* it has failed; the arena's */
	/* The asker's own. */
	struct arena *arena;
	struct ask ask;
};

/* Paths of GET requests for a container and for an image, by id or name. */
const char *inspect_container_path(struct arena *arena, const char *container);
const char *inspect_image_path(struct arena *arena, const char *image);

/* Asks for all, and returns when all are answered. A failure that may pass is asked again. Texts are
 * `arena`'s; nothing is told of failures but `why`. For none no engine is needed. */
void inspect_all(struct arena *arena, struct engine *engine, struct inspect *asked, size_t count);

/* The answer as JSON, to be deleted by the caller, or NULL. */
struct cJSON *inspect_json(const struct inspect *asked);

#endif
