/* The planner of `up`. */
#include "graph/plan/hooks.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

int64_t reconcile_scale(const struct map *scale, const struct service *service)
{
	const int64_t *asked = scale ? map_get(scale, service->key) : NULL;
	return asked ? *asked : service_scale(service);
}

/* The containers, each with its service. */
static void sort_containers(struct work *work)
{
	for (size_t i = 0; i < work->seen->ncontainers; i++) {
		const struct observed_container *seen = work->seen->containers[i];
		struct existing *existing = ARENA_NEW(work->arena, struct existing);
		existing->seen = seen;
		*ARENA_PUSH(work->arena, work->existing, work->nexisting) = existing;
		map_set(&work->by_name, seen->name, existing);
		const struct dag_vertex *vertex =
			seen->service && seen->project ? dag_find(work->dag, seen->service) : NULL;
		if (!vertex || strcmp(vertex->service->project->name, seen->project))
			continue;
		existing->task = work_task(work, vertex);
		if (!seen->oneoff)
			*ARENA_PUSH(work->arena, existing->task->existing, existing->task->nexisting) =
				existing;
	}
}

static void prepare(struct work *work)
{
	map_init(&work->by_name, work->arena);
	map_init(&work->nets, work->arena);
	map_init(&work->vols, work->arena);
	map_init(&work->images, work->arena);
	for (size_t i = 0; i < work->seen->nimages; i++)
		map_set(&work->images, work->seen->images[i]->reference, work->seen->images[i]);
	work->tasks = ARENA_ARRAY(work->arena, struct task, work->dag->count + 1);
	for (size_t i = 0; i < work->dag->count; i++) {
		struct task *task = &work->tasks[i];
		task->vertex = work->dag->sorted[i];
		task->service = task->vertex->service;
		task->scale = reconcile_scale(work->options->scale, task->service);
	}
	sort_containers(work);
}

/* Everything that can be refused is refused here, before a step is written. */
static void decide(struct work *work)
{
	networks_decide(work);
	volumes_decide(work);
	for (size_t i = 0; i < work->dag->count; i++) {
		if (work->tasks[i].vertex->selected)
			task_decide(work, &work->tasks[i]);
	}
}

/* Whether the file's project has a service of that name, with or without an active profile. */
static bool in_file(const struct project *project, const char *service)
{
	for (size_t i = 0; service && i < project->nservices; i++) {
		if (!strcmp(project->services[i]->key, service))
			return true;
	}
	return false;
}

/* Containers of the file's project whose service left the file. Applications are nobody's orphans. */
static void emit_orphans(struct work *work)
{
	const struct project *project = work->dag->nprojects ? work->dag->projects[0] : NULL;
	if (!project || (project->nservices && project->services[0]->application))
		return;
	for (size_t i = 0; i < work->nexisting; i++) {
		struct existing *existing = work->existing[i];
		const struct observed_container *seen = existing->seen;
		if (existing->task || seen->oneoff || !seen->project ||
			strcmp(seen->project, project->name) || in_file(project, seen->service))
			continue;
		if (work->options->remove_orphans) {
			existing->unwanted = "orphan";
			existing_remove(work, existing);
		} else if (!work->options->ignore_orphans) {
			plan_note(work->plan,
				"orphan container %s (service %s is not in the file): remove with --remove-orphans",
				seen->name, seen->service ? seen->service : "unknown");
		}
	}
}

/* Steps that need a container name wait until its present owner is removed. */
static void settle_names(struct work *work)
{
	for (size_t i = 0; i < work->nname_waits; i++) {
		const struct name_wait *wait = &work->name_waits[i];
		const struct existing *owner = map_get(&work->by_name, wait->name);
		if (!owner || owner == wait->self)
			continue;
		if (owner->remove) {
			plan_need(work->plan, wait->step, owner->remove, ON_SUCCESS);
			continue;
		}
		const struct service *service = wait->step->service;
		error_add(work->errors, ERROR_ENGINE, &service->at,
			arena_printf(work->arena, "services.%s", service->key),
			"container name \"%s\" is in use by a container of service %s", wait->name,
			owner->seen->service ? owner->seen->service : "unknown");
		error_hint(work->errors, owner->task ? "give one of them another container_name"
						     : "remove it with --remove-orphans, or rename it");
	}
}

int reconcile_up(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct reconcile_options *options, struct plan **ret_plan, struct errors *errors)
{
	size_t before = errors->count;
	struct work work = { .arena = arena,
		.dag = dag,
		.seen = seen,
		.options = options,
		.plan = plan_create(arena),
		.errors = errors };
	prepare(&work);
	decide(&work);
	if (errors->count > before)
		return -1;
	networks_emit(&work);
	volumes_emit(&work);
	for (size_t i = 0; i < dag->count; i++) {
		if (work.tasks[i].vertex->selected)
			task_emit(&work, &work.tasks[i]);
	}
	if (options->wait && !options->no_start)
		gates_wait(&work);
	emit_orphans(&work);
	settle_names(&work);
	hooks_before_stops(work.plan);
	networks_alone(&work);
	plan_order(work.plan);
	undos_emit(&work);
	if (errors->count > before)
		return -1;
	*ret_plan = work.plan;
	return 0;
}

/* The name that a create step gives its service's container by `container_name`, or NULL. */
static const char *own_name(const struct step *step)
{
	if (!op_traits[step->op].creates || !step->service->container_name)
		return NULL;
	return step->new_name ? step->new_name : step->name;
}

void reconcile_wanted_names(struct arena *arena, const struct plan *plan, const struct observed *seen,
	const char ***ret_names, size_t *ret_count)
{
	struct map have;
	map_init(&have, arena);
	for (size_t i = 0; i < seen->ncontainers; i++)
		map_set(&have, seen->containers[i]->name, NULL);
	*ret_names = NULL;
	*ret_count = 0;
	for (size_t i = 0; i < plan->count; i++) {
		const char *name = own_name(plan->steps[i]);
		if (name && !map_has(&have, name))
			*ARENA_PUSH(arena, *ret_names, *ret_count) = name;
	}
}

static void refuse_name(struct arena *arena, const struct service *service,
	const struct observed_container *other, struct errors *errors)
{
	const struct member *member = node_member(service->node, "container_name");
	error_add(errors, ERROR_ENGINE, member ? &member->value->at : &service->at,
		arena_printf(arena, "services.%s.container_name", service->key),
		"container name \"%s\" is in use by container %.12s of %s", other->name, other->id,
		other->project ? arena_printf(arena, "project %s", other->project) : "no project");
	error_hint(errors, "choose another name, or remove that container: docker rm -f %s", other->name);
}

int reconcile_names(struct arena *arena, const struct plan *plan, struct observed_container *const *others,
	size_t nothers, struct errors *errors)
{
	size_t before = errors->count;
	for (size_t i = 0; i < plan->count; i++) {
		const char *name = own_name(plan->steps[i]);
		for (size_t o = 0; name && o < nothers; o++) {
			if (!strcmp(others[o]->name, name))
				refuse_name(arena, plan->steps[i]->service, others[o], errors);
		}
	}
	return errors->count > before ? -1 : 0;
}
