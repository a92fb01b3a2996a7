/* Programs that provide services: how they are asked, what is made of what they say. */
#include "engine/provider/provider.h"
#include "base/buf.h"
#include "compose/tree/node.h"
#include "engine/provider/told.h"
#include "folder_case.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* It keeps what it is called with, and says what the file `says` holds. */
static const char script[] = "#!/bin/sh\n"
			     "cd \"${0%/*}\" || exit 9\n"
			     "[ \"$2\" != metadata ] || exec cat metadata\n"
			     "echo \"$*\" >>calls\n"
			     "cat says\n"
			     "[ ! -e status ] || exit \"$(cat status)\"\n";

static struct project project;
static struct provider provider;
static struct pair options[2];
static struct service service;
static struct provider_call call;
static char told[4096]; /* what the sink hears, a line each */

static void hear(struct sink *sink, const struct event *event)
{
	size_t used = strlen(told);
	(void)sink;
	assert_int_equal(event->kind, EVENT_NOTE);
	assert_string_equal(event->name, "my-db");
	snprintf(told + used, sizeof told - used, "%s\n", event->text);
}

static struct sink sink = { .on = hear };

static int set_up(void **state)
{
	folder_set_up(state);
	put("program", script);
	put("metadata", "");
	chmod(in("program"), 0700);
	struct map *env = map_create(arena);
	map_set(env, "PATH", getenv("PATH"));
	project = (struct project){ .name = "shop" };
	options[0] = (struct pair){ "size", "1" };
	options[1] = (struct pair){ "tag", NULL };
	provider = (struct provider){ .type = in("program"), .options = options, .noptions = 2 };
	service = (struct service){ .key = "my-db",
		.project = &project,
		.provider = &provider,
		.node = node_map(arena, (struct mark){ NULL, 0, 0 }) };
	call = (struct provider_call){ .loop = loop_create(),
		.arena = arena,
		.errors = &errors,
		.sink = &sink,
		.env = env,
		.service = &service };
	told[0] = '\0';
	return 0;
}

static int tear_down(void **state)
{
	loop_destroy(call.loop);
	return folder_tear_down(state);
}

/* Asks anew, for `command`; returns as provider_run. */
static int ask(enum provider_command command, const char *says)
{
	put("says", says);
	errors_init(&errors, arena);
	call.command = command;
	call.variables = call.raw_variables = (struct texts){ 0 };
	told[0] = '\0';
	return provider_run(&call);
}

static void succeeds(const char *says)
{
	if (ask(PROVIDER_UP, says) != 0)
		fail_msg("%s", errors.last->message);
	assert_int_equal(errors.count, 0);
}

static void fails(const char *says, const char *message)
{
	assert_int_equal(ask(PROVIDER_UP, says), -1);
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.first->message, message);
	assert_string_equal(errors.first->path, "services.my-db.provider");
}

static void calls(const char *wanted)
{
	char text[1024] = "";
	FILE *file = fopen(in("calls"), "re");
	if (file) {
		text[fread(text, 1, sizeof text - 1, file)] = '\0';
		fclose(file);
		remove(in("calls"));
	}
	assert_string_equal(text, wanted);
}

static void what_it_says_reaches_who_listens(void **state)
{
	(void)state;
	succeeds(
		"{\"type\":\"info\",\"message\":\"one\"}\n\n \t\r\n{\"type\":\"debug\",\"message\":\"two\"}\n"
		"{\"type\":\"info\",\"message\":\"the last has no end\"}");
	assert_string_equal(told, "Creating\none\nthe last has no end\nCreated\n");
	call.verbose = true;
	succeeds("{\"type\":\"debug\",\"message\":\"two\"}\n");
	assert_string_equal(told, "Creating\ntwo\nCreated\n");
}

static void lines_that_are_no_message_are_failures(void **state)
{
	(void)state;
	fails("hello there\n", "invalid response from plugin: hello there");
	fails("{\"type\":\"info\"\n", "invalid response from plugin: {\"type\":\"info\"");
	fails("[]\n", "invalid response from plugin: []");
	fails("{\"type\":\"info\"}\n", "invalid response from plugin: {\"type\":\"info\"}");
	fails("{\"type\":\"info\",\"message\":7}\n",
		"invalid response from plugin: {\"type\":\"info\",\"message\":7}");
	fails("{\"type\":\"odd\",\"message\":\"x\"}\n", "invalid response from plugin: odd");
	fails("{\"type\":7,\"message\":\"x\"}\n",
		"invalid response from plugin: {\"type\":7,\"message\":\"x\"}");
	fails("{\"message\":\"x\"}\n", "invalid response from plugin: {\"message\":\"x\"}");
	assert_string_equal(told, "Creating\n");
}

static void a_failure_that_it_tells_is_the_message(void **state)
{
	(void)state;
	fails("{\"type\":\"error\",\"message\":\"no quota\"}\n{\"type\":\"error\",\"message\":\"later\"}\nodd\n",
		"no quota");
	fails("{\"type\":\"error\",\"message\":\"\"}\n", "the provider reports a failure");
	assert_null(errors.first->detail);
	fails("{\"type\":\"error\",\"message\":\"no quota\\n  of disks\\nhint: ask\"}\n", "no quota");
	assert_string_equal(errors.first->detail, "  of disks\nhint: ask");
	put("status", "3");
	fails("{\"type\":\"error\",\"message\":\"no quota\"}\n", "no quota");
	fails("", "failed to create service provider: exit status 3");
	assert_int_equal(ask(PROVIDER_DOWN, ""), -1);
	assert_string_equal(errors.first->message, "failed to remove service provider: exit status 3");
}

static void variables_get_the_name_of_the_service_or_stay_as_they_are(void **state)
{
	(void)state;
	succeeds(
		"{\"type\":\"setenv\",\"message\":\"URL=a=b c\"}\n{\"type\":\"setenv\",\"message\":\"url=\"}\n"
		"{\"type\":\"rawsetenv\",\"message\":\"REGION=eu\"}\n");
	assert_int_equal(call.variables.count, 2);
	assert_string_equal(call.variables.items[0], "MY-DB_URL=a=b c");
	assert_string_equal(call.variables.items[1], "MY-DB_url=");
	assert_int_equal(call.raw_variables.count, 1);
	assert_string_equal(call.raw_variables.items[0], "REGION=eu");
	fails("{\"type\":\"setenv\",\"message\":\"NOVALUE\"}\n", "invalid response from plugin: NOVALUE");
	fails("{\"type\":\"setenv\",\"message\":\"=x\"}\n", "invalid response from plugin: =***");
	fails("{\"type\":\"rawsetenv\",\"message\":\"\"}\n",
		"invalid response from plugin: {\"type\":\"rawsetenv\",\"message\":\"\"}");
}

static void values_in_lines_that_are_no_message_are_not_shown(void **state)
{
	(void)state;
	fails("{\"type\":\"setenv\",\"message\":\"KEY=hunter2\"\n",
		"invalid response from plugin: {\"type\":\"setenv\",\"message\":\"KEY=***");
	fails("{\"type\":\"setenv\",\"massage\":\"KEY\\u003Dhunter2\"}\n",
		"invalid response from plugin: {\"type\":\"setenv\",\"massage\":\"KEY=***");
	fails("KEY=hunter2\n", "invalid response from plugin: KEY=***");
}

/* Lines that set that many variables. */
static const char *many(int count)
{
	auto_buf struct buf text;
	buf_init(&text, (size_t)1 << 20);
	for (int i = 0; i < count; i++)
		buf_printf(
			&text, "{\"type\":\"%s\",\"message\":\"V=%d\"}\n", i % 2 ? "setenv" : "rawsetenv", i);
	return arena_strdup(arena, buf_text(&text));
}

static void variables_are_not_without_number(void **state)
{
	(void)state;
	succeeds(many(10000));
	assert_int_equal(call.variables.count, 5000);
	assert_string_equal(call.raw_variables.items[4999], "V=9998");
	fails(many(10001), "it sets more than 10000 variables");
}

/* A value may have them; who prints a finding makes them harmless, and it has an end. */
static void controls_reach_no_terminal(void **state)
{
	char *text = NULL, line[1024] = "";
	size_t len = 0;
	(void)state;
	succeeds("{\"type\":\"setenv\",\"message\":\"A=b\\n\\u001b[31mc\"}\n");
	assert_string_equal(call.variables.items[0], "MY-DB_A=b\n\x1b[31mc");
	fails("{\"type\":\"error\",\"message\":\"disk \\u001b[31mfull\"}\n", "disk \x1b[31mfull");
	FILE *out = open_memstream(&text, &len);
	errors_print(out, &errors, &(struct error_style){ 0 });
	fclose(out);
	assert_non_null(strstr(text, "disk \\x1b[31mfull"));
	free(text);
	memset(line, 'x', 1000);
	fails(line, arena_printf(arena, "invalid response from plugin: %.200s", line));
}

static void it_is_called_as_its_metadata_says(void **state)
{
	(void)state;
	succeeds("");
	calls("compose --project-name=shop up --size=1 --tag= my-db\n");
	assert_int_equal(ask(PROVIDER_STOP, ""), 0); /* it does not say that it can */
	calls("");
	put("metadata",
		"{\"description\":\"x\",\"up\":{\"parameters\":[{\"name\":\"tag\",\"required\":true}]},"
		"\"down\":{\"parameters\":[]},\"stop\":{}}");
	succeeds("");
	calls("compose --project-name=shop up --tag= my-db\n");
	assert_int_equal(ask(PROVIDER_STOP, ""), 0);
	calls("compose --project-name=shop stop my-db\n");
	put("metadata",
		"{\"up\":{\"parameters\":[{\"name\":\"kind\",\"required\":true},{\"name\":\"tag\"}]}}");
	fails("",
		arena_printf(arena, "required parameter \"kind\" is missing from provider \"%s\" definition",
			provider.type));
	calls("");
	put("metadata", "no JSON");
	succeeds("");
	calls("compose --project-name=shop up --size=1 --tag= my-db\n");
}

static void who_is_not_there_is_told_before_anything_is_run(void **state)
{
	(void)state;
	provider.type = in("nosuch");
	fails("", arena_printf(arena, "provider %s is not there", provider.type));
	provider.type = "compose";
	fails("", "'compose' is not a valid provider type");
	provider.type = "";
	fails("", "'' is not a valid provider type");
	map_set((struct map *)call.env, "PATH", dir);
	provider.type = "program";
	assert_string_equal(provider_program(&call), in("program"));
	/* a plugin of docker's comes first */
	put("cli-plugins/docker-program", script);
	chmod(in("cli-plugins/docker-program"), 0700);
	call.config_dir = dir;
	assert_string_equal(provider_program(&call), in("cli-plugins/docker-program"));
}

/* What a container with that environment has been told, comma-joined; `label` may be NULL. */
static const char *recalled(const char *env, const char *label)
{
	struct pair labels[] = { { "docker-flow.provided", label } }, own[] = { { "MY-DB_OWN", "x" } };
	const struct service web = {
		.key = "web", .project = &project, .environment = own, .nenvironment = 1
	};
	const struct observed_container seen = { .labels = labels, .nlabels = label != NULL };
	struct told of = { .service = &web, .seen = &seen };
	const char *text = "";
	texts_add(arena, &of.providers, "my-db");
	cJSON *json = cJSON_Parse(env);
	told_read(arena, &of, json);
	cJSON_Delete(json);
	for (size_t i = 0; i < of.variables.count; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? "," : "", of.variables.items[i]);
	return text;
}

static void what_it_has_told_before_stands_in_the_container(void **state)
{
	static const char env[] =
		"{\"Config\":{\"Env\":[\"PATH=/bin\",\"MY-DB_URL=a=b\",\"MY-DBX=c\",\"MY-DB_OWN=d\","
		"\"REGION=eu\",\"MY-DB_ALONE\",7]}}";
	(void)state;
	assert_string_equal(recalled(env, "REGION,MY-DB_URL,GONE"), "MY-DB_URL=a=b,REGION=eu");
	assert_string_equal(recalled(env, "REG"), "");
	assert_string_equal(recalled(env, NULL), "MY-DB_URL=a=b");
	assert_string_equal(recalled("{\"Config\":{\"Env\":null}}", NULL), "");
	assert_string_equal(recalled("{\"Config\":7}", "REGION"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_it_says_reaches_who_listens),
		TEST(lines_that_are_no_message_are_failures),
		TEST(a_failure_that_it_tells_is_the_message),
		TEST(variables_get_the_name_of_the_service_or_stay_as_they_are),
		TEST(values_in_lines_that_are_no_message_are_not_shown),
		TEST(variables_are_not_without_number),
		TEST(controls_reach_no_terminal),
		TEST(it_is_called_as_its_metadata_says),
		TEST(who_is_not_there_is_told_before_anything_is_run),
		TEST(what_it_has_told_before_stands_in_the_container),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
