/* The canonical tree as typed model. */
#include "tree_case.h"

static const struct service *service_of(const char *members)
{
	const struct project *project = project_of(arena_printf(arena,
		"services:\n  db: {image: y}\n  web: {image: x, %s}\nvolumes: {data: }\nsecrets: {s: {file: /k}}\n",
		members));
	return project_service(project, "web");
}

static void scalars(void **state)
{
	(void)state;
	const struct service *web =
		service_of("command: run 'a b', entrypoint: '', tty: true, init: false, scale: 2, "
			   "cpus: 0.5, mem_limit: 1k, stop_grace_period: 1m, user: '1', hostname: ''");
	assert_string_equal(web->key, "web");
	assert_int_equal(web->at.line, 3);
	assert_string_equal(web->project->name, "p");
	assert_string_equal(web->image, "x");
	assert_int_equal(web->ncommand, 2);
	assert_string_equal(web->command[1], "a b");
	assert_non_null(web->entrypoint);
	assert_int_equal(web->nentrypoint, 0);
	assert_true(web->tty);
	assert_int_equal(web->init, TRI_NO);
	assert_int_equal(web->attach, TRI_UNSET);
	assert_int_equal(service_scale(web), 2);
	assert_true(web->cpus.set && web->cpus.value == 0.5);
	assert_true(web->mem_limit.set && web->mem_limit.value == 1024);
	assert_true(!web->shm_size.set);
	assert_int_equal(web->stop_grace_period.value, 60000000000);
	assert_string_equal(web->user, "1");
	assert_null(web->hostname);
}

static void lists(void **state)
{
	(void)state;
	const struct service *web =
		service_of("environment: {B: ~, A: 1}, ports: ['81:80/udp', 90], "
			   "extra_hosts: {h: [1.1.1.1, '::1']}, expose: [80], dns: 9.9.9.9, "
			   "ulimits: {a: 5, b: {soft: 1, hard: 2}}, devices: [/dev/x]");
	assert_int_equal(web->nenvironment, 2);
	assert_string_equal(web->environment[0].key, "A");
	assert_string_equal(web->environment[0].value, "1");
	assert_null(web->environment[1].value);
	assert_int_equal(web->nports, 2);
	assert_int_equal(web->ports[0]->target, 80);
	assert_string_equal(web->ports[0]->published, "81");
	assert_string_equal(web->ports[0]->protocol, "udp");
	assert_null(web->ports[1]->published);
	assert_int_equal(web->ports[1]->at.line, 3);
	assert_int_equal(web->nextra_hosts, 2);
	assert_string_equal(web->extra_hosts[1].key, "h");
	assert_string_equal(web->extra_hosts[1].value, "::1");
	assert_string_equal(web->expose[0], "80");
	assert_string_equal(web->dns[0], "9.9.9.9");
	assert_int_equal(web->nulimits, 2);
	assert_true(web->ulimits[0]->single && web->ulimits[0]->hard == 5);
	assert_true(!web->ulimits[1]->single && web->ulimits[1]->soft == 1 && web->ulimits[1]->hard == 2);
	assert_int_equal(web->ndevices, 1);
	assert_string_equal(web->devices[0].permissions, "rwm");
}

static void nested(void **state)
{
	(void)state;
	const struct service *web = service_of(
		"depends_on: {db: {condition: service_completed_successfully, required: false}}, "
		"volumes: ['data:/d:nocopy', './a:/a:ro'], secrets: [{source: s, mode: 0440}], networks: {default: {aliases: "
		"[w]}}, healthcheck: {test: [CMD, t], retries: 3, disable: true}, logging: {driver: d, options: {a: 1}}, "
		"deploy: {replicas: 3, resources: {limits: {cpus: '2', memory: 1m}, reservations: {devices: [{capabilities: "
		"[gpu]}]}}, placement: {preferences: [{spread: z}]}}, build: {context: sub, args: [A=1], ulimits: {n: 1}}");
	assert_int_equal(web->ndepends_on, 1);
	assert_string_equal(web->depends_on[0]->key, "db");
	assert_int_equal(web->depends_on[0]->condition, CONDITION_COMPLETED);
	assert_false(web->depends_on[0]->required);
	assert_int_equal(web->nvolumes, 2);
	assert_true(web->volumes[0]->volume->nocopy);
	assert_string_equal(web->volumes[1]->source, "/srv/a");
	assert_true(web->volumes[1]->read_only && web->volumes[1]->bind->create_host_path);
	assert_null(web->volumes[1]->volume);
	assert_int_equal(web->secrets[0]->mode.value, 0440);
	assert_string_equal(web->secrets[0]->target, "/run/secrets/s");
	assert_string_equal(web->networks[0]->key, "default");
	assert_string_equal(web->networks[0]->aliases[0], "w");
	assert_int_equal(web->healthcheck->ntest, 2);
	assert_true(web->healthcheck->disable && web->healthcheck->retries.value == 3);
	assert_string_equal(web->logging->options[0].value, "1");
	assert_int_equal(service_scale(web), 3);
	assert_true(web->deploy->limits->cpus.value == 2);
	assert_int_equal(web->deploy->limits->memory.value, 1 << 20);
	assert_int_equal(web->deploy->reservations->ndevices, 1);
	assert_int_equal(web->deploy->reservations->devices[0].count.value, -1);
	assert_string_equal(web->deploy->placement->spread[0], "z");
	assert_string_equal(web->build->context, "/srv/sub");
	assert_string_equal(web->build->dockerfile, "Dockerfile");
	assert_string_equal(web->build->args[0].value, "1");
	assert_int_equal(web->build->ulimits[0].hard, 1);
}

static void flow(void **state)
{
	(void)state;
	const struct service *web = service_of(
		"dependencies: [db], ports: [{internal: 9000, external: 6041, healthcheck: {port: 6041}}, {internal: 5432, "
		"healthcheck: {dbname: c, user: u}}], x-flow: {files: upload, healthcheck: {http: {port: 80, status: 200}, "
		"interval: 500ms, retries: 3, early: false}}");
	assert_non_null(web->flow);
	assert_string_equal(web->flow->dependencies[0], "db");
	assert_int_equal(web->nports, 1);
	assert_string_equal(web->ports[0]->published, "6041");
	assert_int_equal(web->ports[0]->target, 9000);
	assert_string_equal(service_port_path(arena, web, 0), "x-flow.ports[0]");
	assert_int_equal(web->flow->nports, 2);
	assert_int_equal(web->flow->ports[0]->internal, 9000);
	assert_int_equal(web->flow->ports[0]->external.value, 6041);
	assert_int_equal(web->flow->ports[0]->healthcheck->kind, PROBE_HTTP);
	assert_int_equal(web->flow->ports[1]->healthcheck->kind, PROBE_POSTGRESQL);
	assert_string_equal(web->flow->files, "upload");
	const struct probe *probe = web->flow->healthcheck;
	assert_int_equal(probe->kind, PROBE_HTTP);
	assert_string_equal(probe->status, "200");
	assert_int_equal(probe->interval.value, 500000000);
	assert_int_equal(probe->early, TRI_NO);
	struct project *project;
	assert_int_equal(load_tree(arena, service_tree("x-flow: {healthcheck: {log: x, tcp: {port: 1}}}"),
				 NULL, "p", "/", &env, &project, &errors),
		-1);
	assert_non_null(strstr(findings(), "a check is of one kind, and this one is log already"));
}

static void resources(void **state)
{
	(void)state;
	map_set(&env, "TOKEN", "t");
	struct node *tree = parse(
		"services:\n  a: {image: x}\n  b: {image: x, profiles: [off]}\n"
		"networks:\n  n: {driver: d, ipam: {config: [{subnet: s}]}, enable_ipv6: true}\n  e: {external: true}\n"
		"volumes:\n  v: {external: true, name: real, x-flow: {cache: true, create: true}}\n"
		"secrets:\n  s: {environment: TOKEN}\nconfigs:\n  c: {content: text}\n"
		"x-flow: {registry: r.yml, image: {org: o}}\n");
	struct project *project = NULL;
	assert_int_equal(fill_environment(arena, tree, &env, &errors), 0);
	assert_int_equal(load_tree(arena, tree, NULL, "p", "/srv", &env, &project, &errors), 0);
	const struct network *net = project_network(project, "n");
	assert_string_equal(net->name, "p_n");
	assert_string_equal(net->ipam->config[0]->subnet, "s");
	assert_int_equal(net->enable_ipv6, TRI_YES);
	assert_string_equal(project_network(project, "e")->name, "e");
	assert_true(project_network(project, "e")->external);
	assert_true(project_volume(project, "v")->flow->create);
	assert_string_equal(project_volume(project, "v")->name, "real");
	assert_string_equal(project->secrets[0]->value, "t");
	assert_string_equal(project->configs[0]->value, "text");
	assert_string_equal(project->flow->registry[0], "/srv/r.yml");
	assert_string_equal(project->flow->image->org, "o");
	assert_null(project_service(project, "none"));
}

static void disabled(void **state)
{
	(void)state;
	struct node *tree = parse("services:\n  b: {image: x, profiles: [off]}\n  a: {image: x}\n");
	struct project project = { .name = "p", .separator = "-", .env = &env, .tree = tree };
	static const char *const on[] = { "off" };
	assert_int_equal(canon_decode(arena, tree, &errors), 0);
	project.disabled = fill_profiles(arena, tree, NULL, 0, NULL, 0, &errors);
	assert_int_equal(bind_project(arena, &project, &errors), 0);
	assert_int_equal(project.nservices, 2);
	assert_string_equal(project.services[0]->key, "a");
	assert_true(project_service(&project, "b")->disabled);
	assert_false(project_service(&project, "a")->disabled);
	tree = parse("services:\n  b: {image: x, profiles: [off]}\n");
	assert_int_equal(fill_profiles(arena, tree, on, 1, NULL, 0, &errors)->nmembers, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(scalars), TEST(lists), TEST(nested), TEST(flow),
		TEST(resources), TEST(disabled) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
