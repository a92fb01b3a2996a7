/* Where messages end: the part of the fault proxy that decides what a request is. */
#include "tests/faultproxy_http.c"
#include "unit.h"

#define TEXT(text) text, sizeof(text) - 1

/* Gives the body byte by byte, or at once; returns how many bytes it took, 0 when it is not complete. */
static size_t taken(const char *head, size_t head_length, const char *bytes, size_t length, size_t step)
{
	struct body body;
	bool done = false;
	size_t at = 0;
	http_body_init(&body, head, head_length);
	while (!done && at < length) {
		size_t size = length - at < step ? length - at : step;
		at += http_body_take(&body, bytes + at, size, &done);
	}
	return done ? at : 0;
}

static void heads(void **state)
{
	(void)state;
	assert_int_equal(http_head_length(TEXT("GET / HTTP/1.1\r\nHost: x\r\n\r\nmore")), 27);
	assert_int_equal(http_head_length(TEXT("GET / HTTP/1.1\r\nHost: x\r\n")), 0);
}

static void bodies_of_known_length(void **state)
{
	struct body body;
	bool done;
	(void)state;
	assert_true(http_body_init(&body, TEXT("POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n")));
	assert_int_equal(http_body_take(&body, TEXT("12"), &done), 2);
	assert_false(done);
	assert_int_equal(http_body_take(&body, TEXT("345GET"), &done), 3);
	assert_true(done);
	assert_true(http_body_init(&body, TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")));
	assert_int_equal(http_body_take(&body, TEXT("GET"), &done), 0);
	assert_true(done);
	assert_false(http_body_init(&body, TEXT("HTTP/1.1 200 OK\r\nX-Content-Length: 7\r\n\r\n")));
	assert_int_equal(http_body_take(&body, TEXT("GET"), &done), 0);
	assert_true(done);
}

static void bodies_in_chunks(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	static const char body[] = "3\r\na\nb\r\n0A;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";
	(void)state;
	for (size_t step = 1; step < sizeof body; step++)
		assert_int_equal(taken(TEXT(head), TEXT(body), step), sizeof body - 1);
	assert_int_equal(taken(TEXT(head), TEXT("0\r\n\r\nHTTP/1.1"), 100), 5);
	assert_int_equal(taken(TEXT(head), body, sizeof body - 3, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads),
		cmocka_unit_test(bodies_of_known_length),
		cmocka_unit_test(bodies_in_chunks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
