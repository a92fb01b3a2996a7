/* Any bytes as the record of a run, as the user's state directory has it: measured, advised, drawn in every
 * format; what is written of one is read again. */
#include "base/text/json.h"
#include "graph/timeline/timeline.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct timeline *read_record(struct arena *arena, const char *text, size_t len)
{
	struct errors errors;
	errors_init(&errors, arena);
	cJSON *json = json_parse(text, len, "record", &errors);
	struct timeline *timeline = json ? timeline_read(arena, json, "record", &errors) : NULL;
	cJSON_Delete(json);
	if (!timeline == !errors.count)
		abort();
	return timeline;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = { "text", "svg", "html", "json", "trace", "otlp" };
	static FILE *nowhere;
	struct arena *arena = arena_create();
	struct timeline *timeline = read_record(arena, (const char *)data, size);
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	for (size_t i = 0; timeline && i < sizeof formats / sizeof *formats; i++)
		if (timeline_draw(nowhere, timeline, formats[i], size % 200) != 0)
			abort();
	if (timeline) {
		auto_buf struct buf again;
		buf_init(&again, (size_t)16 << 20);
		timeline_write(timeline, &again);
		if (!read_record(arena, buf_text(&again), again.len))
			abort();
	}
	arena_destroy(arena);
	return 0;
}
