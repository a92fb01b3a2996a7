/* What is mounted in the containers of a service, as far as that decides where files can be put into them.
 * Pure. */
#ifndef ENGINE_SERVICE_MOUNTS_H
#define ENGINE_SERVICE_MOUNTS_H

#include "compose/model/model.h"
#include "graph/plan/observed.h"

struct service_mount {
	const char *target; /* cleaned */
	bool tmpfs;         /* there only while the container runs */
	bool writable;
};

struct service_mounts {
	struct service_mount *items; /* of two at one target the later one counts */
	size_t count;
	bool whole; /* there are no others: images are known, and nothing comes from a container outside the
		       file */
};

/* Those of a container that is to be made: volumes of its image, of the services that it takes volumes from,
 * and its own. `seen` may be NULL: no image is known. Texts are the arena's, or borrowed. */
struct service_mounts service_mounts(
	struct arena *arena, const struct service *service, const struct observed *seen);

/* Those of a container that is there. */
struct service_mounts service_mounts_observed(
	struct arena *arena, const struct observed_container *container);

/* What is mounted deepest above a path (or at it); NULL: it is on the container's root. */
const struct service_mount *service_mounts_above(const struct service_mounts *mounts, const char *path);

/* Whether the service, or one that takes volumes from it, may have data of its own in a volume for uploads at
 * `target`: its image has a volume there or above, or is not known; or a volume of its own is above. */
bool service_mounts_claimed(
	struct arena *arena, const struct service *service, const struct observed *seen, const char *target);

/* Whether `path` is `dir`, or below it; both cleaned and absolute. */
bool service_mounts_is_below(const char *path, const char *dir);

#endif
