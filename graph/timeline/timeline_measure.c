/* What follows from the times of the steps: when each could have begun, the path that the run took, and the
 * rows of its pictures. */
#include "graph/timeline/timeline.h"

#include <stdlib.h>
#include <string.h>

#define LEAST INT64_C(5000000) /* ns: a shorter pause is the loop's own */

static bool has_run(const struct timeline_step *step)
{
	return step->began >= 0;
}

/* The step of the round that ended last, of those before the last ones if `earlier`; NULL: none has run. */
static const struct timeline_step *round_end(const struct timeline *timeline, size_t round, bool earlier)
{
	const struct timeline_step *end = NULL;
	for (size_t i = 0; i < timeline->nsteps; i++) {
		const struct timeline_step *step = &timeline->steps[i];
		if (step->round == round && has_run(step) && !(earlier && step->last) &&
			(!end || step->ended > end->ended))
			end = step;
	}
	return end;
}

/* What decided that the step never began: the first to fail of what it needed, or of what that needed, for
 * such a step is skipped at once. Itself if it has run; NULL: an interrupt. */
static const struct timeline_step *decided_by(
	const struct timeline *timeline, const struct timeline_step *step)
{
	enum { DEPTH_MOST = 64 }; /* a record may have a circle */
	const struct timeline_step *at = step;
	for (size_t depth = 0; at && !has_run(at) && depth < DEPTH_MOST; depth++) {
		const struct timeline_step *first = NULL, *skipped = NULL;
		for (size_t n = 0; n < at->nneeds; n++) {
			const struct timeline_step *need = &timeline->steps[at->needs[n]];
			if (has_run(need) && need->state == STEP_FAILED &&
				(!first || need->ended < first->ended))
				first = need;
			else if (!has_run(need) && !skipped)
				skipped = need;
		}
		at = first ? first : skipped;
	}
	return at && has_run(at) ? at : NULL;
}

/* What the step had to wait for longest; NULL: nothing. */
static const struct timeline_step *waited_for(const struct timeline *timeline,
	const struct timeline_step *step, const struct timeline_step *earlier)
{
	const struct timeline_step *latest = NULL;
	for (size_t n = 0; n < step->nneeds; n++) {
		const struct timeline_step *need = decided_by(timeline, &timeline->steps[step->needs[n]]);
		if (need && need->ended <= step->began && (!latest || need->ended > latest->ended))
			latest = need;
	}
	if (step->last && earlier && earlier->ended <= step->began &&
		(!latest || earlier->ended > latest->ended))
		return earlier;
	return latest;
}

static void set_ready(struct timeline *timeline)
{
	for (size_t r = 0; r < timeline->nrounds; r++) {
		const struct timeline_round *round = &timeline->rounds[r];
		const struct timeline_step *earlier = round_end(timeline, r, true);
		for (size_t i = 0; i < timeline->nsteps; i++) {
			struct timeline_step *step = &timeline->steps[i];
			if (step->round != r || !has_run(step))
				continue;
			const struct timeline_step *need = waited_for(timeline, step, earlier);
			step->ready = need && need->ended > round->began ? need->ended : round->began;
			step->ready = step->ready < step->began ? step->ready : step->began;
		}
	}
}

static void add_part(struct timeline *timeline, enum timeline_kind kind, const struct timeline_step *step,
	int64_t began, int64_t ended)
{
	if (kind == PART_STEP || ended - began >= LEAST)
		*ARENA_PUSH(timeline->arena, timeline->path, timeline->npath) =
			(struct timeline_part){ kind, step, began, ended };
}

/* From the end of a round back to its begin. */
static void follow_back(struct timeline *timeline, const struct timeline_step *step)
{
	const struct timeline_step *earlier = round_end(timeline, step->round, true);
	for (size_t most = timeline->nsteps; step && most; most--) {
		add_part(timeline, PART_STEP, step, step->began, step->ended);
		add_part(timeline, PART_QUEUE, step, step->ready, step->began);
		timeline->steps[step - timeline->steps].critical = true;
		const struct timeline_step *need = waited_for(timeline, step, earlier);
		step = need && need != step ? need : NULL;
	}
}

/* Puts the parts, found from the end, in order of time. */
static void turn_path(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->npath / 2; i++) {
		struct timeline_part *one = &timeline->path[i],
				     *other = &timeline->path[timeline->npath - 1 - i];
		struct timeline_part part = *one;
		*one = *other;
		*other = part;
	}
}

static void set_path(struct timeline *timeline)
{
	int64_t until = timeline->took;
	for (size_t r = timeline->nrounds; r-- > 0;) {
		const struct timeline_step *end = round_end(timeline, r, false);
		if (!end)
			continue;
		add_part(timeline, timeline->npath ? PART_LOOK : PART_AFTER, NULL, end->ended, until);
		follow_back(timeline, end);
		until = timeline->rounds[r].began;
	}
	add_part(timeline, PART_LOOK, NULL, 0, until);
	turn_path(timeline);
}

/* A row of a picture: what befalls one object, its gate behind it. */
struct lane {
	size_t index;
	int64_t ended;
};

static int by_begin(const void *a, const void *b)
{
	const struct timeline_step *one = *(struct timeline_step *const *)a,
				   *other = *(struct timeline_step *const *)b;
	if (one->began != other->began)
		return one->began < other->began ? -1 : 1;
	return one < other ? -1 : one > other;
}

static const char *lane_key(
	struct arena *arena, const struct map *containers, const struct timeline_step *step)
{
	const char *object = step->op < OP_COUNT ? op_traits[step->op].object : "";
	const char *container =
		step->op == OP_GATE && step->service ? map_get(containers, step->service) : NULL;
	return container ? container : arena_printf(arena, "%s %s", object, step->name);
}

/* Rows in order of their first begin. */
static void set_lanes(struct timeline *timeline)
{
	struct arena *arena = timeline->arena;
	struct map *containers = map_create(arena), *lanes = map_create(arena);
	struct timeline_step **sorted = ARENA_ARRAY(arena, struct timeline_step *, timeline->nsteps + 1);
	size_t count = 0;
	for (size_t i = 0; i < timeline->nsteps; i++) {
		struct timeline_step *step = &timeline->steps[i];
		if (!has_run(step))
			continue;
		sorted[count++] = step;
		bool starts = step->op < OP_COUNT && op_traits[step->op].starts;
		if (starts && step->service && !map_get(containers, step->service))
			map_set(containers, step->service, arena_printf(arena, "container %s", step->name));
	}
	if (count)
		qsort(sorted, count, sizeof *sorted, by_begin);
	for (size_t i = 0; i < count; i++) {
		const char *key = lane_key(arena, containers, sorted[i]);
		struct lane *lane = map_get(lanes, key);
		if (!lane || lane->ended > sorted[i]->began) { /* one beside another */
			lane = ARENA_NEW(arena, struct lane);
			lane->index = timeline->nlanes++;
			map_set(lanes, key, lane);
		}
		lane->ended = sorted[i]->ended;
		sorted[i]->lane = lane->index;
	}
}

void timeline_measure(struct timeline *timeline)
{
	set_ready(timeline);
	set_path(timeline);
	set_lanes(timeline);
}
