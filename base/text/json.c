#include "base/text/json.h"

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define JSON_DEPTH_MOST 64
#define JSON_FILE_MOST  ((size_t)4 << 20)

/* Whether the text nests deeper than allowed; looked at before parsing, so that the parser's recursion is
 * bounded by us. */
static bool too_deep(const char *text, size_t len)
{
	unsigned depth = 0;
	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case '"':
			for (i++; i < len && text[i] != '"'; i++)
				i += text[i] == '\\';
			break;
		case '{':
		case '[':
			if (++depth > JSON_DEPTH_MOST)
				return true;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		}
	}
	return false;
}

struct cJSON *json_parse(const char *text, size_t len, const char *what, struct errors *errors)
{
	if (too_deep(text, len)) {
		error_add(errors, ERROR_ENGINE, NULL, NULL, "%s nests deeper than %d levels", what,
			JSON_DEPTH_MOST);
		return NULL;
	}
	const char *end = text;
	struct cJSON *json = len ? cJSON_ParseWithLengthOpts(text, len, &end, 0) : NULL;
	size_t used = (size_t)(end - text);
	while (json && used < len && strchr(" \t\r\n", text[used]) && text[used])
		used++;
	if (!json || used < len) {
		cJSON_Delete(json);
		error_add(errors, ERROR_ENGINE, NULL, NULL, "%s is not JSON (near byte %zu of %zu)", what,
			used, len);
		return NULL;
	}
	return json;
}

int json_read(const char *file, struct cJSON **ret_json, struct errors *errors)
{
	auto_buf struct buf text;
	char bytes[4096];
	size_t len;
	buf_init(&text, JSON_FILE_MOST);
	/* Opening a pipe would wait for its writer. */
	struct stat status;
	if (stat(file, &status) == 0 && S_ISFIFO(status.st_mode))
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot read %s: it is a pipe", file);
	FILE *stream = fopen(file, "re");
	if (!stream && (errno == ENOENT || errno == ENOTDIR)) {
		*ret_json = NULL;
		return 0;
	}
	if (!stream)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "cannot read %s: %s", file, strerror(errno));
	while ((len = fread(bytes, 1, sizeof bytes, stream)) > 0 && buf_append(&text, bytes, len))
		;
	bool failed = ferror(stream);
	int reason = errno;
	fclose(stream);
	if (failed || text.overflow)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot read %s: %s", file,
			text.overflow ? "it is larger than 4 MiB" : strerror(reason));
	if (strspn(buf_text(&text), " \t\r\n") == text.len) {
		*ret_json = NULL;
		return 0;
	}
	struct cJSON *json = json_parse(text.data, text.len, file, errors);
	if (!json)
		return -1;
	*ret_json = json;
	return 0;
}

const struct cJSON *json_get(const struct cJSON *json, const char *key)
{
	return json ? cJSON_GetObjectItemCaseSensitive(json, key) : NULL;
}

const struct cJSON *json_at(const struct cJSON *json, const char *path)
{
	while (json && *path) {
		char key[64];
		size_t len = strcspn(path, ".");
		if (len >= sizeof key)
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		json = json_get(json, key);
		path += len + (path[len] == '.');
	}
	return json;
}

const struct cJSON *json_object(const struct cJSON *json, const char *path)
{
	const struct cJSON *item = json_at(json, path);
	return cJSON_IsObject(item) ? item : NULL;
}

const char *json_text(const struct cJSON *json, const char *path, const char *fallback)
{
	const struct cJSON *item = json_at(json, path);
	return cJSON_IsString(item) && item->valuestring ? item->valuestring : fallback;
}

int64_t json_int(const struct cJSON *json, const char *path, int64_t fallback)
{
	const struct cJSON *item = json_at(json, path);
	if (!cJSON_IsNumber(item) || !(item->valuedouble > -9.2e18 && item->valuedouble < 9.2e18))
		return fallback;
	return (int64_t)item->valuedouble;
}

bool json_bool(const struct cJSON *json, const char *path)
{
	return cJSON_IsTrue(json_at(json, path));
}

/* The kind in words, with its article. */
static const char *kind_words(unsigned kind)
{
	static const struct {
		unsigned kind;
		const char *words;
	} kinds[] = { { JSON_ID, "an id" }, { JSON_TEXT, "a text" }, { JSON_NUMBER, "a number" },
		{ JSON_BOOL, "true or false" }, { JSON_LIST, "a list" }, { JSON_OBJECT, "an object" },
		{ JSON_NULL, "null" } };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kind & kinds[i].kind)
			return kinds[i].words;
	return "missing";
}

bool json_is_id(const char *text)
{
	enum { ID_MOST = 255 };
	size_t len = text ? strnlen(text, ID_MOST + 1) : 0;
	return len && len <= ID_MOST && !strchr("_.:-", *text) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-") == len;
}

static unsigned kind_of_value(const struct cJSON *json)
{
	if (!json)
		return JSON_NONE;
	if (cJSON_IsString(json))
		return json_is_id(json->valuestring) ? JSON_TEXT | JSON_ID : JSON_TEXT;
	return cJSON_IsObject(json)                        ? JSON_OBJECT
	       : cJSON_IsArray(json)                       ? JSON_LIST
	       : cJSON_IsNumber(json)                      ? JSON_NUMBER
	       : cJSON_IsTrue(json) || cJSON_IsFalse(json) ? JSON_BOOL
							   : JSON_NULL;
}

/* What stands in the place of something else, in words. A text that is no id says which it is. */
static const char *value_words(struct arena *arena, const struct cJSON *json, unsigned wanted)
{
	enum { SHOWN = 40 };
	if (!cJSON_IsString(json) || !(wanted & JSON_ID))
		return kind_words(kind_of_value(json) & ~(unsigned)JSON_ID);
	const char *text = json->valuestring;
	size_t len = strnlen(text, SHOWN + 1);
	if (!len)
		return "an empty text";
	if (len <= SHOWN)
		return arena_printf(arena, "\"%s\"", text);
	for (len = SHOWN; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
		len--;
	return arena_printf(arena, "\"%.*s…\"", (int)len, text);
}

int json_check(const struct cJSON *json, const struct json_member *members, size_t count, const char *what,
	struct errors *errors)
{
	for (size_t i = 0; i < count; i++) {
		const char *path = members[i].path;
		const struct cJSON *value = json_at(json, path);
		unsigned kinds = members[i].kinds;
		if (!(kind_of_value(value) & kinds))
			return error_add(errors, ERROR_ENGINE, NULL, NULL, "%s: %s is %s, not %s", what,
				*path ? path : "the answer", value_words(errors->arena, value, kinds),
				kind_words(kinds));
	}
	return 0;
}

const char *json_print(struct arena *arena, struct cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);
	const char *kept = arena_strdup(arena, text);
	cJSON_free(text);
	cJSON_Delete(json);
	return kept;
}
