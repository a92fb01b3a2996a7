#include "graph/plan/event.h"

#include "base/clock.h"

struct event event_of_step(enum event_kind kind, const struct step *step, int64_t now)
{
	int64_t end = step->ended ? step->ended : now;
	return (struct event){ .kind = kind,
		.time = clock_unix(),
		.elapsed = step->began ? end - step->began : 0,
		.step = step,
		.state = step->state,
		.object = op_traits[step->op].object,
		.name = step_shown_name(step),
		.service = step->service ? step->service->key : NULL };
}

void event_send(struct sink *sink, const struct event *event)
{
	if (sink && sink->on)
		sink->on(sink, event);
}

void event_notes(struct sink *sink, const struct plan *plan)
{
	for (size_t i = 0; plan && i < plan->nnotes; i++)
		event_send(sink, &(struct event){ .kind = EVENT_NOTE, .text = plan->notes[i] });
	for (size_t i = 0; plan && sink && sink->wants_kept && i < plan->nkept; i++)
		event_send(sink, &(struct event){ .kind = EVENT_STEP,
					 .time = clock_unix(),
					 .state = STEP_DONE,
					 .object = "container",
					 .name = plan->kept[i].name,
					 .text = plan->kept[i].word });
}

void event_yield(struct sink *sink)
{
	if (sink && sink->yield)
		sink->yield(sink);
}

void event_end(struct sink *sink, bool ok)
{
	if (sink && sink->end)
		sink->end(sink, ok);
}
