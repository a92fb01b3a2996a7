#include "compose/check/validate.h"

#include "compose/schema/check_row.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* What a node is, as a bit of enum takes. */
static unsigned kind_bit(const struct node *node)
{
	switch (node->kind) {
	case NODE_NULL:
		return TAKES_NULL;
	case NODE_BOOL:
		return TAKES_BOOL;
	case NODE_INT:
	case NODE_UINT:
		return TAKES_INT;
	case NODE_FLOAT: /* JSON schema counts 3.0 as whole */
		return TAKES_FLOAT | (node->real == floor(node->real) ? TAKES_INT : 0);
	case NODE_STRING:
		return TAKES_STRING;
	case NODE_LIST:
		return TAKES_LIST;
	case NODE_MAP:
		return TAKES_MAP;
	default:
		return 0;
	}
}

/* "a list or a mapping" for a set of kinds. */
static const char *forms(struct arena *arena, unsigned takes)
{
	static const struct {
		unsigned bits;
		const char *name;
	} names[] = { { TAKES_STRING, "text" }, { TAKES_NUMBER, "a number" }, { TAKES_INT, "a whole number" },
		{ TAKES_BOOL, "true or false" }, { TAKES_LIST, "a list" }, { TAKES_MAP, "a mapping" },
		{ TAKES_NULL, "empty" } };
	const char *text = NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if ((takes & names[i].bits) != names[i].bits)
			continue;
		takes &= ~names[i].bits;
		text = text ? arena_printf(arena, "%s%s%s", text, takes & 0x7f ? ", " : " or ", names[i].name)
			    : names[i].name;
	}
	return text ? text : "something else";
}

static const char *found(const struct node *node)
{
	switch (node->kind) {
	case NODE_NULL:
		return "empty";
	case NODE_BOOL:
		return "a boolean";
	case NODE_TIME:
		return "a date";
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a mapping";
	case NODE_STRING:
		return "text";
	default:
		return "a number";
	}
}

/* What to write instead, after a finding about the kind. */
static void kind_hint(struct walk *walk, const struct attr *attr, unsigned takes, const struct node *node)
{
	struct errors *errors = walk->errors;
	const char *text = node_text(node);
	const char *key = walk->depth ? walk->steps[walk->depth - 1].key : NULL;
	if (attr->of == &schema_service && key && schema_find(&schema_service, key))
		error_hint(errors,
			"%s is a key of a service: write the service's name above it, and indent what is its",
			key);
	else if (strcmp(attr->name, "version") == 0)
		error_hint(errors, "remove the line: version is not needed");
	else if (attr->kind == KIND_DURATION && text)
		error_hint(errors, "add a unit: %ss", text);
	else if (attr->kind == KIND_BOOL && text)
		error_hint(errors, "write true or false");
	else if (strcmp(attr->name, "restart") == 0 && node->kind == NODE_BOOL)
		error_hint(errors, "quote it: restart: \"%s\"", node->yes ? "always" : "no");
	else if ((takes & TAKES_STRING) && text && node->kind != NODE_STRING)
		error_hint(errors, "quote it: \"…\"");                         /* the value may be secret */
	else if ((attr->kind == KIND_ENV || attr->kind == KIND_PAIRS) && text) /* which may be secret */
		error_hint(errors, "write a list: - NAME=VALUE");
	else if ((takes & TAKES_LIST) && !(takes & TAKES_STRING) && text && *text == '-')
		error_hint(errors, "begin each item with a dash and a blank");
	else if ((takes & TAKES_LIST) && !(takes & TAKES_STRING) && text)
		error_hint(errors, strchr(text, ':') ? "write a list: - \"%s\"" : "write a list: - %s", text);
	else if ((attr->kind == KIND_ENV || attr->kind == KIND_PAIRS) && walk->steps[walk->depth - 1].key)
		error_hint(errors, "a value is text: quote JSON and the like");
	else if (attr->kind == KIND_ENV || attr->kind == KIND_PAIRS)
		error_hint(errors, "write NAME=VALUE in a list, or drop the dash");
	else if (attr->kind == KIND_NAMED && strcmp(attr->name, "depends_on") == 0)
		error_hint(errors, "add `condition: service_started` below it");
	else if (strcmp(attr->name, "services") == 0 && node->kind == NODE_NULL)
		error_hint(errors, "indent the service's keys below its name");
}

static int wrong_kind(
	struct walk *walk, const struct attr *attr, unsigned takes, const struct node *node, bool whole)
{
	const char *form = whole && attr->form           ? attr->form
			   : attr->kind == KIND_DURATION ? "a duration such as 10s"
			   : attr->kind == KIND_BOOL     ? "true or false"
							 : forms(walk->arena, takes);
	walk_error(walk, &node->at, "%s must be %s, not %s", whole ? attr->name : "this", form, found(node));
	kind_hint(walk, attr, takes, node);
	return -1;
}

static int check_word(struct walk *walk, const struct attr *attr, const struct node *node)
{
	size_t count = 0;
	const char *all = "";
	for (; attr->words[count]; count++) {
		if (strcmp(attr->words[count], node->text) == 0)
			return 0;
		all = arena_printf(walk->arena, "%s%s%s", all, count ? ", " : "", attr->words[count]);
	}
	walk_error(walk, &node->at, "\"%s\" is none of: %s", node->text, all);
	error_hint_near(walk->errors, node->text, attr->words, count);
	return -1;
}

/* `external: {name: N}`, the old way to name what is there already. */
static int check_named_external(struct walk *walk, const struct node *map)
{
	for (size_t i = 0; i < map->nmembers; i++) {
		const struct member *member = &map->members[i];
		if (strncmp(member->key, "x-", 2) == 0)
			continue;
		if (strcmp(member->key, "name") != 0)
			return walk_error(walk, &member->at, "unknown key \"%s\" in external", member->key);
		if (member->value->kind != NODE_STRING)
			return walk_error(
				walk, &member->value->at, "name must be text, not %s", found(member->value));
	}
	return WALK_ON;
}

/* Names of services, volumes, … as the Compose Specification allows them. */
static bool name_allowed(const struct attr *attr, const char *name)
{
	static const char *const free_names[] = { "ulimits", "models", NULL };
	for (size_t i = 0; free_names[i]; i++)
		if (strcmp(attr->name, free_names[i]) == 0)
			return true;
	if (attr->of == &schema_network)
		return true;
	if (!*name)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._-", *name))
			return false;
	return true;
}

static int check_members(struct walk *walk, const struct attr *attr, struct node *map)
{
	unsigned items = schema_items(attr);
	int result = 0;
	for (size_t i = 0; i < map->nmembers; i++) {
		struct member *member = &map->members[i];
		walk_push(walk, member->key);
		if (attr->kind == KIND_NAMED && !name_allowed(attr, member->key)) {
			result = walk_error(
				walk, &member->at, "\"%s\" is no name for a %s", member->key, attr->of->name);
			error_hint(walk->errors, "names consist of letters, digits and . _ -");
		} else if (!(kind_bit(member->value) & items) &&
			   !(attr->kind == KIND_NAMED && strncmp(member->key, "x-", 2) == 0)) {
			result = wrong_kind(walk, attr, items, member->value, false);
		}
		walk_pop(walk);
	}
	return result;
}

/* Equal texts in a list that must not hold any; a number is no text. */
static int check_equal(struct walk *walk, const struct node *list)
{
	struct map seen;
	map_init(&seen, walk->arena);
	for (size_t i = 0; i < list->nitems; i++) {
		const char *text = node_text(list->items[i]);
		const struct node *before = text ? map_get(&seen, text) : NULL;
		if (before && before->kind == list->items[i]->kind)
			return walk_error(walk, &list->items[i]->at,
				"\"%s\" is already in the list (line %u)", text, before->at.line);
		if (text)
			map_set(&seen, text, list->items[i]);
	}
	return 0;
}

static int check_items(struct walk *walk, const struct attr *attr, struct node *list)
{
	unsigned items =
		attr->kind == KIND_STRUCTS || attr->kind == KIND_STRINGS ? schema_items(attr) : TAKES_STRING;
	int result = 0;
	for (size_t i = 0; i < list->nitems; i++) {
		if (kind_bit(list->items[i]) & items)
			continue;
		walk_push_index(walk, i);
		result = wrong_kind(walk, attr, items, list->items[i], false);
		walk_pop(walk);
	}
	bool pairs = attr->kind == KIND_PAIRS || attr->kind == KIND_ENV || attr->kind == KIND_HOSTS;
	if (result == 0 && (pairs || (attr->flags & ATTR_UNIQUE)))
		result = check_equal(walk, list);
	return result;
}

/* The shape of a value: what its row takes, then the narrower rules of its kind. */
static int validate_value(struct walk *walk, const struct attr *attr, struct node **where)
{
	struct node *node = *where;
	unsigned takes = schema_takes(attr);
	if (!(kind_bit(node) & takes))
		return wrong_kind(walk, attr, takes, node, true);
	if (attr->kind == KIND_ANY)
		return WALK_ON;
	if (node->kind == NODE_STRING && attr->words && !attr->refuse)
		return check_word(walk, attr, node);
	if (attr->ranged)
		return check_range(walk, attr, node);
	if (node->kind == NODE_LIST)
		return check_items(walk, attr, node) < 0 ? -1 : WALK_ON;
	if (node->kind == NODE_MAP && attr->kind == KIND_BOOL)
		return check_named_external(walk, node);
	if (node->kind == NODE_MAP && attr->kind != KIND_STRUCT)
		return check_members(walk, attr, node) < 0 ? -1 : WALK_ON;
	return WALK_ON;
}

static int check_required_keys(struct walk *walk, const struct schema *schema, struct node *map)
{
	int result = 0;
	for (size_t i = 0; i < schema->nrows; i++) {
		const struct attr *row = &schema->rows[i];
		if (!(row->flags & ATTR_REQUIRED) || node_get(map, row->name))
			continue;
		result = walk_error(walk, &map->at, "%s has no \"%s\"", schema->name, row->name);
		error_hint(walk->errors, "add `%s:` (%s)", row->name, row->doc);
	}
	return result;
}

/* A key without a row is an error, with the key that was probably meant; x-* pass where the schema lets them.
 */
static int refuse_unknown_key(struct walk *walk, const struct schema *schema, struct member *member)
{
	if ((schema->flags & SCHEMA_OPEN) || strcmp(member->key, SCHEMA_VALUE) == 0)
		return 0;
	if (strcmp(member->key, "x-flow") == 0 && !(schema->flags & SCHEMA_NO_X)) {
		walk_error(walk, &member->at, "x-flow has no meaning in a %s", schema->name);
		return error_hint(walk->errors, "it belongs to the project, a service or a volume");
	}
	if (strncmp(member->key, "x-", 2) == 0 && !(schema->flags & SCHEMA_NO_X))
		return 0;
	if (walk->errors->count >= ERRORS_MOST) /* no time for hints that nobody sees */
		return walk_error(walk, &member->at, "unknown key \"%s\"", member->key);
	const char *name = schema == &schema_service ? walk_key(walk, 1) : "";
	walk_error(walk, &member->at, "unknown key \"%s\" in %s%s%s", member->key, schema->name,
		*name ? " " : "", name);
	const char *moved = schema_moved(schema, member->key);
	if (moved)
		error_hint(walk->errors, "%s", moved);
	else if (!error_hint_meant(walk->errors, schema_hint(schema, member->key)) &&
		 schema == &schema_project && member->value->kind == NODE_MAP &&
		 (node_get(member->value, "image") || node_get(member->value, "build")))
		error_hint(walk->errors, "services stand below `services:`");
	return -1;
}

int validate_tree(struct arena *arena, struct node *tree, struct errors *errors)
{
	static const struct walk_pass pass = {
		.enter = validate_value, .open = check_required_keys, .unknown = refuse_unknown_key
	};
	return walk_tree(arena, &schema_project, tree, &pass, NULL, errors);
}
