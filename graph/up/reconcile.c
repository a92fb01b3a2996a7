/* The planner of `up`. */
#include "graph/plan/hooks.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

int64_t reconcile_scale(const struct map *scale, const struct service *service)
{
	const int64_t *asked = scale ? map_get(scale, service->key) : NULL;
	return asked ? *asked : service_scale(service);
}

int reconcile_count(
	struct arena *arena, const struct dag *dag, const struct map *scale, struct errors *errors)
{
	int64_t left = RECONCILE_CONTAINERS_MOST;
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		int64_t count = dag->vertices[i]->selected ? reconcile_scale(scale, service) : 0;
		if (count <= left) {
			left -= count;
			continue;
		}
		bool asked = scale && map_has(scale, service->key);
		const struct member *own = node_member(service->node, "scale");
		const struct node *replicas = node_get(node_get(service->node, "deploy"), "replicas");
		const struct mark *at = own ? &own->value->at : replicas ? &replicas->at : &service->at;
		if (asked)
			error_add(errors, ERROR_USAGE, NULL, NULL,
				"--scale %s=%lld: more than %d containers in all", service->key,
				(long long)count, RECONCILE_CONTAINERS_MOST);
		else
			error_add(errors, ERROR_FILE, at,
				arena_printf(arena, "services.%s.%s", service->key,
					own || !replicas ? "scale" : "deploy.replicas"),
				"%lld of this service are more than %d containers in all", (long long)count,
				RECONCILE_CONTAINERS_MOST);
		return error_hint(errors, "write a smaller number, or take as many with --no-limits");
	}
	return 0;
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
		const struct dag_vertex *vertex = dag_find_in(work->dag, seen->project, seen->service);
		if (!vertex)
			continue;
		existing->task = work_task(work, vertex);
		if (!seen->oneoff)
			*ARENA_PUSH(work->arena, existing->task->existing, existing->task->nexisting) =
				existing;
	}
}

void work_begin(struct work *work)
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
	hooks_find_left(work, false);
	for (size_t i = 0; i < work->dag->count; i++) {
		if (work->tasks[i].vertex->selected)
			task_decide(work, &work->tasks[i]);
		else
			task_note_bereft(work, &work->tasks[i]);
	}
}

/* Containers that run on as they are. */
static void keep_running(struct work *work)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		for (size_t r = 0; task->vertex->selected && r < task->nreplicas; r++) {
			const struct replica *replica = task->replicas[r];
			if (replica->now && !replica->start && existing_runs(replica->now))
				plan_keep(work->plan, replica->now->seen->name, "Running");
		}
	}
}

static void emit_orphans(struct work *work)
{
	for (size_t i = 0; i < work->nexisting; i++) {
		struct existing *existing = work->existing[i];
		const struct observed_container *seen = existing->seen;
		bool once = seen->oneoff && !seen->hook;
		if (!existing_orphan(work, existing))
			continue;
		if (work->options->remove_orphans) {
			existing->unwanted = "orphan";
			existing_remove(work, existing);
		} else if (!work->options->ignore_orphans && !seen->abandoned) {
			plan_note(work->plan, "orphan container %s (%s %s %s): remove with --remove-orphans",
				seen->name, once ? "one-off of" : "service",
				seen->service ? seen->service : "unknown",
				once ? "has ended" : "is not in the file");
		}
	}
}

/* Steps that need a container name wait until its present owner is removed, or has another one. */
static void settle_names(struct work *work)
{
	for (size_t i = 0; i < work->nname_waits; i++) {
		const struct name_wait *wait = &work->name_waits[i];
		const struct existing *owner = map_get(&work->by_name, wait->name);
		if (!owner || owner == wait->self)
			continue;
		struct step *freed = owner->aside ? owner->aside : owner->remove;
		plan_need(work->plan, wait->step, freed, ON_SUCCESS);
		if (freed && owner->task && owner->task->service == wait->step->service)
			wait->step->follows = freed; /* the service has no other container then */
		if (freed)
			continue;
		const struct service *service = wait->step->service;
		error_add(work->errors, ERROR_ENGINE, &service->at,
			arena_printf(work->arena, "services.%s", service->key),
			"container name \"%s\" is in use by a container of service %s", wait->name,
			owner->seen->service ? owner->seen->service : "unknown");
		if (wait->step->create.oneoff)
			error_hint(work->errors,
				"give it another --name, or remove that container: docker rm -f %s",
				wait->name);
		else
			error_hint(work->errors, owner->task
							 ? "give one of them another container_name"
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
	work.plan->leaves_needed = options->no_deps;
	work_begin(&work);
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
	proofs_finish(&work);
	keep_running(&work);
	emit_orphans(&work);
	leftovers_emit(&work);
	hooks_remove_left(&work);
	networks_return(&work);
	undo_order(&work);
	settle_names(&work);
	hooks_before_stops(work.plan);
	networks_alone(&work);
	plan_order(work.plan);
	if (errors->count > before)
		return -1;
	if (!options->no_start)
		reconcile_faults(arena, dag, seen, work.plan);
	*ret_plan = work.plan;
	return 0;
}
