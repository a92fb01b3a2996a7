#include "base/text/cjson_lib.h"
#include "base/shared_lib.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

/* clang-format off */
#define FUNCTIONS(X) \
	X(cJSON *, AddArrayToObject, (cJSON *const object, const char *const name), (object, name)) \
	X(cJSON *, AddBoolToObject, (cJSON *const object, const char *const name, const cJSON_bool boolean), (object, name, boolean)) \
	X(cJSON_bool, AddItemToArray, (cJSON *array, cJSON *item), (array, item)) \
	X(cJSON_bool, AddItemToObject, (cJSON *object, const char *string, cJSON *item), (object, string, item)) \
	X(cJSON *, AddNumberToObject, (cJSON *const object, const char *const name, const double number), (object, name, number)) \
	X(cJSON *, AddObjectToObject, (cJSON *const object, const char *const name), (object, name)) \
	X(cJSON *, AddStringToObject, (cJSON *const object, const char *const name, const char *const string), (object, name, string)) \
	X(cJSON *, AddTrueToObject, (cJSON *const object, const char *const name), (object, name)) \
	X(cJSON_bool, Compare, (const cJSON *const a, const cJSON *const b, const cJSON_bool case_sensitive), (a, b, case_sensitive)) \
	X(cJSON *, CreateArray, (void), ()) \
	X(cJSON *, CreateBool, (cJSON_bool boolean), (boolean)) \
	X(cJSON *, CreateNumber, (double num), (num)) \
	X(cJSON *, CreateObject, (void), ()) \
	X(cJSON *, CreateRaw, (const char *raw), (raw)) \
	X(cJSON *, CreateString, (const char *string), (string)) \
	X(cJSON *, CreateStringArray, (const char *const *strings, int count), (strings, count)) \
	X(void, Delete, (cJSON *item), (item)) \
	X(void, DeleteItemFromObjectCaseSensitive, (cJSON *object, const char *string), (object, string)) \
	X(cJSON *, Duplicate, (const cJSON *item, cJSON_bool recurse), (item, recurse)) \
	X(cJSON *, GetArrayItem, (const cJSON *array, int index), (array, index)) \
	X(int, GetArraySize, (const cJSON *array), (array)) \
	X(cJSON *, GetObjectItem, (const cJSON *const object, const char *const string), (object, string)) \
	X(cJSON *, GetObjectItemCaseSensitive, (const cJSON *const object, const char *const string), (object, string)) \
	X(char *, GetStringValue, (const cJSON *const item), (item)) \
	X(cJSON_bool, IsArray, (const cJSON *const item), (item)) \
	X(cJSON_bool, IsFalse, (const cJSON *const item), (item)) \
	X(cJSON_bool, IsNull, (const cJSON *const item), (item)) \
	X(cJSON_bool, IsNumber, (const cJSON *const item), (item)) \
	X(cJSON_bool, IsObject, (const cJSON *const item), (item)) \
	X(cJSON_bool, IsString, (const cJSON *const item), (item)) \
	X(cJSON_bool, IsTrue, (const cJSON *const item), (item)) \
	X(cJSON *, Parse, (const char *value), (value)) \
	X(cJSON *, ParseWithLength, (const char *value, size_t buffer_length), (value, buffer_length)) \
	X(cJSON *, ParseWithLengthOpts, (const char *value, size_t buffer_length, const char **return_parse_end, cJSON_bool require_null_terminated), (value, buffer_length, return_parse_end, require_null_terminated)) \
	X(char *, Print, (const cJSON *item), (item)) \
	X(char *, PrintUnformatted, (const cJSON *item), (item)) \
	X(void, free, (void *object), (object))
/* clang-format on */

struct cjson_table {
#define MEMBER(type, name, parameters, arguments) type(*name) parameters;
	FUNCTIONS(MEMBER)
};

static const struct shared_entry entries[] = {
#define ENTRY(type, name, parameters, arguments) SHARED_ENTRY(struct cjson_table, "cJSON_", name),
	FUNCTIONS(ENTRY)
};

static const struct shared_lib libcjson = {
	.file = "libcjson.so.1",
	.name = "cJSON",
	.package = "libcjson1",
	.oldest = "1.7.14",
	.entries = entries,
	.nentries = sizeof entries / sizeof *entries,
};

/* What the dynamic linker would keep; written once. */
static struct cjson_table table;

int cjson_lib_open(struct errors *errors)
{
	return table.Parse ? 0 : shared_lib_open(&libcjson, &table, errors);
}

static const struct cjson_table *opened(void)
{
	struct errors unheard;
	if (table.Parse)
		return &table;
	struct arena *arena = arena_create();
	errors_init(&unheard, arena);
	if (cjson_lib_open(&unheard) != 0)
		abort();
	arena_destroy(arena);
	return &table;
}

#define FORWARD(type, name, parameters, arguments)                                                           \
	type cJSON_##name parameters                                                                         \
	{                                                                                                    \
		return opened()->name arguments;                                                             \
	}
FUNCTIONS(FORWARD)
