/* Application registries: binding, messages, lost indentation, the tree of services. */
#include "compose/registry/registry.h"
#include "arena_case.h"

static struct registry registry;

static int set_up(void **state)
{
	arena_set_up(state);
	registry_init(&registry, arena);
	return 0;
}

static int parse(const char *text)
{
	return registry_parse(&registry, "registry.yml", text, strlen(text), &errors);
}

static const struct registry_entry *app_of(const char *id)
{
	return map_get(&registry.apps, id);
}

static void accept(const char *text)
{
	if (parse(text) != 0)
		fail_msg("%u:%u: %s", errors.first->at.line, errors.first->at.col, errors.first->message);
}

static const struct error *refuse(const char *text, unsigned line, unsigned col, const char *message)
{
	errors_init(&errors, arena);
	registry_init(&registry, arena);
	if (parse(text) == 0 && registry_check(&registry, NULL, &errors) == 0)
		fail_msg("accepted: %s", text);
	if (!strstr(errors.first->message, message))
		fail_msg("\"%s\" does not say \"%s\"", errors.first->message, message);
	assert_string_equal(errors.first->at.file, "registry.yml");
	assert_int_equal(errors.first->at.line, line);
	assert_int_equal(errors.first->at.col, col);
	return errors.first;
}

static const char two[] = "- id: cart\n"
			  "  image: acme/cart:1\n"
			  "  ports:\n"
			  "    - healthcheck: {host: vm, port: 6041}\n"
			  "      external: 6041\n"
			  "      internal: 9000\n"
			  "  dependencies: [cart-postgresql]\n"
			  "- id: cart-postgresql\n"
			  "  ports:\n"
			  "    - healthcheck: {dbname: cart, host: vm, port: 6049, user: api}\n"
			  "      external: 6049\n"
			  "      internal: 5432\n"
			  "  dependencies: []\n";

static void lists_are_bound(void **state)
{
	(void)state;
	accept(two);
	assert_int_equal(registry_check(&registry, NULL, &errors), 0);
	const struct registry_app *app = app_of("cart")->app;
	assert_string_equal(app->image, "acme/cart:1");
	assert_int_equal(app->nports, 1);
	assert_int_equal(app->ports[0].external, 6041);
	assert_string_equal(app->ports[0].healthcheck->host, "vm");
	assert_string_equal(app->dependencies[0], "cart-postgresql");
	assert_int_equal(app_of("cart-postgresql")->at.line, 8);
	assert_null(app_of("nope"));
}

static void json_is_the_same(void **state)
{
	(void)state;
	accept("[{\"id\": \"a\", \"ports\": [{\"internal\": 80, \"external\": 8080,\n"
	       "\t\"healthcheck\": {\"path\": \"\\/x\"}}], \"dependencies\": null}, {\"id\": \"b\"}]");
	assert_string_equal(app_of("a")->app->ports[0].healthcheck->path, "/x");
	assert_int_equal(app_of("b")->app->ndependencies, 0);
}

static void later_files_replace(void **state)
{
	(void)state;
	accept(two);
	accept("- id: cart\n  dependencies: []\n");
	assert_int_equal(app_of("cart")->app->ndependencies, 0);
	assert_int_equal(app_of("cart")->app->nports, 0);
	assert_int_equal(registry.apps.count, 2);
}

static void mistakes_have_a_place(void **state)
{
	(void)state;
	const struct error *error = refuse("- id: a\n  prots: []\n", 2, 3, "unknown key \"prots\"");
	assert_string_equal(error->hint, "did you mean \"ports\"?");
	refuse("- id: a\n- id: b\n- id: a\n", 3, 7, "duplicate id \"a\", first defined at registry.yml:1:7");
	error = refuse("- id: cart-db\n- id: b\n  dependencies: [cart-bd]\n", 3, 18, "unknown application");
	assert_string_equal(error->hint, "did you mean \"cart-db\"?");
	refuse("- id: a\n  ports: [{internal: 1, external: 80}]\n- id: b\n  ports: [{internal: 2, external: 80}]\n",
		4, 35, "external port 80 of \"b\" is taken by \"a\" (registry.yml:2:35)");
	refuse("- id: a\n  ports: 80\n", 2, 10, "must be a list");
	refuse("- id: a\n  ports: [{internal: x}]\n", 2, 22, "no port number");
	refuse("- id: a\n  ports: [{internal: 70000}]\n", 2, 22, "no port number");
	refuse("- id: a\n  ports: [{external: 70}]\n", 2, 11, "`internal` is missing");
	refuse("- image: a\n", 1, 3, "`id` is missing");
	refuse("- id: A b\n", 1, 7, "cannot be an id");
	refuse("- id: -a\n", 1, 7, "cannot be an id");
	refuse("- id: [a]\n", 1, 7, "must be text");
	refuse("id: a\nname: b\n", 1, 1, "must be a list of applications");
	refuse("5\n", 1, 1, "must be a list of applications");
	refuse("", 0, 0, "empty");
	refuse("- id: a\n---\n- id: b\n", 0, 0, "more than one document");
	refuse("- id: \"a\n", 1, 7, "yaml: ");
	refuse("- &a\n  id: a\n- <<: *a\n  id: b\n", 0, 0, "not a registry");
}

static const char intended[] = "the intended nesting is:\n"
			       "- id: example\n"
			       "  ports:\n"
			       "    - healthcheck:\n"
			       "        host: vm\n"
			       "        port: 9001\n"
			       "      external: 9000\n"
			       "      internal: 9000\n"
			       "  dependencies: [example-postgresql]\n";

static void lost_indentation_is_found_again(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
		unsigned line, col;
	} rows[] = {
		{ "        - id: example\n          ports:\n            - healthcheck:\n                host: vm\n"
		  "                port: 9001\n                external: 9000\n            internal: 9000\n"
		  "            dependencies: [example-postgresql]\n",
			"not YAML: `internal` cannot stand here: it belongs to the item of `ports`", 7, 13 },
		{ "- id: example\nports:\n- healthcheck:\nhost: vm\nport: 9001\nexternal: 9000\ninternal: 9000\n"
		  "dependencies: [example-postgresql]\n",
			"`ports` cannot stand here: it belongs to the application", 2, 1 },
		{ "id: example\nports:\nhealthcheck:\nhost: vm\nport: 9001\nexternal: 9000\ninternal: 9000\n"
		  "dependencies: [example-postgresql]\n",
			"`id` cannot stand here: it belongs to the application", 1, 1 },
		{ "- id: example\n  ports:\n    - healthcheck:\n        host: vm\n        port: 9001\n"
		  "        external: 9000\n      internal: 9000\n  dependencies: [example-postgresql]\n",
			"`external` cannot stand here: it belongs to the item of `ports`", 6, 9 },
		{ "- id: example\n  ports:\n  - healthcheck:\n    host: vm\n    port: 9001\n    external: 9000\n"
		  "    internal: 9000\n  dependencies: [example-postgresql]\n",
			"`host` cannot stand here: it belongs to `healthcheck`", 4, 5 },
		{ "- id: example\n  ports:\n    - healthcheck:\n        host: vm\n        port: 9001\n"
		  "      external: 9000\n      internal: 9000\n      dependencies: [example-postgresql]\n",
			"`dependencies` cannot stand here: it belongs to the application", 8, 7 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct error *error = refuse(rows[i].text, rows[i].line, rows[i].col, rows[i].message);
		assert_string_equal(error->detail, intended);
		assert_non_null(strstr(error->hint, "the indentation was lost"));
	}
}

static void only_the_application_is_shown(void **state)
{
	(void)state;
	const struct error *error =
		refuse("- id: a\n  dependencies:\n    - b\n    - c\n- id: b\n  ports:\n    - internal: 1\n"
		       "  external: 2\n- id: c\n",
			8, 3, "`external` cannot stand here");
	assert_string_equal(error->detail,
		"the intended nesting is:\n- id: b\n  ports:\n    - internal: 1\n      external: 2\n");
	error = refuse("- id: a\n dependencies:\n  - b\n  - c\n- id: b\n- id: c\n", 2, 2, "`dependencies`");
	assert_string_equal(
		error->detail, "the intended nesting is:\n- id: a\n  dependencies:\n    - b\n    - c\n");
}

static void a_compose_tree_is_made(void **state)
{
	(void)state;
	accept(two);
	accept("- id: plain\n  ports: [{internal: 80, healthcheck: {status: 200}}]\n");
	struct map *services = map_create(arena);
	struct node *tree = node_get(registry_tree(&registry, arena, NULL, "acme", services), "services");
	assert_int_equal(tree->nmembers, 3);
	struct node *cart = node_get(tree, "cart"), *db = node_get(tree, "cart-postgresql");
	struct node *plain = node_get(tree, "plain");
	assert_string_equal(node_text(node_get(cart, "image")), "acme/cart:1");
	assert_string_equal(node_text(node_get(db, "image")), "acme/cart-postgresql:latest");
	assert_string_equal(node_get(cart, "ports")->items[0]->text, "6041:9000");
	struct node *port = node_get(node_get(cart, "x-flow"), "ports")->items[0];
	assert_int_equal(node_get(port, "internal")->integer, 9000);
	assert_int_equal(node_get(port, "internal")->at.line, 6);
	struct node *check = node_get(port, "healthcheck");
	assert_string_equal(node_text(node_get(check, "path")), "/_internal_/healthcheck");
	assert_string_equal(node_text(node_get(check, "status")), "200-399");
	assert_string_equal(node_text(node_get(check, "host")), "vm");
	check = node_get(node_get(node_get(db, "x-flow"), "ports")->items[0], "healthcheck");
	assert_string_equal(node_text(node_get(check, "dbname")), "cart");
	assert_null(node_get(check, "path"));
	assert_null(node_get(plain, "ports"));
	assert_null(node_get(node_get(plain, "x-flow"), "dependencies"));
	check = node_get(node_get(node_get(plain, "x-flow"), "ports")->items[0], "healthcheck");
	assert_string_equal(node_text(node_get(check, "status")), "200");
	map_set(services, "cart", "");
	tree = node_get(registry_tree(&registry, arena, "r.io/{org}/{id}:1", NULL, services), "services");
	assert_null(node_get(tree, "cart"));
	assert_string_equal(node_text(node_get(node_get(tree, "plain"), "image")), "plain:latest");
}

static int get(void *arg, const char *url, struct arena *to, const char **ret_text, size_t *ret_len,
	struct errors *into)
{
	(void)into;
	*(const char **)arg = url;
	*ret_text = arena_strdup(to, "- id: remote\n");
	*ret_len = strlen(*ret_text);
	return 0;
}

static void urls_are_fetched(void **state)
{
	(void)state;
	const char *asked = NULL;
	struct fetch fetch = { .get = get, .arg = &asked };
	struct load_options options = { .fetch = &fetch, .cwd = "/" };
	const char *url = "https://example.com/r.yml";
	assert_int_equal(registry_read(&registry, &options, url, "/", NULL, NULL, &errors), 0);
	assert_string_equal(asked, url);
	assert_non_null(app_of("remote"));
	options.fetch = NULL;
	assert_int_equal(registry_read(&registry, &options, url, "/", NULL, NULL, &errors), -1);
	assert_int_equal(registry_read(&registry, &options, "nope.yml", "/none", NULL, NULL, &errors), -1);
	assert_non_null(strstr(errors.last->message, "/none/nope.yml"));
}

static void defaults_come_from_the_environment(void **state)
{
	(void)state;
	const char *const given[] = { "x.yml" };
	const char **files;
	size_t count;
	struct map *env = map_create(arena);
	registry_defaults(arena, given, 1, env, "/none", &files, &count);
	assert_int_equal(count, 1);
	registry_defaults(arena, NULL, 0, env, "/none", &files, &count);
	assert_int_equal(count, 0);
	map_set(env, "FLOW_REGISTRY", "a.yml,https://b/c");
	registry_defaults(arena, NULL, 0, env, "/none", &files, &count);
	assert_int_equal(count, 2);
	assert_string_equal(files[1], "https://b/c");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, arena_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(lists_are_bound),
		TEST(json_is_the_same),
		TEST(later_files_replace),
		TEST(mistakes_have_a_place),
		TEST(lost_indentation_is_found_again),
		TEST(only_the_application_is_shown),
		TEST(a_compose_tree_is_made),
		TEST(urls_are_fetched),
		TEST(defaults_come_from_the_environment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
