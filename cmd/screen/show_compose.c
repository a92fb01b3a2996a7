#include "cmd/screen/show_compose.h"

#include "base/text/text.h"
#include "cmd/screen/show_words.h"

#include <string.h>

bool show_compose_unsaid(const struct event *event)
{
	const struct step *step = event->step;
	if (!step || event->state == STEP_FAILED)
		return false;
	const struct op_traits *traits = &op_traits[step->op];
	bool remade = traits->removes && step->network.wanted;
	return traits->joins || traits->leaves || (remade && event->state == STEP_RUNNING);
}

const char *show_compose_word(const struct event *event)
{
	const struct step *step = event->step;
	if (step && step->kept && event->state == STEP_DONE)
		return "Resource is still in use";
	if (!step || !op_traits[step->op].waits || event->state != STEP_DONE) {
		const char *word = show_word(event);
		return text_is(word, "Recreating") ? "Recreate" : word;
	}
	return step->gate.condition == CONDITION_COMPLETED ? "Exited" : "Healthy";
}

bool show_compose_skipped(const char *text, const char **ret_service, const char **ret_why)
{
	static const char before[] = "service ", after[] = ": Skipped";
	const char *why = text && strncmp(text, before, strlen(before)) == 0 ? strstr(text, after) : NULL;
	if (!why)
		return false;
	*ret_service = text + strlen(before);
	*ret_why = why + strlen(": ");
	return true;
}

const char *show_compose_waited(const struct event *event, size_t i)
{
	const struct step *step = event->step;
	if (!step || !op_traits[step->op].waits)
		return NULL;
	const struct step_gate *gate = &step->gate;
	if (i < gate->nwatched)
		return gate->watched[i]->name;
	return i - gate->nwatched < gate->nstarts ? step_shown_name(gate->starts[i - gate->nwatched]) : NULL;
}
