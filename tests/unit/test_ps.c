/* Containers in words and tables. */
#include "cmd/screen/columns.h"
#include "cmd/ps/ps_fields.h"
#include "cmd/ps/ps_words.h"
#include "cmd/screen/template.h"
#include "arena_case.h"

#include <stdlib.h>

static void ages_are_in_the_largest_unit_that_fits_twice(void **state)
{
	(void)state;
	assert_string_equal(ps_age(arena, 0), "less than a second ago");
	assert_string_equal(ps_age(arena, 1), "1 second ago");
	assert_string_equal(ps_age(arena, 59), "59 seconds ago");
	assert_string_equal(ps_age(arena, 60), "1 minute ago");
	assert_string_equal(ps_age(arena, 3599), "59 minutes ago");
	assert_string_equal(ps_age(arena, 7199), "1 hour ago");
	assert_string_equal(ps_age(arena, 47 * 3600), "47 hours ago");
	assert_string_equal(ps_age(arena, 13 * 86400), "13 days ago");
	assert_string_equal(ps_age(arena, 3 * 365 * 86400), "3 years ago");
	assert_string_equal(ps_age(arena, -5), "less than a second ago");
}

static void neighbouring_ports_are_a_range(void **state)
{
	(void)state;
	struct observed_port ports[] = { { "0.0.0.0", "tcp", 8081, 81 }, { "0.0.0.0", "tcp", 8080, 80 },
		{ "0.0.0.0", "udp", 8082, 82 }, { "::", "tcp", 8080, 80 }, { NULL, "tcp", 0, 9000 },
		{ NULL, "tcp", 0, 9001 }, { "0.0.0.0", "tcp", 9999, 82 } };
	struct observed_container container = { .ports = ports, .nports = 7 };
	assert_string_equal(ps_ports(arena, &container),
		"9000-9001/tcp, 0.0.0.0:8080-8081->80-81/tcp, 0.0.0.0:9999->82/tcp, [::]:8080->80/tcp, "
		"0.0.0.0:8082->82/udp");
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
}

static char *printed_json(const struct observed_container *container)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct ps_view view = { .now = 1000 };
	field_print_json(out, ps_fields, &(struct listed){ arena, container, &view });
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
	map_init(&container.labels, arena);
	char *text = printed_json(&container), key[32];
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		snprintf(key, sizeof key, "\"%s\":", keys[i]);
		if (!strstr(text, key))
			fail_msg("%s is missing", key);
	}
	assert_non_null(strstr(text, "\"ID\":\"0123456789ab\""));
	assert_non_null(strstr(text, "\"ExitCode\":3"));
	assert_non_null(strstr(text, "\"State\":\"exited\""));
	assert_non_null(strstr(text, "\"RunningFor\":\"1 minute ago\""));
	assert_int_equal(text[strlen(text) - 1], '\n');
	free(text);
}

static void tables_align_by_columns_and_clean(void **state)
{
	(void)state;
	static const char *const head[] = { "NAME", "X" }, *const one[] = { "日本", "a\033[2J" },
				 *const two[] = { "longer-name", NULL };
	struct columns columns;
	char *text = NULL;
	size_t len = 0;
	columns_init(&columns, arena, head, 2);
	columns_add(&columns, one);
	columns_add(&columns, two);
	FILE *out = open_memstream(&text, &len);
	columns_print(out, &columns);
	fclose(out);
	assert_string_equal(text, "NAME          X\n日本          a\nlonger-name\n");
	free(text);
}

static void tables_fit_a_narrow_terminal(void **state)
{
	(void)state;
	static const char *const head[] = { "NAME", "COMMAND", "STATUS", "PORTS" },
				 *const one[] = { "project-service-1", "sleep", "Up 3 minutes", "80/tcp" },
				 *const spare[] = { "COMMAND", "PORTS", NULL };
	static const struct {
		size_t most;
		const char *printed;
	} rows[] = {
		{ 51, "NAME                COMMAND   STATUS         PORTS\n"
		      "project-service-1   sleep     Up 3 minutes   80/tcp\n" },
		{ 50, "NAME                STATUS         PORTS\nproject-service-1   Up 3 minutes   80/tcp\n" },
		{ 32, "NAME                STATUS\nproject-service-1   Up 3 minutes\n" },
		{ 25, "NAME         STATUS\nproje…ce-1   Up 3 minutes\n" },
		{ 5, "NAME       STATUS\nproj…e-1   Up 3 minutes\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct columns columns;
		char *text = NULL;
		size_t len = 0;
		columns_init(&columns, arena, head, 4);
		columns_add(&columns, one);
		columns_fit(&columns, rows[i].most, spare);
		FILE *out = open_memstream(&text, &len);
		columns_print(out, &columns);
		fclose(out);
		assert_string_equal(text, rows[i].printed);
		free(text);
	}
}

/* What `ps --format TEXT` prints of two containers; NULL: it is refused. */
static char *printed_template(const char *text)
{
	struct observed_port port = { "127.0.0.1", "tcp", 8080, 80 };
	struct observed_container one = { .id = "0123456789abcdef",
		.name = "p-longer-1",
		.state = CONTAINER_RUNNING,
		.health = HEALTH_UNHEALTHY,
		.ports = &port,
		.nports = 1 };
	struct observed_container other = { .id = "fedcba9876543210", .name = "p-\033[2Jb", .exit_code = 3 };
	const void *list[] = { &one, &other };
	const struct template *template;
	errors_init(&errors, arena);
	if (template_parse(arena, text, ps_fields, &template, &errors) < 0)
		return NULL;
	char *printed = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&printed, &len);
	template_print(out, arena, template, list, 2, &(struct ps_view){ .now = 1000 });
	fclose(out);
	return printed;
}

static void templates_print_fields(void **state)
{
	(void)state;
	static const struct {
		const char *template, *printed;
	} rows[] = {
		{ "{{.Name}}", "p-longer-1\np-b\n" },
		{ "{{ .Name }}\\t{{.State}}", "p-longer-1\trunning\np-b\tcreated\n" },
		{ "id={{.ID}} {{.ExitCode}}{{.Health}}.",
			"id=0123456789ab 0unhealthy.\nid=fedcba987654 3.\n" },
		{ "{{.Publishers}}\\n", "[{127.0.0.1 80 8080 tcp}]\n\n[]\n\n" },
		{ "table {{.Name}}\\t{{.ID}}", "NAME         CONTAINER ID\np-longer-1   0123456789ab\n"
					       "p-b          fedcba987654\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *printed = printed_template(rows[i].template);
		assert_non_null(printed);
		assert_string_equal(printed, rows[i].printed);
		free(printed);
	}
}

static void other_templates_are_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "{{json .}}", "{{.Name | upper}}", "{{range .}}x{{end}}",
		"{{if .Health}}x{{end}}", "{{.Nmae}}", "{{.name}}", "{{- .Name}}", "{{.Label \"x\"}}",
		"{{.}}", "{{}}", "{{.Name", "{{.Name}", "{{.Name}}{{", "plain", "" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_null(printed_template(texts[i]));
}

static const char *word_text(const struct listed *listed)
{
	return listed->object;
}

static const char *view_text(const struct listed *listed)
{
	return listed->view;
}

static void templates_take_any_fields(void **state)
{
	(void)state;
	static const struct field fields[] = { { "View", "VIEW", view_text }, { "Word", "WORD", word_text },
		{ 0 } };
	const void *list[] = { "one", "two" };
	const struct template *template;
	char *printed = NULL;
	size_t len = 0;
	errors_init(&errors, arena);
	assert_int_equal(template_parse(arena, "table {{.Word}}\t{{.View}}", fields, &template, &errors), 0);
	FILE *out = open_memstream(&printed, &len);
	template_print(out, arena, template, list, 2, NULL);
	field_print_json(out, fields, &(struct listed){ arena, "one", "v" });
	fclose(out);
	assert_string_equal(printed, "WORD   VIEW\none\ntwo\n{\"View\":\"v\",\"Word\":\"one\"}\n");
	free(printed);
	assert_int_equal(template_parse(arena, "{{.Image}}", fields, &template, &errors), -1);
	assert_string_equal(errors.first->hint, "fields: View, Word");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ages_are_in_the_largest_unit_that_fits_twice),
		TEST(neighbouring_ports_are_a_range),
		TEST(commands_are_cut_between_characters),
		TEST(json_has_the_keys_of_compose),
		TEST(tables_fit_a_narrow_terminal),
		TEST(templates_print_fields),
		TEST(other_templates_are_refused),
		TEST(templates_take_any_fields),
		TEST(tables_align_by_columns_and_clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
