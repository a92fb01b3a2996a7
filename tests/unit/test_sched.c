/* The scheduler, driven by a runner that does nothing but take and end steps. */
#include "graph/plan/sched.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

struct fixture {
	struct arena *arena;
	struct plan *plan;
	struct sched sched;
	char told[512]; /* "a running, a done, …" as the callback heard it */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->arena = arena_create();
	f->plan = plan_create(f->arena);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	arena_destroy(f->arena);
	free(f);
	return 0;
}

static struct step *add(struct fixture *f, enum op op, const char *name)
{
	return plan_add(f->plan, op, name, NULL);
}

static void hear(void *arg, struct step *step)
{
	static const char *const names[] = {
		[STEP_RUNNING] = ">", [STEP_DONE] = "+", [STEP_FAILED] = "!", [STEP_SKIPPED] = "-"
	};
	struct fixture *f = arg;
	size_t len = strlen(f->told);
	snprintf(f->told + len, sizeof f->told - len, "%s%s ", names[step->state], step->name);
}

static void begin(struct fixture *f)
{
	assert_int_equal(sched_init(&f->sched, f->plan, hear, f), 0);
}

/* Runs to the end, one step at a time; those in `bad` (space-separated) fail. Returns what was told. */
static const char *run(struct fixture *f, const char *bad)
{
	struct step *step;
	while ((step = sched_next(&f->sched))) {
		const char *at = strstr(bad, step->name);
		sched_done(&f->sched, step, at == NULL);
	}
	assert_true(sched_finished(&f->sched));
	return f->told;
}

static void steps_run_when_their_needs_are_met(void **state)
{
	struct fixture *f = *state;
	struct step *a = add(f, OP_NETWORK_CREATE, "a"), *b = add(f, OP_CONTAINER_CREATE, "b");
	struct step *c = add(f, OP_CONTAINER_START, "c");
	plan_need(f->plan, c, b, ON_SUCCESS);
	plan_need(f->plan, b, a, ON_SUCCESS);
	plan_need(f->plan, c, a, ON_SUCCESS);
	begin(f);
	assert_string_equal(run(f, ""), ">a +a >b +b >c +c ");
	assert_int_equal(a->length, 3);
	assert_int_equal(c->length, 1);
}

static void longest_remaining_path_goes_first(void **state)
{
	struct fixture *f = *state;
	add(f, OP_NETWORK_CREATE, "short");
	struct step *head = add(f, OP_NETWORK_CREATE, "head"), *last = head;
	for (int i = 0; i < 3; i++) {
		struct step *next = add(f, OP_CONTAINER_CREATE, "chain");
		plan_need(f->plan, next, last, ON_SUCCESS);
		last = next;
	}
	begin(f);
	assert_string_equal(sched_next(&f->sched)->name, "head");
	assert_string_equal(sched_next(&f->sched)->name, "short");
}

static void pools_limit_what_runs_at_once(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 5; i++)
		add(f, OP_IMAGE_PULL, "pull");
	add(f, OP_NETWORK_CREATE, "net");
	begin(f);
	sched_limit(&f->sched, POOL_PULL, 2);
	struct step *first = sched_next(&f->sched);
	assert_non_null(sched_next(&f->sched));
	assert_string_equal(sched_next(&f->sched)->name, "net");
	assert_null(sched_next(&f->sched));
	sched_done(&f->sched, first, true);
	assert_non_null(sched_next(&f->sched));
	assert_null(sched_next(&f->sched));
}

static void many_stops_do_not_run_at_once(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 1000; i++)
		add(f, OP_CONTAINER_STOP, "s");
	assert_int_equal(sched_init(&f->sched, f->plan, NULL, NULL), 0);
	size_t running = 0;
	while (sched_next(&f->sched))
		running++;
	assert_int_equal(running, 100);
}

static void independent_branches_go_on_after_a_failure(void **state)
{
	struct fixture *f = *state;
	struct step *bad = add(f, OP_CONTAINER_START, "bad"), *next = add(f, OP_CONTAINER_START, "next");
	struct step *after = add(f, OP_CONTAINER_START, "after");
	plan_need(f->plan, next, bad, ON_SUCCESS);
	plan_need(f->plan, after, next, ON_SUCCESS);
	add(f, OP_CONTAINER_START, "other");
	begin(f);
	assert_string_equal(run(f, "bad"), ">bad !bad -next -after >other +other ");
	assert_string_equal(next->failure, "container bad start failed");
	assert_string_equal(after->failure, "container bad start failed"); /* not the one between */
}

static void fail_fast_skips_the_rest(void **state)
{
	struct fixture *f = *state;
	add(f, OP_CONTAINER_START, "bad");
	add(f, OP_CONTAINER_START, "other");
	begin(f);
	f->sched.fail_fast = true;
	assert_string_equal(run(f, "bad"), ">bad !bad -other ");
}

static void kinds_of_release(void **state)
{
	struct fixture *f = *state;
	struct step *bad = add(f, OP_CONTAINER_START, "bad");
	static const struct {
		const char *name;
		enum release release;
	} kinds[] = { { "success", ON_SUCCESS }, { "failure", ON_FAILURE }, { "skip", ON_SKIP },
		{ "begun", ON_BEGUN }, { "intact", ON_INTACT }, { "end", ON_END }, { "soft", ON_SOFT } };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		plan_need(f->plan, add(f, OP_CONTAINER_STOP, kinds[i].name), bad, kinds[i].release);
	begin(f);
	assert_string_equal(
		run(f, "bad"), ">bad !bad -success >failure +failure >begun +begun >end +end >soft +soft ");
}

/* What an interrupt has ended had not failed by itself. */
static void what_was_cut_short_is_intact(void **state)
{
	struct fixture *f = *state;
	struct step *cut = add(f, OP_GATE, "cut");
	cut->cut = true;
	plan_need(f->plan, add(f, OP_CONTAINER_STOP, "skip"), cut, ON_SKIP);
	plan_need(f->plan, add(f, OP_CONTAINER_STOP, "intact"), cut, ON_INTACT);
	plan_need(f->plan, add(f, OP_CONTAINER_STOP, "next"), cut, ON_SUCCESS);
	begin(f);
	assert_string_equal(run(f, "cut"), ">cut !cut -next >skip +skip >intact +intact ");
}

static void a_fallback_is_dropped_and_its_dependents_go_on(void **state)
{
	struct fixture *f = *state;
	struct step *pull = add(f, OP_IMAGE_PULL, "pull"), *build = add(f, OP_IMAGE_BUILD, "build");
	struct step *next = add(f, OP_IMAGE_BUILD, "next");
	pull->may_fail = true;
	plan_need(f->plan, build, pull, ON_FAILURE);
	plan_need(f->plan, next, build, ON_SUCCESS);
	begin(f);
	assert_string_equal(run(f, ""), ">pull +pull >next +next ");
	assert_int_equal(build->state, STEP_DROPPED);
	assert_true(step_tolerated(pull));
	assert_true(step_made_up(pull));
	assert_false(step_made_up(build));
}

/* create → start behind a gate, with the undo step a planner adds. */
static void add_created(struct fixture *f, struct step **ret_create, struct step **ret_start)
{
	*ret_create = add(f, OP_CONTAINER_CREATE, "create");
	struct step *gate = add(f, OP_GATE, "gate");
	*ret_start = add(f, OP_CONTAINER_START, "start");
	plan_need(f->plan, *ret_start, *ret_create, ON_SUCCESS);
	plan_need(f->plan, *ret_start, gate, ON_SUCCESS);
	struct step *undo = add(f, OP_CONTAINER_REMOVE, "undo");
	undo->undo = true;
	plan_need(f->plan, undo, *ret_create, ON_SUCCESS);
	plan_need(f->plan, undo, *ret_start, ON_SKIP);
}

static void undo_removes_what_a_failed_gate_kept_from_starting(void **state)
{
	struct fixture *f = *state;
	struct step *create, *start;
	add_created(f, &create, &start);
	begin(f);
	assert_string_equal(run(f, "gate"), ">create +create >gate !gate -start >undo +undo ");
}

static void undo_is_dropped_when_nothing_was_created(void **state)
{
	struct fixture *f = *state;
	struct step *create, *start;
	add_created(f, &create, &start);
	begin(f);
	assert_string_equal(run(f, "create"), ">create !create -start >gate +gate ");
}

/* A step that is begun again when either of two others fails, and once when both do. */
static void either_of_two_causes_is_enough(void **state)
{
	static const struct {
		const char *bad, *wanted;
	} runs[] = { { "", ">one +one >two +two " }, { "one", ">one !one >two +two >back +back " },
		{ "two", ">one +one >two !two >back +back " },
		{ "one two", ">one !one >two !two >back +back " } };
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
		struct fixture *f = *state;
		f->plan = plan_create(f->arena);
		*f->told = '\0';
		struct step *one = add(f, OP_CONTAINER_START, "one"),
			    *two = add(f, OP_CONTAINER_START, "two");
		struct step *back = add(f, OP_CONTAINER_START, "back");
		back->undo = true;
		plan_cause(f->plan, back, one, ON_FAILURE);
		plan_cause(f->plan, back, two, ON_FAILURE);
		begin(f);
		assert_string_equal(run(f, runs[i].bad), runs[i].wanted);
	}
}

static void a_failed_start_keeps_its_container(void **state)
{
	struct fixture *f = *state;
	struct step *create, *start;
	add_created(f, &create, &start);
	begin(f);
	assert_string_equal(run(f, "start"), ">create +create >gate +gate >start !start ");
}

static void interrupt_undoes_what_was_created_and_never_started(void **state)
{
	struct fixture *f = *state;
	struct step *create, *start;
	add_created(f, &create, &start);
	add(f, OP_CONTAINER_START, "other");
	begin(f);
	struct step *running = sched_next(&f->sched);
	assert_ptr_equal(running, create);
	sched_stop(&f->sched, "interrupted");
	assert_null(sched_next(&f->sched)); /* the create request is still in flight */
	assert_false(sched_finished(&f->sched));
	sched_done(&f->sched, create, true);
	assert_string_equal(run(f, ""), ">create -gate -start -other +create >undo +undo ");
	assert_string_equal(start->failure, "interrupted");
}

static void interrupt_finishes_a_replacement_that_has_begun(void **state)
{
	struct fixture *f = *state;
	struct step *stop = add(f, OP_CONTAINER_STOP, "stop"),
		    *remove = add(f, OP_CONTAINER_REMOVE, "remove");
	struct step *start = add(f, OP_CONTAINER_START, "start"),
		    *other = add(f, OP_CONTAINER_START, "other");
	plan_need(f->plan, remove, stop, ON_SUCCESS);
	plan_need(f->plan, start, remove, ON_SUCCESS);
	plan_need(f->plan, other, start, ON_SUCCESS);
	remove->follows = start->follows = stop;
	begin(f);
	assert_ptr_equal(sched_next(&f->sched), stop);
	sched_stop(&f->sched, "interrupted");
	sched_done(&f->sched, stop, true);
	assert_string_equal(run(f, ""), ">stop -other +stop >remove +remove >start +start ");
}

static void b4_what_is_last_waits_for_everything_else(void **state)
{
	struct fixture *f = *state;
	struct step *old = add(f, OP_CONTAINER_REMOVE, "old"), *start = add(f, OP_CONTAINER_START, "start");
	struct step *other = add(f, OP_CONTAINER_CREATE, "other"), *late = add(f, OP_CONTAINER_START, "late");
	struct step *back = add(f, OP_CONTAINER_START, "back");
	old->last = true;
	plan_need(f->plan, old, start, ON_SUCCESS);
	plan_need(f->plan, late, other, ON_SUCCESS);
	back->undo = true;
	plan_need(f->plan, back, old, ON_FAILURE);
	begin(f);
	assert_string_equal(run(f, ""), ">start +start >other +other >late +late >old +old ");
}

static void b4_what_is_last_is_skipped_at_once(void **state)
{
	struct fixture *f = *state;
	struct step *old = add(f, OP_CONTAINER_REMOVE, "old"), *start = add(f, OP_CONTAINER_START, "start");
	struct step *back = add(f, OP_CONTAINER_START, "back");
	add(f, OP_CONTAINER_CREATE, "other");
	old->last = true;
	plan_need(f->plan, old, start, ON_SUCCESS);
	back->undo = true;
	plan_need(f->plan, back, old, ON_FAILURE);
	begin(f);
	assert_string_equal(run(f, "start"), ">start !start -old >back +back >other +other ");
}

static void appended_steps_join_and_hear_of_the_past(void **state)
{
	struct fixture *f = *state;
	struct step *good = add(f, OP_CONTAINER_CREATE, "good"), *bad = add(f, OP_CONTAINER_CREATE, "bad");
	begin(f);
	run(f, "bad");
	plan_need(f->plan, add(f, OP_CONTAINER_START, "x"), good, ON_SUCCESS);
	plan_need(f->plan, add(f, OP_CONTAINER_START, "y"), bad, ON_SUCCESS);
	struct step *z = add(f, OP_CONTAINER_START, "z");
	plan_need(f->plan, z, f->plan->steps[2], ON_SUCCESS);
	assert_int_equal(sched_appended(&f->sched), 0);
	assert_false(sched_finished(&f->sched));
	assert_string_equal(run(f, ""), ">good +good >bad !bad -y >x +x >z +z ");
}

static void a_cycle_is_refused(void **state)
{
	struct fixture *f = *state;
	struct step *a = add(f, OP_CONTAINER_START, "a"), *b = add(f, OP_CONTAINER_START, "b");
	plan_need(f->plan, a, b, ON_SUCCESS);
	plan_need(f->plan, b, a, ON_END);
	assert_int_equal(sched_init(&f->sched, f->plan, NULL, NULL), -1);
}

static void a_chain_of_fifty_thousand_skips_without_recursion(void **state)
{
	struct fixture *f = *state;
	struct step *last = add(f, OP_CONTAINER_START, "bad");
	for (int i = 0; i < 50000; i++) {
		struct step *next = add(f, OP_CONTAINER_START, "n");
		plan_need(f->plan, next, last, ON_SUCCESS);
		last = next;
	}
	assert_int_equal(sched_init(&f->sched, f->plan, NULL, NULL), 0);
	sched_done(&f->sched, sched_next(&f->sched), false);
	assert_true(sched_finished(&f->sched));
	assert_int_equal(last->state, STEP_SKIPPED);
}

static void only_gates_of_optional_dependents_are_tolerated(void **state)
{
	struct fixture *f = *state;
	struct step *gate = add(f, OP_GATE, "gate"), *soft = add(f, OP_CONTAINER_START, "soft");
	struct step *start = add(f, OP_CONTAINER_START, "start");
	plan_need(f->plan, soft, gate, ON_SOFT);
	plan_need(f->plan, soft, start, ON_SOFT);
	gate->gate.optional = true;
	begin(f);
	assert_true(step_tolerated(gate));
	assert_false(step_tolerated(start));
	assert_false(step_tolerated(soft));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(steps_run_when_their_needs_are_met),
		TEST(longest_remaining_path_goes_first),
		TEST(pools_limit_what_runs_at_once),
		TEST(many_stops_do_not_run_at_once),
		TEST(independent_branches_go_on_after_a_failure),
		TEST(fail_fast_skips_the_rest),
		TEST(kinds_of_release),
		TEST(what_was_cut_short_is_intact),
		TEST(a_fallback_is_dropped_and_its_dependents_go_on),
		TEST(undo_removes_what_a_failed_gate_kept_from_starting),
		TEST(undo_is_dropped_when_nothing_was_created),
		TEST(either_of_two_causes_is_enough),
		TEST(a_failed_start_keeps_its_container),
		TEST(interrupt_undoes_what_was_created_and_never_started),
		TEST(interrupt_finishes_a_replacement_that_has_begun),
		TEST(b4_what_is_last_waits_for_everything_else),
		TEST(b4_what_is_last_is_skipped_at_once),
		TEST(appended_steps_join_and_hear_of_the_past),
		TEST(a_cycle_is_refused),
		TEST(a_chain_of_fifty_thousand_skips_without_recursion),
		TEST(only_gates_of_optional_dependents_are_tolerated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
