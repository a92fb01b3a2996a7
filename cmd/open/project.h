/* The front half that commands share: which project is meant, its model, the applications, the graph. */
#ifndef CMD_PROJECT_H
#define CMD_PROJECT_H

#include "cmd/line/cmd.h"
#include "compose/registry/registry.h"
#include "graph/dag/dag.h"

struct observed;
struct observe_query;

/* What a command works on. */
struct scope {
	const char *name;              /* of the compose project; NULL when there are only applications */
	const struct project *project; /* NULL: no compose file was read */
	const struct project *applications; /* of the registries; NULL without one */
	const struct project **projects;    /* both, as far as there */
	size_t nprojects;
	struct dag *dag; /* NULL: only a name is known */
};

/* What the command needs. */
struct scope_wish {
	struct dag_selection selection;
	bool name_is_enough; /* `-p NAME` without -f: no file is read, the engine's labels say what there is
			      */
	bool registry_only;  /* the caller says so itself when there is neither a file nor a registry */
};

/* Loads project and registries as the globals say and builds the graph with the selection. Returns 0, or -1
 * with findings. */
int scope_open(struct ctx *ctx, const struct scope_wish *wish, struct scope *ret_scope);

/* The options of the loader as the globals say; `services` (may be NULL) are named on the command line. */
struct load_options project_options(struct ctx *ctx, const struct texts *services);

/* Reads the registries: of the project (may be NULL), --registry, else FLOW_REGISTRY; without a compose file
 * else
 * ./registry.yml. `fetch` NULL: URLs are refused. *ret_registry is NULL when there is none. Returns 0, or -1
 * with all findings; *ret_registry has what is right then. */
int project_registry(struct ctx *ctx, const struct project *project, const struct fetch *fetch,
	struct registry **ret_registry);

/* Names of the scope's compose projects, for queries and events. */
struct texts scope_names(struct arena *arena, const struct scope *scope);

/* What to ask the engine for: containers of the projects, the networks and volumes that selected services
 * use; with only a name, everything that bears its label. */
struct observe_query scope_query(struct arena *arena, const struct scope *scope, bool by_label);

/* Digests for reconcile (service key → text): content of configs and secrets of the selected services. */
const struct map *scope_inputs(
	struct ctx *ctx, const struct scope *scope, const struct observed *seen); /* cmd/open/inputs.c */

#endif
