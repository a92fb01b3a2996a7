/* What the state of a container means for a gate that waits for it. Pure. */
#ifndef ENGINE_GATE_JUDGE_H
#define ENGINE_GATE_JUDGE_H

#include "engine/observe/look.h"
#include "graph/plan/plan.h"

/* So many restarts by the engine while a gate waits are a crash loop: about 3 s of one that dies at once (the
 * engine's back-off begins at 100 ms and doubles). */
#define GATE_RESTARTS_MOST 5

enum gate_verdict {
	GATE_READY,
	GATE_PROBE,  /* runs: probe it */
	GATE_LISTEN, /* nothing to do before its next event */
	GATE_FAILED,
};

/* A container that is waited for. */
struct gate_target {
	enum condition condition;
	enum probe_kind kind;
	const char *service, *name; /* its key, and what the container is called in messages */
	const char *hook;           /* as in step_gate */
	const struct look *look;
	bool newly;       /* what the look says of its health has been said while the gate watched */
	int64_t restarts; /* of it by the engine since the gate began; `lasting`: ever */
	bool lasting;     /* nothing counts but that it has not failed since its start */
};

/* Judges what `look` shows. A container that ended has failed unless its restart policy brings it back; one
 * waited for to complete is done with exit 0 whatever the policy, and is not final while the engine restarts
 * it (`on-failure` until it gives up, other policies until they are a crash loop). A paused one gets no
 * further by itself. One that was unhealthy before the gate began is probed: it may have been repaired since,
 * and the engine may not look again for long. `ret_why` is set for GATE_FAILED: "container shop-db-1 exited
 * (1)"; `ret_hint` to what to do about it, or NULL. */
enum gate_verdict gate_judge(
	struct arena *arena, const struct gate_target *target, const char **ret_why, const char **ret_hint);

/* How many restarts of the container that a gate finds do not count for it: all, but of one that is in a
 * crash loop already so few that its next failure is the last. */
int64_t gate_restarts_before(const struct look *look);

/* How many ns the containers of a lasting gate, which the plan has started, still have to be up before it
 * counts at `now` (loop_now); 0 or less: none. */
int64_t gate_rest(const struct step *step, int64_t now);

#endif
