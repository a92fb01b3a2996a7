#include "graph/up/reconcile_work.h"
#include "base/text/text.h"

#include <string.h>

struct task *work_task(const struct work *work, const struct dag_vertex *vertex)
{
	return &work->tasks[vertex->order];
}

const struct replica *work_named_replica(const struct work *work, const struct dag_edge *edge)
{
	const struct task *task = edge->container && edge->to->selected ? work_task(work, edge->to) : NULL;
	for (size_t i = 0; task && i < task->nreplicas; i++)
		if (!strcmp(task->replicas[i]->name, edge->container))
			return task->replicas[i];
	return NULL;
}

bool work_shares(const struct service *service, const struct dag_edge *edge)
{
	const char *const modes[] = { service->network_mode, service->pid, service->ipc };
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (text_is(text_after(modes[i], "service:"), edge->to->service->key) ||
			text_is(text_after(modes[i], "container:"), edge->container))
			return true;
	}
	return false;
}

/* Whether the project is that of a registry's applications, not the file's. */
static bool is_applications(const struct project *project)
{
	return project->nservices && project->services[0]->application;
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

const struct project *work_whole_project(const struct work *work)
{
	bool all = work->options->all_resources && work->dag->nprojects;
	return all && !is_applications(work->dag->projects[0]) ? work->dag->projects[0] : NULL;
}

bool existing_orphan(const struct work *work, const struct existing *existing)
{
	const struct project *project = work->dag->nprojects ? work->dag->projects[0] : NULL;
	const struct observed_container *seen = existing->seen;
	if (!project || is_applications(project))
		return false;
	if (!seen->project || strcmp(seen->project, project->name) != 0)
		return false;
	if (observed_provider(project, seen))
		return false;
	if (seen->oneoff && !seen->hook) /* docker compose 2.40, isOrphaned */
		return seen->state == CONTAINER_EXITED || seen->state == CONTAINER_DEAD;
	return !existing->task && !in_file(project, seen->service);
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

const char *existing_away_name(struct work *work, const struct existing *existing, const char *name)
{
	return arena_printf(work->arena, "%s_%.12s", name, existing->seen->id);
}

struct step *existing_removal(struct work *work, struct existing *existing, const char *reason)
{
	const char *name = existing->aside ? existing->aside->new_name : existing->seen->name;
	struct step *remove = plan_add(work->plan, OP_CONTAINER_REMOVE, name, reason);
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
	/* One that never ran holds no data of its own; volumes that it inherited are not anonymous to it. The
	 * run that was killed may have started it a moment ago. */
	bool fresh = existing->temporary && existing->seen->state == CONTAINER_CREATED;
	remove->ending.force = fresh || existing->seen->state == CONTAINER_DEAD ||
			       existing->seen->state == CONTAINER_REMOVING;
	remove->ending.remove_volumes = fresh;
}

bool existing_better(const struct existing *a, const struct existing *b, const char *final)
{
	if (!b)
		return true;
	bool named = !strcmp(a->seen->name, final), other = !strcmp(b->seen->name, final);
	if (named != other)
		return named;
	if (existing_runs(a) != existing_runs(b))
		return existing_runs(a);
	return a->seen->created > b->seen->created;
}

const char *existing_idle(const struct work *work, const struct existing *existing)
{
	if (existing->seen->state == CONTAINER_CREATED)
		return "created, never started";
	return arena_printf(work->arena, "exited (%lld)", (long long)existing->seen->exit_code);
}

bool existing_done(const struct task *task, const struct existing *existing)
{
	return existing->seen->state == CONTAINER_EXITED && existing->seen->exit_code == 0 && task->one_shot;
}
