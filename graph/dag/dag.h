/* The dependency graph: services (and applications) as vertices, "waits for" as edges. Pure; knows no engine.
 * Building and selecting call each other on purpose: to build includes to select, and names are looked up in
 * what was built. */
#ifndef GRAPH_DAG_H
#define GRAPH_DAG_H

#include "compose/model/model.h"

/* One reason why a service waits for another. */
struct dag_edge {
	struct dag_vertex *to; /* the dependency */
	enum condition condition;
	bool required;    /* false: its failure or absence is only a warning */
	bool restart;     /* recreate or restart of the dependency restarts the dependent */
	bool if_checked;  /* started, but healthy once the dependency's image turns out to have a HEALTHCHECK
			   */
	const char *from; /* where it was said: "depends_on", "links", "x-flow.dependencies", … */
	struct mark at;
};

struct dag_vertex {
	const struct service *service;
	struct dag_edge *edges; /* to its dependencies */
	size_t nedges;
	struct dag_vertex **dependents; /* each once */
	size_t ndependents;
	unsigned priority; /* longest path to a leaf; leaves 0 */
	bool selected;     /* part of this run */
	bool named;        /* asked for by name, or no names were given */
	bool dropped;      /* taken out again: dag_drop */
	bool awaited;      /* some selected dependent waits for its completion: a one-shot */
	size_t order;      /* position in a topological order, dependencies first */
};

struct dag {
	const struct project *const *projects; /* as given to dag_build */
	size_t nprojects;
	struct dag_vertex **vertices; /* active services in document order, applications after them */
	size_t count;
	struct map by_key; /* service key → vertex; applications that a service replaces are not there */
	struct dag_vertex **sorted; /* dependencies first; ties by document order */
};

/* What the command line selects. */
struct dag_selection {
	const char *const *services; /* names or shell patterns; none: all active ones */
	size_t nservices;
	const char *const *applications; /* --app ID */
	size_t napplications;
	bool no_deps;
};

/* Builds the graph of `projects` (the file's project first, then the applications' project when there is one)
 * and marks the selection: named services, everything they wait for. Names of x-flow.dependencies resolve to
 * services of the own project first, then to applications; an application of the same name as a service is
 * replaced by it. `depends_on` conditions, links and `service:` references mean started unless written
 * otherwise; x-flow.dependencies mean healthy when the dependency has any check (dag_probe) and started else,
 * which an image's HEALTHCHECK may still turn into healthy (graph/up/reconcile.h). Returns 0, or -1: unknown
 * dependency (with the nearest name), unknown or disabled service, and any cycle, printed as `a -> b -> c ->
 * a` with the place of each edge. */
int dag_build(struct arena *arena, const struct project *const *projects, size_t nprojects,
	const struct dag_selection *selection, struct dag **ret_dag, struct errors *errors);

/* Parts of dag_build. Fills `sorted`, `order` and `priority`; reports cycles. (graph/dag/order.c) */
int dag_order(struct arena *arena, struct dag *dag, struct errors *errors);

/* Marks `named`, `selected` and `awaited`. (graph/dag/select.c) */
int dag_select(
	struct arena *arena, struct dag *dag, const struct dag_selection *selection, struct errors *errors);

/* Takes a vertex out of the selection, with everything selected that requires it: its image cannot be had.
 * (graph/dag/select.c) */
void dag_drop(const struct dag *dag, struct dag_vertex *vertex);

/* The vertex of that key (a service, or an application that no service replaces), or NULL. */
struct dag_vertex *dag_find(const struct dag *dag, const char *key);

/* The vertex of a service, or NULL. */
struct dag_vertex *dag_vertex(const struct dag *dag, const struct service *service);

/* The check that tells when the service is ready, by precedence: x-flow.healthcheck, the first port
 * healthcheck; else a probe of kind PROBE_CONTAINER when a compose healthcheck is declared (or
 * `image_has_check`); PROBE_UNSET when there is none. Never NULL. */
const struct probe *dag_probe(struct arena *arena, const struct service *service, bool image_has_check);

/* Prints the selected part of the graph in "text", "dot", "mermaid" or "json". Returns -1 for an unknown
 * format. (graph/dag/draw.c) */
int dag_draw(FILE *out, const struct dag *dag, const char *format, struct errors *errors);

#endif
