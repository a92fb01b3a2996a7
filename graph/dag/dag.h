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
	const char *container; /* the container that is meant, where it is named instead of its service; or
				  NULL */
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
	bool literal;      /* named by a word that is its own name, no pattern and no stream of another */
	bool upstream, downstream; /* named with all that it needs, with all that needs it */
	bool excepted;             /* --except: no part of this run, whoever needs it */
	bool dropped;              /* taken out again: dag_drop */
	bool awaited;              /* some selected dependent waits for its completion */
	bool task;                 /* some service of the files does, selected or not: a one-shot */
	size_t order;              /* position in a topological order, dependencies first */
};

struct dag {
	const struct project *const *projects; /* as given to dag_build */
	size_t nprojects;
	struct dag_vertex **vertices; /* active services in document order, applications after them; of who
					 looks the others at the end */
	size_t count;
	struct map by_key; /* service key → vertex; applications that a service replaces are not there */
	struct map by_container;    /* container_name → vertex, of the same */
	struct dag_vertex **sorted; /* dependencies first; ties by document order */
};

/* What the command line selects. */
struct dag_selection {
	/* Names or shell patterns; +NAME: with all that it needs, NAME+: with all that needs it. None: all
	 * active ones. */
	const char *const *services;
	size_t nservices;
	const char *const *excepts; /* likewise, taken out again: --except */
	size_t nexcepts;
	const char *const *applications; /* --app ID */
	size_t napplications;
	bool no_deps;
	bool unknown_is_none; /* a name that no service has selects nothing, and is no mistake */
	bool looking; /* for who looks and stops: services without an active profile are vertices, too,
			 selected where others need them; other dependencies that are not there, and those
			 that close a cycle, are left out with a warning */
};

/* Builds the graph of `projects` (the file's project first, then the applications' project when there is one)
 * and marks the selection: named services, everything they wait for. Names of x-flow.dependencies resolve to
 * services of the own project first, then to applications; an application of the same name as a service is
 * replaced by it. `depends_on` conditions, links, `service:` references, and `container:` references to a
 * container of the graph mean started unless written otherwise; x-flow.dependencies mean healthy when the
 * dependency has any check (dag_probe) and started else, which an image's HEALTHCHECK may still turn into
 * healthy (graph/up/reconcile.h). Returns 0, or -1: unknown dependency (with the nearest name), unknown or
 * disabled service, and any cycle, printed as `a -> b -> c -> a` with the place of each edge. */
int dag_build(struct arena *arena, const struct project *const *projects, size_t nprojects,
	const struct dag_selection *selection, struct dag **ret_dag, struct errors *errors);

/* Parts of dag_build. Fills `sorted`, `order` and `priority`; reports cycles, or, `looking`, cuts them with a
 * warning. (graph/dag/order.c) */
int dag_order(struct arena *arena, struct dag *dag, bool looking, struct errors *errors);

/* Marks `named`, `literal`, `selected` and `awaited`. (graph/dag/select.c) */
int dag_select(
	struct arena *arena, struct dag *dag, const struct dag_selection *selection, struct errors *errors);

/* Reports a name that selects nothing: its profile is not active, or there is none of that name, with the
 * nearest one or all, those that only a profile switches on marked by it. `option` stands in front: "" or
 * "--scale: ". (graph/dag/select.c) */
void dag_no_such(struct arena *arena, const struct dag *dag, const char *option, const char *name,
	bool application, struct errors *errors);

/* The name or pattern in a word of the command line, without the marks. (graph/dag/select.c) */
const char *dag_selected_name(struct arena *arena, const char *word);

/* Whether some word means more than the service of its name, or one is excepted. (graph/dag/select.c) */
bool dag_selects_more(const struct dag_selection *selection);

/* Takes a vertex out of the selection, with everything selected that requires it: its image cannot be had.
 * (graph/dag/select.c) */
void dag_drop(const struct dag *dag, struct dag_vertex *vertex);

/* Adds to the selection what asks to be restarted with something of it (restart: true), and so on.
 * (graph/dag/select.c) */
void dag_select_restarted(const struct dag *dag);

/* The vertex of that key (a service, or an application that no service replaces), or NULL. */
struct dag_vertex *dag_find(const struct dag *dag, const char *key);

/* The same if the service is one of that project. Both names may be NULL, and so may `dag`. */
struct dag_vertex *dag_find_in(const struct dag *dag, const char *project, const char *key);

/* The vertex of a service, or NULL. */
struct dag_vertex *dag_vertex(const struct dag *dag, const struct service *service);

/* The check that tells when the service is ready, by precedence: x-flow.healthcheck, the first port
 * healthcheck; else a probe of kind PROBE_CONTAINER when a compose healthcheck is declared (or
 * `image_has_check`); PROBE_UNSET when there is none. Never NULL. */
const struct probe *dag_probe(struct arena *arena, const struct service *service, bool image_has_check);

/* Whether the engine itself checks the service's containers: by the file, or by its image. */
bool dag_is_checked(const struct service *service, bool image_has_check);

/* The registry-style port whose check `probe` is; NULL when the probe is the service's own. */
const struct flow_port *dag_probed_port(const struct service *service, const struct probe *probe);

/* Port that the file gives a probe: its own, else the service's first target port; 0: none. */
int64_t dag_probe_port(const struct service *service, const struct probe *probe);

/* Prints the selected part of the graph in "text", "dot", "mermaid", "svg", "html" or "json". Returns -1 for
 * an unknown format, or a picture that would be too large. (graph/dag/draw.c) */
int dag_draw(FILE *out, const struct dag *dag, const char *format, struct errors *errors);

#endif
