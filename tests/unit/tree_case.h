/* What the tests of the schema passes share: text → tree, a pass over it, texts of findings. */
#ifndef TESTS_TREE_CASE_H
#define TESTS_TREE_CASE_H

#include "base/map.h"
#include "compose/pass/bind.h"
#include "compose/pass/canon.h"
#include "compose/pass/cast.h"
#include "compose/check/check.h"
#include "compose/print/emit.h"
#include "compose/pass/fill.h"
#include "compose/load/load.h"
#include "compose/pass/merge.h"
#include "compose/pass/reset.h"
#include "compose/tree/scalar.h"
#include "compose/check/validate.h"
#include "compose/tree/yaml.h"
#include "arena_case.h"

#include <stdio.h>
#include <stdlib.h>

static struct map env;

static int set_up(void **state)
{
	arena_set_up(state);
	map_init(&env, arena);
	return 0;
}

static inline struct node *parse(const char *text)
{
	struct node **docs;
	size_t ndocs;
	assert_int_equal(yaml_parse(arena, "c.yml", text, strlen(text), &docs, &ndocs, &errors), 0);
	assert_int_equal(ndocs, 1);
	return docs[0];
}

/* The tree of a file with one service `a` that has these members. */
static inline struct node *service_tree(const char *members)
{
	return parse(arena_printf(arena, "services:\n  a: {image: x, %s}\n", members));
}

/* Member of service `a` after a pass. */
static inline struct node *of_service(struct node *tree, const char *key)
{
	return node_get(node_get(node_get(tree, "services"), "a"), key);
}

/* One-line text of a tree, for comparisons. */
static inline const char *flat(const struct node *node)
{
	if (!node)
		return "absent";
	const char *text = "";
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", flat(node->items[i]));
	if (node->kind == NODE_LIST)
		return arena_printf(arena, "[%s]", text);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++)
		text = arena_printf(arena, "%s%s%s: %s", text, i ? ", " : "", node->members[i].key,
			flat(node->members[i].value));
	if (node->kind == NODE_MAP)
		return arena_printf(arena, "{%s}", text);
	if (node->kind == NODE_STRING)
		return arena_printf(arena, "'%s'", node->text);
	return node->kind == NODE_NULL ? "null" : node_scalar_text(arena, node);
}

/* All findings, one a line: line:col: path: message | hint. */
static inline const char *findings(void)
{
	const char *text = "";
	for (const struct error *error = errors.first; error; error = error->next)
		text = arena_printf(arena, "%s%s%u:%u: %s: %s%s%s", text, *text ? "\n" : "", error->at.line,
			error->at.col, error->path ? error->path : "", error->message,
			error->hint ? " | " : "", error->hint ? error->hint : "");
	errors_init(&errors, arena);
	return text;
}

/* The project of a file's text. */
static inline struct project *project_of(const char *text)
{
	struct project *project = NULL;
	if (load_tree(arena, parse(text), NULL, "p", "/srv", &env, &project, &errors) != 0)
		fail_msg("%s", findings());
	return project;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, arena_tear_down)

#endif
