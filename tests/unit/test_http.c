/* The HTTP client against a server of our own, which does what the path says: every test runs over a unix
 * socket and over tcp, since each has a carrier of its own. */
#include "engine/http/http.h"
#include "engine/http/http_endpoint.h"
#include "tests/unit/http_server.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct bed {
	struct client client;
	unsigned done, heads;
	size_t bytes, most;
	int status;
	enum http_fault fault;
	struct request *other;
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

static void on_done(struct request *request)
{
	struct bed *bed = request->arg;
	bed->done++;
	bed->status = request->status;
	bed->fault = request->fault;
}

static struct request *prepare(struct bed *bed, const char *method, const char *path)
{
	struct request *request = http_request(bed->client.http);
	request->method = method;
	request->path = path;
	request->done = on_done;
	request->arg = bed;
	return request;
}

static void wait_for(struct bed *bed, unsigned done)
{
	while (bed->done < done)
		loop_turn(bed->client.loop, -1);
}

static enum http_fault call(struct bed *bed, const char *method, const char *path)
{
	bed->done = 0;
	assert_int_equal(http_send(prepare(bed, method, path), &bed->client.errors), 0);
	wait_for(bed, 1);
	return bed->fault;
}

/* What is too long for a request is an error, not half a request. */
static void b5_parameters_are_never_cut(void **state)
{
	struct bed *bed = *state;
	enum { LEN = 1 << 20 };
	char *value = arena_alloc(bed->client.arena, LEN + 1);
	memset(value, 'x', LEN);
	struct request *request = prepare(bed, "GET", "/ok");
	request->query = http_query(bed->client.arena, "a", value, "b", "c", NULL);
	assert_int_equal(strlen(request->query), LEN + 6);
	assert_int_equal(http_send(request, &bed->client.errors), -1);
	assert_non_null(strstr(bed->client.errors.last->message,
		"GET /ok: its parameters have 1048585 bytes; 1048576 are possible"));
}

static void answers_and_texts(void **state)
{
	struct bed *bed = *state;
	struct request *request = prepare(bed, "GET", "/ok");
	request->query =
		http_query(bed->client.arena, "a", "x y/\"&\xc3\xbc", "none", NULL, "b", "-._~", NULL);
	request->done = NULL;
	assert_int_equal(http_call(request, &bed->client.errors), 0);
	assert_int_equal(request->status, 200);
	assert_string_equal(buf_text(&request->answer), "/ok?a=x%20y%2F%22%26%C3%BC&b=-._~");
	assert_string_equal(http_header(request, "X-TEST"), "b");
	assert_null(http_header(request, "X-Tes"));
	http_free(request);
	http_version(bed->client.http, "1.41");
	request = prepare(bed, "GET", "/x");
	assert_int_equal(http_call(request, &bed->client.errors), 0);
	assert_string_equal(buf_text(&request->answer), "/v1.41/x");
	http_free(request);
	request = prepare(bed, "GET", "/400");
	request->unversioned = true;
	assert_int_equal(http_call(request, &bed->client.errors), 0);
	assert_string_equal(http_message(bed->client.arena, request), "no good");
	assert_false(http_transient(request));
	http_free(request);
	request = prepare(bed, "GET", "/500");
	request->unversioned = true;
	assert_int_equal(http_call(request, &bed->client.errors), 0);
	assert_string_equal(http_message(bed->client.arena, request), "read: connection reset by peer");
	assert_true(http_transient(request));
	http_free(request);
}

static ssize_t upload(struct request *request, char *to, size_t room)
{
	struct bed *bed = request->arg;
	size_t len = bed->bytes < room ? bed->bytes : room;
	if (len > 7000)
		len = 7000;
	memset(to, 'u', len);
	bed->bytes -= len;
	return (ssize_t)len;
}

static ssize_t upload_fails(struct request *request, char *to, size_t room)
{
	(void)request, (void)to, (void)room;
	return -1;
}

static void bodies_and_uploads(void **state)
{
	struct bed *bed = *state;
	static const char *const methods[] = { "POST", "PUT" };
	for (size_t i = 0; i < 2; i++) {
		struct request *request = prepare(bed, methods[i], "/echo");
		request->body = "{\"a\":1}";
		request->body_len = 7;
		assert_int_equal(http_call(request, &bed->client.errors), 0);
		assert_string_equal(buf_text(&request->answer), "{\"a\":1}");
		http_free(request);
		request = prepare(bed, methods[i], "/echo");
		request->upload = upload;
		bed->bytes = 70001;
		assert_int_equal(http_call(request, &bed->client.errors), 0);
		assert_int_equal(request->answer.len, 70001);
		http_free(request);
	}
	struct request *request = prepare(bed, "POST", "/quiet/echo");
	request->upload = upload_fails;
	assert_int_equal(http_send(request, &bed->client.errors), 0);
	bed->done = 0;
	wait_for(bed, 1);
	assert_int_equal(bed->fault, HTTP_CUT);
	assert_string_equal(letters(), "PPPP");
}

/* Behind half of an upload nothing can follow on the same connection. */
static void an_early_answer_ends_the_connection(void **state)
{
	struct bed *bed = *state;
	struct request *request = prepare(bed, "POST", "/early");
	request->upload = upload;
	bed->bytes = 50000000;
	assert_int_equal(http_call(request, &bed->client.errors), 0);
	assert_int_equal(request->status, 400);
	assert_string_equal(http_message(bed->client.arena, request), "enough");
	http_free(request);
	assert_true(bed->bytes > 0);
	request = prepare(bed, "GET", "/ok");
	request->timeout = 5000000000;
	assert_int_equal(http_call(request, &bed->client.errors), 0);
	http_free(request);
	assert_int_equal(http_connects(bed->client.http), 2);
	assert_string_equal(letters(), "PG");
}

static void connections_are_reused(void **state)
{
	struct bed *bed = *state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(call(bed, i % 2 ? "POST" : "GET", "/ok"), HTTP_OK);
	assert_int_equal(http_connects(bed->client.http), 1);
	bed->done = 0;
	for (int i = 0; i < 8; i++)
		assert_int_equal(http_send(prepare(bed, "GET", "/ok"), &bed->client.errors), 0);
	wait_for(bed, 8);
	unsigned connects = http_connects(bed->client.http);
	assert_in_range(connects, 1, 8);
	for (int i = 0; i < 8; i++)
		assert_int_equal(http_send(prepare(bed, "DELETE", "/ok"), &bed->client.errors), 0);
	wait_for(bed, 16);
	assert_in_range(http_connects(bed->client.http), connects, 8);
	assert_string_equal(letters(), "GPGPGGGGGGGGGDDDDDDDD");
}

/* The server closes a kept connection upon the next request: what changes something is sent once. */
static void only_harmless_requests_are_repeated(void **state)
{
	struct bed *bed = *state;
	static const char *const methods[] = { "POST", "PUT", "DELETE", "GET" };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(call(bed, "GET", "/ok"), HTTP_OK);
		letters();
		assert_int_equal(call(bed, methods[i], "/die"), HTTP_CUT);
		const char *sent = letters();
		if (i < 3)
			assert_int_equal(strlen(sent), 1);
		else
			assert_in_range(strlen(sent), 2, 10);
	}
}

static void faults_have_classes(void **state)
{
	struct bed *bed = *state;
	assert_int_equal(call(bed, "GET", "/cut"), HTTP_CUT);
	assert_int_equal(bed->status, 200);
	struct request *request = prepare(bed, "GET", "/quiet/bytes/10000");
	request->most = 5000;
	assert_int_equal(http_call(request, &bed->client.errors), -1);
	assert_int_equal(request->fault, HTTP_TOO_LARGE);
	http_free(request);
	/* The ceiling is that of what was wanted: the words of a failure may be longer, though not endless.
	 */
	request = prepare(bed, "GET", "/quiet/busy/10000");
	request->most = 60;
	assert_int_equal(http_call(request, &bed->client.errors), 0);
	assert_true(request->status == 503 && request->answer.len == 10000 && http_transient(request));
	http_free(request);
	request = prepare(bed, "GET", "/quiet/busy/5000000");
	request->most = 60;
	assert_int_equal(http_call(request, &bed->client.errors), -1);
	assert_int_equal(request->fault, HTTP_TOO_LARGE);
	http_free(request);
	request = prepare(bed, "GET", "/quiet/hang");
	request->timeout = 300000000;
	assert_int_equal(http_call(request, &bed->client.errors), -1);
	assert_int_equal(request->fault, HTTP_TIMEOUT);
	assert_false(http_transient(request));
	http_free(request);
}

/* What changes something is not sent to whom only the answer names; nor is it repeated. */
static void redirects_are_followed_by_what_only_reads(void **state)
{
	struct bed *bed = *state;
	static const char *const methods[] = { "POST", "PUT", "DELETE", "GET" };
	const char *url = arena_printf(bed->client.arena, "%s/moved", tcp_url);
	for (size_t i = 0; i < 4; i++) {
		struct request *request = prepare(bed, methods[i], url);
		bool reads = *methods[i] == 'G';
		request->body = "x";
		request->body_len = i < 2;
		assert_int_equal(http_call(request, &bed->client.errors), reads ? -1 : 0);
		assert_int_equal(request->fault, reads ? HTTP_NO_CONNECT : HTTP_OK);
		assert_int_equal(request->status, reads ? 0 : 307);
		if (!reads)
			assert_string_equal(http_message(bed->client.arena, request),
				"redirected to 127.0.0.1:1, which is not followed");
		assert_true(reads || !http_transient(request));
		http_free(request);
	}
	assert_string_equal(letters(), "PPDG");
}

/* What answers so will do it again. */
static void wrong_answers_do_not_pass_by_themselves(void **state)
{
	struct bed *bed = *state;
	static const struct {
		const char *path, *says;
	} cases[] = { { "circle", "redirects" }, { "file", "rotocol" },
		{ "line/200000", "the head of the answer is longer than 65536 bytes" },
		{ "lines/100", "the head of the answer is longer than 65536 bytes" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request *request =
			prepare(bed, "GET", arena_printf(bed->client.arena, "%s/%s", tcp_url, cases[i].path));
		assert_int_equal(http_call(request, &bed->client.errors), -1);
		if (request->fault != HTTP_WRONG || !strstr(request->failure, cases[i].says))
			fail_msg("%s: fault %d, %s", cases[i].path, (int)request->fault, request->failure);
		assert_false(http_transient(request));
		http_free(request);
	}
	letters();
}

static void nobody_there(void **state)
{
	struct bed *bed = *state;
	bool tcp = !bed->client.endpoint.socket;
	if (tcp)
		bed->client.endpoint.url = "http://127.0.0.1:1";
	else
		bed->client.endpoint.socket = "/nonexistent/socket";
	struct request *request = prepare(bed, "GET", "/ok");
	assert_int_equal(http_call(request, &bed->client.errors), -1);
	assert_int_equal(request->fault, HTTP_NO_CONNECT);
	assert_int_equal(request->os_error, tcp ? ECONNREFUSED : ENOENT);
	assert_true(http_transient(request));
	assert_int_equal(bed->client.errors.last->code, ERROR_CONNECT);
	assert_non_null(strstr(bed->client.errors.last->message,
		tcp ? ": Connection refused" : "unix:///test: No such file"));
	http_free(request);
}

static void on_data(struct request *request, const char *bytes, size_t len)
{
	struct bed *bed = request->arg;
	assert_true(bytes[0] == 'x' && bytes[len - 1] == 'x');
	bed->bytes += len;
	bed->most = len > bed->most ? len : bed->most;
}

static void on_head(struct request *request)
{
	struct bed *bed = request->arg;
	assert_int_equal(request->status, 200);
	assert_int_equal(bed->bytes, 0);
	bed->heads++;
}

static void streams_come_whole_and_in_bounds(void **state)
{
	struct bed *bed = *state;
	struct request *request = prepare(bed, "GET", "/bytes/20000000");
	request->head = on_head;
	request->data = on_data;
	assert_int_equal(http_send(request, &bed->client.errors), 0);
	wait_for(bed, 1);
	assert_int_equal(bed->bytes, 20000000);
	assert_int_equal(bed->heads, 1);
	assert_in_range(bed->most, 1, 4 << 20);
}

static void cancel_all(struct request *request)
{
	struct bed *bed = request->arg;
	http_cancel(bed->other);
	http_cancel(request);
	bed->heads++;
}

static void cancel_data(struct request *request, const char *bytes, size_t len)
{
	(void)bytes, (void)len;
	cancel_all(request);
}

static void requests_may_be_cancelled_anywhere(void **state)
{
	struct bed *bed = *state;
	http_cancel(NULL);
	http_cancel(prepare(bed, "GET", "/never-sent"));
	for (int where = 0; where < 3; where++) {
		struct request *request = prepare(bed, "GET", "/quiet/bytes/500000");
		bed->other = prepare(bed, "GET", "/quiet/hang");
		assert_int_equal(http_send(bed->other, &bed->client.errors), 0);
		request->head = where == 0 ? cancel_all : NULL;
		request->data = where == 1 ? cancel_data : NULL;
		request->done = where == 2 ? cancel_all : on_done;
		assert_int_equal(http_send(request, &bed->client.errors), 0);
		while (bed->heads <= (unsigned)where)
			loop_turn(bed->client.loop, -1);
	}
	assert_int_equal(bed->done, 0);
	http_send(prepare(bed, "GET", "/quiet/hang"), &bed->client.errors); /* ended by http_destroy */
	loop_turn(bed->client.loop, 1000000);
}

static void call_inside(struct request *request)
{
	struct bed *bed = request->arg;
	struct request *inner = prepare(bed, "GET", "/ok");
	assert_int_equal(http_call(inner, &bed->client.errors), 0);
	http_free(inner);
	on_done(request);
}

static void a_callback_may_call(void **state)
{
	struct bed *bed = *state;
	for (int i = 0; i < 3; i++) {
		struct request *request = prepare(bed, "GET", "/ok");
		request->done = call_inside;
		assert_int_equal(http_send(request, &bed->client.errors), 0);
	}
	wait_for(bed, 6);
	assert_string_equal(letters(), "GGGGGG");
}

static void transient_texts(void **state)
{
	(void)state;
	assert_true(http_transient_text("Get \"https://r/v2/\": net/http: TLS handshake timeout"));
	assert_true(http_transient_text("unexpected EOF"));
	assert_true(http_transient_text("received unexpected HTTP status: 503 Service Unavailable"));
	assert_true(http_transient_text("lookup r: Temporary failure in name resolution"));
	assert_false(http_transient_text("manifest for a:b not found: manifest unknown"));
	assert_false(http_transient_text("pull access denied, unexpected EOF"));
	assert_false(http_transient_text("lookup r: no such host"));
	assert_false(http_transient_text("image of geoffrey"));
	assert_false(http_transient_text(NULL));
}

#define TEST(name)                                                                                           \
	cmocka_unit_test_setup_teardown(name, setup_unix, teardown),                                         \
		cmocka_unit_test_setup_teardown(name, setup_tcp, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(b5_parameters_are_never_cut),
		TEST(answers_and_texts),
		TEST(bodies_and_uploads),
		TEST(an_early_answer_ends_the_connection),
		TEST(connections_are_reused),
		TEST(only_harmless_requests_are_repeated),
		TEST(faults_have_classes),
		TEST(redirects_are_followed_by_what_only_reads),
		TEST(wrong_answers_do_not_pass_by_themselves),
		TEST(nobody_there),
		TEST(streams_come_whole_and_in_bounds),
		TEST(requests_may_be_cancelled_anywhere),
		TEST(a_callback_may_call),
		cmocka_unit_test(transient_texts),
	};
	return cmocka_run_group_tests(tests, start_servers, stop_servers);
}
