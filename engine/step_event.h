/* Events about a step. */
#ifndef ENGINE_STEP_EVENT_H
#define ENGINE_STEP_EVENT_H

#include "graph/event.h"

/* An event of that kind with what every one says of its step: time, how long it has run, state, names. */
struct event step_event(enum event_kind kind, const struct step *step);

#endif
