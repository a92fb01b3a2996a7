/* What probes say and how they judge the answers. */
#include "engine/probe/probe_wire.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* Appends a message of the server to `to`; returns the new length. */
static size_t message(char *to, size_t len, char type, const char *body, size_t body_len)
{
	to[len] = type;
	to[len + 1] = to[len + 2] = 0;
	to[len + 3] = (char)((body_len + 4) >> 8);
	to[len + 4] = (char)(body_len + 4);
	memcpy(to + len + 5, body, body_len);
	return len + 5 + body_len;
}

static enum wire refused(const char *code, const char *words, bool named, struct wire_pg *ret_pg)
{
	char body[256], bytes[300];
	size_t len = (size_t)snprintf(body, sizeof body, "SFATAL%cC%s%cM%s%c", 0, code, 0, words, 0) + 1;
	len = message(bytes, 0, 'E', body, len);
	*ret_pg = (struct wire_pg){ .named = named };
	size_t used;
	return wire_pg_judge(ret_pg, bytes, len, &used);
}

static void startup_packet_is_what_the_protocol_says(void **state)
{
	(void)state;
	char bytes[128];
	size_t len = wire_pg_startup(bytes, sizeof bytes, "api", "cart");
	static const char head[] = "\0\3\0\0user\0api\0database\0cart\0";
	assert_int_equal((unsigned char)bytes[3], len);
	assert_memory_equal(bytes + 4, head, sizeof head - 1);
	assert_int_equal(bytes[len - 1], 0);
	assert_int_equal(wire_pg_startup(bytes, 20, "api", "cart"), 0);
	assert_int_equal(wire_pg_query(bytes, sizeof bytes), 14);
	assert_int_equal(bytes[4], 13);
	assert_int_equal(wire_pg_terminate(bytes, sizeof bytes), 5);
}

static void postgresql_is_ready_after_a_query(void **state)
{
	(void)state;
	char bytes[256];
	size_t len = message(bytes, 0, 'R', "\0\0\0\0", 4), used = 0;
	len = message(bytes, len, 'S', "a\0b", 4);
	len = message(bytes, len, 'Z', "I", 1);
	struct wire_pg pg = { 0 };
	/* Byte by byte: nothing is decided before the last one. */
	for (size_t n = 0; n < len; n++) {
		struct wire_pg copy = pg;
		assert_int_equal(wire_pg_judge(&copy, bytes, n, &used), WIRE_MORE);
	}
	assert_int_equal(wire_pg_judge(&pg, bytes, len, &used), WIRE_SEND);
	assert_int_equal(used, len);
	len = message(bytes, 0, 'T', "xx", 2);
	len = message(bytes, len, 'D', "1", 1);
	len = message(bytes, len, 'Z', "I", 1);
	assert_int_equal(wire_pg_judge(&pg, bytes, len, &used), WIRE_PASS);
}

static void postgresql_query_refused_is_not_yet(void **state)
{
	(void)state;
	char bytes[256];
	struct wire_pg pg = { .queried = true };
	size_t used, len = message(bytes, 0, 'E', "CXX000\0Mbroken\0", 16);
	len = message(bytes, len, 'Z', "I", 1);
	assert_int_equal(wire_pg_judge(&pg, bytes, len, &used), WIRE_NOT_YET);
	assert_string_equal(pg.why, "broken");
}

static void postgresql_challenge_and_refused_user_are_alive(void **state)
{
	(void)state;
	char bytes[64];
	struct wire_pg pg = { 0 };
	size_t used, len = message(bytes, 0, 'R', "\0\0\0\12SCRAM-SHA-256\0", 19);
	assert_int_equal(wire_pg_judge(&pg, bytes, len, &used), WIRE_PASS);
	assert_int_equal(refused("28P01", "password authentication failed", false, &pg), WIRE_PASS);
	assert_int_equal(refused("28000", "no pg_hba.conf entry", true, &pg), WIRE_PASS);
	assert_int_equal(refused("3D000", "database \"x\" does not exist", false, &pg), WIRE_PASS);
}

static void postgresql_starting_up_is_not_yet(void **state)
{
	(void)state;
	struct wire_pg pg;
	assert_int_equal(refused("57P03", "the database system is starting up", false, &pg), WIRE_NOT_YET);
	assert_string_equal(pg.why, "the database system is starting up");
	assert_int_equal(refused("3D000", "database \"cart\" does not exist", true, &pg), WIRE_NOT_YET);
	assert_int_equal(refused("53300", "too many\x1b[31m clients", false, &pg), WIRE_NOT_YET);
	assert_string_equal(pg.why, "too many?[31m clients");
}

static void other_protocols_are_not_postgresql(void **state)
{
	(void)state;
	static const char *const answers[] = { "HTTP/1.1 400 Bad Request\r\n", "220 mail ESMTP\r\n",
		"R\xff\xff\xff\xff" };
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct wire_pg pg = { 0 };
		size_t used;
		assert_int_equal(wire_pg_judge(&pg, answers[i], strlen(answers[i]), &used), WIRE_NOT_YET);
		assert_string_equal(pg.why, "the answer is not PostgreSQL's");
	}
}

static int status_of(const char *text)
{
	return wire_http_status(text, strlen(text));
}

static void http_status_line_is_read(void **state)
{
	(void)state;
	assert_int_equal(status_of("HTTP/1.1 204 No Content\r\n"), 204);
	assert_int_equal(status_of("HTTP/1.0 200\r\n"), 200);
	assert_int_equal(status_of("HTTP/1.1 20"), 0);
	assert_int_equal(status_of(""), 0);
	assert_int_equal(status_of("SSH-2.0-OpenSSH\r\n"), -1);
	assert_int_equal(status_of("HTTP/1.1 2x0 OK\r\n"), -1);
}

static void interim_answers_are_not_the_answer(void **state)
{
	static const char text[] =
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
		"HTTP/1.1 204 No Content\r\n\r\n";
	const size_t hints = strcspn(text + 1, "H") + 1, last = sizeof text - 28;
	(void)state;
	assert_memory_equal(text + last, "HTTP/1.1 204", 12);
	assert_int_equal(wire_http_interim(text, sizeof text - 1), last);
	assert_int_equal(wire_http_interim(text, last - 1), hints);
	assert_int_equal(wire_http_status(text, hints), 0);
	assert_int_equal(status_of(text + last), 204);
	assert_int_equal(wire_http_interim(text + last, 27), 0);
	assert_int_equal(status_of("HTTP/1.1 101 Switching Protocols\r\n"), 101);
}

static void http_body_is_found_and_joined(void **state)
{
	(void)state;
	char answer[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n4;x=y\r\nWiki\r\nA\r\npedia in c\r\n0\r\n\r\n";
	size_t len = sizeof answer - 1, body = wire_http_body(answer, len);
	assert_memory_equal(answer + body, "4;x", 3);
	assert_true(wire_http_chunked(answer, len));
	bool whole = false;
	size_t joined = wire_http_join(answer + body, len - body, &whole);
	assert_true(whole);
	assert_int_equal(joined, 14);
	assert_memory_equal(answer + body, "Wikipedia in c", 14);
	char cut[] = "5\r\nab";
	assert_int_equal(wire_http_join(cut, 5, &whole), 2);
	assert_false(whole);
	static const char sized[] = "HTTP/1.1 200 OK\r\ncontent-LENGTH: 1234\r\n\r\n";
	assert_int_equal(wire_http_length(sized, sizeof sized - 1), 1234);
	assert_int_equal(wire_http_length(answer, len), -1);
	static const char plain[] = "HTTP/1.1 200 OK\nX: chunked\n\nbody";
	assert_false(wire_http_chunked(plain, sizeof plain - 1));
	assert_memory_equal(plain + wire_http_body(plain, sizeof plain - 1), "body", 4);
}

static void status_ranges_are_understood(void **state)
{
	(void)state;
	assert_true(wire_status_in(NULL, 200) && wire_status_in(NULL, 399));
	assert_false(wire_status_in(NULL, 404) || wire_status_in(NULL, 199));
	assert_true(wire_status_in("200-299, 401", 401));
	assert_true(wire_status_in("204", 204));
	assert_false(wire_status_in("200-299,401", 400));
	assert_false(wire_status_in("2xx", 200) || wire_status_in("200-", 200) || wire_status_in("", 200));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(startup_packet_is_what_the_protocol_says),
		cmocka_unit_test(postgresql_is_ready_after_a_query),
		cmocka_unit_test(postgresql_query_refused_is_not_yet),
		cmocka_unit_test(postgresql_challenge_and_refused_user_are_alive),
		cmocka_unit_test(postgresql_starting_up_is_not_yet),
		cmocka_unit_test(other_protocols_are_not_postgresql),
		cmocka_unit_test(http_status_line_is_read),
		cmocka_unit_test(interim_answers_are_not_the_answer),
		cmocka_unit_test(http_body_is_found_and_joined),
		cmocka_unit_test(status_ranges_are_understood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
