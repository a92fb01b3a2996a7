/* Rules between services and resources, on the decoded project. */
#include "compose/check/check.h"

#include "base/map.h"
#include "compose/check/check_service.h"

#include <string.h>

/* Adds a finding about a service; `key` is the attribute, or NULL for the service itself. */
int check_error(struct check *check, const struct mark *at, const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(check->arena, format, args);
	va_end(args);
	const char *path =
		arena_printf(check->arena, "services.%s%s%s", check->name, key ? "." : "", key ? key : "");
	check->failed = true;
	return error_add(check->errors, ERROR_FILE, at, path, "%s", text);
}

void check_hint_undeclared(struct check *check, const char *section, const char *name, const char *more)
{
	if (check->errors->count > ERRORS_MOST) /* no time for hints that nobody sees */
		return;
	const struct node *all = node_get(check->tree, section);
	const char **names = NULL;
	size_t count = 0;
	for (size_t i = 0; all && all->kind == NODE_MAP && i < all->nmembers; i++)
		*ARENA_PUSH(check->arena, names, count) = all->members[i].key;
	bool near = error_hint_near(check->errors, name, names, count);
	error_hint_more(check->errors, "%s `%s:` under top-level `%s:`%s", near ? "Else add" : "add", name,
		section, more);
}

/* A service joins networks that are declared, and none when network_mode says where it lives. */
static void check_networks(struct check *check, const struct node *service)
{
	const struct node *used = node_get(service, "networks"), *all = node_get(check->tree, "networks");
	const struct member *mode = node_member(service, "network_mode");
	const char *named = mode ? node_text(mode->value) : NULL;
	if (named && *named && used && used->kind == NODE_MAP && used->nmembers) {
		check_error(check, &mode->at, "network_mode",
			"network_mode and networks (line %u) exclude each other", used->at.line);
		error_hint(check->errors, "keep one of them");
		return;
	}
	for (size_t i = 0; used && used->kind == NODE_MAP && i < used->nmembers; i++) {
		const char *name = used->members[i].key;
		bool extension = strncmp(name, "x-", 2) == 0; /* never the name of a network */
		if (node_member(all, name) && !extension)
			continue;
		check_error(check, &used->members[i].at, "networks", "undefined network \"%s\"", name);
		check_hint_undeclared(check, "networks", name, "");
	}
}

static void check_volumes(struct check *check, const struct node *service)
{
	const struct node *used = node_get(service, "volumes"), *all = node_get(check->tree, "volumes");
	for (size_t i = 0; used && used->kind == NODE_LIST && i < used->nitems; i++) {
		const char *type = node_text(node_get(used->items[i], "type"));
		const char *source = node_text(node_get(used->items[i], "source"));
		if (!type || strcmp(type, "volume") != 0 || !source || !*source || node_member(all, source))
			continue;
		check_error(check, &used->items[i]->at, arena_printf(check->arena, "volumes[%zu]", i),
			"undefined volume \"%s\"", source);
		check_hint_undeclared(check, "volumes", source,
			arena_printf(check->arena, ", or write ./%s for a folder of the host", source));
	}
}

static void check_files(struct check *check, const struct node *list, const char *section, const char *key)
{
	const struct node *all = node_get(check->tree, section);
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		const char *source = node_text(node_get(list->items[i], "source"));
		if (source && node_member(all, source))
			continue;
		check_error(check, &list->items[i]->at, arena_printf(check->arena, "%s[%zu]", key, i),
			"undefined %.*s \"%s\"", (int)strlen(section) - 1, section, source ? source : "");
		check_hint_undeclared(check, section, source ? source : "", "");
	}
}

static void check_models(struct check *check, const struct node *service)
{
	const struct node *used = node_get(service, "models"), *all = node_get(check->tree, "models");
	for (size_t i = 0; used && used->kind == NODE_MAP && i < used->nmembers; i++) {
		if (node_member(all, used->members[i].key))
			continue;
		check_error(check, &used->members[i].at, "models", "undefined model \"%s\"",
			used->members[i].key);
		check_hint_undeclared(check, "models", used->members[i].key, "");
	}
}

/* One edge to a service that is missing. */
static void missing_service(struct check *check, const struct mark *at, const char *key, const char *name)
{
	const struct node *off = node_get(check->disabled, name);
	if (off) {
		const struct node *profiles = node_get(off, "profiles");
		const char *first = profiles && profiles->nitems ? node_text(profiles->items[0]) : NULL;
		check_error(
			check, at, key, "needs service \"%s\", which is switched off by its profiles", name);
		if (first)
			error_hint(check->errors, "switch it on with --profile %s", first);
		return;
	}
	check_error(check, at, key, "depends on undefined service \"%s\"", name);
	check_hint_undeclared(check, "services", name, "");
}

static bool is_at(const struct node *node, const struct mark *at)
{
	return node && node->at.line == at->line && node->at.col == at->col && node->at.file == at->file;
}

const char *check_needed_by(const struct node *service, const struct mark *at)
{
	static const char *const others[] = { "links", "network_mode", "ipc", "pid", "uts", "cgroup",
		"volumes_from" };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const struct node *value = node_get(service, others[i]);
		if (is_at(value, at))
			return others[i];
		for (size_t n = 0; value && value->kind == NODE_LIST && n < value->nitems; n++)
			if (is_at(value->items[n], at))
				return others[i];
	}
	return "depends_on";
}

static void check_depends_on(struct check *check, const struct node *service)
{
	const struct node *edges = node_get(service, "depends_on"), *all = node_get(check->tree, "services");
	for (size_t i = 0; edges && edges->kind == NODE_MAP && i < edges->nmembers; i++) {
		const struct member *edge = &edges->members[i];
		const struct node *required = node_get(edge->value, "required");
		bool optional = required && required->kind == NODE_BOOL && !required->yes;
		if (!node_member(all, edge->key) && !(optional && node_member(check->disabled, edge->key)))
			missing_service(check, &edge->at, check_needed_by(service, &edge->at), edge->key);
	}
}

static void check_secret_sources(struct check *check)
{
	const struct node *all = node_get(check->tree, "secrets");
	for (size_t i = 0; all && all->kind == NODE_MAP && i < all->nmembers; i++) {
		const struct node *secret = all->members[i].value, *external = node_get(secret, "external");
		const char *variable = node_text(node_get(secret, "environment"));
		bool none = !node_get(secret, "environment") &&
			    !node_get(secret, "driver"); /* told by check_tree */
		if (none || (external && external->yes) || node_get(secret, "file") ||
			(variable && *variable))
			continue;
		check->failed = true;
		error_add(check->errors, ERROR_FILE, &all->members[i].at,
			arena_printf(check->arena, "secrets.%s", all->members[i].key),
			"a secret needs `file` or `environment`");
	}
}

/* Two services cannot have one container name. */
static void check_container_names(struct check *check, const struct node *all, const struct map *needed)
{
	struct map names;
	map_init(&names, check->arena);
	for (size_t i = 0; i < all->nmembers; i++) {
		const struct node *name = node_get(all->members[i].value, "container_name");
		if (!name || name->kind != NODE_STRING || !*name->text ||
			(needed && !map_has(needed, all->members[i].key)))
			continue;
		const char *other = map_get(&names, name->text);
		check->name = all->members[i].key;
		if (other)
			check_error(check, &name->at, "container_name",
				"container name \"%s\" is already in use by service \"%s\"", name->text,
				other);
		else
			map_set(&names, name->text, (void *)all->members[i].key);
	}
}

int check_project(struct arena *arena, struct node *tree, const struct node *disabled,
	const struct map *needed, struct errors *errors)
{
	struct check check = { .arena = arena, .errors = errors, .tree = tree, .disabled = disabled };
	const struct node *all = node_get(tree, "services");
	if (!all || all->kind != NODE_MAP)
		return 0;
	for (size_t i = 0; i < all->nmembers; i++) {
		const struct node *service = all->members[i].value;
		check.name = all->members[i].key;
		check_service(&check, &all->members[i].at, service);
		check_networks(&check, service);
		check_depends_on(&check, service);
		check_volumes(&check, service);
		check_files(
			&check, node_get(node_get(service, "build"), "secrets"), "secrets", "build.secrets");
		check_files(&check, node_get(service, "configs"), "configs", "configs");
		check_models(&check, service);
		check_files(&check, node_get(service, "secrets"), "secrets", "secrets");
	}
	check_secret_sources(&check);
	check_container_names(&check, all, needed);
	if (!check.failed)
		check_cycles(&check, all);
	return check.failed ? -1 : 0;
}
