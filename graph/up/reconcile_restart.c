/* Running containers, unchanged themselves, that are restarted for the sake of another one. */
#include "graph/up/reconcile_work.h"
#include "base/text/text.h"

#include <string.h>

static void restart(const struct task *task, const char *reason)
{
	for (size_t r = 0; r < task->nreplicas; r++) {
		struct replica *replica = task->replicas[r];
		if (replica->action != ACTION_KEEP || !existing_runs(replica->now))
			continue;
		replica->action = ACTION_RESTART;
		replica->reason = reason;
	}
}

/* The container whose namespace `mode` shares, as it is there; NULL: none, or not known. */
static const struct existing *namespace_owner(const struct work *work, const char *mode)
{
	const char *name = text_after(mode, "container:"), *key = text_after(mode, "service:");
	if (name)
		return map_get(&work->by_name, name);
	const struct dag_vertex *vertex = key ? dag_find(work->dag, key) : NULL;
	const struct task *owner = vertex ? work_task(work, vertex) : NULL;
	const struct existing *first = NULL;
	for (size_t i = 0; owner && i < owner->nexisting; i++) {
		if (!first || owner->existing[i]->seen->number < first->seen->number)
			first = owner->existing[i];
	}
	return first;
}

/* Containers that run in a namespace that is gone: it ends with the process of its owner, and whoever shares
 * it keeps what is left. The engine's list tells times in words: of two that say the same nothing is known.
 */
static void restart_bereft(const struct work *work, const struct task *task, const char *mode)
{
	const struct existing *owner = namespace_owner(work, mode);
	for (size_t r = 0; owner && r < task->nreplicas; r++) {
		const struct replica *replica = task->replicas[r];
		if (replica->action != ACTION_KEEP || !existing_runs(replica->now))
			continue;
		bool begins = owner->replica && owner->replica->action == ACTION_START;
		if (begins || (owner->seen->up >= 0 && replica->now->seen->up > owner->seen->up))
			restart(task, arena_printf(work->arena, "shares a namespace of %s, which %s after it",
					      owner->seen->name, begins ? "starts" : "was started"));
	}
}

/* Whether a container of the service, which waits for another one, is still to be started. */
static bool is_to_start(const struct work *work, const struct dag_vertex *vertex)
{
	const struct task *task = work_task(work, vertex);
	int64_t running = 0;
	for (size_t i = 0; i < task->nexisting; i++)
		running += existing_runs(task->existing[i]);
	return vertex->selected && running < task->scale;
}

const char *existing_retried(const struct work *work, const struct existing *existing)
{
	const struct observed_container *seen = existing->seen;
	const struct dag_vertex *vertex = existing->task->vertex;
	if (seen->state != CONTAINER_RESTARTING || !seen->exit_code)
		return NULL;
	if (work->options->wait && vertex->selected)
		return arena_printf(
			work->arena, "exited (%lld), and is waited for", (long long)seen->exit_code);
	for (size_t d = 0; d < vertex->ndependents; d++) {
		const struct dag_vertex *from = vertex->dependents[d];
		for (size_t e = 0; e < from->nedges; e++)
			if (from->edges[e].to == vertex &&
				(from->edges[e].condition != CONDITION_STARTED ||
					from->edges[e].if_checked) &&
				is_to_start(work, from))
				return arena_printf(work->arena, "exited (%lld), and %s waits for it",
					(long long)seen->exit_code, from->service->key);
	}
	return NULL;
}

/* What becomes of the containers of a task that is remade. */
static const char *remade_word(const struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++)
		if (task->replicas[r]->action == ACTION_RECREATE ||
			task->replicas[r]->action == ACTION_FINISH)
			return "remade";
	return "restarted";
}

const char *restart_reason(
	const struct work *work, const struct service *service, const struct dag_edge *edge)
{
	const char *key = edge->to->service->key, *word = remade_word(work_task(work, edge->to));
	if (work_shares(service, edge))
		return arena_printf(work->arena, "shares a namespace of %s, which is %s", key, word);
	if (!strcmp(edge->from, "depends_on"))
		return arena_printf(work->arena, "%s is %s (restart: true)", key, word);
	return arena_printf(work->arena, "%s is %s (%s)", key, word, edge->from);
}

void task_restart(const struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	const char *const modes[] = { service->network_mode, service->pid, service->ipc };
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		if (edge->restart && edge->to->selected && work_task(work, edge->to)->remade)
			restart(task, restart_reason(work, service, edge));
	}
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		restart_bereft(work, task, modes[i]);
}

void task_note_bereft(const struct work *work, const struct task *task)
{
	for (size_t e = 0; task->nexisting && e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		if (!edge->to->selected || !work_task(work, edge->to)->remade ||
			!work_shares(task->service, edge))
			continue;
		plan_note(work->plan,
			"service %s shares a namespace of %s, which is %s, and is left as it is: remake it "
			"with `docker flow up %s`",
			task->service->key, edge->to->service->key, remade_word(work_task(work, edge->to)),
			task->service->key);
		return;
	}
}
