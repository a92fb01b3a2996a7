#include "compose/check/beside.h"

#include "base/text/text.h"

/* Whether the service has a check that the engine runs. */
static bool has_own_check(const struct node *service)
{
	const struct node *check = node_get(service, "healthcheck"), *test = node_get(check, "test");
	const struct node *disable = node_get(check, "disable");
	if (!test || (disable && disable->kind == NODE_BOOL && disable->yes))
		return false;
	return test->kind != NODE_LIST || !test->nitems || !text_is(node_text(test->items[0]), "NONE");
}

/* Whether x-flow, or a port of it, has one that only docker flow runs. */
static bool has_flow_check(const struct node *service)
{
	const struct node *flow = node_get(service, "x-flow"), *ports = node_get(flow, "ports");
	bool has = node_get(flow, "healthcheck") != NULL;
	for (size_t i = 0; ports && ports->kind == NODE_LIST && i < ports->nitems; i++)
		has |= node_get(ports->items[i], "healthcheck") != NULL;
	return has;
}

void beside_warn(struct arena *arena, const struct node *tree, struct errors *errors)
{
	const struct node *all = node_get(tree, "services");
	for (size_t i = 0; all && all->kind == NODE_MAP && i < all->nmembers; i++) {
		const struct node *edges = node_get(all->members[i].value, "depends_on");
		for (size_t e = 0; edges && edges->kind == NODE_MAP && e < edges->nmembers; e++) {
			const struct member *edge = &edges->members[e];
			const struct node *to = node_get(all, edge->key);
			if (!text_is(node_text(node_get(edge->value, "condition")), "service_healthy") ||
				has_own_check(to) || !has_flow_check(to))
				continue;
			error_warn(errors, &edge->at,
				arena_printf(
					arena, "services.%s.depends_on.%s", all->members[i].key, edge->key),
				"docker compose cannot wait for it: service \"%s\" has no check but that of x-flow",
				edge->key);
			error_hint(errors,
				"give it a `healthcheck`, too, or name it in x-flow.dependencies, which docker compose "
				"does not read; an image with a HEALTHCHECK does as well");
		}
	}
}
