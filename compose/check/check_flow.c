#include "compose/check/check_flow.h"

#include "base/text/texts.h"
#include "compose/check/check_service.h"

/* The names that the service's x-flow has; NULL: none. */
static const struct node *flow_names(const struct node *service)
{
	const struct node *list = node_get(node_get(service, "x-flow"), "dependencies");
	return list && list->kind == NODE_LIST ? list : NULL;
}

/* Services of which only the edges count, those of x-flow among their depends_on. */
static struct node *joined_edges(struct arena *arena, const struct node *services)
{
	struct node *all = node_map(arena, services->at);
	for (size_t i = 0; i < services->nmembers; i++) {
		const struct member *from = &services->members[i];
		struct node *service = node_map(arena, from->value->at), *edges = node_map(arena, from->at);
		const struct node *written = node_get(from->value, "depends_on"),
				  *names = flow_names(from->value);
		for (size_t k = 0; written && written->kind == NODE_MAP && k < written->nmembers; k++)
			node_set(arena, edges, written->members[k].key, written->members[k].at,
				written->members[k].value);
		for (size_t k = 0; names && k < names->nitems; k++)
			if (node_text(names->items[k]))
				node_set(arena, edges, node_text(names->items[k]), names->items[k]->at,
					names->items[k]);
		node_set(arena, service, "depends_on", from->at, edges);
		node_set(arena, all, from->key, from->at, service);
	}
	return all;
}

static void warn_of_names(struct arena *arena, const struct node *services, const struct node *disabled,
	const struct member *from, struct errors *errors)
{
	const struct node *names = flow_names(from->value);
	for (size_t k = 0; names && k < names->nitems; k++) {
		const char *name = node_text(names->items[k]);
		if (!name || !*name || node_get(services, name) || node_get(disabled, name))
			continue;
		struct texts known = { 0 };
		for (size_t i = 0; i < services->nmembers; i++)
			texts_add(arena, &known, services->members[i].key);
		error_warn(errors, &names->items[k]->at,
			arena_printf(arena, "services.%s.x-flow.dependencies", from->key),
			"depends on \"%s\", which is neither a service nor an application", name);
		error_hint_near(errors, name, known.items, known.count);
	}
}

void check_flow_warn(struct arena *arena, const struct node *tree, const struct node *disabled,
	bool applications, struct errors *errors)
{
	const struct node *services = node_get(tree, "services");
	bool any = false;
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->nmembers; i++) {
		any |= flow_names(services->members[i].value) != NULL;
		if (!applications)
			warn_of_names(arena, services, disabled, &services->members[i], errors);
	}
	if (!any)
		return;
	struct errors found;
	struct check check = { .arena = arena, .errors = &found };
	errors_init(&found, arena);
	check_cycles(&check, joined_edges(arena, services));
	errors_soften(&found);
	errors_append(errors, &found);
}
