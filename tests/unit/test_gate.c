/* Gates against an engine of canned answers behind a real socket, with events given by hand. */
#include "engine/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <poll.h>
#include <cmocka.h>

#define SECOND INT64_C(1000000000)

/* What the engine says now; a test changes it between turns. */
struct world {
	struct arena *arena;
	struct loop *loop;
	struct engine engine;
	struct errors errors;
	struct service service;
	struct probe probe;
	struct step step;
	struct gate *gate;
	int listener;
	char dir[64], path[96];
	const char *inspect; /* NULL: 404 */
	bool logs_gone;
	int exec_code;
	int busy; /* so many looks are answered by 503 */
	int looks, execs, dones;
	bool ok;
	char notes[512];
	struct sink sink;
};

struct peer {
	struct world *world;
	int fd;
	struct loop_watch *watch;
	char in[4096];
	size_t len;
};

static void answer(struct peer *peer, int status, const char *type, const char *body, size_t len)
{
	char head[256];
	int n = snprintf(head, sizeof head,
		"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", status, type, len);
	assert_int_equal(write(peer->fd, head, (size_t)n), n);
	assert_int_equal(write(peer->fd, body, len), len);
}

static void serve(struct peer *peer)
{
	static const char json[] = "application/json", gone[] = "{\"message\":\"No such container\"}";
	static const char lines[] = "\1\0\0\0\0\0\0\14last words!\n";
	struct world *world = peer->world;
	char code[64];
	if (strstr(peer->in, "GET /containers/c1/json") == peer->in ||
		strstr(peer->in, "GET /containers/c2/json") == peer->in) {
		world->looks++;
		if (world->busy-- > 0)
			answer(peer, 503, json, "{\"message\":\"busy\"}", 18);
		else if (world->inspect)
			answer(peer, 200, json, world->inspect, strlen(world->inspect));
		else
			answer(peer, 404, json, gone, sizeof gone - 1);
	} else if (strstr(peer->in, "/logs") != NULL && world->logs_gone) {
		answer(peer, 404, json, gone, sizeof gone - 1);
	} else if (strstr(peer->in, "/logs") != NULL) {
		assert_non_null(strstr(peer->in, "&since=1795255199.25"));
		answer(peer, 200, "application/vnd.docker.multiplexed-stream", lines, sizeof lines - 1);
	} else if (strstr(peer->in, "POST /containers/c1/exec") == peer->in) {
		world->execs++;
		answer(peer, 201, json, "{\"Id\":\"e1\"}", 11);
	} else if (strstr(peer->in, "POST /exec/e1/start") == peer->in) {
		answer(peer, 200, "application/vnd.docker.raw-stream", "\1\0\0\0\0\0\0\3abc", 11);
	} else if (strstr(peer->in, "GET /exec/e1/json") == peer->in) {
		int n = snprintf(code, sizeof code, "{\"Running\":false,\"ExitCode\":%d}", world->exec_code);
		answer(peer, 200, json, code, (size_t)n);
	} else {
		fail_msg("unexpected request: %.60s", peer->in);
	}
}

static void on_bytes(void *arg, short revents)
{
	struct peer *peer = arg;
	ssize_t n = read(peer->fd, peer->in + peer->len, sizeof peer->in - 1 - peer->len);
	(void)revents;
	if (n <= 0) {
		loop_unwatch(peer->world->loop, peer->watch);
		close(peer->fd);
		return;
	}
	peer->len += (size_t)n;
	peer->in[peer->len] = '\0';
	const char *body = strstr(peer->in, "\r\n\r\n"), *length = strstr(peer->in, "Content-Length: ");
	if (!body)
		return;
	size_t whole = (size_t)(body + 4 - peer->in) + (length ? strtoul(length + 16, NULL, 10) : 0);
	if (peer->len < whole)
		return;
	peer->len = 0;
	serve(peer);
}

static void on_connection(void *arg, short revents)
{
	struct world *world = arg;
	struct peer *peer = ARENA_NEW(world->arena, struct peer);
	(void)revents;
	peer->world = world;
	peer->fd = accept(world->listener, NULL, NULL);
	peer->watch = loop_watch(world->loop, peer->fd, POLLIN, on_bytes, peer);
}

static void on_note(struct sink *sink, const struct event *event)
{
	struct world *world = (struct world *)((char *)sink - offsetof(struct world, sink));
	size_t len = strlen(world->notes);
	snprintf(world->notes + len, sizeof world->notes - len, "%s: %s\n", event->name, event->text);
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	world->arena = arena_create();
	world->loop = loop_create();
	errors_init(&world->errors, world->arena);
	snprintf(world->dir, sizeof world->dir, "/tmp/test-gate-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	snprintf(world->path, sizeof world->path, "%s/s", world->dir);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", world->path);
	world->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(world->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(world->listener, 10), 0);
	loop_watch(world->loop, world->listener, POLLIN, on_connection, world);
	world->engine = (struct engine){
		.arena = world->arena,
		.loop = world->loop,
		.endpoint = { .host = "unix://x", .socket = world->path, .url = "http://docker" },
		.api = 41,
		.local = true,
	};
	world->engine.http = http_create(world->loop, &world->engine.endpoint);
	world->service.key = "db";
	world->probe.kind = PROBE_CONTAINER;
	world->step = (struct step){
		.service = &world->service,
		.probe = &world->probe,
		.condition = CONDITION_HEALTHY,
		.edge = "web -> db (healthy)",
	};
	world->sink.on = on_note;
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	gate_end(world->gate);
	http_destroy(world->engine.http);
	loop_destroy(world->loop);
	close(world->listener);
	unlink(world->path);
	rmdir(world->dir);
	arena_destroy(world->arena);
	free(world);
	return 0;
}

static void on_done(void *arg, bool ok)
{
	struct world *world = arg;
	world->dones++;
	world->ok = ok;
}

/* A container's inspect document: `state` and `more` are members. */
static const char *container(struct world *world, const char *state, const char *config, const char *more)
{
	return arena_printf(world->arena,
		"{\"Id\":\"c1\",\"Name\":\"/shop-db-1\",\"State\":{%s,\"StartedAt\":\"2026-11-21T10:00:00.25Z\"},"
		"\"Config\":{\"Tty\":false%s},\"NetworkSettings\":{}%s}",
		state, config, more);
}

#define RUNNING   "\"Status\":\"running\""
#define HEALTH(x) RUNNING ",\"Health\":{\"Status\":\"" x "\",\"Log\":[{\"Output\":\"refused\\n\"}]}"
#define EXITED(n) "\"Status\":\"exited\",\"ExitCode\":" #n
#define AGAIN(n)  "\"Status\":\"restarting\",\"ExitCode\":" #n
#define COUNT(n)  ",\"RestartCount\":" #n ",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"always\"}}"
#define CHECK     ",\"Healthcheck\":{\"Test\":[\"CMD\",\"true\"],\"Interval\":30000000000}"

static void begin(struct world *world, size_t count)
{
	static const char *const ids[] = { "c1", "c2" };
	world->gate = gate_begin(
		&world->engine, &world->step, ids, count, &world->sink, on_done, world, &world->errors);
	assert_int_equal(world->dones, 0);
}

/* Turns until `*counter` has reached `wanted`, at most 5 s. */
static void until(struct world *world, const int *counter, int wanted)
{
	int64_t end = loop_now() + 5 * SECOND;
	while (*counter < wanted && loop_now() < end)
		loop_turn(world->loop, SECOND / 10);
	assert_int_equal(*counter, wanted);
}

/* Turns until what has been asked for is answered. */
static void settle(struct world *world, int looks)
{
	until(world, &world->looks, looks);
	for (int i = 0; i < 20; i++)
		loop_turn(world->loop, SECOND / 500);
}

static void tell(
	struct world *world, const char *id, enum engine_action action, int64_t code, enum health health)
{
	struct engine_event event = { .action = action, .id = id, .exit_code = code, .health = health };
	gate_event(world->gate, &event);
}

static void finding_is(struct world *world, const char *message)
{
	until(world, &world->dones, 1);
	assert_false(world->ok);
	assert_int_equal(world->errors.count, 1);
	assert_int_equal(world->errors.first->code, ERROR_GATE);
	assert_string_equal(world->errors.first->message, message);
}

static void healthy_event_opens(void **state)
{
	struct world *world = *state;
	world->probe.early = TRI_NO;
	world->inspect = container(world, HEALTH("starting"), CHECK, "");
	begin(world, 1);
	settle(world, 1);
	tell(world, "other", ENGINE_HEALTH, 0, HEALTH_HEALTHY);
	tell(world, "c1", ENGINE_HEALTH, 0, HEALTH_STARTING);
	settle(world, 1);
	assert_int_equal(world->dones, 0);
	tell(world, "c1", ENGINE_HEALTH, 0, HEALTH_HEALTHY);
	assert_int_equal(world->dones, 0);
	until(world, &world->dones, 1);
	assert_true(world->ok);
	assert_int_equal(world->execs, 0);
}

static void healthy_already_needs_one_look(void **state)
{
	struct world *world = *state;
	world->inspect = container(world, HEALTH("healthy"), CHECK, "");
	begin(world, 1);
	until(world, &world->dones, 1);
	assert_true(world->ok);
	assert_int_equal(world->looks, 1);
}

static void early_exec_opens_and_its_failures_do_not_close(void **state)
{
	struct world *world = *state;
	world->exec_code = 1;
	world->inspect = container(world, HEALTH("starting"), CHECK, "");
	begin(world, 1);
	until(world, &world->execs, 3);
	assert_int_equal(world->dones, 0);
	assert_string_equal(gate_waiting(world->gate), "container shop-db-1 is not ready yet: exit code 1");
	world->exec_code = 0;
	until(world, &world->dones, 1);
	assert_true(world->ok);
}

static void unhealthy_event_fails_with_the_engines_words(void **state)
{
	struct world *world = *state;
	world->probe.early = TRI_NO;
	world->inspect = container(world, HEALTH("starting"), CHECK, "");
	begin(world, 1);
	settle(world, 1);
	world->inspect = container(world, HEALTH("unhealthy"), CHECK, "");
	tell(world, "c1", ENGINE_HEALTH, 0, HEALTH_UNHEALTHY);
	finding_is(
		world, "dependency failed to start: container shop-db-1 is unhealthy: web -> db (healthy)");
	const char *detail = world->errors.first->detail;
	assert_non_null(strstr(detail, "refused"));
	assert_non_null(strstr(detail, "last words!"));
	assert_non_null(strstr(world->errors.first->hint, "docker flow logs db"));
}

static void missing_check_is_said_as_compose_says_it(void **state)
{
	struct world *world = *state;
	world->inspect = container(world, RUNNING, "", "");
	begin(world, 1);
	finding_is(world,
		"dependency failed to start: container shop-db-1 has no healthcheck configured: web -> db (healthy)");
}

static void death_while_waited_for_fails_at_once(void **state)
{
	struct world *world = *state;
	world->inspect = container(world, HEALTH("starting"), CHECK, "");
	world->exec_code = 1;
	begin(world, 1);
	until(world, &world->execs, 1);
	world->inspect = container(world, EXITED(3), CHECK, "");
	tell(world, "c1", ENGINE_DIE, 3, HEALTH_NONE);
	finding_is(world, "dependency failed to start: container shop-db-1 exited (3): web -> db (healthy)");
}

static void restarted_container_is_waited_for_again(void **state)
{
	struct world *world = *state;
	world->probe.early = TRI_NO;
	world->inspect = container(world, HEALTH("starting"), CHECK, COUNT(7));
	begin(world, 1);
	settle(world, 1);
	world->inspect = container(world, AGAIN(1), CHECK, COUNT(8));
	tell(world, "c1", ENGINE_DIE, 1, HEALTH_NONE);
	settle(world, 2);
	assert_int_equal(world->dones, 0);
	assert_string_equal(world->notes, "shop-db-1: exited (1), the engine restarts it\n");
	world->inspect = container(world, HEALTH("healthy"), CHECK, COUNT(8));
	tell(world, "c1", ENGINE_START, 0, HEALTH_NONE);
	until(world, &world->dones, 1);
	assert_true(world->ok);
}

static void crash_loop_fails(void **state)
{
	struct world *world = *state;
	world->probe.early = TRI_NO;
	world->inspect = container(world, HEALTH("starting"), CHECK, COUNT(0));
	begin(world, 1);
	settle(world, 1);
	world->inspect = container(world, AGAIN(9), CHECK, COUNT(5));
	tell(world, "c1", ENGINE_DIE, 9, HEALTH_NONE);
	finding_is(world,
		"dependency failed to start: container shop-db-1 is in a crash loop: exited (9), restarted 5 "
		"times: web -> db (healthy)");
}

static void event_during_the_look_is_not_lost(void **state)
{
	struct world *world = *state;
	world->step.condition = CONDITION_COMPLETED;
	world->inspect = container(world, RUNNING, "", "");
	begin(world, 1);
	tell(world, "c1", ENGINE_DIE, 4, HEALTH_NONE);
	until(world, &world->looks, 1);
	world->inspect = container(world, EXITED(4), "", "");
	finding_is(world, "service \"db\" didn't complete successfully: exit 4: web -> db (healthy)");
	assert_int_equal(world->looks, 2);
}

static void completion_is_seen_by_event_and_by_look(void **state)
{
	struct world *world = *state;
	world->step.condition = CONDITION_COMPLETED;
	world->inspect = container(world, RUNNING, "", "");
	begin(world, 1);
	settle(world, 1);
	assert_int_equal(world->dones, 0);
	tell(world, "c1", ENGINE_DIE, 0, HEALTH_NONE);
	until(world, &world->dones, 1);
	assert_true(world->ok);
	gate_end(world->gate);
	world->inspect = container(world, EXITED(0), "", "");
	world->dones = 0;
	begin(world, 1);
	until(world, &world->dones, 1);
	assert_true(world->ok);
}

static void removed_container_fails(void **state)
{
	struct world *world = *state;
	world->probe.early = TRI_NO;
	world->inspect = container(world, HEALTH("starting"), CHECK, "");
	begin(world, 1);
	settle(world, 1);
	world->inspect = NULL;
	tell(world, "c1", ENGINE_DESTROY, 0, HEALTH_NONE);
	finding_is(world, "dependency failed to start: container shop-db-1 was removed: web -> db (healthy)");
}

/* `docker rm -f` kills first: the exit is seen before the removal. */
static void killed_by_a_removal(void **state)
{
	struct world *world = *state;
	world->logs_gone = true, world->inspect = container(world, EXITED(137), "", "");
	begin(world, 1);
	finding_is(world, "dependency failed to start: container shop-db-1 was removed: web -> db (healthy)");
	assert_string_equal(world->errors.first->hint, "somebody else removed it: run the command again");
	assert_null(world->errors.first->detail);
}

static void look_is_repeated_a_few_times(void **state)
{
	struct world *world = *state;
	world->busy = 2;
	world->inspect = container(world, HEALTH("healthy"), CHECK, "");
	begin(world, 1);
	until(world, &world->dones, 1);
	assert_true(world->ok);
	assert_int_equal(world->looks, 3);
	gate_end(world->gate);
	world->busy = 4;
	world->dones = 0;
	begin(world, 1);
	finding_is(world, "dependency failed to start: container c1: busy: web -> db (healthy)");
}

static void all_containers_have_to_be_ready(void **state)
{
	struct world *world = *state;
	world->probe.early = TRI_NO;
	world->inspect = container(world, HEALTH("starting"), CHECK, "");
	begin(world, 2);
	settle(world, 2);
	tell(world, "c2", ENGINE_HEALTH, 0, HEALTH_HEALTHY);
	settle(world, 2);
	assert_int_equal(world->dones, 0);
	tell(world, "c1", ENGINE_HEALTH, 0, HEALTH_HEALTHY);
	until(world, &world->dones, 1);
	assert_true(world->ok);
}

static void ended_gate_says_nothing(void **state)
{
	struct world *world = *state;
	world->inspect = container(world, EXITED(1), "", "");
	begin(world, 1);
	gate_end(world->gate);
	world->gate = NULL;
	for (int i = 0; i < 20; i++)
		loop_turn(world->loop, SECOND / 500);
	assert_int_equal(world->dones, 0);
	assert_int_equal(world->errors.count, 0);
}

static void tolerated_failure_is_a_warning(void **state)
{
	struct world *world = *state;
	world->step.op = OP_CONTAINER_STOP;
	world->step.may_fail = true;
	world->inspect = container(world, EXITED(1), "", "");
	begin(world, 1);
	until(world, &world->dones, 1);
	assert_false(world->ok);
	assert_int_equal(world->errors.count, 0);
	assert_int_equal(world->errors.warnings, 1);
}

static void no_container_is_no_wait(void **state)
{
	struct world *world = *state;
	begin(world, 0);
	until(world, &world->dones, 1);
	assert_true(world->ok);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(healthy_event_opens),
		TEST(healthy_already_needs_one_look),
		TEST(early_exec_opens_and_its_failures_do_not_close),
		TEST(unhealthy_event_fails_with_the_engines_words),
		TEST(missing_check_is_said_as_compose_says_it),
		TEST(death_while_waited_for_fails_at_once),
		TEST(restarted_container_is_waited_for_again),
		TEST(crash_loop_fails),
		TEST(event_during_the_look_is_not_lost),
		TEST(completion_is_seen_by_event_and_by_look),
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
