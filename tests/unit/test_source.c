/* Which files, which directory, which name, which environment. */
#include "compose/tree/file.h"
#include "compose/load/source.h"
#include "folder_case.h"

#include <fcntl.h>

static struct load_options options;
static struct map *os;
static struct source source;

static int set_up(void **state)
{
	folder_set_up(state);
	os = map_create(arena);
	options = (struct load_options){ .cwd = dir, .os_env = os };
	return 0;
}

static void find(void)
{
	errors_init(&errors, arena);
	if (source_find(arena, &options, &source, &errors) != 0)
		fail_msg("%s", errors.last->message);
}

static void find_fails(const char *message)
{
	errors_init(&errors, arena);
	assert_int_equal(source_find(arena, &options, &source, &errors), -1);
	if (!strstr(errors.last->message, message))
		fail_msg("\"%s\" does not say \"%s\"", errors.last->message, message);
}

static const char *env(const char *name)
{
	const char *value = map_get(source.env, name);
	return value ? value : "(unset)";
}

static void searches_upwards_in_order(void **state)
{
	(void)state;
	put("sub/x", "");
	options.cwd = in("sub");
	put("fig.yml", "");
	find();
	assert_string_equal(source.files[0], in("fig.yml"));
	put("docker-compose.yml", "");
	put("compose.yml", "");
	put("docker-compose.override.yaml", "");
	put("compose.override.yml", "");
	find();
	assert_int_equal(source.nfiles, 2);
	assert_string_equal(source.files[0], in("compose.yml"));
	assert_string_equal(source.files[1], in("compose.override.yml"));
	assert_string_equal(source.dir, dir);
	assert_int_equal(errors.warnings, 4);
	put("sub/docker-compose.yaml", "");
	find();
	assert_int_equal(source.nfiles, 1);
	assert_string_equal(source.dir, in("sub"));
}

static void nothing_found_says_what_was_tried(void **state)
{
	(void)state;
	find_fails("no configuration file provided: not found");
	assert_non_null(strstr(errors.last->hint, dir));
	assert_non_null(strstr(errors.last->hint, "docker-compose.yaml"));
	assert_false(load_file_wanted(arena, &options));
	put("compose.yaml", "");
	assert_true(load_file_wanted(arena, &options));
}

static void flags_beat_the_environment(void **state)
{
	(void)state;
	put("a.yml", "");
	put("x/b.yml", "");
	map_set(os, "COMPOSE_FILE", (void *)"a.yml:x/b.yml");
	find();
	assert_int_equal(source.nfiles, 2);
	assert_string_equal(source.files[1], in("x/b.yml"));
	assert_string_equal(source.dir, dir);
	map_set(os, "COMPOSE_PATH_SEPARATOR", (void *)",");
	find_fails("no such file");
	const char *const files[] = { "-", "x/b.yml" };
	options.files = files;
	options.nfiles = 2;
	find();
	assert_string_equal(source.files[0], "-");
	assert_string_equal(source.dir, in("x"));
	options.project_dir = "nope";
	find();
	assert_string_equal(source.dir, in("nope"));
	options.nfiles = 0;
	map_set(os, "COMPOSE_FILE", (void *)"");
	find();
	assert_string_equal(source.files[0], dir);
	map_set(os, "COMPOSE_FILE", NULL);
	map_set(os, "FIG_FILE", (void *)"a.yml");
	find();
	assert_string_equal(source.files[0], in("a.yml"));
}

static void env_files_fill_what_is_unset(void **state)
{
	(void)state;
	put("compose.yml", "");
	put(".env", "A=parent\nB=parent\nHOME=no\nCOMPOSE_PROFILES=p, q,\nCOMPOSE_PROJECT_NAME=me\n");
	put("sub/.env", "A=sub\n");
	map_set(os, "HOME", (void *)"/h");
	options.cwd = in("sub");
	find();
	assert_string_equal(env("A"), "sub");
	assert_string_equal(env("B"), "parent");
	assert_string_equal(env("HOME"), "/h");
	assert_string_equal(env("PWD"), in("sub"));
	assert_int_equal(source.nprofiles, 3);
	assert_string_equal(source.profiles[1], "q");
	assert_string_equal(source.profiles[2], "");
	assert_string_equal(source.name, "me");
	const char *const profiles[] = { "z" };
	options.profiles = profiles;
	options.nprofiles = 1;
	find();
	assert_int_equal(source.nprofiles, 1);
	map_set(os, "COMPOSE_DISABLE_ENV_FILE", (void *)"T");
	find();
	assert_string_equal(env("A"), "(unset)");
	map_set(os, "COMPOSE_DISABLE_ENV_FILE", (void *)"zz");
	find_fails("not a boolean");
}

static void named_env_files_replace_the_default(void **state)
{
	(void)state;
	put("compose.yml", "");
	put(".env", "A=default\nD=default\n");
	put("1.env", "A=one\nB=$A\n");
	put("2.env", "A=two\n");
	const char *const files[] = { "1.env", "2.env" };
	options.env_files = files;
	options.nenv_files = 2;
	find();
	assert_string_equal(env("A"), "two");
	assert_string_equal(env("B"), "one");
	assert_string_equal(env("D"), "(unset)");
	options.nenv_files = 0;
	map_set(os, "COMPOSE_ENV_FILES", (void *)"1.env");
	find();
	assert_string_equal(env("A"), "one");
	map_set(os, "COMPOSE_ENV_FILES", (void *)"3.env");
	find_fails("couldn't find env file: ");
	mkdir(in("3.env"), 0700);
	find_fails("is a directory");
}

static void d4_env_files_are_absolute(void **state)
{
	(void)state;
	put("compose.yml", "");
	put("1.env", "A=one\n");
	const char *const files[] = { "x/../1.env", arena_printf(arena, "%s/./1.env", options.cwd) };
	options.env_files = files;
	options.nenv_files = 2;
	find();
	assert_string_equal(source.env_files[0], in("1.env"));
	assert_string_equal(source.env_files[1], files[1]);
}

static const char *name_of(const char *directory, const char *declared)
{
	source = (struct source){ .dir = directory };
	return source_name(arena, &source, declared, &errors);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(name_of("/x/My.Project_1", NULL), "myproject_1");
	assert_string_equal(name_of("/x/__-a b", NULL), "ab");
	assert_string_equal(name_of("/x", "Foo.Bar"), "foobar");
	assert_null(name_of("/x/y", ""));
	assert_null(name_of("/x/..-_", NULL));
	put("compose.yml", "");
	options.project_name = "Bad";
	find_fails("invalid project name \"Bad\"");
	assert_non_null(strstr(errors.last->hint, "write bad"));
	options.project_name = "";
	map_set(os, "FIG_PROJECT_NAME", (void *)"old");
	find();
	assert_string_equal(source.name, "old");
	map_set(os, "COMPOSE_PROJECT_NAME", (void *)"-x");
	find_fails("invalid project name \"-x\"");
	assert_int_equal(symlink(dir, in("lnk")), 0);
	errors_init(&errors, arena);
	assert_string_equal(name_of(in("lnk"), NULL), "lnk");
	assert_int_equal(errors.warnings, 1);
}

static int read_file(const char *name, size_t most, const char **ret_text)
{
	struct file file = { .path = in(name), .shown = name, .most = most, .patience = 100 };
	size_t len;
	errors_init(&errors, arena);
	return file_read(arena, &file, NULL, ret_text, &len, &errors);
}

static void reading_never_hangs_or_fills_memory(void **state)
{
	(void)state;
	const char *text;
	put("f", "12345");
	assert_int_equal(read_file("f", 5, &text), 0);
	assert_string_equal(text, "12345");
	assert_int_equal(read_file("f", 4, &text), -1);
	assert_non_null(strstr(errors.last->message, "too large"));
	assert_int_equal(read_file("none", 4, &text), -1);
	assert_non_null(strstr(errors.last->message, "no such file or directory"));
	assert_int_equal(read_file(".", 4, &text), -1);
	assert_non_null(strstr(errors.last->message, "is a directory"));
	mkfifo(in("fifo"), 0600);
	assert_int_equal(read_file("fifo", 4, &text), -1);
	assert_non_null(strstr(errors.last->message, "nobody writes"));
	int fd = open(in("fifo"), O_RDWR | O_CLOEXEC);
	int reader = open(in("fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(write(fd, "pipe", 4), 4);
	struct file file = { .path = arena_printf(arena, "/dev/fd/%d", reader), .shown = "p", .most = 3 };
	size_t len;
	assert_int_equal(file_read(arena, &file, NULL, &text, &len, &errors), -1);
	close(fd);
	close(reader);
}

static void paths(void **state)
{
	(void)state;
	static const char *const clean[][2] = { { "", "." }, { "a/../b", "b" }, { "/../a//b/./", "/a/b" },
		{ "../../a", "../../a" }, { "a/../..", ".." }, { "/", "/" }, { "./a", "a" },
		{ "..a/b", "..a/b" } };
	for (size_t i = 0; i < sizeof clean / sizeof *clean; i++)
		assert_string_equal(path_clean(arena, clean[i][0]), clean[i][1]);
	static const char *const relative[][3] = { { "/a/b", "/a/b", "." }, { "/a/b", "/a/b/c/d", "c/d" },
		{ "/a/b/c", "/a", "../.." }, { "/a/bc", "/a/b", "../b" }, { "/", "/x", "x" },
		{ "/x", "/", ".." }, { "/a/b", "/a/bc/d", "../bc/d" }, { "/a/b", "/c", "../../c" } };
	for (size_t i = 0; i < sizeof relative / sizeof *relative; i++)
		assert_string_equal(path_relative(arena, relative[i][0], relative[i][1]), relative[i][2]);
	assert_string_equal(path_resolve(arena, "/p", "/home/me", "~/x/../y"), "/home/me/y");
	assert_string_equal(path_resolve(arena, "/p", NULL, "~/x"), "/p/~/x");
	assert_string_equal(path_resolve(arena, "../p", NULL, "./x"), "../p/x");
	assert_string_equal(path_resolve(arena, "/p", NULL, "/a//b"), "/a//b");
	assert_string_equal(path_resolve(arena, "", NULL, "/a//b"), "/a/b");
	assert_string_equal(path_shown("/a", "/a/b/c"), "b/c");
	assert_string_equal(path_shown("/a", "/ab"), "/ab");
	assert_string_equal(path_shown("/", "/ab"), "ab");
	assert_string_equal(path_join(arena, "/p", "../x"), "/x");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, folder_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(searches_upwards_in_order),
		TEST(nothing_found_says_what_was_tried),
		TEST(flags_beat_the_environment),
		TEST(env_files_fill_what_is_unset),
		TEST(named_env_files_replace_the_default),
		TEST(d4_env_files_are_absolute),
		TEST(names),
		TEST(reading_never_hangs_or_fills_memory),
		TEST(paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
