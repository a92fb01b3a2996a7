/* Where a copy comes to lie. */
#include "arena_case.h"
#include "engine/copy/copy_place.h"

struct wanted {
	const char *source;
	bool source_dir;
	const char *target;
	bool there, dir;
	const char *in, *name; /* NULL: refused */
};

static void as_docker_cp_does(void **state)
{
	static const struct wanted all[] = {
		{ "f", false, "/tmp", true, true, "/tmp", "f" },
		{ "a/f", false, "/tmp/", true, true, "/tmp", "f" },
		{ "f", false, "/tmp/new", false, false, "/tmp", "new" },
		{ "f", false, "/new", false, false, "/", "new" },
		{ "f", false, "/tmp/other", true, false, "/tmp", "other" },
		{ "f", false, "/tmp/new/", false, false, NULL, NULL },
		{ "d", true, "/tmp", true, true, "/tmp", "d" },
		{ "d/", true, "/tmp", true, true, "/tmp", "d" },
		{ "d/.", true, "/tmp", true, true, "/tmp", "" },
		{ ".", true, "/tmp", true, true, "/tmp", "" },
		{ "/", true, "out", true, true, "out", "" },
		{ "d", true, "/tmp/new", false, false, "/tmp", "new" },
		{ "d", true, "/tmp/new/", false, false, "/tmp", "new" },
		{ "d/.", true, "new", false, false, ".", "new" },
		{ "d", true, "/tmp/other", true, false, NULL, NULL },
		{ "d/.", true, "/tmp/other", true, false, NULL, NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct copy_place place;
		int result = copy_place_find(arena,
			&(struct copy_end){ .path = all[i].source, .there = true, .dir = all[i].source_dir },
			&(struct copy_end){ .path = all[i].target, .there = all[i].there, .dir = all[i].dir },
			&place, &errors);
		assert_int_equal(result, all[i].in ? 0 : -1);
		if (result < 0)
			continue;
		assert_string_equal(place.dir, all[i].in);
		assert_string_equal(place.name, all[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_docker_cp_does, arena_set_up, arena_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
