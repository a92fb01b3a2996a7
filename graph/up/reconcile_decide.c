/* What becomes of each container of a service: kept, started, recreated, removed; and the traces of runs that
 * were cut short. */
#include "graph/up/reconcile_work.h"
#include "compose/print/hash.h"
#include "compose/tree/image_name.h"
#include "compose/tree/path.h"
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
	/* The engine lists the id instead of the name once the name means another image. */
	if (seen->image && !strncmp(seen->image, "sha256:", 7) && strncmp(task->reference, "sha256:", 7))
		return arena_printf(
			work->arena, "image changed: %s means another image now", task->reference);
	return NULL;
}

static enum recreate recreate_mode(const struct work *work, const struct task *task)
{
	const struct reconcile_options *options = work->options;
	bool by_itself = task->vertex->named || options->recreate == RECREATE_NEVER;
	enum recreate mode = by_itself ? options->recreate : options->recreate_deps;
	/* Applications are shared: they are remade for no reason only when they are meant themselves. */
	if (mode == RECREATE_ALWAYS && task->service->application && !task->vertex->named)
		return RECREATE_CHANGED;
	return mode;
}

/* Why the container must be replaced, or NULL. */
static const char *why_changed(
	const struct work *work, const struct task *task, const struct existing *existing)
{
	const struct observed_container *seen = existing->seen;
	if (recreate_mode(work, task) == RECREATE_NEVER)
		return NULL;
	if (recreate_mode(work, task) == RECREATE_ALWAYS)
		return "forced";
	if (!task->hash)
		return "refers to a container that is remade";
	if (!seen->config_hash || strcmp(seen->config_hash, task->hash))
		return "configuration changed";
	const char *fault = image_fault(work, task, seen);
	if (fault)
		return fault;
	if (task->inputs && seen->inputs) {
		const char *difference = inputs_difference(work->arena, task->inputs, seen->inputs);
		if (difference)
			return arena_printf(work->arena, "inputs changed (%s)", difference);
	}
	fault = networks_fault(work, task, existing);
	return fault ? fault : volumes_fault(work, task, existing);
}

/* Chooses between an unchanged container's possible fates. */
static void decide_end(struct work *work, const struct task *task, struct replica *replica)
{
	const struct existing *now = replica->now;
	replica->action = ACTION_KEEP;
	if (existing_runs(now)) {
		if (now->seen->state == CONTAINER_PAUSED)
			plan_note(work->plan, "container %s is paused and stays so: docker unpause %s",
				now->seen->name, now->seen->name);
		if (networks_renewed(task, now) && !work->options->no_start) {
			replica->action = ACTION_RESTART;
			replica->reason = "network changed";
		}
		return;
	}
	bool done = now->seen->state == CONTAINER_EXITED && now->seen->exit_code == 0 && task->one_shot;
	if (done || work->options->no_start)
		return;
	replica->action = ACTION_START;
	if (now->seen->state == CONTAINER_CREATED)
		replica->reason = "created, never started";
	else
		replica->reason = arena_printf(work->arena, "exited (%lld)", (long long)now->seen->exit_code);
}

/* Gives the replica its container, or finds that it must be replaced. */
static void adopt(struct work *work, struct task *task, struct replica *replica, struct existing *now)
{
	replica->now = now;
	now->taken = true;
	replica->reason = why_changed(work, task, now);
	if (replica->reason)
		replica->action = ACTION_RECREATE;
	else
		decide_end(work, task, replica);
}

/* Whether `a` is the better container for a name: the final name, then running, then the newer one. */
static bool better(const struct existing *a, const struct existing *b, const char *final)
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

/* Decides one number: the container that has it (`kept`), the one that an interrupted recreate made for it
 * (`made`), or both. */
static void decide_number(struct work *work, struct task *task, struct replica *replica)
{
	struct existing *kept = NULL, *made = NULL;
	for (size_t i = 0; i < task->nexisting; i++) {
		struct existing *each = task->existing[i];
		if (each->unwanted || each->seen->number != replica->number)
			continue;
		if (!each->temporary)
			kept = better(each, kept, replica->name) ? each : kept;
		else if (!made || (why_changed(work, task, made) && !why_changed(work, task, each)))
			made = each;
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
	if (!reason || why_changed(work, task, made)) {
		adopt(work, task, replica, kept);
		return;
	}
	replica->action = ACTION_FINISH;
	replica->reason = arena_printf(work->arena, "%s; its new container is there", reason);
	replica->now = made;
	replica->old = kept;
	made->taken = kept->taken = true;
}

/* Numbers without a container take over one that has a number too high, so that its volumes go on. */
static void fill_gaps(struct work *work, struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++) {
		struct replica *replica = task->replicas[r];
		struct existing *low = NULL;
		for (size_t i = 0; replica->action == ACTION_CREATE && i < task->nexisting; i++) {
			struct existing *each = task->existing[i];
			if (!each->taken && !each->unwanted && !each->temporary &&
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
	for (size_t i = 0; i < task->nexisting; i++) {
		struct existing *each = task->existing[i];
		if (each->taken || each->unwanted)
			continue;
		if (each->temporary)
			each->unwanted = "left by an interrupted recreate";
		else if (each->seen->number > task->scale)
			each->unwanted = arena_printf(work->arena, "scale is %lld", (long long)task->scale);
		else
			each->unwanted = arena_printf(
				work->arena, "a second number %lld", (long long)each->seen->number);
	}
}

/* Hash, inputs, image: what containers are compared with. */
static void prepare(struct work *work, struct task *task)
{
	struct resolve resolve = { .work = work };
	struct hash_resolver resolver = { resolve_id, &resolve };
	task->hash = hash_service(work->arena, task->service, &resolver);
	if (resolve.unknown)
		task->hash = NULL;
	if (work->options->inputs)
		task->inputs = map_get(work->options->inputs, task->service->key);
	task->reference = service_image(work->arena, task->service);
	task->image = map_get(&work->images, task->reference);
	task->one_shot = inputs_one_shot(task->vertex);
	for (size_t i = 0; i < task->nexisting; i++) {
		struct existing *each = task->existing[i];
		int64_t number = each->seen->number > 0 ? each->seen->number : 1;
		each->temporary =
			is_temporary(each->seen, service_container_name(work->arena, task->service, number));
		if (each->seen->state == CONTAINER_DEAD || each->seen->state == CONTAINER_REMOVING)
			each->unwanted = container_state_name(each->seen->state);
	}
}

/* Running containers whose dependency is remade and that asked to be restarted then. */
static void decide_restarts(struct work *work, struct task *task)
{
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		if (!edge->restart || !edge->to->selected || !work_task(work, edge->to)->remade)
			continue;
		for (size_t r = 0; r < task->nreplicas; r++) {
			struct replica *replica = task->replicas[r];
			if (replica->action != ACTION_KEEP || !existing_runs(replica->now))
				continue;
			replica->action = ACTION_RESTART;
			replica->reason = arena_printf(
				work->arena, "%s is remade (restart: true)", edge->to->service->key);
		}
	}
}

/* Whether there is more to compare than what compose's config-hash covers. */
static bool has_inputs(const struct service *service)
{
	const struct flow_service *flow = service->flow;
	return service->nconfigs || service->nsecrets || (flow && (flow->files || flow->nports));
}

/* Tells once per service with inputs when its containers carry no label of them. */
static void note_foreign(struct work *work, const struct task *task)
{
	bool counts = task->inputs && has_inputs(task->service);
	for (size_t r = 0; counts && r < task->nreplicas; r++) {
		const struct replica *replica = task->replicas[r];
		if (!replica->now || replica->now->seen->inputs || replica->action == ACTION_RECREATE)
			continue;
		plan_note(work->plan,
			"service %s: container made by another tool, content of its configs and secrets counts as "
			"unchanged",
			task->service->key);
		return;
	}
}

/* What the file asks for and docker flow cannot do is refused, not left out. */
static bool refuse(struct work *work, const struct service *service)
{
	const struct {
		bool asked;
		const char *key, *what;
	} refused[] = { { service->provider != NULL, "provider", "services made by a provider plugin" },
		{ service->npre_start > 0, "pre_start", "containers that run before the service's own" },
		{ service->nmodels > 0, "models", "language models" } };
	bool any = false;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (!refused[i].asked)
			continue;
		const struct member *member = node_member(service->node, refused[i].key);
		error_add(work->errors, ERROR_FILE, member ? &member->at : &service->at,
			arena_printf(work->arena, "services.%s.%s", service->key, refused[i].key),
			"docker flow does not run %s", refused[i].what);
		error_hint(work->errors, "remove the key, or start this service with docker compose");
		any = true;
	}
	return any;
}

/* The engine would refuse the name as well, but only when others have been changed. */
static bool refuse_image(struct work *work, const struct service *service)
{
	if (!service->image || !*service->image || image_name_valid(service->image))
		return false;
	const struct member *member = node_member(service->node, "image");
	error_add(work->errors, ERROR_FILE, member ? &member->value->at : &service->at,
		arena_printf(work->arena, "services.%s.image", service->key),
		"invalid image reference \"%s\"", service->image);
	error_hint(work->errors,
		"the form is [HOST[:PORT]/]NAME[:TAG][@DIGEST]; NAME is of lower case letters, digits and . _ - /");
	return true;
}

/* Whether a container of the service is to be made. */
static bool makes(const struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++)
		if (task->replicas[r]->action == ACTION_CREATE ||
			task->replicas[r]->action == ACTION_RECREATE)
			return true;
	return false;
}

static bool binds_always(const struct service *service)
{
	return service->flow && service->flow->files && !strcmp(service->flow->files, "bind");
}

/* A file that is not there is told now, not when half of the containers are made. An engine elsewhere that is
 * to bind it may have it. */
static void refuse_absent(struct work *work, const struct task *task, bool secret)
{
	const struct service *service = task->service;
	const struct project *project = service->project;
	struct file_source *const *sources = secret ? project->secrets : project->configs;
	size_t nrefs = secret ? service->nsecrets : service->nconfigs;
	size_t nsources = secret ? project->nsecrets : project->nconfigs;
	bool fatal = makes(task) && (work->options->shared_files || !binds_always(service));
	const char *path =
		arena_printf(work->arena, "services.%s.%s", service->key, secret ? "secrets" : "configs");
	for (size_t i = 0; i < nrefs; i++) {
		const struct file_ref *ref = secret ? service->secrets[i] : service->configs[i];
		if (!inputs_absent(work->arena, task->inputs, inputs_target(work->arena, ref, secret)))
			continue;
		for (size_t s = 0; s < nsources; s++) {
			if (strcmp(sources[s]->key, ref->source) != 0)
				continue;
			const char *what = sources[s]->file
						   ? arena_printf(work->arena, "file %s does not exist",
							     sources[s]->file)
						   : arena_printf(work->arena, "variable %s is not set",
							     sources[s]->environment ? sources[s]->environment
										     : "of no name");
			if (!fatal) {
				error_warn(work->errors, &ref->at, path, "%s", what);
				continue;
			}
			error_add(work->errors, ERROR_FILE, &ref->at, path, "%s", what);
			error_hint(work->errors, "provide it, or correct the %s \"%s\"; nothing was changed",
				secret ? "secret" : "config", ref->source);
		}
	}
}

/* An engine elsewhere looks for a bind's source on its own machine, and makes an empty directory of it. What
 * is named beside the compose file was meant to be found here. */
static void warn_of_elsewhere(struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	const char *dir = service->project->dir;
	if (work->options->shared_files || binds_always(service) || !makes(task))
		return;
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		if (strcmp(mount->type, "bind") || !mount->source ||
			(strcmp(mount->source, dir) && path_shown(dir, mount->source) == mount->source))
			continue;
		error_warn(work->errors, &mount->at,
			arena_printf(work->arena, "services.%s.volumes", service->key),
			"the engine does not see this machine's files: it looks for %s on its own",
			mount->source);
		error_hint(work->errors,
			"send a file as one of `configs`, a directory within the image; `x-flow: "
			"{files: bind}` says that the engine does see them");
	}
}

void task_decide(struct work *work, struct task *task)
{
	const struct service *service = task->service;
	if (task->scale && (refuse(work, service) || refuse_image(work, service)))
		return;
	if (service->container_name && task->scale > 1) {
		error_add(work->errors, ERROR_FILE, &service->at,
			arena_printf(work->arena, "services.%s", service->key),
			"container_name \"%s\" allows one container, but the scale is %lld",
			service->container_name, (long long)task->scale);
		error_hint(work->errors, "remove container_name, or scale to 1");
		return;
	}
	prepare(work, task);
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
		decide_restarts(work, task);
	note_foreign(work, task);
	if (task->nreplicas) {
		refuse_absent(work, task, true);
		refuse_absent(work, task, false);
		warn_of_elsewhere(work, task);
	}
	for (size_t r = 0; r < task->nreplicas; r++) {
		enum action action = task->replicas[r]->action;
		task->remade |=
			action == ACTION_RECREATE || action == ACTION_RESTART || action == ACTION_FINISH;
	}
}
