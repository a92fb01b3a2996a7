#include "engine/probe/probe_http.h"

#include "base/text/json.h"
#include "engine/probe/probe.h"
#include "graph/dag/dag.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

struct http_probe {
	struct dial dial;
};

/* Path of the probe; a check of a registry-style port has a default of its own. */
static const char *path_of(const struct service *service, const struct probe *probe)
{
	if (probe->path && *probe->path)
		return probe->path;
	return dag_probed_port(service, probe) ? "/_internal_/healthcheck" : "/";
}

/* Appends text that stands within a line of the head: nothing may end the line. */
static void put_plain(struct buf *to, const char *text, bool path)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (path && (c <= ' ' || c == 127))
			buf_printf(to, "%%%02X", c);
		else
			buf_putc(to, c < ' ' || c == 127 ? ' ' : (char)c);
	}
}

static bool has_header(const struct probe *probe, const char *name)
{
	for (size_t i = 0; i < probe->nheaders; i++)
		if (strcasecmp(probe->headers[i].key, name) == 0)
			return true;
	return false;
}

const char *probe_http_request(
	struct arena *arena, const struct service *service, const struct probe *probe, int64_t port)
{
	const char *path = path_of(service, probe);
	auto_buf struct buf to;
	buf_init(&to, 64 << 10);
	buf_puts(&to, *path == '/' ? "GET " : "GET /");
	put_plain(&to, path, true);
	buf_puts(&to, " HTTP/1.1\r\nConnection: close\r\n");
	if (!has_header(probe, "Host"))
		buf_printf(
			&to, "Host: %s:%lld\r\n", probe->host ? probe->host : "localhost", (long long)port);
	if (!has_header(probe, "User-Agent"))
		buf_puts(&to, "User-Agent: " PROBE_AGENT FLOW_VERSION "\r\n");
	if (!has_header(probe, "Accept"))
		buf_puts(&to, "Accept: */*\r\n");
	for (size_t i = 0; i < probe->nheaders; i++) {
		put_plain(&to, probe->headers[i].key, false);
		buf_puts(&to, ": ");
		put_plain(&to, probe->headers[i].value ? probe->headers[i].value : "", false);
		buf_puts(&to, "\r\n");
	}
	buf_puts(&to, "\r\n");
	return arena_strdup(arena, buf_text(&to));
}

/* Whether the member's value, written as text, is the one wanted. */
static bool value_is(const struct cJSON *item, const char *wanted)
{
	if (!item)
		return false;
	if (cJSON_IsString(item))
		return strcmp(item->valuestring, wanted) == 0;
	char *text = cJSON_PrintUnformatted(item);
	bool same = text && strcmp(text, wanted) == 0;
	cJSON_free(text);
	return same;
}

/* Whether the members that the probe wants are in the answer with the values wanted. */
static enum wire judge_json(
	struct arena *arena, const struct probe *probe, const char *body, size_t len, const char **ret_why)
{
	struct errors found;
	errors_init(&found, arena);
	struct cJSON *json = json_parse(body, len, "the answer", &found);
	if (!json) {
		*ret_why = found.first->message;
		return WIRE_NOT_YET;
	}
	enum wire wire = WIRE_PASS;
	for (size_t i = 0; i < probe->njson && wire == WIRE_PASS; i++) {
		const char *wanted = probe->json[i].value ? probe->json[i].value : "";
		const struct cJSON *item = json_at(json, probe->json[i].key);
		if (value_is(item, wanted))
			continue;
		char *text = item ? cJSON_PrintUnformatted(item) : NULL;
		*ret_why = text ? arena_printf(
					  arena, "%s is %.200s, not \"%s\"", probe->json[i].key, text, wanted)
				: arena_printf(arena, "the answer has no %s", probe->json[i].key);
		cJSON_free(text);
		wire = WIRE_NOT_YET;
	}
	cJSON_Delete(json);
	return wire;
}

/* Which statuses are well, as wire_status_in has it. */
static const char *statuses(const struct probe *probe)
{
	return probe->status ? probe->status : "200-399";
}

/* Whether the body is all there although the peer has not closed. */
static bool is_whole(const char *bytes, size_t len, size_t body)
{
	static const char last[] = "0\r\n\r\n";
	if (wire_http_chunked(bytes, len))
		return len - body >= sizeof last - 1 &&
		       memcmp(bytes + len - (sizeof last - 1), last, sizeof last - 1) == 0;
	long length = wire_http_length(bytes, len);
	return length >= 0 && len - body >= (size_t)length;
}

enum wire probe_http_judge(struct arena *arena, const struct probe *probe, char *bytes, size_t len,
	bool ended, const char **ret_why)
{
	size_t interim = wire_http_interim(bytes, len);
	bytes += interim;
	len -= interim;
	int status = len ? wire_http_status(bytes, len) : 0;
	*ret_why = len ? "the answer is not HTTP" : "the connection was closed without an answer";
	if (status <= 0)
		return status < 0 || ended ? WIRE_NOT_YET : WIRE_MORE;
	if (!wire_status_in(probe->status, status)) {
		*ret_why = arena_printf(arena, "status %d, not %s", status, statuses(probe));
		return WIRE_NOT_YET;
	}
	if (probe->njson == 0)
		return WIRE_PASS;
	size_t body = wire_http_body(bytes, len), left = len - body;
	if (!ended && (!body || !is_whole(bytes, len, body)))
		return WIRE_MORE;
	bool whole;
	if (wire_http_chunked(bytes, len))
		left = wire_http_join(bytes + body, left, &whole);
	return judge_json(arena, probe, bytes + body, body ? left : 0, ret_why);
}

/* Sends the request when connected, and feeds what comes to the decoder. */
static void probe_http_on_dial(void *arg, enum dial_event event)
{
	struct probe_try *try = arg;
	struct http_probe *own = try->own;
	struct buf *in = &own->dial.in;
	const struct route_way *way = route_way(try->route);
	const char *why;
	if (event == DIAL_CONNECTED) {
		const char *request = probe_http_request(try->arena, try->service, try->probe, way->port);
		if (!dial_send(&own->dial, request, strlen(request)))
			probe_settle(try, false, "the request was not taken");
		return;
	}
	if (event == DIAL_ERROR) {
		bool large = own->dial.error == EMSGSIZE;
		probe_settle(try, false, "%s",
			large ? "the answer is larger than 1 MiB" : strerror(own->dial.error));
		return;
	}
	enum wire wire = probe_http_judge(try->arena, try->probe, in->data, in->len, event == DIAL_END, &why);
	if (wire != WIRE_MORE)
		probe_settle(try, wire == WIRE_PASS, "%s", wire == WIRE_PASS ? "ready" : why);
}

static void probe_http_begin(struct probe_try *try)
{
	struct http_probe *own = try->own;
	const struct route_way *way = route_way(try->route);
	dial_begin(&own->dial, try->engine->loop, way->address, way->port, PROBE_BODY_MOST,
		probe_http_on_dial, try);
}

static void probe_http_cancel(struct probe_try *try)
{
	struct http_probe *own = try->own;
	dial_finish(&own->dial);
}

/* The request may hold a token, the answer members of JSON: the program judges the status alone. */
static void order_http(const struct probe_try *try, struct helper_order *order)
{
	const struct probe *probe = try->probe;
	*order = (struct helper_order){
		.talk = "http",
		.words = { statuses(probe) },
		.request = probe_http_request(try->arena, try->service, probe, route_way(try->route)->port),
	};
}

static bool accept_http(const struct probe_try *try, char *answer, size_t len, const char **ret_why)
{
	return probe_http_judge(try->arena, try->probe, answer, len, true, ret_why) == WIRE_PASS;
}

const struct prober prober_http = {
	.name = "http",
	.size = sizeof(struct http_probe),
	.growth = { 10 * PACE_MS, 8 },
	.ported = true,
	.begin = probe_http_begin,
	.cancel = probe_http_cancel,
	.order = order_http,
	.accept = accept_http,
};
