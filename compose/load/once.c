#include "compose/load/once.h"

#include "compose/check/validate.h"
#include "compose/pass/canon.h"
#include "compose/pass/merge.h"
#include "compose/tree/dotenv.h"
#include "compose/tree/path.h"

#include <string.h>

/* Where what the command line says stands: nowhere in a file. */
static const struct mark nowhere = { 0 };

static struct node *new_list(struct arena *arena, const char *const *texts, size_t count)
{
	struct node *list = node_list(arena, nowhere);
	for (size_t i = 0; i < count; i++)
		node_push(arena, list, node_quoted(arena, nowhere, texts[i]));
	return list;
}

static void put_list(struct arena *arena, struct node *service, const char *key, const struct texts *texts)
{
	if (texts->count)
		node_set(arena, service, key, nowhere, new_list(arena, texts->items, texts->count));
}

/* ./x and ../x start where the user stands. */
static const char *place_volume(struct arena *arena, const char *dir, const char *volume)
{
	size_t len = strcspn(volume, ":");
	if (*volume != '.' || !volume[len])
		return volume;
	const char *source = path_resolve(arena, dir, NULL, arena_strndup(arena, volume, len));
	return arena_printf(arena, "%s%s", source, volume + len);
}

static void put_volumes(struct arena *arena, struct node *service, const struct load_once *once)
{
	struct texts volumes = { 0 };
	for (size_t i = 0; i < once->volumes.count; i++)
		texts_add(arena, &volumes, place_volume(arena, once->dir, once->volumes.items[i]));
	put_list(arena, service, "volumes", &volumes);
}

/* The files first, then what is said by hand. */
static int put_environment(struct arena *arena, struct node *service, const struct load_once *once,
	const struct map *env, struct errors *errors)
{
	struct map *values = map_create(arena);
	struct dotenv reader = { .arena = arena, .get = dotenv_map_get, .arg = (void *)env, .into = values };
	const struct map_entry *entry;
	struct texts all = { 0 };
	size_t at = 0;
	for (size_t i = 0; i < once->env_files.count; i++) {
		const char *path = once->env_files.items[i], *text;
		size_t len;
		struct file file = { .path = path, .shown = path, .most = DOTENV_SIZE_MOST };
		if (file_read(arena, &file, NULL, &text, &len, errors) != 0 ||
			dotenv_parse(&reader, path, text, len, errors) != 0)
			return -1;
	}
	while ((entry = map_next(values, &at)))
		texts_add(arena, &all, arena_printf(arena, "%s=%s", entry->key, (const char *)entry->value));
	for (size_t i = 0; i < once->environment.count; i++) {
		const char *variable = once->environment.items[i];
		if (strchr(variable, '=') || map_get(env, variable))
			texts_add(arena, &all, variable);
	}
	put_list(arena, service, "environment", &all);
	return 0;
}

/* What is said of a service, as a document of its own. */
static struct node *once_document(
	struct arena *arena, const struct load_once *once, const struct map *env, struct errors *errors)
{
	struct node *document = node_map(arena, nowhere), *services = node_map(arena, nowhere);
	struct node *service = node_map(arena, nowhere);
	node_set(arena, document, "services", nowhere, services);
	node_set(arena, services, once->service, nowhere, service);
	if (once->entrypoint)
		node_set(
			arena, service, "entrypoint", nowhere, node_quoted(arena, nowhere, once->entrypoint));
	if (once->ncommand || once->entrypoint)
		node_set(arena, service, "command", nowhere, new_list(arena, once->command, once->ncommand));
	if (once->user)
		node_set_text(arena, service, "user", once->user);
	if (once->working_dir)
		node_set_text(arena, service, "working_dir", once->working_dir);
	put_list(arena, service, "labels", &once->labels);
	put_list(arena, service, "ports", &once->ports);
	put_list(arena, service, "cap_add", &once->cap_add);
	put_list(arena, service, "cap_drop", &once->cap_drop);
	put_volumes(arena, service, once);
	return put_environment(arena, service, once, env, errors) == 0 ? document : NULL;
}

/* Takes these texts out of a list of the service. */
static void take_out(struct node *service, const char *key, const struct texts *texts)
{
	struct node *list = node_get(service, key);
	size_t kept = 0;
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		const char *text = node_text(list->items[i]);
		bool goes = false;
		for (size_t t = 0; text && t < texts->count; t++)
			goes |= strcmp(text, texts->items[t]) == 0;
		if (!goes)
			list->items[kept++] = list->items[i];
	}
	if (list && list->kind == NODE_LIST)
		list->nitems = kept;
}

/* What the service says that does not hold for a one-off. */
static void strip_service(struct arena *arena, struct node *service, const struct load_once *once)
{
	struct node *flow = once->keep_ports ? NULL : node_get(node_get(service, "x-flow"), "ports");
	if (!once->keep_ports)
		node_remove(service, "ports");
	for (size_t i = 0; flow && flow->kind == NODE_LIST && i < flow->nitems; i++)
		if (flow->items[i]->kind == NODE_MAP)
			node_remove(flow->items[i], "external");
	take_out(service, "cap_add", &once->cap_drop);
	take_out(service, "cap_drop", &once->cap_add);
	node_set(arena, service, "tty", nowhere, node_bool(arena, nowhere, once->tty));
	node_set(arena, service, "stdin_open", nowhere, node_bool(arena, nowhere, once->input));
}

int once_lay(struct arena *arena, struct node *tree, const struct load_once *once, const struct map *env,
	struct errors *errors)
{
	struct node *service = node_get(node_get(tree, "services"), once->service);
	if (!service || service->kind != NODE_MAP)
		return 0;
	struct node *document = once_document(arena, once, env, errors);
	if (!once->adds)
		strip_service(arena, service, once);
	if (!document || validate_tree(arena, document, errors) != 0 ||
		merge_tree(arena, tree, document, errors) != 0 || merge_unique(arena, tree, errors) != 0 ||
		canon_tree(arena, tree, 0, errors) != 0)
		return -1;
	return merge_unique(arena, tree, errors);
}
