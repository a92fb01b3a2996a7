#include "cmd/config/config_digest.h"
#include "cmd/open/connect.h"
#include "compose/tree/node.h"
#include "engine/observe/distribution.h"

/* Services with an image of text, in order. */
static size_t collect_images(struct arena *arena, const struct node *services, struct node ***ret_images)
{
	size_t count = 0;
	*ret_images = NULL;
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->nmembers; i++) {
		struct node *image = node_get(services->members[i].value, "image");
		if (image && image->kind == NODE_STRING && *image->text)
			*ARENA_PUSH(arena, *ret_images, count) = image;
	}
	return count;
}

int config_digest_pin(struct ctx *ctx, struct project *project)
{
	struct node **images;
	size_t count = collect_images(ctx->arena, node_get(project->tree, "services"), &images);
	if (!count)
		return 0;
	const char **names = ARENA_ARRAY(ctx->arena, const char *, count);
	for (size_t i = 0; i < count; i++)
		names[i] = images[i]->text;
	if (connect_engine(ctx) < 0 || distribution_pin(ctx->engine, names, count, &ctx->errors) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		images[i]->text = names[i];
	return 0;
}

struct project *config_digest_lock(struct arena *arena, const struct project *project)
{
	const struct node *services = node_get(project->tree, "services");
	struct project *lock = ARENA_NEW(arena, struct project);
	struct node *map = node_map(arena, project->tree->at);
	*lock = *project;
	lock->name = "";
	lock->tree = node_map(arena, project->tree->at);
	node_set(arena, lock->tree, "services", map->at, map);
	for (size_t i = 0; services && i < services->nmembers; i++) {
		const struct member *member = &services->members[i];
		struct node *image = node_get(member->value, "image"), *service = node_map(arena, member->at);
		node_set(arena, map, member->key, member->at, service);
		if (image)
			node_set(arena, service, "image", image->at, image);
	}
	return lock;
}
