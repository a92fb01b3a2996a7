#include "compose/schema/walk.h"

#include "base/buf.h"

#include <string.h>

void walk_init(struct walk *walk, struct arena *arena, const struct walk_pass *pass, void *arg,
	struct errors *errors)
{
	*walk = (struct walk){ .arena = arena, .errors = errors, .pass = pass, .arg = arg };
}

static int walk_map(struct walk *walk, const struct schema *schema, struct node *map);

/* Rows of what is below a member: each item of a list, each named value, or the mapping itself. */
static void walk_below(struct walk *walk, const struct attr *attr, struct node *node)
{
	if (attr->kind == KIND_STRUCT && node->kind == NODE_MAP) {
		walk_map(walk, attr->of, node);
	} else if (attr->kind == KIND_STRUCTS && node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->nitems; i++) {
			walk_push_index(walk, i);
			walk_map(walk, attr->of, node->items[i]);
			walk_pop(walk);
		}
	} else if (attr->kind == KIND_NAMED && node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->nmembers; i++) {
			walk_push(walk, node->members[i].key);
			walk_map(walk, attr->of, node->members[i].value);
			walk_pop(walk);
		}
	}
}

static void walk_member(struct walk *walk, const struct attr *attr, struct node **node)
{
	int verdict = walk->pass->enter ? walk->pass->enter(walk, attr, node) : WALK_ON;
	if (verdict < 0)
		walk->failed = true;
	if (verdict == WALK_ON && attr->of)
		walk_below(walk, attr, *node);
	if (walk->pass->leave && walk->pass->leave(walk, attr, node) < 0)
		walk->failed = true;
}

static int walk_map(struct walk *walk, const struct schema *schema, struct node *map)
{
	if (map->kind != NODE_MAP)
		return 0;
	if (walk->pass->open && walk->pass->open(walk, schema, map) < 0)
		walk->failed = true;
	for (size_t i = 0; i < map->nmembers; i++) {
		struct member *member = &map->members[i];
		const struct attr *attr = schema_recall(&walk->memory, schema, member->key);
		walk_push(walk, member->key);
		if (attr)
			walk_member(walk, attr, &member->value);
		else if (walk->pass->unknown && walk->pass->unknown(walk, schema, member) < 0)
			walk->failed = true;
		walk_pop(walk);
	}
	return walk->failed ? -1 : 0;
}

int walk_tree(struct arena *arena, const struct schema *root, struct node *tree, const struct walk_pass *pass,
	void *arg, struct errors *errors)
{
	struct walk walk;
	walk_init(&walk, arena, pass, arg, errors);
	return walk_from(&walk, root, tree);
}

int walk_from(struct walk *walk, const struct schema *root, struct node *tree)
{
	return walk_map(walk, root, tree);
}

void walk_push(struct walk *walk, const char *key)
{
	if (walk->depth < WALK_DEEPEST)
		walk->steps[walk->depth] = (struct walk_step){ .key = key };
	walk->depth++;
}

void walk_push_index(struct walk *walk, size_t index)
{
	if (walk->depth < WALK_DEEPEST)
		walk->steps[walk->depth] = (struct walk_step){ .index = index };
	walk->depth++;
}

void walk_pop(struct walk *walk)
{
	walk->depth--;
}

const char *walk_key(const struct walk *walk, size_t nth)
{
	return nth < walk->depth && nth < WALK_DEEPEST && walk->steps[nth].key ? walk->steps[nth].key : "";
}

const char *walk_path(const struct walk *walk)
{
	auto_buf struct buf path;
	buf_init(&path, 4096);
	for (size_t i = 0; i < walk->depth && i < WALK_DEEPEST; i++) {
		const struct walk_step *step = &walk->steps[i];
		if (step->key)
			buf_printf(&path, "%s%s", i ? "." : "", step->key);
		else
			buf_printf(&path, "[%zu]", step->index);
	}
	return arena_strdup(walk->arena, buf_text(&path));
}

int walk_error(struct walk *walk, const struct mark *at, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(walk->arena, format, args);
	va_end(args);
	if (walk->advises) {
		error_warn(walk->errors, at, walk_path(walk), "%s", text);
		return -1;
	}
	walk->failed = true;
	return error_add(walk->errors, ERROR_FILE, at, walk_path(walk), "%s", text);
}

void walk_warn(struct walk *walk, const struct mark *at, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(walk->arena, format, args);
	va_end(args);
	error_warn(walk->errors, at, walk_path(walk), "%s", text);
}
