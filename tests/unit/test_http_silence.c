/* An engine that takes requests and does not answer. */
#include "engine/connect/engine.h"
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE 50000000 /* ns */
#define LONG     INT64_C(3600000000000)

struct bed {
	struct arena *arena;
	struct loop *loop;
	struct http *http;
	struct endpoint endpoint;
	char dir[32], socket[64];
	int listener, connection;
	bool alive; /* questions are answered, on connections of their own */
	char asked[400];
	struct loop_watch *watch;
	unsigned accepted;
	int connections[8];
	unsigned told, over; /* how often it was told, and that it is over */
	int64_t last;
	int interrupts;
};

static void told(void *arg, int64_t ns)
{
	struct bed *bed = arg;
	bed->told += ns > 0;
	bed->over += ns == 0;
	bed->last = ns;
}

static void patience(struct bed *bed, int64_t tell, int64_t most)
{
	http_silence(
		bed->http, &(struct http_patience){ .tell = tell, .most = most, .told = told, .arg = bed });
}

static int set_up(void **state)
{
	static struct bed bed;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	bed = (struct bed){ .dir = "/tmp/silence.XXXXXX", .connection = -1 };
	assert_non_null(mkdtemp(bed.dir));
	snprintf(bed.socket, sizeof bed.socket, "%s/s", bed.dir);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", bed.socket);
	bed.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(bed.listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(bed.listener, 8), 0);
	bed.arena = arena_create();
	bed.loop = loop_create();
	bed.endpoint = (struct endpoint){ .host = "unix", .socket = bed.socket, .url = "http://docker" };
	bed.http = http_create(bed.loop, &bed.endpoint);
	patience(&bed, PATIENCE, LONG);
	*state = &bed;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *bed = *state;
	loop_signals(bed->loop, NULL, NULL);
	http_destroy(bed->http);
	loop_unwatch(bed->loop, bed->watch);
	for (unsigned i = 0; i < bed->accepted; i++)
		close(bed->connections[i]);
	loop_destroy(bed->loop);
	arena_destroy(bed->arena);
	close(bed->listener);
	if (bed->connection >= 0)
		close(bed->connection);
	unlink(bed->socket);
	rmdir(bed->dir);
	return 0;
}

/* How a request has ended. */
struct result {
	bool over;
	enum http_fault fault;
	char failure[100];
};

static void done(struct request *request)
{
	struct result *result = request->arg;
	result->over = true;
	result->fault = request->fault;
	snprintf(result->failure, sizeof result->failure, "%s", request->failure ? request->failure : "");
}

/* Of how long its answer takes. */
static struct request *ask(struct bed *bed, int64_t takes, struct result *result)
{
	struct errors errors;
	errors_init(&errors, bed->arena);
	struct request *request = http_request(bed->http);
	request->method = "GET";
	request->path = "/x";
	request->takes = takes;
	request->state = "/state";
	request->done = done;
	request->arg = result;
	assert_int_equal(http_send(request, &errors), 0);
	return request;
}

static bool is_over(void *arg)
{
	return ((struct result *)arg)->over;
}

static bool was_told(void *arg)
{
	return ((struct bed *)arg)->told > 0;
}

static void pass(struct bed *bed, int64_t ns)
{
	int64_t until = loop_now() + ns;
	while (loop_now() < until)
		loop_turn(bed->loop, until - loop_now());
}

static void silence_is_told_and_that_it_is_over(void **state)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
	struct bed *bed = *state;
	struct result result = { 0 };
	ask(bed, 0, &result);
	loop_run(bed->loop, was_told, bed);
	assert_true(bed->last >= PATIENCE);
	assert_false(result.over);
	bed->connection = accept(bed->listener, NULL, NULL);
	assert_int_equal(write(bed->connection, answer, sizeof answer - 1), sizeof answer - 1);
	loop_run(bed->loop, is_over, &result);
	assert_int_equal(result.fault, HTTP_OK);
	assert_int_equal(bed->over, 1);
	assert_int_equal(bed->last, 0);
}

static void requests_that_may_take_long_are_no_silence(void **state)
{
	struct bed *bed = *state;
	struct result result = { 0 };
	ask(bed, HTTP_EVER, &result);
	pass(bed, 3 * PATIENCE);
	assert_int_equal(bed->told, 0);
}

static void got(void *arg, int number)
{
	struct bed *bed = arg;
	bed->interrupts += number == SIGINT;
}

static void an_interrupt_gives_a_silent_engine_up(void **state)
{
	struct bed *bed = *state;
	struct result one = { 0 }, patient = { 0 }, later = { 0 };
	loop_signals(bed->loop, got, bed);
	ask(bed, 0, &one);
	ask(bed, HTTP_EVER, &patient);
	loop_run(bed->loop, was_told, bed);
	raise(SIGINT);
	loop_run(bed->loop, is_over, &one);
	assert_int_equal(bed->interrupts, 1);
	assert_int_equal(one.fault, HTTP_CANCELLED);
	assert_non_null(strstr(one.failure, "did not answer"));
	assert_true(patient.over);
	ask(bed, 0, &later);
	loop_run(bed->loop, is_over, &later);
	assert_int_equal(later.fault, HTTP_CANCELLED);
}

static void an_interrupt_leaves_an_engine_that_is_not_silent(void **state)
{
	struct bed *bed = *state;
	struct result result = { 0 };
	loop_signals(bed->loop, got, bed);
	ask(bed, 0, &result);
	raise(SIGINT);
	pass(bed, PATIENCE / 5);
	assert_int_equal(bed->interrupts, 1);
	assert_false(result.over);
	pass(bed, PATIENCE); /* the second one gives up what was asked meanwhile */
	raise(SIGINT);
	loop_run(bed->loop, is_over, &result);
	assert_int_equal(result.fault, HTTP_CANCELLED);
}

/* Questions are answered when the engine is alive; what else is asked never is. */
static void serve(void *arg, short revents)
{
	struct bed *bed = arg;
	char text[1000];
	(void)revents;
	int fd = bed->connections[bed->accepted++] = accept(bed->listener, NULL, NULL);
	ssize_t len = read(fd, text, sizeof text - 1);
	assert_true(len > 0);
	text[strcspn(text, "\r")] = '\0';
	size_t used = strlen(bed->asked);
	snprintf(bed->asked + used, sizeof bed->asked - used, "%.60s,", text);
	static const char answer[] = "HTTP/1.1 404 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
	if (bed->alive && !strstr(text, "GET /x "))
		assert_int_equal(write(fd, answer, sizeof answer - 1), sizeof answer - 1);
}

static void begin_serving(struct bed *bed, bool alive)
{
	patience(bed, LONG, PATIENCE);
	bed->alive = alive;
	bed->watch = loop_watch(bed->loop, bed->listener, POLLIN, serve, bed);
}

static void b2_an_engine_that_answers_has_lost_the_request_alone(void **state)
{
	struct bed *bed = *state;
	struct result result = { 0 }, later = { 0 };
	begin_serving(bed, true);
	int64_t from = loop_now();
	ask(bed, PATIENCE, &result);
	loop_run(bed->loop, is_over, &result);
	assert_true(loop_now() - from >= 2 * PATIENCE);
	assert_int_equal(result.fault, HTTP_SILENT);
	assert_non_null(strstr(result.failure, "although the engine is there"));
	assert_non_null(strstr(bed->asked, "GET /_ping HTTP/1.1,"));
	assert_non_null(strstr(bed->asked, "GET /state HTTP/1.1,"));
	ask(bed, 0, &later);
	loop_run(bed->loop, is_over, &later);
	assert_int_equal(later.fault, HTTP_SILENT);
}

static void b2_an_engine_that_answers_nothing_is_given_up(void **state)
{
	struct bed *bed = *state;
	struct result result = { 0 }, patient = { 0 }, later = { 0 };
	begin_serving(bed, false);
	ask(bed, 0, &result);
	ask(bed, HTTP_EVER, &patient);
	loop_run(bed->loop, is_over, &result);
	assert_int_equal(result.fault, HTTP_TIMEOUT);
	assert_non_null(strstr(result.failure, "the engine takes connections, but has not answered for"));
	assert_true(patient.over);
	ask(bed, 0, &later);
	loop_run(bed->loop, is_over, &later);
	assert_int_equal(later.fault, HTTP_TIMEOUT);
}

static unsigned looks;

static bool is_over_at_the_third_look(struct request *request, const struct request *state)
{
	(void)request;
	assert_int_equal(state->status, 404);
	return ++looks == 3;
}

static void b2_what_may_take_for_ever_is_asked_about(void **state)
{
	struct bed *bed = *state;
	struct result result = { 0 };
	begin_serving(bed, true);
	looks = 0;
	ask(bed, HTTP_EVER, &result)->over = is_over_at_the_third_look;
	loop_run(bed->loop, is_over, &result);
	assert_int_equal(result.fault, HTTP_SILENT);
	assert_int_equal(looks, 3);
}

/* A body that stops in its middle. */
static void b2_a_body_that_stops(void **state)
{
	static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
	struct bed *bed = *state;
	struct result result = { 0 };
	patience(bed, LONG, PATIENCE);
	bed->alive = true;
	ask(bed, 0, &result);
	bed->connections[bed->accepted++] = accept(bed->listener, NULL, NULL);
	assert_int_equal(write(bed->connections[0], half, sizeof half - 1), sizeof half - 1);
	bed->watch = loop_watch(bed->loop, bed->listener, POLLIN, serve, bed);
	loop_run(bed->loop, is_over, &result);
	assert_int_equal(result.fault, HTTP_SILENT);
}

/* An answer that was there already, and could not be read while this process was stopped. */
static void b2_an_answer_that_comes_meanwhile(void **state)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nO";
	struct bed *bed = *state;
	struct result result = { 0 };
	begin_serving(bed, true);
	ask(bed, 0, &result);
	while (bed->accepted < 2)
		loop_turn(bed->loop, -1);
	assert_int_equal(write(bed->connections[0], answer, sizeof answer - 1), sizeof answer - 1);
	pass(bed, PATIENCE / 5);
	assert_false(result.over);
	assert_int_equal(write(bed->connections[0], "K", 1), 1);
	loop_run(bed->loop, is_over, &result);
	assert_int_equal(result.fault, HTTP_OK);
}

/* Who asked may lose interest while the engine is asked how it is. */
static void b2_a_request_that_is_cancelled_meanwhile(void **state)
{
	struct bed *bed = *state;
	struct result result = { 0 };
	begin_serving(bed, false);
	struct request *request = ask(bed, 0, &result);
	while (!*bed->asked || !strstr(bed->asked, "_ping"))
		loop_turn(bed->loop, -1);
	http_cancel(request);
	pass(bed, 2 * PATIENCE);
	struct result later = { 0 };
	bed->alive = true;
	ask(bed, 0, &later);
	loop_run(bed->loop, is_over, &later);
	assert_int_equal(later.fault, HTTP_SILENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(silence_is_told_and_that_it_is_over),
		TEST(requests_that_may_take_long_are_no_silence),
		TEST(an_interrupt_gives_a_silent_engine_up),
		TEST(an_interrupt_leaves_an_engine_that_is_not_silent),
		TEST(b2_an_engine_that_answers_has_lost_the_request_alone),
		TEST(b2_an_engine_that_answers_nothing_is_given_up),
		TEST(b2_what_may_take_for_ever_is_asked_about),
		TEST(b2_a_body_that_stops),
		TEST(b2_an_answer_that_comes_meanwhile),
		TEST(b2_a_request_that_is_cancelled_meanwhile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
