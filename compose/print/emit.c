#include "compose/print/emit.h"

#include "compose/print/emit_write.h"
#include "compose/pass/fill.h"
#include "compose/tree/scalar.h"
#include "compose/schema/short.h"
#include "compose/tree/value.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A member to be printed, and the number of its row. */
struct entry {
	size_t rank;
	const char *key;
	const struct attr *row;  /* NULL: x-* */
	const struct node *node; /* NULL: absent, printed nevertheless */
};

static void emit_value(
	struct writer *writer, struct arena *arena, const struct attr *row, const struct node *node);

static int emit_by_natural(const void *a, const void *b)
{
	return emit_natural((*(const struct member *const *)a)->key, (*(const struct member *const *)b)->key);
}

static int emit_by_bytes(const void *a, const void *b)
{
	return strcmp((*(const struct member *const *)a)->key, (*(const struct member *const *)b)->key);
}

/* Members in the order of printing; values of the environment that a pass has noted are nobody's business. */
static const struct member **sorted(
	struct writer *writer, struct arena *arena, const struct node *map, size_t *ret_count)
{
	const struct member **all = arena_calloc(arena, map->nmembers + 1, sizeof *all);
	size_t count = 0;
	for (size_t i = 0; i < map->nmembers; i++)
		if (strcmp(map->members[i].key, SCHEMA_VALUE) != 0)
			all[count++] = &map->members[i];
	if (count > 1)
		qsort(all, count, sizeof *all, writer->json ? emit_by_bytes : emit_by_natural);
	*ret_count = count;
	return all;
}

static void emit_scalar(struct writer *writer, struct arena *arena, const struct node *node)
{
	if (node->kind == NODE_NULL)
		writer_word(writer, "null");
	else if (node->kind == NODE_STRING)
		writer_text(writer, node->text);
	else if (node->kind == NODE_TIME)
		writer_word(writer, writer->json
					    ? arena_printf(arena, "\"%s\"", scalar_time_text(arena, node))
					    : scalar_time_text(arena, node));
	else if (node->kind == NODE_FLOAT && !isfinite(node->real) && !writer->json)
		writer_word(writer, isnan(node->real) ? ".nan" : node->real > 0 ? ".inf" : "-.inf");
	else if (node->kind == NODE_FLOAT)
		writer_word(writer, value_float_text(arena, node->real, false, writer->json));
	else
		writer_word(writer, node_scalar_text(arena, node));
}

/* Anything, as parsed. */
void emit_any(struct writer *writer, struct arena *arena, const struct node *node)
{
	if (node->kind == NODE_LIST) {
		writer_list(writer, node->nitems);
		for (size_t i = 0; i < node->nitems; i++) {
			writer_item(writer);
			emit_any(writer, arena, node->items[i]);
		}
		if (node->nitems)
			writer_end(writer, false);
	} else if (node->kind == NODE_MAP) {
		size_t count;
		const struct member **all = sorted(writer, arena, node, &count);
		writer_map(writer, count);
		for (size_t i = 0; i < count; i++) {
			writer_key(writer, all[i]->key);
			emit_any(writer, arena, all[i]->value);
		}
		if (count)
			writer_end(writer, true);
	} else {
		emit_scalar(writer, arena, node);
	}
}

static bool is_printed(const struct writer *writer, const struct attr *row, const struct node *node);

/* A mapping of which nothing would be printed. */
static bool is_blank(const struct writer *writer, const struct schema *schema, const struct node *map)
{
	for (size_t i = 0; i < map->nmembers; i++) {
		const struct attr *row = schema_find(schema, map->members[i].key);
		if (row ? is_printed(writer, row, map->members[i].value) : !writer->json)
			return false;
	}
	return true;
}

/* Whether a row's value shows at all: hidden, unset and zero ones do not. What only the hash knows is hidden
 * from a reader. */
static bool is_printed(const struct writer *writer, const struct attr *row, const struct node *node)
{
	if ((row->flags & (writer->hash ? ATTR_HIDDEN : ATTR_HIDDEN | ATTR_HASHED)) ||
		(writer->json && (row->flags & ATTR_YAML)) || (writer->hash && (row->flags & ATTR_NO_HASH)) ||
		node->kind == NODE_NULL)
		return false;
	if ((row->flags & ATTR_KEEP) || (!writer->json && (row->flags & ATTR_ZERO)))
		return true;
	switch (node->kind) {
	case NODE_BOOL:
		return node->yes;
	case NODE_INT:
		return node->integer != 0;
	case NODE_FLOAT:
		return node->real != 0;
	case NODE_STRING:
		return *node->text != '\0';
	case NODE_LIST:
		return node->nitems > 0;
	case NODE_MAP:
		return node->nmembers > 0 && (row->kind != KIND_STRUCT || !is_blank(writer, row->of, node));
	default:
		return true;
	}
}

static void emit_named(
	struct writer *writer, struct arena *arena, const struct attr *row, const struct node *map)
{
	size_t count;
	const struct member **all = sorted(writer, arena, map, &count);
	writer_map(writer, count);
	for (size_t i = 0; i < count; i++) {
		const struct node *value = all[i]->value;
		writer_key(writer, all[i]->key);
		if (value->kind == NODE_MAP)
			emit_struct(writer, arena, row->of, value);
		else
			emit_scalar(writer, arena, value);
	}
	if (count)
		writer_end(writer, true);
}

/* build.ssh: a mapping that is printed as a list. */
static void emit_listed(struct writer *writer, struct arena *arena, const struct node *map)
{
	size_t count;
	const struct member **all = sorted(writer, arena, map, &count);
	writer_list(writer, count);
	for (size_t i = 0; i < count; i++) {
		const char *path = node_text(all[i]->value);
		writer_item(writer);
		writer_text(writer, path && *path ? arena_printf(arena, writer->json ? "%s=%s" : "%s: %s",
							    all[i]->key, path)
						  : all[i]->key);
	}
	if (count)
		writer_end(writer, false);
}

/* An env file that must be there is printed as its path, whatever its format (compose 2.40). */
static const char *short_env_file(const struct attr *row, const struct node *item)
{
	const struct node *required = node_get(item, "required");
	if (row->canon != short_env_files || (required && !required->yes))
		return NULL;
	return node_text(node_get(item, "path"));
}

static void emit_structs(
	struct writer *writer, struct arena *arena, const struct attr *row, const struct node *list)
{
	writer_list(writer, list->nitems);
	for (size_t i = 0; i < list->nitems; i++) {
		const char *path = short_env_file(row, list->items[i]);
		writer_item(writer);
		if (path)
			writer_text(writer, path);
		else
			emit_struct(writer, arena, row->of, list->items[i]);
	}
	if (list->nitems)
		writer_end(writer, false);
}

/* Writes a value in the form compose prints its row's kind in. */
static void emit_value(
	struct writer *writer, struct arena *arena, const struct attr *row, const struct node *node)
{
	if (node->kind == NODE_MAP && row->kind == KIND_STRUCT)
		emit_struct(writer, arena, row->of, node);
	else if (node->kind == NODE_LIST && row->kind == KIND_STRUCTS)
		emit_structs(writer, arena, row, node);
	else if (node->kind == NODE_MAP && row->kind == KIND_NAMED)
		emit_named(writer, arena, row, node);
	else if (node->kind == NODE_MAP && (row->flags & ATTR_LISTED))
		emit_listed(writer, arena, node);
	else if (node->kind == NODE_INT && row->kind == KIND_BYTES)
		writer_text(writer, arena_printf(arena, "%" PRId64, node->integer));
	else if (node->kind == NODE_INT && row->kind == KIND_DURATION)
		writer_text(writer, value_duration_text(arena, node->integer));
	else if (node->kind == NODE_INT && row->kind == KIND_MODE)
		writer_text(writer, arena_printf(arena, "0%" PRIo64, (uint64_t)node->integer));
	else if (node->kind == NODE_FLOAT && row->kind == KIND_FLOAT && isfinite(node->real))
		writer_word(
			writer, value_float_text(arena, node->real, row->flags & ATTR_FLOAT32, writer->json));
	else
		emit_any(writer, arena, node);
}

static int by_rank(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return emit_natural(x->key, y->key);
}

/* Members of `map` that are printed, in order. Extensions follow the rows, sorted; in JSON they are left out
 * except at the top level (compose 2.40). */
static size_t collect_entries(
	struct writer *writer, const struct schema *schema, const struct node *map, struct entry *entries)
{
	size_t count = 0;
	for (size_t i = 0; i < map->nmembers; i++) {
		const struct member *member = &map->members[i];
		const struct attr *row = schema_recall(&writer->memory, schema, member->key);
		bool extension = strncmp(member->key, "x-", 2) == 0;
		if (row && !is_printed(writer, row, member->value))
			continue;
		if (!row && (!extension || (writer->json && (writer->hash || schema != &schema_project))))
			continue;
		if (schema == &schema_config && row && strcmp(row->name, "content") == 0 &&
			node_get(map, "environment"))
			continue;
		entries[count++] =
			(struct entry){ .rank = extension ? SIZE_MAX : (size_t)(row - schema->rows),
				.key = member->key,
				.row = row,
				.node = member->value };
	}
	for (size_t i = 0; writer->json && i < schema->nrows; i++) {
		const struct attr *row = &schema->rows[i];
		const struct node *node = row->flags & ATTR_ALWAYS ? node_get(map, row->name) : NULL;
		if ((row->flags & ATTR_ALWAYS) && (!node || !is_printed(writer, row, node)))
			entries[count++] = (struct entry){ .rank = i, .key = row->name, .row = row };
	}
	if (count > 1)
		qsort(entries, count, sizeof *entries, by_rank);
	return count;
}

static void emit_absent(struct writer *writer, const struct attr *row)
{
	if (row->kind != KIND_STRUCT) {
		writer_word(writer, "null");
		return;
	}
	bool command = row->of->nrows && strcmp(row->of->rows[0].name, "command") == 0;
	writer_map(writer, command);
	if (!command)
		return;
	writer_key(writer, "command");
	writer_word(writer, "null");
	writer_end(writer, true);
}

static void emit_entries(
	struct writer *writer, struct arena *arena, const struct entry *entries, size_t count)
{
	writer_map(writer, count);
	for (size_t i = 0; i < count; i++) {
		writer_key(writer, entries[i].key);
		if (!entries[i].node)
			emit_absent(writer, entries[i].row);
		else if (entries[i].row)
			emit_value(writer, arena, entries[i].row, entries[i].node);
		else
			emit_any(writer, arena, entries[i].node);
	}
	if (count)
		writer_end(writer, true);
}

static const char *capital(struct arena *arena, const char *key)
{
	char *copy = arena_strdup(arena, key);
	copy[0] = (char)toupper((unsigned char)copy[0]);
	return copy;
}

enum { ALWAYS_MOST = 4 }; /* rows of one schema with ATTR_ALWAYS */

void emit_struct(
	struct writer *writer, struct arena *arena, const struct schema *schema, const struct node *map)
{
	struct arena_mark mark = arena_mark(arena);
	struct entry *entries = arena_calloc(arena, map->nmembers + ALWAYS_MOST, sizeof *entries);
	size_t count = collect_entries(writer, schema, map, entries);
	for (size_t i = 0; i < count && writer->json && (schema->flags & SCHEMA_CAPITAL); i++)
		entries[i].key = capital(arena, entries[i].key);
	emit_entries(writer, arena, entries, count);
	arena_reset(arena, mark);
}

static int by_entry_key(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key);
}

/* The top level: `name` first and `services` always; sorted in JSON, a nameless YAML has no `name`. */
static void emit_top(struct writer *writer, struct arena *arena, const struct project *project)
{
	const struct node *tree = project->tree;
	struct entry *entries = arena_calloc(arena, tree->nmembers + ALWAYS_MOST, sizeof *entries);
	struct node services = { .kind = NODE_MAP }, name = { .kind = NODE_STRING, .text = project->name };
	size_t count = collect_entries(writer, &schema_project, tree, entries), kept = 0;
	bool any = false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(entries[i].key, "name") == 0)
			continue;
		any |= strcmp(entries[i].key, "services") == 0;
		entries[kept++] = entries[i];
	}
	memmove(entries + 1, entries, kept++ * sizeof *entries);
	entries[0] =
		(struct entry){ .key = "name", .row = schema_find(&schema_project, "name"), .node = &name };
	if (!any) {
		memmove(entries + 2, entries + 1, (kept++ - 1) * sizeof *entries);
		entries[1] = (struct entry){
			.key = "services", .row = schema_find(&schema_project, "services"), .node = &services
		};
	}
	if (writer->json)
		qsort(entries, kept, sizeof *entries, by_entry_key);
	bool nameless = !writer->json && !*project->name;
	emit_entries(writer, arena, entries + nameless, kept - nameless);
}

/* A number that JSON has no word for, or NULL. */
static const struct node *no_json_number(const struct node *node)
{
	const struct node *found = NULL;
	if (node->kind == NODE_FLOAT)
		return isfinite(node->real) ? NULL : node;
	for (size_t i = 0; node->kind == NODE_LIST && !found && i < node->nitems; i++)
		found = no_json_number(node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && !found && i < node->nmembers; i++)
		found = no_json_number(node->members[i].value);
	return found;
}

int emit_check(const struct project *project, const struct emit_options *options, struct errors *errors)
{
	const struct node *number = options->json ? no_json_number(project->tree) : NULL;
	if (!number)
		return 0;
	error_add(errors, ERROR_FILE, &number->at, NULL, "JSON has no number %s", number->text);
	return error_hint(errors, "correct it, or print YAML");
}

void emit_project(
	FILE *out, struct arena *arena, const struct project *project, const struct emit_options *options)
{
	struct writer writer = { .out = out, .json = options->json, .dollars = !options->raw, .level = -1 };
	if (writer.json)
		writer.level = 0;
	if (options->raw)
		emit_any(&writer, arena, project->tree);
	else
		emit_top(&writer, arena, project);
}
