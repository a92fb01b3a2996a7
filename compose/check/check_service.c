#include "compose/check/check_service.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/text/text.h"

#include <string.h>

#define CYCLE_TEXT_MOST ((size_t)16 << 20)

static double number_of(const struct node *node)
{
	if (!node)
		return 0;
	return node->kind == NODE_FLOAT ? node->real : node->kind == NODE_INT ? (double)node->integer : 0;
}

/* Keys of a build that exclude each other or name what must be there: a service as context, the platform. */
static void check_build(struct check *check, const struct node *service, const struct node *build)
{
	const struct node *inlined = node_get(build, "dockerfile_inline");
	if (node_get(build, "dockerfile") && inlined)
		check_error(
			check, &inlined->at, "build", "dockerfile and dockerfile_inline exclude each other");
	const struct node *contexts = node_get(build, "additional_contexts"),
			  *all = node_get(check->tree, "services");
	for (size_t i = 0; contexts && contexts->kind == NODE_MAP && i < contexts->nmembers; i++) {
		const char *text = node_text(contexts->members[i].value);
		if (!text || strncmp(text, "service:", 8) != 0)
			continue;
		const struct node *other = node_get(all, text + 8),
				  *off = node_get(check->disabled, text + 8);
		const struct node *profiles = node_get(off, "profiles");
		if (off) {
			check_error(check, &contexts->members[i].at, "build.additional_contexts",
				"needs service \"%s\" as a context, which is switched off by its profiles",
				text + 8);
			if (profiles && profiles->nitems)
				error_hint(check->errors, "switch it on with --profile %s",
					node_text(profiles->items[0]));
		} else if (!other) {
			check_error(check, &contexts->members[i].at, "build.additional_contexts",
				"undefined service \"%s\" as a context", text + 8);
			check_hint_undeclared(check, "services", text + 8, "");
		} else if (!node_get(other, "build"))
			check_error(check, &contexts->members[i].at, "build.additional_contexts",
				"service \"%s\" has no build", text + 8);
	}
	const struct node *platforms = node_get(build, "platforms"),
			  *platform = node_get(service, "platform");
	if (!platforms || platforms->kind != NODE_LIST || !platforms->nitems || !platform || !*platform->text)
		return;
	for (size_t i = 0; i < platforms->nitems; i++)
		if (strcmp(platforms->items[i]->text, platform->text) == 0)
			return;
	check_error(check, &platform->at, "platform",
		"service.build.platforms MUST include service.platform \"%s\"", platform->text);
}

/* The same limit written in two places must be the same; `in` is present but may lack the key. */
static void check_same(struct check *check, const struct node *service, const char *key,
	const struct node *in, const char *place, const char *other)
{
	const struct node *here = node_get(service, key), *there = node_get(in, other);
	if (!here || !in || here->kind == NODE_NULL || number_of(here) == 0 ||
		number_of(here) == number_of(there))
		return;
	check_error(check, &here->at, key, there ? "%s and %s.%s differ" : "%s is set and %s lacks %s", key,
		place, other);
	error_hint(check->errors, "set %s.%s to the same, or remove %s", place, other, key);
}

/* `scale` and `deploy.replicas` are one number: they agree, or the one that stands fills the other in. */
static void check_scale(struct check *check, const struct node *service)
{
	struct node *scale = node_get(service, "scale"), *deploy = node_get(service, "deploy"),
		    *replicas = node_get(deploy, "replicas");
	const struct node *name = node_get(service, "container_name");
	if (scale && scale->integer < 0)
		check_error(check, &scale->at, "scale", "must be at least 0");
	if (replicas && replicas->integer < 0)
		check_error(check, &replicas->at, "deploy.replicas", "must be at least 0");
	if (scale && replicas && scale->integer != replicas->integer) {
		check_error(check, &scale->at, "scale", "scale and deploy.replicas (line %u) differ",
			replicas->at.line);
		error_hint(check->errors, "keep one of them");
	} else if (scale && deploy && deploy->kind == NODE_MAP) {
		node_set(check->arena, deploy, "replicas", scale->at, node_copy(check->arena, scale));
	}
	int64_t count = scale ? scale->integer : replicas ? replicas->integer : 1;
	if (count > 1 && name && name->kind == NODE_STRING && *name->text) {
		check_error(check, &name->at, "container_name", "%lld containers cannot all be named \"%s\"",
			(long long)count, name->text);
		error_hint(check->errors, "remove container_name");
	}
}

static void check_watch(struct check *check, const struct node *service)
{
	const struct node *rules = node_get(node_get(service, "develop"), "watch");
	for (size_t i = 0; rules && rules->kind == NODE_LIST && i < rules->nitems; i++) {
		const char *action = node_text(node_get(rules->items[i], "action"));
		const char *target = node_text(node_get(rules->items[i], "target"));
		if (action && strcmp(action, "rebuild") != 0 && strcmp(action, "restart") != 0 &&
			(!target || !*target))
			check_error(check, &rules->items[i]->at,
				arena_printf(check->arena, "develop.watch[%zu]", i),
				"action %s needs a target", action);
	}
}

static void check_healthcheck(struct check *check, const struct node *service)
{
	static const char *const words[] = { "CMD", "CMD-SHELL", "NONE" };
	const struct node *test = node_get(node_get(service, "healthcheck"), "test");
	if (!test || test->kind != NODE_LIST || !test->nitems)
		return;
	const char *first = test->items[0]->text;
	if (TEXT_AMONG(first, words))
		return;
	check_error(check, &test->items[0]->at, "healthcheck.test",
		"a health check's list starts with CMD, CMD-SHELL or NONE");
	error_hint(check->errors, "put \"CMD\" first: [\"CMD\", \"%s\", …]", first);
}

/* Remembers `target`; a second mount there is a finding. */
static void mounted(struct check *check, struct map *targets, const struct node *at, const char *target,
	const char *where)
{
	const char *other = map_get(targets, target);
	if (other)
		check_error(check, &at->at, where, "%s is mounted already as %s", target, other);
	else
		map_set(targets, target, (void *)where);
}

static void check_targets(struct check *check, const struct node *service)
{
	const struct node *tmpfs = node_get(service, "tmpfs"), *volumes = node_get(service, "volumes");
	struct map targets;
	map_init(&targets, check->arena);
	for (size_t i = 0; tmpfs && tmpfs->kind == NODE_LIST && i < tmpfs->nitems; i++) {
		const char *text = tmpfs->items[i]->text;
		mounted(check, &targets, tmpfs->items[i],
			arena_strndup(check->arena, text, strcspn(text, ":")),
			arena_printf(check->arena, "tmpfs[%zu]", i));
	}
	bool any = targets.count > 0;
	for (size_t i = 0; volumes && volumes->kind == NODE_LIST && i < volumes->nitems; i++) {
		const char *target = node_text(node_get(volumes->items[i], "target"));
		if (target && (any || volumes->nitems > 1))
			mounted(check, &targets, volumes->items[i], target,
				arena_printf(check->arena, "volumes[%zu]", i));
	}
}

void check_service(struct check *check, const struct mark *at, const struct node *service)
{
	const struct node *build = node_get(service, "build"), *image = node_get(service, "image");
	const struct node *resources = node_get(node_get(service, "deploy"), "resources");
	const struct node *limits = node_get(resources, "limits"),
			  *reserved = node_get(resources, "reservations");
	if (!build && !node_get(service, "provider") &&
		!(image && image->kind == NODE_STRING && *image->text)) {
		check_error(check, at, NULL, "has neither an image nor a build");
		error_hint(check->errors, "add `image:` or `build:`");
	}
	if (build)
		check_build(check, service, build);
	check_scale(check, service);
	check_same(check, service, "cpus", limits, "deploy.resources.limits", "cpus");
	check_same(check, service, "mem_limit", limits, "deploy.resources.limits", "memory");
	check_same(check, service, "pids_limit", limits, "deploy.resources.limits", "pids");
	check_same(check, service, "mem_reservation", reserved, "deploy.resources.reservations", "memory");
	check_healthcheck(check, service);
	check_watch(check, service);
	check_targets(check, service);
}

/* Colour of a service in the search for cycles. */
enum colour { NEW, OPEN, DONE };

struct visit {
	enum colour colour;
	const char *name;
	const struct node *service, *edges;
	size_t next; /* edge to follow */
};

/* Reports the path from `from` on the stack to its top and back. */
static void report(
	struct check *check, struct visit *const *stack, size_t from, size_t depth, const struct mark *at)
{
	auto_buf struct buf way;
	buf_init(&way, CYCLE_TEXT_MOST);
	for (size_t i = from; i < depth; i++)
		buf_printf(&way, "%s -> ", stack[i]->name);
	check->name = stack[depth - 1]->name;
	check_error(check, at, check_needed_by(stack[depth - 1]->service, at), "dependency cycle: %s%s",
		buf_text(&way), stack[from]->name);
	error_hint(check->errors,
		"remove one of these dependencies; links, volumes_from and service: count, too");
}

/* Depth-first search from one service, without recursion: chains may be long. */
static bool search(struct check *check, struct map *visits, struct visit *first, struct visit **stack)
{
	size_t depth = 0;
	stack[depth++] = first;
	first->colour = OPEN;
	while (depth) {
		struct visit *top = stack[depth - 1];
		if (!top->edges || top->edges->kind != NODE_MAP || top->next >= top->edges->nmembers) {
			top->colour = DONE;
			depth--;
			continue;
		}
		const struct member *edge = &top->edges->members[top->next++];
		struct visit *to = map_get(visits, edge->key);
		if (!to || to->colour == DONE)
			continue;
		if (to->colour == NEW) {
			to->colour = OPEN;
			stack[depth++] = to;
			continue;
		}
		for (size_t i = 0; i < depth; i++)
			if (stack[i] == to)
				report(check, stack, i, depth, &edge->at);
		return true;
	}
	return false;
}

void check_cycles(struct check *check, const struct node *services)
{
	struct map visits;
	map_init(&visits, check->arena);
	struct visit *all = ARENA_ARRAY(check->arena, struct visit, services->nmembers + 1);
	struct visit **stack = ARENA_ARRAY(check->arena, struct visit *, services->nmembers + 1);
	for (size_t i = 0; i < services->nmembers; i++) {
		const struct member *member = &services->members[i];
		all[i] = (struct visit){ .name = member->key,
			.service = member->value,
			.edges = node_get(member->value, "depends_on") };
		map_set(&visits, member->key, &all[i]);
	}
	for (size_t i = 0; i < services->nmembers; i++)
		if (all[i].colour == NEW && search(check, &visits, &all[i], stack))
			return;
}
