/* The planners of `down`, `rm`, `stop` and `kill`: everything stops as early as it may, nothing foreign is
 * touched. */
#include "base/text/text.h"
#include "graph/down/teardown_going.h"
#include "graph/down/teardown_stays.h"
#include "graph/down/teardown_volume.h"
#include "graph/plan/hooks.h"
#include "graph/up/reconcile.h"

#include <string.h>

/* A container that goes. */
struct leaving {
	const struct observed_container *seen;
	struct step *stop, *remove;
};

struct teardown {
	struct arena *arena;
	const struct teardown_scope *scope;
	const struct dag *dag; /* may be NULL */
	const char *project;
	const struct observed *seen;
	const struct teardown_options *options;
	struct plan *plan;
	struct leaving *items;
	size_t count;
	struct map by_service; /* service → struct group */
};

/* The leaving containers of a service. */
struct group {
	struct leaving **items;
	size_t count;
};

/* The service that a container belongs to, or NULL when the graph does not have it. */
static const struct service *own_service(const struct dag *dag, const struct observed_container *seen)
{
	const struct dag_vertex *vertex = dag_find_in(dag, seen->project, seen->service);
	return vertex ? vertex->service : NULL;
}

/* Removes a container once it has stopped. */
static void add_removal(
	struct teardown *down, struct leaving *leaving, const struct service *service, const char *reason)
{
	const struct observed_container *seen = leaving->seen;
	leaving->remove = plan_add(down->plan, OP_CONTAINER_REMOVE, seen->name, reason);
	leaving->remove->container = seen;
	leaving->remove->service = service;
	leaving->remove->number_of = seen->number;
	/* A stop that failed leaves nothing better to do; what somebody has started since it was seen runs
	 * on. */
	leaving->remove->ending.force = leaving->stop || down->options->extent == TEARDOWN_PROJECT;
	leaving->remove->ending.remove_volumes = down->options->volumes || seen->hook;
	plan_need(down->plan, leaving->remove, leaving->stop, ON_END);
}

/* Takes a container into the plan: stop when it runs, then remove unless only processes end. */
static void take_down(struct teardown *down, const struct observed_container *seen, const char *reason)
{
	struct leaving *leaving = ARENA_NEW(down->arena, struct leaving);
	const struct service *service = own_service(down->dag, seen);
	leaving->seen = seen;
	if (container_state_runs(seen->state) && !seen->hook) { /* nobody waits for it any more */
		enum op op = down->options->kill ? OP_CONTAINER_KILL : OP_CONTAINER_STOP;
		leaving->stop = plan_add(down->plan, op, seen->name, reason);
		leaving->stop->container = seen;
		leaving->stop->service = service;
		leaving->stop->number_of = seen->number;
		leaving->stop->ending.timeout = down->options->timeout;
		leaving->stop->ending.signal = down->options->signal;
	} else if (down->options->extent == TEARDOWN_PROCESSES && !down->options->kill && !seen->hook) {
		plan_keep(down->plan, seen->name, "Stopped");
	}
	if (down->options->extent != TEARDOWN_PROCESSES)
		add_removal(down, leaving, service, leaving->stop ? NULL : reason);
	*ARENA_PUSH(down->arena, down->items, down->count) = *leaving;
	const char *key = seen->service ? seen->service : "";
	struct group *group = map_get(&down->by_service, key);
	if (!group) {
		group = ARENA_NEW(down->arena, struct group);
		map_set(&down->by_service, key, group);
	}
	*ARENA_PUSH(down->arena, group->items, group->count) = leaving;
}

/* The dependency's containers stop only after `stop`. */
static void before_dependency(struct teardown *down, struct step *stop, const char *service)
{
	const struct group *group = map_get(&down->by_service, service);
	for (size_t i = 0; group && i < group->count; i++) {
		if (group->items[i]->stop)
			plan_need(down->plan, group->items[i]->stop, stop, ON_END);
	}
}

/* Calls back for each service named in a label like `db:service_healthy:true,cache:…`, or a comma list. */
static void each_listed(struct teardown *down, const char *label, struct step *stop)
{
	for (const char *at = label; at && *at;) {
		size_t len = strcspn(at, ",");
		before_dependency(down, stop, arena_strndup(down->arena, at, strcspn(at, ":,")));
		at += len + (at[len] == ',');
	}
}

/* Drops stop-after-stop edges in and behind circles: labels of containers made from different versions of a
 * file can contradict each other. `blocked` counts who waits for a stop; the scheduler sets it anew. */
static void break_circles(struct teardown *down)
{
	struct step **queue = ARENA_ARRAY(down->arena, struct step *, down->count + 1);
	size_t nqueue = 0;
	for (size_t i = 0; i < down->count; i++) {
		const struct step *stop = down->items[i].stop;
		for (size_t n = 0; stop && n < stop->nneeds; n++)
			stop->needs[n].on->blocked++;
	}
	for (size_t i = 0; i < down->count; i++) {
		if (down->items[i].stop && !down->items[i].stop->blocked)
			queue[nqueue++] = down->items[i].stop;
	}
	for (size_t at = 0; at < nqueue; at++) {
		for (size_t n = 0; n < queue[at]->nneeds; n++) {
			if (--queue[at]->needs[n].on->blocked == 0)
				queue[nqueue++] = queue[at]->needs[n].on;
		}
	}
	for (size_t i = 0; i < down->count; i++) {
		struct step *stop = down->items[i].stop;
		if (stop && stop->blocked)
			stop->nneeds = 0;
	}
}

/* Dependents stop before what they depend on: by the graph where the service is in it, else by labels. */
static void order_stops(struct teardown *down)
{
	bool labels = false;
	for (size_t i = 0; i < down->count; i++) {
		const struct leaving *leaving = &down->items[i];
		if (!leaving->stop)
			continue;
		const struct dag_vertex *vertex =
			leaving->stop->service ? dag_vertex(down->dag, leaving->stop->service) : NULL;
		for (size_t e = 0; vertex && e < vertex->nedges; e++)
			before_dependency(down, leaving->stop, vertex->edges[e].to->service->key);
		if (!vertex) {
			each_listed(down, observed_label(leaving->seen, "com.docker.compose.depends_on"),
				leaving->stop);
			labels = true;
		}
	}
	if (labels)
		break_circles(down);
}

static bool is_leaving(const struct teardown *down, const struct observed_container *seen)
{
	for (size_t i = 0; i < down->count; i++) {
		if (down->items[i].seen == seen)
			return true;
	}
	return false;
}

static bool is_on(const struct observed_container *seen, const char *network)
{
	for (size_t i = 0; i < seen->nattachments; i++) {
		if (text_is(seen->attachments[i].network, network))
			return true;
	}
	return false;
}

/* A stopped one-off is started by nobody again: it needs no network. */
static bool needs_network(const struct observed_container *seen, const char *network)
{
	return is_on(seen, network) && (!seen->oneoff || container_state_runs(seen->state));
}

static bool mounts_volume(const struct observed_container *seen, const char *volume)
{
	for (size_t i = 0; i < seen->nmounts; i++) {
		if (text_is(seen->mounts[i].name, volume))
			return true;
	}
	return false;
}

/* A container that stays and uses the network or volume of that name, or NULL; one that its provider takes
 * away only where there is no other. */
static const struct observed_container *staying_user(const struct teardown *down, const char *name,
	bool (*uses)(const struct observed_container *seen, const char *name))
{
	const struct observed_container *left = NULL;
	for (size_t i = 0; i < down->seen->ncontainers; i++) {
		const struct observed_container *seen = down->seen->containers[i];
		if (!uses(seen, name) || is_leaving(down, seen))
			continue;
		if (!teardown_asked(down->scope, down->options, seen))
			return seen;
		left = seen;
	}
	return left;
}

/* Removes a network or volume after the containers, those that use it gone for sure. One that is still used
 * stays, with a note: NULL. */
static struct step *remove_used(struct teardown *down, enum op op, const char *name,
	bool (*uses)(const struct observed_container *seen, const char *name))
{
	const struct observed_container *user = staying_user(down, name, uses);
	/* A network goes with the last container of the provider's. */
	bool goes = user && op == OP_NETWORK_REMOVE && teardown_asked(down->scope, down->options, user);
	if (user && !goes)
		plan_note(down->plan, "%s %s stays: container %s uses it", op_traits[op].object, name,
			user->name);
	if (user)
		return NULL;
	struct step *remove = plan_add(down->plan, op, name, NULL);
	remove->ending.yields = true;
	for (size_t c = 0; c < down->count; c++)
		plan_need(down->plan, remove, down->items[c].remove,
			uses(down->items[c].seen, name) ? ON_SUCCESS : ON_END);
	return remove;
}

static void remove_networks(struct teardown *down)
{
	for (size_t i = 0; i < down->seen->nnetworks; i++) {
		const struct observed_network *network = down->seen->networks[i];
		if (!text_is(network->project, down->project))
			continue;
		struct step *remove = remove_used(down, OP_NETWORK_REMOVE, network->name, needs_network);
		if (remove)
			remove->network.seen = network;
	}
}

/* Whether the volume is removed already: `volumes_from` mounts it, too. */
static bool is_removed(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->steps[i]->op == OP_VOLUME_REMOVE && text_is(plan->steps[i]->name, name))
			return true;
	return false;
}

/* Volumes without a name of their own that a recreated container has inherited: the engine takes them for
 * named ones and does not remove them with the container. */
static void remove_inherited(struct teardown *down, const struct leaving *leaving)
{
	const struct observed_container *seen = leaving->seen;
	for (size_t i = 0; seen->replaces && i < seen->nmounts; i++) {
		const char *name = seen->mounts[i].name;
		if (!observed_anonymous(&seen->mounts[i]) || staying_user(down, name, mounts_volume) ||
			is_removed(down->plan, name))
			continue;
		struct step *remove = plan_add(down->plan, OP_VOLUME_REMOVE, name, "anonymous, inherited");
		remove->may_fail = remove->ending.yields = true;
		for (size_t c = 0; c < down->count; c++)
			if (mounts_volume(down->items[c].seen, name))
				plan_need(down->plan, remove, down->items[c].remove, ON_SUCCESS);
	}
}

static void remove_volumes(struct teardown *down)
{
	for (size_t c = 0; c < down->count; c++)
		remove_inherited(down, &down->items[c]);
	for (size_t i = 0; down->options->extent == TEARDOWN_PROJECT && i < down->seen->nvolumes; i++) {
		const struct observed_volume *volume = down->seen->volumes[i];
		const char *why = NULL;
		if (!text_is(volume->project, down->project))
			continue;
		bool stays = teardown_volume_stays(down->arena, down->scope, down->project, volume, &why);
		if (stays && why && !staying_user(down, volume->name, mounts_volume))
			plan_note(down->plan, "%s", why);
		else if (!stays || why)
			remove_used(down, OP_VOLUME_REMOVE, volume->name, mounts_volume);
	}
}

/* Images go last: no container of the project uses them any more. */
static void remove_images(struct teardown *down)
{
	for (size_t i = 0; i < down->seen->nimages; i++) {
		const struct observed_image *image = down->seen->images[i];
		if (!image->id)
			continue;
		struct step *remove = plan_add(down->plan, OP_IMAGE_REMOVE, image->reference, NULL);
		remove->may_fail = remove->ending.yields = true;
		for (size_t c = 0; c < down->count; c++)
			plan_need(down->plan, remove, down->items[c].remove, ON_END);
	}
}

static struct teardown begin_plan(struct arena *arena, const struct teardown_scope *scope,
	const char *project, const struct teardown_options *options)
{
	struct teardown down = { .arena = arena,
		.scope = scope,
		.dag = scope->dag,
		.project = project,
		.seen = scope->seen,
		.options = options,
		.plan = plan_create(arena) };
	map_init(&down.by_service, arena);
	return down;
}

/* What comes of the containers that leave: the order of their stops, and what they leave behind. */
static struct plan *end_plan(struct teardown *down, bool networks)
{
	const struct teardown_options *options = down->options;
	if (!options->kill)
		order_stops(down);
	if (networks && options->extent == TEARDOWN_PROJECT)
		remove_networks(down);
	if (options->volumes)
		remove_volumes(down);
	if (options->images)
		remove_images(down);
	hooks_before_stops(down->plan);
	plan_order(down->plan);
	return down->plan;
}

/* `rm` without --stop is about what has ended. */
static bool runs_on(const struct teardown_options *options, const struct observed_container *seen)
{
	return options->extent == TEARDOWN_CONTAINERS && !options->running &&
	       container_state_runs(seen->state);
}

struct plan *reconcile_down(
	struct arena *arena, const struct teardown_scope *scope, const struct teardown_options *options)
{
	struct teardown down = begin_plan(arena, scope, scope->project, options);
	const struct map *going = teardown_going(arena, scope, options->extent == TEARDOWN_PROJECT);
	for (size_t i = 0; i < scope->seen->ncontainers; i++) {
		const struct observed_container *container = scope->seen->containers[i];
		const char *reason = container->service ? map_get(going, container->service) : NULL;
		if (!text_is(container->project, scope->project) || (scope->nnames && !reason))
			continue;
		const struct service *asked = teardown_asked(scope, options, container);
		if (asked && options->extent == TEARDOWN_PROJECT)
			plan_note(down.plan, "container %s is left to the provider of service %s",
				container->name, asked->key);
		if (asked)
			continue;
		const char *stays = teardown_stays(arena, scope, options, container);
		if (stays && options->extent == TEARDOWN_PROJECT)
			plan_note(down.plan, "%s stays: remove with --remove-orphans", stays);
		if (stays || runs_on(options, container))
			continue;
		take_down(&down, container, reason && *reason ? reason : NULL);
	}
	return end_plan(&down, true);
}

/* Whether a running container needs the application: by the graph, or by the label its creation left. */
static bool needs_application(
	const struct dag *dag, const struct observed_container *seen, const struct service *application)
{
	if (!container_state_runs(seen->state))
		return false;
	const char *label = observed_label(seen, "docker-flow.applications");
	size_t len = strlen(application->key);
	for (const char *at = label; at && *at;) {
		size_t size = strcspn(at, ",");
		if (size == len && !strncmp(at, application->key, len))
			return true;
		at += size + (at[size] == ',');
	}
	const struct service *service = own_service(dag, seen);
	const struct dag_vertex *vertex = service ? dag_vertex(dag, service) : NULL;
	for (size_t e = 0; vertex && e < vertex->nedges; e++) {
		if (vertex->edges[e].to->service == application)
			return true;
	}
	return false;
}

/* A running container outside of `going` (by vertex order) that needs the application, or NULL. */
static const struct observed_container *needed_by(const struct dag *dag, const struct observed *seen,
	const bool *going, const struct service *application)
{
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		const struct service *own = own_service(dag, container);
		bool goes = own && going[dag_vertex(dag, own)->order];
		if (!goes && needs_application(dag, container, application))
			return container;
	}
	return NULL;
}

/* Marks the applications named and reports what still needs one of them. */
static int mark_named(const struct teardown_scope *scope, bool *going, struct errors *errors)
{
	const struct dag *dag = scope->dag;
	size_t before = errors->count;
	for (size_t i = 0; i < scope->nnames; i++) {
		const char *id = scope->names[i];
		const struct dag_vertex *vertex = dag_find(dag, id);
		if (vertex && vertex->service->application)
			going[vertex->order] = true;
		else
			error_add(errors, ERROR_USAGE, NULL, NULL, "no such application: \"%s\"", id);
	}
	if (errors->count > before)
		return -1;
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->sorted[i]->service;
		const struct observed_container *user =
			going[i] ? needed_by(dag, scope->seen, going, service) : NULL;
		if (!user)
			continue;
		error_add(errors, ERROR_GATE, NULL, NULL,
			"application %s is needed by container %s, which runs", service->key, user->name);
		error_hint(errors, "stop that one first, or name it too");
	}
	return errors->count > before ? -1 : 0;
}

/* Marks what only applications that go need: dependents come later in the order. Returns the project of what
 * goes. */
static const char *mark_upstream(const struct dag *dag, const struct observed *seen, bool *going)
{
	const char *project = NULL;
	for (size_t i = dag->count; i-- > 0;) {
		const struct dag_vertex *vertex = dag->sorted[i];
		bool upstream = false;
		for (size_t d = 0; d < vertex->ndependents; d++)
			upstream |= going[vertex->dependents[d]->order];
		if (!going[i] && upstream && vertex->service->application)
			going[i] = !needed_by(dag, seen, going, vertex->service);
		if (going[i])
			project = vertex->service->project->name;
	}
	return project;
}

int reconcile_down_applications(struct arena *arena, const struct teardown_scope *scope,
	const struct teardown_options *options, struct plan **ret_plan, struct errors *errors)
{
	const struct dag *dag = scope->dag;
	const struct observed *seen = scope->seen;
	bool *going = arena_alloc(arena, dag->count + 1);
	if (mark_named(scope, going, errors) < 0)
		return -1;
	struct teardown down = begin_plan(arena, scope, mark_upstream(dag, seen, going), options);
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		const struct service *service = own_service(dag, container);
		if (service && going[dag_vertex(dag, service)->order])
			take_down(&down, container, NULL);
	}
	*ret_plan = end_plan(&down, down.count > 0);
	return 0;
}
