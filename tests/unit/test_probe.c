/* Probes of ports against real sockets on the loopback, and what is derived before them: port, ways, request,
 * judgement of an answer. */
#include "engine/observe/look.h"
#include "engine/probe/probe_http.h"
#include "engine/probe/probe_kinds.h"
#include "unit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

/* A peer that answers each connection with `says` and then closes or keeps it. */
struct world {
	struct arena *arena;
	struct loop *loop;
	struct engine engine;
	struct errors errors;
	struct service service;
	struct probe probe;
	struct route route;
	struct probe_try try;
	int listener, accepted[64];
	int naccepted;
	int64_t port;
	const char *says;
	size_t says_len;
	bool keeps;
	bool done, ready;
};

static void on_connection(void *arg, short revents)
{
	struct world *world = arg;
	int fd = accept(world->listener, NULL, NULL);
	(void)revents;
	if (world->says)
		assert_int_equal(write(fd, world->says, world->says_len), world->says_len);
	if (world->keeps)
		world->accepted[world->naccepted++] = fd;
	else
		close(fd);
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	world->arena = arena_create();
	world->loop = loop_create();
	errors_init(&world->errors, world->arena);
	world->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(world->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(world->listener, 10), 0);
	assert_int_equal(getsockname(world->listener, (struct sockaddr *)&address, &size), 0);
	world->port = ntohs(address.sin_port);
	loop_watch(world->loop, world->listener, POLLIN, on_connection, world);
	world->engine = (struct engine){ .arena = world->arena, .loop = world->loop, .local = true };
	world->service.key = "db";
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	probe_finish(&world->try);
	route_finish(&world->route);
	for (int i = 0; i < world->naccepted; i++)
		close(world->accepted[i]);
	loop_destroy(world->loop);
	close(world->listener);
	arena_destroy(world->arena);
	free(world);
	return 0;
}

static void on_tried(void *arg, bool ready)
{
	struct world *world = arg;
	world->done = true;
	world->ready = ready;
}

static bool is_done(void *arg)
{
	return ((struct world *)arg)->done;
}

/* One try of `kind` by `way`; returns whether it was ready. */
static bool try_once(struct world *world, enum probe_kind kind, enum way way, int64_t timeout)
{
	world->done = false;
	world->probe.kind = kind;
	world->route = (struct route){ .engine = &world->engine, .nways = 1 };
	world->route.ways[0] = (struct route_way){ way, "127.0.0.1", world->port };
	probe_finish(&world->try);
	world->try = (struct probe_try){
		.engine = &world->engine,
		.kind = prober_of(kind),
		.by = prober_by(prober_of(kind), &world->route),
		.probe = &world->probe,
		.service = &world->service,
		.route = &world->route,
		.done = on_tried,
		.arg = world,
	};
	probe_begin(&world->try, timeout, SECOND);
	assert_false(world->done);
	loop_run(world->loop, is_done, world);
	return world->ready;
}

static void say(struct world *world, const char *text, size_t len, bool keep)
{
	world->says = text;
	world->says_len = len;
	world->keeps = keep;
}

static void tcp_accepting_is_enough_at_the_containers_address(void **state)
{
	struct world *world = *state;
	say(world, NULL, 0, false);
	assert_true(try_once(world, PROBE_TCP, WAY_ADDRESS, SECOND));
}

static void tcp_at_a_published_port_must_not_be_hung_up(void **state)
{
	struct world *world = *state;
	say(world, NULL, 0, false);
	assert_false(try_once(world, PROBE_TCP, WAY_PUBLISHED, SECOND));
	assert_string_equal(world->try.why, "the connection was accepted and closed at once");
	say(world, NULL, 0, true);
	int64_t began = loop_now();
	assert_true(try_once(world, PROBE_TCP, WAY_PUBLISHED, SECOND));
	assert_true(loop_now() - began >= SECOND / 10);
	say(world, "220 hello\r\n", 11, false);
	assert_true(try_once(world, PROBE_TCP, WAY_PUBLISHED, SECOND));
}

static void tcp_refused_is_said(void **state)
{
	struct world *world = *state;
	int64_t port = world->port;
	world->port = 1;
	assert_false(try_once(world, PROBE_TCP, WAY_ADDRESS, SECOND));
	assert_string_equal(world->try.why, "Connection refused");
	world->port = port;
}

static void silence_is_no_answer(void **state)
{
	struct world *world = *state;
	say(world, NULL, 0, true);
	assert_false(try_once(world, PROBE_HTTP, WAY_ADDRESS, SECOND / 20));
	assert_string_equal(world->try.why, "no answer within 0.05s");
}

static bool http(struct world *world, const char *answer, bool keep)
{
	say(world, answer, strlen(answer), keep);
	return try_once(world, PROBE_HTTP, WAY_ADDRESS, 2 * SECOND);
}

static void http_status_decides(void **state)
{
	struct world *world = *state;
	assert_true(http(world, "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", true));
	assert_false(http(world, "HTTP/1.1 503 Busy\r\n\r\n", true));
	assert_string_equal(world->try.why, "status 503, not 200-399");
	world->probe.status = "503";
	assert_true(http(world, "HTTP/1.1 503 Busy\r\n\r\n", true));
	assert_false(http(world, "", false));
	assert_string_equal(world->try.why, "the connection was closed without an answer");
	assert_false(http(world, "SSH-2.0-x\r\n", true));
	assert_string_equal(world->try.why, "the answer is not HTTP");
}

static void http_members_decide(void **state)
{
	struct world *world = *state;
	struct pair json[] = { { "status", "healthy" }, { "db.up", "true" }, { "db.count", "3" } };
	world->probe.json = json;
	world->probe.njson = 3;
	assert_true(http(world,
		"HTTP/1.1 200 OK\r\nContent-Length: 52\r\n\r\n{\"status\":\"healthy\",\"db\":{ \"up\":true, \"count\": 3 } }",
		true));
	assert_true(http(world,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{\"status\":\"healthy\",\r\n1c\r\n\"db\":{ \"up\":"
		"true,\"count\":3}}\r\n0\r\n\r\n",
		true));
	assert_false(http(world, "HTTP/1.0 200 OK\r\n\r\n{\"status\":\"sick\"}", false));
	assert_string_equal(world->try.why, "status is \"sick\", not \"healthy\"");
	assert_false(http(world, "HTTP/1.0 200 OK\r\n\r\n{}", false));
	assert_string_equal(world->try.why, "the answer has no status");
	assert_false(http(world, "HTTP/1.0 200 OK\r\n\r\n<html>", false));
}

static void postgresql_answers_decide(void **state)
{
	struct world *world = *state;
	static const char starting[] = "E\0\0\0\34C57P03\0Mstarting up...\0";
	static const char challenge[] = "R\0\0\0\10\0\0\0\5";
	say(world, starting, sizeof starting, true);
	assert_false(try_once(world, PROBE_POSTGRESQL, WAY_ADDRESS, SECOND));
	assert_string_equal(world->try.why, "starting up...");
	say(world, challenge, sizeof challenge - 1, true);
	assert_true(try_once(world, PROBE_POSTGRESQL, WAY_ADDRESS, SECOND));
}

static void request_has_host_path_and_headers_on_lines_of_their_own(void **state)
{
	struct world *world = *state;
	struct pair headers[] = { { "X-Token", "a\r\nEvil: 1" } };
	world->probe = (struct probe){ .path = "/a b\r\nc", .headers = headers, .nheaders = 1 };
	const char *text = probe_http_request(world->arena, &world->service, &world->probe, 80);
	assert_ptr_equal(strstr(text, "GET /a%20b%0D%0Ac HTTP/1.1\r\n"), text);
	assert_non_null(strstr(text, "\r\nHost: localhost:80\r\n"));
	assert_non_null(strstr(text, "\r\nX-Token: a  Evil: 1\r\n\r\n"));
	struct pair host[] = { { "host", "cart" } };
	world->probe.headers = host;
	text = probe_http_request(world->arena, &world->service, &world->probe, 80);
	assert_null(strstr(text, "localhost"));
	struct flow_port port = { .internal = 9000, .healthcheck = &world->probe }, *ports[] = { &port };
	struct flow_service flow = { .ports = ports, .nports = 1 };
	world->service.flow = &flow;
	world->probe = (struct probe){ .host = "vm" };
	text = probe_http_request(world->arena, &world->service, &world->probe, 6041);
	assert_ptr_equal(strstr(text, "GET /_internal_/healthcheck HTTP/1.1\r\n"), text);
	assert_non_null(strstr(text, "\r\nHost: vm:6041\r\n"));
	world->service.flow = NULL;
}

static void port_is_derived(void **state)
{
	struct world *world = *state;
	struct look look = { .exposed = 80 };
	struct probe probe = { .kind = PROBE_TCP };
	struct service *service = &world->service;
	assert_int_equal(route_port(service, &probe, &look, 0), 80);
	assert_int_equal(route_port(service, &probe, &look, prober_of(PROBE_POSTGRESQL)->port), 5432);
	struct port port = { .target = 7000 }, *ports[] = { &port };
	service->ports = ports;
	service->nports = 1;
	assert_int_equal(route_port(service, &probe, &look, 0), 7000);
	struct flow_port own = { .internal = 9000, .external = { true, 6041 }, .healthcheck = &probe },
			 *owns[] = { &own };
	struct flow_service flow = { .ports = owns, .nports = 1 };
	service->flow = &flow;
	assert_int_equal(route_port(service, &probe, &look, 0), 9000);
	probe.host = "vm";
	assert_int_equal(route_port(service, &probe, &look, 0), 6041);
	probe.port = (struct opt_int){ true, 1234 };
	assert_int_equal(route_port(service, &probe, &look, 0), 1234);
	service->flow = NULL;
	service->nports = 0;
	probe = (struct probe){ .kind = PROBE_TCP };
	look.exposed = 0;
	assert_int_equal(
		route_plan(&world->route, &world->engine, service, &probe, &look, 0, &world->errors), -1);
	assert_string_equal(world->errors.first->message, "service db: the healthcheck names no port");
}

static void way_is(const struct route *route, size_t at, enum way way, const char *address, int64_t port)
{
	assert_true(at < route->nways);
	assert_int_equal(route->ways[at].way, way);
	assert_string_equal(route->ways[at].address, address);
	assert_int_equal(route->ways[at].port, port);
}

static void ways_come_in_order(void **state)
{
	struct world *world = *state;
	struct look_port published[] = { { 443, 8443, "" }, { 80, 8080, "127.0.0.1" } };
	struct look look = { .address = "172.18.0.2", .ports = published, .nports = 2 };
	struct probe probe = { .kind = PROBE_HTTP, .port = { true, 80 } };
	struct route *route = &world->route;
	route_plan(route, &world->engine, &world->service, &probe, &look, 0, &world->errors);
	assert_int_equal(route->nways, 3);
	way_is(route, 0, WAY_ADDRESS, "172.18.0.2", 80);
	way_is(route, 1, WAY_PUBLISHED, "127.0.0.1", 8080);
	way_is(route, 2, WAY_HELPER, "172.18.0.2", 80);
	world->engine.local = false;
	world->engine.endpoint.host = "tcp://192.0.2.7:2376";
	route_plan(route, &world->engine, &world->service, &probe, &look, 0, &world->errors);
	assert_int_equal(route->nways, 1); /* bound to its loopback: not for us */
	way_is(route, 0, WAY_HELPER, "172.18.0.2", 80);
	probe.port.value = 443;
	route_plan(route, &world->engine, &world->service, &probe, &look, 0, &world->errors);
	way_is(route, 0, WAY_PUBLISHED, "192.0.2.7", 8443);
	probe.host = "vm";
	probe.port.value = 8443;
	route_plan(route, &world->engine, &world->service, &probe, &look, 0, &world->errors);
	assert_int_equal(route->nways, 2);
	way_is(route, 0, WAY_HOST, "192.0.2.7", 8443);
	way_is(route, 1, WAY_HELPER, "172.18.0.2", 443);
	*route = (struct route){ 0 };
}

/* A gate looks anew at the container, and still tells which way its last probe went. */
static void ways_outlast_the_look_that_named_them(void **state)
{
	struct world *world = *state;
	char address[] = "172.18.0.2";
	const struct look look = { .address = address };
	world->probe.port = (struct opt_int){ true, 80 };
	assert_int_equal(route_plan(&world->route, &world->engine, &world->service, &world->probe, &look, 0,
				 &world->errors),
		0);
	memset(address, '?', sizeof address - 1);
	assert_string_equal(
		route_words(world->arena, &world->route), "the container's address 172.18.0.2:80");
}

static void on_settled(void *arg)
{
	((struct world *)arg)->done = true;
}

static void way_that_does_not_answer_is_left(void **state)
{
	struct world *world = *state;
	struct route *route = &world->route;
	say(world, NULL, 0, true);
	*route = (struct route){ .engine = &world->engine, .nways = 3 };
	route->ways[0] = (struct route_way){ WAY_PUBLISHED, "127.0.0.1", 1 }; /* nobody accepts */
	route->ways[1] = (struct route_way){ WAY_PUBLISHED, "127.0.0.1", world->port };
	route->ways[2] = (struct route_way){ WAY_HELPER, "127.0.0.1", 80 };
	assert_false(route_settle(route, on_settled, world));
	loop_run(world->loop, is_done, world);
	assert_int_equal(route->at, 1);
	/* A refusal at the container's own address shows that it is reached. */
	world->done = false;
	route->at = 0;
	route->ways[0] = (struct route_way){ WAY_ADDRESS, "127.0.0.1", 1 };
	assert_false(route_settle(route, on_settled, world));
	loop_run(world->loop, is_done, world);
	assert_int_equal(route->at, 0);
	assert_false(world->engine.indirect);
	assert_string_equal(route_words(world->arena, route), "the container's address 127.0.0.1:1");
	route->at = 2;
	assert_true(route_settle(route, on_settled, world));
	assert_ptr_equal(prober_by(&prober_tcp, route), &prober_helper);
}

/* Members have names, the items of a list have none. */
static void a6_ports_and_networks_that_are_lists(void **state)
{
	struct world *world = *state;
	static const char text[] =
		"{\"Id\":\"abc\",\"Name\":\"/a\",\"State\":{\"Status\":\"running\"},\"Config\":{\"ExposedPorts\":[{},\"80/tcp\"]},"
		"\"NetworkSettings\":{\"Ports\":[[{\"HostPort\":\"80\"}],5],\"Networks\":[5,\"x\"]}}";
	struct look look;
	assert_int_equal(look_read(world->arena, text, sizeof text - 1, 41, &look, &world->errors), 0);
	assert_int_equal(look.nports, 0);
	assert_int_equal(look.exposed, 0);
}

/* What was said before the present run does not count, however short the time between the two. */
static void the_output_of_a_run_begins_after_the_one_before(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *state, *started, *finished, *begin;
	} cases[] = {
		{ "running", "2026-11-21T10:00:00.5Z", "0001-01-01T00:00:00Z", "1795255199.500000000" },
		{ "running", "2026-11-21T10:00:00.5Z", "2026-11-21T09:00:00Z", "1795255199.500000000" },
		{ "running", "2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.3Z", "1795255200.400000000" },
		{ "running", "2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.7Z", "1795255199.500000000" },
		{ "exited", "2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.3Z", "1795255199.500000000" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct look look;
		const char *text = arena_printf(world->arena,
			"{\"Id\":\"abc\",\"Name\":\"/a\",\"State\":{\"Status\":\"%s\",\"StartedAt\":\"%s\","
			"\"FinishedAt\":\"%s\"}}",
			cases[i].state, cases[i].started, cases[i].finished);
		assert_int_equal(look_read(world->arena, text, strlen(text), 41, &look, &world->errors), 0);
		assert_string_equal(look.output_begin, cases[i].begin);
	}
}

static void look_reads_what_is_there(void **state)
{
	struct world *world = *state;
	static const char text[] =
		"{\"Id\":\"abc\",\"Name\":\"/p-db-1\",\"RestartCount\":2,\"State\":{\"Status\":\"exited\",\"ExitCode\":137,"
		"\"OOMKilled\":true,\"StartedAt\":\"2026-11-21T10:00:00.123456789Z\",\"Health\":{\"Status\":\"unhealthy\","
		"\"Log\":[{\"Output\":\"a\"},{\"Output\":\"b\"}]}},\"Config\":{\"Tty\":true,\"ExposedPorts\":{\"443/tcp\":{},"
		"\"53/udp\":{},\"80/tcp\":{}},\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"x\"],\"StartPeriod\":1,"
		"\"StartInterval\":70}},\"HostConfig\":{\"NetworkMode\":\"p_default\",\"RestartPolicy\":{\"Name\":\"always\"}},"
		"\"NetworkSettings\":{\"Networks\":{\"p_default\":{\"IPAddress\":\"172.18.0.9\"}},\"Ports\":{\"80/tcp\":["
		"{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"}],\"443/tcp\":null,\"53/udp\":[{\"HostPort\":\"53\"}]}}}";
	struct look look;
	assert_int_equal(look_read(world->arena, text, sizeof text - 1, 44, &look, &world->errors), 0);
	assert_string_equal(look.name, "p-db-1");
	assert_int_equal(look.state, CONTAINER_EXITED);
	assert_int_equal(look.exit_code, 137);
	assert_true(look.killed_for_memory && look.tty);
	assert_string_equal(look.output_begin, "1795255199.123456789");
	assert_int_equal(look.health, HEALTH_UNHEALTHY);
	assert_string_equal(look.health_output, "b");
	assert_int_equal(look.ntest, 2);
	assert_string_equal(look.shell[0], "/bin/sh");
	assert_int_equal(look.check_interval, 30 * SECOND);
	assert_int_equal(look.check_first, 70);
	assert_string_equal(look.address, "172.18.0.9");
	assert_int_equal(look.nports, 1);
	assert_int_equal(look.ports[0].host, 8080);
	assert_int_equal(look.exposed, 80);
	assert_int_equal(look.restarts, 2);
	assert_int_equal(look_read(world->arena, text, sizeof text - 1, 41, &look, &world->errors), 0);
	assert_int_equal(look.check_first, 30 * SECOND);
	static const char little[] = "{\"Id\":\"abc\",\"Name\":\"/a\",\"State\":{\"Status\":\"created\"}}";
	assert_int_equal(look_read(world->arena, little, sizeof little - 1, 41, &look, &world->errors), 0);
	assert_string_equal(look.output_begin, "");
	assert_int_equal(look.ntest, 0);
	assert_int_equal(look_read(world->arena, "[", 1, 41, &look, &world->errors), -1);
}

static void a6_looks_of_other_types_are_errors(void **state)
{
	struct world *world = *state;
	static const char *const texts[] = { "{}", "[]", "null", "5", "{\"message\":\"x\"}",
		"{\"Id\":\"a/b\",\"Name\":\"/a\",\"State\":{\"Status\":\"running\"}}",
		"{\"Id\":\"a\",\"Name\":\"/a\",\"State\":\"running\"}" };
	struct look look;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(
			look_read(world->arena, texts[i], strlen(texts[i]), 41, &look, &world->errors), -1);
	assert_non_null(strstr(
		world->errors.last->message, "GET /containers/ID/json: State is a text, not an object"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tcp_accepting_is_enough_at_the_containers_address),
		TEST(tcp_at_a_published_port_must_not_be_hung_up),
		TEST(tcp_refused_is_said),
		TEST(silence_is_no_answer),
		TEST(http_status_decides),
		TEST(http_members_decide),
		TEST(postgresql_answers_decide),
		TEST(request_has_host_path_and_headers_on_lines_of_their_own),
		TEST(port_is_derived),
		TEST(ways_come_in_order),
		TEST(ways_outlast_the_look_that_named_them),
		TEST(way_that_does_not_answer_is_left),
		TEST(look_reads_what_is_there),
		TEST(a6_ports_and_networks_that_are_lists),
		TEST(the_output_of_a_run_begins_after_the_one_before),
		TEST(a6_looks_of_other_types_are_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
