#include "engine/image/image_job.h"

#include "base/text/json.h"

#include <cjson/cJSON.h>
#include <string.h>

void image_job_tell(const struct job *job, enum event_kind kind, const struct event *said)
{
	struct event event = event_of_step(kind, job->step, loop_now());
	event.text = said->text;
	event.part = said->part;
	event.turn = said->turn;
	event.current = said->current;
	event.total = said->total;
	event_send(job->sink, &event);
}

struct cJSON *image_job_message(struct arena *arena, const char *text, size_t len, const char **ret_failure)
{
	static const char what[] = "a line of the engine's answer";
	static const struct json_member members[] = { { "", JSON_OBJECT },
		{ "error", JSON_TEXT | JSON_OPTIONAL }, { "errorDetail", JSON_OBJECT | JSON_OPTIONAL } };
	struct errors strange;
	struct cJSON *json = NULL;
	errors_init(&strange, arena);
	if (len > strspn(arena_strndup(arena, text, len), " \t\r"))
		json = json_parse(text, len, what, &strange);
	if (json && json_check(json, members, sizeof members / sizeof *members, what, &strange) < 0) {
		cJSON_Delete(json);
		json = NULL;
	}
	*ret_failure = strange.first ? strange.first->message : NULL;
	return json;
}

/* Where the file names the deepest part of `key` ("build.args") that it names at all. */
static struct mark build_key_mark(struct arena *arena, const struct service *service, const char *key)
{
	struct mark at = service->at;
	const struct node *node = service->node;
	while (node && *key) {
		size_t len = strcspn(key, ".");
		struct member *member = node_member(node, arena_strndup(arena, key, len));
		if (!member)
			break;
		at = member->at;
		node = member->value;
		key += len + (key[len] == '.');
	}
	return at;
}

static const char *build_key_path(const struct job *job, const char *key)
{
	return arena_printf(job->engine->arena, "services.%s.%s", job->step->service->key, key);
}

int image_job_fail(const struct job *job, enum error_code code, const char *key, const char *text)
{
	const struct service *service = job->step->service;
	if (!service)
		return error_add(job->errors, code, NULL, NULL, "%s", text);
	struct mark at = build_key_mark(job->engine->arena, service, key);
	return error_add(job->errors, code, &at, build_key_path(job, key), "%s", text);
}

void image_job_warn(const struct job *job, const char *key, const char *text)
{
	struct mark at = build_key_mark(job->engine->arena, job->step->service, key);
	error_warn(job->errors, &at, build_key_path(job, key), "%s", text);
}
