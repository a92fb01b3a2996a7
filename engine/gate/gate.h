/* A gate: waits until the containers of a service meet a condition, at the speed of the service. One small
 * state machine per container over the loop; policy (probe, interval, retries) stands in the step. */
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include "engine/connect/engine.h"
#include "engine/stream/events.h"
#include "graph/plan/event.h"
#include "graph/plan/plan.h"

struct gate;

/* Begins to watch the containers `ids` of `step` (OP_GATE). `done(arg, ok)` is called once, from the loop,
 * never from within this call; a failed gate has then left a finding in `errors`: service, edge, the last
 * probe's error, the last 20 log lines. */
struct gate *gate_begin(struct engine *engine, struct step *step, const char *const *ids, size_t nids,
	struct sink *sink, void (*done)(void *arg, bool ok), void *arg, struct errors *errors);

/* Tells the gate of an engine event (any container; it picks its own). */
void gate_event(struct gate *gate, const struct engine_event *event);

/* What it is still waiting for, for a run that gives up: "container shop-db-1 is not ready yet: connection
 * refused". Arena's; NULL when nothing is missing. */
const char *gate_waiting(const struct gate *gate);

/* Ends and frees it, without `done` if that was not called yet. NULL allowed. */
void gate_end(struct gate *gate);

#endif
