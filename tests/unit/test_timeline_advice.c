/* What to fix first: advice for runs whose times are given. */
#include "timeline_case.h"

static void advice_begins_with_the_longest(void **state)
{
	(void)state;
	const char *advice = advice_of(run_shop());
	assert_ptr_equal(strstr(advice, "db took 3.00 s from its start until it was healthy"), advice);
	assert_non_null(
		strstr(advice, "container shop-web-1 start could have begun 0.10 s sooner: more at once "
			       "with --parallel"));
	assert_null(strstr(advice, "shop_default")); /* too short to matter */
}

static void advice_knows_intervals(void **state)
{
	(void)state;
	probe.interval = (struct opt_int){ true, 5000 * MS };
	add_gate("db", 10, 9010, NULL);
	assert_non_null(strstr(advice_of(run(9010)), "its check (tcp) is run every 5.00 s in the end"));
	plan = plan_create(arena);
	probe = (struct probe){ .kind = PROBE_CONTAINER, .early = TRI_NO };
	add_gate("db", 10, 30010, NULL);
	assert_non_null(strstr(advice_of(run(30010)),
		"only the engine looked, every 30.0 s: leave early: false out, or shorten healthcheck.interval"));
}

static void advice_for_the_others(void **state)
{
	(void)state;
	static const struct {
		enum op op;
		const char *words;
	} cases[] = { { OP_IMAGE_PULL, "pulling x took 1.00 s: docker flow pull beforehand" },
		{ OP_IMAGE_BUILD, "building x took 1.00 s" },
		{ OP_CONTAINER_STOP, "x took 1.00 s to stop: does it heed its stop signal" },
		{ OP_CONTAINER_START, "the engine took 1.00 s to start x" },
		{ OP_CONTAINER_EXEC, "a hook of x took 1.00 s" },
		{ OP_VOLUME_CREATE, "volume x create took 1.00 s" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		plan = plan_create(arena);
		add(cases[i].op, "x", 10, 1010, NULL);
		assert_non_null(strstr(advice_of(run(1010)), cases[i].words));
	}
	plan = plan_create(arena);
	add(OP_CONTAINER_START, "b", 1010, 1510, add(OP_CONTAINER_START, "a", 10, 1010, NULL));
	const char *advice = advice_of(run(1510));
	assert_string_equal(advice,
		"2 starts one after another took the engine 1.50 s, a the longest: can some wait for less?\n");
	plan = plan_create(arena);
	struct step *gate = add_gate("db", 10, 2010, NULL);
	gate->state = STEP_FAILED;
	gate->failure = "no answer";
	assert_non_null(strstr(advice_of(run(2010)), "db was given up after 2.00 s"));
}

/* `count` replicas without a check replaced start-first, one after the other. */
static struct timeline *run_replacement(size_t count)
{
	struct step *before = NULL;
	for (size_t i = 0; i < count; i++) {
		int64_t at = 10 + 1600 * (int64_t)i;
		struct step *started = add(OP_CONTAINER_START, "shop-web-1_new", at, at + 40, before);
		struct step *gate = add(OP_GATE, "web", at + 40, at + 540, started);
		gate->service = &web;
		gate->gate.condition = CONDITION_STARTED;
		gate->gate.lasting = true;
		before = add(OP_CONTAINER_DRAIN, "shop-web-1_old", at + 540, at + 1540, gate);
		before->service = &web;
		before = add(OP_CONTAINER_STOP, "shop-web-1_old", at + 1540, at + 1600, before);
	}
	return run(10 + 1600 * (int64_t)count);
}

static void advice_for_replacements(void **state)
{
	(void)state;
	struct timeline *timeline = run_replacement(1);
	static const char *const advice =
		"the former container of web had 1.00 s to end what it was at: a shorter x-flow.replace.drain, if "
		"that ends sooner\n"
		"web was watched for 0.50 s, since without a check it has to stay up for a moment: with one it is "
		"ready when that passes\n"
		"container shop-web-1_old stop took 0.06 s: the engine's own time\n";
	assert_string_equal(advice_of(timeline), advice);
	assert_string_equal(timeline_step_words(arena, &timeline->steps[1]), "gate web (started)");
	assert_string_equal(
		timeline_step_words(arena, &timeline->steps[2]), "container shop-web-1_old drain");
	assert_int_equal(timeline_look(&timeline->steps[2]), LOOK_END);
	plan = plan_create(arena);
	assert_string_equal(advice_of(run_replacement(2)),
		"2 former containers, one after another, had 2.00 s to end what they were at: a shorter "
		"x-flow.replace.drain, if that ends sooner, or a greater parallelism\n"
		"2 new containers, one after another, were watched for 1.00 s, since without a check they have to "
		"stay up for a moment: a check, or a greater x-flow.replace.parallelism\n");
	plan = plan_create(arena);
	struct step *proof = add(OP_GATE, "web", 10, 510, NULL);
	proof->gate.condition = CONDITION_STARTED;
	proof->gate.lasting = proof->last = true;
	assert_string_equal(advice_of(run(510)),
		"what is new of web was watched for 0.50 s, so that what was there before comes back if it fails: "
		"--rollback=false goes without\n");
	plan = plan_create(arena);
	struct step *failed = add(OP_GATE, "web", 10, 410, NULL);
	failed->state = STEP_FAILED;
	failed->failure = "container shop-web-1 exited (1)";
	assert_string_equal(advice_of(run(410)),
		"web was given up after 0.40 s, since container shop-web-1 exited (1)\n");
	plan = plan_create(arena);
	add(OP_GATE, "job", 10, 2010, NULL)->gate.condition = CONDITION_COMPLETED;
	assert_string_equal(advice_of(run(2010)),
		"job ran for 2.00 s until it had completed: could it do less, or could others wait for something "
		"else?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(advice_begins_with_the_longest),
		CASE(advice_knows_intervals),
		CASE(advice_for_the_others),
		CASE(advice_for_replacements),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
