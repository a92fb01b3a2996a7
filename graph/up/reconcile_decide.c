/* What becomes of each container of a service: kept, started, recreated, removed; and the traces of runs that
 * were cut short. */
#include "graph/up/reconcile_work.h"
#include "base/text/text.h"
#include "compose/print/hash.h"
#include "graph/up/inputs.h"

#include <ctype.h>
#include <string.h>

struct resolve {
	const struct work *work;
	bool unknown;
};

/* Id of the first container of another service as it will be after this plan; NULL when it is not made yet.
 */
static const char *resolve_id(void *arg, const char *key)
{
	struct resolve *resolve = arg;
	const struct dag_vertex *vertex = dag_find(resolve->work->dag, key);
	const struct task *task = vertex ? work_task(resolve->work, vertex) : NULL;
	const struct existing *first = NULL;
	if (task && task->vertex->selected && task->nreplicas) {
		const struct replica *replica = task->replicas[0];
		if (replica->action != ACTION_CREATE && replica->action != ACTION_RECREATE)
			first = replica->now;
	} else if (task && !task->vertex->selected) {
		for (size_t i = 0; i < task->nexisting; i++) {
			if (!first || task->existing[i]->seen->number < first->seen->number)
				first = task->existing[i];
		}
	}
	if (first)
		return first->seen->id;
	resolve->unknown = true;
	return NULL;
}

/* Whether a container that the service refers to by its name will be another one. */
static bool names_remade(const struct work *work, const struct task *task)
{
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct replica *replica = work_named_replica(work, &task->vertex->edges[e]);
		if (replica && (replica->action == ACTION_CREATE || replica->action == ACTION_RECREATE ||
				       replica->action == ACTION_FINISH))
			return true;
	}
	return false;
}

/* Whether the name is that of an unfinished recreate of container `final`. */
static bool is_temporary(const struct observed_container *seen, const char *final)
{
	const char *name = seen->name;
	if (!strcmp(name, final))
		return false;
	for (int i = 0; i < 12; i++) {
		if (!isxdigit((unsigned char)name[i]) || isupper((unsigned char)name[i]))
			return false;
	}
	return name[12] == '_' && (!strcmp(name + 13, final) || seen->replaces);
}

/* Whether the container's name says that another one has its place: see existing_away_name. */
static bool is_away(const struct observed_container *seen)
{
	size_t len = strlen(seen->name);
	return len > 13 && seen->name[len - 13] == '_' && !strncmp(seen->name + len - 12, seen->id, 12);
}

/* The two image ids as a user wants to read them. */
static const char *image_fault(
	const struct work *work, const struct task *task, const struct observed_container *seen)
{
	const struct observed_image *image = task->image;
	if (work->options->images_known && image && image->id) {
		const char *have = seen->image_label ? seen->image_label : seen->image_id;
		if (!have || !strcmp(have, image->id) ||
			(seen->image_id && !strcmp(seen->image_id, image->id)))
			return NULL;
		return arena_printf(work->arena, "image changed: %.19s -> %.19s", have, image->id);
	}
	/* What a pull or a build is to bring may well be the same: there is a note in their plan. */
	if (!work->options->images_known && image && !image->id)
		return NULL;
	/* The engine lists the id instead of the name once the name means another image. */
	if (seen->image && !strncmp(seen->image, "sha256:", 7) && strncmp(task->reference, "sha256:", 7))
		return arena_printf(
			work->arena, "image changed: %s means another image now", task->reference);
	return NULL;
}

static enum recreate recreate_mode(const struct work *work, const struct task *task)
{
	const struct reconcile_options *options = work->options;
	/* As docker compose does: new anonymous volumes are asked for, whether a container has any or not. */
	enum recreate asked = options->recreate == RECREATE_CHANGED && options->renew_anon_volumes
				      ? RECREATE_ALWAYS
				      : options->recreate;
	bool by_itself = task->vertex->named || options->recreate == RECREATE_NEVER;
	enum recreate mode = by_itself ? asked : options->recreate_deps;
	/* Applications are shared: they are remade for no reason only when they are meant themselves. */
	if (mode == RECREATE_ALWAYS && task->service->application && !task->vertex->named)
		return RECREATE_CHANGED;
	return mode;
}

/* Which inputs have changed. The configuration's change tells of the environment already. */
static const char *inputs_fault(const struct work *work, const struct task *task,
	const struct observed_container *seen, bool configured)
{
	if (!task->inputs || !seen->inputs)
		return NULL;
	const char *difference = configured
					 ? inputs_difference(work->arena, task->inputs, seen->inputs)
					 : inputs_named_difference(work->arena, task->inputs, seen->inputs);
	return difference ? arena_printf(work->arena, "inputs changed (%s)", difference) : NULL;
}

static const char *add_fault(const struct work *work, const char *faults, const char *fault)
{
	return faults && fault ? arena_printf(work->arena, "%s; %s", faults, fault) : faults ? faults : fault;
}

/* Why the container shares a namespace of another one than the file names, or NULL: the name became an id
 * when it was made, and what has the name now was made later. (The config-hash has the name, and the engine's
 * list only the id of network_mode.) */
static const char *namespace_fault(
	const struct work *work, const struct task *task, const struct observed_container *seen)
{
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		const struct existing *owner =
			edge->container ? map_get(&work->by_name, edge->container) : NULL;
		if (owner && work_shares(task->service, edge) && owner->seen->created > seen->created)
			return arena_printf(work->arena, "refers to a former container %s", edge->container);
	}
	return NULL;
}

/* The service that a task waits for and whose data goes: what the task has done there may be gone. Or NULL.
 */
static const char *anew_below(const struct work *work, const struct task *task)
{
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct task *below = work_task(work, task->vertex->edges[e].to);
		if (below->anew)
			return below->anew;
	}
	return NULL;
}

/* Whether this run runs the task, so that what it leaves is new to those that wait for its end. */
static bool task_runs(const struct work *work, const struct task *task)
{
	for (size_t r = 0; task->one_shot && !work->options->no_start && r < task->nreplicas; r++)
		if (task->replicas[r]->action != ACTION_KEEP)
			return true;
	return false;
}

/* The task whose end the task waits for and that runs in front of it, or NULL. */
static const char *runs_below(const struct work *work, const struct task *task)
{
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		if (edge->condition == CONDITION_COMPLETED && task_runs(work, work_task(work, edge->to)))
			return edge->to->service->key;
	}
	return NULL;
}

/* Why a container that has done its task has to do it again for the sake of what it waits for, or NULL. */
static const char *due_fault(
	const struct work *work, const struct task *task, const struct existing *existing)
{
	if (!existing_done(task, existing))
		return NULL;
	const char *below = anew_below(work, task);
	if (below)
		return arena_printf(work->arena, "%s begins anew", below);
	below = runs_below(work, task);
	return below ? arena_printf(work->arena, "%s runs before it", below) : NULL;
}

/* Why the container must be replaced, or NULL. */
static const char *why_changed(
	const struct work *work, const struct task *task, const struct existing *existing)
{
	const struct observed_container *seen = existing->seen;
	if (recreate_mode(work, task) == RECREATE_NEVER)
		return NULL;
	if (recreate_mode(work, task) == RECREATE_ALWAYS)
		return work->options->recreate == RECREATE_CHANGED && work->options->renew_anon_volumes
			       ? "anonymous volumes are renewed"
			       : "forced";
	if (!task->hash)
		return "refers to a container that is remade";
	bool configured = seen->config_hash && !strcmp(seen->config_hash, task->hash);
	const char *faults =
		add_fault(work, configured ? NULL : "configuration changed", image_fault(work, task, seen));
	faults = add_fault(work, faults, namespace_fault(work, task, seen));
	faults = add_fault(work, faults, inputs_fault(work, task, seen, configured));
	if (!faults)
		faults = networks_fault(work, task, existing);
	if (!faults)
		faults = volumes_fault(work, task, existing);
	if (!faults)
		faults = ports_fault(work, task, existing);
	return faults ? faults : due_fault(work, task, existing);
}

/* Whether the run is to end with the task: one that is done must not be waited for for ever. */
static bool ends_run(const struct work *work, const struct task *task)
{
	const struct reconcile_options *options = work->options;
	return text_is(options->ends_with, task->service->key) ||
	       (options->ends_with_any && task->vertex->named && !task->vertex->awaited);
}

/* Why the container runs its task again that is done, or NULL. */
static const char *why_again(const struct work *work, const struct task *task, const struct existing *now)
{
	if (work->options->rerun && task->vertex->named)
		return "--rerun";
	if (work->options->named_again && task->vertex->literal)
		return "a task that is named";
	return due_fault(work, task, now);
}

static bool lacks_hooks(const struct task *task, const struct existing *existing)
{
	return existing->seen->unhooked && task->service->npost_start;
}

/* Chooses between an unchanged container's possible fates. */
static void decide_end(struct work *work, const struct task *task, struct replica *replica)
{
	const struct existing *now = replica->now;
	replica->action = ACTION_KEEP;
	if (existing_runs(now)) {
		if (networks_renewed(task, now) && !work->options->no_start) {
			replica->action = ACTION_RESTART;
			replica->reason = "network changed";
		} else if (!work->options->no_start && (now->away || now->seen->stopping)) {
			replica->action = ACTION_RESTART;
			replica->reason = "a run that was cut short may be stopping it";
		} else if (!work->options->no_start && lacks_hooks(task, now)) {
			replica->action = ACTION_RESTART;
			replica->reason = "a post_start hook has not succeeded";
		} else if (!work->options->no_start && (replica->reason = existing_retried(work, now))) {
			replica->action = ACTION_RESTART;
		}
		return;
	}
	bool done = existing_done(task, now) && !ends_run(work, task);
	bool forgotten = done && inputs_many(task->inputs);
	const char *again = done ? why_again(work, task, now) : NULL;
	if ((done && !forgotten && !again) || work->options->no_start)
		return;
	replica->action = ACTION_START;
	if (again) {
		replica->reason = again;
		return;
	}
	if (forgotten) {
		replica->reason = "a bind has too many entries to be remembered";
		plan_note(work->plan,
			"service %s runs each time: a bind of it has too many entries to tell whether they have changed",
			task->service->key);
		return;
	}
	replica->reason = existing_idle(work, now);
}

/* Gives the replica its container, or finds that it must be replaced. */
static void adopt(struct work *work, struct task *task, struct replica *replica, struct existing *now)
{
	replica->now = now;
	now->replica = replica;
	replica->reason = why_changed(work, task, now);
	if (replica->reason)
		replica->action = ACTION_RECREATE;
	else
		decide_end(work, task, replica);
}

/* The container of `old` goes on where an interrupted run has stopped: `made` is its new one. */
static void go_on(struct replica *replica, struct existing *made, struct existing *old, const char *reason)
{
	replica->action = ACTION_FINISH;
	replica->reason = reason;
	replica->now = made;
	replica->old = old;
	made->replica = old->replica = replica;
}

/* Whether it runs, and a run that was cut short may be stopping it, or has not run its hooks: it is no
 * successor to rely on. */
static bool is_unsure(const struct task *task, const struct existing *existing)
{
	return existing_runs(existing) && (existing->seen->stopping || lacks_hooks(task, existing));
}

/* Decides a number whose old container, put `away`, waits for what becomes of the new one: `made`, or NULL.
 */
static void decide_away(struct work *work, struct task *task, struct replica *replica, struct existing *made,
	struct existing *away)
{
	bool stays = made && !is_unsure(task, made);
	if (stays && !why_changed(work, task, made)) {
		go_on(replica, made, away, "its new container is there");
		return;
	}
	/* A wish that nobody has any more: what runs is the better one. */
	if (stays && existing_runs(made) && why_changed(work, task, away)) {
		adopt(work, task, replica, made);
		return;
	}
	if (made)
		made->unwanted = "left by an interrupted recreate";
	adopt(work, task, replica, away);
}

/* Whether the container was put away for one of that name. */
static bool away_from(const struct existing *existing, const char *name)
{
	size_t len = strlen(name);
	return existing->away && strlen(existing->seen->name) == len + 13 &&
	       !strncmp(existing->seen->name, name, len);
}

/* Decides one number: the container that has it (`kept`), the one that an interrupted recreate made for it
 * (`made`), the one that it has put `away`. */
static void decide_number(struct work *work, struct task *task, struct replica *replica)
{
	struct existing *kept = NULL, *made = NULL, *away = NULL;
	for (size_t i = 0; i < task->nexisting; i++) {
		struct existing *each = task->existing[i];
		if (!each->unwanted && away_from(each, replica->name))
			away = each;
		if (each->unwanted || each->away || each->seen->number != replica->number)
			continue;
		if (!each->temporary)
			kept = existing_better(each, kept, replica->name) ? each : kept;
		else if (!made || (why_changed(work, task, made) && !why_changed(work, task, each)))
			made = each;
	}
	if (away) {
		decide_away(work, task, replica, kept ? kept : made, away);
		return;
	}
	if (!kept && !made) {
		replica->action = ACTION_CREATE;
		replica->reason = "not found";
		return;
	}
	if (!kept || !made) {
		adopt(work, task, replica, kept ? kept : made);
		return;
	}
	const char *reason = why_changed(work, task, kept);
	if (!reason && existing_done(task, kept) && made->seen->state == CONTAINER_CREATED)
		reason = "its task was to run again";
	if (!reason || is_unsure(task, made) || why_changed(work, task, made))
		adopt(work, task, replica, kept);
	else
		go_on(replica, made, kept,
			arena_printf(work->arena, "%s; its new container is there", reason));
}

/* Numbers without a container take over one that has a number too high, so that its volumes go on. */
static void fill_gaps(struct work *work, struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++) {
		struct replica *replica = task->replicas[r];
		struct existing *low = NULL;
		for (size_t i = 0; replica->action == ACTION_CREATE && i < task->nexisting; i++) {
			struct existing *each = task->existing[i];
			if (!each->replica && !each->unwanted && !each->temporary && !each->away &&
				(!low || each->seen->number < low->seen->number))
				low = each;
		}
		if (!low)
			continue;
		adopt(work, task, replica, low);
		if (recreate_mode(work, task) == RECREATE_NEVER || low->seen->number == replica->number)
			continue;
		replica->action = ACTION_RECREATE;
		replica->reason = arena_printf(work->arena, "number %lld becomes %lld",
			(long long)low->seen->number, (long long)replica->number);
	}
}

/* What no replica took is removed. */
static void dismiss_rest(struct work *work, struct task *task)
{
	if (task->service->provider) /* they are the provider's */
		return;
	for (size_t i = 0; i < task->nexisting; i++) {
		struct existing *each = task->existing[i];
		if (each->replica || each->unwanted)
			continue;
		if (each->temporary || each->away)
			each->unwanted = "left by an interrupted recreate";
		else if (each->seen->number > task->scale)
			each->unwanted = arena_printf(work->arena, "scale is %lld", (long long)task->scale);
		else
			each->unwanted = arena_printf(
				work->arena, "a second number %lld", (long long)each->seen->number);
	}
}

/* Hash, inputs, image: what containers are compared with. */
static void decide_prepare(struct work *work, struct task *task)
{
	struct resolve resolve = { .work = work };
	struct hash_resolver resolver = { resolve_id, &resolve };
	task->hash = hash_service(work->arena, task->service, &resolver);
	if (resolve.unknown || names_remade(work, task))
		task->hash = NULL;
	if (work->options->inputs)
		task->inputs = map_get(work->options->inputs, task->service->key);
	task->reference = service_image(work->arena, task->service);
	task->image = map_get(&work->images, task->reference);
	task->one_shot = inputs_one_shot(task->vertex);
	for (size_t i = 0; i < task->nexisting; i++) {
		struct existing *each = task->existing[i];
		int64_t number = each->seen->number > 0 ? each->seen->number : 1;
		each->away = is_away(each->seen);
		each->temporary = !each->away && is_temporary(each->seen, service_container_name(work->arena,
										  task->service, number));
		if (each->seen->state == CONTAINER_DEAD || each->seen->state == CONTAINER_REMOVING)
			each->unwanted = container_state_name(each->seen->state);
	}
}

/* Whether there is more to compare than what compose's config-hash covers. */
static bool has_inputs(const struct service *service)
{
	const struct flow_service *flow = service->flow;
	return service->nconfigs || service->nsecrets || (flow && (flow->files || flow->nports));
}

/* What counts as unchanged since it cannot be compared; NULL: nothing. */
static const char *not_compared(const struct task *task, const struct replica *replica)
{
	if (!replica->now || replica->action == ACTION_RECREATE)
		return NULL;
	if (!replica->now->seen->inputs)
		return "container made by another tool, content of its configs and secrets counts as unchanged";
	return inputs_elsewhere(task->inputs, replica->now->seen->inputs)
		       ? "container made on another machine or by an earlier version, content of its secrets counts as "
			 "unchanged (--force-recreate says that it is not)"
		       : NULL;
}

/* Tells it once per service with inputs. */
static void note_foreign(struct work *work, const struct task *task)
{
	const char *what = NULL;
	for (size_t r = 0; task->inputs && has_inputs(task->service) && !what && r < task->nreplicas; r++)
		what = not_compared(task, task->replicas[r]);
	if (what)
		plan_note(work->plan, "service %s: %s", task->service->key, what);
}

void task_decide(struct work *work, struct task *task)
{
	const struct service *service = task->service;
	if (task_refuse(work, task))
		return;
	decide_prepare(work, task);
	if (task_is_once(work, task)) {
		task_once(work, task);
		return;
	}
	for (int64_t number = 1; number <= task->scale; number++) {
		struct replica *replica = ARENA_NEW(work->arena, struct replica);
		replica->number = number;
		replica->name = service_container_name(work->arena, service, number);
		*ARENA_PUSH(work->arena, task->replicas, task->nreplicas) = replica;
		decide_number(work, task, replica);
	}
	fill_gaps(work, task);
	dismiss_rest(work, task);
	if (!work->options->no_start)
		task_restart(work, task);
	note_foreign(work, task);
	if (task->nreplicas)
		files_refuse(work, task);
	order_decide(work, task);
	task->anew = !task->one_shot && volumes_lost(work, task) ? service->key : anew_below(work, task);
	for (size_t r = 0; r < task->nreplicas; r++) {
		const struct replica *replica = task->replicas[r];
		task->remade |= replica->action == ACTION_RECREATE || replica->action == ACTION_RESTART ||
				(replica->action == ACTION_FINISH && !existing_runs(replica->now));
	}
}
