#include "engine/observe/look.h"

#include "base/clock.h"
#include "base/text/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

static const char *text_at(struct arena *arena, const struct cJSON *json, const char *path)
{
	return arena_strdup(arena, json_text(json, path, ""));
}

static const char **texts_at(
	struct arena *arena, const struct cJSON *json, const char *path, size_t *ret_count)
{
	const char **texts = NULL;
	const struct cJSON *item;
	*ret_count = 0;
	cJSON_ArrayForEach(item, json_at(json, path))
	{
		if (cJSON_IsString(item))
			*ARENA_PUSH(arena, texts, *ret_count) = arena_strdup(arena, item->valuestring);
	}
	return texts;
}

/* The stamp from which on the output is that of the present run; "" for one that was never started. The first
 * lines may be older than StartedAt: engines before 25 write that down when the start is over. The last lines
 * of the run before may be younger than its FinishedAt, by which the engine has not read all of them. So:
 * half of the time between the two, and a second at most, before the start. FinishedAt of what does not run
 * is that of the present run, and may be older than its StartedAt for the same reason. (moby:
 * daemon/start.go, container/state.go) */
static const char *output_begin(struct arena *arena, const struct cJSON *json)
{
	int64_t started, finished, before = SECOND;
	char stamp[CLOCK_STAMP];
	if (clock_read(json_text(json, "State.StartedAt", ""), &started) != 0 || started == 0)
		return "";
	bool runs = strcmp(json_text(json, "State.Status", ""), "running") == 0;
	if (runs && clock_read(json_text(json, "State.FinishedAt", ""), &finished) == 0 &&
		finished < started && started - finished < 2 * SECOND)
		before = (started - finished) / 2;
	clock_stamp(stamp, started - before);
	return arena_strdup(arena, stamp);
}

/* The container's state, and what the engine's own health check said last. */
static void look_read_state(struct arena *arena, const struct cJSON *json, struct look *look)
{
	static const struct {
		const char *word;
		enum health health;
	} words[] = {
		{ "starting", HEALTH_STARTING },
		{ "healthy", HEALTH_HEALTHY },
		{ "unhealthy", HEALTH_UNHEALTHY },
	};
	const char *health = json_text(json, "State.Health.Status", "");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(health, words[i].word) == 0)
			look->health = words[i].health;
	const struct cJSON *log = json_at(json, "State.Health.Log");
	int entries = cJSON_GetArraySize(log);
	const struct cJSON *last = entries ? cJSON_GetArrayItem(log, entries - 1) : NULL;
	look->probed = last != NULL;
	look->health_output = last ? text_at(arena, last, "Output") : "";
	look->health_code = json_int(last, "ExitCode", 0);
	look->state = container_state_parse(json_text(json, "State.Status", "dead"));
	look->exit_code = json_int(json, "State.ExitCode", 0);
	look->killed_for_memory = json_bool(json, "State.OOMKilled");
	look->error = text_at(arena, json, "State.Error");
	look->output_begin = output_begin(arena, json);
	look->restarts = json_int(json, "RestartCount", 0);
	look->restart = text_at(arena, json, "HostConfig.RestartPolicy.Name");
	look->program = text_at(arena, json, "Path");
	look->log_driver = text_at(arena, json, "HostConfig.LogConfig.Type");
}

static void look_read_check(struct arena *arena, const struct cJSON *json, int api, struct look *look)
{
	look->test = texts_at(arena, json, "Config.Healthcheck.Test", &look->ntest);
	if (look->ntest < 2 || strcmp(look->test[0], "NONE") == 0)
		look->ntest = 0;
	look->shell = texts_at(arena, json, "Config.Shell", &look->nshell);
	if (look->nshell == 0) {
		*ARENA_PUSH(arena, look->shell, look->nshell) = "/bin/sh";
		*ARENA_PUSH(arena, look->shell, look->nshell) = "-c";
	}
	int64_t interval = json_int(json, "Config.Healthcheck.Interval", 0);
	int64_t timeout = json_int(json, "Config.Healthcheck.Timeout", 0);
	int64_t start_interval = json_int(json, "Config.Healthcheck.StartInterval", 0);
	look->check_interval = interval > 0 ? interval : 30 * SECOND;
	look->check_timeout = timeout > 0 ? timeout : 30 * SECOND;
	look->check_first = look->check_interval;
	if (api >= 44 && json_int(json, "Config.Healthcheck.StartPeriod", 0) > 0)
		look->check_first = start_interval > 0 ? start_interval : 5 * SECOND;
}

static int64_t tcp_port(const char *key)
{
	char *end;
	long port = strtol(key, &end, 10);
	return port > 0 && port < 65536 && (*end == '\0' || strcmp(end, "/tcp") == 0) ? port : 0;
}

/* Published TCP ports, and the lowest that the image exposes. */
static void look_read_ports(struct arena *arena, const struct cJSON *json, struct look *look)
{
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json_object(json, "NetworkSettings.Ports"))
	{
		int64_t container = tcp_port(item->string);
		const struct cJSON *binding;
		cJSON_ArrayForEach(binding, item)
		{
			int64_t host = tcp_port(json_text(binding, "HostPort", ""));
			if (!container || !host)
				continue;
			struct look_port *port = ARENA_PUSH(arena, look->ports, look->nports);
			*port = (struct look_port){ container, host, text_at(arena, binding, "HostIp") };
		}
	}
	cJSON_ArrayForEach(item, json_object(json, "Config.ExposedPorts"))
	{
		int64_t port = tcp_port(item->string);
		if (port && (!look->exposed || port < look->exposed))
			look->exposed = port;
	}
}

static void look_read_networks(struct arena *arena, const struct cJSON *json, struct look *look)
{
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json_at(json, "NetworkSettings.Networks"))
	{
		const char *address = text_at(arena, item, "IPAddress");
		if (!look->address && *address)
			look->address = address;
	}
	look->host_network = strcmp(json_text(json, "HostConfig.NetworkMode", ""), "host") == 0;
}

int look_read(struct arena *arena, const char *text, size_t len, int api, struct look *ret_look,
	struct errors *errors)
{
	static const char what[] = "the engine's answer to GET /containers/ID/json";
	static const struct json_member members[] = { { "", JSON_OBJECT }, { "Id", JSON_ID },
		{ "Name", JSON_TEXT }, { "State", JSON_OBJECT }, { "State.Status", JSON_TEXT },
		{ "State.ExitCode", JSON_NUMBER | JSON_OPTIONAL }, { "Config", JSON_OBJECT | JSON_OPTIONAL },
		{ "HostConfig", JSON_OBJECT | JSON_OPTIONAL },
		{ "NetworkSettings", JSON_OBJECT | JSON_OPTIONAL } };
	struct cJSON *json = json_parse(text, len, what, errors);
	if (!json || json_check(json, members, sizeof members / sizeof *members, what, errors) < 0) {
		cJSON_Delete(json);
		return -1;
	}
	struct look look = {
		.id = text_at(arena, json, "Id"),
		.name = text_at(arena, json, "Name"),
		.tty = json_bool(json, "Config.Tty"),
		.open_stdin = json_bool(json, "Config.OpenStdin"),
		.stdin_once = json_bool(json, "Config.StdinOnce"),
	};
	look.name += *look.name == '/';
	look_read_state(arena, json, &look);
	look_read_check(arena, json, api, &look);
	look_read_ports(arena, json, &look);
	look_read_networks(arena, json, &look);
	cJSON_Delete(json);
	*ret_look = look;
	return 0;
}
