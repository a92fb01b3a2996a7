/* What lasts for days stays as large as it was: ten times as many restarts, looks and tries hold as many
 * bytes. Counted are the bytes of the arenas and of the heap, at two moments of the same run. */
#include "compose/load/load.h"
#include "engine/drive/drive_up.h"
#include "engine/drive/follow.h"
#include "engine/gate/gate.h"
#include "engine/probe/probe.h"
#include "engine_case.h"

#include <malloc.h>

#define SLACK  ((ptrdiff_t)8 << 10) /* a buffer or a chunk may have grown by chance */
#define SECOND INT64_C(1000000000)

#define DOCUMENT(state)                                                                                      \
	"{\"Id\":\"c1\",\"Name\":\"/shop-db-1\",\"RestartCount\":1,\"State\":{" state "},\"Config\":{"       \
	"\"Healthcheck\":{\"Test\":[\"CMD\",\"true\"],\"Interval\":30000000000}},\"HostConfig\":{"           \
	"\"RestartPolicy\":{\"Name\":\"always\"}},\"NetworkSettings\":{}}"

static struct {
	struct peer *events;
	const char *state; /* the answer of an inspect */
	unsigned logs, inspects, execs, lists;
	unsigned lines, exits, dones;
} world;

/* Bytes in use; the answering half takes from another arena, and only for new connections. */
struct held {
	size_t arena, heap;
};

static struct held held_now(void)
{
	return (struct held){ arena_used(engine.arena), mallinfo2().uordblks };
}

static void assert_flat(struct held before, struct held after)
{
	ptrdiff_t arena_more = (ptrdiff_t)(after.arena - before.arena);
	ptrdiff_t heap_more = (ptrdiff_t)(after.heap - before.heap);
	if (arena_more > SLACK || heap_more > SLACK)
		fail_msg("grown by %td bytes of arenas, %td of the heap", arena_more, heap_more);
}

static void reply_stream(struct peer *peer)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
				   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
	assert_int_equal(send(peer->fd, head, sizeof head - 1, MSG_NOSIGNAL), sizeof head - 1);
	world.events = peer;
}

static void answer(struct peer *peer, char *request)
{
	static const char line[] = "\1\0\0\0\0\0\0\6hello\n";
	char text[200];
	if (strstr(request, "GET /events") == request) {
		reply_stream(peer);
	} else if (strstr(request, "/logs?")) {
		world.logs++;
		reply(peer, 200, "application/vnd.docker.multiplexed-stream", line, sizeof line - 1);
	} else if (strstr(request, "GET /containers/json") == request) {
		world.lists++;
		reply_json(peer, 200,
			"[{\"Id\":\"c1\",\"Names\":[\"/shop-db-1\"],\"State\":\"running\",\"Status\":\"Up\","
			"\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.oneoff\":\"False\",\"com.docker.compose.service\":\"db\","
			"\"com.docker.compose.container-number\":\"1\"}}]");
	} else if (strstr(request, "GET /networks") == request) {
		reply_json(peer, 200, "[]");
	} else if (strstr(request, "GET /images/") == request) {
		reply_json(peer, 404, "{\"message\":\"No such image\"}");
	} else if (strstr(request, "GET /containers/") == request) {
		world.inspects++;
		if (world.state)
			reply_json(peer, 200, world.state);
		else
			reply_json(peer, 404, "{\"message\":\"No such container\"}");
	} else if (strstr(request, "POST /containers/c1/exec") == request) {
		snprintf(text, sizeof text, "{\"Id\":\"e%u\"}", ++world.execs);
		reply_json(peer, 201, text);
	} else if (strstr(request, "/start") != NULL) {
		reply(peer, 200, "application/vnd.docker.raw-stream", line, sizeof line - 1);
	} else if (strstr(request, "GET /exec/") == request) {
		reply_json(peer, 200, "{\"Running\":false,\"ExitCode\":1}");
	} else {
		fail_msg("unexpected request: %.60s", request);
	}
}

static int set_up(void **state)
{
	engine_set_up(state, 41);
	engine.arena = arena_create();
	engine.local = true;
	memset(&world, 0, sizeof world);
	return 0;
}

static int tear_down(void **state)
{
	struct arena *ours = engine.arena;
	int result = engine_tear_down(state);
	arena_destroy(ours);
	return result;
}

static void until(const unsigned *counter, unsigned wanted)
{
	int64_t end = loop_now() + 10 * SECOND;
	while (*counter < wanted && loop_now() < end)
		loop_turn(engine.loop, SECOND / 10);
	assert_int_equal(*counter, wanted);
}

/* Following */

static void on_event(struct sink *sink, const struct event *event)
{
	(void)sink;
	world.lines += event->kind == EVENT_LOG;
	world.exits += event->kind == EVENT_EXIT;
}

static bool everything(void *arg, const char *project, const char *service)
{
	(void)arg, (void)service;
	return project && strcmp(project, "shop") == 0;
}

static void send_event(const char *id, const char *action, unsigned number)
{
	char text[600], chunk[700];
	int len = snprintf(text, sizeof text,
		"{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{"
		"\"name\":\"shop-db-1\",\"com.docker.compose.project\":\"shop\","
		"\"com.docker.compose.service\":\"db\",\"com.docker.compose.container-number\":\"1\","
		"\"com.docker.compose.config-hash\":\"1\",\"exitCode\":\"3\"}},\"timeNano\":%lld}\n",
		action, id, (long long)(1795255200 * SECOND + number));
	len = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", (unsigned)len, text);
	assert_int_equal(send(world.events->fd, chunk, (size_t)len, MSG_NOSIGNAL), len);
}

static struct follow *begin_follow(const struct scope *scope, struct sink *sink)
{
	sink->on = on_event;
	struct follow_options options = { .engine = &engine,
		.errors = &errors,
		.scope = scope,
		.sink = sink,
		.logs = { .follow = true },
		.new_ones = true,
		.exits = true,
		.forgets = true,
		.wants = everything,
		.counts = everything };
	struct follow *follow = follow_open(engine.arena, &options);
	assert_non_null(follow);
	return follow;
}

/* Ends and starts again: the stream of its output ends with each. */
static void restart(unsigned number)
{
	send_event("c1", "die", 2 * number);
	until(&world.exits, number);
	send_event("c1", "start", 2 * number + 1);
	until(&world.lines, number + 1);
}

static void follow_over_restarts(void **state)
{
	(void)state;
	struct scope scope = { .name = "shop" };
	struct sink sink = { 0 };
	struct held before = { 0 };
	world.state = DOCUMENT("\"Status\":\"running\"");
	struct follow *follow = begin_follow(&scope, &sink);
	assert_int_equal(follow_look(follow, true), 0);
	until(&world.lines, 1);
	for (unsigned i = 1; i <= 10000; i++) {
		restart(i);
		if (i == 1000)
			before = held_now();
	}
	assert_flat(before, held_now());
	follow_close(follow);
	assert_int_equal(errors.count + errors.warnings, 0);
}

/* Another container each time, as by `up --force-recreate`. */
static void follow_over_replaced_containers(void **state)
{
	(void)state;
	struct scope scope = { .name = "shop" };
	struct sink sink = { 0 };
	struct held before = { 0 };
	size_t count;
	struct follow *follow = begin_follow(&scope, &sink);
	for (unsigned i = 1; i <= 10000; i++) {
		char id[16];
		snprintf(id, sizeof id, "n%u", i);
		send_event(id, "start", 3 * i);
		until(&world.lines, i);
		send_event(id, "die", 3 * i + 1);
		until(&world.exits, i);
		send_event(id, "destroy", 3 * i + 2);
		if (i == 992)
			before = held_now();
		if (i == 9920)
			assert_flat(before, held_now());
	}
	follow_all(follow, &count);
	assert_true(count < 100);
	follow_close(follow);
}

/* Looking */

static void load_scope(struct scope *scope, const char *text)
{
	const char *file = in("compose.yaml");
	struct sources sources;
	struct project *project;
	const struct project **projects = ARENA_ARRAY(arena, const struct project *, 1);
	struct load_options options = {
		.files = &file, .nfiles = 1, .project_name = "shop", .os_env = map_create(arena), .cwd = dir
	};
	put("compose.yaml", text);
	sources_init(&sources, arena);
	assert_int_equal(load_project(arena, &options, &sources, &project, &errors), 0);
	projects[0] = project;
	*scope = (struct scope){ .name = "shop", .project = project, .projects = projects, .nprojects = 1 };
	assert_int_equal(
		dag_build(arena, projects, 1, &(struct dag_selection){ 0 }, &scope->dag, &errors), 0);
}

static void looks_and_plans(void **state)
{
	(void)state;
	struct scope scope;
	struct map *env = map_create(arena);
	struct held before = { 0 };
	load_scope(&scope, "services:\n  db: {image: postgres}\n  web: {image: web, depends_on: [db]}\n");
	map_set(env, "XDG_RUNTIME_DIR", dir);
	engine.os_env = env;
	struct errors found;
	errors_init(&found, engine.arena);
	struct drive_up up = {
		.drive = { .engine = &engine, .arena = engine.arena, .errors = &found, .scope = &scope }
	};
	drive_up_init(&up);
	for (unsigned i = 1; i <= 1000; i++) {
		assert_int_equal(drive_open(&up.drive), 0);
		drive_close(&up.drive);
		if (i == 100)
			before = held_now();
	}
	assert_flat(before, held_now());
	assert_int_equal(up.drive.image_plan->count, 2);
	assert_true(up.drive.plan->count >= 4);
	assert_true(world.lists >= 1000);
}

/* A text that grows name by name would take the square of them: 16 MB for the labels alone, and as much for
 * each plan that is printed. */
static void plan_with_very_many_needs(void **state)
{
	(void)state;
	enum { MANY = 2000, MOST = 32 << 20 };
	struct scope scope;
	struct errors found;
	char *text = NULL, *printed = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);
	fputs("services:\n", file);
	for (int i = 0; i < MANY; i++)
		fprintf(file, "  service-%d: {image: web}\n", i);
	fputs("  last:\n    image: web\n    depends_on:\n", file);
	for (int i = 0; i < MANY; i++)
		fprintf(file, "      - service-%d\n", i);
	fclose(file);
	load_scope(&scope, text);
	errors_init(&found, engine.arena);
	struct drive_up up = {
		.drive = { .engine = &engine, .arena = engine.arena, .errors = &found, .scope = &scope }
	};
	drive_up_init(&up);
	size_t before = arena_used(engine.arena);
	assert_int_equal(drive_open(&up.drive), 0);
	file = open_memstream(&printed, &len);
	plan_print(file, up.drive.plan, false);
	fclose(file);
	assert_non_null(strstr(printed, "container  shop-last-1"));
	size_t taken = arena_used(up.drive.plan->arena) - before;
	drive_close(&up.drive);
	if (taken > MOST)
		fail_msg("a plan takes %zu bytes", taken);
	free(printed);
	free(text);
}

/* Waiting */

#define STARTING "\"Status\":\"running\",\"Health\":{\"Status\":\"starting\"}"
#define AGAIN    "\"Status\":\"restarting\",\"ExitCode\":1"

static void on_done(void *arg, bool ok)
{
	(void)arg;
	assert_true(ok);
	world.dones++;
}

static void gate_over_looks(void **state)
{
	(void)state;
	static const struct observed_container container = { .id = "c1" };
	const struct observed_container *watched = &container;
	struct service service = { .key = "db" };
	struct probe probe = { .kind = PROBE_CONTAINER, .interval = { true, SECOND } };
	struct step step = { .service = &service,
		.gate.probe = &probe,
		.gate.condition = CONDITION_HEALTHY,
		.gate.watched = &watched,
		.gate.nwatched = 1 };
	const struct job given = { &engine, &step, NULL, &errors, on_done, NULL };
	struct held begun = held_now(), before = { 0 };
	world.state = DOCUMENT(STARTING);
	struct job *gate = gate_job.begin(&given);
	for (unsigned i = 1; i <= 1000; i++) {
		world.state = DOCUMENT(AGAIN);
		gate_job.event(
			gate, &(struct engine_event){ .action = ENGINE_DIE, .id = "c1", .exit_code = 1 });
		until(&world.inspects, 2 * i);
		world.state = DOCUMENT(STARTING);
		gate_job.event(gate, &(struct engine_event){ .action = ENGINE_START, .id = "c1" });
		until(&world.execs, i);
		if (i == 100)
			before = held_now();
	}
	assert_flat(before, held_now());
	gate_job.event(gate,
		&(struct engine_event){ .action = ENGINE_HEALTH, .id = "c1", .health = HEALTH_HEALTHY });
	until(&world.dones, 1);
	gate_job.cancel(gate);
	assert_int_equal(arena_used(engine.arena), begun.arena);
}

static void on_tried(void *arg, bool ready)
{
	(void)arg;
	assert_false(ready);
	world.dones++;
}

static void tries_of_a_probe(void **state)
{
	(void)state;
	static const char *const command[] = { "true" };
	static const struct look look = { .id = "c1" };
	struct held begun = held_now(), before = { 0 };
	struct probe_try try = { .engine = &engine,
		.by = &prober_exec,
		.look = &look,
		.exec = command,
		.nexec = 1,
		.done = on_tried };
	for (unsigned i = 1; i <= 10000; i++) {
		probe_begin(&try, SECOND, SECOND);
		until(&world.dones, i);
		if (i == 1000)
			before = held_now();
	}
	assert_flat(before, held_now());
	assert_string_equal(try.why, "exit code 1");
	probe_finish(&try);
	assert_int_equal(arena_used(engine.arena), begun.arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(follow_over_restarts),
		TEST(follow_over_replaced_containers),
		TEST(looks_and_plans),
		TEST(plan_with_very_many_needs),
		TEST(gate_over_looks),
		TEST(tries_of_a_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
