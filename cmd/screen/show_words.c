#include "cmd/screen/show_words.h"

const char *show_word(const struct event *event)
{
	const struct op_traits *traits = event->step ? &op_traits[event->step->op] : NULL;
	switch (event->state) {
	case STEP_RUNNING:
		return event->text ? event->text : traits ? traits->doing : "Running";
	case STEP_DONE:
		if (event->step && event->step->kept)
			return "Stays";
		return event->text ? event->text : traits ? traits->done : "Done";
	case STEP_FAILED:
		if (!event->step || !event->step->may_fail)
			return "Error";
		if (step_made_up(event->step))
			return traits->fallback;
		return traits->ignored ? traits->ignored : "Refused";
	case STEP_SKIPPED:
		return "Skipped";
	case STEP_WAITING:
	case STEP_READY:
	case STEP_DROPPED:
		break;
	}
	return NULL;
}

const char *show_name(const struct event *event)
{
	const struct step *step = event->step;
	bool kept = event->kind == EVENT_STEP && event->state == STEP_SKIPPED && step && step->container;
	return kept ? step->container->name : event->name;
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

void show_count(struct show_totals *totals, const struct event *event, int64_t now)
{
	bool done = event->kind == EVENT_STEP || event->kind == EVENT_PROGRESS || event->kind == EVENT_OUTPUT;
	if (!totals->began && done)
		totals->began = now;
	if (event->kind != EVENT_STEP)
		return;
	totals->done += event->state == STEP_DONE;
	totals->failed += event->state == STEP_FAILED && !(event->step && event->step->may_fail);
	totals->skipped += event->state == STEP_SKIPPED;
}

void show_past_init(struct show_past *past, struct arena *arena)
{
	map_init(&past->fallen, arena);
	map_init(&past->renewed, arena);
}

/* A step that went, or goes, well: whether it is a part of what another line says. */
static bool is_part(struct show_past *past, const struct event *event)
{
	const struct op_traits *traits = &op_traits[event->step->op];
	const struct step *renews = map_get(&past->renewed, event->name);
	bool aside = traits->echo &&
		     !event->step->target; /* the former one's name from now on is of no interest */
	if ((traits->creates && event->step->new_name) || aside) {
		map_set(&past->renewed, arena_strdup(past->renewed.arena, event->name), (void *)event->step);
		return aside || event->state == STEP_DONE;
	}
	if (renews && event->step->target == renews)
		return traits->echo && event->state != STEP_DONE;
	return traits->echo || (renews && (traits->ends || traits->removes));
}

bool show_is_echo(struct show_past *past, const struct event *event)
{
	bool skipped = event->state == STEP_SKIPPED, failed = event->state == STEP_FAILED;
	if (event->kind != EVENT_STEP || !event->step || (event->step->may_fail && !skipped))
		return false;
	const struct op_traits *traits = &op_traits[event->step->op];
	/* What comes last is news when it is done to something, or fails: why it is skipped has been said. */
	if ((skipped && (traits->echo || event->step->last)) ||
		(!failed && event->step->last && traits->waits))
		return true;
	if (!failed && !skipped)
		return is_part(past, event);
	const char *replica = traits->waits ? event->step->gate.replica : NULL;
	const char *key = arena_printf(past->fallen.arena, "%s %s", replica ? "container" : event->object,
		replica ? replica : show_name(event));
	bool known = map_has(&past->fallen, key);
	map_set(&past->fallen, key, past);
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
