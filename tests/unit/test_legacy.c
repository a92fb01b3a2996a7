/* Files of format 1. */
#include "compose/load/legacy.h"
#include "compose/tree/yaml.h"
#include "arena_case.h"

static struct node *parse(const char *text)
{
	struct node **docs;
	size_t ndocs;
	assert_int_equal(yaml_parse(arena, "fig.yml", text, strlen(text), &docs, &ndocs, &errors), 0);
	return docs[0];
}

static void only_services_at_the_top_count(void **state)
{
	(void)state;
	static const char *const yes[] = { "web: {image: x}", "web: {build: .}\ndb: {command: x}",
		"version: '1.0'\nx-a: 5\nname: n\nweb: {extends: {service: a}}", "service: {image: x}",
		"version: {image: x}\nname: {image: y}" };
	static const char *const no[] = { "services: {web: {image: x}}", "version: '2'\nweb: {image: x}",
		"version: 3.8\nweb: {image: x}", "web: x", "web: {image: x}\nvolumes: {}",
		"include: [a]\nweb: {image: x}", "service: {web: {image: x}}", "{}", "x-a: {image: x}", "- a",
		"web: {ports: []}" };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (!legacy_is(parse(yes[i]), false))
			fail_msg("not seen as version 1: %s", yes[i]);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (legacy_is(parse(no[i]), false))
			fail_msg("seen as version 1: %s", no[i]);
	assert_true(legacy_is(parse("web: {ports: []}"), true));
}

static struct node *rewritten(const char *text, const char *before)
{
	struct node *doc = parse(text), *first = before ? parse(before) : NULL;
	if (first)
		legacy_wrap(arena, first);
	legacy_wrap(arena, doc);
	legacy_rewrite(arena, doc, first);
	return doc;
}

static const char *text_at(const struct node *doc, const char *service, const char *key)
{
	const char *text = node_text(node_get(node_get(node_get(doc, "services"), service), key));
	return text ? text : "(none)";
}

static void old_keys_become_new_ones(void **state)
{
	(void)state;
	struct node *doc = rewritten(
		"version: '1'\nweb:\n  build: ./a\n  dockerfile: D\n  net: 'container:db'\n"
		"  log_driver: syslog\n  log_opt: {k: v}\n  pid: 'container:x'\n  ipc: 'container:db'\n"
		"db: {image: x, net: host}\nc: {image: y}\n",
		NULL);
	assert_null(node_get(doc, "version"));
	assert_null(node_get(doc, "web"));
	struct node *web = node_get(node_get(doc, "services"), "web");
	assert_string_equal(node_text(node_get(node_get(web, "build"), "context")), "./a");
	assert_string_equal(node_text(node_get(node_get(web, "build"), "dockerfile")), "D");
	assert_string_equal(node_text(node_get(node_get(web, "logging"), "driver")), "syslog");
	assert_non_null(node_get(node_get(web, "logging"), "options"));
	assert_string_equal(text_at(doc, "web", "network_mode"), "service:db");
	assert_string_equal(text_at(doc, "web", "pid"), "container:x");
	assert_string_equal(text_at(doc, "web", "ipc"), "service:db");
	assert_string_equal(text_at(doc, "db", "network_mode"), "host");
	assert_string_equal(text_at(doc, "c", "network_mode"), "bridge");
	assert_null(node_get(web, "net"));
	assert_null(node_get(web, "dockerfile"));
	assert_null(node_get(web, "log_opt"));
}

static void volumes_keep_their_names(void **state)
{
	(void)state;
	struct node *doc =
		rewritten("web:\n  image: x\n  volumes: ['data:/d', './x:/x', '/y', '~/z:/z', 'data:/e:ro']\n"
			  "  volume_driver: flocker\n  volumes_from: [web, 'other:ro', 'container:c']\n",
			NULL);
	struct node *volumes = node_get(doc, "volumes");
	assert_int_equal(volumes->nmembers, 1);
	assert_string_equal(node_text(node_get(node_get(volumes, "data"), "name")), "data");
	assert_string_equal(node_text(node_get(node_get(volumes, "data"), "driver")), "flocker");
	struct node *from = node_get(node_get(node_get(doc, "services"), "web"), "volumes_from");
	assert_string_equal(from->items[0]->text, "web");
	assert_string_equal(from->items[1]->text, "container:other:ro");
	assert_string_equal(from->items[2]->text, "container:c");
}

static void overrides_and_heirs_keep_their_network(void **state)
{
	(void)state;
	struct node *doc =
		rewritten("web: {ports: ['80:80'], ipc: 'container:db'}\nheir: {extends: {service: a}}\n",
			"web: {image: x, net: host}\ndb: {image: y}\n");
	assert_string_equal(text_at(doc, "web", "network_mode"), "(none)");
	assert_string_equal(text_at(doc, "web", "ipc"), "service:db");
	assert_string_equal(text_at(doc, "heir", "network_mode"), "(none)");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(only_services_at_the_top_count),
		TEST(old_keys_become_new_ones),
		TEST(volumes_keep_their_names),
		TEST(overrides_and_heirs_keep_their_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
