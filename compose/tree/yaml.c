#include "compose/tree/yaml.h"

#include "base/map.h"
#include "compose/tree/scalar.h"
#include "compose/tree/yaml_problem.h"

#include <string.h>
#include <yaml.h>

/* A collection under construction, for messages and to see an alias that points at itself. */
struct frame {
	struct node *node;
	const char *key; /* of the member being read */
};

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	struct errors *errors;
	const char *file, *text;
	size_t len;
	struct map anchors; /* name → node, of the present document */
	struct map keys;    /* each key of the file, once */
	struct frame frames[YAML_DEPTH_MOST];
	size_t depth;
	size_t nodes, copied; /* written in the file; brought by aliases */
};

static struct mark mark_of(const struct reader *reader, yaml_mark_t at)
{
	return (struct mark){
		.file = reader->file, .line = (unsigned)at.line + 1, .col = (unsigned)at.column + 1
	};
}

/* Path of the present place as text, NULL at the top. */
static const char *present_path(const struct reader *reader, const char *key)
{
	const char *path = NULL;
	for (size_t i = 0; i <= reader->depth; i++) {
		const struct frame *frame = i < reader->depth ? &reader->frames[i] : NULL;
		const char *step = frame ? frame->key : key;
		if (frame && frame->node->kind == NODE_LIST)
			path = arena_printf(reader->arena, "%s[%zu]", path ? path : "", frame->node->nitems);
		else if (step)
			path = arena_printf(reader->arena, "%s%s%s", path ? path : "", path ? "." : "", step);
	}
	return path;
}

static int yaml_error(struct reader *reader, yaml_mark_t at, const char *message)
{
	struct mark mark = mark_of(reader, at);
	return error_add(reader->errors, ERROR_FILE, &mark, present_path(reader, NULL), "%s", message);
}

static int next(struct reader *reader, yaml_event_t *event)
{
	if (yaml_parser_parse(&reader->parser, event))
		return 0;
	return yaml_problem(
		&reader->parser, reader->file, reader->text, reader->len, reader->arena, reader->errors);
}

/* What aliases bring may be some times what is written, no more: each file costs what its size says. */
static int yaml_count(struct reader *reader, yaml_mark_t at, size_t nodes, size_t copied)
{
	reader->nodes += nodes;
	reader->copied += copied;
	bool large = reader->nodes + reader->copied > YAML_NODES_MOST;
	if (!large && reader->copied <= YAML_COPIES_MOST + 10 * reader->nodes)
		return 0;
	yaml_error(reader, at, large ? "the file has too many values" : "aliases expand to too many values");
	return error_hint(reader->errors, "aliases and merge keys count with all that they bring");
}

static struct node *yaml_make(struct reader *reader, enum node_kind kind, yaml_mark_t at)
{
	struct node *node = ARENA_NEW(reader->arena, struct node);
	node->kind = (unsigned char)kind;
	node->at = mark_of(reader, at);
	return node;
}

static enum node_action action_of(const yaml_char_t *tag)
{
	const char *text = (const char *)tag;
	return !text                            ? NODE_KEEP
	       : strcmp(text, "!reset") == 0    ? NODE_RESET
	       : strcmp(text, "!override") == 0 ? NODE_OVERRIDE
						: NODE_KEEP;
}

static void anchor(struct reader *reader, const yaml_char_t *name, struct node *node)
{
	if (name)
		map_set(&reader->anchors, arena_strdup(reader->arena, (const char *)name), node);
}

static int read_node(struct reader *reader, yaml_event_t *event, struct node **ret_node);

/* A text or what its tag or its plain form makes of it. */
static int read_scalar(struct reader *reader, const yaml_event_t *event, struct node **ret_node)
{
	struct node *node = yaml_make(reader, NODE_STRING, event->start_mark);
	const char *tag = (const char *)event->data.scalar.tag;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = arena_strndup(
		reader->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
	if (strlen(node->text) != event->data.scalar.length)
		return yaml_error(reader, event->start_mark, "a text holds a NUL byte");
	node->action = (unsigned char)action_of(event->data.scalar.tag);
	node->quoted = !plain;
	anchor(reader, event->data.scalar.anchor, node);
	*ret_node = node;
	if (tag && !node->action)
		return scalar_resolve_tagged(reader->arena, node, tag, plain, reader->errors);
	if (plain)
		scalar_resolve(node);
	if (node->action == NODE_OVERRIDE && node->kind != NODE_NULL)
		node->kind = NODE_STRING; /* as with any tag that is not YAML's own */
	return 0;
}

/* Nodes that a copy of `node` makes; its texts count, too, since interpolation may copy each. */
static size_t weight(const struct node *node)
{
	size_t sum = 1;
	if (node->kind == NODE_LIST)
		for (size_t i = 0; i < node->nitems; i++)
			sum += weight(node->items[i]);
	else if (node->kind == NODE_MAP)
		for (size_t i = 0; i < node->nmembers; i++)
			sum += weight(node->members[i].value);
	else
		sum += strlen(node->text) / 64;
	return sum;
}

/* A copy of what the anchor names, counted in full: aliases of aliases grow quickly. */
static int read_alias(struct reader *reader, const yaml_event_t *event, struct node **ret_node)
{
	const char *name = (const char *)event->data.alias.anchor;
	const struct node *node = map_get(&reader->anchors, name);
	if (!node) {
		yaml_error(reader, event->start_mark,
			arena_printf(reader->arena, "unknown anchor '%s' referenced", name));
		return error_hint(reader->errors,
			"define it with &%s before it is used; quote the value if the * belongs to it", name);
	}
	for (size_t i = 0; i < reader->depth; i++)
		if (reader->frames[i].node == node)
			return yaml_error(reader, event->start_mark,
				arena_printf(reader->arena, "alias '%s' refers to a value that contains it",
					name));
	if (yaml_count(reader, event->start_mark, 0, weight(node)) != 0)
		return -1;
	*ret_node = node_copy(reader->arena, node);
	return 0;
}

static int yaml_push(struct reader *reader, struct node *node, yaml_mark_t at)
{
	if (reader->depth == YAML_DEPTH_MOST) {
		struct mark mark = mark_of(reader, at);
		error_add(reader->errors, ERROR_FILE, &mark, NULL, "values are nested deeper than %u levels",
			YAML_DEPTH_MOST);
		return error_hint(reader->errors, "is it generated, and is a bracket or a dash too many?");
	}
	reader->frames[reader->depth++] = (struct frame){ .node = node };
	return 0;
}

/* The items of a list up to its end. */
static int read_list(struct reader *reader, const yaml_event_t *start, struct node **ret_node)
{
	struct node *list = yaml_make(reader, NODE_LIST, start->start_mark);
	list->action = (unsigned char)action_of(start->data.sequence_start.tag);
	anchor(reader, start->data.sequence_start.anchor, list);
	if (yaml_push(reader, list, start->start_mark) != 0)
		return -1;
	for (;;) {
		yaml_event_t event;
		struct node *item;
		if (next(reader, &event) != 0)
			return -1;
		bool end = event.type == YAML_SEQUENCE_END_EVENT;
		int result = end ? 0 : read_node(reader, &event, &item);
		yaml_event_delete(&event);
		if (result != 0)
			return -1;
		if (end)
			break;
		node_push(reader->arena, list, item);
	}
	reader->depth--;
	*ret_node = list;
	return 0;
}

static int merge_from(struct reader *reader, struct node *map, struct node *from, const struct node *key)
{
	if (from->kind != NODE_MAP) {
		error_add(reader->errors, ERROR_FILE, &key->at, present_path(reader, "<<"),
			"a merge key takes a mapping or a list of mappings, not a %s", node_kind_name(from));
		return error_hint(reader->errors, "write <<: *NAME where &NAME stands at a mapping");
	}
	for (size_t i = 0; i < from->nmembers; i++)
		if (!node_member(map, from->members[i].key))
			node_add(reader->arena, map, from->members[i].key, from->members[i].at,
				from->members[i].value);
	return 0;
}

/* Explicit keys win wherever they stand, then earlier mappings of the list win. */
static int merge_keys(struct reader *reader, struct node *map, struct node *from, const struct node *key)
{
	if (from->kind != NODE_LIST)
		return merge_from(reader, map, from, key);
	int result = 0;
	for (size_t i = 0; i < from->nitems; i++)
		result |= merge_from(reader, map, from->items[i], key);
	return result;
}

/* A key is text and stands once; `merged` is the `<<` that was there before. */
static int check_key(
	struct reader *reader, const struct node *key, struct node *map, const struct node *merged)
{
	if (key->kind != NODE_STRING) {
		bool collection = key->kind >= NODE_LIST;
		const char *path = present_path(reader, NULL);
		error_add(reader->errors, ERROR_FILE, &key->at, path, "non-string key%s%s: %s",
			path ? " in " : " at top level", path ? path : "",
			collection   ? node_kind_name(key)
			: *key->text ? key->text
				     : "<nil>");
		return collection ? -1 : error_hint(reader->errors, "quote it: \"%s\"", key->text);
	}
	const struct member *twin = node_member(map, key->text);
	bool merge = !key->quoted && strcmp(key->text, "<<") == 0;
	struct mark at = twin ? twin->at : merge && merged ? merged->at : (struct mark){ 0 };
	if (!at.line)
		return 0;
	error_add(reader->errors, ERROR_FILE, &key->at, present_path(reader, key->text),
		"mapping key \"%s\" already defined at line %u", key->text, at.line);
	return error_hint(reader->errors,
		"the first one is at %s:%u:%u; keep one of them, or merge their values", at.file, at.line,
		at.col);
}

/* The key as it is in memory already: rows are found by its address (compose/schema/schema.h). */
static const char *key_once(struct reader *reader, const char *key)
{
	const char *before = map_get(&reader->keys, key);
	if (!before)
		map_set(&reader->keys, key, (void *)key);
	return before ? before : key;
}

struct merge {
	struct node *key, *value;
};

/* One member; findings about its key do not stop the reading. */
static int read_member(
	struct reader *reader, yaml_event_t *event, struct node *map, struct merge *merge, bool *ret_bad)
{
	struct node *key, *value;
	yaml_event_t value_event;
	if (read_node(reader, event, &key) != 0 || next(reader, &value_event) != 0)
		return -1;
	bool bad = check_key(reader, key, map, merge->key) != 0;
	struct frame *frame = &reader->frames[reader->depth - 1];
	frame->key = key->kind == NODE_STRING ? key->text : "?";
	int result = read_node(reader, &value_event, &value);
	yaml_event_delete(&value_event);
	frame->key = NULL;
	if (result != 0)
		return -1;
	if (bad)
		*ret_bad = true;
	else if (!key->quoted && strcmp(key->text, "<<") == 0)
		*merge = (struct merge){ .key = key, .value = value };
	else
		node_add(reader->arena, map, key_once(reader, key->text), key->at, value);
	return 0;
}

/* The members of a mapping up to its end; what `<<` brings is joined last, since the mapping's own win. */
static int read_map(struct reader *reader, const yaml_event_t *start, struct node **ret_node)
{
	struct node *map = yaml_make(reader, NODE_MAP, start->start_mark);
	struct merge merge = { 0 };
	bool bad = false;
	map->action = (unsigned char)action_of(start->data.mapping_start.tag);
	anchor(reader, start->data.mapping_start.anchor, map);
	if (yaml_push(reader, map, start->start_mark) != 0)
		return -1;
	for (;;) {
		yaml_event_t event;
		if (next(reader, &event) != 0)
			return -1;
		bool end = event.type == YAML_MAPPING_END_EVENT;
		int result = end ? 0 : read_member(reader, &event, map, &merge, &bad);
		yaml_event_delete(&event);
		if (result != 0)
			return -1;
		if (end)
			break;
	}
	if (merge.value)
		bad |= merge_keys(reader, map, merge.value, merge.key) != 0;
	reader->depth--;
	*ret_node = map;
	return 0;
}

static int read_node(struct reader *reader, yaml_event_t *event, struct node **ret_node)
{
	if (yaml_count(reader, event->start_mark, 1, 0) != 0)
		return -1;
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(reader, event, ret_node);
	case YAML_ALIAS_EVENT:
		return read_alias(reader, event, ret_node);
	case YAML_SEQUENCE_START_EVENT:
		return read_list(reader, event, ret_node);
	case YAML_MAPPING_START_EVENT:
		return read_map(reader, event, ret_node);
	default:
		return yaml_error(reader, event->start_mark, "a value is missing here");
	}
}

/* All documents of a stream; anchors hold within one. */
static int read_docs(struct reader *reader, struct node ***ret_docs, size_t *ret_ndocs)
{
	for (;;) {
		yaml_event_t event;
		struct node *root;
		if (next(reader, &event) != 0)
			return -1;
		int result = 0;
		bool end = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_DOCUMENT_START_EVENT && *ret_ndocs == YAML_DOCS_MOST) {
			result = yaml_error(reader, event.start_mark, "too many documents in one file");
		} else if (event.type == YAML_DOCUMENT_START_EVENT) {
			map_init(&reader->anchors, reader->arena);
		} else if (!end && event.type != YAML_STREAM_START_EVENT &&
			   event.type != YAML_DOCUMENT_END_EVENT) {
			result = read_node(reader, &event, &root);
			if (result == 0)
				*ARENA_PUSH(reader->arena, *ret_docs, *ret_ndocs) = root;
		}
		yaml_event_delete(&event);
		if (result != 0 || end)
			return result;
	}
}

/* Text of two bytes per character. With a byte order mark it can be read, without one it is only guessed. */
static bool is_unmarked_utf16(const char *text, size_t len)
{
	return len >= 2 && !text[0] != !text[1];
}

int yaml_parse(struct arena *arena, const char *file, const char *text, size_t len, struct node ***ret_docs,
	size_t *ret_ndocs, struct errors *errors)
{
	size_t before = errors->count;
	struct mark start = { .file = file };
	if (len > YAML_SIZE_MOST)
		return error_add(errors, ERROR_FILE, &start, NULL, "the file is larger than %zu MiB",
			YAML_SIZE_MOST >> 20);
	if (is_unmarked_utf16(text, len)) {
		error_add(errors, ERROR_FILE, &start, NULL, "the file is UTF-16 without a byte order mark");
		return error_hint(errors, "save it as UTF-8");
	}
	struct reader reader = { .arena = arena, .errors = errors, .file = file, .text = text, .len = len };
	struct node **docs = NULL;
	size_t ndocs = 0;
	map_init(&reader.keys, arena);
	if (!yaml_parser_initialize(&reader.parser))
		return error_add(errors, ERROR_SYSTEM, &start, NULL, "out of memory");
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, len);
	int result = read_docs(&reader, &docs, &ndocs);
	yaml_parser_delete(&reader.parser);
	if (result != 0 || errors->count != before)
		return -1;
	*ret_docs = docs;
	*ret_ndocs = ndocs;
	return 0;
}
