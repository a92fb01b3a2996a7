/* The steps of a service's containers. */
#include "graph/plan/hooks.h"
#include "base/text/text.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

void reconcile_uploads(const struct service *service, bool shared_files, bool *ret_content, bool *ret_files)
{
	const char *how = service->flow ? service->flow->files : NULL;
	bool bind = how && !strcmp(how, "bind"), upload = how && !strcmp(how, "upload");
	*ret_content = service->use_api_socket; /* the credentials that go with it */
	*ret_files = false;
	for (size_t i = 0; i < service->nsecrets + service->nconfigs; i++) {
		bool secret = i < service->nsecrets;
		const struct file_ref *ref =
			secret ? service->secrets[i] : service->configs[i - service->nsecrets];
		const struct file_source *source = service_file_source(service, secret, ref->source);
		if (source && !source->file)
			*ret_content = true;
		else if (source && (upload || (!bind && !shared_files)))
			*ret_files = true;
	}
}

void names_need(struct work *work, struct step *step, const char *name, const struct existing *self)
{
	*ARENA_PUSH(work->arena, work->name_waits, work->nname_waits) =
		(struct name_wait){ step, name, self };
}

/* Makes a create step wait for the container of a service that it refers to by id. */
static void need_container_of(struct work *work, struct step *create, const char *key, size_t len)
{
	const struct dag_vertex *vertex = dag_find(work->dag, arena_strndup(work->arena, key, len));
	const struct task *task = vertex ? work_task(work, vertex) : NULL;
	if (task && vertex->selected && task->nreplicas)
		plan_need(work->plan, create, task->replicas[0]->create, ON_SUCCESS);
}

/* Links name the containers of a service, all of them, by the names that they keep. */
static void need_names_of(struct work *work, struct step *create, const char *key, size_t len)
{
	const struct dag_vertex *vertex = dag_find(work->dag, arena_strndup(work->arena, key, len));
	const struct task *task = vertex && vertex->selected ? work_task(work, vertex) : NULL;
	for (size_t i = 0; task && i < task->nreplicas; i++) {
		const struct replica *replica = task->replicas[i];
		plan_need(
			work->plan, create, replica->rename ? replica->rename : replica->create, ON_SUCCESS);
	}
}

/* What is named as a container keeps that name. */
static void need_named_containers(struct work *work, const struct task *task, struct step *create)
{
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct replica *replica = work_named_replica(work, &task->vertex->edges[e]);
		if (replica)
			plan_need(work->plan, create, replica->rename ? replica->rename : replica->create,
				ON_SUCCESS);
	}
}

static void need_references(struct work *work, const struct task *task, struct step *create)
{
	const struct service *service = task->service;
	const char *const modes[] = { service->network_mode, service->pid, service->ipc };
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		const char *key = text_after(modes[i], "service:");
		if (key)
			need_container_of(work, create, key, strlen(key));
	}
	for (size_t i = 0; i < service->nlinks; i++)
		need_names_of(work, create, service->links[i], strcspn(service->links[i], ":"));
	for (size_t i = 0; i < service->nvolumes_from; i++) {
		const char *from = service->volumes_from[i];
		if (!text_after(from, "container:"))
			need_container_of(work, create, from, strcspn(from, ":"));
	}
	need_named_containers(work, task, create);
}

/* Ids of the applications a service of the file depends on, comma-joined, or NULL. */
static const char *applications(struct work *work, const struct task *task)
{
	struct texts ids = { 0 };
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct service *to = task->vertex->edges[e].to->service;
		if (to->application && to->project != task->service->project)
			texts_add(work->arena, &ids, to->key);
	}
	return texts_join(work->arena, &ids, ",");
}

/* What docker compose reads back when it starts and stops the project without its file: it refuses a name
 * that has no container, so that services that this run leaves out, or no profile switches on, are not there.
 */
static const char *dependencies(struct work *work, const struct task *task)
{
	static const char *const words[] = {
		[CONDITION_STARTED] = "service_started",
		[CONDITION_HEALTHY] = "service_healthy",
		[CONDITION_COMPLETED] = "service_completed_successfully",
	};
	struct texts edges = { 0 };
	for (size_t i = 0; i < task->service->ndepends_on; i++) {
		const struct dependency *on = task->service->depends_on[i];
		const struct dag_vertex *vertex = dag_find(work->dag, on->key);
		if (vertex && vertex->selected)
			texts_add(work->arena, &edges,
				arena_printf(work->arena, "%s:%s:%s", on->key, words[on->condition],
					on->restart ? "true" : "false"));
	}
	return texts_join(work->arena, &edges, ",");
}

struct step *replica_create(struct work *work, struct task *task, struct replica *replica)
{
	const struct observed_container *old = replica->now ? replica->now->seen : NULL;
	/* Who has the name frees it later. */
	bool aside = old && map_has(&work->by_name, replica->name);
	const char *name =
		aside ? arena_printf(work->arena, "%.12s_%s", old->id, replica->name) : replica->name;
	struct step *create = plan_add(work->plan, OP_CONTAINER_CREATE, name, replica->reason);
	create->service = task->service;
	create->number_of = replica->number;
	create->new_name = aside ? replica->name : NULL;
	create->create.replaces = old;
	create->create.oneoff = task_is_once(work, task) ? work->options->once : NULL;
	create->create.renew_volumes = work->options->renew_anon_volumes;
	create->create.image_id = work->options->images_known && task->image ? task->image->id : NULL;
	create->create.inputs = task->inputs;
	create->create.applications = applications(work, task);
	create->create.depends_on = dependencies(work, task);
	create->follows =
		replica->now ? replica->now->stop : NULL; /* stopped early: nothing else brings it back */
	for (size_t i = 0; i < task->nattachments; i++)
		plan_need(work->plan, create, task->nets[i] ? task->nets[i]->create : NULL, ON_SUCCESS);
	volumes_need(work, task, create);
	need_references(work, task, create);
	names_need(work, create, name, NULL);
	replica->create = create;
	return create;
}

struct step *replica_start(struct work *work, struct task *task, struct replica *replica, const char *reason)
{
	struct existing *existing = replica->create ? NULL : replica->now;
	bool content, files;
	reconcile_uploads(task->service, work->options->shared_files, &content, &files);
	size_t before = work->plan->count;
	if ((content || files) && (!existing || existing->seen->state == CONTAINER_CREATED)) {
		struct step *upload = plan_add(work->plan, OP_CONTAINER_UPLOAD,
			replica->create ? replica->create->name : existing->seen->name,
			"configs and secrets");
		upload->service = task->service;
		upload->number_of = replica->number;
		upload->target = replica->create;
		upload->container = existing ? existing->seen : NULL;
		plan_need(work->plan, upload, replica->create, ON_SUCCESS);
	}
	networks_connect(work, task, existing, replica->create);
	if (work->options->no_start)
		return NULL;
	size_t after = work->plan->count;
	struct step *hooked = hooks_before(work, task, replica);
	struct step *start = plan_add(work->plan, OP_CONTAINER_START, replica->name, reason);
	start->service = task->service;
	start->number_of = replica->number;
	start->target = replica->create;
	start->container = existing ? existing->seen : NULL;
	plan_need(work->plan, start, replica->create, ON_SUCCESS);
	for (size_t i = before; i < after; i++)
		plan_need(work->plan, start, work->plan->steps[i], ON_SUCCESS);
	networks_need(work, task, existing, start);
	plan_need(work->plan, start, hooked, ON_SUCCESS);
	replica->start = start;
	replica->ready = hooks_after_start(work->plan, start);
	return start;
}

static void emit_new(struct work *work, struct task *task, struct replica *replica)
{
	struct step *create = replica_create(work, task, replica);
	struct step *start = replica_start(work, task, replica, NULL);
	if (!start)
		return;
	gates_need(work, task, start);
	if (proof_of_networks(work, task))
		replica_take_back(
			work, replica, &(struct turn){ proof_watch(work, task, replica), ON_FAILURE });
	else
		hooks_keep(work, task, undo_create(work, create, start, "created, but not started"));
}

void dependents_stop(struct work *work, const struct task *task, struct step *step)
{
	for (size_t d = 0; !work->options->no_start && d < task->vertex->ndependents; d++) {
		struct dag_vertex *vertex = task->vertex->dependents[d];
		const struct task *dependent = work_task(work, vertex);
		const struct dag_edge *restart = NULL;
		for (size_t e = 0; e < vertex->nedges; e++)
			if (vertex->edges[e].to == task->vertex && vertex->edges[e].restart)
				restart = &vertex->edges[e];
		for (size_t r = 0; restart && vertex->selected && r < dependent->nreplicas; r++) {
			const struct replica *replica = dependent->replicas[r];
			struct existing *now = replica->old ? replica->old : replica->now;
			if (!now || !existing_runs(now) || replica->action == ACTION_KEEP)
				continue;
			if (replica->action != ACTION_RESTART && replica_switches(dependent, now))
				continue; /* its new one starts when this one is ready */
			bool fresh;
			struct step *stop = existing_stop(
				work, now, restart_reason(work, dependent->service, restart), &fresh);
			for (size_t n = 0; fresh && n < step->nneeds; n++)
				plan_need(work->plan, stop, step->needs[n].on, step->needs[n].release);
			plan_need(work->plan, step, stop, ON_SUCCESS);
		}
	}
}

struct step *replica_rename(struct work *work, const struct task *task, struct replica *replica,
	const char *name, struct step *after)
{
	struct step *rename = plan_add(work->plan, OP_CONTAINER_RENAME, name, NULL);
	rename->service = task->service;
	rename->number_of = replica->number;
	rename->new_name = replica->name;
	rename->target = replica->create;
	rename->container = replica->create ? NULL : replica->now->seen;
	plan_need(work->plan, rename, after, ON_SUCCESS);
	names_need(work, rename, replica->name, replica->now);
	replica->rename = rename;
	return rename;
}

static void emit_restart(struct work *work, struct task *task, struct replica *replica)
{
	bool fresh;
	struct step *stop = existing_stop(work, replica->now, replica->reason, &fresh);
	dependents_stop(work, task, stop);
	struct step *start = replica_start(work, task, replica, replica->reason);
	plan_need(work->plan, start, stop, ON_SUCCESS);
	gates_need(work, task, start);
	start->follows = stop;
	undo_put_back(work, replica->now, start);
	if (proof_of_networks(work, task))
		proof_watch(work, task, replica);
}

/* All steps of one replica: what is kept, started, replaced or made. */
static void emit_replica(struct work *work, struct task *task, struct replica *replica)
{
	struct step *rename = NULL;
	/* An interrupted run has left it alone under a name for the meantime. */
	bool misnamed = replica->now && (replica->now->temporary || replica->now->away);
	switch (replica->action) {
	case ACTION_CREATE:
		emit_new(work, task, replica);
		return;
	case ACTION_RECREATE:
	case ACTION_FINISH:
		replica_replace(work, task, replica);
		return;
	case ACTION_RESTART:
	case ACTION_START:
	case ACTION_KEEP:
		break;
	}
	if (misnamed)
		rename = replica_rename(work, task, replica, replica->now->seen->name, NULL);
	if (replica->action == ACTION_KEEP) {
		if (replica->now->away)
			places_return(work, task, replica);
		if (replica->now->seen->state == CONTAINER_RUNNING)
			networks_connect(work, task, replica->now, NULL);
		return;
	}
	if (replica->action == ACTION_RESTART) {
		emit_restart(work, task, replica);
	} else {
		struct step *start = replica_start(work, task, replica, replica->reason);
		gates_need(work, task, start);
		if (proof_of_networks(work, task))
			proof_watch(work, task, replica);
	}
	plan_need(work->plan, replica->start, rename, ON_SUCCESS);
	if (replica->now->away)
		places_return(work, task, replica);
	if (rename)
		replica->start->follows = rename;
}

void task_emit(struct work *work, struct task *task)
{
	for (size_t i = 0; i < task->nexisting; i++) {
		if (task->existing[i]->unwanted)
			existing_remove(work, task->existing[i]);
	}
	/* Gates come before the steps that wait at them, for those who read the plan. */
	if (task->nreplicas)
		gates_need(work, task, NULL);
	for (size_t r = 0; r < task->nreplicas; r++)
		emit_replica(work, task, task->replicas[r]);
}
