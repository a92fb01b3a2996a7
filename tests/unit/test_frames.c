/* Log frames and lines: whatever the pieces are in which bytes arrive, the same text comes out. */
#include "base/buf.h"
#include "engine/stream/frames.h"
#include "engine/stream/lines.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

struct bed {
	struct buf text[2];
	struct lines lines;
	struct frames frames;
	size_t calls, stop_after, longest;
};

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof *bed);
	buf_init(&bed->text[0], (size_t)8 << 20);
	buf_init(&bed->text[1], (size_t)8 << 20);
	lines_init(&bed->lines, 64);
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;
	buf_finish(&bed->text[0]);
	buf_finish(&bed->text[1]);
	lines_finish(&bed->lines);
	free(bed);
	return 0;
}

static void payload(void *arg, bool standard_error, const char *bytes, size_t len)
{
	struct bed *bed = arg;
	buf_append(&bed->text[standard_error], bytes, len);
	if (++bed->calls == bed->stop_after)
		bed->frames.stop = true;
}

static void put_frame(struct buf *stream, unsigned char kind, const char *bytes, size_t len)
{
	unsigned char head[8] = { kind, 0, 0, 0, (unsigned char)(len >> 24), (unsigned char)(len >> 16),
		(unsigned char)(len >> 8), (unsigned char)len };
	buf_append(stream, head, sizeof head);
	buf_append(stream, bytes, len);
}

/* Feeds the stream in pieces of `size` bytes. */
static void feed(struct bed *bed, const struct buf *stream, size_t size)
{
	bed->frames = (struct frames){ 0 };
	buf_reset(&bed->text[0]);
	buf_reset(&bed->text[1]);
	for (size_t at = 0; at < stream->len; at += size)
		frames_feed(&bed->frames, stream->data + at,
			stream->len - at < size ? stream->len - at : size, payload, bed);
}

static void frames_may_be_cut_anywhere(void **state)
{
	struct bed *bed = *state;
	auto_buf struct buf stream;
	buf_init(&stream, 100000);
	put_frame(&stream, 1, "out one\n", 8);
	put_frame(&stream, 2, "err\n", 4);
	put_frame(&stream, 1, "", 0);
	put_frame(&stream, 0, "in", 2);
	put_frame(&stream, 3, "sys\n", 4);
	put_frame(&stream, 1, "\0\1\2", 3);
	for (size_t size = 1; size <= stream.len; size++) {
		feed(bed, &stream, size);
		assert_int_equal(bed->text[0].len, 13);
		assert_memory_equal(bed->text[0].data, "out one\nin\0\1\2", 13);
		assert_string_equal(buf_text(&bed->text[1]), "err\nsys\n");
	}
}

static void a_stream_without_frames_is_raw(void **state)
{
	struct bed *bed = *state;
	auto_buf struct buf stream;
	buf_init(&stream, 1000);
	buf_puts(&stream, "plain text of a terminal\r\n");
	for (size_t size = 1; size <= stream.len; size++) {
		feed(bed, &stream, size);
		assert_string_equal(buf_text(&bed->text[0]), stream.data);
	}
	bed->frames = (struct frames){ .raw = true };
	buf_reset(&bed->text[0]);
	frames_feed(&bed->frames, "\1\0\0\0\0\0\0\1x", 9, payload, bed);
	assert_int_equal(bed->text[0].len, 9);
}

/* What ends within a frame has been cut. */
static void an_end_is_whole_or_not(void **state)
{
	struct bed *bed = *state;
	auto_buf struct buf stream;
	buf_init(&stream, 1000);
	put_frame(&stream, 1, "abc", 3);
	put_frame(&stream, 2, "de", 2);
	for (size_t len = 0; len <= 21; len++) {
		const struct buf cut = { .data = stream.data, .len = len };
		feed(bed, &cut, 100);
		bed->frames.begun = true; /* as of a dialog, whose stream has frames for sure */
		assert_int_equal(frames_end(&bed->frames, payload, bed), len == 0 || len == 11 || len == 21);
	}
	feed(bed, &stream, 100);
	frames_feed(&bed->frames, "\7\0\0\0\0\0\0\1x", 9, payload, bed);
	assert_false(frames_end(&bed->frames, payload, bed));
	assert_string_equal(buf_text(&bed->text[1]), "de");
	/* too short to be told from raw output */
	feed(bed, &(const struct buf){ .data = stream.data, .len = 0 }, 100);
	frames_feed(&bed->frames, "hi\r\n", 4, payload, bed);
	assert_true(frames_end(&bed->frames, payload, bed));
	assert_string_equal(buf_text(&bed->text[0]), "hi\r\n");
}

static void a_callback_can_stop_it(void **state)
{
	struct bed *bed = *state;
	auto_buf struct buf stream;
	buf_init(&stream, 1000);
	put_frame(&stream, 1, "a", 1);
	put_frame(&stream, 1, "b", 1);
	put_frame(&stream, 1, "c", 1);
	bed->stop_after = 2;
	feed(bed, &stream, stream.len);
	assert_string_equal(buf_text(&bed->text[0]), "ab");
}

static void line(void *arg, const char *text, size_t len)
{
	struct bed *bed = arg;
	buf_append(&bed->text[0], text, len);
	buf_putc(&bed->text[0], '|');
	bed->longest = len > bed->longest ? len : bed->longest;
	if (++bed->calls == bed->stop_after)
		bed->lines.stop = true;
}

static void lines_may_be_cut_anywhere(void **state)
{
	struct bed *bed = *state;
	static const char text[] = "one\n\nthree\r\nfour";
	for (size_t size = 1; size <= strlen(text); size++) {
		buf_reset(&bed->text[0]);
		for (size_t at = 0; at < strlen(text); at += size)
			lines_feed(&bed->lines, text + at,
				strlen(text) - at < size ? strlen(text) - at : size, line, bed);
		assert_string_equal(buf_text(&bed->text[0]), "one||three\r|");
		lines_flush(&bed->lines, line, bed);
		lines_flush(&bed->lines, line, bed);
		assert_string_equal(buf_text(&bed->text[0]), "one||three\r|four|");
	}
}

static void long_lines_come_in_pieces(void **state)
{
	struct bed *bed = *state;
	char text[1000];
	memset(text, 'x', sizeof text);
	text[999] = '\n';
	for (size_t size = 1; size <= sizeof text; size += 37) {
		buf_reset(&bed->text[0]);
		bed->calls = 0;
		for (size_t at = 0; at < sizeof text; at += size)
			lines_feed(&bed->lines, text + at, sizeof text - at < size ? sizeof text - at : size,
				line, bed);
		assert_int_equal(bed->calls, 16); /* 15 × 64 and 39 */
		assert_int_equal(bed->text[0].len, 999 + 16);
		assert_int_equal(bed->longest, 64);
	}
}

static void a_line_callback_can_stop_it(void **state)
{
	struct bed *bed = *state;
	bed->stop_after = 2;
	lines_feed(&bed->lines, "a", 1, line, bed);
	lines_feed(&bed->lines, "b\nc\nd\n", 6, line, bed);
	assert_string_equal(buf_text(&bed->text[0]), "ab|c|");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_may_be_cut_anywhere),
		TEST(a_stream_without_frames_is_raw),
		TEST(an_end_is_whole_or_not),
		TEST(a_callback_can_stop_it),
		TEST(lines_may_be_cut_anywhere),
		TEST(long_lines_come_in_pieces),
		TEST(a_line_callback_can_stop_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
