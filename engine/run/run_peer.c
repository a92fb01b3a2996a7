#include "engine/run/run_inside.h"

#include <stdlib.h>
#include <string.h>

static bool is_of(const struct service *service, const struct project *project, const char *key)
{
	return service && strcmp(service->key, key) == 0 &&
	       strcmp(service->project->name, project->name) == 0;
}

/* Whether the plan has removed this container, or made another in its place. */
static bool is_gone(const struct run *run, const struct observed_container *container)
{
	for (size_t i = 0; i < run->plan->count; i++) {
		const struct step *step = run->plan->steps[i];
		if (step->state != STEP_DONE)
			continue;
		if (op_traits[step->op].removes && step->container == container)
			return true;
		if (step->create.replaces == container)
			return true;
	}
	return false;
}

/* The name a container has by now: a recreated one gets its final name after the old one is gone. */
static const char *name_now(const struct run *run, const struct step *create)
{
	for (size_t i = 0; create->new_name && i < run->plan->count; i++) {
		const struct step *step = run->plan->steps[i];
		if (step->target == create && step->new_name && step->state == STEP_DONE)
			return step->new_name;
	}
	return create->name;
}

static int peer_by_number(const void *a, const void *b)
{
	const struct payload_peer *x = a, *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

const struct payload_peer *peer_all(void *arg, const char *service_key, size_t *ret_count)
{
	const struct task *task = arg;
	const struct run *run = task->run;
	const struct project *project = task->step->service->project;
	const struct observed *seen = run->options->seen;
	struct payload_peer *peers = NULL;
	size_t count = 0;
	for (size_t i = 0; i < run->plan->count; i++) {
		const struct step *step = run->plan->steps[i];
		if (op_traits[step->op].creates && step->state == STEP_DONE && !step->create.oneoff &&
			is_of(step->service, project, service_key))
			*ARENA_PUSH(run->arena, peers, count) = (struct payload_peer){ step->result_id,
				name_now(run, step), step->number_of };
	}
	for (size_t i = 0; seen && i < seen->ncontainers; i++) {
		const struct observed_container *c = seen->containers[i];
		if (c->service && c->project && !c->oneoff && strcmp(c->service, service_key) == 0 &&
			strcmp(c->project, project->name) == 0 && !is_gone(run, c))
			*ARENA_PUSH(run->arena, peers, count) =
				(struct payload_peer){ c->id, c->name, c->number };
	}
	if (count)
		qsort(peers, count, sizeof *peers, peer_by_number);
	*ret_count = count;
	return peers;
}

const char *peer_first(void *arg, const char *service_key)
{
	size_t count = 0;
	const struct payload_peer *peers = peer_all(arg, service_key, &count);
	return count ? peers[0].id : NULL;
}

const char *peer_network(const struct run *run, const struct step *step)
{
	if (step->network.seen)
		return step->network.seen->id;
	/* The last one made: a former network comes back after its successor has gone. */
	for (size_t i = step->network.wanted ? run->plan->count : 0; i-- > 0;) {
		const struct step *other = run->plan->steps[i];
		if (other->network.wanted == step->network.wanted && other->result_id)
			return other->result_id;
	}
	return step->network.wanted ? step->network.wanted->name : NULL;
}
