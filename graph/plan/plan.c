#include "graph/plan/plan.h"
#include "base/quote.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct plan *plan_create(struct arena *arena)
{
	struct plan *plan = ARENA_NEW(arena, struct plan);
	plan->arena = arena;
	return plan;
}

static struct step *step_create(struct arena *arena, enum op op, const char *name, const char *reason)
{
	struct step *step = ARENA_NEW(arena, struct step);
	step->op = op;
	step->name = name;
	step->reason = reason;
	return step;
}

static void plan_append(struct plan *plan, struct step *step)
{
	*ARENA_PUSH(plan->arena, plan->steps, plan->count) = step;
	step->number = plan->count;
}

struct step *plan_add(struct plan *plan, enum op op, const char *name, const char *reason)
{
	struct step *step = step_create(plan->arena, op, name, reason);
	plan_append(plan, step);
	return step;
}

struct step *plan_add_undo(struct plan *plan, enum op op, const char *name, const char *reason)
{
	struct step *step = step_create(plan->arena, op, name, reason);
	step->undo = true;
	*ARENA_PUSH(plan->arena, plan->undos, plan->nundos) = step;
	return step;
}

struct step *plan_add_before(
	struct plan *plan, const struct step *before, enum op op, const char *name, const char *reason)
{
	struct step *step = plan_add(plan, op, name, reason);
	size_t at = plan->count - 1;
	for (; at >= before->number; at--) {
		plan->steps[at] = plan->steps[at - 1];
		plan->steps[at]->number = at + 1;
	}
	plan->steps[at] = step;
	step->number = at + 1;
	return step;
}

bool plan_need_like(struct plan *plan, struct step *step, const struct need *need)
{
	if (!need->on || need->on == step)
		return false;
	for (size_t i = step->nneeds; i-- > 0;) {
		const struct need *other = &step->needs[i];
		if (other->on == need->on && other->release == need->release && other->cause == need->cause)
			return false;
	}
	*ARENA_PUSH(plan->arena, step->needs, step->nneeds) = *need;
	return true;
}

void plan_need(struct plan *plan, struct step *step, struct step *on, enum release release)
{
	plan_need_like(plan, step, &(struct need){ .on = on, .release = release });
}

bool plan_cause(struct plan *plan, struct step *step, struct step *on, enum release release)
{
	return plan_need_like(plan, step, &(struct need){ .on = on, .release = release, .cause = true });
}

/* A step on the way down to what it needs. */
struct visit {
	struct step *step;
	size_t need;
};

/* Puts the needs of `root` and then itself into `order`, unless they are there (`placed`, by number: 1 on the
 * way, 2 there). Returns -1 for a cycle. */
static int plan_place(
	struct step *root, struct visit *path, unsigned char *placed, struct step **order, size_t *count)
{
	size_t depth = 0;
	if (placed[root->number])
		return 0;
	placed[root->number] = 1;
	path[depth++] = (struct visit){ root, 0 };
	while (depth) {
		struct visit *top = &path[depth - 1];
		if (top->need == top->step->nneeds) {
			placed[top->step->number] = 2;
			order[(*count)++] = top->step;
			depth--;
			continue;
		}
		struct step *on = top->step->needs[top->need++].on;
		if (placed[on->number] == 1)
			return -1;
		if (placed[on->number])
			continue;
		placed[on->number] = 1;
		path[depth++] = (struct visit){ on, 0 };
	}
	return 0;
}

/* The steps that are not undo steps, each after those it needs. */
static void order_steps(struct plan *plan)
{
	struct step **order = ARENA_ARRAY(plan->arena, struct step *, plan->count + 1);
	struct visit *path = ARENA_ARRAY(plan->arena, struct visit, plan->count + 1);
	unsigned char *placed = arena_alloc(plan->arena, plan->count + 2);
	size_t count = 0;
	for (size_t i = 0; i < plan->count; i++) {
		if (plan_place(plan->steps[i], path, placed, order, &count) < 0)
			return;
	}
	for (size_t i = 0; i < count; i++) {
		plan->steps[i] = order[i];
		order[i]->number = i + 1;
	}
}

void plan_order(struct plan *plan)
{
	order_steps(plan);
	for (size_t i = 0; i < plan->nundos; i++)
		plan_append(plan, plan->undos[i]);
	plan->nundos = 0;
}

void plan_note(struct plan *plan, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	*ARENA_PUSH(plan->arena, plan->notes, plan->nnotes) = arena_vprintf(plan->arena, format, args);
	va_end(args);
}

void plan_keep(struct plan *plan, const char *name, const char *word)
{
	*ARENA_PUSH(plan->arena, plan->kept, plan->nkept) = (struct plan_kept){ name, word };
}

const char *step_shown_name(const struct step *step)
{
	const struct step *makes = step->target ? step->target : step;
	return makes->new_name ? makes->new_name : step->name;
}

const char *step_argument(const struct step *step)
{
	const struct op_traits *traits = &op_traits[step->op];
	return traits->argument ? traits->argument(step) : NULL;
}

const char *step_container(const struct step *step)
{
	if (step->container)
		return step->container->id;
	return step->target ? step->target->result_id : NULL;
}

bool step_of_hook(const struct step *step)
{
	const struct oneoff *oneoff = step->target ? step->target->create.oneoff : step->create.oneoff;
	return oneoff && oneoff->hook;
}

bool step_tolerated(const struct step *step)
{
	return step->may_fail || step->gate.optional;
}

bool step_made_up(const struct step *step)
{
	bool made_up = false;
	for (size_t i = 0; op_traits[step->op].fallback && i < step->ndependents; i++)
		for (size_t n = 0; n < step->dependents[i]->nneeds; n++) {
			const struct need *need = &step->dependents[i]->needs[n];
			made_up |= need->on == step && need->release == ON_FAILURE;
		}
	return made_up;
}

bool plan_conflict(const struct plan *plan)
{
	bool conflict = false;
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (step->state != STEP_FAILED || step_tolerated(step))
			continue;
		if (!step->conflict)
			return false;
		conflict = true;
	}
	return conflict;
}

size_t plan_changes(const struct plan *plan)
{
	size_t changes = 0;
	for (size_t i = 0; i < plan->count; i++)
		changes += !op_traits[plan->steps[i]->op].waits && !plan->steps[i]->undo;
	return changes;
}

/* Mark behind the number of a need. */
static const char *const release_marks[] = { [ON_SUCCESS] = "",
	[ON_FAILURE] = "!",
	[ON_SKIP] = "!",
	[ON_BEGUN] = "*",
	[ON_INTACT] = "*",
	[ON_END] = "*",
	[ON_SOFT] = "?" };

static const char *const release_names[] = { [ON_SUCCESS] = "success",
	[ON_FAILURE] = "failure",
	[ON_SKIP] = "skip",
	[ON_BEGUN] = "begun",
	[ON_INTACT] = "intact",
	[ON_END] = "end",
	[ON_SOFT] = "soft" };

static int plan_by_number(const void *a, const void *b)
{
	const struct need *one = a, *two = b;
	return one->on->number < two->on->number ? -1 : one->on->number > two->on->number;
}

/* The needs column of a step: "3 <- 1,2?". */
static const char *step_needs(struct arena *arena, const struct step *step)
{
	struct texts numbers = { 0 };
	struct need *needs = ARENA_ARRAY(arena, struct need, step->nneeds + 1);
	for (size_t i = 0; i < step->nneeds; i++)
		needs[i] = step->needs[i];
	qsort(needs, step->nneeds, sizeof *needs, plan_by_number);
	for (size_t i = 0; i < step->nneeds; i++) {
		const struct need *need = &needs[i];
		if (!need->on->undo)
			texts_add(arena, &numbers,
				arena_printf(arena, "%zu%s", need->on->number, release_marks[need->release]));
	}
	const char *list = texts_join(arena, &numbers, ",");
	return arena_printf(arena, "%zu%s%s", step->number, list ? " <- " : "", list ? list : "");
}

/* The verb column: "rename p-db-1". */
static const char *verb_cell(struct arena *arena, const struct step *step)
{
	const char *verb = op_traits[step->op].verb, *argument = step_argument(step);
	return quote_line_copy(arena, argument ? arena_printf(arena, "%s %s", verb, argument) : verb);
}

/* A note, or a fault with what to do about it. */
static const char *plan_remark(struct arena *arena, const struct plan *plan, size_t i)
{
	if (i < plan->nnotes)
		return plan->notes[i];
	const struct plan_fault *fault = &plan->faults[i - plan->nnotes];
	return arena_printf(arena, "%s: %s", fault->text, fault->hint);
}

/* One line an attribute, below the objects. */
static void print_changes(FILE *out, struct arena *arena, const struct step *step, int indent)
{
	for (size_t i = 0; i < step->create.nchanges; i++) {
		const struct step_change *change = &step->create.changes[i];
		fprintf(out, "%*s  %s: %s -> %s\n", indent, "", quote_line_copy(arena, change->attribute),
			change->old ? quote_line_copy(arena, change->old) : "unset",
			change->new ? quote_line_copy(arena, change->new) : "unset");
	}
}

/* One line a step, in columns: number and needs, object, name, what is done, why. */
static void plan_print_text(FILE *out, struct arena *arena, const struct plan *plan)
{
	int widths[4] = { 0 };
	const char *(*cells)[4] = arena_calloc(arena, plan->count + 1, sizeof *cells);
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (step->undo)
			continue;
		cells[i][0] = step_needs(arena, step);
		cells[i][1] = op_traits[step->op].object;
		cells[i][2] = quote_line_copy(arena, step->name);
		cells[i][3] = verb_cell(arena, step);
		for (int c = 0; c < 4; c++) {
			int width = (int)strlen(cells[i][c]);
			/* One step with very many needs must not push all others to the right. */
			if (width > widths[c] && width <= 48)
				widths[c] = width;
		}
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (step->undo)
			continue;
		fprintf(out, "%-*s  %-*s  %-*s  ", widths[0], cells[i][0], widths[1], cells[i][1], widths[2],
			cells[i][2]);
		if (step->reason)
			fprintf(out, "%-*s  %s\n", widths[3], cells[i][3],
				quote_line_copy(arena, step->reason));
		else
			fprintf(out, "%s\n", cells[i][3]);
		print_changes(out, arena, step, widths[0]);
	}
	for (size_t i = 0; i < plan->nnotes + plan->nfaults; i++)
		fprintf(out, "note: %s\n", quote_line_copy(arena, plan_remark(arena, plan, i)));
}

static void print_member(FILE *out, const char *key, const char *text)
{
	fprintf(out, "\"%s\":", key);
	if (text)
		quote_print(out, text);
	else
		fputs("null", out);
	fputc(',', out);
}

static void print_change_json(FILE *out, const struct step_change *change, bool more)
{
	fputs(more ? ",{" : "{", out);
	print_member(out, "attribute", change->attribute);
	print_member(out, "old", change->old);
	fputs("\"new\":", out);
	if (change->new)
		quote_print(out, change->new);
	else
		fputs("null", out);
	fputc('}', out);
}

/* A step as an object, without undo steps among its needs. */
static void print_step_json(FILE *out, const struct step *step)
{
	fprintf(out, "{\"step\":%zu,", step->number);
	print_member(out, "object", op_traits[step->op].object);
	print_member(out, "name", step->name);
	print_member(out, "verb", op_traits[step->op].verb);
	print_member(out, "argument", step_argument(step));
	print_member(out, "service", step->service ? step->service->key : NULL);
	print_member(out, "reason", step->reason);
	fputs("\"changed\":[", out);
	for (size_t i = 0; i < step->create.nchanges; i++)
		print_change_json(out, &step->create.changes[i], i > 0);
	fputs("],\"needs\":[", out);
	bool more = false;
	for (size_t i = 0; i < step->nneeds; i++) {
		const struct need *need = &step->needs[i];
		if (need->on->undo)
			continue;
		fprintf(out, "%s{\"step\":%zu,\"release\":\"%s\"}", more ? "," : "", need->on->number,
			release_names[need->release]);
		more = true;
	}
	fputs("]}", out);
}

static void print_json(FILE *out, struct arena *arena, const struct plan *plan)
{
	bool more = false;
	fprintf(out, "{\"changes\":%zu,\"steps\":[", plan_changes(plan));
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->steps[i]->undo)
			continue;
		fputs(more ? ",\n" : "\n", out);
		print_step_json(out, plan->steps[i]);
		more = true;
	}
	fputs(more ? "\n],\"notes\":[" : "],\"notes\":[", out);
	for (size_t i = 0; i < plan->nnotes + plan->nfaults; i++) {
		if (i)
			fputc(',', out);
		quote_print(out, plan_remark(arena, plan, i));
	}
	fputs("]}\n", out);
}

void plan_print(FILE *out, const struct plan *plan, bool json)
{
	struct arena *scratch = arena_create();
	if (json)
		print_json(out, scratch, plan);
	else
		plan_print_text(out, scratch, plan);
	arena_destroy(scratch);
}
