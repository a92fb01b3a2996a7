/* What the whole project leaves unsaid: default network, names, implied dependencies. */
#include "compose/pass/fill.h"

#include "compose/tree/path.h"

#include <string.h>

struct norm {
	struct arena *arena;
	const char *project;
	const struct map *env;
	bool default_network; /* someone uses it */
};

static bool is_empty(const struct node *node)
{
	return !node || node->kind == NODE_NULL || (node->kind == NODE_MAP && !node->nmembers) ||
	       (node->kind == NODE_LIST && !node->nitems);
}

static void networks(struct norm *norm, struct node *service)
{
	struct node *there = node_get(service, "networks");
	if (node_get(service, "provider") || node_get(service, "network_mode"))
		return;
	if (is_empty(there)) {
		struct node *map = node_map(norm->arena, service->at);
		node_set(norm->arena, map, "default", service->at, node_null(norm->arena, service->at));
		node_set(norm->arena, service, "networks", service->at, map);
		norm->default_network = true;
	} else if (there && node_member(there, "default")) {
		norm->default_network = true;
	}
}

/* Names without a value get the one of the project's environment; `drop`: or vanish. */
static void values(struct norm *norm, struct node *node, bool drop)
{
	size_t kept = 0;
	for (size_t i = 0; node && node->kind == NODE_LIST && i < node->nitems; i++) {
		struct node *item = node->items[i];
		if (item->kind == NODE_STRING && !strchr(item->text, '=')) {
			const char *value = map_get(norm->env, item->text);
			if (value) {
				item = node_quoted(norm->arena, item->at,
					arena_printf(norm->arena, "%s=%s", item->text, value));
			} else if (drop) {
				continue;
			}
		}
		node->items[kept++] = item;
	}
	if (node && node->kind == NODE_LIST)
		node->nitems = kept;
	for (size_t i = 0; node && node->kind == NODE_MAP && i < node->nmembers;) {
		struct member *member = &node->members[i];
		const char *value = member->value->kind == NODE_NULL ? map_get(norm->env, member->key) : NULL;
		if (value) {
			member->value = node_quoted(norm->arena, member->at, value);
		} else if (member->value->kind == NODE_NULL && drop) {
			node_remove(node, member->key);
			continue;
		}
		i++;
	}
}

static void build(struct norm *norm, struct node *node)
{
	if (!node || node->kind != NODE_MAP)
		return;
	if (!node_get(node, "dockerfile") && !node_get(node, "dockerfile_inline"))
		node_set_text(norm->arena, node, "dockerfile", "Dockerfile");
	values(norm, node_get(node, "args"), true);
}

/* A dependency that another attribute implies by the node `by`, unless the file declares it. It has that
 * one's place (check_project.c finds the attribute by it). `name` is up to a colon. */
static void imply(
	struct norm *norm, struct node *service, const struct node *by, const char *name, bool restart)
{
	const char *key = arena_strndup(norm->arena, name, strcspn(name, ":"));
	struct node *all = node_get(service, "depends_on");
	if (!all || all->kind != NODE_MAP) {
		all = node_map(norm->arena, service->at);
		node_set(norm->arena, service, "depends_on", service->at, all);
	}
	if (node_get(all, key))
		return;
	struct node *one = node_map(norm->arena, by->at);
	node_set_text(norm->arena, one, "condition", "service_started");
	node_set(norm->arena, one, "restart", by->at, node_bool(norm->arena, by->at, restart));
	node_set(norm->arena, one, "required", by->at, node_bool(norm->arena, by->at, true));
	node_set(norm->arena, all, key, by->at, one);
}

/* Links, shared namespaces and volumes_from need the other service: each implies a depends_on. */
static void implied(struct norm *norm, struct node *service)
{
	static const char *const namespaces[] = { "network_mode", "ipc", "pid", "uts", "cgroup" };
	const struct node *links = node_get(service, "links"), *from = node_get(service, "volumes_from");
	for (size_t i = 0; links && links->kind == NODE_LIST && i < links->nitems; i++) {
		const char *text = node_text(links->items[i]);
		if (text)
			imply(norm, service, links->items[i], text, true);
	}
	for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
		const struct node *mode = node_get(service, namespaces[i]);
		const char *text = node_text(mode);
		if (text && strncmp(text, "service:", 8) == 0)
			imply(norm, service, mode, text + 8, true);
	}
	for (size_t i = 0; from && from->kind == NODE_LIST && i < from->nitems; i++) {
		const char *text = node_text(from->items[i]);
		if (text && strncmp(text, "container:", 10) != 0)
			imply(norm, service, from->items[i], text, false);
	}
}

static void mount_targets(struct norm *norm, const struct node *volumes)
{
	for (size_t i = 0; volumes && volumes->kind == NODE_LIST && i < volumes->nitems; i++) {
		struct node *target = node_get(volumes->items[i], "target");
		if (target && target->kind == NODE_STRING && *target->text)
			target->text = path_clean(norm->arena, target->text);
	}
}

static void service(struct norm *norm, struct node *node)
{
	networks(norm, node);
	struct node *policy = node_get(node, "pull_policy");
	if (policy && policy->kind == NODE_STRING && strcmp(policy->text, "if_not_present") == 0)
		policy->text = "missing";
	build(norm, node_get(node, "build"));
	values(norm, node_get(node, "environment"), false);
	implied(norm, node);
	mount_targets(norm, node_get(node, "volumes"));
}

/* Names in the engine of a section's members. */
static void section_names(struct norm *norm, struct node *tree, const char *section)
{
	struct node *all = node_get(tree, section);
	for (size_t i = 0; all && all->kind == NODE_MAP && i < all->nmembers; i++) {
		struct member *member = &all->members[i];
		if (member->value->kind == NODE_NULL)
			member->value = node_map(norm->arena, member->at);
		if (member->value->kind != NODE_MAP)
			continue;
		const struct node *name = node_get(member->value, "name"),
				  *external = node_get(member->value, "external");
		if (!is_empty(name))
			continue;
		bool as_is =
			external &&
			((external->kind == NODE_BOOL && external->yes) ||
				(external->kind == NODE_STRING && strcasecmp(external->text, "true") == 0));
		node_set_text(norm->arena, member->value, "name",
			as_is ? member->key : arena_printf(norm->arena, "%s_%s", norm->project, member->key));
	}
}

int fill_normalize(struct arena *arena, struct node *tree, const char *project, const struct map *env,
	struct errors *errors)
{
	static const char *const sections[] = { "networks", "volumes", "secrets", "configs" };
	struct norm norm = { .arena = arena, .project = project, .env = env };
	struct node *services = node_get(tree, "services");
	(void)errors;
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->nmembers; i++)
		if (services->members[i].value->kind == NODE_MAP)
			service(&norm, services->members[i].value);
	struct node *all = node_get(tree, "networks");
	if (norm.default_network && (!all || all->kind != NODE_MAP)) {
		all = node_map(arena, tree->at);
		node_set(arena, tree, "networks", tree->at, all);
	}
	if (norm.default_network && !node_member(all, "default"))
		node_set(arena, all, "default", tree->at, node_null(arena, tree->at));
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
		section_names(&norm, tree, sections[i]);
	return 0;
}
