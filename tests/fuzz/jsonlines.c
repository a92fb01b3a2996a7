/* Any bytes as a stream of JSON lines, as events, pulls and builds send them. */
#include "base/text/json.h"
#include "engine/stream/lines.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void line(void *arg, const char *text, size_t len)
{
	struct errors errors;
	size_t before = 0;
	errors_init(&errors, arg);
	cJSON *json = json_parse(text, len, "message", &errors);
	if (!json == (errors.count == before))
		abort();
	const char *status = json_text(json, "Actor.Attributes.name", json_text(json, "status", ""));
	int64_t number = json_int(json, "progressDetail.current", 0) + (json_bool(json, "aux.ID") ? 1 : 0);
	if (strlen(status) > len || (number == 1 && !json))
		abort();
	cJSON_Delete(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	struct lines lines;
	lines_init(&lines, 4096);
	for (size_t at = 0; at < size; at += 100)
		lines_feed(&lines, (const char *)data + at, size - at < 100 ? size - at : 100, line, arena);
	lines_flush(&lines, line, arena);
	lines_finish(&lines);
	arena_destroy(arena);
	return 0;
}
