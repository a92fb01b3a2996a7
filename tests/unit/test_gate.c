/* Gates against an engine of canned answers behind a real socket, with events given by hand. */
#include "engine/gate/gate.h"
#include "engine_case.h"

#define SECOND INT64_C(1000000000)

/* What the engine says now; a test changes it between turns. */
static struct {
	struct service service;
	struct probe probe;
	struct step step;
	struct job *gate;
	const struct observed_container *watched[2];
	const char *inspect; /* NULL: 404 */
	bool logs_gone;
	int exec_code;
	int busy; /* so many looks are answered by 503 */
	int looks, execs, dones;
	bool ok;
	char notes[512];
	struct sink sink;
} world;

static void answer(struct peer *peer, char *request)
{
	static const char gone[] = "{\"message\":\"No such container\"}";
	static const char lines[] = "\1\0\0\0\0\0\0\14last words!\n";
	if (strstr(request, "GET /containers/c1/json") == request ||
		strstr(request, "GET /containers/c2/json") == request) {
		world.looks++;
		if (world.busy-- > 0)
			reply_json(peer, 503, "{\"message\":\"busy\"}");
		else
			reply_json(peer, world.inspect ? 200 : 404, world.inspect ? world.inspect : gone);
	} else if (strstr(request, "/logs") && world.logs_gone) {
		reply_json(peer, 404, gone);
	} else if (strstr(request, "/logs")) {
		assert_non_null(strstr(request, "&since=1795255199.25"));
		reply(peer, 200, "application/vnd.docker.multiplexed-stream", lines, sizeof lines - 1);
	} else if (strstr(request, "POST /containers/c1/exec") == request) {
		world.execs++;
		reply_json(peer, 201, "{\"Id\":\"e1\"}");
	} else if (strstr(request, "POST /exec/e1/start") == request) {
		reply(peer, 200, "application/vnd.docker.raw-stream", "\1\0\0\0\0\0\0\3abc", 11);
	} else if (strstr(request, "GET /exec/e1/json") == request) {
		reply_json(peer, 200,
			arena_printf(arena, "{\"Running\":false,\"ExitCode\":%d}", world.exec_code));
	} else {
		fail_msg("unexpected request: %.60s", request);
	}
}

static void on_note(struct sink *sink, const struct event *event)
{
	(void)sink;
	size_t len = strlen(world.notes);
	snprintf(world.notes + len, sizeof world.notes - len, "%s: %s\n", event->name, event->text);
}

static int set_up(void **state)
{
	engine_set_up(state, 41);
	engine.local = true;
	memset(&world, 0, sizeof world);
	world.service.key = "db";
	world.probe.kind = PROBE_CONTAINER;
	world.step = (struct step){
		.service = &world.service,
		.gate.probe = &world.probe,
		.gate.condition = CONDITION_HEALTHY,
		.gate.edge = "web -> db (healthy)",
	};
	world.sink.on = on_note;
	return 0;
}

static void end_gate(void)
{
	if (world.gate)
		gate_job.cancel(world.gate);
	world.gate = NULL;
}

static int tear_down(void **state)
{
	end_gate();
	return engine_tear_down(state);
}

static void on_done(void *arg, bool ok)
{
	(void)arg;
	world.dones++;
	world.ok = ok;
}

/* A container's inspect document: `state` and `more` are members. */
static const char *container(const char *state, const char *config, const char *more)
{
	return arena_printf(arena,
		"{\"Id\":\"c1\",\"Name\":\"/shop-db-1\",\"State\":{%s,\"StartedAt\":\"2026-11-21T10:00:00.25Z\"},"
		"\"Config\":{\"Tty\":false%s}%s}",
		state, config, more);
}

#define RUNNING "\"Status\":\"running\""
#define HEALTH(x)                                                                                            \
	RUNNING ",\"Health\":{\"Status\":\"" x "\",\"Log\":[{\"ExitCode\":7,\"Output\":\"refused\\n\"}]}"
#define EXITED(n) "\"Status\":\"exited\",\"ExitCode\":" #n
#define AGAIN(n)  "\"Status\":\"restarting\",\"ExitCode\":" #n
#define COUNT(n)  ",\"RestartCount\":" #n ",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"always\"}}"
#define CHECK     ",\"Healthcheck\":{\"Test\":[\"CMD\",\"true\"],\"Interval\":30000000000}"

static void begin(size_t count)
{
	static const struct observed_container containers[] = { { .id = "c1" }, { .id = "c2" } };
	const struct job given = { &engine, &world.step, &world.sink, &errors, on_done, NULL };
	world.watched[0] = &containers[0];
	world.watched[1] = &containers[1];
	world.step.gate.watched = world.watched;
	world.step.gate.nwatched = count;
	world.gate = gate_job.begin(&given);
	assert_int_equal(world.dones, 0);
}

/* Turns until `*counter` has reached `wanted`, at most 5 s. */
static void until(const int *counter, int wanted)
{
	int64_t end = loop_now() + 5 * SECOND;
	while (*counter < wanted && loop_now() < end)
		loop_turn(engine.loop, SECOND / 10);
	assert_int_equal(*counter, wanted);
}

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

static void finding_is(const char *message)
{
	until(&world.dones, 1);
	assert_false(world.ok);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.first->code, ERROR_GATE);
	assert_string_equal(errors.first->message, message);
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
	assert_string_equal(
		gate_job.waiting(world.gate), "container shop-db-1 is not ready yet: exit code 1");
	world.exec_code = 0;
	until(&world.dones, 1);
	assert_true(world.ok);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(healthy_event_opens),
		TEST(b2_a_missed_event_is_looked_up),
		TEST(c10_a_failed_probe_names_the_address),
		TEST(healthy_already_needs_one_look),
		TEST(early_exec_opens_and_its_failures_do_not_close),
		TEST(unhealthy_event_fails_with_the_engines_words),
		TEST(c3_repaired_container_is_ready),
		TEST(c3_unhealthy_container_that_stays_so_fails),
		TEST(c3_left_to_the_engine_its_word_counts),
		TEST(missing_check_is_said_as_compose_says_it),
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
