#include "graph/event.h"

void event_send(struct sink *sink, const struct event *event)
{
	if (sink && sink->on)
		sink->on(sink, event);
}
