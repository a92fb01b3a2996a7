#include "engine/payload/change_map.h"

#include "base/text/json.h"
#include "base/text/text.h"
#include "base/text/texts.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

const char *change_map_text(const struct cJSON *item)
{
	return cJSON_IsString(item) ? item->valuestring : "";
}

struct cJSON *change_map_variables(struct arena *arena, const struct cJSON *list)
{
	struct cJSON *map = cJSON_CreateObject();
	const struct cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		const char *equal = cJSON_IsString(item) ? strchr(item->valuestring, '=') : NULL;
		if (!equal)
			continue;
		const char *name =
			arena_strndup(arena, item->valuestring, (size_t)(equal - item->valuestring));
		cJSON_AddStringToObject(map, name, equal + 1);
	}
	return map;
}

struct cJSON *change_map_bindings(struct arena *arena, const struct cJSON *map)
{
	struct cJSON *ports = cJSON_CreateObject();
	const struct cJSON *member, *binding;
	cJSON_ArrayForEach(member, json_object(map, ""))
	{
		struct texts all = { 0 };
		cJSON_ArrayForEach(binding, member)
		{
			const char *ip = json_text(binding, "HostIp", ""),
				   *port = json_text(binding, "HostPort", "");
			texts_add(arena, &all,
				arena_printf(arena, "%s%s%s", ip, *ip ? ":" : "", *port ? port : "any"));
		}
		if (!all.count)
			continue;
		qsort(all.items, all.count, sizeof *all.items, text_order);
		cJSON_AddStringToObject(ports, member->string, texts_join(arena, &all, ", "));
	}
	return ports;
}

struct cJSON *change_map_limits(struct arena *arena, const struct cJSON *list)
{
	struct cJSON *map = cJSON_CreateObject();
	const struct cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		long long soft = (long long)json_int(item, "Soft", 0),
			  hard = (long long)json_int(item, "Hard", 0);
		cJSON_AddStringToObject(map, json_text(item, "Name", ""),
			soft == hard ? arena_printf(arena, "%lld", hard)
				     : arena_printf(arena, "%lld:%lld", soft, hard));
	}
	return map;
}

/* Where a mount comes from: a name of 64 digits means nothing to anybody. */
static const char *source_shown(const char *source)
{
	return !source || !*source || (strlen(source) == 64 && strspn(source, "0123456789abcdef") == 64)
		       ? "an anonymous volume"
		       : source;
}

struct cJSON *change_map_mounts(struct arena *arena, const struct cJSON *host)
{
	struct cJSON *map = cJSON_CreateObject();
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json_get(host, "Binds"))
	{
		struct texts parts = texts_split(arena, change_map_text(item), ':');
		const char *how =
			parts.count > 2 && strcmp(parts.items[2], "rw") != 0 ? parts.items[2] : NULL;
		if (parts.count > 1)
			cJSON_AddStringToObject(map, parts.items[1],
				how ? arena_printf(arena, "%s (%s)", source_shown(parts.items[0]), how)
				    : source_shown(parts.items[0]));
	}
	cJSON_ArrayForEach(item, json_get(host, "Mounts"))
	{
		const char *source = json_text(item, "Source", NULL), *type = json_text(item, "Type", "");
		source = strcmp(type, "tmpfs") == 0 ? type : source_shown(source);
		cJSON_AddStringToObject(map, json_text(item, "Target", ""),
			json_bool(item, "ReadOnly") ? arena_printf(arena, "%s (ro)", source) : source);
	}
	return map;
}
