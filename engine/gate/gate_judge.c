#include "engine/gate/gate_judge.h"

#include <string.h>

struct judging {
	struct arena *arena;
	const struct gate_target *target;
	const char *why, *hint;
};

static enum gate_verdict judge_fail(struct judging *of, const char *why, const char *hint)
{
	of->why = why;
	of->hint = hint;
	return GATE_FAILED;
}

/* Who waits for its end wants it to be a success; others want none, but of a task. */
static enum gate_verdict judge_ended(struct judging *of)
{
	const struct look *look = of->target->look;
	const char *memory = look->killed_for_memory ? ", killed for lack of memory" : "";
	const char *hint = look->killed_for_memory ? "raise its memory limit" : NULL;
	long long code = (long long)look->exit_code;
	/* A gate at "started" is --wait's: a one-shot that nobody waits for may have done its work. */
	bool one_shot = !look->restart || !*look->restart || strcmp(look->restart, "no") == 0;
	if (of->target->condition == CONDITION_STARTED && code == 0 && one_shot)
		return GATE_READY;
	if (of->target->condition != CONDITION_COMPLETED)
		return judge_fail(of,
			arena_printf(
				of->arena, "container %s exited (%lld)%s", of->target->name, code, memory),
			hint);
	if (code == 0)
		return GATE_READY;
	if (of->target->hook)
		return judge_fail(of,
			arena_printf(of->arena, "service \"%s\" %s exited with code %lld%s",
				of->target->service, of->target->hook, code, memory),
			hint);
	return judge_fail(of,
		arena_printf(of->arena, "service \"%s\" didn't complete successfully: exit %lld%s",
			of->target->service, code, memory),
		hint);
}

int64_t gate_restarts_before(const struct look *look)
{
	bool loops = look->state == CONTAINER_RESTARTING && look->exit_code &&
		     look->restarts >= GATE_RESTARTS_MOST;
	return loops ? look->restarts - GATE_RESTARTS_MOST + 1 : look->restarts;
}

static enum gate_verdict judge_restarting(struct judging *of)
{
	const struct look *look = of->target->look;
	bool completes = of->target->condition == CONDITION_COMPLETED;
	if (completes && look->exit_code == 0)
		return GATE_READY;
	if (of->target->restarts < GATE_RESTARTS_MOST ||
		(completes && strcmp(look->restart, "on-failure") == 0))
		return GATE_LISTEN;
	return judge_fail(of,
		arena_printf(of->arena,
			"container %s is in a crash loop: exited (%lld), restarted %lld times",
			of->target->name, (long long)look->exit_code, (long long)of->target->restarts),
		NULL);
}

static enum gate_verdict judge_health(struct judging *of)
{
	const char *name = of->target->name;
	switch (of->target->look->health) {
	case HEALTH_HEALTHY:
		return GATE_READY;
	case HEALTH_UNHEALTHY:
		if (!of->target->newly)
			return GATE_PROBE;
		return judge_fail(of, arena_printf(of->arena, "container %s is unhealthy", name), NULL);
	case HEALTH_STARTING:
		return GATE_PROBE;
	case HEALTH_NONE:
		break;
	}
	if (of->target->look->ntest)
		return GATE_PROBE;
	return judge_fail(of, arena_printf(of->arena, "container %s has no healthcheck configured", name),
		arena_printf(of->arena,
			"give service %s a `healthcheck:` (or `x-flow: {healthcheck: …}`), or wait for `service_started`",
			of->target->service));
}

static enum gate_verdict judge_running(struct judging *of)
{
	if (of->target->condition == CONDITION_COMPLETED)
		return GATE_LISTEN;
	if (of->target->condition == CONDITION_STARTED || of->target->kind == PROBE_NONE)
		return GATE_READY;
	return of->target->kind == PROBE_CONTAINER || of->target->kind == PROBE_UNSET ? judge_health(of)
										      : GATE_PROBE;
}

/* One that stands in for another must not have ended in a failure, be it restarted or not. */
static enum gate_verdict judge_lasting(struct judging *of)
{
	const struct look *look = of->target->look;
	bool failed =
		look->state != CONTAINER_RUNNING && look->state != CONTAINER_PAUSED && look->exit_code != 0;
	if (!failed && of->target->restarts == 0 && look->state != CONTAINER_CREATED)
		return GATE_READY;
	if (failed || of->target->restarts == 0)
		return judge_ended(of);
	return judge_fail(of,
		arena_printf(
			of->arena, "container %s does not stay up, the engine restarts it", of->target->name),
		NULL);
}

int64_t gate_rest(const struct step *step, int64_t now)
{
	enum { LASTS = 500000000 }; /* ns: what cannot run at all has ended by then */
	int64_t began = 0;
	bool rests = step->gate.lasting || step->gate.unchecked;
	for (size_t i = 0; rests && i < step->gate.nstarts; i++)
		if (step->gate.starts[i]->ended > began)
			began = step->gate.starts[i]->ended;
	return began ? began + LASTS - now : 0;
}

/* By what the container is at the moment. */
static enum gate_verdict judge_by_state(struct judging *of)
{
	if (of->target->lasting)
		return judge_lasting(of);
	switch (of->target->look->state) {
	case CONTAINER_RUNNING:
		return judge_running(of);
	case CONTAINER_PAUSED:
		return judge_fail(of, arena_printf(of->arena, "container %s is paused", of->target->name),
			arena_printf(of->arena, "docker unpause %s", of->target->look->name));
	case CONTAINER_RESTARTING:
		return judge_restarting(of);
	case CONTAINER_CREATED:
		if (*of->target->look->error)
			return judge_fail(of,
				arena_printf(of->arena, "container %s did not start: %s", of->target->name,
					of->target->look->error),
				NULL);
		return GATE_LISTEN;
	case CONTAINER_EXITED:
	case CONTAINER_REMOVING:
	case CONTAINER_DEAD:
		break;
	}
	return judge_ended(of);
}

enum gate_verdict gate_judge(
	struct arena *arena, const struct gate_target *target, const char **ret_why, const char **ret_hint)
{
	struct judging of = { .arena = arena, .target = target };
	enum gate_verdict verdict = judge_by_state(&of);
	if (verdict == GATE_FAILED) {
		*ret_why = of.why;
		*ret_hint = of.hint;
	}
	return verdict;
}
