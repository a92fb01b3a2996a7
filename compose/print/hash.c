#include "compose/print/hash.h"

#include "base/text/sha256.h"
#include "compose/print/emit_write.h"

#include <stdlib.h>
#include <string.h>

/* Digest of the mapping as compact JSON without what does not count. */
static const char *hash_map(struct arena *arena, const struct schema *schema, const struct node *map)
{
	char *text = NULL;
	size_t len = 0;
	struct writer writer = {
		.out = open_memstream(&text, &len), .json = true, .compact = true, .hash = true
	};
	if (!writer.out)
		return "";
	emit_struct(&writer, arena, schema, map);
	fclose(writer.out);
	const char *hex = sha256_hex(arena, text, len);
	free(text);
	return hex;
}

/* A copy of the mapping itself, whose members can be exchanged. */
static struct node *shallow(struct arena *arena, const struct node *map)
{
	struct node *copy = node_map(arena, map->at);
	for (size_t i = 0; i < map->nmembers; i++)
		node_set(arena, copy, map->members[i].key, map->members[i].at, map->members[i].value);
	return copy;
}

/* `service:X` as `container:ID`. */
static void resolve_namespaces(struct arena *arena, struct node *map, const struct hash_resolver *resolver)
{
	static const char *const keys[] = { "network_mode", "ipc", "pid" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const struct node *node = node_get(map, keys[i]);
		const char *text = node_text(node);
		if (!text || strncmp(text, "service:", 8) != 0)
			continue;
		const char *id = resolver->id(resolver->arg, text + 8);
		if (id)
			node_set(arena, map, keys[i], node->at,
				node_string(arena, node->at, arena_printf(arena, "container:%s", id)));
	}
}

/* Services in volumes_from as their containers' ids; the mode gets lost (compose 2.40). */
static void resolve_volumes_from(struct arena *arena, struct node *map, const struct hash_resolver *resolver)
{
	const struct node *from = node_get(map, "volumes_from");
	if (!from || from->kind != NODE_LIST)
		return;
	struct node *list = node_list(arena, from->at);
	for (size_t i = 0; i < from->nitems; i++) {
		struct node *item = from->items[i];
		const char *text = node_text(item) ? node_text(item) : "", *id = NULL;
		if (strncmp(text, "container:", 10) == 0)
			id = arena_strndup(arena, text + 10, strcspn(text + 10, ":"));
		else
			id = resolver->id(resolver->arg, arena_strndup(arena, text, strcspn(text, ":")));
		node_push(arena, list, id ? node_string(arena, item->at, id) : item);
	}
	node_set(arena, map, "volumes_from", from->at, list);
}

const char *hash_service(
	struct arena *arena, const struct service *service, const struct hash_resolver *resolver)
{
	if (!resolver)
		return hash_map(arena, &schema_service, service->node);
	struct node *map = shallow(arena, service->node);
	resolve_namespaces(arena, map, resolver);
	resolve_volumes_from(arena, map, resolver);
	return hash_map(arena, &schema_service, map);
}

const char *hash_service_printed(struct arena *arena, const struct service *service)
{
	return hash_map(arena, &schema_service, service->node);
}

const char *hash_network(struct arena *arena, const struct network *network)
{
	return hash_map(arena, &schema_network, network->node);
}

const char *hash_volume(struct arena *arena, const struct volume *volume)
{
	struct node *map = shallow(arena, volume->node);
	const struct node *driver = node_get(map, "driver");
	if (!driver || driver->kind != NODE_STRING || !*driver->text)
		node_set(arena, map, "driver", map->at, node_string(arena, map->at, "local"));
	return hash_map(arena, &schema_volume, map);
}
