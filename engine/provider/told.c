#include "engine/provider/told.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/observe/inspect.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <string.h>

static const struct observed_container *latest_of(const struct observed *seen, const struct service *service)
{
	const struct observed_container *latest = NULL;
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *each = seen->containers[i];
		if (!each->oneoff && text_is(each->project, service->project->name) &&
			text_is(each->service, service->key) && (!latest || each->created > latest->created))
			latest = each;
	}
	return latest;
}

static bool is_of_file(const struct service *service, const char *variable, size_t len)
{
	for (size_t i = 0; i < service->nenvironment; i++) {
		const char *key = service->environment[i].key;
		if (strlen(key) == len && memcmp(key, variable, len) == 0)
			return true;
	}
	return false;
}

/* Whether the variable begins with KEY_, the key in capital letters. */
static bool begins_with(const char *variable, const char *key)
{
	for (; *key; key++, variable++)
		if (*variable != toupper((unsigned char)*key))
			return false;
	return *variable == '_';
}

static bool is_told(const struct told *told, const struct texts *names, const char *variable)
{
	size_t len = strcspn(variable, "=");
	for (size_t i = 0; names && i < names->count; i++)
		if (strlen(names->items[i]) == len && memcmp(names->items[i], variable, len) == 0)
			return true;
	for (size_t i = 0; !names && i < told->providers.count; i++)
		if (begins_with(variable, told->providers.items[i]) &&
			!is_of_file(told->service, variable, len))
			return true;
	return false;
}

void told_read(struct arena *arena, struct told *told, const struct cJSON *container)
{
	const struct cJSON *config = json_object(container, "Config");
	const struct cJSON *each, *all = config ? json_get(config, "Env") : NULL;
	const char *label = observed_label(told->seen, "docker-flow.provided");
	struct texts names = { 0 };
	if (label)
		names = texts_split(arena, label, ',');
	cJSON_ArrayForEach(each, all)
	{
		const char *variable = cJSON_GetStringValue(each);
		if (variable && strchr(variable, '=') && is_told(told, label ? &names : NULL, variable))
			texts_add(arena, &told->variables, arena_strdup(arena, variable));
	}
}

void told_recall(struct arena *arena, struct engine *engine, const struct observed *seen, struct told *told,
	size_t count)
{
	struct inspect *asked = ARENA_ARRAY(arena, struct inspect, count + 1);
	struct told **of = ARENA_ARRAY(arena, struct told *, count + 1);
	size_t nasked = 0;
	for (size_t i = 0; i < count; i++) {
		told[i].seen = latest_of(seen, told[i].service);
		if (!told[i].seen)
			continue;
		asked[nasked].path = inspect_container_path(arena, told[i].seen->id);
		of[nasked++] = &told[i];
	}
	inspect_all(arena, engine, asked, nasked);
	for (size_t i = 0; i < nasked; i++) {
		cJSON *json = inspect_json(&asked[i]);
		if (json)
			told_read(arena, of[i], json);
		cJSON_Delete(json);
	}
}
