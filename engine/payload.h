/* Model → create bodies of the Engine API: rows for attributes that map one to one, functions for those that
 * do not. */
#ifndef ENGINE_PAYLOAD_H
#define ENGINE_PAYLOAD_H

#include "engine/engine.h"
#include "graph/plan.h"

/* What is only known when the step starts. */
struct payload_context {
	const struct engine *engine;
	const char *(*container_of)(
		void *arg, const char *service_key); /* id of the first container of a service, or NULL */
	void *arg;
	const struct observed *seen;
};

/* Bodies as JSON text (arena's), or NULL with findings. Network and volume bodies carry compose's labels; the
 * container's body carries labels, the config-hash and docker-flow.inputs. (Engine API: POST
 * /containers/create, /networks/create, /volumes/create) */
const char *payload_container(struct arena *arena, const struct step *step,
	const struct payload_context *context, struct errors *errors);
const char *payload_network(struct arena *arena, const struct network *network);
const char *payload_volume(struct arena *arena, const struct volume *volume);

/* Body of POST /networks/{id}/connect for a service's attachment (NULL: the applications' network, alias is
 * the service's key). */
const char *payload_connect(struct arena *arena, const struct step *step, const char *container,
	const struct payload_context *context);

#endif
