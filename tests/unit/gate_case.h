/* What tests of gates share: an engine of canned answers behind a real socket, with events given by hand. */
#ifndef TESTS_GATE_CASE_H
#define TESTS_GATE_CASE_H

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
	char answers[512]; /* of probes, as told */
	int told;
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
	size_t len = strlen(world.notes), said = strlen(world.answers);
	if (event->kind == EVENT_PROBE) {
		world.told++;
		snprintf(world.answers + said, sizeof world.answers - said, "%s\n", event->text);
		return;
	}
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

static void finding_is(const char *message)
{
	until(&world.dones, 1);
	assert_false(world.ok);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.first->code, ERROR_GATE);
	assert_string_equal(errors.first->message, message);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
