#include "engine/observe/processes.h"
#include "base/text/json.h"
#include "engine/observe/inspect.h"

#include <cjson/cJSON.h>

static struct texts read_row(struct arena *arena, const struct cJSON *list)
{
	struct texts row = { 0 };
	const struct cJSON *cell;
	cJSON_ArrayForEach(cell, list)
	{
		const char *text = cJSON_GetStringValue(cell);
		texts_add(arena, &row, arena_strdup(arena, text ? text : ""));
	}
	return row;
}

/* Engine API: ContainerTop. */
static int read_processes(
	struct arena *arena, const struct cJSON *json, struct processes *to, struct errors *errors)
{
	static const char what[] = "the engine's answer to GET /containers/ID/top";
	static const struct json_member members[] = { { "", JSON_OBJECT }, { "Titles", JSON_LIST },
		{ "Processes", JSON_LIST | JSON_NULL } };
	const struct cJSON *process;
	if (json_check(json, members, sizeof members / sizeof *members, what, errors) < 0)
		return -1;
	to->titles = read_row(arena, json_get(json, "Titles"));
	cJSON_ArrayForEach(process, json_get(json, "Processes")) * ARENA_PUSH(arena, to->rows, to->nrows) =
		read_row(arena, process);
	return 0;
}

/* Whether the engine says that they do not run any more. */
static bool have_ended(struct arena *arena, struct engine *engine, const char *id)
{
	struct inspect asked = { .path = inspect_container_path(arena, id) };
	inspect_all(arena, engine, &asked, 1);
	struct cJSON *json = inspect_json(&asked);
	bool ended = !asked.failed && (!asked.text || cJSON_IsFalse(json_at(json, "State.Running")));
	cJSON_Delete(json);
	return ended;
}

int processes_read(struct arena *arena, struct engine *engine, struct observed_container *const *containers,
	size_t count, struct processes **ret_lists, struct errors *errors)
{
	struct processes *lists = ARENA_ARRAY(arena, struct processes, count);
	struct inspect *asked = ARENA_ARRAY(arena, struct inspect, count);
	int result = 0;
	for (size_t i = 0; i < count; i++)
		asked[i].path = http_path(arena, "containers", containers[i]->id, "top", (char *)NULL);
	inspect_all(arena, engine, asked, count);
	for (size_t i = 0; i < count; i++) {
		lists[i].container = containers[i];
		if (asked[i].failed && !have_ended(arena, engine, containers[i]->id))
			return error_add(errors, ERROR_ENGINE, NULL, NULL,
				"%s: the engine does not list its processes: %s", containers[i]->name,
				asked[i].why);
		struct cJSON *json = inspect_json(&asked[i]);
		result |= asked[i].text ? read_processes(arena, json, &lists[i], errors) : 0;
		cJSON_Delete(json);
	}
	*ret_lists = lists;
	return result;
}
