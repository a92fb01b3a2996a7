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

/* The list `key` of the mapping with one more item, a mapping of the texts named; the original list stays as
 * it is. */
static void append_item(
	struct arena *arena, struct node *map, const char *key, const struct pair *texts, size_t ntexts)
{
	const struct node *there = node_get(map, key);
	struct node *list = node_list(arena, map->at), *item = node_map(arena, map->at);
	for (size_t i = 0; there && there->kind == NODE_LIST && i < there->nitems; i++)
		node_push(arena, list, there->items[i]);
	for (size_t i = 0; i < ntexts; i++)
		node_set_text(arena, item, texts[i].key, texts[i].value);
	node_push(arena, list, item);
	node_set(arena, map, key, map->at, list);
}

/* What use_api_socket stands for is written out before the hash is taken (compose 2.40): the socket, the
 * credentials, and where they are found, unless the service says so itself. */
static void write_out_api_socket(struct arena *arena, struct node *map)
{
	static const char *const socket = "/var/run/docker.sock";
	const struct node *wanted = node_get(map, "use_api_socket"), *own = node_get(map, "environment");
	if (!wanted || wanted->kind != NODE_BOOL || !wanted->yes)
		return;
	append_item(arena, map, "volumes",
		(const struct pair[]){ { "type", "bind" }, { "source", socket }, { "target", socket } }, 3);
	append_item(arena, map, "configs",
		(const struct pair[]){
			{ "source", "#apisocket" }, { "target", "/run/secrets/docker/config.json" } },
		2);
	if (node_get(own, "DOCKER_CONFIG"))
		return;
	struct node *environment = own ? shallow(arena, own) : node_map(arena, map->at);
	node_set_text(arena, environment, "DOCKER_CONFIG", "/run/secrets/docker");
	node_set(arena, map, "environment", map->at, environment);
}

/* A service that is built for no platform in particular is for that of the environment (compose 2.40). */
static void default_platform(struct arena *arena, const struct service *service, struct node *map)
{
	const struct map *env = service->project->env;
	const char *platform = env ? map_get(env, "DOCKER_DEFAULT_PLATFORM") : NULL;
	const char *own = node_text(node_get(map, "platform"));
	if (platform && *platform && node_get(map, "build") && (!own || !*own))
		node_set_text(arena, map, "platform", platform);
}

const char *hash_service(
	struct arena *arena, const struct service *service, const struct hash_resolver *resolver)
{
	struct node *map = shallow(arena, service->node);
	if (resolver) {
		resolve_namespaces(arena, map, resolver);
		resolve_volumes_from(arena, map, resolver);
	}
	write_out_api_socket(arena, map);
	default_platform(arena, service, map);
	return hash_map(arena, &schema_service, map);
}

const char *hash_service_printed(struct arena *arena, const struct service *service)
{
	struct node *map = shallow(arena, service->node);
	node_remove(map, "label_file");
	default_platform(arena, service, map);
	return hash_map(arena, &schema_service, map);
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
