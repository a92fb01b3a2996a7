/* An engine that takes requests and does not answer. */
#include "engine/connect/engine.h"
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE 50000000 /* ns */

struct bed {
	struct arena *arena;
	struct loop *loop;
	struct http *http;
	struct endpoint endpoint;
	char dir[32], socket[64];
	int listener, connection;
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
	http_silence(bed.http, PATIENCE, told, &bed);
	*state = &bed;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *bed = *state;
	loop_signals(bed->loop, NULL, NULL);
	http_destroy(bed->http);
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

static void ask(struct bed *bed, bool prompt, struct result *result)
{
	struct errors errors;
	errors_init(&errors, bed->arena);
	struct request *request = http_request(bed->http);
	request->method = "GET";
	request->path = "/x";
	request->prompt = prompt;
	request->done = done;
	request->arg = result;
	assert_int_equal(http_send(request, &errors), 0);
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
	ask(bed, true, &result);
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
	ask(bed, false, &result);
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
	ask(bed, true, &one);
	ask(bed, false, &patient);
	loop_run(bed->loop, was_told, bed);
	raise(SIGINT);
	loop_run(bed->loop, is_over, &one);
	assert_int_equal(bed->interrupts, 1);
	assert_int_equal(one.fault, HTTP_CANCELLED);
	assert_non_null(strstr(one.failure, "did not answer"));
	assert_true(patient.over);
	ask(bed, true, &later);
	loop_run(bed->loop, is_over, &later);
	assert_int_equal(later.fault, HTTP_CANCELLED);
}

static void an_interrupt_leaves_an_engine_that_is_not_silent(void **state)
{
	struct bed *bed = *state;
	struct result result = { 0 };
	loop_signals(bed->loop, got, bed);
	ask(bed, true, &result);
	raise(SIGINT);
	pass(bed, PATIENCE / 5);
	assert_int_equal(bed->interrupts, 1);
	assert_false(result.over);
	pass(bed, PATIENCE); /* the second one gives up what was asked meanwhile */
	raise(SIGINT);
	loop_run(bed->loop, is_over, &result);
	assert_int_equal(result.fault, HTTP_CANCELLED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(silence_is_told_and_that_it_is_over),
		TEST(requests_that_may_take_long_are_no_silence),
		TEST(an_interrupt_gives_a_silent_engine_up),
		TEST(an_interrupt_leaves_an_engine_that_is_not_silent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
