/* The quiet screen: only what containers say. */
#include "cmd/screen/show_screen.h"

#include <string.h>

struct quiet {
	struct sink sink;
	struct show_look look;
};

static void show_quiet_event(struct sink *sink, const struct event *event)
{
	struct quiet *quiet = (struct quiet *)sink;
	if (!quiet->look.log)
		return;
	if (event->kind == EVENT_LOG)
		show_log_line(quiet->look.log, event->name, event->standard_error, event->text, event->len);
	else if (event->kind == EVENT_EXIT)
		show_log_exit(quiet->look.log, event->name, event->status, event->again);
}

struct sink *show_quiet_create(struct arena *arena, const struct show_look *look)
{
	struct quiet *quiet = ARENA_NEW(arena, struct quiet);
	quiet->sink = (struct sink){ .on = show_quiet_event };
	quiet->look = *look;
	return &quiet->sink;
}
