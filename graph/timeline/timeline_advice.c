/* In words: what a part of a run is, what it took, and what would make it shorter. */
#include "graph/timeline/timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

enum { ADVICE_MOST = 5, SHARE_LEAST = 50 }; /* a fiftieth of the run */

#define WORTH_LEAST (SECOND / 20)

const char *timeline_span(struct arena *arena, int64_t ns)
{
	double seconds = (double)ns / 1e9;
	if (seconds >= 120)
		return arena_printf(
			arena, "%" PRId64 " min %" PRId64 " s", ns / SECOND / 60, ns / SECOND % 60);
	return arena_printf(arena, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
}

enum timeline_look timeline_look(const struct timeline_step *step)
{
	static const enum timeline_look looks[OP_COUNT] = {
		[OP_IMAGE_PULL] = LOOK_IMAGE,
		[OP_IMAGE_BUILD] = LOOK_IMAGE,
		[OP_IMAGE_PUSH] = LOOK_IMAGE,
		[OP_IMAGE_REMOVE] = LOOK_END,
		[OP_NETWORK_CREATE] = LOOK_PREPARE,
		[OP_NETWORK_REMOVE] = LOOK_END,
		[OP_NETWORK_CONNECT] = LOOK_PREPARE,
		[OP_NETWORK_DISCONNECT] = LOOK_PREPARE,
		[OP_VOLUME_CREATE] = LOOK_PREPARE,
		[OP_VOLUME_REMOVE] = LOOK_END,
		[OP_CONTAINER_CREATE] = LOOK_CREATE,
		[OP_CONTAINER_UPLOAD] = LOOK_CREATE,
		[OP_CONTAINER_START] = LOOK_START,
		[OP_CONTAINER_STOP] = LOOK_END,
		[OP_CONTAINER_KILL] = LOOK_END,
		[OP_CONTAINER_RESTART] = LOOK_START,
		[OP_CONTAINER_REMOVE] = LOOK_END,
		[OP_CONTAINER_RENAME] = LOOK_CREATE,
		[OP_CONTAINER_PAUSE] = LOOK_END,
		[OP_CONTAINER_UNPAUSE] = LOOK_START,
		[OP_CONTAINER_DRAIN] = LOOK_END,
		[OP_CONTAINER_EXEC] = LOOK_HOOK,
		[OP_GATE] = LOOK_GATE,
	};
	return step->op < OP_COUNT ? looks[step->op] : LOOK_PREPARE;
}

const char *timeline_step_words(struct arena *arena, const struct timeline_step *step)
{
	const struct op_traits *traits = step->op < OP_COUNT ? &op_traits[step->op] : NULL;
	if (!traits)
		return step->name;
	if (step->op == OP_GATE)
		return arena_printf(
			arena, "gate %s (%s)", step->name, step->argument ? step->argument : traits->verb);
	return arena_printf(arena, "%s %s %s%s%s", traits->object, step->name, traits->verb,
		step->argument ? " " : "", step->argument ? step->argument : "");
}

const char *timeline_part_words(struct arena *arena, const struct timeline_part *part)
{
	if (part->kind == PART_LOOK)
		return "looking at the engine";
	if (part->kind == PART_AFTER)
		return "looking at what has started";
	const char *words = timeline_step_words(arena, part->step);
	return part->kind == PART_QUEUE ? arena_printf(arena, "%s: in the queue", words) : words;
}

const char *timeline_title(struct arena *arena, const struct timeline *timeline)
{
	size_t failed = 0;
	for (size_t i = 0; i < timeline->nsteps; i++)
		failed += timeline->steps[i].state == STEP_FAILED;
	const char *end = timeline->ok ? ""
			  : failed     ? arena_printf(arena, ", %zu failed", failed)
				       : ", not to its end";
	return arena_printf(arena, "%s of %s: %s%s", timeline->command, timeline->project,
		timeline_span(arena, timeline->took), end);
}

static bool waits_until(const struct timeline_step *step, enum condition condition)
{
	return step->op == OP_GATE && step->argument &&
	       strcmp(step->argument, condition_name(condition)) == 0;
}

/* A gate without a check: until the process has ended well, or has stayed up for a moment. */
static const char *advise_unchecked(struct arena *arena, const struct timeline_step *step, const char *span)
{
	if (waits_until(step, CONDITION_COMPLETED))
		return arena_printf(arena,
			"%s ran for %s until it had completed: could it do less, or could "
			"others wait for something else?",
			step->name, span);
	if (step->last)
		return arena_printf(arena,
			"what is new of %s was watched for %s, so that what was there before comes back if it "
			"fails: --rollback=false goes without",
			step->name, span);
	return arena_printf(arena,
		"%s was watched for %s, since without a check it has to stay up for a moment: with one it is "
		"ready when that passes",
		step->name, span);
}

/* Whether the gate has failed for an end, whatever its check has said. */
static bool has_exited(const char *failure)
{
	return failure && strstr(failure, " exited (");
}

/* A gate: the service's own time, or that of who looks. */
static const char *advise_gate(struct arena *arena, const struct timeline_step *step, int64_t took)
{
	const char *name = step->name, *span = timeline_span(arena, took);
	const char *every = timeline_span(arena, step->interval);
	if (step->state == STEP_FAILED) /* its output may be gone with its container */
		return arena_printf(arena, "%s was given up after %s%s%s%s", name, span,
			step->failure ? ", since " : "", step->failure ? step->failure : "",
			step->check && !has_exited(step->failure) ? ": fewer retries tell it sooner" : "");
	if (!step->check && !waits_until(step, CONDITION_HEALTHY))
		return advise_unchecked(arena, step, span);
	if (step->by_engine)
		return arena_printf(arena,
			"%s was healthy after %s, and only the engine looked, every %s: leave early: false out, or "
			"shorten healthcheck.interval",
			name, span, every);
	if (step->interval >= 2 * SECOND && took > step->interval && step->op == OP_GATE && step->check &&
		step->check[0] != 'c')
		return arena_printf(arena,
			"%s was healthy after %s, and its check (%s) is run every %s in the end: a shorter interval "
			"sees it up to that much sooner",
			name, span, step->check, every);
	return arena_printf(arena,
		"%s took %s from its start until it was healthy: docker flow logs -t %s says what it does "
		"meanwhile",
		name, span, name);
}

/* What a step that is no gate does, and what makes it do less. */
static const char *advise_step(struct arena *arena, const struct timeline_step *step, int64_t took)
{
	const char *name = step->name, *span = timeline_span(arena, took);
	switch (step->op) {
	case OP_IMAGE_PULL:
		return arena_printf(arena,
			"pulling %s took %s: docker flow pull beforehand, a registry nearby, or a smaller image",
			name, span);
	case OP_IMAGE_BUILD:
		return arena_printf(arena,
			"building %s took %s: what changes often belongs at the end of the Dockerfile, and what the "
			"build does not need into .dockerignore",
			name, span);
	case OP_GATE:
		return advise_gate(arena, step, took);
	case OP_CONTAINER_START:
		return arena_printf(arena,
			"the engine took %s to start %s: a busy disk, or a volume that is filled from the image",
			span, name);
	case OP_CONTAINER_STOP:
	case OP_CONTAINER_RESTART:
		if (took < SECOND) /* whoever heeds no signal takes its whole grace */
			break;
		return arena_printf(arena,
			"%s took %s to stop: does it heed its stop signal (init: true, stop_signal)? else a shorter "
			"stop_grace_period",
			name, span);
	case OP_CONTAINER_DRAIN:
		return arena_printf(arena,
			"the former container of %s had %s to end what it was at: a shorter x-flow.replace.drain, if "
			"that ends sooner",
			step->service ? step->service : name, span);
	case OP_CONTAINER_EXEC:
		return arena_printf(
			arena, "a hook of %s took %s: what waits for %s waits for it, too", name, span, name);
	default:
		break;
	}
	return arena_printf(
		arena, "%s took %s: the engine's own time", timeline_step_words(arena, step), span);
}

static const char *advise_queue(struct arena *arena, const struct timeline_step *step, int64_t took)
{
	enum pool pool = step->op < OP_COUNT ? op_traits[step->op].pool : POOL_API;
	const char *option = pool == POOL_PULL    ? "--parallel-pull"
			     : pool == POOL_BUILD ? "--parallel-build"
						  : "--parallel";
	return arena_printf(arena, "%s could have begun %s sooner: more at once with %s, if the machine can",
		timeline_step_words(arena, step), timeline_span(arena, took), option);
}

static const char *advise_after(struct arena *arena, const struct timeline *timeline, int64_t took)
{
	const char *span = timeline_span(arena, took);
	if (timeline->watched)
		return arena_printf(arena,
			"--wait watched for %s whether what has no check stays up: services that have one need no "
			"watching",
			span);
	return arena_printf(arena,
		"finding out what has become of what was started took %s: is the engine far away, or busy?",
		span);
}

static const char *advise_part(
	const struct timeline *timeline, struct arena *arena, const struct timeline_part *part, int64_t took)
{
	switch (part->kind) {
	case PART_STEP:
		return advise_step(arena, part->step, took);
	case PART_QUEUE:
		return advise_queue(arena, part->step, took);
	case PART_LOOK:
		break;
	case PART_AFTER:
		return advise_after(arena, timeline, took);
	}
	return arena_printf(
		arena, "looking at the engine took %s: is it far away, or busy?", timeline_span(arena, took));
}

/* What takes a failure back is not there when that is mended. */
static bool is_undo(const struct timeline_part *part)
{
	return part->step && part->step->undo;
}

static int by_worth(const void *a, const void *b)
{
	const struct timeline_part *one = *(const struct timeline_part *const *)a,
				   *other = *(const struct timeline_part *const *)b;
	int64_t first = one->ended - one->began, second = other->ended - other->began;
	if (first != second)
		return first > second ? -1 : 1;
	return one < other ? -1 : one > other;
}

/* Parts of which several on the path are one thing. */
enum alike { ALIKE_NOT, ALIKE_START, ALIKE_DRAIN, ALIKE_WATCH, ALIKE_COUNT };

static enum alike alike_of(const struct timeline_part *part)
{
	const struct timeline_step *step = part->step;
	if (part->kind != PART_STEP || is_undo(part))
		return ALIKE_NOT;
	if (step->op == OP_CONTAINER_START)
		return ALIKE_START;
	if (step->op == OP_CONTAINER_DRAIN)
		return ALIKE_DRAIN;
	bool watched = waits_until(step, CONDITION_STARTED) && !step->last && step->state == STEP_DONE;
	return watched ? ALIKE_WATCH : ALIKE_NOT;
}

/* What the first of several, which is the longest, says for all. */
static const char *advise_alike(
	struct arena *arena, enum alike alike, size_t count, int64_t sum, const struct timeline_step *longest)
{
	const char *span = timeline_span(arena, sum), *name = longest->name;
	if (alike == ALIKE_START)
		return arena_printf(arena,
			"%zu starts one after another took the engine %s, %s the longest: can some wait for less?",
			count, span, name);
	if (alike == ALIKE_DRAIN)
		return arena_printf(arena,
			"%zu former containers, one after another, had %s to end what they were at: a shorter "
			"x-flow.replace.drain, if that ends sooner, or a greater parallelism",
			count, span);
	return arena_printf(arena,
		"%zu new containers, one after another, were watched for %s, since without a check they have to "
		"stay up for a moment: a check, or a greater x-flow.replace.parallelism",
		count, span);
}

/* Several that are alike are told once. Returns whether these were told already. */
static bool tell_alike(const struct timeline *timeline, struct arena *arena, const struct timeline_part *part,
	bool told[ALIKE_COUNT], struct timeline_advice *advice)
{
	enum alike alike = alike_of(part);
	size_t count = 0;
	int64_t sum = 0;
	if (alike == ALIKE_NOT || told[alike])
		return alike != ALIKE_NOT;
	for (size_t i = 0; i < timeline->npath; i++) {
		const struct timeline_part *other = &timeline->path[i];
		if (alike_of(other) != alike)
			continue;
		sum += other->ended - other->began;
		count++;
	}
	told[alike] = true;
	if (count > 1)
		advice->text = advise_alike(arena, alike, count, sum, part->step);
	return false;
}

size_t timeline_advise(
	const struct timeline *timeline, struct arena *arena, struct timeline_advice **ret_advice)
{
	const struct timeline_part **parts =
		ARENA_ARRAY(arena, const struct timeline_part *, timeline->npath + 1);
	struct timeline_advice *advice = ARENA_ARRAY(arena, struct timeline_advice, ADVICE_MOST);
	size_t count = 0, given = 0;
	bool told[ALIKE_COUNT] = { false };
	for (size_t i = 0; i < timeline->npath; i++) {
		int64_t took = timeline->path[i].ended - timeline->path[i].began;
		if (took >= WORTH_LEAST && took >= timeline->took / SHARE_LEAST &&
			!is_undo(&timeline->path[i]))
			parts[count++] = &timeline->path[i];
	}
	if (count)
		qsort(parts, count, sizeof *parts, by_worth);
	for (size_t i = 0; i < count && given < ADVICE_MOST; i++) {
		const struct timeline_part *part = parts[i];
		struct timeline_advice each = { part,
			advise_part(timeline, arena, part, part->ended - part->began) };
		if (!tell_alike(timeline, arena, part, told, &each))
			advice[given++] = each;
	}
	*ret_advice = advice;
	return given;
}
