/* What a gate tries, and at which pace. */
#include "engine/gate/gate_inside.h"
#include "engine/probe/probe_kinds.h"

#include <string.h>

/* How often and how soon in a row an unhealthy container may show that it is not any more. */
#define REVIEW_RETRIES  3
#define REVIEW_INTERVAL PACE_SECOND

enum probe_kind gate_kind(const struct gate *gate)
{
	return gate->job.step->gate.probe ? gate->job.step->gate.probe->kind : PROBE_UNSET;
}

bool gate_by_engine(const struct gate *gate)
{
	return gate_kind(gate) == PROBE_CONTAINER || gate_kind(gate) == PROBE_UNSET;
}

bool gate_in_review(const struct watch *watch)
{
	return gate_by_engine(watch->gate) && watch->look.health == HEALTH_UNHEALTHY;
}

void gate_set_command(struct watch *watch)
{
	struct probe_try *try = &watch->try;
	const struct look *look = &watch->look;
	if (gate_kind(watch->gate) == PROBE_EXEC) {
		try->exec = try->probe->exec;
		try->nexec = try->probe->nexec;
		return;
	}
	const char **command = NULL;
	size_t count = 0;
	struct arena *arena = watch->arena;
	bool shell = strcmp(look->test[0], "CMD-SHELL") == 0;
	for (size_t i = 0; shell && i < look->nshell; i++)
		*ARENA_PUSH(arena, command, count) = look->shell[i];
	for (size_t i = 1; i < look->ntest; i++)
		*ARENA_PUSH(arena, command, count) = look->test[i];
	try->exec = command;
	try->nexec = count;
}

void gate_set_pace(struct watch *watch)
{
	const struct gate *gate = watch->gate;
	struct pace *pace = &watch->pace;
	if (pace->interval) {
		pace_quicken(pace);
		return;
	}
	pace_init(pace, gate->job.step->gate.probe, watch->try.by->growth, loop_now());
	if (gate_by_engine(gate)) {
		const struct probe *probe = watch->try.probe;
		pace->interval = probe->interval.set ? pace->interval : watch->look.check_interval;
		pace->timeout = probe->timeout.set ? pace->timeout : watch->look.check_timeout;
	}
	if (gate_in_review(watch)) {
		pace->interval = pace->interval < REVIEW_INTERVAL ? pace->interval : REVIEW_INTERVAL;
		pace->retries = REVIEW_RETRIES;
	}
}
