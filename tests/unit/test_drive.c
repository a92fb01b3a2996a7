/* The driver against an engine of a few lines: what somebody else changes meanwhile, and nothing to do. */
#include "engine/drive/drive.h"
#include "engine_case.h"

static struct project project;
static struct network network;
static struct scope scope;
static struct map env;
static unsigned creations, taken; /* asked for; how many of the first find the name taken */
static unsigned looks, conflicts, checks;

static void answer(struct peer *peer, char *request)
{
	if (strncmp(request, "GET ", 4) == 0)
		reply_json(peer, 200,
			"[{\"Name\":\"shop_default\",\"Id\":\"n9\",\"Created\":\"2026-11-21T14:00:00Z\","
			"\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.oneoff\":\"False\"}}]");
	else if (creations++ < taken)
		reply_json(peer, 409, "{\"message\":\"network with name shop_default already exists\"}");
	else
		reply_json(peer, taken ? 201 : 403, "{\"Id\":\"n1\",\"message\":\"no, for good\"}");
}

static int look(struct drive *drive, enum drive_look why)
{
	looks++;
	conflicts += why == DRIVE_CONFLICT;
	drive->plan = plan_create(arena);
	drive->seen = ARENA_NEW(arena, struct observed);
	if (!drive->idle)
		plan_add(drive->plan, OP_NETWORK_CREATE, "shop_default", "not found")->network.wanted =
			&network;
	return 0;
}

static int check(struct drive *drive)
{
	checks++;
	return drive->idle ? -1 : 0;
}

static int set_up(void **state)
{
	engine_set_up(state, 51);
	map_init(&env, arena);
	map_set(&env, "XDG_RUNTIME_DIR", dir);
	engine.os_env = &env;
	project = (struct project){ .name = "shop", .separator = "-" };
	network = (struct network){ .key = "default", .project = &project, .name = "shop_default" };
	network.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	scope = (struct scope){ .name = "shop", .project = &project };
	creations = taken = looks = conflicts = checks = 0;
	return 0;
}

static int run(bool idle)
{
	static const struct drive_planner planner = { .look = look, .check = check };
	struct drive drive = { .planner = &planner,
		.engine = &engine,
		.arena = arena,
		.errors = &errors,
		.scope = &scope,
		.idle = idle };
	assert_int_equal(drive_open(&drive), 0);
	return drive_run(&drive);
}

static void test_somebody_else_is_at_it(void **state)
{
	(void)state;
	taken = 2;
	assert_int_equal(run(false), 0);
	assert_int_equal(creations, 3);
	assert_int_equal(looks, 3);
	assert_int_equal(conflicts, 2);
	assert_int_equal(errors.count, 0); /* of plans that were made anew nothing is told */
}

static void test_somebody_else_stays_at_it(void **state)
{
	(void)state;
	taken = 100;
	assert_int_equal(run(false), -1);
	assert_int_equal(looks, 3);
	assert_int_equal(errors.count, 1);
}

static void test_other_failures_stay(void **state)
{
	(void)state;
	assert_int_equal(run(false), -1);
	assert_int_equal(looks, 1);
	assert_int_equal(errors.count, 1);
}

static void c1_nothing_to_do_is_checked_too(void **state)
{
	(void)state;
	assert_int_equal(run(true), -1);
	assert_int_equal(looks, 1);
	assert_int_equal(checks, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_somebody_else_is_at_it, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_somebody_else_stays_at_it, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_other_failures_stay, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(c1_nothing_to_do_is_checked_too, set_up, engine_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
