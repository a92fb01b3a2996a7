/* The rows themselves, the walker over them, and what validation says. */
#include "compose/schema/schema.h"
#include "compose/schema/walk.h"
#include "tree_case.h"

static void check_row(void *arg, const char *path, const struct attr *row)
{
	++*(size_t *)arg;
	if (!row->doc || !*row->doc || strchr(row->doc, '\n'))
		fail_msg("%s has no line of documentation", path);
	bool nested = row->kind == KIND_STRUCT || row->kind == KIND_STRUCTS || row->kind == KIND_NAMED;
	if (nested != (row->of != NULL))
		fail_msg("%s: rows below it do not fit its kind", path);
	if ((row->store == STORE_LIST || row->store == STORE_ARRAY) && (!nested || !row->of->size))
		fail_msg("%s: a list in the model needs the size of its items", path);
	if (row->store == STORE_PAIRS && row->kind != KIND_PAIRS && row->kind != KIND_ENV &&
		row->kind != KIND_HOSTS)
		fail_msg("%s: pairs in the model, but not in the file", path);
	if (row->store == STORE_TEXTS && row->kind != KIND_STRINGS && row->kind != KIND_COMMAND &&
		row->kind != KIND_TEST)
		fail_msg("%s: texts in the model, but not in the file", path);
	if (!schema_takes(row))
		fail_msg("%s takes nothing", path);
	if (!*row->since || !row->engine)
		fail_msg("%s tells not since when it is there, or what of the engine it becomes", path);
}

static void rows(void **state)
{
	size_t count = 0;
	(void)state;
	schema_walk_rows(&schema_project, check_row, &count);
	assert_true(count > 250);
}

static const char *const paths[] = { "services.*.ports[].target", "services.*.build.args",
	"volumes.*.x-flow.cache", "services.*.deploy.resources.limits.cpus",
	"networks.*.ipam.config[].subnet" };

static void find_path(void *arg, const char *path, const struct attr *row)
{
	bool *found = arg;
	(void)row;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		found[i] |= strcmp(paths[i], path) == 0;
}

static void row_paths(void **state)
{
	bool found[sizeof paths / sizeof *paths] = { false };
	(void)state;
	schema_walk_rows(&schema_project, find_path, found);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (!found[i])
			fail_msg("%s is missing", paths[i]);
}

/* Since when, and what of the engine: of the row itself or of those around it. */
static const struct {
	const char *path, *since, *engine;
} supports[] = {
	{ "services", "2.0", "containers" },
	{ "services.*.image", "1", "Image" },
	{ "services.*.ulimits.*.hard", "1", "HostConfig.Ulimits" },
	{ "services.*.build.ulimits.*.hard", "spec", "POST /build" },
	{ "services.*.ports", "1", "HostConfig.PortBindings, ExposedPorts" },
	{ "services.*.ports[].mode", "3.2", "HostConfig.PortBindings, ExposedPorts" },
	{ "services.*.ports[].healthcheck.path", "flow", "gates" },
	{ "services.*.deploy.update_config.order", "3.4", "placement, update and endpoint: swarm only" },
	{ "services.*.deploy.rollback_config.order", "3.7", "placement, update and endpoint: swarm only" },
};

static void check_support(void *arg, const char *path, const struct attr *row)
{
	for (size_t i = 0; i < sizeof supports / sizeof *supports; i++)
		if (strcmp(supports[i].path, path) == 0) {
			assert_string_equal(row->since, supports[i].since);
			assert_string_equal(row->engine, supports[i].engine);
			++*(size_t *)arg;
		}
}

static void row_support(void **state)
{
	size_t met = 0;
	(void)state;
	schema_walk_rows(&schema_project, check_support, &met);
	assert_int_equal(met, sizeof supports / sizeof *supports);
}

static void finding(void **state)
{
	struct schema_memory memory = { 0 };
	(void)state;
	for (size_t i = 0; i < schema_service.nrows; i++) {
		const struct attr *row = &schema_service.rows[i];
		assert_ptr_equal(schema_find(&schema_service, row->name), row);
		assert_ptr_equal(schema_recall(&memory, &schema_service, row->name), row);
	}
	assert_null(schema_recall(&memory, &schema_service, "prots"));
	assert_null(schema_find(&schema_service, ""));
	assert_ptr_equal(schema_recall(&memory, &schema_build, "args"), schema_find(&schema_build, "args"));
	assert_string_equal(schema_hint(&schema_service, "prots"), "ports");
	assert_string_equal(schema_hint(&schema_service, "net"), "network_mode");
	assert_string_equal(schema_hint(&schema_project, "service"), "services");
	assert_null(schema_hint(&schema_service, "completely_different"));
}

static int note_path(struct walk *walk, const struct attr *attr, struct node **node)
{
	(void)node;
	if (strcmp(attr->name, "host_ip") == 0 || strcmp(attr->name, "aliases") == 0) {
		const char **seen = walk->arg;
		*seen = arena_printf(arena, "%s %s", *seen, walk_path(walk));
	}
	return strcmp(attr->name, "build") == 0 ? WALK_SKIP : WALK_ON;
}

static void places(void **state)
{
	static const struct walk_pass pass = { .enter = note_path };
	const char *seen = "";
	(void)state;
	struct node *tree =
		service_tree("ports: [{target: 1}, {host_ip: x}], networks: {n: {aliases: []}}, build: 5");
	assert_int_equal(walk_tree(arena, &schema_project, tree, &pass, &seen, &errors), 0);
	assert_string_equal(seen, " services.a.ports[1].host_ip services.a.networks.n.aliases");
}

static void refused(const char *members, const char *want)
{
	assert_int_equal(validate_tree(arena, service_tree(members), &errors), -1);
	assert_string_equal(findings(), want);
}

static void messages(void **state)
{
	(void)state;
	refused("prots: []",
		"2:17: services.a.prots: unknown key \"prots\" in service a | did you mean \"ports\"?");
	refused("ports: '80:80'",
		"2:24: services.a.ports: ports must be a list, not text | write a list: - \"80:80\"");
	refused("restart: false",
		"2:26: services.a.restart: restart must be text, not a boolean | quote it: restart: \"no\"");
	refused("depends_on: {b: {condition: service_heathy}}",
		"2:45: services.a.depends_on.b.condition: \"service_heathy\" is none of: service_started, "
		"service_healthy, service_completed_successfully | did you mean \"service_healthy\"?");
	refused("oom_score_adj: 2000", "2:32: services.a.oom_score_adj: 2000 is outside -1000 to 1000");
	refused("security_opt: [a, b, a]",
		"2:38: services.a.security_opt: \"a\" is already in the list (line 2)");
	refused("volumes: [{target: /x}]",
		"2:27: services.a.volumes[0]: volume has no \"type\" | add `type:` (bind, volume, tmpfs, image, npipe "
		"or cluster)");
	refused("x-flow: {x-more: 1}", "2:26: services.a.x-flow.x-more: unknown key \"x-more\" in x-flow");
	refused("privileged: 1, healthcheck: {interval: 10}",
		"2:29: services.a.privileged: privileged must be true or false, not a number | write true or false\n"
		"2:56: services.a.healthcheck.interval: interval must be a duration such as 10s, not a number | add a "
		"unit: 10s");
}

static void accepted(void **state)
{
	(void)state;
	static const char *const good[] = { "x-any: {a: [1]}", "command: ~", "deploy: ~", "networks: {n: }",
		"scale: 2.0", "ulimits: {nofile: 5, nproc: {soft: 1, hard: 2}}", "gpus: all",
		"ports: [80, 1.5, '1:1']", "expose: [80, '81']",
		"environment: {A: 1, B: true, C: ~, D: x, E: 1.5}", "dns_search: a", "build: {x-b: 1}",
		"healthcheck: {retries: 3.0}", "labels: []" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (validate_tree(arena, service_tree(good[i]), &errors) != 0)
			fail_msg("%s: %s", good[i], findings());
}

static void casts(void **state)
{
	(void)state;
	struct node *tree =
		service_tree("tty: 'true', init: 'yes', scale: '3', cpus: '0.5', ulimits: {n: '7'}, "
			     "ports: [{target: '80'}], attach: 'true', mem_limit: '5'");
	assert_int_equal(cast_tree(arena, tree, &errors), 0);
	assert_int_equal(errors.warnings, 1);
	assert_string_equal(flat(node_get(node_get(tree, "services"), "a")),
		"{image: 'x', tty: true, init: true, scale: 3, cpus: 0.5, ulimits: {n: 7}, ports: [{target: 80}], attach: "
		"'true', mem_limit: '5'}");
	findings();
	assert_int_equal(cast_tree(arena, service_tree("tty: 'maybe', scale: 'x', cpus: ''"), &errors), -1);
	assert_int_equal(errors.count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(rows), TEST(row_paths), TEST(row_support), TEST(finding),
		TEST(places), TEST(messages), TEST(accepted), TEST(casts) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
