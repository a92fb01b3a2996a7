/* Config hashes, against values that docker compose 2.40 wrote. */
#include "compose/print/hash.h"
#include "tree_case.h"

static const char *id_of(void *arg, const char *service)
{
	(void)arg;
	return strcmp(service, "db") == 0 ? "0123456789ab" : NULL;
}

static const char *service_hash(const char *members)
{
	const struct project *project =
		project_of(arena_printf(arena, "services:\n  db: {image: y}\n  web: {%s}\n", members));
	return hash_service(arena, project_service(project, "web"), NULL);
}

static void known(void **state)
{
	(void)state;
	assert_string_equal(
		service_hash("build: ."), "8ed9276b9b43971f5e501d66147c519a039b4cf02cb7c2f3b6c3aa25e8d28823");
	const struct project *project = project_of("services:\n  a: {image: x}\n"
						   "networks: {n: {name: specprobe_n2}}\n"
						   "volumes: {v: {name: specprobe_data, labels: {v: w}}}\n");
	assert_string_equal(hash_network(arena, project_network(project, "n")),
		"41cd98c2e06e03da4b9841327f7ad80baa95fc69f5996d049ee4939cd99b813b");
	assert_string_equal(hash_volume(arena, project_volume(project, "v")),
		"3aedd6fa83eadb218676be59a19d130439cfc761a8062d706b41ae5eeef574fd");
}

static void left_out(void **state)
{
	(void)state;
	const char *plain = service_hash("image: x");
	static const char *const same[] = { "image: x, build: .", "image: x, pull_policy: always",
		"image: x, scale: 3", "image: x, depends_on: [db]", "image: x, profiles: []",
		"image: x, x-flow: {files: bind}", "image: x, dependencies: [db]",
		"image: x, ports: [{internal: 1, external: 2}]", "image: x, x-any: 1" };
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (strcmp(service_hash(same[i]), plain) != 0)
			fail_msg("%s changes the hash", same[i]);
	static const char *const other[] = { "image: y", "image: x, command: a",
		"image: x, environment: {A: 1}", "image: x, labels: {a: b}", "image: x, deploy: {}",
		"image: x, tty: true", "image: x, ports: [80]" };
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (strcmp(service_hash(other[i]), plain) == 0)
			fail_msg("%s does not change the hash", other[i]);
	assert_string_equal(
		service_hash("image: x, deploy: {replicas: 2}"), service_hash("image: x, deploy: {}"));
}

static void references(void **state)
{
	(void)state;
	struct hash_resolver resolver = { .id = id_of };
	const struct project *by_name = project_of(
		"services:\n  db: {image: y}\n  web: {image: x, pid: 'service:db', ipc: 'service:db', "
		"volumes_from: ['db:ro', 'container:c:ro']}\n");
	const struct project *by_id = project_of(
		"services:\n  web: {image: x, pid: 'container:0123456789ab', ipc: 'container:0123456789ab', "
		"volumes_from: ['container:z']}\n");
	const char *resolved = hash_service(arena, project_service(by_name, "web"), &resolver);
	assert_string_not_equal(resolved, hash_service(arena, project_service(by_name, "web"), NULL));
	struct service *like = project_service(by_id, "web");
	struct node *list = node_get(like->node, "volumes_from");
	list->items[0] = node_string(arena, list->at, "0123456789ab");
	node_push(arena, list, node_string(arena, list->at, "c"));
	assert_string_equal(resolved, hash_service(arena, like, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(known), TEST(left_out), TEST(references) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
