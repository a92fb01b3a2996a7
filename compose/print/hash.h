/* SHA-256 over canonical JSON: the config-hash labels that docker compose 2.40 writes too, so that either
 * tool adopts the other's containers. */
#ifndef COMPOSE_HASH_H
#define COMPOSE_HASH_H

#include "compose/model/model.h"

/* Gives the container id behind a reference to another service (`service:X`, volumes_from), or NULL when
 * unknown. */
struct hash_resolver {
	const char *(*id)(void *arg, const char *service_key);
	void *arg;
};

/* Label com.docker.compose.config-hash of a service's containers (compose 2.40: JSON of the service without
 * build, pull_policy, scale, deploy.replicas, depends_on, profiles; environment and labels resolved, the
 * paths of label files behind the labels; use_api_socket written out; references to other services'
 * containers resolved by `resolver`, which may be NULL when the service has none). */
const char *hash_service(
	struct arena *arena, const struct service *service, const struct hash_resolver *resolver);

/* What `config --hash` prints: nothing is resolved, the env files of a project that was loaded with
 * no_env_resolution count by path instead of their content, and the paths of label files not at all. */
const char *hash_service_printed(struct arena *arena, const struct service *service);

/* Labels of networks and volumes. */
const char *hash_network(struct arena *arena, const struct network *network);
const char *hash_volume(struct arena *arena, const struct volume *volume);

#endif
