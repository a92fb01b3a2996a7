#include "compose/schema/bind_hook.h"

#include "compose/tree/scalar.h"

#include <string.h>

int bind_provider_options(struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	struct provider *provider = object;
	(void)attr;
	for (size_t i = 0; i < node->nmembers; i++) {
		const struct node *value = node->members[i].value;
		size_t count = value->kind == NODE_LIST ? value->nitems : 1;
		for (size_t j = 0; j < count; j++)
			*ARENA_PUSH(walk->arena, provider->options, provider->noptions) =
				(struct pair){ .key = node->members[i].key,
					.value = node_scalar_text(walk->arena,
						value->kind == NODE_LIST ? value->items[j] : value) };
	}
	return 0;
}

int bind_preferences(struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	struct placement *placement = object;
	(void)attr;
	for (size_t i = 0; i < node->nitems; i++) {
		const char *spread = node_text(node_get(node->items[i], "spread"));
		if (spread)
			*ARENA_PUSH(walk->arena, placement->spread, placement->nspread) = spread;
	}
	return 0;
}

int bind_ulimit(struct walk *walk, const struct node *node, void *object)
{
	struct ulimit *limit = object;
	(void)walk;
	limit->soft = limit->hard = node->integer;
	limit->single = true;
	return 0;
}

int bind_probe_kind(struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	static const struct {
		const char *name;
		enum probe_kind kind;
	} kinds[] = { { "http", PROBE_HTTP }, { "tcp", PROBE_TCP }, { "postgresql", PROBE_POSTGRESQL },
		{ "exec", PROBE_EXEC }, { "log", PROBE_LOG }, { "container", PROBE_CONTAINER },
		{ "none", PROBE_NONE } };
	struct probe *probe = object;
	if (node->kind == NODE_BOOL && !node->yes)
		return 0;
	if (probe->kind != PROBE_UNSET) {
		walk_error(walk, &node->at, "a check is of one kind: %s is one too many", attr->name);
		return error_hint(
			walk->errors, "keep one of http, tcp, postgresql, exec, log, container, none");
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, attr->name) == 0)
			probe->kind = kinds[i].kind;
	return 0;
}

int bind_port_probe(struct walk *walk, const struct node *node, void *object)
{
	struct probe *probe = object;
	(void)walk;
	(void)node;
	probe->kind = probe->dbname || probe->user ? PROBE_POSTGRESQL : PROBE_HTTP;
	if (probe->kind == PROBE_HTTP && !probe->path)
		probe->path = "/_internal_/healthcheck";
	return 0;
}
