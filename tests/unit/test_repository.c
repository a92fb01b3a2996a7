/* Image registries: what they ask for, how they are reached, what their names mean. */
#include "arena_case.h"
#include "engine/registry/challenge.h"
#include "engine/registry/digest.h"
#include "engine/registry/repository.h"
#include "engine/registry/tag_list.h"

static struct loop *loop;
static struct config config;

static int set_up(void **state)
{
	arena_set_up(state);
	loop = loop_create();
	memset(&config, 0, sizeof config);
	map_init(&config.cred_helpers, arena);
	return 0;
}

static int tear_down(void **state)
{
	loop_destroy(loop);
	return arena_tear_down(state);
}

static void challenges_are_read(void **state)
{
	(void)state;
	struct challenge challenge = challenge_parse(arena,
		"Bearer realm=\"https://auth.example/token?a=b\", service=\"reg, \\\"istry\", scope=\"repository:a/b:pull,push\"");
	assert_true(challenge.bearer && !challenge.basic);
	assert_string_equal(challenge.realm, "https://auth.example/token?a=b");
	assert_string_equal(challenge.service, "reg, \"istry");
	assert_string_equal(challenge.scope, "repository:a/b:pull,push");
	challenge = challenge_parse(arena, "basic realm=\"x\" , BEARER service=s,realm=r");
	assert_true(challenge.bearer && challenge.basic);
	assert_string_equal(challenge.realm, "r");
	assert_string_equal(challenge.service, "s");
	challenge = challenge_parse(arena, "Bearer realm=\"r\", Basic realm=\"x\"");
	assert_true(challenge.bearer && challenge.basic);
	assert_string_equal(challenge.realm, "r");
	challenge = challenge_parse(arena, "Basic realm=\"test\"");
	assert_true(challenge.basic && !challenge.bearer && !challenge.realm);
	static const char *const none[] = { NULL, "", ",,", "=", "Negotiate abc==", "\"", "Bearerx realm=r",
		"\x01" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		challenge = challenge_parse(arena, none[i]);
		assert_true(!challenge.bearer && !challenge.basic && !challenge.realm);
	}
	challenge = challenge_parse(arena, "Bearer realm=\"cut");
	assert_string_equal(challenge.realm, "cut");
}

static void loopback_needs_no_tls(void **state)
{
	(void)state;
	static const char *const yes[] = { "localhost", "localhost:5000", "LOCALHOST", "127.0.0.1",
		"127.1.2.3:80", "[::1]", "[::1]:5000" };
	static const char *const no[] = { "localhost.example", "128.0.0.1", "10.0.0.1:5000",
		"registry.example", "", "[::2]:5000", "127.example", "docker.io" };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		assert_true(repository_is_loopback(yes[i]));
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_false(repository_is_loopback(no[i]));
}

static struct repository *open_one(const char *name)
{
	const struct repository_options options = { .loop = loop, .config = &config, .code = ERROR_PULL };
	return repository_open(arena, &options, name, false, &errors);
}

static void names_have_a_host_a_path_and_an_object(void **state)
{
	(void)state;
	static const char digest[] =
		"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
	static const struct {
		const char *name, *host, *path, *object;
	} cases[] = {
		{ "nginx", "docker.io", "library/nginx", "latest" },
		{ "me/app:1", "docker.io", "me/app", "1" },
		{ "registry.example/app", "registry.example", "app", "latest" },
		{ "localhost:5000/a/b/c:x", "localhost:5000", "a/b/c", "x" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct repository *repository = open_one(cases[i].name);
		assert_string_equal(repository_host(repository), cases[i].host);
		assert_string_equal(repository_path(repository), cases[i].path);
		assert_string_equal(repository_object(repository), cases[i].object);
		repository_close(repository);
	}
	struct repository *repository = open_one(arena_printf(arena, "h:1/a:1@%s", digest));
	assert_string_equal(repository_object(repository), digest);
	assert_true(digest_valid(digest) && !digest_valid("sha256:44") && !digest_valid("md5:x") &&
		    !digest_valid(NULL));
	repository_close(repository);
	static const char *const wrong[] = { "", "h/../x", "h/a?b", "h/a b", "/a", "h:1/", "https://h/a" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_null(open_one(wrong[i]));
	assert_int_equal(errors.count, sizeof wrong / sizeof *wrong);
	repository_close(NULL);
}

static void places_that_a_registry_names(void **state)
{
	(void)state;
	struct repository *far = open_one("registry.example/a"), *near = open_one("127.0.0.1:5000/a");
	assert_string_equal(repository_url(far, "/v2/a/x?y=z"), "https://registry.example/v2/a/x?y=z");
	assert_string_equal(repository_url(far, "http://registry.example/x"), "https://registry.example/x");
	assert_string_equal(
		repository_url(far, "https://registry.example:443/x"), "https://registry.example:443/x");
	assert_string_equal(repository_url(far, "https://store.example/x"), "https://store.example/x");
	char header[] = "https://store.example/y"; /* goes with the answer */
	const char *kept = repository_url(far, header);
	header[0] = '\0';
	assert_string_equal(kept, "https://store.example/y");
	assert_null(repository_url(far, "http://store.example/x"));
	assert_string_equal(repository_url(near, "/x"), "http://127.0.0.1:5000/x");
	assert_string_equal(repository_url(near, "http://127.0.0.1:5000/x"), "http://127.0.0.1:5000/x");
	repository_close(far);
	repository_close(near);
}

static void the_next_page_of_tags(void **state)
{
	(void)state;
	static const struct {
		const char *link, *next;
	} cases[] = {
		{ "</v2/a/tags/list?last=b&n=2>; rel=\"next\"", "/v2/a/tags/list?last=b&n=2" },
		{ "<x>;rel=next", "x" },
		{ "<x>; rel=\"last\", <y>; title=z; REL=\"next\"", "y" },
		{ "<x>; rel=\"nextest\"", NULL },
		{ "<x>, rel=\"next\"", NULL },
		{ "<x; rel=\"next\"", NULL },
		{ "<x>", NULL },
		{ "", NULL },
		{ NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *next = tag_list_next(arena, cases[i].link);
		if (cases[i].next)
			assert_string_equal(next, cases[i].next);
		else
			assert_null(next);
	}
}

static void texts_that_can_be_tags(void **state)
{
	(void)state;
	const char *longest = arena_printf(arena, "%0128d", 0);
	assert_true(tag_valid("latest") && tag_valid("1.0-a_b") && tag_valid("_") && tag_valid(longest));
	assert_false(tag_valid(arena_printf(arena, "%s0", longest)));
	static const char *const no[] = { "", ".a", "-a", "a b", "a/b", "a:b", "\x1b[2J" };
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_false(tag_valid(no[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(challenges_are_read),
		TEST(loopback_needs_no_tls),
		TEST(names_have_a_host_a_path_and_an_object),
		TEST(places_that_a_registry_names),
		TEST(the_next_page_of_tags),
		TEST(texts_that_can_be_tags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
