/* The node tree: order, index, copy, comparison. */
#include "compose/tree/node.h"
#include "unit.h"

#include <string.h>

static const struct mark here = { .file = "f.yml", .line = 3, .col = 7 };

static void maps_keep_order_and_find_members(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct node *map = node_map(arena, here);
	for (int i = 0; i < 1000; i++)
		node_set(arena, map, arena_printf(arena, "k%d", i), here, node_int(arena, here, i));
	node_set(arena, map, "k500", here, node_bool(arena, here, true));
	assert_int_equal(map->nmembers, 1000);
	assert_string_equal(map->members[500].key, "k500");
	assert_true(node_get(map, "k500")->yes);
	assert_int_equal(node_get(map, "k999")->integer, 999);
	assert_null(node_get(map, "k1000"));
	assert_null(node_get(NULL, "k1"));
	assert_null(node_get(node_get(map, "k1"), "k1"));
	assert_int_equal(node_remove(map, "k0")->integer, 0);
	assert_null(node_remove(map, "k0"));
	assert_int_equal(node_get(map, "k999")->integer, 999);
	assert_string_equal(map->members[0].key, "k1");
	for (int i = 0; i < 100; i++) {
		node_set(arena, map, arena_printf(arena, "n%d", i), here, node_null(arena, here));
		assert_non_null(node_remove(map, arena_printf(arena, "k%d", i + 1)));
	}
	assert_int_equal(map->nmembers, 999);
	assert_non_null(node_get(map, "n99"));
	assert_null(node_get(map, "k100"));
	assert_int_equal(node_get(map, "k101")->integer, 101);
	arena_destroy(arena);
}

static struct node *sample(struct arena *arena)
{
	struct node *map = node_map(arena, here), *list = node_list(arena, here);
	node_set(arena, map, "list", here, list);
	node_set(arena, map, "text", here, node_string(arena, here, "x"));
	node_push(arena, list, node_int(arena, here, -3));
	node_push(arena, list, node_null(arena, here));
	return map;
}

static void copies_are_deep_and_equal(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct node *one = sample(arena), *two = node_copy(arena, one);
	assert_true(node_equal(one, two));
	assert_int_equal(two->members[1].at.col, 7);
	node_push(arena, node_get(two, "list"), node_string(arena, here, "y"));
	assert_int_equal(node_get(one, "list")->nitems, 2);
	assert_false(node_equal(one, two));
	struct node *three = sample(arena);
	node_set(arena, three, "list", here, node_remove(three, "list"));
	assert_string_equal(three->members[0].key, "text");
	assert_true(node_equal(one, three));
	node_set(arena, three, "text", here, node_null(arena, here));
	assert_false(node_equal(one, three));
	arena_destroy(arena);
}

static void scalars_have_text_and_names(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	assert_string_equal(node_text(node_int(arena, here, 80)), "80");
	assert_string_equal(node_text(node_bool(arena, here, false)), "false");
	assert_null(node_text(node_null(arena, here)));
	assert_null(node_text(node_list(arena, here)));
	assert_null(node_text(NULL));
	assert_string_equal(node_kind_name(node_map(arena, here)), "mapping");
	assert_string_equal(node_kind_name(node_int(arena, here, 1)), "number");
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_keep_order_and_find_members),
		cmocka_unit_test(copies_are_deep_and_equal),
		cmocka_unit_test(scalars_have_text_and_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
