/* Which services and resources are part of the project: profiles, names on the command line, use. */
#include "base/text/text.h"
#include "compose/pass/fill.h"

#include <fnmatch.h>

/* Whether one of the service's profiles is active; a service without profiles always is. */
static bool is_active(const struct node *service, const struct map *active)
{
	const struct node *profiles = node_get(service, "profiles");
	if (!profiles || profiles->kind != NODE_LIST || !profiles->nitems || map_has(active, "*"))
		return true;
	for (size_t i = 0; i < profiles->nitems; i++) {
		const char *profile = node_text(profiles->items[i]);
		if (profile && map_has(active, profile))
			return true;
	}
	return false;
}

/* Keeps the members for which `keep` says so; the others go to `out` (may be NULL). */
static void filter(struct arena *arena, struct node *map,
	bool (*keep)(const struct member *, const void *arg), const void *arg, struct node *out)
{
	size_t kept = 0, count = map->nmembers;
	for (size_t i = 0; i < count; i++) {
		struct member member = map->members[i];
		if (keep(&member, arg))
			map->members[kept++] = member;
		else if (out)
			node_set(arena, out, member.key, member.at, member.value);
	}
	if (kept == count)
		return;
	/* A fresh mapping, so that its index fits. */
	struct node fresh = { .kind = NODE_MAP, .at = map->at };
	for (size_t i = 0; i < kept; i++)
		node_set(arena, &fresh, map->members[i].key, map->members[i].at, map->members[i].value);
	*map = fresh;
}

static bool keep_active(const struct member *member, const void *arg)
{
	return is_active(member->value, arg);
}

/* An unknown profile is no mistake, since projects share what activates them; one that is almost known is
 * worth a word. */
static void warn_misspelt(const struct map *active, const struct node *all, struct errors *errors)
{
	struct map known;
	const char **unused = NULL;
	size_t count = 0, at = 0;
	const struct map_entry *entry;
	map_init(&known, errors->arena);
	for (size_t i = 0; i < all->nmembers; i++) {
		const struct node *own = node_get(all->members[i].value, "profiles");
		for (size_t j = 0; own && own->kind == NODE_LIST && j < own->nitems; j++)
			if (node_text(own->items[j]))
				map_set(&known, node_text(own->items[j]), "");
	}
	while ((entry = map_next(&known, &at)))
		if (!map_has(active, entry->key))
			*ARENA_PUSH(errors->arena, unused, count) = entry->key;
	for (at = 0; (entry = map_next(active, &at));) {
		if (map_has(&known, entry->key) || !error_nearest(entry->key, unused, count))
			continue;
		error_warn(errors, NULL, NULL, "no service has the profile \"%s\"", entry->key);
		error_hint_near(errors, entry->key, unused, count);
	}
}

struct node *fill_profiles(struct arena *arena, struct node *tree, const char *const *profiles,
	size_t nprofiles, const char *const *services, size_t nservices, struct errors *errors)
{
	struct node *disabled = node_map(arena, tree->at), *all = node_get(tree, "services");
	if (!all || all->kind != NODE_MAP)
		return disabled;
	struct map active;
	map_init(&active, arena);
	for (size_t i = 0; i < nprofiles; i++)
		map_set(&active, profiles[i], "");
	if (nprofiles)
		warn_misspelt(&active, all, errors);
	for (size_t i = 0; i < nservices; i++) {
		const struct node *own = node_get(node_get(all, services[i]), "profiles");
		for (size_t j = 0; own && own->kind == NODE_LIST && j < own->nitems; j++)
			if (node_text(own->items[j]))
				map_set(&active, node_text(own->items[j]), "");
	}
	filter(arena, all, keep_active, &active, disabled);
	return disabled;
}

static bool keep_named(const struct member *member, const void *arg)
{
	return map_has(arg, member->key);
}

static void mark_one(struct map *needed, const struct node *all, const char *name)
{
	struct node *service = name ? node_get(all, name) : NULL;
	if (service && !map_has(needed, name))
		map_set(needed, name, service);
}

static void mark_needed(struct map *needed, const struct node *all, const char *name)
{
	struct node *service = node_get(all, name);
	if (!service || map_has(needed, name))
		return;
	map_set(needed, name, service);
	/* A work list instead of recursion: chains may be long. */
	for (size_t at = needed->count - 1; at < needed->count; at++) {
		const struct node *one = needed->entries[at].value, *edges = node_get(one, "depends_on"),
				  *ours = node_get(node_get(one, "x-flow"), "dependencies");
		for (size_t i = 0; edges && edges->kind == NODE_MAP && i < edges->nmembers; i++)
			mark_one(needed, all, edges->members[i].key);
		for (size_t i = 0; ours && ours->kind == NODE_LIST && i < ours->nitems; i++)
			mark_one(needed, all, node_text(ours->items[i]));
	}
}

/* Names of services that match `pattern`. */
static bool mark_matching(struct map *needed, const struct node *all, const char *pattern)
{
	bool any = false;
	for (size_t i = 0; i < all->nmembers; i++)
		if (fnmatch(pattern, all->members[i].key, 0) == 0) {
			mark_needed(needed, all, all->members[i].key);
			any = true;
		}
	return any;
}

static int no_such_service(struct arena *arena, const struct node *all, const struct node *disabled,
	const char *name, struct errors *errors)
{
	error_add(errors, ERROR_USAGE, NULL, NULL, "no such service: %s", name);
	if (node_get(disabled, name))
		return error_hint(errors, "it is switched off by its profiles");
	size_t count = all->nmembers + (disabled ? disabled->nmembers : 0);
	const char **names = arena_calloc(arena, count, sizeof *names);
	const char **shown = arena_calloc(arena, count, sizeof *shown);
	for (size_t i = 0; i < count; i++) {
		const struct member *member =
			i < all->nmembers ? &all->members[i] : &disabled->members[i - all->nmembers];
		names[i] = shown[i] = member->key;
		if (i >= all->nmembers)
			shown[i] = arena_printf(arena, "%s (profile %s)", member->key,
				node_text(node_get(member->value, "profiles")->items[0]));
	}
	return error_hint_near(errors, name, names, count)
		       ? -1
		       : error_hint_names(errors, name, "services", shown, count);
}

/* Dependencies on services that are not part of the project any more. */
static void drop_edges(struct node *all)
{
	for (size_t i = 0; i < all->nmembers; i++) {
		struct node *edges = node_get(all->members[i].value, "depends_on");
		for (size_t j = 0; edges && edges->kind == NODE_MAP && j < edges->nmembers;)
			if (node_get(all, edges->members[j].key))
				j++;
			else
				node_remove(edges, edges->members[j].key);
	}
}

const struct map *fill_needed(
	struct arena *arena, const struct node *tree, const char *const *services, size_t nservices)
{
	struct map *needed = map_create(arena);
	const struct node *all = node_get(tree, "services");
	if (!nservices)
		return NULL;
	for (size_t i = 0; all && all->kind == NODE_MAP && i < nservices; i++)
		mark_matching(needed, all, services[i]);
	return needed;
}

int fill_select(struct arena *arena, struct node *tree, const struct node *disabled,
	const char *const *services, size_t nservices, struct errors *errors)
{
	struct node *all = node_get(tree, "services");
	if (!all || all->kind != NODE_MAP)
		all = node_map(arena, tree->at);
	struct map needed;
	map_init(&needed, arena);
	int result = 0;
	for (size_t i = 0; i < nservices; i++)
		if (!mark_matching(&needed, all, services[i]))
			result = no_such_service(arena, all, disabled, services[i], errors);
	if (result < 0 || nservices == 0)
		return result;
	filter(arena, all, keep_named, &needed, NULL);
	drop_edges(all);
	return 0;
}

/* Names used by services, by section. */
struct uses {
	struct map networks, volumes, secrets, configs, models;
};

static void use_keys(struct map *used, const struct node *map)
{
	for (size_t i = 0; map && map->kind == NODE_MAP && i < map->nmembers; i++)
		map_set(used, map->members[i].key, "");
}

static void use_sources(struct map *used, const struct node *list, const char *type)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		const char *source = node_text(node_get(list->items[i], "source"));
		const char *kind = node_text(node_get(list->items[i], "type"));
		if (source && (!type || text_is(kind, type)))
			map_set(used, source, "");
	}
}

static void prune(struct arena *arena, struct node *tree, const char *section, const struct map *used)
{
	struct node *map = node_get(tree, section);
	if (!map || map->kind != NODE_MAP)
		return;
	filter(arena, map, keep_named, used, NULL);
	if (!map->nmembers)
		node_remove(tree, section);
}

void fill_prune(struct arena *arena, struct node *tree)
{
	struct uses uses;
	map_init(&uses.networks, arena);
	map_init(&uses.volumes, arena);
	map_init(&uses.secrets, arena);
	map_init(&uses.configs, arena);
	map_init(&uses.models, arena);
	const struct node *all = node_get(tree, "services");
	for (size_t i = 0; all && all->kind == NODE_MAP && i < all->nmembers; i++) {
		const struct node *service = all->members[i].value;
		use_keys(&uses.networks, node_get(service, "networks"));
		use_keys(&uses.models, node_get(service, "models"));
		use_sources(&uses.volumes, node_get(service, "volumes"), "volume");
		use_sources(&uses.secrets, node_get(service, "secrets"), NULL);
		use_sources(&uses.secrets, node_get(node_get(service, "build"), "secrets"), NULL);
		use_sources(&uses.configs, node_get(service, "configs"), NULL);
	}
	prune(arena, tree, "networks", &uses.networks);
	prune(arena, tree, "volumes", &uses.volumes);
	prune(arena, tree, "secrets", &uses.secrets);
	prune(arena, tree, "configs", &uses.configs);
	prune(arena, tree, "models", &uses.models);
}
