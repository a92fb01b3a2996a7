/* pre_start hooks: each a container of its own, one after the other, before a service starts. That they have
 * run is known by the service's containers: one that was started once was started behind them, and a hook
 * that changes makes new containers of the service (it is in the config-hash). */
#include "graph/plan/hooks.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

/* Whether the replica's container stays, and was started before. */
static bool was_started(const struct replica *replica)
{
	return replica->now && replica->action != ACTION_RECREATE &&
	       replica->now->seen->state != CONTAINER_CREATED;
}

static bool hooks_due(const struct work *work, const struct task *task)
{
	if (!task->service->npre_start || task_is_once(work, task))
		return false;
	for (size_t r = 0; r < task->nreplicas; r++)
		if (was_started(task->replicas[r]))
			return false;
	return true;
}

/* Ends with what no name of a service's container ends with: a point and a number. */
static const char *hook_name(struct work *work, const struct service *service, size_t index)
{
	return arena_printf(work->arena, "%s%s%s%spre_start.%zu", service->project->name,
		service->project->separator, service->key, service->project->separator, index);
}

/* The step that creates the hook's container, when all is there that the service needs to start. */
static struct step *hook_create(
	struct work *work, const struct task *task, const struct replica *replica, size_t index)
{
	struct oneoff *oneoff = ARENA_NEW(work->arena, struct oneoff);
	oneoff->service = task->service->key;
	oneoff->name = hook_name(work, task->service, index);
	oneoff->hook = "pre_start";
	struct step *create = plan_add(work->plan, OP_CONTAINER_CREATE, oneoff->name,
		arena_printf(work->arena, "hook %s pre_start[%zu]", task->service->key, index));
	create->service = hook_service(work->arena, task->service, index);
	create->create.oneoff = oneoff;
	create->create.volumes_from = replica->create;
	create->create.volumes_of = replica->create ? NULL : replica->now->seen;
	plan_need(work->plan, create, replica->create, ON_SUCCESS);
	for (size_t i = 0; i < task->nattachments; i++)
		plan_need(work->plan, create, task->nets[i] ? task->nets[i]->create : NULL, ON_SUCCESS);
	networks_need(work, task, NULL, create);
	gates_need(work, task, create);
	names_need(work, create, create->name, NULL);
	return create;
}

/* A step that works on the hook's container. */
static struct step *hook_step(
	struct work *work, struct step *create, enum op op, const char *reason, struct step *after)
{
	struct step *step = plan_add(work->plan, op, create->name, reason);
	step->service = create->service;
	step->target = create;
	plan_need(work->plan, step, after, ON_SUCCESS);
	return step;
}

/* The places on networks that the container does not have from its creation. */
static void hook_connect(struct work *work, const struct task *task, struct step *create)
{
	struct task like = *task;
	size_t count;
	like.service = create->service;
	like.attachments = reconcile_attachments(work->arena, create->service, &count);
	networks_connect(work, &like, NULL, create);
}

/* Waits for its end. The container of a hook that has failed stays for a look. */
static struct step *hook_gate(struct work *work, struct step *start, size_t index)
{
	const char *hook = arena_printf(work->arena, "pre_start[%zu]", index);
	struct step *gate = plan_add(work->plan, OP_GATE,
		arena_printf(work->arena, "%s %s", start->service->key, hook), "before the service starts");
	gate->service = start->service;
	gate->gate.condition = CONDITION_COMPLETED;
	gate->gate.hook = hook;
	gate->gate.otherwise = arena_printf(work->arena, "%s is not started", start->service->key);
	*ARENA_PUSH(work->arena, gate->gate.starts, gate->gate.nstarts) = start;
	plan_need(work->plan, gate, start, ON_SUCCESS);
	return gate;
}

/* Removes the container when it has not come to run, or was not waited for. */
static void hook_undo(struct work *work, struct step *create, struct step *gate)
{
	struct step *undo =
		plan_add_undo(work->plan, OP_CONTAINER_REMOVE, create->name, "its end is not waited for");
	undo->service = create->service;
	undo->target = create;
	undo->ending.force = undo->ending.remove_volumes = true;
	plan_need(work->plan, undo, create, ON_SUCCESS);
	plan_need(work->plan, undo, gate, ON_SKIP);
	for (size_t i = create->number; i < work->plan->count; i++)
		if (work->plan->steps[i]->target == create && !op_traits[work->plan->steps[i]->op].removes)
			plan_need(work->plan, undo, work->plan->steps[i], ON_END);
}

/* One hook, after the step that the one before it ends with (or NULL). Returns its own. */
static struct step *emit_hook(
	struct work *work, struct task *task, const struct replica *replica, size_t index, struct step *after)
{
	bool content, files;
	struct step *create = hook_create(work, task, replica, index);
	plan_need(work->plan, create, after, ON_SUCCESS);
	reconcile_uploads(create->service, work->options->shared_files, &content, &files);
	if (content || files)
		hook_step(work, create, OP_CONTAINER_UPLOAD, "configs and secrets", create);
	hook_connect(work, task, create);
	struct step *start = hook_step(work, create, OP_CONTAINER_START, NULL, create);
	for (size_t i = create->number; i + 1 < start->number; i++)
		plan_need(work->plan, start, work->plan->steps[i], ON_SUCCESS);
	struct step *gate = hook_gate(work, start, index);
	struct step *remove = hook_step(work, create, OP_CONTAINER_REMOVE, "has run", gate);
	remove->ending.remove_volumes = remove->may_fail = true;
	remove->follows = gate;
	hook_undo(work, create, gate);
	struct step *const all[] = { create, start, gate };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		*ARENA_PUSH(work->arena, task->hooks, task->nhooks) = all[i];
	return gate;
}

struct step *hooks_before(struct work *work, struct task *task, const struct replica *replica)
{
	struct step *last = NULL;
	if (work->options->no_start)
		return NULL;
	if (task->hooked)
		return task->nhooks ? task->hooks[task->nhooks - 1] : NULL;
	task->hooked = true;
	for (size_t i = 0; hooks_due(work, task) && i < task->service->npre_start; i++)
		last = emit_hook(work, task, replica, i, last);
	return last;
}

void hooks_keep(struct work *work, const struct task *task, struct step *undo)
{
	for (size_t i = 0; i < task->nhooks; i++)
		plan_need(work->plan, undo, task->hooks[i], ON_INTACT);
}

void hooks_find_left(struct work *work, bool due)
{
	for (size_t i = 0; i < work->nexisting; i++) {
		struct existing *existing = work->existing[i];
		const struct task *task = existing->task;
		if (existing->seen->hook && task && task->vertex->selected && !task->service->provider &&
			!task_is_once(work, task) && (!due || task->nhooks))
			existing->unwanted = "left by a hook that did not succeed";
	}
}

void hooks_remove_left(struct work *work)
{
	for (size_t i = 0; i < work->nexisting; i++) {
		struct existing *existing = work->existing[i];
		if (!existing->seen->hook || !existing->unwanted || existing->remove)
			continue;
		struct step *remove = existing_removal(work, existing, existing->unwanted);
		remove->ending.force = remove->ending.remove_volumes = true;
		for (size_t s = 0; s < work->plan->count; s++)
			if (work->plan->steps[s] != remove &&
				work->plan->steps[s]->container == existing->seen)
				plan_need(work->plan, remove, work->plan->steps[s], ON_END);
		for (size_t h = 0; h < existing->task->nhooks; h++)
			if (strcmp(existing->task->hooks[h]->name, existing->seen->name) == 0 &&
				op_traits[existing->task->hooks[h]->op].creates)
				plan_need(work->plan, existing->task->hooks[h], remove, ON_SUCCESS);
	}
}
