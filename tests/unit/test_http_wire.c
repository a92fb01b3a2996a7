/* The decoder of answers: each whole, and byte by byte. */
#include "engine/http/http_wire.h"
#include "unit.h"

#include <string.h>

/* What came out of some bytes. */
struct got {
	struct buf head, body;
	struct http_wire wire;
	enum http_wire_part last;
	unsigned heads;
	size_t used;
};

static void feed(struct got *got, const char *bytes, size_t len, size_t piece)
{
	got->last = HTTP_WIRE_MORE;
	for (size_t from = 0; from < len && got->last == HTTP_WIRE_MORE; from += piece) {
		const char *at = bytes + from, *end = at + (len - from < piece ? len - from : piece), *part;
		size_t size;
		while ((got->last = http_wire_next(&got->wire, &at, end, &part, &size)) == HTTP_WIRE_HEAD ||
			got->last == HTTP_WIRE_BODY) {
			if (got->last == HTTP_WIRE_HEAD)
				got->heads++;
			else
				buf_append(&got->body, part, size);
		}
		got->used = (size_t)(at - bytes);
	}
}

static void begin(struct got *got, bool headless)
{
	*got = (struct got){ 0 };
	buf_init(&got->head, HTTP_HEAD_MOST);
	buf_init(&got->body, 1 << 20);
	http_wire_init(&got->wire, &got->head, headless);
}

static void finish(struct got *got)
{
	http_wire_finish(&got->wire);
	buf_finish(&got->head);
	buf_finish(&got->body);
}

static void whole_answers(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *body;
		int status;
		enum http_wire_part last;
		bool keep, ended, headless;
		size_t left; /* bytes that belong to the next answer */
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", "ab", 200, HTTP_WIRE_END, true, true,
			false, 0 },
		{ "HTTP/1.1 200 OK\nContent-Length: 2\n\nabHTTP", "ab", 200, HTTP_WIRE_END, true, true, false,
			4 },
		{ "HTTP/1.1 204 No Content\r\n\r\n", "", 204, HTTP_WIRE_END, true, true, false, 0 },
		{ "HTTP/1.1 304 \r\nContent-Length: 9\r\n\r\n", "", 304, HTTP_WIRE_END, true, true, false,
			0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "", 200, HTTP_WIRE_END, true, true, true,
			0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 200, HTTP_WIRE_END, true, true, false,
			0 },
		{ "HTTP/1.1 200\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n"
		  "T: v\r\n\r\n",
			"abc0123456789", 200, HTTP_WIRE_END, true, true, false, 0 },
		{ "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x",
			200, HTTP_WIRE_END, true, true, false, 0 },
		{ "HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 1\r\n\r\nx", "x", 200,
			HTTP_WIRE_END, false, true, false, 0 },
		{ "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "x", 200, HTTP_WIRE_END, false, true,
			false, 0 },
		{ "HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", 200, HTTP_WIRE_MORE, false, true,
			false, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf", "half", 200, HTTP_WIRE_MORE, true,
			false, false, 0 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc", 200,
			HTTP_WIRE_MORE, true, false, false, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t len = strlen(rows[i].bytes);
		for (size_t piece = 1; piece <= len; piece += len - 1) {
			struct got got;
			begin(&got, rows[i].headless);
			feed(&got, rows[i].bytes, len, piece);
			assert_string_equal(buf_text(&got.body), rows[i].body);
			assert_int_equal(got.wire.status, rows[i].status);
			assert_int_equal(got.last, rows[i].last);
			assert_int_equal(got.heads, 1);
			assert_int_equal(got.wire.keep, rows[i].keep);
			assert_int_equal(http_wire_ended(&got.wire), rows[i].ended);
			assert_int_equal(len - got.used, rows[i].left);
			finish(&got);
		}
	}
}

/* What follows is another protocol's, whatever the head says of a body. */
static void an_upgrade_is_an_answer(void **state)
{
	(void)state;
	const char *bytes = "HTTP/1.1 101 UPGRADED\r\nContent-Length: 2\r\n\r\nraw\r\n\r\nbytes";
	struct got got;
	begin(&got, false);
	got.wire.upgrades = true;
	feed(&got, bytes, strlen(bytes), 1);
	assert_int_equal(got.wire.status, 101);
	assert_int_equal(got.heads, 1);
	assert_string_equal(buf_text(&got.body), "raw\r\n\r\nbytes");
	assert_true(http_wire_ended(&got.wire));
	assert_false(got.wire.keep);
	finish(&got);
}

/* RFC 9112 §6.3 */
static void a6_two_lengths_of_an_answer(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\ncontent-length: 2\r\n\r\n[]",
			"the answer has two Content-Length headers" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
			"the answer has both Content-Length and Transfer-Encoding" },
		{ "HTTP/1.1 20\r\n", "the answer is not HTTP" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct got got;
		begin(&got, false);
		feed(&got, rows[i][0], strlen(rows[i][0]), 1);
		assert_int_equal(got.last, HTTP_WIRE_BAD);
		assert_string_equal(got.wire.flaw, rows[i][1]);
		finish(&got);
	}
}

static void what_is_no_answer(void **state)
{
	(void)state;
	static const char *const rows[] = { "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n\r\n",
		"HTTP/1.1 20\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 099 No\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct got got;
		begin(&got, false);
		feed(&got, rows[i], strlen(rows[i]), 1);
		assert_int_equal(got.last, HTTP_WIRE_BAD);
		finish(&got);
	}
	struct got got;
	begin(&got, false);
	feed(&got, "HTTP/1.1 200 OK\r\nA: \0\r\n", 23, 23);
	assert_int_equal(got.last, HTTP_WIRE_BAD);
	finish(&got);
}

static void heads_are_bounded(void **state)
{
	(void)state;
	struct got got;
	begin(&got, false);
	feed(&got, "HTTP/1.1 200 OK\r\n", 17, 17);
	for (int lines = 0; got.last == HTTP_WIRE_MORE; lines++) {
		assert_in_range(lines, 0, 10000);
		feed(&got, "Name: 0123456789\r\n", 18, 18);
	}
	assert_int_equal(got.last, HTTP_WIRE_BAD);
	http_wire_init(&got.wire, &got.head, false); /* the next answer begins anew */
	feed(&got, "HTTP/1.1 200 OK\r\nb: 1\r\nA:  2\r\nB: 3\r\nContent-Length: 0\r\n\r\n", 58, 7);
	assert_int_equal(got.last, HTTP_WIRE_END);
	assert_string_equal(http_wire_header(&got.head, "B"), "3");
	assert_string_equal(http_wire_header(&got.head, "a"), "2");
	assert_null(http_wire_header(&got.head, "Content"));
	finish(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_answers),
		cmocka_unit_test(an_upgrade_is_an_answer),
		cmocka_unit_test(a6_two_lengths_of_an_answer),
		cmocka_unit_test(what_is_no_answer),
		cmocka_unit_test(heads_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
