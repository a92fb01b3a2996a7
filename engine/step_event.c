#include "engine/step_event.h"
#include "base/clock.h"
#include "engine/loop.h"

struct event step_event(enum event_kind kind, const struct step *step)
{
	int64_t end = step->ended ? step->ended : loop_now();
	return (struct event){ .kind = kind,
		.time = clock_unix(),
		.elapsed = step->began ? end - step->began : 0,
		.step = step,
		.state = step->state,
		.object = op_words[step->op].object,
		.name = step_shown_name(step),
		.service = step->service ? step->service->key : NULL };
}
