/* Config hashes, against values that docker compose 2.40 wrote. */
#include "base/text/sha256.h"
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

/* The socket, the credentials and where they are found count as if the file had them. */
static void d1_api_socket_is_written_out(void **state)
{
	(void)state;
	assert_string_equal(service_hash("image: busybox, use_api_socket: true"),
		"d6575c07861a3798c9deb5dc58f51b6d6f98b44cd6505af0e75927d99cda29cb");
	assert_string_equal(
		service_hash("image: busybox, use_api_socket: true, environment: {DOCKER_CONFIG: }"),
		"77442e6bd95818136957dadf8b7d679925c66136d427eb6c3c3bdb853e075883");
	const struct project *project = project_of("services:\n  web: {image: busybox, use_api_socket: true, "
						   "environment: {A: b}, volumes: [/x], configs: [c]}\n"
						   "configs: {c: {content: hello}}\n");
	const struct service *web = project_service(project, "web");
	const char *own = flat(web->node);
	assert_string_equal(hash_service(arena, web, NULL),
		"63a236f7d04130f4191f23d9ef3d14df4d7d0b10b271822084d1b1c61f9d19ff");
	assert_string_equal(flat(web->node), own);
	assert_string_equal(service_hash("image: x, use_api_socket: false"), service_hash("image: x"));
}

/* Behind the labels; but not in what `config --hash` prints. */
static void d1_label_files_count_by_their_paths(void **state)
{
	(void)state;
	const struct project *project = project_of("services:\n  web: {image: x, labels: {L: 1}}\n");
	const struct service *web = project_service(project, "web");
	const char *printed = hash_service_printed(arena, web);
	struct node *files = node_list(arena, web->at);
	node_push(arena, files, node_string(arena, web->at, "/etc//l"));
	node_set(arena, web->node, "label_file", web->at, files);
	const char *json = "{\"command\":null,\"entrypoint\":null,\"image\":\"x\",\"labels\":{\"L\":\"1\"},"
			   "\"label_file\":[\"/etc//l\"],\"networks\":{\"default\":null}}";
	assert_string_equal(hash_service(arena, web, NULL), sha256_hex(arena, json, strlen(json)));
	assert_string_equal(hash_service_printed(arena, web), printed);
}

/* What is built is for the platform of the environment; what is pulled says nothing of it. */
static void d1_built_services_have_the_default_platform(void **state)
{
	(void)state;
	const char *plain = service_hash("image: x"), *own = service_hash("image: x, platform: linux/arm64");
	map_set(&env, "DOCKER_DEFAULT_PLATFORM", (void *)(uintptr_t) "linux/arm64");
	assert_string_equal(service_hash("image: x"), plain);
	assert_string_equal(service_hash("image: x, build: ."), own);
	assert_string_equal(service_hash("image: x, build: ., platform: linux/arm64"), own);
	const struct project *project = project_of("services:\n  web: {image: x, build: .}\n");
	assert_string_equal(hash_service_printed(arena, project_service(project, "web")), own);
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(known), TEST(left_out), TEST(references),
		TEST(d1_api_socket_is_written_out), TEST(d1_label_files_count_by_their_paths),
		TEST(d1_built_services_have_the_default_platform) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
