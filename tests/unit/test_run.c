/* The executor against an engine of a few lines: order, repeats, failures, containers that end. */
#include "engine/run.h"
#include "arena_case.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A connection of the fake engine. */
struct peer {
	int fd;
	struct loop_watch *watch;
	char text[16384];
	size_t len;
};

static struct engine engine;
static struct project project;
static struct service service;
static struct network network;
static struct peer peers[64];
static size_t npeers;
static struct peer *stream; /* of events */
static int listener;
static struct loop_watch *accepting;
static char requests[4096];   /* method and path of each request, one a line */
static const char *spoil;     /* the first request with this text is answered with a 500 */
static const char *refuse;    /* every one with this text is refused */
static bool dies, interrupts; /* a started container ends at once with 3; the start brings a SIGINT */
static unsigned retries;

static void reply(struct peer *peer, int status, const char *body)
{
	char text[1024];
	int len = snprintf(text, sizeof text, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s", status,
		strlen(body), body);
	assert_int_equal(write(peer->fd, text, (size_t)len), len);
}

static void tell(const char *action, const char *extra)
{
	char line[512], chunk[600];
	int len = snprintf(line, sizeof line,
		"{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"c1\",\"Attributes\":{\"name\":\"shop-web-1\","
		"\"com.docker.compose.project\":\"shop\"%s}},\"timeNano\":1}\n",
		action, extra);
	len = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", (unsigned)len, line);
	assert_int_equal(write(stream->fd, chunk, (size_t)len), len);
}

static void answer(struct peer *peer, const char *line)
{
	if (spoil && strstr(line, spoil)) {
		spoil = NULL;
		reply(peer, 500, "");
	} else if (refuse && strstr(line, refuse)) {
		reply(peer, 409, "{\"message\":\"no, for good\"}");
	} else if (strstr(line, "/events")) {
		const char *head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
		stream = peer;
		assert_int_equal(write(peer->fd, head, strlen(head)), strlen(head));
	} else if (strstr(line, "/start")) {
		tell("start", "");
		if (dies)
			tell("die", ",\"exitCode\":\"3\"");
		if (interrupts)
			kill(getpid(), SIGINT);
		reply(peer, 204, "");
	} else if (strstr(line, "/json")) {
		reply(peer, 404, "{\"message\":\"no such thing\"}");
	} else if (strstr(line, "/create")) {
		reply(peer, 201, strstr(line, "networks") ? "{\"Id\":\"n1\"}" : "{\"Id\":\"c1\"}");
	} else {
		reply(peer, 204, "");
	}
}

/* Answers each whole request that has come. */
static void heard(void *arg, short revents)
{
	(void)revents;
	struct peer *peer = arg;
	ssize_t got = read(peer->fd, peer->text + peer->len, sizeof peer->text - 1 - peer->len);
	if (got <= 0) {
		loop_unwatch(engine.loop, peer->watch);
		peer->watch = NULL;
		return;
	}
	peer->len += (size_t)got;
	peer->text[peer->len] = '\0';
	char *end = strstr(peer->text, "\r\n\r\n");
	if (!end)
		return;
	const char *length = strcasestr(peer->text, "Content-Length:");
	size_t whole = (size_t)(end - peer->text) + 4 + (length ? strtoul(length + 15, NULL, 10) : 0);
	if (peer->len < whole)
		return;
	size_t line = strcspn(peer->text, "?\r");
	peer->text[line] = '\0';
	char *stop = strstr(peer->text, " HTTP/");
	if (stop)
		*stop = '\0';
	size_t used = strlen(requests);
	snprintf(requests + used, sizeof requests - used, "%.200s\n", peer->text);
	peer->len = 0;
	answer(peer, peer->text);
}

static void came(void *arg, short revents)
{
	(void)arg;
	(void)revents;
	struct peer *peer = &peers[npeers++];
	peer->fd = accept(listener, NULL, NULL);
	peer->len = 0;
	peer->watch = loop_watch(engine.loop, peer->fd, POLLIN, heard, peer);
}

static int set_up(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	arena_set_up(state);
	engine = (struct engine){ .arena = arena, .loop = loop_create(), .api = 51 };
	snprintf(address.sun_path, sizeof address.sun_path, "/tmp/flow-run-%d", (int)getpid());
	unlink(address.sun_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 16), 0);
	accepting = loop_watch(engine.loop, listener, POLLIN, came, NULL);
	engine.endpoint.host = arena_printf(arena, "unix://%s", address.sun_path);
	engine.endpoint.socket = arena_strdup(arena, address.sun_path);
	engine.endpoint.url = "http://docker";
	engine.http = http_create(engine.loop, &engine.endpoint);
	project = (struct project){ .name = "shop", .dir = "/shop", .separator = "-" };
	service = (struct service){
		.key = "web", .project = &project, .image = "busybox", .network_mode = "none"
	};
	network = (struct network){ .key = "default", .project = &project, .name = "shop_default" };
	service.node = network.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	requests[0] = '\0';
	spoil = refuse = NULL;
	dies = interrupts = false;
	retries = 0;
	npeers = 0;
	return 0;
}

static int tear_down(void **state)
{
	http_destroy(engine.http);
	for (size_t i = 0; i < npeers; i++) {
		loop_unwatch(engine.loop, peers[i].watch);
		close(peers[i].fd);
	}
	loop_unwatch(engine.loop, accepting);
	close(listener);
	unlink(engine.endpoint.socket);
	loop_destroy(engine.loop);
	return arena_tear_down(state);
}

static void seen(struct sink *sink, const struct event *event)
{
	(void)sink;
	retries += event->kind == EVENT_RETRY;
}

/* network, container, start; the container is removed again when it is not started. */
static int run(struct run_result *ret_result, struct plan **ret_plan)
{
	static struct sink sink = { .on = seen };
	const char *projects[] = { "shop" };
	struct plan *plan = plan_create(arena);
	struct step *net = plan_add(plan, OP_NETWORK_CREATE, "shop_default", "not found");
	net->network = &network;
	struct step *create = plan_add(plan, OP_CONTAINER_CREATE, "shop-web-1", "not found");
	create->service = &service;
	create->number_of = 1;
	plan_need(plan, create, net, ON_SUCCESS);
	struct step *start = plan_add(plan, OP_CONTAINER_START, "shop-web-1", NULL);
	start->service = &service;
	start->target = create;
	plan_need(plan, start, create, ON_SUCCESS);
	struct step *undo = plan_add(plan, OP_CONTAINER_REMOVE, "shop-web-1", NULL);
	undo->undo = true;
	undo->target = create;
	plan_need(plan, undo, create, ON_SUCCESS);
	plan_need(plan, undo, start, ON_SKIP);
	const struct run_options options = { .sink = &sink, .projects = projects, .nprojects = 1 };
	*ret_plan = plan;
	return run_plan(&engine, plan, &options, ret_result, &errors);
}

static void test_order(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	assert_int_equal(run(&result, &plan), 0);
	assert_string_equal(requests, "GET /events\nPOST /networks/create\nPOST /containers/create\n"
				      "POST /containers/c1/start\n");
	assert_int_equal(result.done, 3);
	assert_int_equal(result.failed, 0);
	assert_int_equal(result.nends, 0);
	assert_string_equal(plan->steps[1]->result_id, "c1");
	assert_int_equal(plan->steps[3]->state, STEP_DROPPED);
}

static void test_repeats(void **state)
{
	static const char *const parts[] = { "/events", "/networks/create", "/containers/create", "/start" };
	struct run_result result;
	struct plan *plan;
	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		spoil = parts[i];
		retries = 0;
		/* A start whose answer was lost is looked at first; this engine has no inspect. */
		assert_int_equal(run(&result, &plan), i == 3 ? -1 : 0);
		assert_null(spoil);
		assert_int_equal(retries, i == 0 ? 0 : 1);
	}
}

static void test_failure(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	refuse = "/networks/create";
	assert_int_equal(run(&result, &plan), -1);
	assert_int_equal(result.failed, 1);
	assert_int_equal(result.skipped, 2);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.first->message, "cannot create network shop_default: no, for good"));
	assert_null(strstr(requests, "/containers/create"));
}

static void test_container_that_ends(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	dies = true;
	assert_int_equal(run(&result, &plan), 0);
	assert_int_equal(result.nends, 1);
	assert_int_equal(result.ends[0].exit_code, 3);
	assert_string_equal(result.ends[0].service, "web");
	assert_false(result.ends[0].again);
}

static void test_interrupt(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	interrupts = true;
	assert_int_equal(run(&result, &plan), -1);
	assert_int_equal(result.interrupted, SIGINT);
	assert_int_equal(plan->steps[2]->state, STEP_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_repeats, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failure, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_container_that_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_interrupt, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
