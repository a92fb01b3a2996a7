/* Texts made of other texts or bytes: digests, Base64, URLs. */
#include "base/text/base64.h"
#include "base/text/sha256.h"
#include "base/text/url.h"
#include "arena_case.h"

static void digests_are_those_of_fips_180(void **state)
{
	(void)state;
	assert_string_equal(sha256_hex(arena, "abc", 3),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(
		sha256_hex(arena, "", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void base64_both_ways(void **state)
{
	(void)state;
	static const struct {
		const char *plain, *standard, *url;
	} cases[] = { { "", "", "" }, { "f", "Zg==", "Zg==" }, { "fo", "Zm8=", "Zm8=" },
		{ "foo", "Zm9v", "Zm9v" }, { "\xff\xfe\xfd>?", "//79Pj8=", "__79Pj8=" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].plain), back = 99;
		assert_string_equal(base64_encode(arena, cases[i].plain, len, false), cases[i].standard);
		assert_string_equal(base64_encode(arena, cases[i].plain, len, true), cases[i].url);
		assert_string_equal(base64_decode(arena, cases[i].standard, &back), cases[i].plain);
		assert_int_equal(back, len);
	}
	size_t len;
	assert_null(base64_decode(arena, "Zg=a", &len));
	assert_null(base64_decode(arena, "Z", &len));
	assert_null(base64_decode(arena, "Zm 9v", &len));
	assert_string_equal(base64_decode(arena, "Zm8", &len), "fo");
}

static void secrets_of_urls_are_not_shown(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "https://user:pa:ss@host:8080/a/b.yaml?token=x#sha256=0", "https://host:8080/a/b.yaml" },
		{ "https://user:p@ss@host/@a", "https://host/@a" },
		{ "https://token@host", "https://host" },
		{ "https://host/a@b", "https://host/a@b" },
		{ "ssh://git@host/x.git#main", "ssh://host/x.git" },
		{ "https://user:pass@", "https://" },
		{ "/srv/a?b#c", "/srv/a?b#c" },
		{ "-", "-" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(url_shown(arena, cases[i][0]), cases[i][1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(digests_are_those_of_fips_180),
		TEST(base64_both_ways),
		TEST(secrets_of_urls_are_not_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
