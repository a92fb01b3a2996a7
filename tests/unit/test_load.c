/* From files to one tree: extends, include, overrides, resets, names. */
#include "compose/load/load.h"
#include "folder_case.h"

static struct load_options options;
static struct sources sources;
static struct project *project;
static struct map *os;

static int set_up(void **state)
{
	folder_set_up(state);
	os = map_create(arena);
	options = (struct load_options){ .cwd = dir, .os_env = os, .project_name = "p" };
	return 0;
}

static int try(void)
{
	errors_init(&errors, arena);
	sources_init(&sources, arena);
	return load_project(arena, &options, &sources, &project, &errors);
}

static void load(void)
{
	if (try() != 0)
		fail_msg("%s:%u: %s", errors.first->at.file, errors.first->at.line, errors.first->message);
}

static const struct error *refuse(const char *message)
{
	if (try() == 0)
		fail_msg("accepted, but should say \"%s\"", message);
	for (const struct error *error = errors.first; error; error = error->next)
		if (!error->warning && strstr(error->message, message))
			return error;
	fail_msg("\"%s\" does not say \"%s\"", errors.first->message, message);
	return NULL;
}

/* Node at a path of keys separated by blanks; numbers are indices of lists. */
static struct node *at(const char *path)
{
	struct node *node = project->tree;
	while (node && *path) {
		size_t len = strcspn(path, " ");
		const char *key = arena_strndup(arena, path, len);
		if (node->kind == NODE_LIST)
			node = node->items[strtoul(key, NULL, 10)];
		else
			node = node_get(node, key);
		path += len + (path[len] == ' ');
	}
	return node;
}

static const char *text(const char *path)
{
	const char *value = node_text(at(path));
	return value ? value : "(none)";
}

static void variables_come_from_everywhere(void **state)
{
	(void)state;
	options.project_name = NULL;
	put("compose.yml", "name: ${N:-The.Name}\nservices:\n  a:\n    image: ${IMG}:${TAG-x}\n"
			   "    hostname: ${COMPOSE_PROJECT_NAME}\n");
	put(".env", "IMG=fromenv\nTAG=dotenv\n");
	map_set(os, "TAG", "os");
	load();
	assert_string_equal(project->name, "thename");
	assert_string_equal(text("services a image"), "fromenv:os");
	assert_string_equal(text("services a hostname"), "thename");
	assert_string_equal(project->dir, dir);
	assert_string_equal(project->files[0], in("compose.yml"));
}

static void documents_and_files_override(void **state)
{
	(void)state;
	put("a.yml",
		"version: '3'\nservices:\n  a:\n    image: x\n    command: [one]\n    ports: ['80:80', '81:81']\n"
		"    environment: {K: 1, L: 2}\n---\nservices:\n  a:\n    image: y\n    dns: 1.1.1.1\n");
	put("b.yml", "version: '3'\nservices:\n  a:\n    command: [two]\n    ports: !override ['90:90']\n"
		     "    environment: {L: 3}\n    dns: !reset null\n  b: {image: z}\n");
	const char *const files[] = { "a.yml", "b.yml" };
	options.files = files;
	options.nfiles = 2;
	load();
	assert_int_equal(errors.warnings, 1);
	assert_string_equal(text("services a image"), "y");
	assert_string_equal(text("services a command 0"), "two");
	assert_int_equal(at("services a ports")->nitems, 1);
	assert_string_equal(text("services a ports 0 published"), "90");
	assert_string_equal(text("services a environment K"), "1");
	assert_string_equal(text("services a environment L"), "3");
	assert_null(at("services a dns"));
	assert_string_equal(text("services b image"), "z");
	assert_int_equal(at("services a image")->at.line, 11);
}

static void extends_inherits(void **state)
{
	(void)state;
	put("compose.yml",
		"services:\n"
		"  a:\n    extends: b\n    environment: [X=a]\n    command: !reset null\n"
		"  b:\n    extends: {service: base, file: sub/base.yml}\n    environment: [X=b, Y=b]\n");
	put("sub/base.yml",
		"services:\n  base:\n    extends: {service: root, file: ../more/root.yml}\n    command: run\n"
		"    volumes: ['./data:/d']\n");
	put("more/root.yml", "services:\n  root:\n    build: .\n    env_file: r.env\n");
	put("more/r.env", "Z=file\n");
	load();
	assert_string_equal(text("services a build context"), in("more"));
	assert_string_equal(text("services a volumes 0 source"), in("sub/data"));
	assert_string_equal(text("services a environment X"), "a");
	assert_string_equal(text("services a environment Y"), "b");
	assert_string_equal(text("services a environment Z"), "file");
	assert_null(at("services a command 0"));
	assert_string_equal(text("services b command 0"), "run");
	assert_null(at("services a extends"));
}

static void extends_explains_itself(void **state)
{
	(void)state;
	put("compose.yml", "services:\n  a: {image: x, extends: cab}\n  cat: {image: y}\n");
	const struct error *error =
		refuse("cannot extend service \"a\": service \"cab\" not found in compose.yml");
	assert_string_equal(error->hint, "did you mean \"cat\"?");
	assert_int_equal(error->at.line, 2);
	put("compose.yml", "services:\n  a: {image: x, extends: {service: b, file: none.yml}}\n");
	refuse("no such file or directory");
	assert_string_equal(errors.first->path, "services.a.extends.file");
	put("compose.yml", "services:\n  a: {image: x, extends: {file: none.yml}}\n");
	refuse("extends.a.service is required");
	put("compose.yml", "services:\n  a: {extends: b}\n  b: {extends: c}\n  c: {extends: a}\n");
	refuse("Circular reference: a -> b -> c -> a");
	put("compose.yml", "services:\n  a: {extends: {service: a, file: x.yml}}\n");
	put("x.yml", "services:\n  a: {extends: {service: a, file: x.yml}}\n");
	refuse("Circular reference");
	put("x.yml", "volumes: {}\n");
	refuse("x.yml has no services section");
}

static void include_lends_resources(void **state)
{
	(void)state;
	put("compose.yml", "include:\n  - sub/c.yml\n  - path: [more/c.yml, over.yml]\n    env_file: e.env\n"
			   "    project_directory: other\n"
			   "services:\n  a: {extends: inner, environment: {K: main}}\n");
	put("sub/c.yml", "name: ignored\nx-a: 1\nservices:\n  inner:\n    image: ${IMG}\n    build: ./b\n"
			 "volumes: {vol: {}}\n");
	put("sub/.env", "IMG=sub\nTOP=sub\n");
	put("more/c.yml", "services: {second: {image: '${IMG}${TOP}', volumes: ['./d:/d', 'vol:/v']}}\n");
	put("over.yml", "services: {second: {hostname: over}}\n");
	put("e.env", "IMG=e\n");
	put(".env", "TOP=top\n");
	load();
	assert_string_equal(text("services inner image"), "sub");
	assert_string_equal(text("services inner build context"), in("sub/b"));
	assert_string_equal(text("services a image"), "sub");
	assert_string_equal(text("services second image"), "etop");
	assert_string_equal(text("services second hostname"), "over");
	assert_string_equal(text("services second volumes 0 source"), in("other/d"));
	assert_string_equal(text("volumes vol name"), "p_vol");
	assert_null(at("x-a"));
	assert_string_equal(project->name, "p");
}

static void include_explains_itself(void **state)
{
	(void)state;
	put("compose.yml", "include: [a.yml, b.yml]\nservices: {}\n");
	put("a.yml", "services: {s: {image: a}}\n");
	put("b.yml", "services: {s: {image: a}}\n");
	load();
	put("b.yml", "services: {s: {image: b}}\n");
	refuse("services.s conflicts with imported resource of a.yml:1");
	put("b.yml", "include: [c.yml]\nservices: {}\n");
	put("c.yml", "include: [b.yml]\nservices: {}\n");
	const struct error *error = refuse("include cycle detected");
	assert_non_null(strstr(error->detail, "include"));
	put("compose.yml", "include: x\nservices: {}\n");
	refuse("`include` must be a list");
	put("compose.yml", "include: [https://example.com/x.git]\nservices: {}\n");
	refuse("remote resource");
	put("compose.yml", "include: [none.yml]\nservices: {}\n");
	error = refuse("no such file or directory");
	assert_int_equal(error->at.line, 1);
	assert_int_equal(error->at.col, 11);
	put("compose.yml", "include:\n  - env_file: x\nservices: {}\n");
	refuse("without `path`");
	put("compose.yml", "include:\n  - path: a.yml\n    env_file: none.env\nservices: {}\n");
	refuse("no such file or directory");
}

/* A chain of `count` files that include each other. */
static void put_chain(unsigned count)
{
	put("compose.yml", "include: [1.yml]\n");
	for (unsigned i = 1; i < count; i++)
		put(arena_printf(arena, "%u.yml", i),
			arena_printf(arena, "include: [%u.yml]\nservices: {s%u: {image: x}}\n", i + 1, i));
	put(arena_printf(arena, "%u.yml", count), "services: {last: {image: x}}\n");
}

static void c10_long_chains_are_no_cycles(void **state)
{
	(void)state;
	put_chain(60);
	load();
	assert_non_null(at("services last"));
	put_chain(501);
	refuse("includes are nested more than 500 deep");
	const char *text = "services:\n  s0: {image: x}\n";
	for (unsigned i = 1; i <= 120; i++)
		text = arena_printf(arena, "%s  s%u: {extends: s%u}\n", text, i, i - 1);
	put("compose.yml", text);
	load();
	assert_string_equal(at("services s120 image")->text, "x");
}

/* Each file includes the next one twice. */
static void a8_includes_that_double(void **state)
{
	(void)state;
	put("compose.yml", "include: [1.yml, 1.yml]\nservices: {a: {image: x}}\n");
	for (unsigned i = 1; i < 40; i++)
		put(arena_printf(arena, "%u.yml", i),
			arena_printf(arena, "include: [%u.yml, %u.yml]\nservices: {s%u: {image: x}}\n", i + 1,
				i + 1, i));
	put("40.yml", "services: {last: {image: x}}\n");
	const struct error *error = refuse("more than 10000 files are included in all");
	assert_string_equal(error->at.file, in("39.yml") + strlen(dir) + 1);
}

static void windows_paths_are_converted(void **state)
{
	(void)state;
	put("compose.yml", "services: {a: {image: x, volumes: ['C:\\a\\b:/x', './y:/y']}}\n");
	load();
	assert_string_equal(text("services a volumes 0 source"), "C:\\a\\b");
	map_set(os, "COMPOSE_CONVERT_WINDOWS_PATHS", "1");
	load();
	assert_string_equal(text("services a volumes 0 source"), "/c/a/b");
	assert_string_equal(text("services a volumes 1 source"), in("y"));
	map_set(os, "COMPOSE_CONVERT_WINDOWS_PATHS", "yes");
	refuse("is not a boolean");
}

static void not_a_compose_file(void **state)
{
	(void)state;
	put("compose.yml", "");
	refuse("empty compose file");
	put("compose.yml", "- a\n");
	refuse("top-level object must be a mapping");
	put("compose.yml", "services: {a: {image: x}}\n---\n");
	refuse("top-level object must be a mapping");
	put("compose.yml", "services: {}\n");
	load();
	const char *const files[] = { "none.yml" };
	options.files = files;
	options.nfiles = 1;
	refuse("no such file or directory");
}

static void old_and_new_files_do_not_mix(void **state)
{
	(void)state;
	put("fig.yml", "web: {image: '${IMG:-x}', net: host}\n");
	put("over.yml", "web: {ports: ['80:80'], environment: {A: b}}\n");
	put("new.yml", "services: {web: {image: y}}\n");
	const char *const files[] = { "fig.yml", "over.yml", "new.yml" };
	load();
	assert_string_equal(text("services web network_mode"), "host");
	assert_null(at("networks"));
	assert_int_equal(errors.warnings, 1);
	options.files = files;
	options.nfiles = 2;
	load();
	assert_string_equal(text("services web network_mode"), "host");
	assert_string_equal(text("services web environment A"), "b");
	options.nfiles = 3;
	refuse("fig.yml is a version 1 file and new.yml is not");
}

static void all_findings_of_a_pass_come_at_once(void **state)
{
	(void)state;
	put("compose.yml", "services:\n  a: {image: '${A?}'}\n  b: {image: '${B?}'}\n");
	refuse("required variable A");
	assert_int_equal(errors.count, 2);
	assert_string_equal(sources_line(&sources, "compose.yml", 3), "  b: {image: '${B?}'}");
	assert_null(sources_line(&sources, "compose.yml", 9));
	assert_null(sources_line(&sources, "none", 1));
}

static void a_tree_in_memory_becomes_a_project(void **state)
{
	(void)state;
	struct mark here = { .file = "registry.yml", .line = 1, .col = 1 };
	struct node *tree = node_map(arena, here), *services = node_map(arena, here);
	struct node *service = node_map(arena, here), *ports = node_list(arena, here);
	node_set(arena, tree, "services", here, services);
	node_set(arena, services, "cart", here, service);
	node_set(arena, service, "image", here, node_string(arena, here, "acme/cart"));
	node_set(arena, service, "ports", here, ports);
	node_push(arena, ports, node_string(arena, here, "6041:9000"));
	errors_init(&errors, arena);
	assert_int_equal(load_tree(arena, tree, NULL, "workstation", dir, os, &project, &errors), 0);
	assert_int_equal(project->nservices, 1);
	assert_string_equal(project->services[0]->ports[0]->published, "6041");
	assert_int_equal(project->services[0]->ports[0]->target, 9000);
	assert_string_equal(project->networks[0]->name, "workstation_default");
}

static void d4_env_files_are_absolute(void **state)
{
	(void)state;
	static const char *const files[] = { "sub/a.env" };
	put("compose.yaml", "services: {a: {image: x}}");
	put("sub/a.env", "A=1\n");
	options.env_files = files;
	options.nenv_files = 1;
	load();
	assert_string_equal(project->env_files[0], in("sub/a.env"));
}

static int fetched(void *arg, const char *url, struct arena *to, const char **ret_text, size_t *ret_len,
	struct errors *into)
{
	(void)arg, (void)to, (void)into;
	*ret_text = strstr(url, "inner") ? "services: {d: {image: '${INNER-x}'}}"
					 : "include: ['http://me:pw@h/inner.yaml']\n"
					   "services:\n"
					   "  b:\n"
					   "    image: '${TAG}${UNSET-x}${ALT+y}'\n"
					   "    environment: [BARE, NONE, SET=1]\n"
					   "    build: {context: 'git://h/x', args: {ARG: , OTHER: 1}}\n"
					   "    command: $COMPOSE_PROJECT_NAME\n"
					   "    secrets: [s]\n"
					   "secrets: {s: {environment: SECRET}}\n";
	*ret_len = strlen(*ret_text);
	return 0;
}

static const char *taken(void)
{
	const char *all = "";
	for (size_t i = 0; i < project->ntaken; i++)
		all = arena_printf(arena, "%s%s%s", all, *all ? " " : "", project->taken[i]);
	return all;
}

/* What a file that -f names by its URL gets to know of this machine. */
static void files_of_elsewhere_take_variables(void **state)
{
	(void)state;
	static const char *const files[] = { "compose.yaml", "http://me:pw@h/c.yaml?t=1" };
	static const char *const names[] = { "TAG", "ALT", "BARE", "SET", "ARG", "OTHER", "SECRET", "INNER",
		"OURS" };
	const struct fetch fetch = { .get = fetched };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		map_set(os, names[i], "value");
	options.fetch = &fetch;
	options.files = files;
	options.nfiles = 2;
	put("compose.yaml", "services: {a: {image: '${OURS}', environment: [OURS]}}");
	load();
	assert_string_equal(project->foreign, "http://h/c.yaml");
	assert_string_equal(taken(), "TAG INNER BARE ARG SECRET");
	/* ours, and what ours includes, is what we have written */
	put("compose.yaml", "{include: ['http://h/c.yaml'], services: {a: {image: '${OURS}'}}}");
	options.nfiles = 1;
	load();
	assert_null(project->foreign);
	assert_int_equal(project->ntaken, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, folder_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(d4_env_files_are_absolute),
		TEST(variables_come_from_everywhere),
		TEST(documents_and_files_override),
		TEST(extends_inherits),
		TEST(extends_explains_itself),
		TEST(include_lends_resources),
		TEST(include_explains_itself),
		TEST(c10_long_chains_are_no_cycles),
		TEST(a8_includes_that_double),
		TEST(windows_paths_are_converted),
		TEST(not_a_compose_file),
		TEST(old_and_new_files_do_not_mix),
		TEST(all_findings_of_a_pass_come_at_once),
		TEST(a_tree_in_memory_becomes_a_project),
		TEST(files_of_elsewhere_take_variables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
