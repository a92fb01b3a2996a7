/* Asking what is there: one round of three queries, and image inspects. */
#ifndef ENGINE_OBSERVE_H
#define ENGINE_OBSERVE_H

#include "engine/connect/engine.h"
#include "graph/dag/scope.h"
#include "graph/plan/observed.h"
#include "graph/obstacles/obstacles.h"

struct cJSON;

/* What to look for. */
struct observe_query {
	const char *const *projects; /* compose project names (label filter), at least one */
	size_t nprojects;
	bool every_project;          /* instead of these: containers of any */
	const char *const *networks; /* engine names or full ids; none: not asked for */
	size_t nnetworks;
	const char *const *volumes;
	size_t nvolumes;
	bool users;    /* also containers of other projects that need applications (`down --app`) */
	bool by_label; /* networks and volumes by project label instead of by name (`down`, `-p NAME`) */
};

/* What to ask the engine for a scope: containers of its projects, the networks and volumes that selected
 * services use; `by_label`, or with only a name: everything that bears its label. (observe_scope.c) */
struct observe_query observe_scope(struct arena *arena, const struct scope *scope, bool by_label);

/* Queries containers (all=1), networks and volumes at the same time and returns the snapshot, in the arena;
 * three requests, fewer when nothing is named. */
int observe(struct arena *arena, struct engine *engine, const struct observe_query *query,
	struct observed **ret_seen, struct errors *errors);

/* Looks at what may be in a plan's way (graph/obstacles/obstacles.h), all at the same time: containers and
 * networks of whoever they are, in the arena, some of them more than once. What was seen before learns how to
 * be put together again: `again` of the networks that are remade, `endpoint` of the containers on them.
 * (observe_obstacles.c) */
int observe_obstacles(struct arena *arena, struct engine *engine, const struct obstacles *wanted,
	struct observed **ret_others, struct errors *errors);

/* Looks again at those that are unhealthy: a pause makes every container so for the engine, until its next
 * check after that; one that has not failed any is as one that starts. (observe_health.c; moby:
 * stopHealthchecks) */
void observe_health(struct arena *arena, struct engine *engine, struct observed *seen);

/* Adds images to the snapshot, whose arena this is: one inspect each, at the same time. A missing image is an
 * entry with id NULL. */
int observe_images(struct arena *arena, struct engine *engine, struct observed *seen,
	const char *const *references, size_t count, struct errors *errors);

/* The filter {"KEY":["VALUE",…]} as JSON text of the arena; NULL, which is no filter, when it were too long
 * for a request: who asks picks what it wants anyway. */
const char *observe_filter(struct arena *arena, const char *key, const char *const *values, size_t count);

/* The filter for exactly these names, as JSON text of the arena: anchored regular expressions, since the name
 * filters of containers, networks and volumes match parts, and are alternatives to each other. */
const char *observe_name_filter(struct arena *arena, const char *const *names, size_t count);

/* Readers of the engine's documents (Engine API: GET /containers/json, /networks, /volumes,
 * /images/{name}/json); copied into the arena. NULL with a finding when a member that decides anything is of
 * another type. `known` holds texts that many containers share, and is added to; NULL: none. */
struct observed_container *observe_container(
	struct arena *arena, struct map *known, const struct cJSON *json, struct errors *errors);
/* Of a container its "Mounts" alone, which a list and an inspect have alike. */
void observe_mounts(struct arena *arena, const struct cJSON *mounts, struct observed_container *to);
struct observed_network *observe_network(
	struct arena *arena, const struct cJSON *json, struct errors *errors);
struct observed_volume *observe_volume(struct arena *arena, const struct cJSON *json, struct errors *errors);

/* What tells a volume from a later one of the same name: our own label, else the engine's CreatedAt; before
 * API 1.42 that moves with the volume's content, and the answer is "unknown". */
const char *observe_created(const struct observed_volume *volume, int api);

/* The same of an image; `json` NULL: it is not there. */
struct observed_image *observe_image(
	struct arena *arena, const char *reference, const struct cJSON *json, struct errors *errors);

#endif
