/* Volumes: [SOURCE:]TARGET[:OPTIONS]. */
#include "compose/schema/short.h"

#include "compose/tree/path.h"

#include <ctype.h>
#include <string.h>

enum { FIELDS = 3 };

/* Splits at colons, except within ${…} and after a drive letter. Returns what is wrong, or NULL. */
static const char *split_volume(
	struct arena *arena, const char *text, const char *fields[FIELDS], size_t *ret_count)
{
	size_t count = 0, start = 0, len = strlen(text), braces = 0;
	if (len == 0)
		return "this volume is empty";
	if (len <= 2) {
		fields[0] = text;
		*ret_count = 1;
		return NULL;
	}
	for (size_t i = 0; i <= len; i++) {
		if (text[i] == '$' && text[i + 1] == '{')
			braces++;
		else if (text[i] == '}' && braces)
			braces--;
		bool drive = i == start + 1 && isalpha((unsigned char)text[start]);
		if (text[i] && (text[i] != ':' || braces || drive))
			continue;
		if (i == start)
			return arena_printf(arena, "\"%s\" has an empty part between colons", text);
		if (count == FIELDS)
			return arena_printf(arena, "\"%s\" has too many colons", text);
		fields[count++] = arena_strndup(arena, text + start, i - start);
		start = i + 1;
	}
	*ret_count = count;
	return NULL;
}

const char *short_volume_target(struct arena *arena, const char *text)
{
	const char *fields[FIELDS];
	size_t count;
	if (split_volume(arena, text, fields, &count))
		return NULL;
	return count == 1 ? fields[0] : fields[1];
}

static bool is_host_path(const char *source)
{
	return strchr("./~", source[0]) || strncmp(source, "\\\\", 2) == 0 ||
	       (isalpha((unsigned char)source[0]) && source[1] == ':');
}

static void set_member(struct walk *walk, struct node *map, const char *key, struct node *value)
{
	node_set(walk->arena, map, key, map->at, value);
}

/* The mapping below `key`, made when missing. */
static struct node *part(struct walk *walk, struct node *map, const char *key)
{
	struct node *there = node_get(map, key);
	if (!there)
		set_member(walk, map, key, there = node_map(walk->arena, map->at));
	return there;
}

static bool is_propagation(const char *option)
{
	if (option[0] == 'r' && (strcmp(option, "ro") != 0 && strcmp(option, "rw") != 0))
		option++;
	return strcmp(option, "private") == 0 || strcmp(option, "shared") == 0 ||
	       strcmp(option, "slave") == 0;
}

static void take_options(struct walk *walk, struct node *map, const char *options)
{
	for (size_t len; *options; options += len + (options[len] == ',')) {
		len = strcspn(options, ",");
		const char *option = arena_strndup(walk->arena, options, len);
		if (strcmp(option, "ro") == 0)
			set_member(walk, map, "read_only", node_bool(walk->arena, map->at, true));
		else if (strcmp(option, "rw") == 0)
			node_remove(map, "read_only");
		else if (strcmp(option, "nocopy") == 0)
			set_member(walk, part(walk, map, "volume"), "nocopy",
				node_bool(walk->arena, map->at, true));
		else if (strcmp(option, "z") == 0 || strcmp(option, "Z") == 0)
			node_set_text(walk->arena, part(walk, map, "bind"), "selinux", option);
		else if (is_propagation(option))
			node_set_text(walk->arena, part(walk, map, "bind"), "propagation", option);
	}
}

/* `v:/v:ro` means a volume v to people, but one letter before a colon and a slash is a drive. (Without
 * options the target is refused: refuse_mount_target.) */
static void warn_of_drive(struct walk *walk, const struct node *item, const char *second)
{
	const char *text = item->text;
	if (!isalpha((unsigned char)text[0]) || strncmp(text + 1, ":/", 2) != 0 || !second || *second == '/')
		return;
	walk_warn(walk, &item->at, "`%c:` is read as a drive letter", text[0]);
	error_hint(walk->errors,
		"for a volume %c use the long form (type, source, target), or a name of two letters",
		text[0]);
}

/* One volume in short form as long form. Returns 0, or -1 with a finding. */
static int short_volume(struct walk *walk, const struct node *item, struct node **ret_node)
{
	const char *fields[FIELDS];
	size_t count = 0;
	const char *wrong = split_volume(walk->arena, item->text, fields, &count);
	if (wrong && walk->lenient) {
		*ret_node = (struct node *)item;
		return 0;
	}
	if (wrong) {
		walk_error(walk, &item->at, "%s", wrong);
		return error_hint(walk->errors, "the form is [SOURCE:]TARGET[:OPTIONS]");
	}
	if (!walk->lenient)
		warn_of_drive(walk, item, count > 1 ? fields[1] : NULL);
	struct node *map = node_map(walk->arena, item->at);
	bool bind = count > 1 && is_host_path(fields[0]);
	node_set_text(walk->arena, map, "type", bind ? "bind" : "volume");
	if (count > 1)
		node_set_text(walk->arena, map, "source", fields[0]);
	const char *target = count > 1 ? fields[1] : fields[0];
	if (strlen(item->text) > 2)
		target = path_resolve(walk->arena, "", NULL, target);
	node_set_text(walk->arena, map, "target", target);
	if (count > 2)
		take_options(walk, map, fields[2]);
	if (bind)
		set_member(walk, part(walk, map, "bind"), "create_host_path",
			node_bool(walk->arena, map->at, true));
	else if (strlen(item->text) > 2)
		part(walk, map, "volume");
	*ret_node = map;
	return 0;
}

int short_volumes(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)attr;
	struct node *list = *node;
	int result = 0;
	for (size_t i = 0; list->kind == NODE_LIST && i < list->nitems; i++) {
		walk_push_index(walk, i);
		struct node *item = list->items[i];
		if (item->kind == NODE_STRING && short_volume(walk, item, &list->items[i]) < 0)
			result = -1;
		if (item->kind == NODE_MAP && !node_get(item, "target") && !walk->lenient) {
			result = walk_error(walk, &item->at, "this volume has no mount target");
			error_hint(walk->errors, "add `target:` with the path in the container");
		}
		walk_pop(walk);
	}
	return result;
}
