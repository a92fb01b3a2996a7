/* Containers in words and as fields. */
#include "cmd/ps/ps_fields.h"
#include "cmd/ps/ps_words.h"
#include "arena_case.h"

#include <stdlib.h>

static void ports_are_told_as_docker_does(void **state)
{
	(void)state;
	struct observed_port ports[] = { { "0.0.0.0", "tcp", 8081, 81 }, { "0.0.0.0", "tcp", 8080, 80 },
		{ "0.0.0.0", "udp", 82, 82 }, { "::", "tcp", 8080, 80 }, { NULL, "tcp", 0, 9000 },
		{ NULL, "tcp", 0, 9001 }, { NULL, "tcp", 0, 9003 }, { "0.0.0.0", "tcp", 83, 83 },
		{ "0.0.0.0", "tcp", 82, 82 }, { "::", "tcp", 82, 82 } };
	struct observed_container container = { .ports = ports, .nports = sizeof ports / sizeof *ports };
	assert_string_equal(ps_ports(arena, &container),
		"9000-9001/tcp, 0.0.0.0:82-83->82-83/tcp, 0.0.0.0:82->82/udp, [::]:82->82/tcp, 9003/tcp, "
		"0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 0.0.0.0:8081->81/tcp");
	container.nports = 0;
	assert_string_equal(ps_ports(arena, &container), "");
}

static void commands_are_cut_between_characters(void **state)
{
	(void)state;
	struct observed_container container = { .command = "sh -c 'sleep 1'" };
	assert_string_equal(ps_command(arena, &container, false), "\"sh -c 'sleep 1'\"");
	container.command = "ääääääääääääääääääääää";
	assert_string_equal(ps_command(arena, &container, false), "\"äääääääääääääääääää…\"");
	assert_string_equal(ps_command(arena, &container, true), "\"ääääääääääääääääääääää\"");
	container.command = NULL;
	assert_string_equal(ps_command(arena, &container, false), "\"\"");
	container.command = "a \"b\" \\ \n\x1b";
	assert_string_equal(ps_command(arena, &container, false), "\"a \\\"b\\\" \\\\ \\n\\x1b\"");
}

static char *printed_json(const struct observed_container *container)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct ps_view view = { .now = 1000 };
	const struct datum object = field_object(ps_fields, &(struct listed){ arena, container, &view });
	datum_print_json(out, &object);
	fclose(out);
	return text;
}

static void json_has_the_keys_of_compose(void **state)
{
	(void)state;
	static const char *const keys[] = { "Command", "CreatedAt", "ExitCode", "Health", "ID", "Image",
		"Labels", "LocalVolumes", "Mounts", "Name", "Names", "Networks", "Ports", "Project",
		"Publishers", "RunningFor", "Service", "Size", "State", "Status" };
	struct observed_container container = { .id = "0123456789abcdef",
		.name = "p-web-1",
		.project = "p",
		.image = "busybox",
		.status = "Exited (3)",
		.state = CONTAINER_EXITED,
		.exit_code = 3,
		.created = 940 };
	char *text = printed_json(&container), key[32];
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		snprintf(key, sizeof key, "\"%s\":", keys[i]);
		if (!strstr(text, key))
			fail_msg("%s is missing", key);
	}
	assert_non_null(strstr(text, "\"ID\":\"0123456789ab\""));
	assert_non_null(strstr(text, "\"ExitCode\":3"));
	assert_non_null(strstr(text, "\"State\":\"exited\""));
	assert_non_null(strstr(text, "\"RunningFor\":\"About a minute ago\""));
	assert_int_equal(text[strlen(text) - 1], '\n');
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)

static void e_status_tells_what_flow_has_seen(void **state)
{
	(void)state;
	static const struct {
		const char *status, *want;
		int64_t ready_at;
	} rows[] = {
		{ "Up 3 seconds (health: starting)", "Up 3 seconds (health: starting, ready)", 998 },
		{ "Up Less than a second (health: starting)",
			"Up Less than a second (health: starting, ready)", 999 },
		{ "Up 2 seconds", "Up 2 seconds (ready)", 999 },
		{ "Up About a minute", "Up About a minute (ready)", 900 },
		{ "Up About an hour", "Up About an hour (ready)", 1 },
		{ "Up 5 minutes", "Up 5 minutes (ready)", 700 },
		/* it has been started again since */
		{ "Up 3 seconds (health: starting)", "Up 3 seconds (health: starting)", 900 },
		{ "Up 2 seconds", "Up 2 seconds", 0 },
		{ "Up 3 seconds (healthy)", "Up 3 seconds (healthy)", 999 },
		{ "Up 3 seconds (unhealthy)", "Up 3 seconds (unhealthy)", 999 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct observed_container container = { .state = CONTAINER_RUNNING,
			.status = rows[i].status };
		if (strstr(rows[i].status, "(health"))
			container.health =
				strstr(rows[i].status, "starting") ? HEALTH_STARTING : HEALTH_HEALTHY;
		if (strstr(rows[i].status, "unhealthy"))
			container.health = HEALTH_UNHEALTHY;
		assert_string_equal(ps_status(arena, &container, rows[i].ready_at, 1000), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(e_status_tells_what_flow_has_seen),
		TEST(ports_are_told_as_docker_does),
		TEST(commands_are_cut_between_characters),
		TEST(json_has_the_keys_of_compose),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
