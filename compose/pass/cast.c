#include "compose/pass/cast.h"

#include "compose/tree/value.h"
#include "compose/schema/walk.h"

/* Makes a text, as interpolation leaves it, the boolean or number that its row wants. */
static int cast_text(struct walk *walk, int kind, struct node *node)
{
	const char *wrong = NULL;
	if (kind == KIND_BOOL) {
		bool yes = false, old = false;
		wrong = value_bool(walk->arena, node->text, &yes, &old);
		if (!wrong) {
			if (old)
				walk_warn(walk, &node->at, "\"%s\" is no boolean of YAML 1.2: write %s",
					node->text, yes ? "true" : "false");
			node->kind = NODE_BOOL;
			node->yes = yes;
		}
	} else if (kind == KIND_INT) {
		int64_t value = 0;
		wrong = value_int(walk->arena, node->text, &value);
		if (!wrong) {
			node->kind = NODE_INT;
			node->integer = value;
		}
	} else {
		double value = 0;
		wrong = value_float(walk->arena, node->text, &value);
		if (!wrong) {
			node->kind = NODE_FLOAT;
			node->real = value;
		}
	}
	return wrong ? walk_error(walk, &node->at, "%s", wrong) : 0;
}

static int cast_value(struct walk *walk, const struct attr *attr, struct node **where)
{
	struct node *node = *where;
	if ((attr->flags & ATTR_CAST) && node->kind == NODE_STRING)
		return cast_text(walk, attr->kind, node);
	if (attr->of != &schema_ulimit || node->kind != NODE_MAP)
		return WALK_ON;
	for (size_t i = 0; i < node->nmembers; i++) {
		walk_push(walk, node->members[i].key);
		if (node->members[i].value->kind == NODE_STRING)
			cast_text(walk, KIND_INT, node->members[i].value);
		walk_pop(walk);
	}
	return WALK_ON;
}

int cast_tree(struct arena *arena, struct node *tree, struct errors *errors)
{
	static const struct walk_pass pass = { .enter = cast_value };
	return walk_tree(arena, &schema_project, tree, &pass, NULL, errors);
}
