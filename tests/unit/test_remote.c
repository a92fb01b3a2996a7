/* Names of files that are elsewhere: what reads them, and what may be shown of them. */
#include "base/url.h"
#include "compose/load/remote.h"
#include "arena_case.h"

#include <string.h>

static void repositories_and_web_servers_are_told_apart(void **state)
{
	(void)state;
	static const char *const web[] = { "https://host/compose.yaml", "http://host",
		"https://a.gitlab.io/x.yml", "https://host/.github/c.yaml", "https://host/x?ref=a.gitx" };
	static const char *const git[] = { "https://host/x.git", "http://u:p@host/x.git#main:sub",
		"git@host:x.git", "ssh://host/x", "git://host/x", "github.com/a/b",
		"https://my.gitlab.com/x.git", "https://host/x.git/sub", "file:///srv/x.git" };
	static const char *const local[] = { "compose.yaml", "/a/x.git", "./http:/x", "-", "", "C:\\x",
		"a.git" };
	for (size_t i = 0; i < sizeof web / sizeof *web; i++)
		assert_true(url_is_remote(web[i]) && url_is_web(web[i]));
	for (size_t i = 0; i < sizeof git / sizeof *git; i++)
		assert_true(url_is_remote(git[i]) && !url_is_web(git[i]));
	for (size_t i = 0; i < sizeof local / sizeof *local; i++)
		assert_false(url_is_remote(local[i]) || url_is_web(local[i]));
	assert_true(url_is_remote("oci://host/x") && !url_is_web("oci://host/x"));
}

static void a3_no_spelling_of_a_scheme_is_a_path(void **state)
{
	(void)state;
	static const char *const unread[] = { "htps://u:pw@host/x", "ftp://u:pw@host/x.git",
		"s3+x://u:pw@b" };
	struct load_options options = { .cwd = "/" };
	const char *path;
	assert_true(url_is_web("HTTP://u:pw@host/x") && url_is_web("Https://host/x"));
	assert_true(url_is_remote("HTTPS://u:pw@host/x.git") && !url_is_web("HTTPS://u:pw@host/x.git"));
	for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
		assert_true(url_is_remote(unread[i]) && !url_is_web(unread[i]));
		assert_int_equal(remote_path(arena, &options, unread[i], NULL, NULL, &path, &errors), -1);
		assert_null(strstr(errors.last->message, "pw"));
	}
}

static void without_the_network_nothing_is_read(void **state)
{
	(void)state;
	struct load_options options = { .cwd = "/" };
	struct mark at = { .file = "c.yaml", .line = 3, .col = 4 };
	const char *path, *text;
	size_t len;
	assert_int_equal(remote_path(arena, &options, "a.yaml", &at, "include", &path, &errors), 0);
	assert_null(path);
	assert_int_equal(remote_path(arena, &options, "https://h/x.git", &at, "include", &path, &errors), -1);
	assert_int_equal(errors.last->at.line, 3);
	assert_non_null(errors.last->hint);
	struct file file = { .path = "https://u:pw@h/x", .most = 9, .at = &at, .key = "include" };
	assert_int_equal(remote_read(arena, &options, &file, NULL, &text, &len, &errors), -1);
	assert_string_equal(file.shown, "https://h/x");
	assert_null(strstr(errors.last->message, "pw"));
}

static int answer(void *arg, const char *url, struct arena *to, const char **ret_text, size_t *ret_len,
	struct errors *into)
{
	(void)to;
	if (!arg)
		return error_add(into, ERROR_FILE, NULL, NULL, "no answer from %s", url);
	*ret_text = arg;
	*ret_len = strlen(arg);
	return 0;
}

static void answers_have_a_ceiling_and_findings_a_place(void **state)
{
	(void)state;
	struct fetch fetch = { .get = answer, .arg = (void *)"a: 45678" };
	struct load_options options = { .cwd = "/", .fetch = &fetch };
	struct mark at = { .file = "c.yaml", .line = 3, .col = 4 };
	struct file file = { .path = "http://h/x", .most = 8, .at = &at, .key = "include" };
	struct sources sources;
	const char *text;
	size_t len;
	sources_init(&sources, arena);
	assert_int_equal(remote_read(arena, &options, &file, &sources, &text, &len, &errors), 0);
	assert_int_equal(len, 8);
	assert_string_equal(sources_line(&sources, "http://h/x", 1), "a: 45678");
	file.most = 7;
	assert_int_equal(remote_read(arena, &options, &file, &sources, &text, &len, &errors), -1);
	fetch.arg = NULL;
	assert_int_equal(remote_read(arena, &options, &file, &sources, &text, &len, &errors), -1);
	assert_string_equal(errors.last->message, "no answer from http://h/x");
	assert_int_equal(errors.last->at.col, 4);
	assert_string_equal(errors.last->path, "include");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(repositories_and_web_servers_are_told_apart),
		TEST(a3_no_spelling_of_a_scheme_is_a_path),
		TEST(without_the_network_nothing_is_read),
		TEST(answers_have_a_ceiling_and_findings_a_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
