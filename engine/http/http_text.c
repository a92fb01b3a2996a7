#include "engine/http/http.h"

#include "base/text/json.h"
#include "base/url.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MOST 2000           /* bytes of an answer that is quoted as a message */
#define WHOLE        (SIZE_MAX / 2) /* texts of ours are never cut: what is too long is refused when it is sent */

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
	buf_init(&query, WHOLE);
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

const char *http_path(struct arena *arena, const char *part, ...)
{
	auto_buf struct buf path;
	va_list args;
	buf_init(&path, WHOLE);
	va_start(args, part);
	for (; part; part = va_arg(args, const char *)) {
		buf_putc(&path, '/');
		put_encoded(&path, part, "-._~");
	}
	va_end(args);
	return arena_strdup(arena, buf_text(&path));
}

const char *http_path_image(struct arena *arena, const char *name)
{
	auto_buf struct buf path;
	buf_init(&path, WHOLE);
	put_encoded(&path, name, "-._~/:@");
	return arena_strdup(arena, buf_text(&path));
}

/* Copies the text with its ids shortened; `to` has room for all of it. */
static void shorten_ids(char *to, const char *text)
{
	enum { ID = 64, SHOWN = 12 };
	static const char digits[] = "0123456789abcdef";
	const char *at = text;
	while (*at) {
		size_t len = strspn(at, digits);
		size_t kept = len == ID && !isalnum((unsigned char)at[len]) ? SHOWN : len;
		memcpy(to, at, kept);
		to += kept;
		at += len;
		/* a longer word that ends in digits is no id */
		for (; *at && (!strchr(digits, *at) || (at > text && isalnum((unsigned char)at[-1]))); at++)
			*to++ = *at;
	}
	*to = '\0';
}

const char *http_json_name(struct arena *arena, const struct request *request)
{
	return arena_printf(
		arena, "the engine's answer to %s %s", request->method, http_short_ids(arena, request->path));
}

struct cJSON *http_json(const struct request *request, unsigned kinds, struct errors *errors)
{
	const struct buf *answer = &request->answer;
	const struct json_member top = { "", kinds };
	struct cJSON *json = NULL;
	char whole[400], what[400];
	snprintf(whole, sizeof whole, "the engine's answer to %s %s", request->method, request->path);
	shorten_ids(what, whole);
	if (answer->len)
		json = json_parse(answer->data, answer->len, what, errors);
	else
		error_add(errors, ERROR_ENGINE, NULL, NULL, "%s is empty", what);
	if (json && json_check(json, &top, 1, what, errors) < 0) {
		cJSON_Delete(json);
		json = NULL;
	}
	if (!json)
		error_hint(errors,
			"is it a Docker engine that answers there, and nothing in between that answers for it?");
	return json;
}

int http_nothing(const struct request *request, struct errors *errors)
{
	enum { SHOWN = 120 };
	const struct buf *answer = &request->answer;
	if (strspn(buf_text(answer), " \t\r\n") == answer->len)
		return 0;
	const char *words = http_message(errors->arena, request);
	return error_add(errors, ERROR_ENGINE, NULL, NULL, "%s should be empty, and says: %.*s",
		http_json_name(errors->arena, request), SHOWN, words);
}

const char *http_short_ids(struct arena *arena, const char *text)
{
	char *shown = arena_strdup(arena, text);
	if (shown)
		shorten_ids(shown, text);
	return shown;
}

const char *http_redirect(struct arena *arena, const struct request *request)
{
	enum { SHOWN = 200 };
	const char *location = request->status / 100 == 3 ? http_header(request, "Location") : NULL;
	if (!location || request->fault != HTTP_OK)
		return NULL;
	if (strncmp(location, "//", 2) == 0)
		location = arena_printf(arena, "http:%s", location);
	else if (strncmp(location + strcspn(location, ":/?#"), "://", 3) != 0) /* a path of the same host */
		location = request->path;
	const char *host = url_shown(arena, location), *scheme = strstr(host, "://");
	if (!scheme)
		return arena_strdup(arena, "redirected, which is not followed");
	host = scheme + 3;
	size_t len = strcspn(host, "/?#");
	return arena_printf(
		arena, "redirected to %.*s, which is not followed", (int)(len < SHOWN ? len : SHOWN), host);
}

const char *http_message(struct arena *arena, const struct request *request)
{
	const struct buf *answer = &request->answer;
	if (request->failure)
		return arena_strdup(arena, request->failure);
	if (answer->len && answer->data[0] == '{') {
		cJSON *json = cJSON_ParseWithLength(answer->data, answer->len);
		const char *copy = http_short_ids(arena, json_text(json, "message", NULL));
		cJSON_Delete(json);
		if (copy && *copy)
			return copy;
	}
	const char *redirect = http_redirect(arena, request);
	if (redirect)
		return redirect;
	size_t len = answer->len < MESSAGE_MOST ? answer->len : MESSAGE_MOST;
	while (len && isspace((unsigned char)answer->data[len - 1]))
		len--;
	if (len)
		return http_short_ids(arena, arena_strndup(arena, answer->data, len));
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
		"status code 5", "status code: 5", "toomanyrequests", "Too Many Requests", "HTTP 429" };
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
	if (request->fault == HTTP_NO_CONNECT || request->fault == HTTP_CUT || request->fault == HTTP_SILENT)
		return true;
	if (request->fault != HTTP_OK)
		return false;
	if (request->status == 429 || request->status == 502 || request->status == 503 ||
		request->status == 504)
		return true;
	return request->status == 500 && request->answer.data && http_transient_text(request->answer.data);
}

bool http_transient_look(const struct request *request)
{
	return http_transient(request) || (request->fault == HTTP_OK && request->status == 500);
}
