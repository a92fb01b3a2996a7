/* Gates: when they open and when they fail. */
#include "gate_case.h"

/* Turns until what has been asked for is answered. */
static void settle(int looks)
{
	until(&world.looks, looks);
	for (int i = 0; i < 20; i++)
		loop_turn(engine.loop, SECOND / 500);
}

static void tell(const char *id, enum engine_action action, int64_t code, enum health health)
{
	struct engine_event event = { .action = action, .id = id, .exit_code = code, .health = health };
	gate_job.event(world.gate, &event);
}

static void healthy_event_opens(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	begin(1);
	settle(1);
	tell("other", ENGINE_HEALTH, 0, HEALTH_HEALTHY);
	tell("c1", ENGINE_HEALTH, 0, HEALTH_STARTING);
	settle(1);
	assert_int_equal(world.dones, 0);
	tell("c1", ENGINE_HEALTH, 0, HEALTH_HEALTHY);
	assert_int_equal(world.dones, 0);
	until(&world.dones, 1);
	assert_true(world.ok);
	assert_int_equal(world.execs, 0);
}

/* A failed probe says whom it asked. */
static void c10_a_failed_probe_names_the_address(void **state)
{
	(void)state;
	world.probe.kind = PROBE_TCP;
	world.probe.port = (struct opt_int){ true, 1 };
	world.probe.retries = (struct opt_int){ true, 1 };
	world.probe.interval = (struct opt_int){ true, SECOND / 100 };
	world.inspect = container(
		RUNNING, "", ",\"NetworkSettings\":{\"Networks\":{\"n\":{\"IPAddress\":\"127.0.0.1\"}}}");
	begin(1);
	until(&world.dones, 1);
	assert_non_null(
		strstr(errors.first->detail, "last probe (tcp by the container's address 127.0.0.1:1): "));
}

/* What was told while the events were interrupted is found by looking. */
static void b2_a_missed_event_is_looked_up(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	begin(1);
	settle(1);
	world.inspect = container(HEALTH("healthy"), CHECK, "");
	gate_job.look(world.gate);
	until(&world.dones, 1);
	assert_true(world.ok);
}

static void healthy_already_needs_one_look(void **state)
{
	(void)state;
	world.inspect = container(HEALTH("healthy"), CHECK, "");
	begin(1);
	until(&world.dones, 1);
	assert_true(world.ok);
	assert_int_equal(world.looks, 1);
}

static void early_exec_opens_and_its_failures_do_not_close(void **state)
{
	(void)state;
	world.exec_code = 1;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	begin(1);
	until(&world.execs, 3);
	assert_int_equal(world.dones, 0);
	world.exec_code = 0;
	until(&world.dones, 1);
	assert_true(world.ok);
	assert_false(gate_job.give_up(world.gate, "2s"));
}

static void given_up_it_says_what_is_missing(void **state)
{
	(void)state;
	world.exec_code = 1;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	begin(1);
	until(&world.execs, 3);
	assert_true(gate_job.give_up(world.gate, "2s"));
	assert_int_equal(world.dones, 0);
	finding_is(
		"dependency failed to start: container shop-db-1 is not ready after 2s: exit code 1: web -> db (healthy)");
	assert_non_null(strstr(errors.first->detail, "last probe: exit code 1"));
	assert_non_null(strstr(errors.first->detail, "last words!"));
}

static void unhealthy_event_fails_with_the_engines_words(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	begin(1);
	settle(1);
	world.inspect = container(HEALTH("unhealthy"), CHECK, "");
	tell("c1", ENGINE_HEALTH, 0, HEALTH_UNHEALTHY);
	finding_is("dependency failed to start: container shop-db-1 is unhealthy: web -> db (healthy)");
	const char *detail = errors.first->detail;
	assert_non_null(strstr(detail, "last probe: exit code 7\n"));
	assert_non_null(strstr(detail, "refused"));
	assert_non_null(strstr(detail, "last words!"));
	assert_non_null(strstr(errors.first->hint, "docker flow logs db"));
}

static void c3_repaired_container_is_ready(void **state)
{
	(void)state;
	world.exec_code = 1;
	world.inspect = container(HEALTH("unhealthy"), CHECK, "");
	begin(1);
	until(&world.execs, 2);
	assert_int_equal(world.dones, 0);
	world.exec_code = 0;
	until(&world.dones, 1);
	assert_true(world.ok);
	assert_int_equal(errors.count, 0);
}

static void c3_unhealthy_container_that_stays_so_fails(void **state)
{
	(void)state;
	world.exec_code = 1;
	world.inspect = container(HEALTH("unhealthy"), CHECK, "");
	begin(1);
	finding_is("dependency failed to start: container shop-db-1 is unhealthy: web -> db (healthy)");
	assert_non_null(strstr(errors.first->detail, "last probe: exit code 1"));
}

static void c3_left_to_the_engine_its_word_counts(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("unhealthy"), CHECK, "");
	begin(1);
	finding_is("dependency failed to start: container shop-db-1 is unhealthy: web -> db (healthy)");
	assert_int_equal(world.execs, 0);
}

static void missing_check_is_said_as_compose_says_it(void **state)
{
	(void)state;
	world.inspect = container(RUNNING, "", "");
	begin(1);
	finding_is(
		"dependency failed to start: container shop-db-1 has no healthcheck configured: web -> db (healthy)");
}

/* One that nothing checks gets a moment: that it has ended is the better reason. */
static void unchecked_one_may_say_more_by_its_end(void **state)
{
	(void)state;
	const struct observed_container db = { .id = "c1" };
	struct step start = {
		.op = OP_CONTAINER_START, .container = &db, .service = &world.service, .ended = loop_now()
	};
	struct step *starts[] = { &start };
	world.step.gate.unchecked = true;
	world.step.gate.starts = starts;
	world.inspect = container(RUNNING, "", "");
	world.step.gate.nstarts = 1;
	begin(0);
	settle(1);
	assert_int_equal(world.dones, 0);
	world.inspect = container(EXITED(3), "", "");
	finding_is("dependency failed to start: container shop-db-1 exited (3): web -> db (healthy)");
}

static void death_while_waited_for_fails_at_once(void **state)
{
	(void)state;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	world.exec_code = 1;
	begin(1);
	until(&world.execs, 1);
	world.inspect = container(EXITED(3), CHECK, "");
	tell("c1", ENGINE_DIE, 3, HEALTH_NONE);
	finding_is("dependency failed to start: container shop-db-1 exited (3): web -> db (healthy)");
}

static void restarted_container_is_waited_for_again(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("starting"), CHECK, COUNT(7));
	begin(1);
	settle(1);
	world.inspect = container(AGAIN(1), CHECK, COUNT(8));
	tell("c1", ENGINE_DIE, 1, HEALTH_NONE);
	settle(2);
	assert_int_equal(world.dones, 0);
	assert_string_equal(world.notes, "shop-db-1: exited (1), the engine restarts it\n");
	world.inspect = container(HEALTH("healthy"), CHECK, COUNT(8));
	tell("c1", ENGINE_START, 0, HEALTH_NONE);
	until(&world.dones, 1);
	assert_true(world.ok);
}

static void crash_loop_fails(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("starting"), CHECK, COUNT(0));
	begin(1);
	settle(1);
	world.inspect = container(AGAIN(9), CHECK, COUNT(5));
	tell("c1", ENGINE_DIE, 9, HEALTH_NONE);
	finding_is(
		"dependency failed to start: container shop-db-1 is in a crash loop: exited (9), restarted 5 "
		"times: web -> db (healthy)");
}

static void event_during_the_look_is_not_lost(void **state)
{
	(void)state;
	world.step.gate.condition = CONDITION_COMPLETED;
	world.inspect = container(RUNNING, "", "");
	begin(1);
	tell("c1", ENGINE_DIE, 4, HEALTH_NONE);
	until(&world.looks, 1);
	world.inspect = container(EXITED(4), "", "");
	finding_is("service \"db\" didn't complete successfully: exit 4: web -> db (healthy)");
	assert_int_equal(world.looks, 2);
}

static void completion_is_seen_by_event_and_by_look(void **state)
{
	(void)state;
	world.step.gate.condition = CONDITION_COMPLETED;
	world.inspect = container(RUNNING, "", "");
	begin(1);
	settle(1);
	assert_int_equal(world.dones, 0);
	tell("c1", ENGINE_DIE, 0, HEALTH_NONE);
	until(&world.dones, 1);
	assert_true(world.ok);
	end_gate();
	world.inspect = container(EXITED(0), "", "");
	world.dones = 0;
	begin(1);
	until(&world.dones, 1);
	assert_true(world.ok);
}

/* The engine starts a task again that has failed: it may still end well. */
static void failed_task_that_restarts_is_waited_for(void **state)
{
	(void)state;
	world.step.gate.condition = CONDITION_COMPLETED;
	world.inspect =
		container(AGAIN(1), "", ",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"on-failure\"}}");
	begin(1);
	settle(1);
	assert_int_equal(world.dones, 0);
	tell("c1", ENGINE_DIE, 0, HEALTH_NONE);
	until(&world.dones, 1);
	assert_true(world.ok);
}

static void removed_container_fails(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	begin(1);
	settle(1);
	world.inspect = NULL;
	tell("c1", ENGINE_DESTROY, 0, HEALTH_NONE);
	finding_is("dependency failed to start: container shop-db-1 was removed: web -> db (healthy)");
}

/* `docker rm -f` kills first: the exit is seen before the removal. */
static void killed_by_a_removal(void **state)
{
	(void)state;
	world.logs_gone = true;
	world.inspect = container(EXITED(137), "", "");
	begin(1);
	finding_is("dependency failed to start: container shop-db-1 was removed: web -> db (healthy)");
	assert_string_equal(errors.first->hint, "somebody else removed it: run the command again");
	assert_null(errors.first->detail);
}

static void look_is_repeated_a_few_times(void **state)
{
	(void)state;
	world.busy = 2;
	world.inspect = container(HEALTH("healthy"), CHECK, "");
	begin(1);
	until(&world.dones, 1);
	assert_true(world.ok);
	assert_int_equal(world.looks, 3);
	end_gate();
	world.busy = 4;
	world.dones = 0;
	begin(1);
	finding_is("dependency failed to start: container c1: busy: web -> db (healthy)");
}

static void all_containers_have_to_be_ready(void **state)
{
	(void)state;
	world.probe.early = TRI_NO;
	world.inspect = container(HEALTH("starting"), CHECK, "");
	begin(2);
	settle(2);
	tell("c2", ENGINE_HEALTH, 0, HEALTH_HEALTHY);
	settle(2);
	assert_int_equal(world.dones, 0);
	tell("c1", ENGINE_HEALTH, 0, HEALTH_HEALTHY);
	until(&world.dones, 1);
	assert_true(world.ok);
}

static void ended_gate_says_nothing(void **state)
{
	(void)state;
	world.inspect = container(EXITED(1), "", "");
	begin(1);
	end_gate();
	for (int i = 0; i < 20; i++)
		loop_turn(engine.loop, SECOND / 500);
	assert_int_equal(world.dones, 0);
	assert_int_equal(errors.count, 0);
}

static void tolerated_failure_is_a_warning(void **state)
{
	(void)state;
	world.step.op = OP_CONTAINER_STOP;
	world.step.may_fail = true;
	world.inspect = container(EXITED(1), "", "");
	begin(1);
	until(&world.dones, 1);
	assert_false(world.ok);
	assert_int_equal(errors.count, 0);
	assert_int_equal(errors.warnings, 1);
}

static void no_container_is_no_wait(void **state)
{
	(void)state;
	begin(0);
	until(&world.dones, 1);
	assert_true(world.ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(healthy_event_opens),
		TEST(b2_a_missed_event_is_looked_up),
		TEST(c10_a_failed_probe_names_the_address),
		TEST(healthy_already_needs_one_look),
		TEST(early_exec_opens_and_its_failures_do_not_close),
		TEST(given_up_it_says_what_is_missing),
		TEST(unhealthy_event_fails_with_the_engines_words),
		TEST(c3_repaired_container_is_ready),
		TEST(c3_unhealthy_container_that_stays_so_fails),
		TEST(c3_left_to_the_engine_its_word_counts),
		TEST(missing_check_is_said_as_compose_says_it),
		TEST(unchecked_one_may_say_more_by_its_end),
		TEST(death_while_waited_for_fails_at_once),
		TEST(restarted_container_is_waited_for_again),
		TEST(crash_loop_fails),
		TEST(event_during_the_look_is_not_lost),
		TEST(completion_is_seen_by_event_and_by_look),
		TEST(failed_task_that_restarts_is_waited_for),
		TEST(removed_container_fails),
		TEST(killed_by_a_removal),
		TEST(look_is_repeated_a_few_times),
		TEST(all_containers_have_to_be_ready),
		TEST(ended_gate_says_nothing),
		TEST(tolerated_failure_is_a_warning),
		TEST(no_container_is_no_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
