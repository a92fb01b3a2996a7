/* Application registries: a YAML or JSON list of {id, image, ports, dependencies}. */
#ifndef COMPOSE_REGISTRY_H
#define COMPOSE_REGISTRY_H

#include "compose/load/load.h"

#define REGISTRY_SIZE_MOST ((size_t)4 << 20) /* bytes of one file */

/* How a port is checked: http, or postgresql once dbname or user is given. 0 and NULL: not given. */
struct registry_check {
	const char *host, *path, *status, *dbname, *user;
	int64_t port;
};

/* A port of an application; external 0: not published. */
struct registry_port {
	struct registry_check *healthcheck;
	int64_t external, internal;
};

/* One application, as libcyaml binds it. */
struct registry_app {
	const char *id, *image;
	struct registry_port *ports;
	unsigned nports;
	const char **dependencies;
	unsigned ndependencies;
};

/* An application and its mapping in the file, for places. */
struct registry_entry {
	struct registry_app *app;
	struct node *node;
	struct mark at; /* of its id */
};

/* Applications of one or more files, by id (struct registry_entry), in the order of first mention. */
struct registry {
	struct arena *arena;
	struct map apps;
	struct map broken; /* ids of applications with mistakes: they are known, no more */
	bool unread;       /* a file could not be read at all */
};

/* Makes an empty registry. */
void registry_init(struct registry *registry, struct arena *arena);

/* Registries to read when no compose file names them: those of the command line, else FLOW_REGISTRY
 * (separated by commas), else ./registry.yml, .yaml or .json when there is one. *ret_count may be 0. */
void registry_defaults(struct arena *arena, const char *const *given, size_t ngiven, const struct map *env,
	const char *cwd, const char ***ret_files, size_t *ret_count);

/* Reads one more registry: a path (relative to `dir`), "-", or an http(s) URL through `fetch`, which may be
 * NULL. Its applications replace earlier ones of the same id wholly. `at` (may be NULL) is what named it.
 * Returns 0, or -1 with findings. */
int registry_read(struct registry *registry, const struct load_options *options, const char *file,
	const char *dir, const struct mark *at, struct sources *sources, struct errors *errors);

/* The same for text at hand; `file` is kept by reference. Of a file with mistakes the applications without
 * any are taken over, so that what comes later can be checked, too. */
int registry_parse(
	struct registry *registry, const char *file, const char *text, size_t len, struct errors *errors);

/* Rules for all files together: dependencies exist, no host port has two owners. `services` (may be NULL) are
 * further names that a dependency may have. Returns 0, or -1 with all findings. */
int registry_check(const struct registry *registry, const struct map *services, struct errors *errors);

/* Leaves out the dependencies on what is no application here, so that the rest can be looked at after a
 * failure. */
void registry_reduce(struct registry *registry);

/* The applications as the tree of a compose file, for load_tree; applications that `services` (may be NULL)
 * names are left out, since a service of that name replaces them. `image` is the template for applications
 * without an image (NULL: "{org}/{id}:latest"); without `org` (NULL) a template that asks for it is
 * "{id}:latest". */
struct node *registry_tree(const struct registry *registry, struct arena *arena, const char *image,
	const char *org, const struct map *services);

#endif
