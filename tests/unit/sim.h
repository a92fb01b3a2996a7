/* A simulated engine: applies the steps of a plan to a snapshot, and refuses what a real engine refuses.
 * Every new container gets an anonymous volume unless it inherits one, so that lost data shows. */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

#include "base/text/text.h"
#include "plan_case.h"

/* `endpoint` of a place without aliases. */
#define SIM_APART "apart"

struct sim {
	struct plan_case *c;
	struct observed *seen;
	struct map lost; /* anonymous volumes that were removed */
	unsigned ids;
	const char *refusal; /* of the last step, or NULL */
};

static inline const char *sim_id(struct sim *sim, const char *prefix)
{
	return arena_printf(sim->c->arena, "%s%012x%052x", prefix, ++sim->ids, 0);
}

static inline bool sim_refuse(struct sim *sim, const struct step *step, const char *why)
{
	sim->refusal = arena_printf(sim->c->arena, "step %zu: %s %s %s: %s", step->number,
		op_traits[step->op].object, step->name, op_traits[step->op].verb, why);
	return false;
}

static inline struct observed_container *sim_by_id(const struct sim *sim, const char *id)
{
	for (size_t i = 0; i < sim->seen->ncontainers; i++) {
		if (text_is(sim->seen->containers[i]->id, id))
			return sim->seen->containers[i];
	}
	return NULL;
}

static inline struct observed_container *sim_by_name(const struct sim *sim, const char *name)
{
	for (size_t i = 0; i < sim->seen->ncontainers; i++) {
		if (text_is(sim->seen->containers[i]->name, name))
			return sim->seen->containers[i];
	}
	return NULL;
}

/* The container a step works on. */
static inline struct observed_container *sim_target(const struct sim *sim, const struct step *step)
{
	return sim_by_id(sim, step->container ? step->container->id
			      : step->target  ? step->target->result_id
					      : NULL);
}

static inline bool sim_runs(const struct observed_container *container)
{
	return container_state_runs(container->state);
}

static inline struct observed_attachment *sim_attached(
	struct observed_container *container, const char *network)
{
	for (size_t i = 0; i < container->nattachments; i++) {
		if (text_is(container->attachments[i].network, network))
			return &container->attachments[i];
	}
	return NULL;
}

/* Whether nobody finds the container by its aliases. */
static inline bool sim_apart(const struct observed_container *container)
{
	for (size_t i = 0; i < container->nattachments; i++)
		if (text_is(container->attachments[i].endpoint, SIM_APART))
			return true;
	return false;
}

/* The only network of that name, or NULL: two are as bad as none to an engine. */
static inline const struct observed_network *sim_named(const struct sim *sim, const char *name)
{
	const struct observed_network *found = NULL;
	size_t count = 0;
	for (size_t i = 0; i < sim->seen->nnetworks; i++) {
		if (!text_is(sim->seen->networks[i]->name, name))
			continue;
		found = sim->seen->networks[i];
		count++;
	}
	return count == 1 ? found : NULL;
}

static inline void sim_attach(struct sim *sim, struct observed_container *container, const char *network)
{
	const struct observed_network *there = sim_named(sim, network);
	const char *id = there && sim_runs(container) ? there->id : "";
	size_t count = container->nattachments++;
	struct observed_attachment *more = ARENA_ARRAY(sim->c->arena, struct observed_attachment, count + 1);
	for (size_t i = 0; i < count; i++)
		more[i] = container->attachments[i];
	more[count] = (struct observed_attachment){ network, id, "" };
	container->attachments = more;
}

static inline bool sim_network(struct sim *sim, struct step *step)
{
	struct observed *seen = sim->seen;
	if (step->op == OP_NETWORK_CREATE) {
		if (observed_network(seen, step->name))
			return sim_refuse(sim, step, "the name is taken");
		struct observed_network *network = ARENA_NEW(sim->c->arena, struct observed_network);
		network->id = step->result_id = sim_id(sim, "net");
		network->name = step->name;
		network->created = "2026-11-21T14:00:00Z";
		network->project = step->network.wanted->project->name;
		network->key = step->network.wanted->key;
		network->config_hash = step->network.seen ? step->network.seen->config_hash
							  : hash_network(sim->c->arena, step->network.wanted);
		*ARENA_PUSH(sim->c->arena, seen->networks, seen->nnetworks) = network;
		return true;
	}
	const struct observed_network *goes =
		step->network.seen ? step->network.seen : sim_named(sim, step->name);
	for (size_t i = 0; goes && i < seen->ncontainers; i++) {
		const struct observed_attachment *at = sim_attached(seen->containers[i], step->name);
		if (sim_runs(seen->containers[i]) && at && text_is(at->network_id, goes->id))
			return sim_refuse(sim, step, "has active endpoints");
	}
	for (size_t i = 0; goes && i < seen->nnetworks; i++) {
		if (text_is(seen->networks[i]->id, goes->id)) {
			seen->networks[i] = seen->networks[--seen->nnetworks];
			return true;
		}
	}
	return sim_refuse(sim, step, "no such network");
}

static inline bool sim_link(struct sim *sim, struct step *step)
{
	struct observed_container *container = sim_target(sim, step);
	if (!container)
		return sim_refuse(sim, step, "no such container");
	if (step->op == OP_NETWORK_CONNECT) {
		if (!sim_named(sim, step->network.wanted->name))
			return sim_refuse(sim, step, "no such network, or several");
		if (sim_attached(container, step->network.wanted->name))
			return sim_refuse(sim, step, "already attached");
		sim_attach(sim, container, step->network.wanted->name);
		if (step->network.apart)
			container->attachments[container->nattachments - 1].endpoint = SIM_APART;
		return true;
	}
	struct observed_attachment *at = sim_attached(container, step_argument(step));
	if (!at)
		return sim_refuse(sim, step, "not attached");
	*at = container->attachments[--container->nattachments];
	return true;
}

static inline bool sim_volume(struct sim *sim, struct step *step)
{
	if (observed_volume(sim->seen, step->name))
		return sim_refuse(sim, step, "the name is taken");
	struct observed_volume *volume = ARENA_NEW(sim->c->arena, struct observed_volume);
	volume->name = step->name;
	volume->driver = "local";
	volume->created = step->result_id = "2026-11-21T14:00:00Z";
	volume->project = step->volume.wanted->external ? NULL : step->volume.wanted->project->name;
	volume->key = step->volume.wanted->key;
	volume->config_hash = hash_volume(sim->c->arena, step->volume.wanted);
	*ARENA_PUSH(sim->c->arena, sim->seen->volumes, sim->seen->nvolumes) = volume;
	return true;
}

static inline void sim_mount(struct sim *sim, struct observed_container *container, const struct step *step)
{
	const struct service *service = step->service;
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		const struct volume *volume =
			mount->source ? project_volume(service->project, mount->source) : NULL;
		if (volume)
			*ARENA_PUSH(sim->c->arena, container->mounts, container->nmounts) =
				(struct observed_mount){ "volume", volume->name, "", mount->target, true };
	}
	const char *anonymous = arena_printf(sim->c->arena, "anonymous-%s", container->id);
	bool inherited = false;
	size_t nmounts =
		step->create.replaces && !step->create.renew_volumes ? step->create.replaces->nmounts : 0;
	for (size_t i = 0; i < nmounts; i++) {
		if (strncmp(step->create.replaces->mounts[i].name, "anonymous-", 10))
			continue;
		anonymous = step->create.replaces->mounts[i].name;
		inherited = true;
	}
	/* To the engine an inherited volume is a named one: `remove -v` leaves it. */
	*ARENA_PUSH(sim->c->arena, container->mounts, container->nmounts) =
		(struct observed_mount){ "volume", anonymous, inherited ? "named" : "", "/anonymous", true };
}

static inline bool sim_create(struct sim *sim, struct step *step)
{
	struct arena *arena = sim->c->arena;
	if (sim_by_name(sim, step->name))
		return sim_refuse(sim, step, "the name is taken");
	struct observed_container *container = ARENA_NEW(arena, struct observed_container);
	container->id = step->result_id = sim_id(sim, "");
	container->name = step->name;
	container->project = step->service->project->name;
	container->service = step->service->key;
	container->number = step->number_of;
	container->hook = step_of_hook(step);
	container->oneoff = step->create.oneoff != NULL;
	container->created = 1800000000 + sim->ids;
	container->state = CONTAINER_CREATED;
	container->status = "Created";
	container->image = service_image(arena, step->service);
	container->image_id = container->image_label =
		step->create.image_id ? step->create.image_id : "sha256:new";
	if (!container->oneoff)
		container->config_hash = case_hash(sim->c, step->service);
	container->inputs = step->create.inputs;
	container->replaces = step->new_name;
	size_t count;
	struct attachment **attachments = reconcile_attachments(arena, step->service, &count);
	for (size_t i = 0; i < count && (i == 0 || !sim->c->up.connect_separately); i++)
		sim_attach(
			sim, container, project_network(step->service->project, attachments[i]->key)->name);
	sim_mount(sim, container, step);
	*ARENA_PUSH(arena, sim->seen->containers, sim->seen->ncontainers) = container;
	return true;
}

static inline bool sim_start(struct sim *sim, struct step *step)
{
	struct observed_container *container = sim_target(sim, step);
	if (!container)
		return sim_refuse(sim, step, "no such container");
	if (!text_is(container->name, step->name))
		return sim_refuse(sim, step, "the container has another name");
	for (size_t i = 0; i < container->nattachments; i++) {
		struct observed_attachment *at = &container->attachments[i];
		const struct observed_network *network = sim_named(sim, at->network);
		if (!network || (*at->network_id && !text_is(at->network_id, network->id)))
			return sim_refuse(sim, step, "network not found, or ambiguous");
		at->network_id = network->id;
	}
	/* Tasks end at once, the others are healthy at once. */
	const struct dag_vertex *vertex = dag_find(sim->c->dag, container->service);
	bool task = (vertex && vertex->awaited) || container->hook;
	container->state = task ? CONTAINER_EXITED : CONTAINER_RUNNING;
	container->exit_code = 0;
	container->up = 0;
	container->health = task ? HEALTH_NONE : HEALTH_HEALTHY;
	return true;
}

static inline bool sim_remove(struct sim *sim, struct step *step)
{
	struct observed_container *container = sim_target(sim, step);
	if (!container)
		return sim_refuse(sim, step, "no such container");
	if (sim_runs(container) && !step->ending.force)
		return sim_refuse(sim, step, "the container runs");
	for (size_t i = 0; i < sim->seen->ncontainers; i++) {
		if (sim->seen->containers[i] == container) {
			sim->seen->containers[i] = sim->seen->containers[--sim->seen->ncontainers];
			break;
		}
	}
	for (size_t i = 0; step->ending.remove_volumes && i < container->nmounts; i++) {
		const struct observed_mount *mount = &container->mounts[i];
		bool used = !strcmp(mount->source, "named") || strncmp(mount->name, "anonymous-", 10);
		for (size_t n = 0; n < sim->seen->ncontainers; n++) {
			for (size_t m = 0; m < sim->seen->containers[n]->nmounts; m++)
				used |= text_is(sim->seen->containers[n]->mounts[m].name, mount->name);
		}
		if (!used)
			map_set(&sim->lost, mount->name, sim);
	}
	return true;
}

static inline bool sim_gate(struct sim *sim, struct step *step)
{
	size_t count = step->gate.nwatched + step->gate.nstarts;
	for (size_t i = 0; i < count; i++) {
		struct observed_container *container =
			i < step->gate.nwatched ? sim_by_id(sim, step->gate.watched[i]->id)
						: sim_target(sim, step->gate.starts[i - step->gate.nwatched]);
		if (!container)
			return sim_refuse(sim, step, "a watched container is gone");
		if (step->gate.condition == CONDITION_COMPLETED && sim_runs(container))
			container->state = CONTAINER_EXITED; /* a task comes to its end */
		bool ended = container->state == CONTAINER_EXITED && container->exit_code == 0;
		if (step->gate.condition == CONDITION_COMPLETED
				? container->state != CONTAINER_EXITED
				: !sim_runs(container) && !(step->gate.lasting && ended))
			return sim_refuse(sim, step, "a watched container never gets there");
	}
	return true;
}

/* Does the step; returns false and sets `refusal` when an engine would refuse it. */
static inline bool sim_apply(struct sim *sim, struct step *step)
{
	struct observed_container *container;
	switch (step->op) {
	case OP_NETWORK_CREATE:
	case OP_NETWORK_REMOVE:
		return sim_network(sim, step);
	case OP_NETWORK_CONNECT:
	case OP_NETWORK_DISCONNECT:
		return sim_link(sim, step);
	case OP_VOLUME_CREATE:
		return sim_volume(sim, step);
	case OP_CONTAINER_CREATE:
		return sim_create(sim, step);
	case OP_CONTAINER_START:
		return sim_start(sim, step);
	case OP_CONTAINER_REMOVE:
		return sim_remove(sim, step);
	case OP_GATE:
		return sim_gate(sim, step);
	case OP_CONTAINER_STOP:
		container = sim_target(sim, step);
		if (!container)
			return sim_refuse(sim, step, "no such container");
		container->state = CONTAINER_EXITED;
		container->exit_code = 143;
		container->health = HEALTH_NONE;
		return true;
	case OP_CONTAINER_RENAME:
		container = sim_target(sim, step);
		if (!container || sim_by_name(sim, step->new_name))
			return sim_refuse(sim, step, container ? "the name is taken" : "no such container");
		container->name = step->new_name;
		return true;
	case OP_CONTAINER_DRAIN:
	case OP_CONTAINER_EXEC:
	case OP_CONTAINER_UPLOAD:
		return sim_target(sim, step) || sim_refuse(sim, step, "no such container");
	default:
		return sim_refuse(sim, step, "not simulated");
	}
}

#endif
