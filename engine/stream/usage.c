#include "engine/stream/usage.h"

#include "base/heap.h"
#include "base/text/json.h"
#include "engine/stream/lines.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#define ANSWER_MOST ((size_t)4 << 20)

static double number_at(const struct cJSON *json, const char *path)
{
	const struct cJSON *item = json_at(json, path);
	return cJSON_IsNumber(item) && item->valuedouble > 0 ? item->valuedouble : 0;
}

/* The share since the measurement before, as docker works it out (docker/cli: calculateCPUPercentUnix). */
static double read_processors(const struct cJSON *json)
{
	double used = number_at(json, "cpu_stats.cpu_usage.total_usage") -
		      number_at(json, "precpu_stats.cpu_usage.total_usage");
	double passed = number_at(json, "cpu_stats.system_cpu_usage") -
			number_at(json, "precpu_stats.system_cpu_usage");
	double online = number_at(json, "cpu_stats.online_cpus");
	if (online == 0)
		online = cJSON_GetArraySize(json_at(json, "cpu_stats.cpu_usage.percpu_usage"));
	return used > 0 && passed > 0 ? used / passed * online * 100 : 0;
}

/* Cgroups of version 1 and 2 name the cache differently. */
static double read_memory(const struct cJSON *json)
{
	double used = number_at(json, "memory_stats.usage");
	double first = number_at(json, "memory_stats.stats.total_inactive_file");
	double second = number_at(json, "memory_stats.stats.inactive_file");
	bool one = json_at(json, "memory_stats.stats.total_inactive_file") && first < used;
	return one ? used - first : second < used ? used - second : used;
}

static void read_disks(const struct cJSON *json, struct usage *to)
{
	const struct cJSON *entry;
	cJSON_ArrayForEach(entry, json_at(json, "blkio_stats.io_service_bytes_recursive"))
	{
		char first = *json_text(entry, "op", "");
		if (first == 'r' || first == 'R')
			to->read += number_at(entry, "value");
		else if (first == 'w' || first == 'W')
			to->written += number_at(entry, "value");
	}
}

int usage_read(const char *text, size_t len, struct usage *ret_usage, struct errors *errors)
{
	static const char what[] = "a measurement of the engine";
	static const struct json_member members[] = { { "", JSON_OBJECT },
		{ "cpu_stats", JSON_OBJECT | JSON_OPTIONAL }, { "memory_stats", JSON_OBJECT | JSON_OPTIONAL },
		{ "networks", JSON_OBJECT | JSON_OPTIONAL } };
	struct cJSON *json = json_parse(text, len, what, errors);
	const struct cJSON *network;
	if (!json || json_check(json, members, sizeof members / sizeof *members, what, errors) < 0) {
		cJSON_Delete(json);
		return -1;
	}
	struct usage usage = { .processors = read_processors(json),
		.memory = read_memory(json),
		.memory_limit = number_at(json, "memory_stats.limit"),
		.processes = json_int(json, "pids_stats.current", 0) };
	cJSON_ArrayForEach(network, json_at(json, "networks"))
	{
		usage.received += number_at(network, "rx_bytes");
		usage.sent += number_at(network, "tx_bytes");
	}
	read_disks(json, &usage);
	cJSON_Delete(json);
	*ret_usage = usage;
	return 0;
}

/* The stream */

struct usage_stream {
	struct request *request; /* NULL: it has ended */
	struct lines lines;
	struct usage_listener to;
	bool once, measured;
};

/* What is no measurement is left out: the next one comes in a second. */
static void usage_got_line(void *arg, const char *text, size_t len)
{
	struct usage_stream *stream = arg;
	struct arena *arena = arena_create();
	struct errors unheard;
	struct usage usage;
	errors_init(&unheard, arena);
	if (len > 1 && usage_read(text, len, &usage, &unheard) == 0) {
		stream->measured = true;
		stream->to.measured(stream->to.arg, &usage);
	}
	arena_destroy(arena);
}

static void usage_on_data(struct request *request, const char *bytes, size_t len)
{
	struct usage_stream *stream = request->arg;
	lines_feed(&stream->lines, bytes, len, usage_got_line, stream);
}

static void usage_on_done(struct request *request)
{
	struct usage_stream *stream = request->arg;
	bool answered = request->fault == HTTP_OK && request->status == 200;
	bool gone = request->fault == HTTP_OK && request->status == 404;
	const char *why = NULL;
	if (answered)
		lines_flush(&stream->lines, usage_got_line, stream);
	if (answered && stream->once && !stream->measured)
		why = "the engine's answer is no measurement";
	else if (!answered && !gone)
		why = http_message(http_arena(request), request);
	stream->request = NULL;
	stream->to.end(stream->to.arg, why);
}

struct usage_stream *usage_open(struct engine *engine, const char *container, bool once,
	const struct usage_listener *listener, struct errors *errors)
{
	struct usage_stream *stream = HEAP_NEW(struct usage_stream);
	struct request *request = stream->request = http_request(engine->http);
	stream->to = *listener;
	stream->once = once;
	lines_init(&stream->lines, ANSWER_MOST);
	request->method = "GET";
	request->path = http_path(http_arena(request), "containers", container, "stats", (char *)NULL);
	request->query = once ? "stream=0" : "stream=1";
	request->data = usage_on_data;
	request->done = usage_on_done;
	request->arg = stream;
	if (http_send(request, errors) == 0)
		return stream;
	stream->request = NULL;
	usage_close(stream);
	return NULL;
}

void usage_close(struct usage_stream *stream)
{
	if (!stream)
		return;
	http_cancel(stream->request);
	lines_finish(&stream->lines);
	free(stream);
}
