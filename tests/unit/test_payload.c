/* Create bodies: every folder of testdata/payload holds a compose.yaml and what the engine is to be sent for
 * it (want.json); a file `api` names the minor API version (51 without). UPDATE=1 writes those that
 * differ. */
#include "base/text/json.h"
#include "compose/load/load.h"
#include "engine/payload/payload.h"
#include "graph/plan/hooks.h"
#include "arena_case.h"

#include <cjson/cJSON.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>

static struct engine engine;

static int set_up(void **state)
{
	arena_set_up(state);
	engine = (struct engine){ .arena = arena, .api = 51 };
	return 0;
}

static const char *id_of(void *arg, const char *key)
{
	(void)arg;
	return arena_printf(arena, "id-of-%s", key);
}

/* Two containers of each service that is referred to. */
static const struct payload_peer *peers_of(void *arg, const char *key, size_t *ret_count)
{
	(void)arg;
	struct payload_peer *peers = ARENA_ARRAY(arena, struct payload_peer, 2);
	for (size_t i = 0; i < 2; i++)
		peers[i] = (struct payload_peer){ id_of(NULL, key),
			arena_printf(arena, "shop-%s-%zu", key, i + 1), (int64_t)i + 1 };
	*ret_count = 2;
	return peers;
}

static struct project *load(const char *file)
{
	struct sources sources;
	struct project *project = NULL;
	struct map *os_env = map_create(arena);
	map_set(os_env, "FROM_ENV", (void *)(uintptr_t) "environment's value");
	/* /project exists in the cases alone: what this machine may have there, or in its list of users, is
	 * no part of them. */
	map_set(os_env, "COMPOSE_DISABLE_ENV_FILE", (void *)(uintptr_t) "1");
	map_set(os_env, "HOME", (void *)(uintptr_t) "/home/user");
	sources_init(&sources, arena);
	file = realpath(file, arena_alloc(arena, PATH_MAX));
	assert_non_null(file);
	struct load_options options = { .files = &file,
		.nfiles = 1,
		.project_dir = "/project",
		.project_name = "shop",
		.os_env = os_env,
		.cwd = "/project" };
	if (load_project(arena, &options, &sources, &project, &errors) < 0) {
		errors_print(stderr, &errors, &(struct error_style){ .color = false });
		fail_msg("%s cannot be loaded", file);
	}
	project->files = ARENA_ARRAY(arena, const char *, 1);
	project->files[0] = "/project/compose.yaml";
	project->nfiles = 1;
	return project;
}

static cJSON *body(const char *text)
{
	if (!text)
		errors_print(stderr, &errors, &(struct error_style){ .color = false });
	assert_non_null(text);
	cJSON *json = cJSON_Parse(text);
	assert_non_null(json);
	cJSON *labels = cJSON_GetObjectItemCaseSensitive(json, "Labels");
	if (cJSON_GetObjectItemCaseSensitive(labels, "com.docker.compose.version"))
		cJSON_ReplaceItemInObjectCaseSensitive(
			labels, "com.docker.compose.version", cJSON_CreateString("VERSION"));
	cJSON_DeleteItemFromObjectCaseSensitive(labels, "docker-flow.created");
	return json;
}

/* The containers of the service's hooks, beside one of its own. */
static void put_hooks(cJSON *all, const struct service *service, const struct payload_context *context)
{
	const struct step own = { .result_id = "own" };
	const struct oneoff oneoff = { .service = service->key, .hook = "pre_start" };
	for (size_t i = 0; i < service->npre_start; i++) {
		const struct step step = { .op = OP_CONTAINER_CREATE,
			.name = "shop-hook",
			.service = hook_service(arena, service, i),
			.create = { .oneoff = &oneoff, .volumes_from = &own } };
		const struct step connect = { .op = OP_NETWORK_CONNECT,
			.service = step.service,
			.target = (struct step *)(uintptr_t)&step,
			.network.attachment = step.service->nnetworks ? step.service->networks[0] : NULL };
		const char *name = arena_printf(arena, "%s pre_start[%zu]", service->key, i);
		cJSON_AddItemToObject(all, name, body(payload_container(arena, &step, context, &errors)));
		if (connect.network.attachment)
			cJSON_AddItemToObject(all, arena_printf(arena, "%s, further network", name),
				body(payload_connect(arena, &connect, "hook", context, &errors)));
	}
}

static cJSON *bodies(const struct project *project)
{
	const char *volumes[] = { "/data" };
	struct observed_image of_image[] = { { .reference = "busybox", .id = "sha256:1" },
		{ .reference = "data", .id = "sha256:2", .volumes = volumes, .nvolumes = 1 } };
	struct observed_image *images[] = { &of_image[0], &of_image[1] };
	const struct observed seen = { .images = images, .nimages = 2 };
	const struct pair proxies[] = { { "HTTP_PROXY", "http://proxy:3128" } };
	const struct payload_context context = { .engine = &engine,
		.container_of = id_of,
		.peers_of = peers_of,
		.seen = &seen,
		.proxies = proxies,
		.nproxies = 1,
		.shared_files = true };
	cJSON *all = cJSON_CreateObject();
	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = project->services[i];
		const struct step step = { .op = OP_CONTAINER_CREATE,
			.name = service_container_name(arena, service, 1),
			.service = service,
			.number_of = 1,
			.create = { .image_id = "sha256:1", .inputs = "inputs" } };
		cJSON_AddItemToObject(
			all, service->key, body(payload_container(arena, &step, &context, &errors)));
		put_hooks(all, service, &context);
	}
	for (size_t i = 0; i < project->nnetworks; i++)
		if (!project->networks[i]->external)
			cJSON_AddItemToObject(all,
				arena_printf(arena, "network %s", project->networks[i]->key),
				body(payload_network(arena, project->networks[i])));
	for (size_t i = 0; i < project->nvolumes; i++)
		cJSON_AddItemToObject(all, arena_printf(arena, "volume %s", project->volumes[i]->key),
			body(payload_volume(arena, project->volumes[i])));
	return all;
}

static const char *read_text(const char *path)
{
	FILE *file = fopen(path, "re");
	if (!file)
		return NULL;
	char *text = arena_alloc(arena, 1 << 20);
	text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "%s\n", text);
	fclose(file);
}

static void run_case(const char *dir)
{
	const char *want_path = arena_printf(arena, "%s/want.json", dir);
	const char *api = read_text(arena_printf(arena, "%s/api", dir));
	engine.api = api ? (int)strtol(api, NULL, 10) : 51;
	cJSON *got = bodies(load(arena_printf(arena, "%s/compose.yaml", dir)));
	char *text = cJSON_Print(got);
	cJSON *want = cJSON_Parse(read_text(want_path));
	bool same = cJSON_Compare(got, want, true);
	/* Only what differs is written: another run may be reading it. */
	if (!same && updates_golden()) {
		write_text(want_path, text);
	} else if (!same) {
		fprintf(stderr, "%s: got\n%s\n", dir, text);
		fail_msg("%s: not what want.json says", dir);
	}
	cJSON_free(text);
	cJSON_Delete(want);
	cJSON_Delete(got);
}

static void test_cases(void **state)
{
	(void)state;
	glob_t found;
	assert_int_equal(glob("testdata/payload/*/compose.yaml", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		run_case(dirname(arena_strdup(arena, found.gl_pathv[i])));
	globfree(&found);
}

/* A service with an anonymous volume, made again: which volumes of the old container come along. */
static cJSON *recreated_mounts(const struct observed *seen)
{
	static struct observed_mount old[] = {
		{ "volume", "a1", "/var/lib/a1", "/anonymous", true },
		{ "volume", "b2", "/var/lib/b2", "/of-image", true },
		{ "volume", "shop_data", "/var/lib/d", "/data", true },
		{ "volume", "0123456789012345678901234567890123456789012345678901234567890123", "/x",
			"/generated", false },
		{ "tmpfs", NULL, "", "/of-image/tmp", true },
	};
	static const struct observed_container before = {
		.id = "old", .name = "shop-web-1", .mounts = old, .nmounts = 5
	};
	static const struct mount anonymous = { .type = "volume", .target = "/anonymous" },
				  data = { .type = "volume", .source = "data", .target = "/data" };
	struct mount *mounts[] = { (struct mount *)(uintptr_t)&anonymous, (struct mount *)(uintptr_t)&data };
	struct project project = { .name = "shop", .dir = "/project", .separator = "-" };
	struct service service = { .key = "web",
		.project = &project,
		.image = "busybox",
		.volumes = mounts,
		.nvolumes = 2,
		.network_mode = "none" };
	service.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	const struct step step = { .op = OP_CONTAINER_CREATE,
		.name = "old_shop-web-1",
		.new_name = "shop-web-1",
		.service = &service,
		.number_of = 1,
		.create.replaces = &before };
	const struct payload_context context = { .engine = &engine, .container_of = id_of, .seen = seen };
	cJSON *json = cJSON_Parse(payload_container(arena, &step, &context, &errors));
	cJSON *mounted = cJSON_DetachItemFromObject(cJSON_GetObjectItem(json, "HostConfig"), "Mounts");
	const cJSON *binds = json_at(json, "HostConfig.Binds");
	assert_int_equal(cJSON_GetArraySize(binds), 1);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(binds, 0)), "data:/data:rw");
	cJSON_Delete(json);
	return mounted;
}

static void test_recreate_keeps_volumes(void **state)
{
	(void)state;
	const char *volumes[] = { "/of-image" };
	struct observed_image image = {
		.reference = "busybox", .id = "sha256:1", .volumes = volumes, .nvolumes = 1
	};
	struct observed_image *images[] = { &image };
	const struct observed seen = { .images = images, .nimages = 1 };
	cJSON *mounts = recreated_mounts(&seen);
	assert_int_equal(cJSON_GetArraySize(mounts), 2);
	assert_string_equal(json_text(cJSON_GetArrayItem(mounts, 0), "Source", ""), "a1");
	assert_string_equal(json_text(cJSON_GetArrayItem(mounts, 0), "Target", ""), "/anonymous");
	assert_string_equal(json_text(cJSON_GetArrayItem(mounts, 1), "Source", ""), "b2");
	cJSON_Delete(mounts);
}

/* While the image is unknown, volumes with generated names are kept: data is never dropped. */
static void test_recreate_without_image(void **state)
{
	(void)state;
	const struct observed seen = { .nimages = 0 };
	cJSON *mounts = recreated_mounts(&seen);
	assert_int_equal(cJSON_GetArraySize(mounts), 2);
	assert_string_equal(json_text(cJSON_GetArrayItem(mounts, 1), "Target", ""), "/generated");
	assert_true(json_bool(cJSON_GetArrayItem(mounts, 1), "ReadOnly"));
	cJSON_Delete(mounts);
}

/* As docker compose names what is replaced: without the project. */
static void d4_replace_label_is_composes(void **state)
{
	(void)state;
	struct project project = { .name = "shop", .dir = "/project", .separator = "_" };
	struct service service = {
		.key = "web", .project = &project, .image = "busybox", .network_mode = "none"
	};
	service.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	const struct observed_container before = { .name = "shop_web_2" };
	const struct step step = { .op = OP_CONTAINER_CREATE,
		.name = "shop_web_2",
		.service = &service,
		.number_of = 2,
		.create.replaces = &before };
	const struct payload_context context = { .engine = &engine, .container_of = id_of };
	static const char *const want[] = { "web_2", "mine" };
	for (size_t i = 0; i < 2; i++) {
		service.container_name = i ? "mine" : NULL;
		cJSON *json = cJSON_Parse(payload_container(arena, &step, &context, &errors));
		const cJSON *label = cJSON_GetObjectItemCaseSensitive(
			cJSON_GetObjectItem(json, "Labels"), "com.docker.compose.replace");
		assert_string_equal(cJSON_GetStringValue(label), want[i]);
		cJSON_Delete(json);
	}
}

/* As docker's own client sends them. */
static void d4_capabilities_are_normal(void **state)
{
	(void)state;
	const char *add[] = { "sys_time", "NET_ADMIN", "CAP_CHOWN", "all", "chown" },
		   *drop[] = { "net_raw", "mknod" };
	struct project project = { .name = "shop", .dir = "/project", .separator = "-" };
	struct service service = { .key = "web",
		.project = &project,
		.image = "busybox",
		.network_mode = "none",
		.cap_add = add,
		.ncap_add = 5,
		.cap_drop = drop,
		.ncap_drop = 2 };
	service.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	const struct step step = { .op = OP_CONTAINER_CREATE, .name = "shop-web-1", .service = &service };
	const struct payload_context context = { .engine = &engine, .container_of = id_of };
	cJSON *json = cJSON_Parse(payload_container(arena, &step, &context, &errors));
	char *added = cJSON_PrintUnformatted(json_at(json, "HostConfig.CapAdd"));
	char *dropped = cJSON_PrintUnformatted(json_at(json, "HostConfig.CapDrop"));
	assert_string_equal(added, "[\"ALL\",\"CAP_CHOWN\",\"CAP_NET_ADMIN\",\"CAP_SYS_TIME\"]");
	assert_string_equal(dropped, "[\"CAP_MKNOD\",\"CAP_NET_RAW\"]");
	cJSON_free(added);
	cJSON_free(dropped);
	cJSON_Delete(json);
}

/* As elsewhere in the file, `~` is known without HOME, too. */
static void seccomp_profile_below_the_home_directory(void **state)
{
	(void)state;
	const char *const profile = "seccomp=~/there-is-no-such-profile.json";
	const struct map *env = map_create(arena);
	struct project project = { .name = "shop", .dir = "/project", .separator = "-", .env = env };
	struct service service = { .key = "web",
		.project = &project,
		.image = "busybox",
		.security_opt = (const char **)(uintptr_t)&profile,
		.nsecurity_opt = 1 };
	service.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	const struct step step = { .op = OP_CONTAINER_CREATE, .name = "shop-web-1", .service = &service };
	const struct payload_context context = { .engine = &engine, .container_of = id_of };
	assert_null(payload_container(arena, &step, &context, &errors));
	assert_non_null(strstr(errors.first->message, "there-is-no-such-profile.json"));
	assert_null(strchr(errors.first->message, '~'));
}

static void test_needs_newer_engine(void **state)
{
	(void)state;
	struct project project = { .name = "shop", .dir = "/project", .separator = "-" };
	struct healthcheck check = { .start_interval = { true, 1000000 }, .start_period = { true, 1000000 } };
	struct service service = {
		.key = "web", .project = &project, .image = "busybox", .healthcheck = &check
	};
	service.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	const struct step step = { .op = OP_CONTAINER_CREATE, .name = "shop-web-1", .service = &service };
	const struct payload_context context = { .engine = &engine, .container_of = id_of };
	engine.api = 43;
	assert_null(payload_container(arena, &step, &context, &errors));
	assert_non_null(strstr(errors.first->message, "needs Docker Engine 25"));
	assert_string_equal(errors.first->path, "services.web.healthcheck.start_interval");
	engine.api = 44;
	assert_non_null(payload_container(arena, &step, &context, &errors));
}

/* The endpoint of a connect request. */
static const char *endpoint_of(const struct step *step)
{
	const struct payload_context context = { .engine = &engine, .container_of = id_of };
	cJSON *json = cJSON_Parse(payload_connect(arena, step, "c1", &context, &errors));
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "Container")), "c1");
	const char *endpoint = json_print(arena, cJSON_DetachItemFromObject(json, "EndpointConfig"));
	cJSON_Delete(json);
	return endpoint;
}

/* Put aside it keeps its place but for the aliases; taken back it has them again, as it had them or, when
 * nobody has looked at them, as the file says. */
static void connect_without_and_with_aliases(void **state)
{
	(void)state;
	struct project project = { .name = "shop", .dir = "/project", .separator = "-" };
	struct network network = { .key = "default", .name = "shop_default", .project = &project };
	struct service service = { .key = "web", .project = &project, .image = "busybox" };
	const char *aliases[] = { "store" };
	struct attachment file = { .key = "default", .aliases = aliases, .naliases = 1 };
	struct observed_attachment former = { .network = "shop_default",
		.address = "10.0.0.2",
		.endpoint = "{\"Aliases\":[\"web\",\"shop\"],\"DriverOpts\":{\"a\":\"b\"}}" };
	struct step step = { .op = OP_NETWORK_CONNECT, .name = "shop-web-1", .service = &service };
	step.network.wanted = &network;
	step.network.former = &former;
	step.network.renewed = step.network.apart = true;
	assert_string_equal(endpoint_of(&step), "{\"DriverOpts\":{\"a\":\"b\"},\"IPAMConfig\":{}}");
	step.network.apart = false;
	step.network.attachment = &file;
	assert_string_equal(endpoint_of(&step),
		"{\"Aliases\":[\"web\",\"shop\"],\"DriverOpts\":{\"a\":\"b\"},\"IPAMConfig\":{}}");
	former.endpoint = NULL;
	assert_string_equal(endpoint_of(&step), "{\"Aliases\":[\"shop-web-1\",\"web\",\"store\"]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cases, set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(test_recreate_keeps_volumes, set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(test_recreate_without_image, set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(d4_replace_label_is_composes, set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(d4_capabilities_are_normal, set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(
			seccomp_profile_below_the_home_directory, set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(test_needs_newer_engine, set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(connect_without_and_with_aliases, set_up, arena_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
