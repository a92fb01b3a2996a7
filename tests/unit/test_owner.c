/* Whom uploaded files belong to. */
#include "engine/run/owner.h"
#include "engine/archive/tar.h"
#include "engine/archive/untar.h"
#include "arena_case.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n\napp:x:1000:1001::/:\n1234:x:7:8::/:\n";
static const char group[] = "root:x:0:\nstaff:x:50:app\n";

static void d6_user_and_group_become_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *user, *passwd, *group; /* texts that are asked for; NULL: not asked */
		int64_t uid, gid;
	} cases[] = {
		{ "", NULL, NULL, 0, 0 },
		{ "root", NULL, NULL, 0, 0 },
		{ "1234:4321", NULL, NULL, 1234, 4321 },
		{ "app", passwd, NULL, 1000, 1001 },
		{ "1000", passwd, NULL, 1000, 1001 },
		{ "77", passwd, NULL, 77, 0 },
		{ "77", "", NULL, 77, 0 },
		{ "app:staff", passwd, group, 1000, 50 },
		{ "5:staff", NULL, group, 5, 50 },
		{ "app:9", passwd, NULL, 1000, 9 },
		{ "nobody:none", passwd, group, 0, 0 },
		{ ":9", NULL, NULL, 0, 9 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct owner owner = { 0 };
		assert_int_equal(owner_lacks(&owner), OWNER_USER);
		owner_take_user(&owner, arena, cases[i].user);
		assert_int_equal(owner_lacks(&owner) == OWNER_PASSWD, cases[i].passwd != NULL);
		if (cases[i].passwd)
			owner_take_passwd(&owner, *cases[i].passwd ? cases[i].passwd : NULL);
		assert_int_equal(owner_lacks(&owner) == OWNER_GROUP, cases[i].group != NULL);
		if (cases[i].group)
			owner_take_group(&owner, cases[i].group);
		assert_int_equal(owner_lacks(&owner), OWNER_WHOLE);
		assert_int_equal(owner.uid, cases[i].uid);
		assert_int_equal(owner.gid, cases[i].gid);
	}
}

static void d6_a_file_is_taken_out_of_an_archive(void **state)
{
	(void)state;
	const struct tar_file file = { .name = "passwd", .data = passwd, .len = strlen(passwd) };
	const char *bytes;
	size_t len;
	assert_int_equal(tar_files(arena, &file, 1, &bytes, &len, &errors), 0);
	size_t before = arena_used(arena);
	assert_string_equal(untar_text(arena, bytes, len, (size_t)4 << 20), passwd);
	assert_true(arena_used(arena) - before < 2 * len); /* one for each container that files are sent to */
	assert_string_equal(untar_text(arena, bytes, len, 4), "root");
	assert_null(untar_text(arena, "no archive", 10, 4096));
	assert_null(untar_text(arena, "", 0, 4096));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(d6_user_and_group_become_numbers),
		TEST(d6_a_file_is_taken_out_of_an_archive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
