/* One-offs of `run`. */
#include "graph/up/reconcile_work.h"

bool task_is_once(const struct work *work, const struct task *task)
{
	const struct oneoff *once = work->options->once;
	return once && task->vertex == dag_find(work->dag, once->service);
}

void task_once(struct work *work, struct task *task)
{
	struct replica *replica = ARENA_NEW(work->arena, struct replica);
	replica->name = work->options->once->name;
	replica->action = ACTION_CREATE;
	replica->reason = "one-off";
	*ARENA_PUSH(work->arena, task->replicas, task->nreplicas) = replica;
	files_refuse(work, task);
}

void leftovers_emit(struct work *work)
{
	for (size_t i = 0; i < work->nexisting; i++) {
		struct existing *existing = work->existing[i];
		if (!existing->seen->abandoned)
			continue;
		existing->unwanted = "left by a run that was killed";
		existing_remove(work, existing);
		existing->remove->ending.remove_volumes = true;
	}
}
