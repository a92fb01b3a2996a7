/* Upgraded connections, over a unix socket and over tcp: nothing is lost, and nobody reads more than can be
 * passed on. */
#include "engine/http/hijack.h"
#include "engine/http/http_endpoint.h"
#include "tests/unit/http_server.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct bed {
	struct client client;
	size_t to_send, sent, got, most;
	unsigned rooms;
	bool hold, done;
	int status;
	enum http_fault fault;
	char last[4], message[200];
};

static int setup(void **state, bool tcp)
{
	struct bed *bed = calloc(1, sizeof *bed);
	client_open(&bed->client, tcp);
	*state = bed;
	return 0;
}

static int setup_unix(void **state)
{
	return setup(state, false);
}

static int setup_tcp(void **state)
{
	return setup(state, true);
}

static int teardown(void **state)
{
	struct bed *bed = *state;
	client_close(&bed->client);
	free(bed);
	return 0;
}

static char byte_at(size_t at)
{
	return (char)(at % 251);
}

static void on_room(struct request *request)
{
	struct bed *bed = request->arg;
	char bytes[65536];
	size_t room = hijack_room(request), len = room < sizeof bytes ? room : sizeof bytes;
	bed->rooms++;
	if (len > bed->to_send - bed->sent)
		len = bed->to_send - bed->sent;
	for (size_t i = 0; i < len; i++)
		bytes[i] = byte_at(bed->sent + i);
	bed->sent += len;
	hijack_send(request, bytes, len);
	if (bed->sent == bed->to_send)
		hijack_shut(request);
}

static void on_data(struct request *request, const char *bytes, size_t len)
{
	struct bed *bed = request->arg;
	for (size_t i = 0; i < len && bed->got + i < bed->to_send; i++)
		if (bytes[i] != byte_at(bed->got + i))
			fail_msg("byte %zu is another one", bed->got + i);
	bed->got += len;
	bed->most = len > bed->most ? len : bed->most;
	if (len >= 3)
		memcpy(bed->last, bytes + len - 3, 3);
	if (bed->hold)
		hijack_hold(request, true);
}

static void on_done(struct request *request)
{
	struct bed *bed = request->arg;
	bed->done = true;
	bed->status = request->status;
	bed->fault = request->fault;
	snprintf(bed->message, sizeof bed->message, "%s", http_message(bed->client.arena, request));
}

static struct request *upgraded(struct bed *bed, const char *path)
{
	struct request *request = http_request(bed->client.http);
	request->method = "POST";
	request->path = path;
	request->upgrade = "tcp";
	request->room = on_room;
	request->data = on_data;
	request->done = on_done;
	request->arg = bed;
	assert_int_equal(hijack_room(request), 0);
	assert_int_equal(http_send(request, &bed->client.errors), 0);
	return request;
}

static bool is_done(void *arg)
{
	const struct bed *bed = arg;
	return bed->done;
}

/* What was sent comes back whole, and what is said after our end. */
static void both_ways_and_half_an_end(void **state)
{
	struct bed *bed = *state;
	static const char *const paths[] = { "/tcp/echo", "/tcp/old" };
	for (size_t i = 0; i < 2; i++) {
		bed->to_send = 10000001;
		bed->sent = bed->got = 0;
		bed->done = false;
		upgraded(bed, paths[i]);
		loop_run(bed->client.loop, is_done, bed);
		assert_int_equal(bed->fault, HTTP_OK);
		assert_int_equal(bed->status, i ? 200 : 101);
		assert_int_equal(bed->got, bed->to_send + 3);
		assert_string_equal(bed->last, "bye");
	}
	assert_int_equal(http_connects(bed->client.http), 2);
}

static void nothing_to_send(void **state)
{
	struct bed *bed = *state;
	upgraded(bed, "/tcp/echo");
	loop_run(bed->client.loop, is_done, bed);
	assert_int_equal(bed->got, 3);
	assert_int_equal(bed->fault, HTTP_OK);
}

/* The other side takes nothing: neither do we. */
static void a_deaf_side_holds_the_other(void **state)
{
	struct bed *bed = *state;
	bed->to_send = (size_t)1 << 30;
	struct request *request = upgraded(bed, "/tcp/deaf");
	while (bed->rooms < 2 || hijack_room(request))
		loop_turn(bed->client.loop, 100000000);
	for (unsigned quiet = 0, before = 0; quiet < 3; before = bed->rooms) {
		loop_turn(bed->client.loop, 50000000);
		quiet = before == bed->rooms ? quiet + 1 : 0;
	}
	assert_in_range(bed->sent, 1, (size_t)32 << 20);
	assert_false(bed->done);
	http_cancel(request);
}

/* While it is held nothing is read; then all of it is there. */
static void a_reader_holds_the_other_side(void **state)
{
	struct bed *bed = *state;
	bed->hold = true;
	bed->to_send = 0;
	struct request *request = upgraded(bed, "/tcp/flood/20000000");
	request->room = NULL;
	while (!bed->got)
		loop_turn(bed->client.loop, -1);
	size_t before = bed->got;
	for (int i = 0; i < 5; i++)
		loop_turn(bed->client.loop, 10000000);
	assert_int_equal(bed->got, before);
	while (!bed->done) {
		hijack_hold(request, false);
		loop_turn(bed->client.loop, -1);
	}
	assert_int_equal(bed->got, 20000000);
	assert_in_range(bed->most, 1, (size_t)1 << 20);
}

static void a_refusal_is_an_answer(void **state)
{
	struct bed *bed = *state;
	upgraded(bed, "/tcp/refuse");
	loop_run(bed->client.loop, is_done, bed);
	assert_int_equal(bed->fault, HTTP_OK);
	assert_int_equal(bed->status, 404);
	assert_string_equal(bed->message, "No such container: x");
	assert_int_equal(bed->rooms, 0);
	bed->done = false;
	upgraded(bed, "/quiet/400");
	loop_run(bed->client.loop, is_done, bed);
	assert_string_equal(bed->message, "no good");
}

static void nobody_is_there(void **state)
{
	struct bed *bed = *state;
	if (bed->client.endpoint.socket)
		bed->client.endpoint.socket = "/nonexistent/socket";
	else
		bed->client.endpoint.url = "http://127.0.0.1:1";
	upgraded(bed, "/tcp/echo");
	loop_run(bed->client.loop, is_done, bed);
	assert_int_equal(bed->fault, HTTP_NO_CONNECT);
	assert_int_equal(http_connects(bed->client.http), 0);
}

static void a_cut_before_the_answer(void **state)
{
	struct bed *bed = *state;
	upgraded(bed, "/quiet/die");
	loop_run(bed->client.loop, is_done, bed);
	assert_int_equal(bed->fault, HTTP_CUT);
	assert_int_equal(bed->status, 0);
}

static void cancelled_at_any_time(void **state)
{
	struct bed *bed = *state;
	http_cancel(upgraded(bed, "/tcp/echo"));
	struct request *request = upgraded(bed, "/tcp/deaf");
	loop_turn(bed->client.loop, 1000000);
	http_cancel(request);
	upgraded(bed, "/tcp/deaf"); /* ended by http_destroy */
	loop_turn(bed->client.loop, 1000000);
	assert_false(bed->done);
}

#define TEST(name)                                                                                           \
	cmocka_unit_test_setup_teardown(name, setup_unix, teardown),                                         \
		cmocka_unit_test_setup_teardown(name, setup_tcp, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ways_and_half_an_end),
		TEST(nothing_to_send),
		TEST(a_deaf_side_holds_the_other),
		TEST(a_reader_holds_the_other_side),
		TEST(a_refusal_is_an_answer),
		TEST(nobody_is_there),
		TEST(a_cut_before_the_answer),
		TEST(cancelled_at_any_time),
	};
	return cmocka_run_group_tests(tests, start_servers, stop_servers);
}
