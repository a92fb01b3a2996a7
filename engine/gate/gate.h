/* A gate: waits until the containers of a service meet a condition, at the speed of the service. One small
 * state machine per container over the loop; policy (probe, interval, retries) stands in the step. */
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include "engine/job/job.h"

/* Watches the containers of the step, those that were there and those that its start steps have started. The
 * finding of a failure: service, edge, the last probe's error, the last 20 log lines. */
extern const struct job_row gate_job;

#endif
