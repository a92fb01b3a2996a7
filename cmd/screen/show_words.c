#include "cmd/screen/show_words.h"
#include "base/map.h"

const char *show_word(const struct event *event)
{
	const struct op_traits *traits = event->step ? &op_traits[event->step->op] : NULL;
	switch (event->state) {
	case STEP_RUNNING:
		return event->text ? event->text : traits ? traits->doing : "Running";
	case STEP_DONE:
		return event->text ? event->text : traits ? traits->done : "Done";
	case STEP_FAILED:
		if (event->step && event->step->may_fail)
			return traits->fallback ? traits->fallback : "Refused";
		return "Error";
	case STEP_SKIPPED:
		return "Skipped";
	case STEP_WAITING:
	case STEP_READY:
	case STEP_DROPPED:
		break;
	}
	return NULL;
}

const char *show_elapsed(char *to, size_t room, int64_t ns)
{
	int64_t tenths = (ns < 0 ? 0 : ns) / 100000000, seconds = tenths / 10;
	if (seconds < 60)
		snprintf(to, room, "%lld.%llds", (long long)seconds, (long long)(tenths % 10));
	else
		snprintf(to, room, "%lldm%02llds", (long long)(seconds / 60), (long long)(seconds % 60));
	return to;
}

const char *show_waiting(char *to, size_t room, const struct event *event)
{
	snprintf(to, room, "still waiting for the engine at %s (%lld s)", event->name,
		(long long)(event->elapsed / 1000000000));
	return to;
}

const char *show_waiting_due(char *to, size_t room, const struct event *event, int64_t *told)
{
	const int64_t pause = INT64_C(30000000000);
	bool due = event->elapsed && (!*told || event->elapsed - *told >= pause);
	*told = due ? event->elapsed : event->elapsed ? *told : 0;
	return due ? show_waiting(to, room, event) : NULL;
}

void show_count(struct show_totals *totals, const struct event *event)
{
	if (event->kind != EVENT_STEP)
		return;
	totals->done += event->state == STEP_DONE;
	totals->failed += event->state == STEP_FAILED && !(event->step && event->step->may_fail);
	totals->skipped += event->state == STEP_SKIPPED;
}

bool show_is_echo(struct map *fallen, const struct event *event)
{
	if (event->kind != EVENT_STEP || !event->step || event->step->may_fail)
		return false;
	if (event->state != STEP_FAILED && event->state != STEP_SKIPPED)
		return op_traits[event->step->op].echo;
	const char *key = arena_printf(fallen->arena, "%s %s", event->object, event->name);
	bool known = map_has(fallen, key);
	map_set(fallen, key, fallen);
	return known && event->state == STEP_SKIPPED;
}

void show_sum(FILE *out, const char *title, const struct show_totals *totals, int64_t now)
{
	char elapsed[32];
	if (!totals->failed)
		return;
	fprintf(out, "%s: %zu failed", title, totals->failed);
	if (totals->skipped)
		fprintf(out, ", %zu skipped", totals->skipped);
	if (totals->done)
		fprintf(out, ", %zu done", totals->done);
	fprintf(out, "  %s\n", show_elapsed(elapsed, sizeof elapsed, now - totals->began));
}
