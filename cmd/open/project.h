/* The front half that commands share: which project is meant, its model, the applications, the graph. */
#ifndef CMD_PROJECT_H
#define CMD_PROJECT_H

#include "cmd/line/cmd.h"
#include "compose/registry/registry.h"
#include "graph/dag/scope.h"

/* What the command needs. */
struct scope_wish {
	struct dag_selection selection; /* `looking`: the file is read likewise */
	bool name_is_enough; /* `-p NAME` without -f: the engine's labels say what there is; a file that lies
				here counts if containers were made from it */
	const struct load_once *once;     /* as of load_options */
	const struct load_once *provided; /* as of load_options */
	size_t nprovided;
	bool warn_beside;   /* as of load_options */
	bool registry_only; /* the caller says so itself when there is neither a file nor a registry */
};

/* Loads project and registries as the globals say and builds the graph with the selection. Returns 0, or -1
 * with findings. */
int scope_open(struct ctx *ctx, const struct scope_wish *wish, struct scope *ret_scope);

/* The options of the loader as the globals say; `services` (may be NULL) are named on the command line. */
struct load_options project_options(struct ctx *ctx, const struct texts *services);

/* The variables that stand in for options: of the process, and COMPOSE_… of the project's env file. */
const struct map *project_settings(struct ctx *ctx);

/* Reads the registries: of the project (may be NULL), --registry, else FLOW_REGISTRY; without a compose file
 * else
 * ./registry.yml. `fetch` NULL: URLs are refused. *ret_registry is NULL when there is none. Returns 0, or -1
 * with all findings; *ret_registry has what is right then. */
int project_registry(struct ctx *ctx, const struct project *project, const struct fetch *fetch,
	struct registry **ret_registry);

#endif
