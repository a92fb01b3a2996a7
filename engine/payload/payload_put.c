#include "engine/payload/payload_put.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

static void put_item(struct cJSON *object, const char *key, struct cJSON *value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, key);
	cJSON_AddItemToObject(object, key, value);
}

void put_text(struct cJSON *object, const char *key, const char *text)
{
	if (text)
		put_item(object, key, cJSON_CreateString(text));
}

void put_bool(struct cJSON *object, const char *key, bool yes)
{
	put_item(object, key, cJSON_CreateBool(yes));
}

void put_int(struct cJSON *object, const char *key, int64_t value)
{
	char text[32];
	snprintf(text, sizeof text, "%" PRId64, value);
	put_item(object, key, cJSON_CreateRaw(text));
}

void put_list(struct cJSON *object, const char *key, const char *const *texts, size_t count)
{
	if (!texts)
		return;
	cJSON *list = cJSON_CreateArray();
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(texts[i]));
	put_item(object, key, list);
}

void put_pairs(struct cJSON *object, const char *key, const struct pair *pairs, size_t count)
{
	if (count == 0)
		return;
	cJSON *map = cJSON_CreateObject();
	for (size_t i = 0; i < count; i++)
		put_text(map, pairs[i].key, pairs[i].value ? pairs[i].value : "");
	put_item(object, key, map);
}

void put_append(struct cJSON *object, const char *key, const char *text)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key);
	if (!list)
		list = cJSON_AddArrayToObject(object, key);
	cJSON_AddItemToArray(list, cJSON_CreateString(text));
}

int body_fail(const struct body *body, const char *attribute, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = arena_vprintf(body->arena, format, args);
	va_end(args);
	return error_add(body->errors, ERROR_FILE, &body->service->at,
		arena_printf(body->arena, "services.%s.%s", body->service->key, attribute), "%s", message);
}

int body_needs(const struct body *body, int minor, const char *attribute, const char *release)
{
	if (body->context->engine->api >= minor)
		return 0;
	error_add(body->errors, ERROR_ENGINE, &body->service->at,
		arena_printf(body->arena, "services.%s.%s", body->service->key, attribute),
		"needs Docker Engine %s or later; this one speaks API 1.%d", release,
		body->context->engine->api);
	return error_hint(body->errors, "remove the attribute, or update the engine");
}
