#include "graph/plan/sched.h"

#include <string.h>

/* Whether `a` should run before `b`: longer remaining path, then position in the plan. */
static bool sooner(const struct step *a, const struct step *b)
{
	return a->length != b->length ? a->length > b->length : a->number < b->number;
}

static void heap_push(struct sched *sched, enum pool pool, struct step *step)
{
	*ARENA_PUSH(sched->plan->arena, sched->ready[pool], sched->nready[pool]) = step;
	struct step **heap = sched->ready[pool];
	size_t at = sched->nready[pool] - 1;
	while (at && sooner(step, heap[(at - 1) / 2])) {
		heap[at] = heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap[at] = step;
}

static struct step *heap_pop(struct sched *sched, enum pool pool)
{
	struct step **heap = sched->ready[pool];
	struct step *top = heap[0];
	size_t count = --sched->nready[pool], at = 0;
	struct step *last = heap[count];
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= count)
			break;
		if (child + 1 < count && sooner(heap[child + 1], heap[child]))
			child++;
		if (!sooner(heap[child], last))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = last;
	return top;
}

static void sched_tell(struct sched *sched, struct step *step)
{
	if (sched->changed)
		sched->changed(sched->arg, step);
}

static bool over(const struct step *step)
{
	return step->state >= STEP_DONE;
}

/* Ends a step. Those that wait hear of it in sched_settle(), so that no chain of skips recurses. */
static void end_step(struct sched *sched, struct step *step, enum step_state state, const char *why)
{
	step->state = state;
	if (why && !step->failure)
		step->failure = why;
	sched->open--;
	sched->earlier -= !step->last && !step->undo;
	*ARENA_PUSH(sched->plan->arena, sched->ended, sched->nended) = step;
	if (state != STEP_DROPPED)
		sched_tell(sched, step);
}

/* What an end means for a need: release, skip, or drop the step that has it. */
enum verdict { RELEASE, SKIP, DROP };

static enum verdict sched_judge(enum release release, const struct step *on)
{
	enum step_state state = on->state;
	/* A dropped step was not needed: nothing is wrong for those that wait. */
	bool good = state == STEP_DONE || state == STEP_DROPPED;
	switch (release) {
	case ON_SUCCESS:
		return good ? RELEASE : SKIP;
	case ON_FAILURE:
		return good ? DROP : RELEASE;
	case ON_SKIP:
		return state == STEP_SKIPPED || on->cut ? RELEASE : DROP;
	case ON_BEGUN:
		return state == STEP_DONE || state == STEP_FAILED ? RELEASE : DROP;
	case ON_INTACT:
		return state == STEP_FAILED && !on->cut ? DROP : RELEASE;
	case ON_END:
	case ON_SOFT:
		break;
	}
	return RELEASE;
}

static bool lacks_cause(const struct step *step)
{
	bool lacks = false;
	for (size_t i = 0; i < step->nneeds && !step->caused; i++)
		lacks |= step->needs[i].cause;
	return lacks;
}

static void release(struct sched *sched, struct step *step)
{
	if (--step->blocked > 0)
		return;
	if (lacks_cause(step)) {
		end_step(sched, step, STEP_DROPPED, NULL);
		return;
	}
	step->state = STEP_READY;
	heap_push(sched, op_traits[step->op].pool, step);
}

/* Why a step is skipped that needs the other: the step that has failed, or the interrupt, however far away.
 */
static const char *skip_reason(const struct sched *sched, const struct step *on)
{
	if (on->state == STEP_SKIPPED && on->failure)
		return on->failure;
	return arena_printf(sched->plan->arena, "%s %s %s %s", op_traits[on->op].object, step_shown_name(on),
		op_traits[on->op].verb, on->state == STEP_FAILED ? "failed" : "was skipped");
}

/* Tells a waiting step of the end of one that it needs. */
static void sched_apply(struct sched *sched, struct step *step, const struct need *need)
{
	if (step->state != STEP_WAITING)
		return;
	const struct step *on = need->on;
	enum verdict verdict = sched_judge(need->release, on);
	if (need->cause) {
		step->caused |= verdict == RELEASE && on->state != STEP_DROPPED;
		verdict = RELEASE;
	}
	switch (verdict) {
	case RELEASE:
		release(sched, step);
		break;
	case SKIP:
		if (step->undo)
			end_step(sched, step, STEP_DROPPED, NULL);
		else
			end_step(sched, step, STEP_SKIPPED, skip_reason(sched, on));
		break;
	case DROP:
		end_step(sched, step, STEP_DROPPED, NULL);
		break;
	}
}

/* Spreads all ends to those that wait for them. */
static void spread_ends(struct sched *sched)
{
	while (sched->nended) {
		struct step *step = sched->ended[--sched->nended];
		for (size_t i = 0; i < step->ndependents; i++) {
			struct step *dependent = step->dependents[i];
			for (size_t n = 0; n < dependent->nneeds; n++) {
				if (dependent->needs[n].on == step)
					sched_apply(sched, dependent, &dependent->needs[n]);
			}
		}
	}
}

/* Spreads all ends; when nothing is left but what is last, that is let go. */
static void sched_settle(struct sched *sched)
{
	spread_ends(sched);
	if (sched->earlier || sched->late)
		return;
	sched->late = true;
	for (size_t i = 0; i < sched->known; i++) {
		struct step *step = sched->plan->steps[i];
		if (step->last && step->state == STEP_WAITING)
			release(sched, step);
	}
}

/* Registers the new steps with those they need; a step is listed once per step it needs. */
static void link_steps(struct sched *sched)
{
	struct plan *plan = sched->plan;
	for (size_t i = sched->known; i < plan->count; i++) {
		struct step *step = plan->steps[i];
		step->state = STEP_WAITING;
		step->blocked = step->nneeds + (step->last && !sched->late);
		for (size_t n = 0; n < step->nneeds; n++) {
			struct step *on = step->needs[n].on;
			if (on->ndependents && on->dependents[on->ndependents - 1] == step)
				continue;
			*ARENA_PUSH(plan->arena, on->dependents, on->ndependents) = step;
		}
	}
}

/* Sets the longest remaining path of the new steps, from the ends of the plan back. Returns -1 for a cycle.
 */
static int measure(struct sched *sched)
{
	struct plan *plan = sched->plan;
	size_t count = plan->count - sched->known, nqueue = 0;
	struct step **queue = ARENA_ARRAY(plan->arena, struct step *, count + 1);
	size_t *waiting = ARENA_ARRAY(plan->arena, size_t, plan->count + 1); /* by number */
	for (size_t i = sched->known; i < plan->count; i++) {
		struct step *step = plan->steps[i];
		step->length = 1;
		waiting[step->number] = step->ndependents;
		if (!step->ndependents)
			queue[nqueue++] = step;
	}
	for (size_t at = 0; at < nqueue; at++) {
		const struct step *step = queue[at];
		for (size_t n = 0; n < step->nneeds; n++) {
			struct step *on = step->needs[n].on;
			if (on->number <= sched->known)
				continue;
			if (on->length < step->length + 1)
				on->length = step->length + 1;
			bool again = false; /* the same step by two kinds of need: counted once */
			for (size_t m = 0; m < n; m++)
				again |= step->needs[m].on == on;
			if (!again && --waiting[on->number] == 0)
				queue[nqueue++] = on;
		}
	}
	return nqueue == count ? 0 : -1;
}

/* Queues what is ready at once, and tells new steps of what has ended before. */
static void enter(struct sched *sched)
{
	struct plan *plan = sched->plan;
	size_t from = sched->known;
	sched->open += plan->count - from;
	sched->known = plan->count;
	for (size_t i = from; i < plan->count; i++) {
		struct step *step = plan->steps[i];
		sched->earlier += !step->last && !step->undo;
		if (!step->blocked) {
			step->blocked = 1;
			release(sched, step);
		}
		for (size_t n = 0; n < step->nneeds; n++) {
			if (step->needs[n].on->number <= from && over(step->needs[n].on))
				sched_apply(sched, step, &step->needs[n]);
		}
	}
	sched_settle(sched);
}

/* Until sched_limit says otherwise. Stops cost the engine nothing while they wait, but each holds a
 * connection: a thousand would be more than a process may open. */
static const unsigned default_limits[POOL_COUNT] = { [POOL_STOP] = 100, [POOL_PULL] = 4, [POOL_BUILD] = 4 };

int sched_init(struct sched *sched, struct plan *plan, void (*changed)(void *, struct step *), void *arg)
{
	memset(sched, 0, sizeof *sched);
	memcpy(sched->limit, default_limits, sizeof sched->limit);
	sched->plan = plan;
	sched->changed = changed;
	sched->arg = arg;
	return sched_appended(sched);
}

int sched_appended(struct sched *sched)
{
	link_steps(sched);
	if (measure(sched) < 0)
		return -1;
	enter(sched);
	if (sched->stopped)
		sched_stop(sched, sched->why);
	return 0;
}

void sched_limit(struct sched *sched, enum pool pool, unsigned limit)
{
	sched->limit[pool] = limit;
}

struct step *sched_next(struct sched *sched)
{
	int best = -1;
	for (int pool = 0; pool < POOL_COUNT; pool++) {
		/* What an interrupt skipped still lies in the heap. */
		while (sched->nready[pool] && sched->ready[pool][0]->state != STEP_READY)
			heap_pop(sched, (enum pool)pool);
		if (!sched->nready[pool])
			continue;
		if (sched->limit[pool] && sched->running[pool] >= sched->limit[pool])
			continue;
		if (best < 0 || sooner(sched->ready[pool][0], sched->ready[best][0]))
			best = pool;
	}
	if (best < 0)
		return NULL;
	struct step *step = heap_pop(sched, (enum pool)best);
	step->state = STEP_RUNNING;
	sched->running[best]++;
	sched_tell(sched, step);
	return step;
}

void sched_done(struct sched *sched, struct step *step, bool ok)
{
	if (step->state != STEP_RUNNING)
		return;
	sched->running[op_traits[step->op].pool]--;
	end_step(sched, step, ok ? STEP_DONE : STEP_FAILED, NULL);
	sched_settle(sched);
	if (!ok && sched->fail_fast && !sched->stopped && !step_tolerated(step))
		sched_stop(sched, arena_printf(sched->plan->arena, "%s %s %s failed",
					  op_traits[step->op].object, step->name, op_traits[step->op].verb));
}

void sched_stop(struct sched *sched, const char *why)
{
	sched->stopped = true;
	sched->why = why;
	for (size_t i = 0; i < sched->known; i++) {
		struct step *step = sched->plan->steps[i];
		if (step->undo || (step->state != STEP_WAITING && step->state != STEP_READY))
			continue;
		/* A step follows one that comes earlier in the plan: what became of that is decided already.
		 */
		if (step->follows && step->follows->state < STEP_FAILED)
			continue;
		end_step(sched, step, STEP_SKIPPED, why);
	}
	sched_settle(sched);
}

bool sched_finished(const struct sched *sched)
{
	return sched->open == 0;
}
