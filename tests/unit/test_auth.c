/* Credential helpers: programs of our own, found by PATH. */
#include "engine/connect/auth.h"
#include "base/text/base64.h"
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bed {
	struct arena *arena;
	struct errors errors;
	struct config config;
	struct engine engine;
	char dir[64], program[100];
	const char *header;
};

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof *bed);
	bed->arena = arena_create();
	errors_init(&bed->errors, bed->arena);
	map_init(&bed->config.cred_helpers, bed->arena);
	bed->engine = (struct engine){ .arena = bed->arena, .loop = loop_create(), .config = &bed->config };
	snprintf(bed->dir, sizeof bed->dir, "/tmp/test_auth.XXXXXX");
	assert_non_null(mkdtemp(bed->dir));
	snprintf(bed->program, sizeof bed->program, "%s/docker-credential-test", bed->dir);
	setenv("PATH", arena_printf(bed->arena, "%s:%s", bed->dir, getenv("PATH")), 1);
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;
	loop_destroy(bed->engine.loop);
	unlink(bed->program);
	rmdir(bed->dir);
	arena_destroy(bed->arena);
	free(bed);
	return 0;
}

static void helper(struct bed *bed, const char *script)
{
	FILE *file = fopen(bed->program, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	chmod(bed->program, 0700);
}

/* The decoded header for a reference. */
static const char *ask(struct bed *bed, const char *reference)
{
	const char *header = auth_header(&bed->engine, reference, &bed->errors);
	char *text = arena_strdup(bed->arena, header);
	size_t len;
	for (char *at = text; *at; at++)
		*at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	return base64_decode(bed->arena, text, &len);
}

static void a_helper_is_asked_by_argument_and_input(void **state)
{
	struct bed *bed = *state;
	bed->config.creds_store = "test";
	helper(bed, "s=$(cat); [ \"$1 $s $#\" = \"get h:5000 1\" ] || exit 9\n"
		    "echo '{\"ServerURL\":\"h:5000\",\"Username\":\"u\",\"Secret\":\"p\"}'");
	assert_string_equal(ask(bed, "h:5000/a/b:1"),
		"{\"username\":\"u\",\"password\":\"p\",\"serveraddress\":\"h:5000\"}");
	assert_int_equal(bed->errors.warnings, 0);
}

static void a_token_and_a_registry_of_its_own(void **state)
{
	struct bed *bed = *state;
	bed->config.creds_store = "no-such-helper";
	map_set(&bed->config.cred_helpers, "r.example", "test");
	helper(bed, "echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}'");
	assert_string_equal(
		ask(bed, "r.example/a"), "{\"identitytoken\":\"t\",\"serveraddress\":\"r.example\"}");
	assert_string_equal(ask(bed, "other.example/a"), "");
	assert_int_equal(bed->errors.warnings, 1);
	assert_non_null(strstr(bed->errors.last->message, "docker-credential-no-such-helper"));
}

static void no_credentials_are_no_warning(void **state)
{
	struct bed *bed = *state;
	struct config_auth auth = { .server = "r.example", .username = "plain", .password = "x" };
	bed->config.creds_store = "test";
	helper(bed, "echo credentials not found in native keychain; exit 1");
	assert_string_equal(ask(bed, "r.example/a"), "");
	assert_int_equal(bed->errors.warnings, 0);
	bed->config.auths = &auth;
	bed->config.nauths = 1;
	assert_non_null(strstr(ask(bed, "r.example/a"), "plain"));
	helper(bed, "echo locked; exit 1");
	ask(bed, "r.example/a");
	assert_int_equal(bed->errors.warnings, 1);
	assert_non_null(strstr(bed->errors.last->message, "locked"));
}

static void the_answer_of_a_helper_that_fails_is_not_shown(void **state)
{
	struct bed *bed = *state;
	bed->config.creds_store = "test";
	helper(bed, "echo '{\"Username\":\"u\",\"Secret\":\"hidden\"}'; exit 1");
	assert_string_equal(ask(bed, "h:5000/a"), "");
	assert_int_equal(bed->errors.warnings, 1);
	assert_non_null(strstr(bed->errors.last->message, "for h:5000: it failed"));
	assert_null(strstr(bed->errors.last->message, "hidden"));
}

static void a2_words_of_a_helper_become_a_finding(void **state)
{
	struct bed *bed = *state;
	bed->config.creds_store = "test";
	helper(bed, "echo 'locked out' >&2; exit 1");
	ask(bed, "r.example/a");
	assert_string_equal(bed->errors.last->detail, "locked out\n");
	helper(bed, "yes warning | head -c 1000000 >&2; echo '{\"Username\":\"u\",\"Secret\":\"p\"}'");
	assert_non_null(strstr(ask(bed, "r.example/a"), "\"u\""));
	assert_non_null(strstr(bed->errors.last->detail, "warning\nwarning"));
	assert_int_equal(bed->errors.warnings, 2);
}

static void nonsense_and_floods_are_no_credentials(void **state)
{
	struct bed *bed = *state;
	bed->config.creds_store = "test";
	helper(bed, "echo '[1'");
	assert_string_equal(ask(bed, "r.example/a"), "");
	helper(bed, "yes | head -c 10000000");
	assert_string_equal(ask(bed, "r.example/a"), "");
	bed->config.creds_store = "../test";
	assert_string_equal(ask(bed, "r.example/a"), "");
}

static void a5_what_a_helper_leaves_running_is_not_waited_for(void **state)
{
	struct bed *bed = *state;
	char line[32] = "";
	bed->config.creds_store = "test";
	helper(bed, "sleep 1000 & echo $! >\"${0%/*}/pid\"; echo '{\"Username\":\"u\",\"Secret\":\"p\"}'");
	const char *header = ask(bed, "r.example/a"), *name = arena_printf(bed->arena, "%s/pid", bed->dir);
	FILE *file = fopen(name, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	fclose(file);
	unlink(name);
	assert_int_equal(kill((pid_t)strtol(line, NULL, 10), SIGKILL), 0); /* it was there all the time */
	assert_non_null(strstr(header, "\"password\":\"p\""));
}

/* docker takes the helper from PATH: a name that would be a path from here is nothing it would run. */
static void a_path_is_no_helper(void **state)
{
	struct bed *bed = *state;
	char here[1000];
	const char *folder = arena_printf(bed->arena, "%s/docker-credential-folder", bed->dir),
		   *program = arena_printf(bed->arena, "%s/helper", folder);
	assert_non_null(getcwd(here, sizeof here));
	helper(bed, "touch has-run; echo '{\"Username\":\"u\",\"Secret\":\"p\"}'");
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(rename(bed->program, program), 0);
	assert_int_equal(chdir(bed->dir), 0);
	bed->config.creds_store = "folder/helper";
	const char *header = ask(bed, "r.example/a");
	bool has_run = unlink("has-run") == 0;
	assert_int_equal(chdir(here), 0);
	unlink(program);
	rmdir(folder);
	assert_string_equal(header, "");
	assert_false(has_run);
	assert_int_equal(bed->errors.warnings, 0);
}

static void not_reached(void *arg, const char *header)
{
	(void)arg;
	fail_msg("told \"%s\" after the end", header);
}

static void a_job_can_be_given_up(void **state)
{
	struct bed *bed = *state;
	bed->config.creds_store = "test";
	helper(bed, "exec cat /dev/zero >/dev/null");
	struct auth_job *job = auth_begin(&bed->engine, "r.example/a", not_reached, NULL, &bed->errors);
	loop_turn(bed->engine.loop, -1);
	auth_end(job);
	job = auth_begin(&bed->engine, "r.example/a", not_reached, NULL, &bed->errors);
	auth_end(job);
	auth_end(NULL);
	for (int i = 0; i < 4; i++) /* the program has been told to end, and is reaped */
		loop_turn(bed->engine.loop, 100000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_helper_is_asked_by_argument_and_input),
		TEST(a_token_and_a_registry_of_its_own),
		TEST(no_credentials_are_no_warning),
		TEST(nonsense_and_floods_are_no_credentials),
		TEST(the_answer_of_a_helper_that_fails_is_not_shown),
		TEST(a2_words_of_a_helper_become_a_finding),
		TEST(a5_what_a_helper_leaves_running_is_not_waited_for),
		TEST(a_path_is_no_helper),
		TEST(a_job_can_be_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
