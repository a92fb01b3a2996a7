/* Model → create bodies of the Engine API: rows for attributes that map one to one, functions for those that
 * do not. */
#ifndef ENGINE_PAYLOAD_H
#define ENGINE_PAYLOAD_H

#include "engine/connect/engine.h"
#include "graph/plan/plan.h"

/* A container of another service, as links and namespaces name it. */
struct payload_peer {
	const char *id, *name;
	int64_t number;
};

/* What is only known when the step starts. */
struct payload_context {
	const struct engine *engine;
	const char *(*container_of)(
		void *arg, const char *service_key); /* id of the first container of a service, or NULL */
	/* All containers of a service, by number; for links. May be NULL: none. */
	const struct payload_peer *(*peers_of)(void *arg, const char *service_key, size_t *ret_count);
	void *arg;
	const struct observed *seen;
	const struct pair *proxies; /* of docker's config.json, see payload_proxies */
	size_t nproxies;
	bool shared_files; /* engine/payload/service_files.h: service_files_shared */
};

/* Environment that docker's config.json gives every container (`proxies`, by endpoint or default):
 * HTTP_PROXY, http_proxy, … Arena's. */
void payload_proxies(
	struct arena *arena, const struct engine *engine, struct pair **ret_proxies, size_t *ret_count);

/* Bodies as JSON text (arena's), or NULL with findings. Network and volume bodies carry compose's labels; the
 * container's body carries labels, the config-hash and docker-flow.inputs. (Engine API: POST
 * /containers/create, /networks/create, /volumes/create) */
const char *payload_container(struct arena *arena, const struct step *step,
	const struct payload_context *context, struct errors *errors);
const char *payload_network(struct arena *arena, const struct network *network);
const char *payload_volume(struct arena *arena, const struct volume *volume);

/* Body of POST /networks/{id}/connect for the step's attachment or former place (neither: the alias is the
 * service's key), or NULL with findings. */
const char *payload_connect(struct arena *arena, const struct step *step, const char *container,
	const struct payload_context *context, struct errors *errors);

#endif
