#include "graph/plan/taken_back.h"

#include "base/text/text.h"

static bool needs_by(const struct step *step, const struct step *on, enum release release)
{
	for (size_t n = 0; n < step->nneeds; n++)
		if (step->needs[n].on == on && step->needs[n].release == release)
			return true;
	return false;
}

/* Whether the undo step that starts a container again turns out not to be needed: its stop has not come. */
static bool is_idle(const struct step *start)
{
	for (size_t n = 0; n < start->nneeds; n++) {
		const struct step *on = start->needs[n].on;
		if (!on->undo && op_traits[on->op].ends && on->container == start->container &&
			on->state != STEP_DONE)
			return true;
	}
	return false;
}

/* The undo step that removes the container when `step` has failed or was skipped, or NULL. */
static const struct step *removal_after(const struct step *step, const char *id)
{
	for (size_t i = 0; i < step->ndependents; i++) {
		const struct step *undo = step->dependents[i];
		if (undo->undo && op_traits[undo->op].removes && needs_by(undo, step, ON_FAILURE) &&
			text_is(step_container(undo), id))
			return undo;
	}
	return NULL;
}

static enum taken_back taken_after(const struct step *step, const char *id)
{
	const struct step *removal = removal_after(step, id);
	const struct observed_container *former =
		removal && removal->target ? removal->target->create.replaces : NULL;
	for (size_t i = 0; removal && i < step->ndependents; i++) {
		const struct step *start = step->dependents[i];
		bool its = former ? start->container == former : start->service == removal->service;
		if (start->undo && op_traits[start->op].starts && start->container && its && is_idle(start))
			return FORMER_RUNS_ON;
	}
	return removal ? FORMER_RETURNS : TAKEN_NOT;
}

enum taken_back taken_back(const struct step *gate, const char *id)
{
	enum taken_back what = taken_after(gate, id);
	for (size_t i = 0; what == TAKEN_NOT && i < gate->ndependents; i++)
		if (needs_by(gate->dependents[i], gate, ON_SUCCESS))
			what = taken_after(gate->dependents[i], id);
	return what;
}

const char *taken_back_words(enum taken_back what)
{
	static const char *const words[] = { [FORMER_RUNS_ON] = "the former container runs on",
		[FORMER_RETURNS] = "the former container is put back" };
	return words[what];
}
