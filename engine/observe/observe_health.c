#include "base/text/json.h"
#include "engine/observe/inspect.h"
#include "engine/observe/observe.h"

#include <cjson/cJSON.h>

void observe_health(struct arena *arena, struct engine *engine, struct observed *seen)
{
	struct observed_container **doubted = NULL;
	struct inspect *asked = NULL;
	size_t ndoubted = 0, nasked = 0;
	for (size_t i = 0; i < seen->ncontainers; i++) {
		struct observed_container *container = seen->containers[i];
		if (container->state != CONTAINER_RUNNING || container->health != HEALTH_UNHEALTHY)
			continue;
		*ARENA_PUSH(arena, doubted, ndoubted) = container;
		*ARENA_PUSH(arena, asked, nasked) =
			(struct inspect){ .path = inspect_container_path(arena, container->id) };
	}
	inspect_all(arena, engine, asked, nasked);
	for (size_t i = 0; i < ndoubted; i++) {
		struct cJSON *json = inspect_json(&asked[i]);
		if (json && json_int(json, "State.Health.FailingStreak", 1) == 0)
			doubted[i]->health = HEALTH_STARTING;
		cJSON_Delete(json);
	}
}
