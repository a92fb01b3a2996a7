/* Application registries: a YAML or JSON list of {id, image, ports, dependencies}. */
#ifndef COMPOSE_REGISTRY_H
#define COMPOSE_REGISTRY_H

#include "compose/load.h"

/* How a port is checked, as written. */
struct registry_check {
	const char *host, *path, *status, *dbname, *user;
	int64_t *port;
};

/* A published port. */
struct registry_port {
	struct registry_check *healthcheck;
	int64_t *external, *internal;
};

/* One application as libcyaml binds it. */
struct registry_app {
	const char *id, *image;
	struct registry_port *ports;
	unsigned nports;
	const char **dependencies;
	unsigned ndependencies;
};

/* Applications of one or more files, by id, in the order of first mention. */
struct registry {
	struct arena *arena;
	struct map apps; /* id → struct registry_entry */
};

struct registry_entry {
	const struct registry_app *app;
	struct node *node; /* its mapping, for places */
};

/* Makes an empty registry. */
void registry_init(struct registry *registry, struct arena *arena);

/* Reads one more file (path relative to `dir`, or an http(s) URL through `fetch`); its applications replace
 * earlier ones of the same id wholly. Returns 0, or -1 with findings. */
int registry_read(struct registry *registry, const char *file, const char *dir, const struct fetch *fetch,
	struct sources *sources, struct errors *errors);

/* The same for text at hand. */
int registry_parse(
	struct registry *registry, const char *file, const char *text, size_t len, struct errors *errors);

/* Checks what holds only for all files together: dependencies exist, no host port is published twice.
 * `services` (may be NULL) are names a dependency may have besides; Returns 0 or -1. */
int registry_check(const struct registry *registry, const struct map *services, struct errors *errors);

/* The applications as a compose file's tree, for load_tree. `image` is the template for applications without
 * one
 * ("{org}/{id}:latest"), `org` may be NULL: then the image is "{id}:latest". */
struct node *registry_tree(
	const struct registry *registry, struct arena *arena, const char *image, const char *org);

#endif
