/* Any bytes as a list, in pieces: its elements are those of the whole document. */
#include "base/text/json.h"
#include "base/text/json_list.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct got {
	struct errors errors;
	int elements;
};

static int one_more(void *arg, const char *text, size_t len)
{
	struct got *got = arg;
	cJSON *json = json_parse(text, len, "element", &got->errors);
	got->elements += json != NULL;
	cJSON_Delete(json);
	return json ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct arena *arena = arena_create();
	struct json_list list = { 0 };
	struct got got = { .elements = 0 };
	errors_init(&got.errors, arena);
	json_list_init(&list, (size_t)1 << 16);
	size_t half = size / 2;
	json_list_feed(&list, text, half, one_more, &got);
	json_list_feed(&list, text + half, size - half, one_more, &got);
	if (json_list_end(&list, "list", &got.errors) == 0) {
		cJSON *json = json_parse(text, size, "list", &got.errors);
		if (json && cJSON_GetArraySize(json) != got.elements)
			abort();
		cJSON_Delete(json);
	}
	json_list_finish(&list);
	arena_destroy(arena);
	return 0;
}
