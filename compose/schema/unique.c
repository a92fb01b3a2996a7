#include "compose/schema/unique.h"

#include "compose/tree/scalar.h"
#include "compose/schema/short.h"

#include <string.h>

const char *unique_name(struct arena *arena, const struct node *item)
{
	if (item->kind != NODE_STRING)
		return NULL;
	const char *equals = strchr(item->text, '=');
	return equals ? arena_strndup(arena, item->text, (size_t)(equals - item->text)) : item->text;
}

const char *unique_text(struct arena *arena, const struct node *item)
{
	switch (item->kind) {
	case NODE_STRING:
		return item->text;
	case NODE_INT:
	case NODE_UINT:
	case NODE_FLOAT:
		return node_scalar_text(arena, item);
	default:
		return NULL;
	}
}

static const char *member_text(const struct node *map, const char *key, const char *fallback)
{
	const char *text = node_text(node_get(map, key));
	return text ? text : fallback;
}

const char *unique_port(struct arena *arena, const struct node *item)
{
	if (item->kind != NODE_MAP)
		return unique_text(arena, item);
	const struct node *published = node_get(item, "published");
	const char *target = member_text(item, "target", NULL);
	if (!target)
		return NULL;
	/* A number is never the same as a text here (compose 2.40). */
	return arena_printf(arena, "%s:%s%s:%s/%s", member_text(item, "host_ip", "0.0.0.0"),
		published && published->kind == NODE_INT ? "#" : "", published ? node_text(published) : "",
		target, member_text(item, "protocol", "tcp"));
}

const char *unique_mount(struct arena *arena, const struct node *item)
{
	if (item->kind == NODE_MAP)
		return node_text(node_get(item, "target"));
	return item->kind == NODE_STRING ? short_volume_target(arena, item->text) : NULL;
}

const char *unique_device(struct arena *arena, const struct node *item)
{
	if (item->kind == NODE_MAP)
		return node_text(node_get(item, "target"));
	if (item->kind != NODE_STRING)
		return NULL;
	const char *colon = strchr(item->text, ':');
	if (!colon)
		return item->text;
	return arena_strndup(arena, colon + 1, strcspn(colon + 1, ":"));
}

static const char *file_target(struct arena *arena, const struct node *item, const char *folder)
{
	const char *source = item->kind == NODE_STRING ? item->text : node_text(node_get(item, "source"));
	const char *target = item->kind == NODE_MAP ? node_text(node_get(item, "target")) : NULL;
	if (target)
		return target;
	return source ? arena_printf(arena, "%s%s", folder, source) : NULL;
}

const char *unique_secret(struct arena *arena, const struct node *item)
{
	return file_target(arena, item, "/run/secrets/");
}

const char *unique_config(struct arena *arena, const struct node *item)
{
	return file_target(arena, item, "/");
}

const char *unique_path(struct arena *arena, const struct node *item)
{
	(void)arena;
	return item->kind == NODE_STRING ? item->text : node_text(node_get(item, "path"));
}

const char *unique_internal(struct arena *arena, const struct node *item)
{
	(void)arena;
	return node_text(node_get(item, "internal"));
}
