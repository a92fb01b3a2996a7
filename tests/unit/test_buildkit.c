/* BuildKit's progress messages: protobuf made by hand here, and bytes that an engine sent. */
#include "base/buf.h"
#include "base/text/base64.h"
#include "engine/build/buildkit.h"
#include "unit.h"

#include <string.h>

static struct arena *arena;
static struct buf said;

static int setup(void **state)
{
	(void)state;
	arena = arena_create();
	buf_init(&said, 100000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buf_finish(&said);
	arena_destroy(arena);
	return 0;
}

static void vertex(void *arg, const struct buildkit_vertex *seen)
{
	(void)arg;
	buf_printf(&said, "vertex %s %s cached=%d %lld-%lld error=%s\n", seen->digest, seen->name,
		seen->cached, (long long)seen->started, (long long)seen->completed, seen->error);
}

static void status(void *arg, const struct buildkit_status *seen)
{
	(void)arg;
	buf_printf(&said, "status %s %s %s %lld/%lld\n", seen->vertex, seen->id, seen->name,
		(long long)seen->current, (long long)seen->total);
}

static void output(void *arg, const struct buildkit_log *seen)
{
	(void)arg;
	buf_printf(
		&said, "log %s %d [%.*s]\n", seen->vertex, seen->standard_error, (int)seen->len, seen->bytes);
}

static void warning(void *arg, const struct buildkit_warning *seen)
{
	(void)arg;
	buf_printf(&said, "warning %s %s %s\n", seen->vertex, seen->text, seen->url);
}

static int read_bytes(const void *bytes, size_t len)
{
	const struct buildkit_reader reader = {
		.vertex = vertex, .status = status, .log = output, .warning = warning
	};
	buf_reset(&said);
	return buildkit_read(arena, bytes, len, &reader);
}

/* A writer of the same format, the other way round. */
static void put_varint(struct buf *buf, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_putc(buf, (char)(value | 0x80));
	buf_putc(buf, (char)value);
}

static void put_number(struct buf *buf, unsigned field, uint64_t value)
{
	put_varint(buf, field << 3);
	put_varint(buf, value);
}

static void put_bytes(struct buf *buf, unsigned field, const char *bytes, size_t len)
{
	put_varint(buf, field << 3 | 2);
	put_varint(buf, len);
	buf_append(buf, bytes, len);
}

static void put_text(struct buf *buf, unsigned field, const char *text)
{
	put_bytes(buf, field, text, strlen(text));
}

static void put_time(struct buf *buf, unsigned field, uint64_t seconds, uint64_t nanos)
{
	auto_buf struct buf time;
	buf_init(&time, 100);
	put_number(&time, 1, seconds);
	put_number(&time, 2, nanos);
	put_bytes(buf, field, time.data, time.len);
}

static void make_message(struct buf *all)
{
	auto_buf struct buf part;
	buf_init(&part, 1000);
	put_text(&part, 1, "sha256:a");
	put_text(&part, 2, "sha256:input");
	put_text(&part, 3, "[1/2] RUN x");
	put_number(&part, 4, 1);
	put_time(&part, 5, 1700000000, 5);
	put_time(&part, 6, 1700000001, 6);
	put_text(&part, 7, "exit code: 3");
	put_text(&part, 99, "unknown");
	put_bytes(all, 1, part.data, part.len);
	buf_reset(&part);
	put_text(&part, 1, "id");
	put_text(&part, 2, "sha256:a");
	put_text(&part, 3, "name");
	put_number(&part, 4, 300);
	put_number(&part, 5, 5000000000);
	put_bytes(all, 2, part.data, part.len);
	buf_reset(&part);
	put_text(&part, 1, "sha256:a");
	put_number(&part, 3, 2);
	put_text(&part, 4, "output\n");
	put_bytes(all, 3, part.data, part.len);
	buf_reset(&part);
	put_text(&part, 1, "sha256:a");
	put_number(&part, 2, 1);
	put_text(&part, 3, "careful");
	put_text(&part, 5, "http://x");
	put_bytes(all, 4, part.data, part.len);
	put_number(all, 77, 1);
}

static void all_parts_are_read(void **state)
{
	(void)state;
	auto_buf struct buf all;
	buf_init(&all, 10000);
	make_message(&all);
	assert_int_equal(read_bytes(all.data, all.len), 0);
	assert_string_equal(buf_text(&said),
		"vertex sha256:a [1/2] RUN x cached=1 1700000000000000005-1700000001000000006 error=exit code: 3\n"
		"status sha256:a id name 300/5000000000\n"
		"log sha256:a 1 [output\n]\n"
		"warning sha256:a careful http://x\n");
}

static void a_cut_message_is_told_up_to_the_cut(void **state)
{
	(void)state;
	auto_buf struct buf all;
	size_t whole = 0;
	buf_init(&all, 10000);
	make_message(&all);
	for (size_t len = 0; len < all.len; len++) {
		auto_buf struct buf exact; /* so that reading past the end is seen by the sanitizer */
		buf_init(&exact, 10000);
		buf_append(&exact, all.data, len);
		whole += read_bytes(exact.data, len) == 0;
	}
	assert_int_equal(whole, 5); /* between the parts only */
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_bytes("", 0), 0);
	assert_int_equal(read_bytes("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11), -1);
	assert_int_equal(read_bytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11), -1);
	assert_int_equal(read_bytes("\x0b", 1), -1);
	assert_int_equal(read_bytes("\x0a\x02\x0a\x05", 4), -1);
	assert_int_equal(read_bytes("\x0a\x02\x08\x01", 4), 0); /* digest as a number: taken for none */
	assert_string_equal(buf_text(&said), "vertex   cached=0 0-0 error=\n");
}

/* As engines 28.5 and 20.10 sent them: a step that runs, its output, its end. */
static void what_engines_send(void **state)
{
	(void)state;
	static const struct {
		const char *base64, *says;
	} sent[] = {
		{ "GmQKR3NoYTI1NjpmYmJmYWIyYTFiODFlYzNjMjFiYjEwZjVkZjU5NThlZDk0NTNmOWJiM2M4NmMxYjhhYjMyYWU5NjMw"
		  "ZDgwYzNhEgsIgeaG2AYQ/uDnLxgBIgpvbmUgbGluZS4K",
			"log sha256:fbbfab2a1b81ec3c21bb10f5df5958ed9453f9bb3c86c1b8ab32ae9630d80c3a 0 [one line.\n]\n" },
		{ "GmgKR3NoYTI1Njo2MGU4MTZiYzZkOGRmOWJhMWZkNzE5ZDczOTY2ZTY2MjExODFhMjYwOTllMzJkY2Q3NzE4NTZlNTc5"
		  "ZThiN2NkEgwIguaG2AYQorDGygIYASINb25lIGxpbmUuCiVOCg==",
			"log sha256:60e816bc6d8df9ba1fd719d73966e6621181a26099e32dcd771856e579e8b7cd 0 [one line.\n%N\n]\n" },
		{ "CtEBCkdzaGEyNTY6ZmJiZmFiMmExYjgxZWMzYzIxYmIxMGY1ZGY1OTU4ZWQ5NDUzZjliYjNjODZjMWI4YWIzMmFlOTYz"
		  "MGQ4MGMzYRJHc2hhMjU2OmUxNDMyYjhlMjA1NGFiYjAzNDQ1MWMxNWYwYThhZDQ5ZDA3ZjU4OTJjYTI2NjAxNjIyNmZl"
		  "Yzc3ZTk1ZDIwYTAaIlsyLzJdIFJVTiBlY2hvIG9uZSBsaW5lLjsgZGF0ZSArJU4qDAiA5obYBhCUmreDAzILCIHmhtgG"
		  "EJKnjk0=",
			"vertex sha256:fbbfab2a1b81ec3c21bb10f5df5958ed9453f9bb3c86c1b8ab32ae9630d80c3a [2/2] RUN "
			"echo one line.; date +%N cached=0 1795273472812502292-1795273473161715090 error=\n" },
	};
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		size_t len = 0;
		char *bytes = base64_decode(arena, sent[i].base64, &len);
		assert_non_null(bytes);
		assert_int_equal(read_bytes(bytes, len), 0);
		assert_string_equal(buf_text(&said), sent[i].says);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_parts_are_read),
		TEST(a_cut_message_is_told_up_to_the_cut),
		TEST(nonsense_is_refused),
		TEST(what_engines_send),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
