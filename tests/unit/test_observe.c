/* Readers of the engine's documents. */
#include "base/text/json.h"
#include "engine/observe/observe.h"
#include "arena_case.h"

#include <cjson/cJSON.h>

static struct cJSON *parse(const char *text)
{
	struct cJSON *json = json_parse(text, strlen(text), "test", &errors);
	assert_non_null(json);
	return json;
}

static const char listed[] =
	"{\"Id\":\"abc\",\"Names\":[\"/other/alias\",\"/shop-web-2\"],\"Image\":\"busybox\",\"ImageID\":\"sha256:1\","
	"\"Command\":\"sh\",\"Created\":1700000000,\"State\":\"running\",\"Status\":\"Up 2 minutes (unhealthy)\","
	"\"Ports\":[{\"IP\":\"0.0.0.0\",\"PrivatePort\":80,\"PublicPort\":8080,\"Type\":\"tcp\"},"
	"{\"PrivatePort\":53,\"Type\":\"udp\"}],"
	"\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"web\","
	"\"com.docker.compose.container-number\":\"2\",\"com.docker.compose.oneoff\":\"False\","
	"\"com.docker.compose.config-hash\":\"h\",\"docker-flow.inputs\":\"i\"},"
	"\"NetworkSettings\":{\"Networks\":{\"shop_default\":{\"NetworkID\":\"n1\",\"IPAddress\":\"10.1.0.2\"}}},"
	"\"Mounts\":[{\"Type\":\"volume\",\"Name\":\"shop_data\",\"Source\":\"/s\",\"Destination\":\"/data\",\"RW\":true}]}";

static void test_container(void **state)
{
	(void)state;
	struct cJSON *json = parse(listed);
	const struct observed_container *c = observe_container(arena, NULL, json, &errors);
	cJSON_Delete(json); /* everything is copied */
	assert_string_equal(c->id, "abc");
	assert_string_equal(c->name, "shop-web-2");
	assert_string_equal(c->project, "shop");
	assert_string_equal(c->service, "web");
	assert_int_equal(c->number, 2);
	assert_false(c->oneoff);
	assert_int_equal(c->state, CONTAINER_RUNNING);
	assert_int_equal(c->health, HEALTH_UNHEALTHY);
	assert_string_equal(c->config_hash, "h");
	assert_string_equal(c->inputs, "i");
	assert_null(c->replaces);
	assert_int_equal(c->nmounts, 1);
	assert_string_equal(c->mounts[0].name, "shop_data");
	assert_true(c->mounts[0].writable);
	assert_int_equal(c->nattachments, 1);
	assert_string_equal(c->attachments[0].network_id, "n1");
	assert_int_equal(c->nports, 2);
	assert_int_equal(c->ports[0].host_port, 8080);
	assert_int_equal(c->ports[1].host_port, 0);
}

/* What has run longer never has the smaller number. */
static void c2_times_in_words(void **state)
{
	(void)state;
	static const char *const words[] = { "Exited (0) 2 hours ago", "Up Less than a second", "Up 1 second",
		"Up 59 seconds (healthy)", "Up About a minute", "Up 2 minutes (health: starting)",
		"Up 59 minutes", "Up About an hour", "Up 47 hours (Paused)", "Up 2 days", "Up 13 days",
		"Up 2 weeks", "Up 8 weeks", "Up 2 months", "Up 23 months", "Up 2 years" };
	int64_t before = -2;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct cJSON *json = parse(arena_printf(arena,
			"{\"Id\":\"a\",\"Names\":[\"/a\"],\"State\":\"running\",\"Status\":\"%s\"}",
			words[i]));
		int64_t up = observe_container(arena, NULL, json, &errors)->up;
		cJSON_Delete(json);
		assert_true(up > before);
		before = up;
	}
}

static void test_status_words(void **state)
{
	static const struct {
		const char *state, *status;
		enum health health;
		int64_t exit_code;
	} cases[] = {
		{ "exited", "Exited (137) 3 minutes ago", HEALTH_NONE, 137 },
		{ "exited", "Exited (0) 3 minutes ago", HEALTH_NONE, 0 },
		{ "restarting", "Restarting (1) 2 seconds ago", HEALTH_NONE, 1 },
		{ "created", "Created", HEALTH_NONE, 0 },
		{ "running", "Up Less than a second (health: starting)", HEALTH_STARTING, 0 },
		{ "running", "Up 5 minutes (healthy)", HEALTH_HEALTHY, 0 },
		{ "paused", "Up 5 minutes (Paused)", HEALTH_NONE, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct cJSON *json = parse(arena_printf(arena,
			"{\"Id\":\"a\",\"Names\":[\"/a\"],\"State\":\"%s\",\"Status\":\"%s\"}",
			cases[i].state, cases[i].status));
		const struct observed_container *c = observe_container(arena, NULL, json, &errors);
		cJSON_Delete(json);
		assert_int_equal(c->health, cases[i].health);
		assert_int_equal(c->exit_code, cases[i].exit_code);
		assert_string_equal(container_state_name(c->state), cases[i].state);
	}
}

/* A shell sees the last byte of a status: what has failed must not look well for that. */
static void a6_statuses_of_more_than_a_byte(void **state)
{
	(void)state;
	assert_int_equal(container_exit_status(0), 0);
	assert_int_equal(container_exit_status(137), 137);
	assert_int_equal(container_exit_status(256), 1);
	assert_int_equal(container_exit_status(INT64_C(1) << 32), 1);
	assert_int_equal(container_exit_status(3221225786), 58); /* of Windows */
	assert_int_equal(container_exit_status(-1), 255);
}

/* What decides nothing may be of any type. */
static void test_strange(void **state)
{
	(void)state;
	struct cJSON *json =
		parse("{\"Id\":\"a\",\"Names\":null,\"Labels\":null,\"Mounts\":[5],\"Ports\":null,"
		      "\"NetworkSettings\":{\"Networks\":{\"n\":7}},\"State\":\"unheard\",\"Status\":\"\"}");
	const struct observed_container *c = observe_container(arena, NULL, json, &errors);
	assert_string_equal(c->name, "a"); /* its id: one that is being removed may have lost its name */
	assert_null(c->project);
	assert_int_equal(c->state, CONTAINER_DEAD);
	assert_int_equal(c->nattachments, 1);
	cJSON_Delete(json);
}

/* What does decide is not believed in another type. */
static void a6_members_of_other_types(void **state)
{
	static const char *const containers[] = { "null", "5", "[]", "{}",
		"{\"Id\":5,\"State\":\"running\",\"Status\":\"\"}",
		"{\"Id\":\"\",\"State\":\"running\",\"Status\":\"\"}",
		"{\"Id\":\"../../images/x?a=b#c\",\"State\":\"running\",\"Status\":\"\"}",
		"{\"Id\":\"a\",\"Status\":\"\"}",
		"{\"Id\":\"a\",\"State\":\"running\",\"Status\":\"\",\"Names\":[]}",
		"{\"Id\":\"a\",\"State\":\"running\",\"Status\":\"\",\"Labels\":[1]}",
		"{\"Id\":\"a\",\"State\":\"running\",\"Status\":\"\",\"Labels\":{\"x\":1}}" };
	static const char *const others[] = { "null", "7", "[]", "{\"message\":\"x\"}",
		"{\"Id\":\"a/b\",\"Name\":5}" };
	(void)state;
	for (size_t i = 0; i < sizeof containers / sizeof *containers; i++) {
		struct cJSON *json = parse(containers[i]);
		assert_null(observe_container(arena, NULL, json, &errors));
		assert_int_equal(errors.count, i + 1);
		cJSON_Delete(json);
	}
	assert_non_null(
		strstr(errors.last->message, "GET /containers/json: the answer is a number, not a text"));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct cJSON *json = parse(others[i]);
		assert_null(observe_network(arena, json, &errors));
		assert_null(observe_volume(arena, json, &errors));
		assert_null(observe_image(arena, "x", json, &errors));
		cJSON_Delete(json);
	}
}

static void test_network_and_volume(void **state)
{
	(void)state;
	struct cJSON *json = parse(
		"{\"Id\":\"n1\",\"Name\":\"shop_default\",\"Created\":\"2026-11-21T14:00:00Z\",\"Labels\":{"
		"\"com.docker.compose.project\":\"shop\",\"com.docker.compose.network\":\"default\"}}");
	const struct observed_network *network = observe_network(arena, json, &errors);
	cJSON_Delete(json);
	assert_string_equal(network->name, "shop_default");
	assert_string_equal(network->key, "default");
	assert_null(network->config_hash);
	assert_string_equal(network->created, "2026-11-21T14:00:00Z");
	json = parse(
		"{\"Name\":\"v\",\"Driver\":\"local\",\"CreatedAt\":\"2024-01-01T00:00:00Z\",\"Labels\":null}");
	const struct observed_volume *volume = observe_volume(arena, json, &errors);
	assert_string_equal(volume->created, "2024-01-01T00:00:00Z");
	assert_null(volume->project);
	assert_string_equal(observe_created(observe_volume(arena, json, &errors), 41), "unknown");
	cJSON_Delete(json);
	json = parse(
		"{\"Name\":\"v\",\"CreatedAt\":\"2024-01-01T00:00:00Z\",\"Labels\":{\"docker-flow.created\":\"7\"}}");
	assert_string_equal(observe_created(observe_volume(arena, json, &errors), 41), "7");
	cJSON_Delete(json);
}

static void test_image(void **state)
{
	(void)state;
	struct cJSON *json =
		parse("{\"Id\":\"sha256:9\",\"Os\":\"linux\",\"Architecture\":\"arm64\",\"Config\":{"
		      "\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"true\"],\"Interval\":3000000000},"
		      "\"Volumes\":{\"/data\":{}},\"ExposedPorts\":{\"80/tcp\":{}}}}");
	const struct observed_image *image = observe_image(arena, "x:1", json, &errors);
	cJSON_Delete(json);
	assert_string_equal(image->reference, "x:1");
	assert_string_equal(image->id, "sha256:9");
	assert_true(image->has_check);
	assert_int_equal(image->check->ntest, 2);
	assert_int_equal(image->check->interval.value, 3000000000);
	assert_false(image->check->retries.set);
	assert_string_equal(image->volumes[0], "/data");
	assert_string_equal(image->exposed[0], "80/tcp");
	json = parse("{\"Id\":\"sha256:9\",\"Config\":{\"Healthcheck\":{\"Test\":[\"NONE\"]}}}");
	assert_false(observe_image(arena, "x", json, &errors)->has_check);
	cJSON_Delete(json);
	assert_null(observe_image(arena, "missing", NULL, &errors)->id);
}

/* Data is lost where an answer is wrong. */
static void a3_a_volume_for_uploads_is_known_by_the_configuration(void **state)
{
	static const struct {
		const char *label, *hash, *name, *target;
		bool want;
	} cases[] = {
		{ "h\n/run/secrets", "h", "a", "/run/secrets", true },
		{ "h\n/x\n/run/secrets", "h", "a", "/run/secrets", true },
		{ "h\n/run/secrets\n/x", "h", "a", "/run/secrets", true },
		{ "h\n/run/secrets", "g", "a", "/run/secrets", false }, /* of the image */
		{ "h\n/run/secrets", NULL, "a", "/run/secrets", false },
		{ "/run/secrets", "h", "a", "/run/secrets", false },
		{ "h\n/run/secrets", "h", "data", "/run/secrets", false }, /* has a name of its own */
		{ "h\n/run/secrets2", "h", "a", "/run/secrets", false },
		{ "h\n/run", "h", "a", "/run/secrets", false },
		{ "h", "h", "a", "/run/secrets", false },
		{ NULL, "h", "a", "/run/secrets", false },
	};
	char anonymous[65];
	memset(anonymous, 'a', 64);
	anonymous[64] = '\0';
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair label = { .key = "docker-flow.uploads", .value = cases[i].label };
		const struct observed_container container = {
			.config_hash = cases[i].hash, .labels = &label, .nlabels = cases[i].label ? 1 : 0
		};
		const struct observed_mount mount = { .type = "volume",
			.name = strcmp(cases[i].name, "a") == 0 ? anonymous : cases[i].name,
			.target = cases[i].target };
		assert_int_equal(observed_upload(&container, &mount), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_container, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(test_status_words, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(c2_times_in_words, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(
			a6_statuses_of_more_than_a_byte, arena_set_up, arena_tear_down),
		cmocka_unit_test(a3_a_volume_for_uploads_is_known_by_the_configuration),
		cmocka_unit_test_setup_teardown(test_strange, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(a6_members_of_other_types, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(test_network_and_volume, arena_set_up, arena_tear_down),
		cmocka_unit_test_setup_teardown(test_image, arena_set_up, arena_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
