/* What the start of a container waits for: starts and gates of its dependencies. */
#include "graph/up/reconcile_work.h"

#include <string.h>

/* Whether the engine itself checks what was seen: its image says so, or one of its containers has a health.
 */
static bool seen_check(const struct task *task)
{
	if (task->image && task->image->id)
		return task->image->has_check;
	for (size_t i = 0; i < task->nexisting; i++) {
		if (task->existing[i]->seen->health != HEALTH_NONE)
			return true;
	}
	return false;
}

/* The probe of a service, knowing what was seen of its image and containers. */
static const struct probe *task_probe(const struct work *work, const struct task *task)
{
	return dag_probe(work->arena, task->service, seen_check(task));
}

/* The condition of an edge, now that more is known than the file says. */
static enum condition edge_condition(const struct work *work, const struct dag_edge *edge)
{
	const struct task *to = work_task(work, edge->to);
	enum probe_kind kind = task_probe(work, to)->kind;
	if (edge->condition == CONDITION_HEALTHY && kind == PROBE_NONE)
		return CONDITION_STARTED;
	if (edge->if_checked && edge->condition == CONDITION_STARTED && kind == PROBE_CONTAINER)
		return CONDITION_HEALTHY;
	return edge->condition;
}

/* Whether a container that this plan leaves alone meets the condition already, as far as it was seen. */
static bool meets(const struct existing *existing, enum condition condition, const struct probe *probe)
{
	const struct observed_container *seen = existing->seen;
	switch (condition) {
	case CONDITION_COMPLETED:
		return seen->state == CONTAINER_EXITED && seen->exit_code == 0;
	case CONDITION_HEALTHY:
		return probe->kind == PROBE_CONTAINER && seen->state == CONTAINER_RUNNING &&
		       seen->health == HEALTH_HEALTHY;
	case CONDITION_STARTED:
		break;
	}
	return seen->state == CONTAINER_RUNNING || seen->state == CONTAINER_PAUSED ||
	       (seen->state == CONTAINER_EXITED && seen->exit_code == 0);
}

/* Whether the plan creates or starts a container of the service. */
static bool task_changes(const struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++)
		if (task->replicas[r]->action != ACTION_KEEP)
			return true;
	return false;
}

/* Whether the service's image has been inspected, so that what it brings is known. */
static bool knows_image(const struct work *work, const struct task *task)
{
	return work->options->images_known && task->image && task->image->id;
}

/* Whether nothing checks the service's containers for certain: no image could bring a check, or what its
 * image brings is known. */
static bool surely_unchecked(const struct work *work, const struct task *task, const struct probe *probe)
{
	const struct service *service = task->service;
	if ((probe->kind != PROBE_UNSET && probe->kind != PROBE_CONTAINER) ||
		dag_is_checked(service, seen_check(task)))
		return false;
	return knows_image(work, task) || !dag_is_checked(service, true);
}

/* Whether the list, of EXPOSE or `expose`, holds a port of TCP. */
static bool exposes_tcp(const char *const *ports, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *protocol = strchr(ports[i], '/');
		if (!protocol || strcmp(protocol, "/tcp") == 0)
			return true;
	}
	return false;
}

/* A probe whose port nothing tells, neither the file nor the image. (PostgreSQL has a usual one.) */
static bool lacks_port(const struct work *work, const struct task *task, const struct probe *probe)
{
	const struct service *service = task->service;
	if ((probe->kind != PROBE_HTTP && probe->kind != PROBE_TCP) || !knows_image(work, task) ||
		dag_probe_port(service, probe))
		return false;
	return !exposes_tcp(service->expose, service->nexpose) &&
	       !exposes_tcp(task->image->exposed, task->image->nexposed);
}

static void no_port(struct work *work, const struct task *task, const struct probe *probe)
{
	error_add(work->errors, ERROR_FILE, &probe->at,
		arena_printf(work->arena, "services.%s.x-flow.healthcheck", task->service->key),
		"nothing says which port to ask: the image exposes none");
	error_hint(work->errors, "add `port:` to the check, or `ports:` or `expose:` to the service");
}

/* Without any check nobody could ever become healthy. */
static void no_check(struct work *work, const struct task *task, const struct dag_vertex *from,
	const struct dag_edge *edge)
{
	const char *path =
		from ? arena_printf(work->arena, "services.%s.depends_on", from->service->key) : NULL;
	error_add(work->errors, ERROR_FILE, edge ? &edge->at : NULL, path,
		"service \"%s\" has no health check, so it never becomes healthy", task->service->key);
	error_hint(work->errors,
		"give it a `healthcheck`, or x-flow: {healthcheck: {tcp: {port: …}}}, or use condition: "
		"service_started");
}

/* Who can do without it does not wait. */
static void no_check_optional(struct work *work, const struct task *task, const struct dag_vertex *from)
{
	plan_note(work->plan,
		"service %s: optional dependency \"%s\" failed to start: it has no health check that could be waited for",
		from->service->key, task->service->key);
}

/* Fills in the containers a gate watches: those there, and those that start in this plan. */
static bool fill_gate(struct work *work, const struct task *task, struct step_gate *gate)
{
	bool met = true;
	for (size_t r = 0; r < task->nreplicas; r++) {
		const struct replica *replica = task->replicas[r];
		if (replica->start) {
			*ARENA_PUSH(work->arena, gate->starts, gate->nstarts) = replica->start;
			met = false;
		} else if (replica->now) {
			*ARENA_PUSH(work->arena, gate->watched, gate->nwatched) = replica->now->seen;
			met = met && meets(replica->now, gate->condition, gate->probe);
		}
	}
	return met;
}

/* What is left alone may be as it is for want of something that this plan changes: that comes first. */
static void gate_follows(struct work *work, const struct task *task, struct step *gate)
{
	for (size_t e = 0; !task_changes(task) && e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		const struct task *to = work_task(work, edge->to);
		for (size_t c = 0; c < sizeof to->gates / sizeof *to->gates; c++)
			plan_need(work->plan, gate, to->gates[c].step, edge->required ? ON_SUCCESS : ON_SOFT);
		for (size_t r = 0; r < to->nreplicas; r++)
			plan_need(work->plan, gate, to->replicas[r]->ready,
				edge->required ? ON_SUCCESS : ON_SOFT);
	}
}

/* The gate of a service and condition, or NULL when nothing has to be waited for; shared by all that wait.
 * `edge` (may be NULL: --wait) is the first reason for it. */
static struct step *gate_step(struct work *work, struct task *task, enum condition condition,
	const struct dag_vertex *from, const struct dag_edge *edge)
{
	struct gate_slot *slot = &task->gates[condition];
	bool optional = edge && !edge->required;
	if (slot->asked) {
		if (slot->step)
			slot->step->gate.optional &= optional;
		return slot->step;
	}
	const struct probe *probe = task_probe(work, task);
	struct step_gate wanted = { .condition = condition, .probe = probe };
	bool met = fill_gate(work, task, &wanted);
	wanted.unchecked = !met && condition == CONDITION_HEALTHY && surely_unchecked(work, task, probe);
	if (wanted.unchecked && optional) { /* another may need it */
		if (!slot->unchecked)
			no_check_optional(work, task, from);
		slot->unchecked = true;
		return NULL;
	}
	slot->asked = true;
	if (met)
		return NULL;
	if (wanted.unchecked && !work->options->unchecked) {
		no_check(work, task, from, edge);
		return NULL;
	}
	if (condition == CONDITION_HEALTHY && lacks_port(work, task, probe)) {
		no_port(work, task, probe);
		return NULL;
	}
	if (condition == CONDITION_HEALTHY && probe->kind == PROBE_UNSET) {
		struct probe *container = ARENA_NEW(work->arena, struct probe);
		*container = *probe;
		container->kind = PROBE_CONTAINER;
		wanted.probe = container;
	}
	/* Whoever we provide a service for waits for all, too, and has typed no option. */
	const char *provides = task->service->project->provides;
	const char *waiter = from ? from->service->key : provides;
	struct step *gate = plan_add(work->plan, OP_GATE, task->service->key,
		waiter ? arena_printf(work->arena, "%s waits for it", waiter) : "--wait");
	gate->service = task->service;
	gate->gate = wanted;
	gate->gate.optional = optional;
	gate->gate.edge = from       ? arena_printf(work->arena, "%s -> %s (%s)", from->service->key,
					       task->service->key, condition_name(condition))
			  : provides ? NULL
				     : "--wait";
	/* What fails in a replica's own gate is told there. */
	for (size_t r = 0; r < task->nreplicas; r++) {
		plan_need(work->plan, gate, task->replicas[r]->ready, ON_SUCCESS);
		plan_need(work->plan, gate, task->replicas[r]->gate, ON_SUCCESS);
	}
	gate_follows(work, task, gate);
	slot->step = gate;
	return gate;
}

void gates_need(struct work *work, const struct task *task, struct step *step)
{
	if (work->options->no_start)
		return;
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		struct task *to = work_task(work, edge->to);
		if (!edge->to->selected || !to->scale)
			continue;
		enum release release = edge->required ? ON_SUCCESS : ON_SOFT;
		enum condition condition = edge_condition(work, edge);
		if (condition != CONDITION_STARTED) {
			bool due = step || task_changes(task) || task_changes(to);
			struct step *gate = due ? gate_step(work, to, condition, task->vertex, edge) : NULL;
			if (step)
				plan_need(work->plan, step, gate, release);
			if (gate)
				continue;
		}
		for (size_t r = 0; step && r < to->nreplicas; r++)
			plan_need(work->plan, step, to->replicas[r]->ready, release);
	}
}

struct step *gate_replica(
	struct work *work, const struct task *task, struct replica *replica, const char *otherwise)
{
	const struct probe *probe = task_probe(work, task);
	bool checked = probe->kind != PROBE_UNSET && probe->kind != PROBE_NONE;
	if (checked && lacks_port(work, task, probe))
		no_port(work, task, probe);
	struct step *step = plan_add(work->plan, OP_GATE, task->service->key,
		arena_printf(work->arena, "%s in its new container", replica->name));
	step->service = task->service;
	step->number_of = replica->number;
	struct step_gate *gate = &step->gate;
	gate->condition = checked ? CONDITION_HEALTHY : CONDITION_STARTED;
	gate->probe = probe;
	gate->lasting = !checked;
	gate->otherwise = otherwise;
	gate->replica = work->options->rollback == TRI_NO ? NULL : replica->name;
	if (replica->start)
		*ARENA_PUSH(work->arena, gate->starts, gate->nstarts) = replica->start;
	else
		*ARENA_PUSH(work->arena, gate->watched, gate->nwatched) = replica->now->seen;
	plan_need(work->plan, step, replica->ready, ON_SUCCESS);
	replica->gate = step;
	return step;
}

/* Whether all that starts is watched before the former containers go, for longer than it takes to be started.
 */
static bool is_proved(const struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++)
		if (task->replicas[r]->start && !task->replicas[r]->old &&
			task->replicas[r]->action != ACTION_RECREATE)
			return false;
	return task->proof != NULL;
}

void gates_wait(struct work *work)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		struct task *task = &work->tasks[i];
		if (!task->vertex->selected || !task->scale)
			continue;
		enum probe_kind kind = task_probe(work, task)->kind;
		enum condition condition = CONDITION_STARTED;
		if (task->one_shot)
			condition = CONDITION_COMPLETED;
		else if (kind != PROBE_UNSET && kind != PROBE_NONE)
			condition = CONDITION_HEALTHY;
		if (condition != CONDITION_STARTED || !is_proved(task))
			gate_step(work, task, condition, NULL, NULL);
	}
}
