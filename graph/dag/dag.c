#include "graph/dag/dag.h"
#include "base/text/text.h"

#include <ctype.h>
#include <string.h>

struct dag_vertex *dag_find(const struct dag *dag, const char *key)
{
	return map_get(&dag->by_key, key);
}

struct dag_vertex *dag_find_in(const struct dag *dag, const char *project, const char *key)
{
	struct dag_vertex *vertex = dag && key ? dag_find(dag, key) : NULL;
	return vertex && text_is(vertex->service->project->name, project) ? vertex : NULL;
}

struct dag_vertex *dag_vertex(const struct dag *dag, const struct service *service)
{
	struct dag_vertex *vertex = dag_find(dag, service->key);
	return vertex && vertex->service == service ? vertex : NULL;
}

/* The active services of the projects, or the others; what has its name already is passed over: the first
 * project's win over applications. */
static void collect_services(struct arena *arena, struct dag *dag, bool disabled)
{
	for (size_t p = 0; p < dag->nprojects; p++) {
		const struct project *project = dag->projects[p];
		for (size_t i = 0; i < project->nservices; i++) {
			const struct service *service = project->services[i];
			if (service->disabled != disabled || map_has(&dag->by_key, service->key))
				continue;
			struct dag_vertex *vertex = ARENA_NEW(arena, struct dag_vertex);
			vertex->service = service;
			*ARENA_PUSH(arena, dag->vertices, dag->count) = vertex;
			map_set(&dag->by_key, service->key, vertex);
			if (service->container_name)
				map_set(&dag->by_container, service->container_name, vertex);
		}
	}
}

struct dag_building {
	struct arena *arena;
	struct dag *dag;
	bool looking; /* as dag_selection */
	struct errors *errors;
};

/* The service of that name that no active profile includes, or NULL. */
static const struct service *disabled_service(const struct dag *dag, const char *key)
{
	for (size_t p = 0; p < dag->nprojects; p++) {
		const struct project *project = dag->projects[p];
		for (size_t i = 0; i < project->nservices; i++) {
			if (project->services[i]->disabled && !strcmp(project->services[i]->key, key))
				return project->services[i];
		}
	}
	return NULL;
}

/* Keeps the stronger of two reasons for the same dependency; `started` is implied by the other conditions. */
static void add_edge(struct arena *arena, struct dag_vertex *vertex, const struct dag_edge *edge)
{
	for (size_t i = 0; i < vertex->nedges; i++) {
		struct dag_edge *old = &vertex->edges[i];
		if (old->to != edge->to ||
			(old->container && edge->container && strcmp(old->container, edge->container) != 0))
			continue;
		bool same = old->condition == edge->condition;
		if (!same && old->condition != CONDITION_STARTED && edge->condition != CONDITION_STARTED)
			continue;
		struct dag_edge merged = old->condition >= edge->condition ? *old : *edge;
		merged.required = old->required || edge->required;
		merged.restart = old->restart || edge->restart;
		merged.if_checked = old->if_checked || edge->if_checked;
		merged.container = old->container ? old->container : edge->container;
		*old = merged;
		return;
	}
	for (size_t i = 0; i < vertex->nedges; i++) {
		if (vertex->edges[i].to == edge->to) {
			*ARENA_PUSH(arena, vertex->edges, vertex->nedges) = *edge;
			return;
		}
	}
	*ARENA_PUSH(arena, vertex->edges, vertex->nedges) = *edge;
	*ARENA_PUSH(arena, edge->to->dependents, edge->to->ndependents) = vertex;
}

/* A dependency that is not in the graph: unknown, with the nearest name, or disabled. */
static void no_such_dependency(const struct dag_building *building, const struct dag_vertex *vertex,
	const char *name, const char *from, const struct mark *at)
{
	struct arena *arena = building->arena;
	struct errors *errors = building->errors;
	const struct dag *dag = building->dag;
	const char *path = arena_printf(arena, "services.%s.%s", vertex->service->key, from);
	const struct service *disabled = disabled_service(dag, name);
	if (disabled) {
		error_add(errors, ERROR_FILE, at, path,
			"service \"%s\" is needed but no active profile includes it", name);
		if (disabled->nprofiles)
			error_hint(errors, "activate it with --profile %s", disabled->profiles[0]);
		return;
	}
	const char *text =
		arena_printf(arena, "depends on \"%s\", which is neither a service nor an application", name);
	if (building->looking)
		error_warn(errors, at, path, "%s", text);
	else
		error_add(errors, ERROR_FILE, at, path, "%s", text);
	const char **keys = ARENA_ARRAY(arena, const char *, dag->count + 1);
	for (size_t i = 0; i < dag->count; i++)
		keys[i] = dag->vertices[i]->service->key;
	error_hint_names(errors, name, "services and applications", keys, dag->count);
}

/* Whether `list` has an entry `key` or `key:…`. */
static bool list_mentions(const char *const *list, size_t count, const char *key)
{
	size_t len = strlen(key);
	for (size_t i = 0; i < count; i++) {
		if (!strncmp(list[i], key, len) && (list[i][len] == '\0' || list[i][len] == ':'))
			return true;
	}
	return false;
}

/* Whether `mode` is `service:KEY`. */
static bool shares_with(const char *mode, const char *key)
{
	return text_is(text_after(mode, "service:"), key);
}

/* Which attribute a depends_on entry comes from: the loader adds the implicit ones without a place of their
 * own in depends_on, recognisable by being required, started, and mentioned elsewhere. */
static const char *said_in(const struct service *service, const struct dependency *dependency)
{
	const char *key = dependency->key;
	if (dependency->condition == CONDITION_STARTED && dependency->required) {
		if (dependency->restart && list_mentions(service->links, service->nlinks, key))
			return "links";
		if (!dependency->restart && list_mentions(service->volumes_from, service->nvolumes_from, key))
			return "volumes_from";
		if (shares_with(service->network_mode, key))
			return "network_mode";
		if (shares_with(service->pid, key))
			return "pid";
		if (shares_with(service->ipc, key))
			return "ipc";
	}
	return "depends_on";
}

/* Whether the service runs in a namespace of that one, and is left with what remains of it when that ends. */
static bool shares_namespace(const struct service *service, const char *key)
{
	return shares_with(service->network_mode, key) || shares_with(service->pid, key) ||
	       shares_with(service->ipc, key);
}

static void add_written_dependencies(const struct dag_building *building, struct dag_vertex *vertex)
{
	const struct service *service = vertex->service;
	for (size_t i = 0; i < service->ndepends_on; i++) {
		const struct dependency *dependency = service->depends_on[i];
		struct dag_edge edge = { .to = dag_find(building->dag, dependency->key),
			.condition = dependency->condition,
			.required = dependency->required,
			.restart = dependency->restart || shares_namespace(service, dependency->key),
			.from = said_in(service, dependency),
			.at = dependency->at };
		if (edge.to)
			add_edge(building->arena, vertex, &edge);
		else if (dependency->required)
			no_such_dependency(building, vertex, dependency->key, edge.from, &dependency->at);
	}
}

/* The vertex that has a container of that name, by container_name or as PROJECT-SERVICE-NUMBER; or NULL. */
static struct dag_vertex *vertex_of_container(struct arena *arena, const struct dag *dag, const char *name)
{
	struct dag_vertex *vertex = map_get(&dag->by_container, name);
	for (size_t p = 0; !vertex && p < dag->nprojects; p++) {
		const struct project *project = dag->projects[p];
		size_t len = strlen(project->name), gap = strlen(project->separator), end = strlen(name);
		while (end && isdigit((unsigned char)name[end - 1]))
			end--;
		if (strncmp(name, project->name, len) != 0 || end < len + 2 * gap || !name[end] ||
			strncmp(name + len, project->separator, gap) != 0 ||
			strncmp(name + end - gap, project->separator, gap) != 0)
			continue;
		const char *key = arena_strndup(arena, name + len + gap, end - len - 2 * gap);
		struct dag_vertex *named = dag_find(dag, key);
		if (named && named->service->project == project && !named->service->container_name)
			vertex = named;
	}
	return vertex;
}

/* A reference to a container, which the engine looks up when it makes the one that refers to it. `name` ends
 * at a colon. */
static void add_container(struct arena *arena, const struct dag *dag, struct dag_vertex *vertex,
	const char *name, const char *from, bool restart)
{
	const struct member *member = node_member(vertex->service->node, from);
	name = arena_strndup(arena, name, strcspn(name, ":"));
	struct dag_edge edge = { .to = vertex_of_container(arena, dag, name),
		.required = true,
		.restart = restart,
		.from = from,
		.container = name,
		.at = member ? member->at : vertex->service->at };
	if (edge.to && edge.to != vertex)
		add_edge(arena, vertex, &edge);
}

/* Containers of the graph that are named instead of their service. */
static void add_named_containers(struct arena *arena, const struct dag *dag, struct dag_vertex *vertex)
{
	const struct service *service = vertex->service;
	const struct {
		const char *mode, *from;
	} modes[] = { { service->network_mode, "network_mode" }, { service->pid, "pid" },
		{ service->ipc, "ipc" } };
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		const char *name = text_after(modes[i].mode, "container:");
		if (name)
			add_container(arena, dag, vertex, name, modes[i].from, true);
	}
	for (size_t i = 0; i < service->nvolumes_from; i++) {
		const char *name = text_after(service->volumes_from[i], "container:");
		if (name)
			add_container(arena, dag, vertex, name, "volumes_from", false);
	}
	/* On networks of its own a container may be linked to one that comes later. */
	for (size_t i = 0; service->network_mode && i < service->nexternal_links; i++)
		add_container(arena, dag, vertex, service->external_links[i], "external_links", false);
}

/* Place of entry `index` of x-flow.dependencies (or of the bare key), else of the service. */
static struct mark flow_place(const struct service *service, size_t index)
{
	const struct node *list = node_get(node_get(service->node, "x-flow"), "dependencies");
	if (list && list->kind == NODE_LIST && index < list->nitems)
		return list->items[index]->at;
	return service->at;
}

static void add_flow_dependencies(const struct dag_building *building, struct dag_vertex *vertex)
{
	const struct service *service = vertex->service;
	for (size_t i = 0; service->flow && i < service->flow->ndependencies; i++) {
		const char *name = service->flow->dependencies[i];
		struct dag_edge edge = { .to = dag_find(building->dag, name),
			.required = true,
			.from = "x-flow.dependencies",
			.at = flow_place(service, i) };
		if (!edge.to) {
			no_such_dependency(building, vertex, name, edge.from, &edge.at);
			continue;
		}
		const struct probe *probe = dag_probe(building->arena, edge.to->service, false);
		edge.if_checked = probe->kind == PROBE_UNSET;
		if (probe->kind != PROBE_UNSET && probe->kind != PROBE_NONE)
			edge.condition = CONDITION_HEALTHY;
		add_edge(building->arena, vertex, &edge);
	}
}

/* What is a task is a matter of the files: it stays one in a run that leaves out, or has switched off, who
 * waits for it. */
static void mark_tasks(const struct dag *dag)
{
	for (size_t i = 0; i < dag->count; i++)
		for (size_t e = 0; e < dag->vertices[i]->nedges; e++)
			if (dag->vertices[i]->edges[e].condition == CONDITION_COMPLETED)
				dag->vertices[i]->edges[e].to->task = true;
	for (size_t p = 0; p < dag->nprojects; p++) {
		const struct project *project = dag->projects[p];
		for (size_t i = 0; i < project->nservices; i++) {
			const struct service *service = project->services[i];
			for (size_t d = 0; d < service->ndepends_on; d++) {
				const struct dependency *on = service->depends_on[d];
				struct dag_vertex *vertex = map_get(&dag->by_key, on->key);
				if (vertex && on->condition == CONDITION_COMPLETED)
					vertex->task = true;
			}
		}
	}
}

int dag_build(struct arena *arena, const struct project *const *projects, size_t nprojects,
	const struct dag_selection *selection, struct dag **ret_dag, struct errors *errors)
{
	size_t before = errors->count;
	struct dag *dag = ARENA_NEW(arena, struct dag);
	dag->projects = projects;
	dag->nprojects = nprojects;
	map_init(&dag->by_key, arena);
	map_init(&dag->by_container, arena);
	collect_services(arena, dag, false);
	if (selection->looking)
		collect_services(arena, dag, true);
	const struct dag_building building = { arena, dag, selection->looking, errors };
	for (size_t i = 0; i < dag->count; i++) {
		add_written_dependencies(&building, dag->vertices[i]);
		add_flow_dependencies(&building, dag->vertices[i]);
		add_named_containers(arena, dag, dag->vertices[i]);
	}
	mark_tasks(dag);
	if (dag_order(arena, dag, selection->looking, errors) < 0 ||
		dag_select(arena, dag, selection, errors) < 0 || errors->count > before)
		return -1;
	*ret_dag = dag;
	return 0;
}

/* The first healthcheck that a port carries, its port filled in; NULL without one. */
static struct probe *port_probe(struct arena *arena, const struct flow_service *flow)
{
	for (size_t i = 0; i < flow->nports; i++) {
		if (!flow->ports[i]->healthcheck)
			continue;
		struct probe *probe = ARENA_NEW(arena, struct probe);
		*probe = *flow->ports[i]->healthcheck;
		if (!probe->port.set && !probe->host)
			probe->port = (struct opt_int){ true, flow->ports[i]->internal };
		return probe;
	}
	return NULL;
}

bool dag_is_checked(const struct service *service, bool image_has_check)
{
	const struct healthcheck *check = service->healthcheck;
	if (!check)
		return image_has_check;
	if (check->disable || (check->ntest && !strcmp(check->test[0], "NONE")))
		return false;
	return check->ntest > 0 || image_has_check;
}

const struct probe *dag_probe(struct arena *arena, const struct service *service, bool image_has_check)
{
	static const struct probe unset = { .kind = PROBE_UNSET };
	const struct probe *flow = service->flow ? service->flow->healthcheck : NULL;
	if (flow && flow->kind != PROBE_UNSET)
		return flow;
	struct probe *probe = service->flow ? port_probe(arena, service->flow) : NULL;
	if (!probe && dag_is_checked(service, image_has_check)) {
		probe = ARENA_NEW(arena, struct probe);
		probe->kind = PROBE_CONTAINER;
	}
	if (!probe)
		return &unset;
	if (flow) { /* x-flow.healthcheck only says how often to look at what another key checks */
		probe->interval = flow->interval.set ? flow->interval : probe->interval;
		probe->timeout = flow->timeout.set ? flow->timeout : probe->timeout;
		probe->start_period = flow->start_period.set ? flow->start_period : probe->start_period;
		probe->retries = flow->retries.set ? flow->retries : probe->retries;
		probe->early = flow->early != TRI_UNSET ? flow->early : probe->early;
	}
	return probe;
}

const struct flow_port *dag_probed_port(const struct service *service, const struct probe *probe)
{
	const struct flow_service *flow = service->flow;
	for (size_t i = 0; flow && flow->healthcheck != probe && i < flow->nports; i++)
		if (flow->ports[i]->healthcheck)
			return flow->ports[i];
	return NULL;
}

int64_t dag_probe_port(const struct service *service, const struct probe *probe)
{
	const struct flow_service *flow = service->flow;
	if (probe->port.set)
		return probe->port.value;
	const struct flow_port *own = dag_probed_port(service, probe);
	if (own)
		return probe->host && own->external.set ? own->external.value : own->internal;
	if (service->nports && service->ports[0]->target > 0)
		return service->ports[0]->target;
	return flow && flow->nports ? flow->ports[0]->internal : 0;
}
