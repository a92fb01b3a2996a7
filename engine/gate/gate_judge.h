/* What the state of a container means for a gate that waits for it. Pure. */
#ifndef ENGINE_GATE_JUDGE_H
#define ENGINE_GATE_JUDGE_H

#include "engine/observe/look.h"

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
	const char *service;
	const struct look *look;
	int64_t restarts; /* of it by the engine since the gate began */
};

/* Judges what `look` shows. A container that
 * ended has failed unless its restart policy brings it back; one waited for to complete is done with exit 0
 * whatever the policy, and is not final while the engine restarts it (`on-failure` until it gives up, other
 * policies until they are a crash loop). `ret_why` is set for GATE_FAILED: "container shop-db-1 exited (1)";
 * `ret_hint` to what to do about it, or NULL. */
enum gate_verdict gate_judge(
	struct arena *arena, const struct gate_target *target, const char **ret_why, const char **ret_hint);

#endif
