/* Any bytes as a log stream, cut anywhere: the same text must come out as in one piece. */
#include "base/buf.h"
#include "engine/stream/frames.h"
#include "engine/stream/lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sink {
	struct buf text[2];
	struct lines lines[2];
	unsigned which;
};

static void line(void *arg, const char *text, size_t len)
{
	struct sink *sink = arg;
	if (memchr(text, '\n', len) || len > 32)
		abort();
	buf_append(&sink->text[sink->which], text, len);
	buf_putc(&sink->text[sink->which], '\n');
}

static void payload(void *arg, bool standard_error, const char *bytes, size_t len)
{
	struct sink *sink = arg;
	sink->which = standard_error;
	lines_feed(&sink->lines[standard_error], bytes, len, line, sink);
}

static void run(struct sink *sink, const char *bytes, size_t len, size_t piece)
{
	struct frames frames = { 0 };
	for (int i = 0; i < 2; i++) {
		buf_init(&sink->text[i], (size_t)1 << 20);
		lines_init(&sink->lines[i], 32);
	}
	for (size_t at = 0; at < len; at += piece)
		frames_feed(&frames, bytes + at, len - at < piece ? len - at : piece, payload, sink);
	for (sink->which = 0; sink->which < 2; sink->which++) {
		lines_flush(&sink->lines[sink->which], line, sink);
		lines_finish(&sink->lines[sink->which]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sink whole, pieces;
	if (size < 2)
		return 0;
	run(&whole, (const char *)data + 1, size - 1, size);
	run(&pieces, (const char *)data + 1, size - 1, data[0] % 61 + 1u);
	for (int i = 0; i < 2; i++) {
		if (strcmp(buf_text(&whole.text[i]), buf_text(&pieces.text[i])) != 0 ||
			whole.text[i].len != pieces.text[i].len)
			abort();
		buf_finish(&whole.text[i]);
		buf_finish(&pieces.text[i]);
	}
	return 0;
}
