#include "graph/up/reconcile_work.h"

#include <string.h>

struct task *work_task(const struct work *work, const struct dag_vertex *vertex)
{
	return &work->tasks[vertex->order];
}

bool existing_runs(const struct existing *existing)
{
	return container_state_runs(existing->seen->state);
}

const struct observed_attachment *existing_attachment(const struct existing *existing, const char *network)
{
	const struct observed_container *seen = existing->seen;
	for (size_t i = 0; i < seen->nattachments; i++) {
		if (!strcmp(seen->attachments[i].network, network))
			return &seen->attachments[i];
	}
	return NULL;
}

struct step *existing_stop(struct work *work, struct existing *existing, const char *reason, bool *ret_fresh)
{
	bool fresh = !existing->stop && existing_runs(existing);
	if (fresh) {
		struct step *stop = plan_add(work->plan, OP_CONTAINER_STOP, existing->seen->name, reason);
		stop->service = existing->task ? existing->task->service : NULL;
		stop->container = existing->seen;
		stop->number_of = existing->seen->number;
		stop->ending.timeout = work->options->timeout;
		existing->stop = stop;
	}
	if (ret_fresh)
		*ret_fresh = fresh;
	return existing->stop;
}

struct step *existing_removal(struct work *work, struct existing *existing, const char *reason)
{
	struct step *remove = plan_add(work->plan, OP_CONTAINER_REMOVE, existing->seen->name, reason);
	remove->service = existing->task ? existing->task->service : NULL;
	remove->container = existing->seen;
	remove->number_of = existing->seen->number;
	existing->remove = remove;
	plan_need(work->plan, remove, existing->stop, ON_SUCCESS);
	remove->follows = existing->stop;
	return remove;
}

void existing_remove(struct work *work, struct existing *existing)
{
	existing_stop(work, existing, existing->unwanted, NULL);
	struct step *remove = existing_removal(work, existing, existing->unwanted);
	remove->ending.force =
		existing->seen->state == CONTAINER_DEAD || existing->seen->state == CONTAINER_REMOVING;
	/* One that never ran holds no data of its own; volumes that it inherited are not anonymous to it. */
	remove->ending.remove_volumes = existing->temporary && existing->seen->state == CONTAINER_CREATED;
}
