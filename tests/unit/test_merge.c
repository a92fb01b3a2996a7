/* A later file over an earlier one: rules by row, identity of items, !reset and !override. */
#include "tree_case.h"

/* The earlier document as the loader leaves it before the next one. */
static struct node *base_of(const char *members)
{
	struct node *tree = service_tree(members);
	assert_int_equal(merge_unique(arena, tree, &errors), 0);
	assert_int_equal(canon_tree(arena, tree, 0, &errors), 0);
	return tree;
}

static struct node *merged(const char *base, const char *over)
{
	struct node *tree = base_of(base), *doc = service_tree(over);
	struct reset *reset = reset_take(arena, doc);
	reset_apply(reset, tree, &errors);
	if (merge_tree(arena, tree, doc, &errors) != 0)
		fail_msg("%s", findings());
	assert_int_equal(merge_unique(arena, tree, &errors), 0);
	assert_int_equal(canon_tree(arena, tree, 0, &errors), 0);
	assert_int_equal(merge_unique(arena, tree, &errors), 0);
	return tree;
}

static void is(const char *base, const char *over, const char *key, const char *want)
{
	assert_string_equal(flat(of_service(merged(base, over), key)), want);
}

static void rules(void **state)
{
	(void)state;
	is("command: [a]", "command: b", "command", "'b'");
	is("command: [a]", "command: ~", "command", "null");
	is("environment: {B: 1, A: ~}", "environment: ['B=2', C=3]", "environment", "['A', 'B=2', 'C=3']");
	is("environment: {A: 1.50, B: true, C: 010}", "environment: {}", "environment",
		"['A=1.5', 'B=true', 'C=8']");
	is("dns: 1.1.1.1", "dns: [8.8.8.8, 1.1.1.1]", "dns", "['1.1.1.1', '8.8.8.8']");
	is("extra_hosts: ['a=1', 'b=2']", "extra_hosts: ['a=1', 'a=3']", "extra_hosts",
		"['a=1', 'b=2', 'a=3']");
	is("networks: {n: {priority: 1}}", "networks: [n, m]", "networks", "{n: {priority: 1}, m: null}");
	is("build: {target: t}", "build: ./x", "build", "{target: 't', context: './x'}");
	is("logging: {driver: a, options: {x: 1}}", "logging: {driver: b}", "logging", "{driver: 'b'}");
	is("logging: {driver: a, options: {x: 1}}", "logging: {options: {y: 2}}", "logging",
		"{driver: 'a', options: {x: 1, y: 2}}");
	is("logging: {driver: a}", "logging: ~", "logging", "{driver: 'a'}");
	is("ulimits: {n: {soft: 1, hard: 2}}", "ulimits: {n: 3}", "ulimits", "{n: 3}");
	is("ports: ['80:80']", "ports: ~", "ports",
		"[{mode: 'ingress', target: 80, published: '80', protocol: 'tcp'}]");
	is("depends_on: {d: {condition: service_healthy, restart: true}}", "depends_on: [d]", "depends_on",
		"{d: {condition: 'service_started', restart: true, required: true}}");
	is("deploy: {labels: {a: 1}, resources: {limits: {cpus: 1}}}",
		"deploy: {labels: [a=2], resources: {limits: {memory: 1g}}}", "deploy",
		"{labels: ['a=2'], resources: {limits: {cpus: 1, memory: '1g'}}}");
}

/* Findings are told where the value that counts was written. */
static void what_is_replaced_is_where_the_later_file_has_it(void **state)
{
	(void)state;
	struct node *tree = base_of("labels: {a: 1}, command: a");
	struct node *doc = parse("services:\n  a:\n    labels: {b: 2}\n    command: b\n");
	assert_int_equal(merge_tree(arena, tree, doc, &errors), 0);
	const struct node *service = node_get(node_get(tree, "services"), "a");
	assert_int_equal(node_member(service, "command")->at.line, 4);
	assert_int_equal(node_member(service, "labels")->at.line, 2);
}

static void identity(void **state)
{
	(void)state;
	/* The later item takes the earlier one's place. */
	is("volumes: ['./a:/x', 'bb:/y']", "volumes: ['./c:/x']", "volumes",
		"[{type: 'bind', source: './c', target: '/x', bind: {create_host_path: true}}, {type: 'volume', source: "
		"'bb', target: '/y', volume: {}}]");
	is("ports: ['80:80']", "ports: ['80:80']", "ports",
		"[{mode: 'ingress', target: 80, published: '80', protocol: 'tcp'}]");
	/* A published number is never the same as a published text. */
	assert_int_equal(
		of_service(merged("ports: ['80:80']", "ports: [{target: 80, published: 80}]"), "ports")
			->nitems,
		2);
	is("secrets: [s]", "secrets: [{source: s, uid: '1'}]", "secrets", "[{source: 's', uid: '1'}]");
	is("expose: [80]", "expose: ['80', 81]", "expose", "['80', 81]");
	is("env_file: a", "env_file: [b, a]", "env_file",
		"[{path: 'a', required: true}, {path: 'b', required: true}]");
}

static void pools(void **state)
{
	(void)state;
	struct node *base = parse("networks: {n: {ipam: {config: [{subnet: s}]}}}\n");
	struct node *over =
		parse("networks: {n: {ipam: {config: [{subnet: s, gateway: g}, {subnet: t}]}}}\n");
	assert_int_equal(merge_tree(arena, base, over, &errors), 0);
	assert_string_equal(flat(node_get(base, "networks")),
		"{n: {ipam: {config: [{subnet: 's', gateway: 'g'}, {subnet: 't'}]}}}");
}

static void clashes(void **state)
{
	(void)state;
	struct node *base = base_of("ports: ['80:80']");
	assert_int_equal(merge_tree(arena, base, service_tree("ports: {a: b}"), &errors), -1);
	assert_string_equal(findings(),
		"2:24: services.a.ports: a mapping cannot override a list (c.yml:2) | write it as "
		"a list, too, or tag it !override");
}

static void resets(void **state)
{
	(void)state;
	is("ports: ['80:80'], environment: {A: 1, B: 2}", "ports: !reset [], environment: {A: !reset ~}",
		"ports", "absent");
	is("environment: {A: 1, B: 2}", "environment: {A: !reset ~}", "environment", "['B=2']");
	is("ports: ['80:80']", "ports: !override ['81:81']", "ports",
		"[{mode: 'ingress', target: 81, published: '81', protocol: 'tcp'}]");
	is("dns: [a]", "dns: [b, !reset c]", "dns", "['a', 'b']");
	struct node *base = base_of("command: [a], user: u"), *doc = service_tree("command: !reset ~");
	reset_apply_service(reset_take(arena, doc), "a",
		of_service(base, "image") ? node_get(node_get(base, "services"), "a") : NULL, &errors);
	assert_null(of_service(base, "command"));
	assert_non_null(of_service(base, "user"));
}

/* What a later file asks to be taken away, and what is said of it. */
static void told(const char *base, const char *over, const char *want)
{
	merged(base, over);
	if (!*want)
		assert_string_equal(findings(), "");
	else if (!strstr(findings(), want))
		fail_msg("%s over %s: not told", over, base);
}

static void d7_reset_of_what_is_in_a_list_is_told(void **state)
{
	(void)state;
	static const char *const list = "this !reset has no effect: what earlier files wrote is a list here";
	static const char *const item = "this !reset has no effect: a tag within a list";
	told("labels: [a=1, b]", "labels: {b: !reset ~}", list);
	told("extra_hosts: ['db:1.2.3.4']", "extra_hosts: {db: !reset ~}", list);
	told("build: {args: [A=1]}", "build: {args: {A: !reset ~}}", list);
	told("ports: ['80:80']", "ports: ['81:81', !reset '80:80']", item);
	told("cap_add: [A, B]", "cap_add: [!reset A]", item);
	told("environment: {A: 1}", "environment: [!reset A]", item);
	told("cap_drop: [A]", "cap_drop: [!override A]", "this !override has no effect: a tag within a list");
	told("labels: [a=1, ab=2]", "labels: {b: !reset ~}", "");
	told("labels: {a: 1}", "labels: {a: !reset ~, c: !reset ~}", "");
	told("labels: [a=1]", "labels: !reset ~", "");
	told("labels: [a=1]", "labels: {a: !override 2}", "");
	told("cap_add: [A, B]", "cap_add: [!reset C]", "");
	told("user: u", "cap_add: [!reset C]", "");
	struct node *base = base_of("labels: [a=1]"), *doc = service_tree("labels: {a: !reset ~}");
	reset_apply_service(reset_take(arena, doc), "a", node_get(node_get(base, "services"), "a"), &errors);
	assert_non_null(strstr(findings(), list));
}

static void extension(void **state)
{
	(void)state;
	struct node *base = node_get(
		node_get(service_tree("ports: ['80:80'], depends_on: [x], labels: {a: 1}"), "services"), "a");
	struct node *over = node_get(
		node_get(service_tree("ports: ['81:81'], depends_on: [y], labels: [b]"), "services"), "a");
	assert_int_equal(merge_service(arena, "a", base, over, &errors), 0);
	assert_string_equal(flat(node_get(base, "ports")), "['80:80', '81:81']");
	assert_string_equal(flat(node_get(base, "labels")), "['a=1', 'b']");
	assert_string_equal(flat(node_get(base, "depends_on")),
		"{x: {condition: 'service_started', required: true}, y: {condition: 'service_started', required: true}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(rules),
		TEST(what_is_replaced_is_where_the_later_file_has_it), TEST(identity), TEST(pools),
		TEST(clashes), TEST(resets), TEST(d7_reset_of_what_is_in_a_list_is_told), TEST(extension) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
