#include "graph/down/teardown_going.h"
#include "base/text/text.h"
#include "base/text/texts.h"

#include <string.h>

static void add_dependent(struct arena *arena, struct map *going, const char *key, const char *needed)
{
	map_set(going, key, arena_printf(arena, "it needs %s", needed));
}

/* Whether it is known what becomes of a service. */
static bool is_decided(const struct teardown_scope *scope, const struct map *going, const char *key)
{
	return map_has(going, key) || text_among(key, scope->excepts, scope->nexcepts);
}

/* Dependencies come first in the order, so one pass is enough. */
static void add_by_graph(struct arena *arena, const struct teardown_scope *scope, struct map *going)
{
	const struct dag *dag = scope->dag;
	for (size_t i = 0; dag && i < dag->count; i++) {
		const struct dag_vertex *vertex = dag->sorted[i];
		const char *key = vertex->service->key;
		for (size_t e = 0; e < vertex->nedges && !is_decided(scope, going, key); e++) {
			const char *needed = vertex->edges[e].to->service->key;
			if (map_has(going, needed))
				add_dependent(arena, going, key, needed);
		}
	}
}

/* The first service of a label like `db:service_healthy:true,cache:…` that goes, or NULL. */
static const char *needed_by_label(struct arena *arena, const char *label, const struct map *going)
{
	struct texts entries = texts_split(arena, label ? label : "", ',');
	for (size_t i = 0; i < entries.count; i++) {
		const char *key = arena_strndup(arena, entries.items[i], strcspn(entries.items[i], ":"));
		if (map_has(going, key))
			return key;
	}
	return NULL;
}

/* Returns whether there was one more. */
static bool add_by_labels(struct arena *arena, const struct teardown_scope *scope, struct map *going)
{
	bool more = false;
	for (size_t i = 0; i < scope->seen->ncontainers; i++) {
		const struct observed_container *seen = scope->seen->containers[i];
		if (!seen->service || seen->oneoff || !text_is(seen->project, scope->project) ||
			is_decided(scope, going, seen->service) ||
			dag_find_in(scope->dag, seen->project, seen->service))
			continue;
		const char *label = observed_label(seen, "com.docker.compose.depends_on");
		const char *needed = needed_by_label(arena, label, going);
		if (needed)
			add_dependent(arena, going, seen->service, needed);
		more |= needed != NULL;
	}
	return more;
}

const struct map *teardown_going(struct arena *arena, const struct teardown_scope *scope, bool dependents)
{
	struct map *going = map_create(arena);
	for (size_t i = 0; i < scope->nnames; i++)
		map_set(going, scope->names[i], "");
	if (!dependents || !scope->nnames)
		return going;
	add_by_graph(arena, scope, going);
	while (add_by_labels(arena, scope, going))
		;
	return going;
}
