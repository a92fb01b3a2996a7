/* Short forms become long forms. */
#include "tree_case.h"

static void is(const char *members, const char *key, const char *want)
{
	struct node *tree = service_tree(members);
	if (canon_tree(arena, tree, 0, &errors) != 0)
		fail_msg("%s: %s", members, findings());
	assert_string_equal(flat(of_service(tree, key)), want);
}

static void refused(const char *members, const char *part)
{
	assert_int_equal(canon_tree(arena, service_tree(members), 0, &errors), -1);
	const char *text = findings();
	if (!strstr(text, part))
		fail_msg("%s lacks %s", text, part);
}

static void ports(void **state)
{
	(void)state;
	is("ports: ['8080:80']", "ports",
		"[{mode: 'ingress', target: 80, published: '8080', protocol: 'tcp'}]");
	is("ports: [80]", "ports", "[{mode: 'ingress', target: 80, protocol: 'tcp'}]");
	is("ports: ['[::1]:81:80/UDP']", "ports",
		"[{mode: 'ingress', host_ip: '::1', target: 80, published: '81', protocol: 'udp'}]");
	is("ports: ['127.0.0.1::80']", "ports",
		"[{mode: 'ingress', host_ip: '127.0.0.1', target: 80, protocol: 'tcp'}]");
	is("ports: ['8000-9000:80']", "ports",
		"[{mode: 'ingress', target: 80, published: '8000-9000', protocol: 'tcp'}]");
	/* Ranges come in the order of their text. */
	is("ports: ['9-11']", "ports",
		"[{mode: 'ingress', target: 10, protocol: 'tcp'}, {mode: 'ingress', target: 11, protocol: 'tcp'}, "
		"{mode: 'ingress', target: 9, protocol: 'tcp'}]");
	is("ports: [{target: 1, name: n}]", "ports", "[{target: 1, name: 'n'}]");
	refused("ports: ['foo:80']", "services.a.ports[0]: \"foo\" is not a port number or range");
	refused("ports: [1, '80:']", "services.a.ports[1]: \"80:\" names no port");
	refused("ports: ['99999:80']", "outside 0-65535");
	refused("ports: ['80-82:80-81']", "differ in length (3 and 2)");
	refused("ports: ['localhost:80:80']", "write 127.0.0.1");
	refused("ports: ['::1:80:80']", "stands in brackets");
	refused("ports: [80/foo]", "tcp, udp or sctp");
	refused("ports: [{published: 80}]", "no target port | add `target:`");
	refused("ports: [1.5]", "this is no port");
}

static void volumes(void **state)
{
	(void)state;
	is("volumes: ['data:/x']", "volumes", "[{type: 'volume', source: 'data', target: '/x', volume: {}}]");
	is("volumes: ['./a:/x/:ro,Z']", "volumes",
		"[{type: 'bind', source: './a', target: '/x', read_only: true, bind: {selinux: 'Z', "
		"create_host_path: true}}]");
	is("volumes: ['/x']", "volumes", "[{type: 'volume', target: '/x'}]");
	is("volumes: ['/abc']", "volumes", "[{type: 'volume', target: '/abc', volume: {}}]");
	is("volumes: ['d:/x']", "volumes", "[{type: 'volume', target: 'd:/x', volume: {}}]");
	is("volumes: ['c:/a:/b']", "volumes",
		"[{type: 'bind', source: 'c:/a', target: '/b', bind: {create_host_path: true}}]");
	is("volumes: ['data:/x:nocopy,cached']", "volumes",
		"[{type: 'volume', source: 'data', target: '/x', volume: {nocopy: true}}]");
	static const char *const propagations[] = { "private", "rprivate", "shared", "rshared", "slave",
		"rslave" };
	for (size_t i = 0; i < sizeof propagations / sizeof *propagations; i++)
		is(arena_printf(arena, "volumes: ['./a:/b:%s']", propagations[i]), "volumes",
			arena_printf(arena,
				"[{type: 'bind', source: './a', target: '/b', bind: {propagation: '%s', "
				"create_host_path: true}}]",
				propagations[i]));
	is("volumes: ['~/a:/b:rshared']", "volumes",
		"[{type: 'bind', source: '~/a', target: '/b', bind: {propagation: 'rshared', create_host_path: true}}]");
	refused("volumes: [':/data']", "empty part between colons");
	refused("volumes: ['/x:/y:ro:rw']", "too many colons");
	refused("volumes: ['']", "is empty");
	refused("volumes: [{type: tmpfs}]", "no mount target");
}

static void others(void **state)
{
	(void)state;
	is("build: .", "build", "{context: '.'}");
	is("depends_on: [db]", "depends_on", "{db: {condition: 'service_started', required: true}}");
	is("depends_on: {db: {condition: service_healthy}}", "depends_on",
		"{db: {condition: 'service_healthy', required: true}}");
	is("env_file: a.env", "env_file", "[{path: 'a.env', required: true}]");
	is("env_file: [a.env, {path: b, required: false}]", "env_file",
		"[{path: 'a.env', required: true}, {path: 'b', required: false}]");
	is("networks: [n, m]", "networks", "{n: null, m: null}");
	is("devices: ['/a:/b', '/c', '/d:/e:r']", "devices",
		"[{source: '/a', target: '/b', permissions: 'rwm'}, {source: '/c', target: '/c', permissions: 'rwm'}, "
		"{source: '/d', target: '/e', permissions: 'r'}]");
	is("secrets: [s, {source: t}]", "secrets", "[{source: 's'}, {source: 't'}]");
	is("gpus: all", "gpus", "[{count: 'all'}]");
	is("dns: 1.1.1.1", "dns", "['1.1.1.1']");
	is("dns: ['', 1.1.1.1, ~]", "dns", "['1.1.1.1']");
	is("build: {context: ., ssh: [default, 'k=/p'], sbom: true}", "build",
		"{context: '.', ssh: {default: null, k: '/p'}, sbom: 'true'}");
	refused("build: {ssh: [key]}", "names no key");
	refused("devices: ['a:b:c:d']", "too many colons");
}

static void external(void **state)
{
	(void)state;
	struct node *tree = parse("volumes: {v: {external: {name: n}}}\n");
	assert_int_equal(canon_tree(arena, tree, 0, &errors), 0);
	assert_string_equal(flat(node_get(tree, "volumes")), "{v: {external: true, name: 'n'}}");
	assert_int_equal(errors.warnings, 1);
	tree = parse("volumes: {v: {name: m, external: {name: n}}}\n");
	assert_int_equal(canon_tree(arena, tree, 0, &errors), -1);
}

static void registry_style(void **state)
{
	(void)state;
	struct node *tree =
		service_tree("dependencies: [db], ports: [{internal: 1, external: 2}, '3:3', "
			     "{target: 4, healthcheck: {path: /}}], x-flow: {dependencies: [mail]}");
	assert_int_equal(canon_tree(arena, tree, 0, &errors), 0);
	assert_null(of_service(tree, "dependencies"));
	assert_string_equal(flat(of_service(tree, "x-flow")),
		"{dependencies: ['mail', 'db'], ports: [{internal: 1, external: 2}, {internal: 4, healthcheck: {path: "
		"'/'}}]}");
	assert_int_equal(of_service(tree, "ports")->nitems, 2);
}

static void lenient(void **state)
{
	(void)state;
	struct node *tree = service_tree("ports: ['${P}:80', '1:1'], volumes: ['${V}:/x']");
	assert_int_equal(canon_tree(arena, tree, CANON_LENIENT, &errors), 0);
	assert_string_equal(flat(of_service(tree, "ports")), "['${P}:80', '1:1']");
	assert_string_equal(flat(of_service(tree, "volumes")),
		"[{type: 'volume', source: '${V}', target: '/x', volume: {}}]");
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(ports), TEST(volumes), TEST(others), TEST(external),
		TEST(registry_style), TEST(lenient) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
