#include "engine/http/http.h"

#include "base/text/json.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#define MESSAGE_MOST 2000 /* bytes of an answer that is quoted as a message */

static void put_encoded(struct buf *buf, const char *text, const char *kept)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		if ((byte < 0x80 && isalnum(byte)) || strchr(kept, byte))
			buf_putc(buf, (char)byte);
		else
			buf_printf(buf, "%%%02X", byte);
	}
}

const char *http_query(struct arena *arena, const char *key, ...)
{
	auto_buf struct buf query;
	va_list args;
	buf_init(&query, (size_t)1 << 20);
	va_start(args, key);
	for (; key; key = va_arg(args, const char *)) {
		const char *value = va_arg(args, const char *);
		if (!value)
			continue;
		buf_printf(&query, "%s%s=", query.len ? "&" : "", key);
		put_encoded(&query, value, "-._~");
	}
	va_end(args);
	return arena_strdup(arena, buf_text(&query));
}

const char *http_path(struct arena *arena, const char *name)
{
	auto_buf struct buf path;
	buf_init(&path, (size_t)1 << 20);
	put_encoded(&path, name, "-._~/:@");
	return arena_strdup(arena, buf_text(&path));
}

const char *http_message(struct arena *arena, const struct request *request)
{
	const struct buf *answer = &request->answer;
	if (request->failure)
		return arena_strdup(arena, request->failure);
	if (answer->len && answer->data[0] == '{') {
		cJSON *json = cJSON_ParseWithLength(answer->data, answer->len);
		const char *text = json_text(json, "message", NULL);
		char *copy = arena_strdup(arena, text);
		cJSON_Delete(json);
		if (copy && *copy)
			return copy;
	}
	size_t len = answer->len < MESSAGE_MOST ? answer->len : MESSAGE_MOST;
	while (len && isspace((unsigned char)answer->data[len - 1]))
		len--;
	if (len)
		return arena_strndup(arena, answer->data, len);
	return arena_printf(arena, "HTTP status %d without a message", request->status);
}

bool http_transient_text(const char *text)
{
	static const char *const lasting[] = { "denied", "unauthorized", "no basic auth", "not found",
		"manifest unknown", "invalid reference", "no such host" };
	static const char *const passing[] = { "EOF", "connection reset", "connection refused", "broken pipe",
		"i/o timeout", "TLS handshake timeout", "Client.Timeout", "deadline exceeded",
		"Temporary failure in name resolution", "server misbehaving", "Bad Gateway",
		"Service Unavailable", "Gateway Time", "Internal Server Error", "HTTP status: 5",
		"status code 5", "status code: 5" };
	for (size_t i = 0; text && i < sizeof lasting / sizeof *lasting; i++)
		if (strcasestr(text, lasting[i]))
			return false;
	for (size_t i = 0; text && i < sizeof passing / sizeof *passing; i++)
		if (strstr(text, passing[i]))
			return true;
	return false;
}

bool http_transient(const struct request *request)
{
	if (request->fault == HTTP_NO_CONNECT || request->fault == HTTP_CUT)
		return true;
	if (request->fault != HTTP_OK)
		return false;
	if (request->status == 502 || request->status == 503 || request->status == 504)
		return true;
	return request->status == 500 && request->answer.data && http_transient_text(request->answer.data);
}

bool http_transient_look(const struct request *request)
{
	return http_transient(request) || (request->fault == HTTP_OK && request->status == 500);
}
