#include "compose/load/legacy.h"
#include "base/text/text.h"

#include <string.h>

struct rewrite {
	struct arena *arena;
	struct node *doc, *services;
	const struct node *before; /* services of earlier files */
};

static bool is_text_version(const struct member *member)
{
	return strcmp(member->key, "version") == 0 && member->value->kind != NODE_MAP;
}

static bool beside_services(const struct member *member)
{
	return strncmp(member->key, "x-", 2) == 0 || is_text_version(member) ||
	       (strcmp(member->key, "name") == 0 && member->value->kind != NODE_MAP);
}

static bool is_section(const struct member *member)
{
	static const char *const sections[] = { "services", "networks", "volumes", "secrets", "configs",
		"models", "include" };
	return TEXT_AMONG(member->key, sections);
}

/* What only a document of today's format has. */
static bool is_modern(const struct member *member)
{
	const char *text = node_text(member->value);
	return is_section(member) || (is_text_version(member) && text && *text >= '2');
}

bool legacy_is(const struct node *doc, bool after_legacy)
{
	bool defines = after_legacy;
	size_t services = 0;
	if (doc->kind != NODE_MAP)
		return false;
	for (size_t i = 0; i < doc->nmembers; i++) {
		const struct member *member = &doc->members[i];
		const struct node *value = member->value;
		if (is_modern(member))
			return false;
		if (beside_services(member))
			continue;
		if (value->kind != NODE_MAP)
			return false;
		services++;
		defines |= node_get(value, "image") || node_get(value, "build") || node_get(value, "extends");
	}
	return defines && services;
}

const struct member *legacy_stray(const struct node *doc, bool after_legacy)
{
	const struct member *stray = NULL;
	if (doc->kind != NODE_MAP || legacy_is(doc, after_legacy))
		return NULL;
	for (size_t i = 0; i < doc->nmembers; i++) {
		if (is_modern(&doc->members[i]))
			return NULL;
		if (!stray && !beside_services(&doc->members[i]))
			stray = &doc->members[i];
	}
	return stray;
}

void legacy_wrap(struct arena *arena, struct node *doc)
{
	struct node *services = node_map(arena, doc->at);
	size_t kept = 0;
	for (size_t i = 0; i < doc->nmembers; i++) {
		struct member *member = &doc->members[i];
		if (!beside_services(member))
			node_add(arena, services, member->key, member->at, member->value);
		else if (!is_text_version(member))
			doc->members[kept++] = *member;
	}
	doc->nmembers = kept;
	doc->index = NULL;
	node_set(arena, doc, "services", services->at, services);
}

static bool is_service(const struct rewrite *rewrite, const char *name)
{
	return node_get(rewrite->services, name) || node_get(rewrite->before, name);
}

static void rename_key(struct rewrite *rewrite, struct node *service, const char *from, const char *to)
{
	struct member *member = node_member(service, from);
	if (!member)
		return;
	struct mark at = member->at;
	struct node *value = node_remove(service, from);
	node_set(rewrite->arena, service, to, at, value);
}

/* Moves a key into a mapping that is made when missing. */
static void move_into(struct rewrite *rewrite, struct node *service, const char *key, const char *map_key,
	const char *new_key)
{
	struct member *member = node_member(service, key);
	if (!member)
		return;
	struct mark at = member->at;
	struct node *value = node_remove(service, key), *map = node_get(service, map_key);
	if (!map || map->kind != NODE_MAP)
		node_set(rewrite->arena, service, map_key, at, map = node_map(rewrite->arena, at));
	node_set(rewrite->arena, map, new_key, at, value);
}

/* `build: DIR` beside `dockerfile: FILE` */
static void rewrite_build(struct rewrite *rewrite, struct node *service)
{
	struct node *build = node_get(service, "build");
	if (build && build->kind == NODE_STRING && node_get(service, "dockerfile")) {
		struct node *map = node_map(rewrite->arena, build->at);
		node_set(rewrite->arena, map, "context", build->at, build);
		node_set(rewrite->arena, service, "build", build->at, map);
	}
	move_into(rewrite, service, "dockerfile", "build", "dockerfile");
}

/* container:NAME of a service of the file is service:NAME today. */
static void rewrite_namespace(struct rewrite *rewrite, struct node *service, const char *key)
{
	struct node *value = node_get(service, key);
	const char *text = node_text(value);
	if (value && value->kind == NODE_STRING && strncmp(text, "container:", 10) == 0 &&
		is_service(rewrite, text + 10))
		value->text = arena_printf(rewrite->arena, "service:%s", text + 10);
}

static void rewrite_volumes_from(struct rewrite *rewrite, struct node *service)
{
	struct node *list = node_get(service, "volumes_from");
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		struct node *item = list->items[i];
		if (item->kind != NODE_STRING || strncmp(item->text, "container:", 10) == 0)
			continue;
		const char *name = arena_strndup(rewrite->arena, item->text, strcspn(item->text, ":"));
		if (!is_service(rewrite, name))
			item->text = arena_printf(rewrite->arena, "container:%s", item->text);
	}
}

/* Volumes had one name for all projects; they were made on demand with the service's driver. */
static void declare_volume(struct rewrite *rewrite, const struct node *item, const struct node *driver)
{
	const char *text = item->text, *colon = strchr(text, ':');
	if (!colon || colon == text || colon[1] != '/' || strchr("./~\\", *text) || colon == text + 1)
		return;
	const char *name = arena_strndup(rewrite->arena, text, (size_t)(colon - text));
	struct node *volumes = node_get(rewrite->doc, "volumes");
	if (!volumes)
		node_set(rewrite->arena, rewrite->doc, "volumes", item->at,
			volumes = node_map(rewrite->arena, item->at));
	if (node_get(volumes, name))
		return;
	struct node *volume = node_map(rewrite->arena, item->at);
	node_set(rewrite->arena, volumes, name, item->at, volume);
	node_set(rewrite->arena, volume, "name", item->at, node_string(rewrite->arena, item->at, name));
	if (driver && driver->kind == NODE_STRING)
		node_set(rewrite->arena, volume, "driver", driver->at, node_copy(rewrite->arena, driver));
}

static void rewrite_volumes(struct rewrite *rewrite, struct node *service)
{
	struct node *driver = node_remove(service, "volume_driver"), *list = node_get(service, "volumes");
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++)
		if (list->items[i]->kind == NODE_STRING)
			declare_volume(rewrite, list->items[i], driver);
}

static void rewrite_service(struct rewrite *rewrite, const char *name, struct node *service)
{
	rewrite_build(rewrite, service);
	rename_key(rewrite, service, "net", "network_mode");
	move_into(rewrite, service, "log_driver", "logging", "driver");
	move_into(rewrite, service, "log_opt", "logging", "options");
	rewrite_namespace(rewrite, service, "network_mode");
	rewrite_namespace(rewrite, service, "pid");
	rewrite_namespace(rewrite, service, "ipc");
	rewrite_volumes_from(rewrite, service);
	rewrite_volumes(rewrite, service);
	/* The engine's own bridge, where links mean what they meant; an heir takes its base's network. */
	if (!node_get(service, "network_mode") && !node_get(service, "extends") &&
		!node_get(rewrite->before, name))
		node_set(rewrite->arena, service, "network_mode", service->at,
			node_string(rewrite->arena, service->at, "bridge"));
}

void legacy_rewrite(struct arena *arena, struct node *doc, const struct node *before)
{
	struct node *services = node_get(doc, "services");
	struct rewrite rewrite = {
		.arena = arena, .doc = doc, .services = services, .before = node_get(before, "services")
	};
	for (size_t i = 0; i < services->nmembers; i++)
		if (services->members[i].value->kind == NODE_MAP)
			rewrite_service(&rewrite, services->members[i].key, services->members[i].value);
}
