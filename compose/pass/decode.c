/* The second half of the canonical form: every value as its kind says. */
#include "compose/pass/canon.h"

#include "compose/schema/check_row.h"
#include "compose/tree/scalar.h"
#include "compose/tree/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int decode_error(struct walk *walk, const struct node *node, const char *phrase)
{
	return phrase ? walk_error(walk, &node->at, "%s", phrase) : 0;
}

/* What cannot be a value of the kind at all; validation has refused it unless an override brought it. */
static int misfit(struct walk *walk, const struct node *node)
{
	return walk_error(walk, &node->at, "a %s does not fit here", node_kind_name(node));
}

static int to_bool(struct walk *walk, struct node *node)
{
	if (node->kind == NODE_BOOL)
		return 0;
	if (node->kind != NODE_STRING)
		return misfit(walk, node);
	bool yes = false, old = false;
	if (decode_error(walk, node, value_bool(walk->arena, node->text, &yes, &old)) < 0)
		return -1;
	node->kind = NODE_BOOL;
	node->yes = yes;
	return 0;
}

static int to_int(struct walk *walk, const struct attr *attr, struct node *node)
{
	int64_t value = 0;
	if (node->kind == NODE_INT)
		return 0;
	if (node->kind == NODE_STRING && attr->fallback && strcmp(node->text, attr->fallback) == 0)
		value = -1; /* `all` devices */
	else if (node->kind == NODE_FLOAT && fabs(node->real) < 9e18)
		value = (int64_t)node->real;
	else if (node->kind != NODE_STRING)
		return misfit(walk, node);
	else if (decode_error(walk, node, value_int(walk->arena, node->text, &value)) < 0)
		return -1;
	node->kind = NODE_INT;
	node->integer = value;
	return attr->ranged ? check_range(walk, attr, node) : 0;
}

static int to_float(struct walk *walk, struct node *node)
{
	double value = 0;
	if (node->kind == NODE_FLOAT)
		return 0;
	if (node->kind == NODE_INT)
		value = (double)node->integer;
	else if (node->kind == NODE_UINT)
		value = (double)node->natural;
	else if (node->kind != NODE_STRING)
		return misfit(walk, node);
	else if (decode_error(walk, node, value_float(walk->arena, node->text, &value)) < 0)
		return -1;
	node->kind = NODE_FLOAT;
	node->real = value;
	return 0;
}

/* A text becomes the number that `read` takes from it. */
static int to_number(struct walk *walk, struct node *node,
	const char *(*read)(struct arena *arena, const char *text, int64_t *ret_value))
{
	int64_t value = 0;
	if (node->kind != NODE_STRING)
		return misfit(walk, node);
	if (decode_error(walk, node, read(walk->arena, node->text, &value)) < 0)
		return -1;
	node->kind = NODE_INT;
	node->integer = value;
	return 0;
}

/* Sizes: a number with a fraction, or beyond 63 bits, counts as none (compose 2.40). */
static int to_bytes(struct walk *walk, struct node **where)
{
	struct node *node = *where;
	if (node->kind == NODE_INT)
		return 0;
	if (node->kind == NODE_FLOAT || node->kind == NODE_UINT) {
		walk_warn(walk, &node->at,
			"%s is no whole number of bytes and is left out: write for example 64m", node->text);
		*where = node_null(walk->arena, node->at);
		return 0;
	}
	return to_number(walk, node, value_bytes);
}

static int to_mode(struct walk *walk, struct node *node)
{
	if (node->kind == NODE_INT) {
		if (node->text[0] != '0' && node->integer > 0)
			walk_warn(walk, &node->at,
				"the mode %s is decimal, that is 0%llo: write 0%s for octal", node->text,
				(unsigned long long)node->integer, node->text);
		return 0;
	}
	return to_number(walk, node, value_mode);
}

/* A list or one text becomes a list of texts. `fractions`: numbers may have one. */
static int to_strings(struct walk *walk, struct node **where, bool fractions)
{
	struct node *node = *where;
	if (node->kind != NODE_LIST) {
		const char *text = node_scalar_text(walk->arena, node);
		if (!text)
			return misfit(walk, node);
		*where = node_list(walk->arena, node->at);
		node_push(walk->arena, *where, node_quoted(walk->arena, node->at, text));
		return 0;
	}
	for (size_t i = 0; i < node->nitems; i++) {
		struct node *item = node->items[i];
		const char *text =
			item->kind == NODE_STRING ? item->text : node_scalar_text(walk->arena, item);
		if (!text || (item->kind == NODE_FLOAT && !fractions))
			return misfit(walk, item);
		if (item->kind != NODE_STRING)
			node->items[i] = node_quoted(walk->arena, item->at, text);
	}
	return 0;
}

/* A command as a list of words; as text it is split the way a shell would, without being run by one. */
static int to_command(struct walk *walk, struct node **where)
{
	struct node *node = *where;
	if (node->kind != NODE_STRING)
		return to_strings(walk, where, false);
	const char **words, *dropped;
	size_t count;
	const char *phrase = value_words(walk->arena, node->text, &words, &count, &dropped);
	if (phrase) {
		walk_error(walk, &node->at, "%s", phrase);
		return error_hint(walk->errors, "close the quote, or write the command as a list");
	}
	if (dropped)
		walk_warn(walk, &node->at,
			"\"%s\" is left out: no shell runs this command; for shell operators write sh -c \"…\"",
			dropped);
	*where = node_list(walk->arena, node->at);
	for (size_t i = 0; i < count; i++)
		node_push(walk->arena, *where, node_quoted(walk->arena, node->at, words[i]));
	return 0;
}

static int to_test(struct walk *walk, struct node **where)
{
	struct node *node = *where;
	if (node->kind != NODE_STRING)
		return to_strings(walk, where, false);
	*where = node_list(walk->arena, node->at);
	node_push(walk->arena, *where, node_quoted(walk->arena, node->at, "CMD-SHELL"));
	node_push(walk->arena, *where, node);
	return 0;
}

/* One NAME=VALUE of a list into the mapping. */
static int decode_take_pair(
	struct walk *walk, const struct attr *attr, struct node *map, const struct node *item)
{
	const char *text = node_text(item);
	if (!text)
		return misfit(walk, item);
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	if (attr->kind == KIND_ENV && len && (text[len - 1] == ' ' || text[len - 1] == '\t')) {
		walk_error(walk, &item->at, "the name \"%.*s\" ends in a blank", (int)len, text);
		return error_hint(walk->errors, "remove the blank after the name");
	}
	struct node *value = equals                   ? node_quoted(walk->arena, item->at, equals + 1)
			     : attr->kind == KIND_ENV ? node_null(walk->arena, item->at)
						      : node_quoted(walk->arena, item->at, "");
	node_set(walk->arena, map, arena_strndup(walk->arena, text, len), item->at, value);
	return 0;
}

/* A list of NAME=TEXT becomes a mapping; values become text, and those of an environment may stay null. */
static int to_pairs(struct walk *walk, const struct attr *attr, struct node **where)
{
	struct node *node = *where;
	if (node->kind == NODE_LIST) {
		struct node *map = node_map(walk->arena, node->at);
		for (size_t i = 0; i < node->nitems; i++)
			if (decode_take_pair(walk, attr, map, node->items[i]) < 0)
				return -1;
		*where = map;
		return 0;
	}
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++) {
		struct node **value = &node->members[i].value;
		if ((*value)->kind == NODE_STRING || ((*value)->kind == NODE_NULL && attr->kind == KIND_ENV))
			continue;
		const char *text = (*value)->kind == NODE_NULL ? "" : node_scalar_text(walk->arena, *value);
		if (!text)
			return misfit(walk, *value);
		*value = node_quoted(walk->arena, (*value)->at, text);
	}
	return node->kind == NODE_MAP ? 0 : misfit(walk, node);
}

static int push_host(struct walk *walk, struct node *list, struct mark at, const char *host, const char *ip)
{
	size_t len = strlen(ip);
	if (len > 1 && ip[0] == '[' && ip[len - 1] == ']')
		ip = arena_strndup(walk->arena, ip + 1, len - 2);
	if (!*host || strpbrk(host, ":="))
		return walk_error(walk, &at, "\"%s\" is no host name", host);
	node_push(walk->arena, list,
		node_quoted(walk->arena, at, arena_printf(walk->arena, "%s=%s", host, ip)));
	return 0;
}

/* HOST=IP[,IP…] or HOST:IP. */
static int take_host(struct walk *walk, struct node *list, const struct node *item)
{
	const char *text = item->text, *equals = strchr(text, '=');
	if (!equals)
		equals = strchr(text, ':');
	if (!equals) {
		walk_error(walk, &item->at, "\"%s\" has no address", text);
		return error_hint(walk->errors, "write HOST=IP");
	}
	const char *host = arena_strndup(walk->arena, text, (size_t)(equals - text));
	for (const char *at = equals + 1; at;) {
		size_t len = strcspn(at, ",");
		if (push_host(walk, list, item->at, host, arena_strndup(walk->arena, at, len)) < 0)
			return -1;
		at = at[len] ? at + len + 1 : NULL;
	}
	return 0;
}

static int decode_by_text(const void *a, const void *b)
{
	return strcmp((*(struct node *const *)a)->text, (*(struct node *const *)b)->text);
}

/* Both forms of extra_hosts as one sorted list of HOST=IP, so that neither form nor order counts. */
static int to_hosts(struct walk *walk, struct node **where)
{
	struct node *node = *where, *list = node_list(walk->arena, node->at);
	int result = 0;
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		if (node->items[i]->kind == NODE_STRING && take_host(walk, list, node->items[i]) < 0)
			result = -1;
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++) {
		const struct member *member = &node->members[i];
		const struct node *value = member->value;
		for (size_t j = 0; value->kind == NODE_LIST && j < value->nitems; j++)
			if (push_host(walk, list, value->items[j]->at, member->key, value->items[j]->text) <
				0)
				result = -1;
		if (value->kind == NODE_STRING &&
			push_host(walk, list, value->at, member->key, value->text) < 0)
			result = -1;
	}
	if (list->nitems)
		qsort(list->items, list->nitems, sizeof *list->items, decode_by_text);
	*where = list;
	return result;
}

/* Every value of the mapping a list of texts. */
static int to_multi(struct walk *walk, struct node *map)
{
	for (size_t i = 0; map->kind == NODE_MAP && i < map->nmembers; i++)
		if (to_strings(walk, &map->members[i].value, true) < 0)
			return -1;
	return 0;
}

/* A limit as one number; 0 is one for each of soft and hard (compose 2.40). */
static int to_limit(struct walk *walk, const struct attr *attr, struct node **where)
{
	struct node *limit = *where;
	if (to_int(walk, attr, limit) != 0)
		return -1;
	if (limit->integer != 0)
		return 0;
	*where = node_map(walk->arena, limit->at);
	for (size_t i = 0; i < attr->of->nrows; i++)
		node_set(walk->arena, *where, attr->of->rows[i].name, limit->at, limit);
	return 0;
}

/* Named values that are no mappings: limits as one number; sections' null stands for {}. */
static int to_named(struct walk *walk, const struct attr *attr, struct node *map)
{
	int result = 0;
	for (size_t i = 0; map->kind == NODE_MAP && i < map->nmembers; i++) {
		struct node **value = &map->members[i].value;
		walk_push(walk, map->members[i].key);
		if ((*value)->kind == NODE_NULL && !(attr->flags & ATTR_NULLS))
			*value = node_map(walk->arena, map->members[i].at);
		else if ((*value)->kind != NODE_MAP && (*value)->kind != NODE_NULL)
			result |= to_limit(walk, attr, value);
		walk_pop(walk);
	}
	return result;
}

/* Makes a value what its row's kind says. */
static int decode_value(struct walk *walk, const struct attr *attr, struct node **where)
{
	struct node *node = *where;
	switch (attr->kind) {
	case KIND_TEXT:
		if (node->kind == NODE_FLOAT)
			return misfit(walk, node);
		/* fall through */
	case KIND_STRING:
		if (node->kind != NODE_STRING && node_scalar_text(walk->arena, node))
			*where = node_quoted(walk->arena, node->at, node_scalar_text(walk->arena, node));
		return 0;
	case KIND_BOOL:
		return to_bool(walk, node);
	case KIND_INT:
		return to_int(walk, attr, node);
	case KIND_FLOAT:
		return to_float(walk, node);
	case KIND_BYTES:
		return to_bytes(walk, where);
	case KIND_DURATION:
		return to_number(walk, node, value_duration);
	case KIND_MODE:
		return to_mode(walk, node);
	case KIND_COMMAND:
		return to_command(walk, where);
	case KIND_TEST:
		return to_test(walk, where);
	case KIND_STRINGS:
		return to_strings(walk, where, false);
	case KIND_PAIRS:
	case KIND_ENV:
		return to_pairs(walk, attr, where);
	case KIND_HOSTS:
		return to_hosts(walk, where);
	case KIND_MULTI:
		return to_multi(walk, node);
	case KIND_NAMED:
		return to_named(walk, attr, node);
	default:
		return 0;
	}
}

static int decode_unless_null(struct walk *walk, const struct attr *attr, struct node **where)
{
	if ((*where)->kind == NODE_NULL)
		return WALK_SKIP;
	return decode_value(walk, attr, where) < 0 ? -1 : WALK_ON;
}

int canon_decode(struct arena *arena, struct node *tree, struct errors *errors)
{
	static const struct walk_pass pass = { .enter = decode_unless_null };
	return walk_tree(arena, &schema_project, tree, &pass, NULL, errors);
}
