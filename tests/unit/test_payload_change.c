/* What a plan tells of a container that is made anew, from the engine's own documents. */
#include "engine/payload/payload_change.h"
#include "base/map.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_create();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* The changes as text, one a line. */
static const char *changes(const char *body, const char *there, const char *image, bool show_values)
{
	struct step_create create = { 0 };
	struct map *variables = map_create(arena);
	const struct change_options options = { show_values, NULL, variables };
	map_set(variables, "of-a-variable", "");
	cJSON *new = cJSON_Parse(body), *old = cJSON_Parse(there), *from = image ? cJSON_Parse(image) : NULL;
	assert_non_null(new);
	assert_non_null(old);
	payload_changes(arena, new, old, from, &options, &create);
	cJSON_Delete(new);
	cJSON_Delete(old);
	cJSON_Delete(from);
	const char *text = "";
	for (size_t i = 0; i < create.nchanges; i++)
		text = arena_printf(arena, "%s%s: %s -> %s\n", text, create.changes[i].attribute,
			create.changes[i].old ? create.changes[i].old : "unset",
			create.changes[i].new ? create.changes[i].new : "unset");
	return text;
}

static void c5_what_the_engine_adds_is_no_change(void **state)
{
	(void)state;
	assert_string_equal(
		changes("{\"Image\":\"a\",\"Env\":[\"A=1\",\"UNSET\"],\"HostConfig\":{\"Memory\":5,\"Ulimits\":[{\"Name\":\"n\","
			"\"Soft\":1,\"Hard\":2}],\"Init\":false,\"RestartPolicy\":{\"Name\":\"always\"}}}",
			"{\"Config\":{\"Image\":\"a\",\"Hostname\":\"0123456789ab\",\"Env\":[\"A=1\",\"PATH=/bin\"],"
			"\"Cmd\":[\"sh\"],\"WorkingDir\":\"/\",\"Labels\":{\"docker-flow.inputs\":\"x\",\"of\":\"image\"}},"
			"\"HostConfig\":{\"Memory\":5,\"MemorySwap\":10,\"ShmSize\":67108864,\"IpcMode\":\"private\","
			"\"Runtime\":\"runc\",\"Ulimits\":[{\"Hard\":2,\"Name\":\"n\",\"Soft\":1}],"
			"\"RestartPolicy\":{\"Name\":\"always\",\"MaximumRetryCount\":0},"
			"\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{}}}}",
			"{\"Config\":{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"sh\"],\"WorkingDir\":\"/\",\"Labels\":{\"of\":\"image\"}}}",
			false),
		"");
}

static void c5_another_order_is_no_change(void **state)
{
	(void)state;
	assert_string_equal(
		changes("{\"HostConfig\":{\"ExtraHosts\":[\"a:1.1.1.1\",\"b:2.2.2.2\"],\"CapAdd\":[\"X\",\"Y\"],\"Ulimits\":["
			"{\"Name\":\"core\",\"Soft\":0,\"Hard\":0},{\"Name\":\"n\",\"Soft\":1,\"Hard\":2}],\"PortBindings\":"
			"{\"80/tcp\":[{\"HostPort\":\"1\"},{\"HostPort\":\"2\"}]}},"
			"\"NetworkingConfig\":{\"EndpointsConfig\":{\"n\":{\"Aliases\":[\"x\",\"y\"]}}}}",
			"{\"Config\":{},\"HostConfig\":{\"ExtraHosts\":[\"b:2.2.2.2\",\"a:1.1.1.1\"],\"CapAdd\":[\"Y\",\"X\"],"
			"\"Ulimits\":[{\"Name\":\"n\",\"Soft\":1,\"Hard\":2},{\"Name\":\"core\",\"Soft\":0,\"Hard\":0}],"
			"\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"2\"},{\"HostPort\":\"1\"}]}},"
			"\"NetworkSettings\":{\"Networks\":{\"n\":{\"Aliases\":[\"y\",\"x\"]}}}}",
			NULL, false),
		"");
	/* the search list is searched in order, and what is there twice is not what is there once */
	assert_string_equal(
		changes("{\"HostConfig\":{\"DnsSearch\":[\"a\",\"b\"],\"CapAdd\":[\"X\",\"X\",\"Y\"]}}",
			"{\"Config\":{},\"HostConfig\":{\"DnsSearch\":[\"b\",\"a\"],\"CapAdd\":[\"X\",\"Y\",\"Y\"]}}",
			NULL, false),
		"cap_add: [X, Y, Y] -> [X, X, Y]\ndns_search: [b, a] -> [a, b]\n");
	assert_string_equal(
		changes("{\"HostConfig\":{\"Ulimits\":[{\"Name\":\"n\",\"Soft\":3,\"Hard\":3},{\"Name\":\"core\",\"Soft\":0,\"Hard\":0}]}}",
			"{\"Config\":{},\"HostConfig\":{\"Ulimits\":[{\"Name\":\"n\",\"Soft\":1,\"Hard\":2},{\"Name\":\"old\",\"Soft\":1,\"Hard\":1}]}}",
			NULL, false),
		"ulimits.n: 1:2 -> 3\nulimits.core: unset -> 0\nulimits.old: 1 -> unset\n");
}

/* An engine that answers with lists where it has maps has nothing to compare with. */
static void lists_in_place_of_maps_are_no_change(void **state)
{
	(void)state;
	assert_string_equal(
		changes("{\"HostConfig\":{}}",
			"{\"Config\":{\"Labels\":[\"a\"],\"Healthcheck\":[\"b\"]},\"HostConfig\":{\"Sysctls\":[\"c\"],"
			"\"PortBindings\":[[{\"HostPort\":\"1\"}]]}}",
			NULL, false),
		"");
}

static void c5_values_of_the_environment_are_masked(void **state)
{
	(void)state;
	const char *body = "{\"Env\":[\"A=new\",\"C=\"]}",
		   *there = "{\"Config\":{\"Env\":[\"A=old\",\"B=2\"]}}";
	assert_string_equal(changes(body, there, "{\"Config\":{}}", false),
		"environment.A: *** -> ***\nenvironment.C: unset -> ***\nenvironment.B: *** -> unset\n");
	assert_string_equal(changes(body, there, "{\"Config\":{}}", true),
		"environment.A: old -> new\nenvironment.C: unset -> \"\"\nenvironment.B: 2 -> unset\n");
	/* Without the image nobody knows whether it has brought B. */
	assert_string_equal(changes(body, there, NULL, true),
		"environment.A: old -> new\nenvironment.C: unset -> \"\"\n");
}

static void a3_free_texts_are_shown_without_secrets(void **state)
{
	(void)state;
	const char *body =
		"{\"Env\":[\"A=in-environment\"],\"Cmd\":[\"serve\",\"--password\",\"hunter2\",\"--port=81\"],"
		"\"Labels\":{\"api.token\":\"b\",\"role\":\"back\",\"by\":\"see in-environment\"},"
		"\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"db -pof-a-variable\"]},"
		"\"HostConfig\":{\"LogConfig\":{\"Type\":\"splunk\",\"Config\":{\"splunk-token\":\"x\",\"tag\":\"t\"}}}}";
	const char *there =
		"{\"Config\":{\"Env\":[\"A=in-environment\"],\"Cmd\":[\"serve\",\"--password\",\"hunter1\"],"
		"\"Labels\":{\"api.token\":\"a\",\"role\":\"front\"},"
		"\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"db -pformer\"]}},"
		"\"HostConfig\":{\"LogConfig\":{\"Type\":\"syslog\",\"Config\":{\"syslog-address\":"
		"\"tcp://me:pw@h\"}}}}";
	assert_string_equal(changes(body, there, "{\"Config\":{}}", false),
		"command: [serve, --password, ***] -> [serve, --password, ***, --port=81]\n"
		"healthcheck.test: *** -> [CMD-SHELL, db -p***]\n"
		"labels.api.token: *** -> ***\nlabels.role: front -> back\nlabels.by: unset -> see ***\n"
		"logging.driver: syslog -> splunk\n"
		"logging.options: syslog-address: tcp://***@h -> splunk-token: ***, tag: t\n");
	assert_non_null(strstr(changes(body, there, "{\"Config\":{}}", true),
		"db -pformer] -> [CMD-SHELL, db -pof-a-variable]"));
}

static void c5_places_are_told_by_target_and_port(void **state)
{
	(void)state;
	assert_string_equal(
		changes("{\"HostConfig\":{\"Binds\":[\"p_new:/data:rw\",\"/src:/src:ro\"],\"PortBindings\":{\"80/tcp\":"
			"[{\"HostIp\":\"\",\"HostPort\":\"81\"}]}}}",
			"{\"HostConfig\":{\"Binds\":[\"p_old:/data:rw\"],\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/src\","
			"\"Target\":\"/src\"}],\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"80\"}]}}}",
			NULL, false),
		"ports.80/tcp: 127.0.0.1:80 -> 81\nvolumes./data: p_old -> p_new\nvolumes./src: /src -> /src (ro)\n");
}

static void c5_networks_are_told_one_by_one(void **state)
{
	(void)state;
	const char *on_two =
		"{\"HostConfig\":{\"NetworkMode\":\"p_a\"},\"NetworkSettings\":{\"Networks\":{\"p_a\":{},"
		"\"p_c\":{\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.9\"}}}}}";
	assert_string_equal(
		changes("{\"HostConfig\":{\"NetworkMode\":\"p_b\"},\"NetworkingConfig\":{\"EndpointsConfig\":{"
			"\"p_b\":{},\"p_c\":{\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.8\"}}}}}",
			on_two, NULL, false),
		"networks.p_a: attached -> unset\nnetworks.p_c: IPv4Address: 10.0.0.9 -> IPv4Address: 10.0.0.8\n"
		"networks.p_b: unset -> attached\n");
	assert_string_equal(changes("{\"HostConfig\":{\"NetworkMode\":\"host\"}}", on_two, NULL, false),
		"network_mode: unset -> host\nnetworks.p_a: attached -> unset\n"
		"networks.p_c: attached, IPv4Address: 10.0.0.9 -> unset\n");
	assert_string_equal(
		changes("{\"HostConfig\":{\"NetworkMode\":\"p_b\"},\"NetworkingConfig\":{\"EndpointsConfig\":{"
			"\"p_b\":{}}}}",
			"{\"HostConfig\":{\"NetworkMode\":\"host\"},\"NetworkSettings\":{\"Networks\":{\"host\":{}}}}",
			NULL, false),
		"network_mode: host -> unset\nnetworks.p_b: unset -> attached\n");
}

static void c5_a_container_off_its_network_has_no_other_mode(void **state)
{
	(void)state;
	const char *off = "{\"HostConfig\":{\"NetworkMode\":\"p_a\"},\"NetworkSettings\":{\"Networks\":{}}}";
	assert_string_equal(
		changes("{\"HostConfig\":{\"NetworkMode\":\"p_a\"},\"NetworkingConfig\":{\"EndpointsConfig\":{"
			"\"p_a\":{}}}}",
			off, NULL, false),
		"networks.p_a: unset -> attached\n");
	assert_string_equal(
		changes("{\"HostConfig\":{\"NetworkMode\":\"p_b\"},\"NetworkingConfig\":{\"EndpointsConfig\":{"
			"\"p_b\":{}}}}",
			off, NULL, false),
		"networks.p_b: unset -> attached\n");
	/* network_mode: outside */
	assert_string_equal(changes("{\"HostConfig\":{\"NetworkMode\":\"outside\"}}",
				    "{\"HostConfig\":{\"NetworkMode\":\"outside\"},\"NetworkSettings\":{"
				    "\"Networks\":{\"outside\":{}}}}",
				    NULL, false),
		"");
	assert_string_equal(changes("{\"HostConfig\":{\"NetworkMode\":\"outside\"}}", off, NULL, false),
		"network_mode: unset -> outside\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(c5_what_the_engine_adds_is_no_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(c5_another_order_is_no_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lists_in_place_of_maps_are_no_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(c5_values_of_the_environment_are_masked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a3_free_texts_are_shown_without_secrets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(c5_networks_are_told_one_by_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			c5_a_container_off_its_network_has_no_other_mode, set_up, tear_down),
		cmocka_unit_test_setup_teardown(c5_places_are_told_by_target_and_port, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
