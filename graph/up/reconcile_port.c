/* Ports that x-flow publishes. */
#include "graph/up/reconcile_work.h"

const char *ports_fault(const struct work *work, const struct task *task, const struct existing *existing)
{
	bool foreign = task->inputs && !existing->seen->inputs;
	for (size_t i = 0; foreign && i < task->service->nports; i++)
		if (task->service->ports[i]->flow)
			return arena_printf(work->arena, "port %s of x-flow.ports not published",
				task->service->ports[i]->published);
	return NULL;
}
