#include "engine/record/otlp.h"

#include "base/text/text.h"
#include "base/text/texts.h"
#include "base/url.h"
#include "engine/http/http.h"
#include "engine/loop/child.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#define MS           INT64_C(1000000)
#define TIMEOUT      (10000 * MS) /* as the specification has it */
#define TIMEOUT_MOST (60000 * MS)

/* OTEL_EXPORTER_OTLP_TRACES_x, else OTEL_EXPORTER_OTLP_x; NULL: neither, or empty. */
static const char *setting(struct arena *arena, const struct map *os_env, const char *name)
{
	const char *value = map_get(os_env, arena_printf(arena, "OTEL_EXPORTER_OTLP_TRACES_%s", name));
	if (!value || !*value)
		value = map_get(os_env, arena_printf(arena, "OTEL_EXPORTER_OTLP_%s", name));
	return value && *value ? value : NULL;
}

static bool is_off(struct arena *arena, const struct map *os_env)
{
	const char *disabled = map_get(os_env, "OTEL_SDK_DISABLED");
	return (disabled && strcasecmp(disabled, "true") == 0) ||
	       text_is(map_get(os_env, "OTEL_TRACES_EXPORTER"), "none") ||
	       text_is(setting(arena, os_env, "PROTOCOL"), "grpc");
}

/* That of traces as it is, the common one with their path behind it. */
static const char *url_of(struct arena *arena, const struct map *os_env)
{
	const char *own = map_get(os_env, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
	const char *base = map_get(os_env, "OTEL_EXPORTER_OTLP_ENDPOINT");
	const char *url = own && *own ? own : NULL;
	if (!url && base && *base) {
		size_t len = strlen(base);
		url = arena_printf(arena, "%s%sv1/traces", base, base[len - 1] == '/' ? "" : "/");
	}
	bool is_web = url && (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0);
	return is_web ? url : NULL;
}

/* Value of a header, percent-encoded as in W3C Baggage; what could end the line is left out. */
static const char *decode(struct arena *arena, const char *text)
{
	char *plain = arena_strdup(arena, url_unescaped(arena, text, strlen(text))), *to = plain;
	for (const char *at = plain; *at; at++)
		if ((unsigned char)*at >= ' ' && *at != 0x7f)
			*to++ = *at;
	*to = '\0';
	return plain;
}

static const char *const *headers_of(struct arena *arena, const char *text)
{
	struct texts headers = { 0 }, parts = texts_split(arena, text ? text : "", ',');
	for (size_t i = 0; i < parts.count; i++) {
		const char *part = parts.items[i] + strspn(parts.items[i], " \t");
		const char *equal = strchr(part, '=');
		size_t name = equal ? strcspn(part, " \t=") : 0;
		if (name)
			texts_add(arena, &headers,
				arena_printf(arena, "%s: %s", decode(arena, arena_strndup(arena, part, name)),
					decode(arena, equal + 1)));
	}
	texts_add(arena, &headers, NULL);
	return headers.items;
}

struct otlp otlp_read(struct arena *arena, const struct map *os_env)
{
	struct otlp otlp = { .timeout = TIMEOUT };
	const char *timeout = setting(arena, os_env, "TIMEOUT");
	int64_t ms = timeout ? strtoll(timeout, NULL, 10) : 0;
	if (ms > 0)
		otlp.timeout = ms < TIMEOUT_MOST / MS ? ms * MS : TIMEOUT_MOST;
	if (is_off(arena, os_env))
		return otlp;
	otlp.url = url_of(arena, os_env);
	otlp.headers = headers_of(arena, setting(arena, os_env, "HEADERS"));
	return otlp;
}

/* A file without a name that holds the run; -1: it cannot be made. */
static int body_of(const struct timeline *timeline, struct arena *arena)
{
	int fd = memfd_create("docker-flow", MFD_CLOEXEC);
	int copy = fd < 0 ? -1 : dup(fd);
	FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
	bool failed = !out;
	if (out) {
		timeline_otlp(out, timeline, arena);
		failed = ferror(out) != 0;
		failed |= fclose(out) != 0;
	} else if (copy >= 0) {
		close(copy);
	}
	if (!failed && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int otlp_export(struct loop *loop, const struct map *os_env, struct timeline *timeline)
{
	static const char *const argv[] = { "/proc/self/exe", "__otlp", NULL };
	struct arena *arena = arena_create();
	struct errors unheard;
	int result = 0;
	errors_init(&unheard, arena);
	if (otlp_read(arena, os_env).url && timeline->nsteps) {
		const char *name = map_get(os_env, "OTEL_SERVICE_NAME");
		pid_t pid;
		timeline->trace_parent = map_get(os_env, "TRACEPARENT");
		timeline->service_name = name && *name ? name : timeline->service_name;
		struct child child = { .argv = argv,
			.in = body_of(timeline, arena),
			.out = -1,
			.err = -1,
			.alone = true,
			.bare = true };
		result = child.in < 0 ? -1 : child_start(&child, &pid, &unheard);
		if (child.in >= 0)
			close(child.in);
		if (result == 0)
			loop_child(loop, pid, NULL, NULL);
	}
	arena_destroy(arena);
	return result;
}

int otlp_send(const struct otlp *otlp, const char *body, size_t len)
{
	struct loop *loop = loop_create();
	struct http *http = http_create(loop, NULL);
	struct arena *arena = arena_create();
	struct errors unheard;
	struct request *request = http_request(http);
	errors_init(&unheard, arena);
	request->method = "POST";
	request->path = otlp->url;
	request->body = body;
	request->body_len = len;
	request->headers = otlp->headers;
	request->timeout = otlp->timeout;
	request->most = (size_t)1 << 20;
	int result = http_call(request, &unheard);
	if (result == 0 && request->status / 100 != 2)
		result = -1;
	http_free(request);
	http_destroy(http);
	loop_destroy(loop);
	arena_destroy(arena);
	return result;
}
