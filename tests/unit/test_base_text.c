/* Texts made of other texts or bytes: digests, Base64, URLs. */
#include "base/map.h"
#include "base/text/base64.h"
#include "base/text/secret.h"
#include "base/text/sha256.h"
#include "base/text/subnet.h"
#include "base/text/text.h"
#include "base/url.h"
#include "arena_case.h"

static void digests_are_those_of_fips_180(void **state)
{
	(void)state;
	assert_string_equal(sha256_hex(arena, "abc", 3),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(
		sha256_hex(arena, "", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void what_stands_behind_a_prefix(void **state)
{
	(void)state;
	assert_string_equal(text_after("service:web", "service:"), "web");
	assert_string_equal(text_after("service:", "service:"), "");
	assert_null(text_after("service", "service:"));
	assert_null(text_after("a service:web", "service:"));
	assert_null(text_after(NULL, "service:"));
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
		{ "https://user:p@ss@host/a", "https://host/a" },
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

static void a3_a_password_with_slashes_is_not_shown(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "https://user:pa/ss@host/a", "https://***@host/a" },
		{ "https://user:pa?ss@host/a?token=x", "https://***@host/a" },
		{ "https://user:pa#ss@host/a", "https://***@host/a" },
		{ "https://user:12/34@host/a", "https://***@host/a" },
		{ "https://user:p@ss/w@host/a", "https://***@host/a" },
		{ "HTTPS://user:pass@host/a", "HTTPS://host/a" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(url_shown(arena, cases[i][0]), cases[i][1]);
}

static void a3_a_login_is_taken_out_of_a_url(void **state)
{
	(void)state;
	static const char *const cases[][4] = {
		{ "https://me:p%2fw%@host:1/x@y", "https://host:1/x@y", "me", "p/w%" },
		{ "https://to%20ken@host", "https://host", "to ken", NULL },
		{ "ssh://git:@host/x", "ssh://host/x", "git", "" },
		{ "https://host:1/x@y", "https://host:1/x@y", NULL, NULL },
		{ "git@host:x.git", "git@host:x.git", NULL, NULL },
		{ "https://me:a/b#c?d@host/x#e", "https://host/x#e", "me", "a/b#c?d" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url_login login;
		const char *url = url_escaped(arena, cases[i][0]);
		assert_string_equal(url_split(arena, url, &login), cases[i][1]);
		assert_string_equal(login.user ? login.user : "-", cases[i][2] ? cases[i][2] : "-");
		assert_string_equal(login.password ? login.password : "-", cases[i][3] ? cases[i][3] : "-");
	}
}

static void a3_urls_in_a_text_lose_what_is_secret(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "host \"tcp://u:pw@h:1\": no", "host \"tcp://***@h:1\": no" },
		{ "open /srv/https:/u:p%2Fw@h/x: none", "open /srv/https:/***@h/x: none" },
		{ "bad proxy 'http://u:p/w@h' and http://v:q@h",
			"bad proxy 'http://***@h' and http://***@h" },
		{ "open /srv/u:pw@host.example/x", "open ***@host.example/x" },
		{ "Get \"https://h/x?token=abc\": late", "Get \"https://h/x?***\": late" },
		{ "u@host.example: is it http://h/x@1?", "u@host.example: is it http://h/x@1?" },
		{ "a:16@sha256:00 b@c", "a:16@sha256:00 b@c" },
		{ "USER:PASSWORD@ in front of [HOST[:PORT]/]NAME[:TAG][@DIGEST]",
			"USER:PASSWORD@ in front of [HOST[:PORT]/]NAME[:TAG][@DIGEST]" },
		{ "https:pw@host me:pw@host:1/x", "***@host ***@host:1/x" },
		{ "ssh://u@h or ssh://u:pw@h", "ssh://u@h or ssh://***@h" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(url_masked(arena, cases[i][0]), cases[i][1]);
	const char *plain = "nothing to hide";
	assert_ptr_equal(url_masked(arena, plain), plain);
}

static void a3_free_text_without_its_secrets(void **state)
{
	(void)state;
	struct map *known = map_create(arena);
	static const char *const cases[][2] = {
		{ "DB_PASSWORD=a b, c", "DB_PASSWORD=***, c" },
		{ "serve --api-key abc --port 1", "serve --api-key *** --port 1" },
		{ "{\"token\": \"a b\", \"x\": 1}", "{\"token\": ***, \"x\": 1}" },
		{ "-H 'Authorization: Bearer a.b' -v", "-H 'Authorization: ***' -v" },
		{ "PASSWORD_FILE=/run/x --secrets a", "PASSWORD_FILE=/run/x --secrets a" },
		{ "the token has expired", "the token has expired" },
		{ "ghp_0123456789abcdefghijABCDEFGHIJ012345 x", "ghp_*** x" },
		{ "app@sha256:0123456789abcdef0123456789abcdef",
			"app@sha256:0123456789abcdef0123456789abcdef" },
		{ "-phunter2 http://u:p@h/", "-p*** http://***@h/" },
		{ "-----BEGIN PRIVATE KEY-----\nx", "***" },
		{ "port 80, 1000 or yes", "port 80, 1000 or yes" },
	};
	secret_note(known, "hunter2");
	secret_note(known, "80");
	secret_note(known, "1000");
	secret_note(known, "yes");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(secret_masked(arena, cases[i][0], known), cases[i][1]);
	const char *plain = "nothing to hide";
	assert_ptr_equal(secret_masked(arena, plain, known), plain);
}

static void b3_subnets_that_overlap(void **state)
{
	(void)state;
	static const struct {
		const char *one, *two;
		bool overlaps;
	} cases[] = {
		{ "10.1.0.0/16", "10.1.255.0/24", true },
		{ "10.1.0.0/16", "10.2.0.0/16", false },
		{ "10.1.3.7/32", "10.1.3.0/29", true },
		{ "10.1.3.9", "10.1.3.0/29", false },
		{ "10.1.3.128/25", "10.1.3.0/25", false },
		{ "0.0.0.0/0", "192.168.0.0/24", true },
		{ "fd00:1::/64", "fd00:1::77", true },
		{ "fd00:1::/64", "fd00:2::/64", false },
		{ "::/0", "10.0.0.0/8", false },
	};
	struct subnet one, two;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(subnet_read(cases[i].one, &one), 0);
		assert_int_equal(subnet_read(cases[i].two, &two), 0);
		assert_int_equal(subnet_overlaps(&one, &two), cases[i].overlaps);
		assert_int_equal(subnet_overlaps(&two, &one), cases[i].overlaps);
	}
	static const char *const wrong[] = { "", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x",
		"fd00::/129", "10.0.0.0/-1", "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(subnet_read(wrong[i], &one), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(digests_are_those_of_fips_180),
		TEST(what_stands_behind_a_prefix),
		TEST(base64_both_ways),
		TEST(secrets_of_urls_are_not_shown),
		TEST(a3_a_password_with_slashes_is_not_shown),
		TEST(a3_a_login_is_taken_out_of_a_url),
		TEST(a3_urls_in_a_text_lose_what_is_secret),
		TEST(a3_free_text_without_its_secrets),
		TEST(b3_subnets_that_overlap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
