#include "graph/again/again.h"
#include "graph/plan/hooks.h"
#include "graph/up/inputs.h"
#include "graph/up/reconcile_work.h"

/* The replica of that number; containers without a number have one each. */
static struct replica *replica_of(const struct task *task, int64_t number)
{
	for (size_t i = 0; number && i < task->nreplicas; i++)
		if (task->replicas[i]->number == number)
			return task->replicas[i];
	return NULL;
}

/* The containers of a service as they are; of several with one number, which a run that was cut short has
 * left, the one that `up` would go on with. */
static void take_as_they_are(const struct work *work, struct task *task)
{
	for (size_t i = 0; i < task->nexisting; i++) {
		struct existing *each = task->existing[i];
		const struct observed_container *seen = each->seen;
		if (seen->state == CONTAINER_REMOVING || seen->state == CONTAINER_DEAD)
			continue;
		struct replica *replica = replica_of(task, seen->number);
		if (!replica) {
			replica = ARENA_NEW(work->arena, struct replica);
			replica->number = seen->number;
			*ARENA_PUSH(work->arena, task->replicas, task->nreplicas) = replica;
		}
		if (!existing_better(each, replica->now,
			    service_container_name(work->arena, task->service, seen->number)))
			continue;
		replica->now = each;
		replica->name = seen->name;
	}
	task->one_shot = inputs_one_shot(task->vertex);
}

/* What some service waits for to complete is a task, be that service part of this run or not. */
static void find_tasks(const struct work *work)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct dag_vertex *vertex = work->dag->vertices[i];
		for (size_t e = 0; e < vertex->nedges; e++)
			if (vertex->edges[e].condition == CONDITION_COMPLETED)
				work_task(work, vertex->edges[e].to)->one_shot = true;
	}
}

/* A service that is waited for and has no container; of what only has to be started nobody waits. */
static void miss_dependencies(struct work *work, const struct task *task)
{
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		const struct task *to = work_task(work, edge->to);
		const char *key = edge->to->service->key;
		if (to->nreplicas || !to->scale || !edge->to->selected ||
			edge->condition == CONDITION_STARTED)
			continue;
		if (!edge->required) {
			plan_note(work->plan, "%s is missing dependency %s", task->service->key, key);
			continue;
		}
		error_add(work->errors, ERROR_GATE, &edge->at,
			arena_printf(work->arena, "services.%s.%s", task->service->key, edge->from),
			"%s is missing dependency %s", task->service->key, key);
		error_hint(work->errors, "docker flow up makes the containers that are not there");
	}
}

/* Services without a container: those named, or, where nothing is there at all, the first. */
static void miss_containers(struct work *work, const struct again_options *options)
{
	bool any = false;
	for (size_t i = 0; i < work->dag->count; i++)
		any |= work->tasks[i].vertex->selected && work->tasks[i].nreplicas;
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		bool asked = options->named ? task->vertex->named : task->vertex->selected && !any;
		if (!asked || !task->scale || task->nreplicas)
			continue;
		any = true;
		error_add(work->errors, ERROR_ENGINE, NULL, NULL, "service \"%s\" has no container to start",
			task->service->key);
		error_hint(work->errors, "docker flow up or docker flow create makes it");
	}
}

/* What does not run starts, but tasks that are done; so does what the engine tries again in vain. */
static void decide_start(struct work *work, const struct again_options *options)
{
	miss_containers(work, options);
	for (size_t i = 0; i < work->dag->count; i++) {
		struct task *task = &work->tasks[i];
		bool asked = options->named && task->vertex->literal, starts = false;
		for (size_t r = 0; task->vertex->selected && r < task->nreplicas; r++) {
			struct replica *replica = task->replicas[r];
			replica->reason = existing_runs(replica->now) && replica->now->seen->stopping
						  ? "a run that was cut short may be stopping it"
						  : existing_retried(work, replica->now);
			if (replica->reason) {
				replica->action = ACTION_RESTART;
				starts = true;
				continue;
			}
			if (existing_runs(replica->now) || (existing_done(task, replica->now) && !asked))
				continue;
			replica->action = ACTION_START;
			replica->reason = existing_idle(work, replica->now);
			starts = true;
		}
		if (starts)
			miss_dependencies(work, task);
	}
}

/* Why a service restarts that was not asked for itself. */
static const char *restart_cause(const struct work *work, const struct dag_vertex *vertex)
{
	for (size_t e = 0; !vertex->named && e < vertex->nedges; e++)
		if (vertex->edges[e].restart && vertex->edges[e].to->selected)
			return restart_reason(work, vertex->service, &vertex->edges[e]);
	return NULL;
}

static void decide_restart(const struct work *work, const struct again_options *options)
{
	if (!options->no_deps)
		dag_select_restarted(work->dag);
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		for (size_t r = 0; task->vertex->selected && r < task->nreplicas; r++) {
			struct replica *replica = task->replicas[r];
			replica->action = existing_runs(replica->now) ? ACTION_RESTART : ACTION_START;
			replica->reason = restart_cause(work, task->vertex);
		}
	}
}

/* A container stays up until what its service waits for is ready: where that never is, it has not been taken
 * down. */
static void emit_start(struct work *work, struct task *task, struct replica *replica)
{
	struct step *stop = NULL;
	if (replica->action == ACTION_RESTART) {
		stop = existing_stop(work, replica->now, replica->reason, NULL);
		stop->ending.restarts = true;
		gates_need(work, task, stop);
	}
	struct step *start = replica_start(work, task, replica, replica->reason);
	gates_need(work, task, start);
	plan_need(work->plan, start, stop, ON_SUCCESS);
	start->follows = stop;
}

static void emit_task(struct work *work, struct task *task)
{
	/* Gates come before the steps that wait at them, for those who read the plan. */
	gates_need(work, task, NULL);
	for (size_t r = 0; r < task->nreplicas; r++)
		if (task->replicas[r]->action != ACTION_KEEP)
			emit_start(work, task, task->replicas[r]);
}

/* Starts are those of `up`, with its gates and hooks. */
static void emit_everything(struct work *work)
{
	for (size_t i = 0; i < work->dag->count; i++)
		work->tasks[i].scale = (int64_t)work->tasks[i].nreplicas;
	for (size_t i = 0; i < work->dag->count; i++)
		if (work->tasks[i].vertex->selected)
			emit_task(work, &work->tasks[i]);
	if (work->options->wait)
		gates_wait(work);
	hooks_find_left(work, true);
	hooks_remove_left(work);
	hooks_before_stops(work->plan);
	plan_order(work->plan);
	reconcile_faults(work->arena, work->dag, work->seen, work->plan);
}

/* What cannot be paused, or set going, since it is so already: the others are. */
static void emit_pause(
	const struct work *work, const struct task *task, const struct existing *existing, bool pause)
{
	const struct observed_container *seen = existing->seen;
	if (!existing_runs(existing))
		return;
	if (seen->state == (pause ? CONTAINER_PAUSED : CONTAINER_RUNNING)) {
		*ARENA_PUSH(work->arena, work->plan->faults, work->plan->nfaults) = (struct plan_fault){
			.at = task->service->at,
			.path = arena_printf(work->arena, "services.%s", task->service->key),
			.text = arena_printf(work->arena,
				pause ? "container %s is already paused" : "container %s is not paused",
				seen->name),
			.hint = "docker flow ps shows the state of each",
		};
		return;
	}
	struct step *step =
		plan_add(work->plan, pause ? OP_CONTAINER_PAUSE : OP_CONTAINER_UNPAUSE, seen->name, NULL);
	step->service = task->service;
	step->container = seen;
	step->number_of = seen->number;
}

static void emit_pauses(struct work *work, bool pause)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		for (size_t e = 0; task->vertex->selected && e < task->nexisting; e++)
			emit_pause(work, task, task->existing[e], pause);
	}
}

int again_plan(struct arena *arena, const struct dag *dag, const struct observed *seen,
	const struct again_options *options, struct plan **ret_plan, struct errors *errors)
{
	const struct reconcile_options up = { .recreate = RECREATE_NEVER,
		.wait = options->wait,
		.shared_files = options->shared_files,
		.timeout = options->timeout };
	size_t before = errors->count;
	struct work work = { .arena = arena,
		.dag = dag,
		.seen = seen,
		.options = &up,
		.plan = plan_create(arena),
		.errors = errors };
	work.plan->leaves_needed = options->no_deps;
	work_begin(&work);
	for (size_t i = 0; i < dag->count; i++)
		if (!work.tasks[i].service->provider) /* they are the provider's, who is asked */
			take_as_they_are(&work, &work.tasks[i]);
	find_tasks(&work);
	switch (options->what) {
	case AGAIN_START:
		decide_start(&work, options);
		emit_everything(&work);
		break;
	case AGAIN_RESTART:
		decide_restart(&work, options);
		emit_everything(&work);
		break;
	case AGAIN_PAUSE:
	case AGAIN_UNPAUSE:
		emit_pauses(&work, options->what == AGAIN_PAUSE);
		break;
	}
	*ret_plan = work.plan;
	return errors->count > before ? -1 : 0;
}
