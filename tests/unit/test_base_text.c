/* Texts made of other texts or bytes: digests. */
#include "base/sha256.h"
#include "arena_case.h"

static void digests_are_those_of_fips_180(void **state)
{
	(void)state;
	assert_string_equal(sha256_hex(arena, "abc", 3),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(
		sha256_hex(arena, "", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(digests_are_those_of_fips_180),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
