/* What is taken back when a plan is cut short: by a gate that fails, or by an interrupt. A container has one
 * undo step that starts it again, whatever the cause. */
#include "graph/plan/hooks.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

static struct step *undo_start(struct work *work, const struct service *service,
	const struct observed_container *seen, const char *name, const char *reason)
{
	struct step *start = plan_add_undo(work->plan, OP_CONTAINER_START, name, reason);
	start->service = service;
	start->container = seen;
	return start;
}

void undo_put_back(struct work *work, struct existing *existing, struct step *start)
{
	if (!existing->stop)
		return;
	struct step *again = undo_start(work, existing->task ? existing->task->service : NULL, existing->seen,
		existing->seen->name, "stopped, but not replaced or restarted");
	plan_need(work->plan, again, existing->stop, ON_SUCCESS);
	plan_cause(work->plan, again, start, ON_SKIP);
	existing->way_back.start = again;
}

static struct way_back *way_back_of(struct replica *replica)
{
	return replica->create ? &replica->way_back : &replica->now->way_back;
}

/* The undo step that stops a container again which `start` starts. */
static struct step *undo_stop(struct work *work, struct step *start, const char *reason)
{
	struct step *stop = plan_add_undo(work->plan, OP_CONTAINER_STOP, start->name, reason);
	stop->service = start->service;
	stop->target = start->target;
	stop->container = start->container;
	stop->ending.timeout = work->options->timeout;
	plan_need(work->plan, stop, start, ON_BEGUN);
	return stop;
}

/* The way back of a replica that was started beside something that is taken back: stopped, and started again
 * unless it did not run before or is taken back itself. */
static struct way_back *follow_back(
	struct work *work, const struct task *task, struct replica *replica, const char *reason)
{
	struct way_back *way = way_back_of(replica);
	if (way->stop)
		return way;
	way->stop = undo_stop(work, replica->start, reason);
	if (replica->taken_back)
		plan_need(work->plan, way->stop, task->proof, ON_SUCCESS);
	if (!way->start && replica->create) {
		way->start = undo_start(work, task->service, NULL, replica->name, reason);
		way->start->target = replica->create;
	}
	if (way->start)
		plan_cause(work->plan, way->start, way->stop, ON_END);
	return way;
}

void undo_moved(struct work *work, const struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++) {
		struct replica *replica = task->replicas[r];
		if (replica->start && !replica->taken_back)
			plan_cause(work->plan,
				follow_back(work, task, replica, "the change is taken back")->stop,
				task->proof, ON_FAILURE);
	}
}

void undo_moved_alone(struct work *work, struct existing *existing)
{
	struct way_back *way = &existing->way_back;
	if (!existing->start)
		return;
	way->stop = undo_stop(work, existing->start, "the change is taken back");
	plan_need(work->plan, way->stop, work->settled, ON_FAILURE);
	plan_cause(work->plan, way->start, way->stop, ON_END);
}

static bool restarts_with(const struct dag_vertex *vertex, const struct dag_vertex *dependency)
{
	for (size_t e = 0; e < vertex->nedges; e++)
		if (vertex->edges[e].to == dependency && vertex->edges[e].restart)
			return true;
	return false;
}

/* Who shares a namespace is taken back by the same proof. */
void undo_followers(struct work *work, const struct task *task, struct step *proof)
{
	const char *reason =
		arena_printf(work->arena, "%s is taken back (restart: true)", task->service->key);
	for (size_t d = 0; d < task->vertex->ndependents; d++) {
		struct dag_vertex *vertex = task->vertex->dependents[d];
		const struct task *dependent = work_task(work, vertex);
		bool follows = false;
		if (!vertex->selected || !restarts_with(vertex, task->vertex) || dependent->proof == proof)
			continue;
		for (size_t r = 0; r < dependent->nreplicas; r++) {
			struct replica *replica = dependent->replicas[r];
			if (replica->start)
				follows |= plan_cause(work->plan,
					follow_back(work, dependent, replica, reason)->stop, proof,
					ON_FAILURE);
		}
		if (follows)
			undo_followers(work, dependent, proof);
	}
}

struct step *undo_create(struct work *work, struct step *create, struct step *skip, const char *reason)
{
	struct step *remove = plan_add_undo(work->plan, OP_CONTAINER_REMOVE, create->name, reason);
	remove->service = create->service;
	remove->target = create;
	remove->ending.remove_volumes = true;
	plan_need(work->plan, remove, create, ON_SUCCESS);
	plan_need(work->plan, remove, skip, ON_SKIP);
	/* What still works on it ends first: uploads and connects stand between its create and its start. */
	for (size_t i = create->number; i < work->plan->count; i++) {
		if (work->plan->steps[i]->target == create && work->plan->steps[i] != skip)
			plan_need(work->plan, remove, work->plan->steps[i], ON_END);
	}
	return remove;
}

/* The start of a container waits for those of what its service depends on, and for their hooks. */
static void after_dependencies(struct work *work, const struct task *task, struct step *start)
{
	for (size_t e = 0; start && e < task->vertex->nedges; e++) {
		const struct task *to = work_task(work, task->vertex->edges[e].to);
		for (size_t i = 0; i < to->nexisting; i++)
			plan_need(work->plan, start, to->existing[i]->way_back.ready, ON_END);
		for (size_t r = 0; r < to->nreplicas; r++)
			plan_need(work->plan, start, to->replicas[r]->way_back.ready, ON_END);
	}
}

static void add_hooks(struct work *work, struct way_back *way)
{
	if (way->start)
		way->ready = hooks_after_start(work->plan, way->start);
}

void undo_order(struct work *work)
{
	for (size_t i = 0; i < work->nexisting; i++) {
		struct existing *existing = work->existing[i];
		for (size_t b = 0; existing->way_back.start && b < existing->nback; b++)
			plan_need(work->plan, existing->way_back.start, existing->back[b], ON_SUCCESS);
		add_hooks(work, &existing->way_back);
	}
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		for (size_t r = 0; r < task->nreplicas; r++)
			add_hooks(work, &task->replicas[r]->way_back);
	}
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		for (size_t c = 0; c < task->nexisting; c++)
			after_dependencies(work, task, task->existing[c]->way_back.start);
		for (size_t r = 0; r < task->nreplicas; r++)
			after_dependencies(work, task, task->replicas[r]->way_back.start);
	}
}
