/* Any bytes as an answer, cut anywhere: the same must come out as in one piece. */
#include "engine/http/http_wire.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	struct buf head, body;
	enum http_wire_part last;
	size_t used;
};

static void run(struct outcome *outcome, const char *bytes, size_t len, size_t piece, unsigned how)
{
	struct http_wire wire = { 0 };
	buf_init(&outcome->head, HTTP_HEAD_MOST);
	buf_init(&outcome->body, (size_t)1 << 20);
	http_wire_init(&wire, &outcome->head, how & 1);
	wire.upgrades = how & 2;
	outcome->last = HTTP_WIRE_MORE;
	outcome->used = 0;
	for (size_t from = 0; from < len && outcome->last == HTTP_WIRE_MORE; from += piece) {
		const char *at = bytes + from, *end = at + (len - from < piece ? len - from : piece), *part;
		size_t size;
		while ((outcome->last = http_wire_next(&wire, &at, end, &part, &size)) == HTTP_WIRE_HEAD ||
			outcome->last == HTTP_WIRE_BODY) {
			if (outcome->last == HTTP_WIRE_BODY && (part < bytes || part + size > end || !size))
				abort();
			if (outcome->last == HTTP_WIRE_BODY)
				buf_append(&outcome->body, part, size);
		}
		outcome->used = (size_t)(at - bytes);
	}
	http_wire_finish(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, pieces;
	if (size < 2)
		return 0;
	run(&whole, (const char *)data + 1, size - 1, size, data[0] & 3);
	run(&pieces, (const char *)data + 1, size - 1, data[0] % 61 + 1u, data[0] & 3);
	if (whole.last != pieces.last || (whole.last == HTTP_WIRE_END && whole.used != pieces.used) ||
		whole.body.len != pieces.body.len ||
		strcmp(buf_text(&whole.head), buf_text(&pieces.head)) != 0 ||
		memcmp(buf_text(&whole.body), buf_text(&pieces.body), whole.body.len) != 0)
		abort();
	buf_finish(&whole.head);
	buf_finish(&whole.body);
	buf_finish(&pieces.head);
	buf_finish(&pieces.body);
	return 0;
}
