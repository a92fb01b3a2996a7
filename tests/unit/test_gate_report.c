/* What a failed gate says of a container that is taken back. */
#include "gate_case.h"

/* Undo steps that put the former container back when the world's gate fails, or when a step is skipped for
 * that. */
static void f1_takes_back(struct step *cause, struct step *stop)
{
	static const struct observed_container former = { .id = "c0" };
	static struct step create, undos[2];
	static struct need needs[3];
	static struct step *both[] = { &undos[0], &undos[1] };
	create = (struct step){ .result_id = "c1", .create.replaces = &former };
	undos[0] = (struct step){
		.op = OP_CONTAINER_REMOVE, .undo = true, .target = &create, .needs = needs, .nneeds = 1
	};
	undos[1] = (struct step){
		.op = OP_CONTAINER_START, .undo = true, .container = &former, .needs = needs + 1, .nneeds = 2
	};
	stop->op = OP_CONTAINER_STOP;
	stop->container = &former;
	needs[0] = needs[1] = (struct need){ cause, ON_FAILURE, false };
	needs[2] = (struct need){ stop, ON_SUCCESS, false };
	cause->dependents = both;
	cause->ndependents = 2;
}

static void f1_who_is_taken_back_is_told_so(void **state)
{
	(void)state;
	struct need need = { &world.step, ON_SUCCESS, false };
	struct step proof = { .op = OP_GATE, .needs = &need, .nneeds = 1 }, *waits = &proof;
	struct step stop = { .state = STEP_DONE };
	world.step.dependents = &waits;
	world.step.ndependents = 1;
	f1_takes_back(&proof, &stop);
	world.inspect = container(EXITED(1), "", "");
	begin(1);
	finding_is(
		"dependency failed to start: container shop-db-1 exited (1): web -> db (healthy); the former "
		"container is put back");
	assert_string_equal(errors.first->hint,
		"`docker flow up --rollback=false db` leaves the new container there, for a look; `docker flow run "
		"--rm --entrypoint sh db` opens a shell in one like it");
	assert_non_null(strstr(errors.first->detail, "last words!"));
}

static void f1_a_former_one_that_was_not_stopped_runs_on(void **state)
{
	(void)state;
	struct step stop = { .state = STEP_WAITING };
	f1_takes_back(&world.step, &stop);
	world.step.gate.edge = "--wait";
	world.step.gate.replica = "shop-db-2";
	world.inspect = container(EXITED(1), "", "");
	begin(1);
	finding_is("container shop-db-2 exited (1): --wait; the former container runs on");
	assert_non_null(strstr(errors.first->detail, "last lines of shop-db-2:\n"));
}

static void f1_one_that_stays_has_its_own_hint(void **state)
{
	(void)state;
	struct need need = { &world.step, ON_SOFT, false };
	struct step proof = { .op = OP_GATE, .needs = &need, .nneeds = 1 }, *waits = &proof;
	struct step stop = { .state = STEP_DONE };
	world.step.dependents = &waits;
	world.step.ndependents = 1;
	f1_takes_back(&proof, &stop);
	world.inspect = container(EXITED(1), "", "");
	begin(1);
	finding_is("dependency failed to start: container shop-db-1 exited (1): web -> db (healthy)");
	assert_string_equal(errors.first->hint, "`docker flow logs db` shows all of its output");
}

static void answers_of_a_command_are_told_when_they_change(void **state)
{
	(void)state;
	world.exec_code = 1;
	world.inspect = container(RUNNING ",\"Health\":{\"Status\":\"starting\"}", CHECK, "");
	begin(1);
	until(&world.execs, 3);
	assert_string_equal(world.answers, "exit code 1: abc\n");
	world.exec_code = 2;
	until(&world.told, 2);
	world.exec_code = 0;
	until(&world.dones, 1);
	assert_string_equal(
		world.answers, "exit code 1: abc\nexit code 2: abc\n"); /* the row says the rest */
}

static void what_the_engine_was_answered_is_told_when_it_is_seen(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	begin(1);
	until(&world.told, 1);
	assert_string_equal(world.answers, "exit code 7: refused\n");
	assert_int_equal(world.looks, 1);
	assert_int_equal(world.execs, 0);
}

static void answers_of_several_have_names(void **state)
{
	(void)state;
	world.probe.kind = PROBE_TCP;
	world.probe.port = (struct opt_int){ true, 1 };
	world.inspect = container(
		RUNNING, "", ",\"NetworkSettings\":{\"Networks\":{\"n\":{\"IPAddress\":\"127.0.0.1\"}}}");
	begin(2);
	until(&world.told, 2);
	assert_string_equal(world.answers, "shop-db-1: Connection refused\nshop-db-1: Connection refused\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(f1_who_is_taken_back_is_told_so),
		TEST(f1_a_former_one_that_was_not_stopped_runs_on),
		TEST(f1_one_that_stays_has_its_own_hint),
		TEST(answers_of_a_command_are_told_when_they_change),
		TEST(what_the_engine_was_answered_is_told_when_it_is_seen),
		TEST(answers_of_several_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
