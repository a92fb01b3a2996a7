/* What `run` says of a service, over what the files say: the model that comes of both. */
#include "base/map.h"
#include "compose/load/once.h"
#include "folder_case.h"
#include "unit.h"

#include <string.h>

static struct errors errors;

static const struct service *load(const char *yaml, const struct load_once *once, const struct map *env)
{
	struct project *project;
	struct sources sources;
	const char *file = arena_printf(arena, "%s/compose.yaml", dir);
	FILE *to = fopen(file, "we");
	assert_non_null(to);
	fputs(yaml, to);
	fclose(to);
	errors_init(&errors, arena);
	sources_init(&sources, arena);
	struct load_options options = {
		.files = &file, .nfiles = 1, .project_name = "p", .os_env = env, .cwd = dir, .once = once
	};
	return load_project(arena, &options, &sources, &project, &errors) == 0 ? project->services[0] : NULL;
}

static const char *variable(const struct service *service, const char *name)
{
	for (size_t i = 0; i < service->nenvironment; i++)
		if (strcmp(service->environment[i].key, name) == 0)
			return service->environment[i].value;
	return NULL;
}

static struct texts texts(const char *const *items, size_t count)
{
	return (struct texts){ (const char **)items, count };
}

static void texts_are_taken_as_they_are(void **state)
{
	(void)state;
	struct map *env = map_create(arena);
	map_set(env, "OURS", (void *)"passed");
	const char *const command[] = { "echo", "$OURS", "a b" };
	const char *const environment[] = { "OURS", "MISSING", "A=$OURS", "B=2" }, *const volumes[] = {
		"./x:/y:ro", "v:/v"
	};
	const char *const labels[] = { "l=$OURS" };
	struct load_once once = { .service = "web",
		.command = command,
		.ncommand = 3,
		.user = "1:2",
		.working_dir = "/w",
		.environment = texts(environment, 4),
		.volumes = texts(volumes, 2),
		.labels = texts(labels, 1),
		.input = true,
		.dir = "/elsewhere" };
	const struct service *service =
		load("services: {web: {image: i, command: old, environment: {B: 1, C: 3}, tty: true}}\n"
		     "volumes: {v: }\n",
			&once, env);
	assert_non_null(service);
	assert_int_equal(service->ncommand, 3);
	assert_string_equal(service->command[1], "$OURS");
	assert_string_equal(service->user, "1:2");
	assert_string_equal(service->working_dir, "/w");
	assert_string_equal(variable(service, "OURS"), "passed");
	assert_string_equal(variable(service, "A"), "$OURS");
	assert_string_equal(variable(service, "B"), "2");
	assert_string_equal(variable(service, "C"), "3");
	assert_null(variable(service, "MISSING"));
	assert_string_equal(service->labels[0].value, "$OURS");
	assert_string_equal(service->volumes[0]->source, "/elsewhere/x");
	assert_true(service->volumes[0]->read_only);
	assert_false(service->tty);
	assert_true(service->stdin_open);
}

static void ports_and_capabilities(void **state)
{
	(void)state;
	struct map *env = map_create(arena);
	const char *yaml =
		"services: {web: {image: i, ports: ['80:80'], cap_add: [A, B], cap_drop: [C, D]}}\n";
	const char *const ports[] = { "81:82/udp" }, *const add[] = { "C" }, *const drop[] = { "B" };
	struct load_once once = { .service = "web", .dir = "/" };
	const struct service *service = load(yaml, &once, env);
	assert_int_equal(service->nports, 0);
	once.keep_ports = true;
	service = load(yaml, &once, env);
	assert_int_equal(service->nports, 1);
	once = (struct load_once){ .service = "web",
		.dir = "/",
		.ports = texts(ports, 1),
		.cap_add = texts(add, 1),
		.cap_drop = texts(drop, 1) };
	service = load(yaml, &once, env);
	assert_int_equal(service->nports, 1);
	assert_int_equal(service->ports[0]->target, 82);
	assert_int_equal(service->ncap_add, 2);
	assert_string_equal(service->cap_add[0], "A");
	assert_string_equal(service->cap_add[1], "C");
	assert_int_equal(service->ncap_drop, 2);
	assert_string_equal(service->cap_drop[0], "D");
	assert_string_equal(service->cap_drop[1], "B");
}

static void an_entrypoint_takes_the_command_away(void **state)
{
	(void)state;
	struct map *env = map_create(arena);
	struct load_once once = { .service = "web", .dir = "/", .entrypoint = "sh -c 'a b'" };
	const struct service *service =
		load("services: {web: {image: i, command: old, entrypoint: [e]}}\n", &once, env);
	assert_int_equal(service->nentrypoint, 3);
	assert_string_equal(service->entrypoint[2], "a b");
	assert_int_equal(service->ncommand, 0);
}

static void what_cannot_be_read_is_told_with_its_place(void **state)
{
	(void)state;
	struct map *env = map_create(arena);
	const char *const ports[] = { "x:y" }, *const files[] = { "/nonexistent/file" };
	struct load_once once = { .service = "web", .dir = "/", .ports = texts(ports, 1) };
	assert_null(load("services: {web: {image: i}}\n", &once, env));
	assert_string_equal(errors.first->path, "services.web.ports[0]");
	once = (struct load_once){ .service = "web", .dir = "/", .env_files = texts(files, 1) };
	assert_null(load("services: {web: {image: i}}\n", &once, env));
	assert_non_null(strstr(errors.first->message, "/nonexistent/file"));
	once = (struct load_once){ .service = "none", .dir = "/", .ports = texts(ports, 1) };
	assert_non_null(load("services: {web: {image: i}}\n", &once, env));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_are_taken_as_they_are),
		TEST(ports_and_capabilities),
		TEST(an_entrypoint_takes_the_command_away),
		TEST(what_cannot_be_read_is_told_with_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
