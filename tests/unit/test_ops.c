/* Operation rows against made-up answers: what is asked, what an answer means, what is found out after a lost
 * one. */
#include "engine/ops.h"
#include "arena_case.h"

#include <cjson/cJSON.h>

static struct loop *loop;
static struct engine engine;
static struct project project;
static struct service service;
static struct network network;
static struct volume volume;
static struct step create, step;
static struct op_call call;
static const struct observed nothing;

static const char *no_container(void *arg, const char *key)
{
	(void)arg;
	(void)key;
	return NULL;
}

static const struct payload_context context = {
	.engine = &engine, .container_of = no_container, .seen = &nothing
};

static int set_up(void **state)
{
	arena_set_up(state);
	loop = loop_create();
	engine = (struct engine){ .arena = arena, .loop = loop, .api = 51 };
	engine.http = http_create(loop, NULL);
	project = (struct project){ .name = "shop", .dir = "/shop", .separator = "-" };
	service = (struct service){ .key = "web", .project = &project, .image = "busybox" };
	network = (struct network){ .key = "default", .project = &project, .name = "shop_default" };
	volume = (struct volume){ .key = "data", .project = &project, .name = "shop_data" };
	service.node = network.node = volume.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	create = (struct step){ .op = OP_CONTAINER_CREATE,
		.name = "shop-web-1",
		.service = &service,
		.number_of = 1,
		.result_id = "c1" };
	return 0;
}

static int tear_down(void **state)
{
	http_destroy(engine.http);
	loop_destroy(loop);
	return arena_tear_down(state);
}

/* Begins a call of an operation on the container of `create`. */
static void begin(enum op op)
{
	step = (struct step){ .op = op,
		.name = "shop-web-1",
		.service = &service,
		.target = &create,
		.number_of = 1,
		.network = &network,
		.volume = &volume,
		.new_name = "shop-web-1" };
	if (op == OP_CONTAINER_CREATE) {
		step.target = NULL;
		step.new_name = NULL;
	}
	if (op == OP_NETWORK_CREATE || op == OP_VOLUME_CREATE)
		step.service = NULL;
	call = (struct op_call){ .engine = &engine,
		.arena = arena,
		.step = &step,
		.context = &context,
		.container = "c1",
		.network = "n1",
		.errors = &errors };
}

static struct request *ask(void)
{
	struct request *request = http_request(engine.http);
	assert_int_equal(op_ask(&call, request), 0);
	return request;
}

static enum op_verdict answer(int status, const char *body)
{
	struct request *request = ask();
	request->status = status;
	if (!status) {
		request->fault = HTTP_CUT;
		request->failure = "connection lost";
	}
	if (body)
		buf_puts(&request->answer, body);
	enum op_verdict verdict = op_got(&call, request);
	if (verdict == OP_FAIL && !op_blame(&call, request, &nothing))
		op_explain(&call, request);
	http_free(request);
	return verdict;
}

static void test_requests(void **state)
{
	static const struct {
		enum op op;
		const char *method, *path;
	} cases[] = {
		{ OP_NETWORK_CREATE, "POST", "/networks/create" },
		{ OP_NETWORK_CONNECT, "POST", "/networks/n1/connect" },
		{ OP_NETWORK_DISCONNECT, "POST", "/networks/n1/disconnect" },
		{ OP_VOLUME_CREATE, "POST", "/volumes/create" },
		{ OP_CONTAINER_CREATE, "POST", "/containers/create" },
		{ OP_CONTAINER_START, "POST", "/containers/c1/start" },
		{ OP_CONTAINER_STOP, "POST", "/containers/c1/stop" },
		{ OP_CONTAINER_KILL, "POST", "/containers/c1/kill" },
		{ OP_CONTAINER_RESTART, "POST", "/containers/c1/restart" },
		{ OP_CONTAINER_REMOVE, "DELETE", "/containers/c1" },
		{ OP_CONTAINER_RENAME, "POST", "/containers/c1/rename" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(cases[i].op);
		struct request *request = ask();
		assert_string_equal(request->method, cases[i].method);
		assert_string_equal(request->path, cases[i].path);
		http_free(request);
	}
	begin(OP_CONTAINER_STOP);
	step.timeout = (struct opt_int){ true, 2500000000 };
	struct request *request = ask();
	assert_string_equal(request->query, "t=3");
	assert_int_equal(request->timeout, 0);
	http_free(request);
}

static void test_verdicts(void **state)
{
	static const struct {
		enum op op;
		int status;
		const char *body;
		enum op_verdict want;
	} cases[] = {
		{ OP_CONTAINER_START, 204, NULL, OP_DONE },
		{ OP_CONTAINER_START, 304, NULL, OP_DONE },
		{ OP_CONTAINER_START, 404, "{\"message\":\"No such container: c1\"}", OP_FAIL },
		{ OP_CONTAINER_START, 500,
			"{\"message\":\"Bind for 0.0.0.0:80 failed: port is already allocated\"}", OP_FAIL },
		{ OP_CONTAINER_STOP, 304, NULL, OP_DONE },
		{ OP_CONTAINER_STOP, 404, "{\"message\":\"No such container: c1\"}", OP_DONE },
		{ OP_CONTAINER_STOP, 0, NULL, OP_REPEAT },
		{ OP_CONTAINER_KILL, 409, "{\"message\":\"container c1 is not running\"}", OP_DONE },
		{ OP_CONTAINER_REMOVE, 404, NULL, OP_DONE },
		{ OP_CONTAINER_REMOVE, 409,
			"{\"message\":\"removal of container c1 is already in progress\"}", OP_WAIT },
		{ OP_CONTAINER_REMOVE, 409, "{\"message\":\"container is running\"}", OP_FAIL },
		{ OP_NETWORK_REMOVE, 404, NULL, OP_DONE },
		{ OP_NETWORK_REMOVE, 403, "{\"message\":\"network x has active endpoints\"}", OP_FAIL },
		{ OP_NETWORK_CONNECT, 403,
			"{\"message\":\"endpoint with name shop-web-1 already exists in network n1\"}",
			OP_DONE },
		{ OP_VOLUME_CREATE, 500, NULL, OP_REPEAT },
		{ OP_VOLUME_CREATE, 500, "{\"message\":\"injected\"}", OP_REPEAT },
		{ OP_VOLUME_CREATE, 500, "{\"message\":\"no space left on device\"}", OP_FAIL },
		{ OP_VOLUME_CREATE, 503, NULL, OP_REPEAT },
		{ OP_VOLUME_CREATE, 400, "{\"message\":\"bad\"}", OP_FAIL },
		{ OP_CONTAINER_CREATE, 404, "{\"message\":\"No such image: busybox:latest\"}", OP_FAIL },
		{ OP_CONTAINER_CREATE, 0, NULL, OP_REPEAT },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(cases[i].op);
		assert_int_equal(answer(cases[i].status, cases[i].body), cases[i].want);
	}
}

/* The labels of the body that was sent, as an inspect shows them. */
static const char *inspected(const char *id, const char *instead_of, const char *with)
{
	struct cJSON *body = cJSON_Parse(call.body), *json = cJSON_CreateObject();
	cJSON *labels = cJSON_DetachItemFromObject(body, "Labels");
	if (instead_of)
		cJSON_ReplaceItemInObjectCaseSensitive(labels, instead_of, cJSON_CreateString(with));
	cJSON_AddStringToObject(json, "Id", id);
	if (step.op == OP_NETWORK_CREATE) {
		cJSON_AddItemToObject(json, "Labels", labels);
		cJSON_AddStringToObject(json, "Name", step.network->name);
		cJSON_AddStringToObject(
			json, "Created", arena_printf(arena, "2026-11-21T14:00:0%c.5Z", id[1]));
	} else
		cJSON_AddItemToObject(cJSON_AddObjectToObject(json, "Config"), "Labels", labels);
	char *text = cJSON_PrintUnformatted(json);
	const char *kept = arena_strdup(arena, text);
	cJSON_free(text);
	cJSON_Delete(json);
	cJSON_Delete(body);
	return kept;
}

/* A list of networks as ours, and of one of another project; NULL: without it. */
static const char *listed(const char *id, const char *other, const char *foreign)
{
	const char *list = inspected(id, NULL, NULL);
	if (other)
		list = arena_printf(arena, "%s,%s", list, inspected(other, NULL, NULL));
	if (foreign)
		list = arena_printf(
			arena, "%s,%s", list, inspected(foreign, "com.docker.compose.project", "x"));
	return arena_printf(arena, "[%s]", list);
}

static void test_lost_create(void **state)
{
	(void)state;
	begin(OP_CONTAINER_CREATE);
	assert_int_equal(answer(0, NULL), OP_REPEAT);
	const char *taken =
		"{\"message\":\"Conflict. The container name is already in use by container c9\"}";
	assert_int_equal(answer(409, taken), OP_NEXT);
	struct request *check = ask();
	assert_string_equal(check->method, "GET");
	assert_string_equal(check->path, "/containers/shop-web-1/json");
	http_free(check);
	assert_int_equal(answer(200, inspected("c9", "com.docker.compose.version", "0.0.1")), OP_DONE);
	assert_string_equal(step.result_id, "c9");
}

static void test_name_of_another(void **state)
{
	(void)state;
	begin(OP_CONTAINER_CREATE);
	const char *taken =
		"{\"message\":\"Conflict. The container name is already in use by container c9\"}";
	assert_int_equal(answer(409, taken), OP_NEXT);
	assert_int_equal(answer(200, inspected("c9", "com.docker.compose.project", "other")), OP_FAIL);
	assert_null(step.result_id);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.first->message, "already in use by container c9"));
	assert_non_null(strstr(errors.first->hint, "container_name"));
}

/* The engine has reserved the name and not yet made the container. */
static void test_reserved_name(void **state)
{
	(void)state;
	begin(OP_CONTAINER_CREATE);
	assert_int_equal(answer(409, "{\"message\":\"Conflict\"}"), OP_NEXT);
	assert_int_equal(answer(404, NULL), OP_REPEAT);
	assert_int_equal(call.phase, OP_ASK);
}

static void test_lost_network(void **state)
{
	(void)state;
	begin(OP_NETWORK_CREATE);
	assert_int_equal(answer(0, NULL), OP_REPEAT);
	assert_int_equal(
		answer(409, "{\"message\":\"network with name shop_default already exists\"}"), OP_NEXT);
	struct request *check = ask();
	assert_string_equal(check->path, "/networks");
	assert_string_equal(check->query, "filters=%7B%22name%22%3A%5B%22%5Eshop_default%24%22%5D%7D");
	http_free(check);
	assert_int_equal(answer(200, listed("n7", NULL, NULL)), OP_DONE);
	assert_string_equal(step.result_id, "n7");
}

/* The name is somebody else's, or not there any more. */
static void test_network_of_another(void **state)
{
	(void)state;
	begin(OP_NETWORK_CREATE);
	const char *taken = "{\"message\":\"network with name shop_default already exists\"}";
	assert_int_equal(answer(409, taken), OP_NEXT);
	const char *foreign = inspected("n7", "com.docker.compose.project", "other");
	assert_int_equal(answer(200, arena_printf(arena, "[%s]", foreign)), OP_FAIL);
	assert_non_null(strstr(errors.first->message, "already exists"));
	begin(OP_NETWORK_CREATE);
	assert_int_equal(answer(409, taken), OP_NEXT);
	assert_int_equal(answer(200, "[]"), OP_REPEAT);
	assert_int_equal(call.phase, OP_ASK);
}

/* Old engines make two networks of one name: only the oldest of ours is left, whoever made it. */
static void test_network_twins(void **state)
{
	static const char *const left[][3] = { { "n7", NULL, "n7" }, { "n7", "n3", "n3" },
		{ "n3", "n7", "n3" } };
	(void)state;
	begin(OP_NETWORK_CREATE);
	assert_int_equal(answer(201, "{\"Id\":\"n7\"}"), OP_DONE);
	engine.api = 43;
	for (size_t i = 0; i < 3; i++) {
		begin(OP_NETWORK_CREATE);
		assert_int_equal(answer(201, "{\"Id\":\"n7\"}"), OP_NEXT);
		if (left[i][1]) {
			assert_int_equal(answer(200, listed(left[i][0], left[i][1], NULL)), OP_NEXT);
			struct request *clear = ask();
			assert_string_equal(clear->method, "DELETE");
			assert_string_equal(clear->path, "/networks/n7");
			http_free(clear);
			assert_int_equal(answer(0, NULL), OP_REPEAT);
			assert_int_equal(answer(i == 1 ? 204 : 404, NULL), OP_NEXT);
		}
		assert_int_equal(answer(200, listed(left[i][2], NULL, NULL)), OP_DONE);
		assert_string_equal(step.result_id, left[i][2]);
	}
}

/* A network of that name that is not ours stays; one that is in use cannot be removed. */
static void test_network_twin_stays(void **state)
{
	(void)state;
	engine.api = 43;
	begin(OP_NETWORK_CREATE);
	assert_int_equal(answer(201, "{\"Id\":\"n7\"}"), OP_NEXT);
	assert_int_equal(answer(200, listed("n7", NULL, "n3")), OP_DONE);
	assert_string_equal(step.result_id, "n7");
	begin(OP_NETWORK_CREATE);
	assert_int_equal(answer(201, "{\"Id\":\"n7\"}"), OP_NEXT);
	assert_int_equal(answer(200, listed("n7", "n3", NULL)), OP_NEXT);
	assert_int_equal(answer(403, "{\"message\":\"network n7 has active endpoints\"}"), OP_FAIL);
	assert_non_null(strstr(errors.first->message, "n7 has active endpoints"));
	assert_non_null(errors.first->hint);
}

/* A task that was started and has ended is not started again. */
static void test_lost_start(void **state)
{
	static const struct {
		const char *inspect;
		bool told;
		enum op_verdict want;
	} cases[] = {
		{ "{\"State\":{\"Running\":true}}", false, OP_DONE },
		{ "{\"State\":{\"Running\":false,\"StartedAt\":\"2024-01-01T00:00:00Z\"}}", false, OP_DONE },
		{ "{\"State\":{\"Running\":false,\"StartedAt\":\"0001-01-01T00:00:00Z\"}}", true, OP_DONE },
		{ "{\"State\":{\"Running\":false,\"StartedAt\":\"0001-01-01T00:00:00Z\"}}", false, OP_NEXT },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(OP_CONTAINER_START);
		assert_int_equal(answer(0, NULL), OP_REPEAT);
		assert_int_equal(call.phase, OP_CHECK);
		call.started = cases[i].told;
		assert_int_equal(answer(200, cases[i].inspect), cases[i].want);
		assert_int_equal(call.phase, cases[i].want == OP_NEXT ? OP_ASK : OP_CHECK);
	}
}

static void test_rename_done_before(void **state)
{
	(void)state;
	begin(OP_CONTAINER_RENAME);
	assert_int_equal(answer(0, NULL), OP_REPEAT);
	assert_int_equal(answer(400, "{\"message\":\"Renaming a container with the same name\"}"), OP_NEXT);
	assert_int_equal(answer(200, "{\"Name\":\"/shop-web-1\"}"), OP_DONE);
	begin(OP_CONTAINER_RENAME);
	assert_int_equal(answer(409, "{\"message\":\"Conflict\"}"), OP_NEXT);
	assert_int_equal(answer(200, "{\"Name\":\"/abc_shop-web-1\"}"), OP_WAIT);
}

static void test_port_in_use(void **state)
{
	static const char *const messages[] = {
		"driver failed programming external connectivity: Bind for 0.0.0.0:8080 failed: port is already allocated",
		"Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
		"failed to bind host port for 0.0.0.0:8080:10.1.0.2:80/tcp: address already in use",
		"failed to bind host port for [::]:8080:[fd00::2]:80/tcp: address already in use",
	};
	(void)state;
	struct port port = { .at = { "c.yaml", 7, 3 }, .published = "8000-8100", .target = 80 },
		    *ports = &port;
	struct observed_port published = { "0.0.0.0", "tcp", 8080, 80 };
	struct observed_container other = { .id = "c2",
		.name = "shop-api-1",
		.service = "api",
		.project = "shop",
		.ports = &published,
		.nports = 1 };
	struct observed_container *others[] = { &other };
	const struct observed seen = { .containers = others, .ncontainers = 1 };
	service.ports = &ports;
	service.nports = 1;
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		begin(OP_CONTAINER_START);
		errors_init(&errors, arena);
		struct request *request = ask();
		request->status = 500;
		buf_printf(&request->answer, "{\"message\":\"%s\"}", messages[i]);
		assert_int_equal(op_got(&call, request), OP_FAIL);
		assert_false(op_blame(&call, request, i == 0 ? &seen : &nothing));
		op_explain(&call, request);
		http_free(request);
		assert_string_equal(errors.first->message,
			"cannot start container shop-web-1: port 8080 is already in use");
		assert_string_equal(errors.first->path, "services.web.ports[0]");
		assert_int_equal(errors.first->at.line, 7);
		assert_non_null(strstr(errors.first->hint, i == 0   ? "container shop-api-1 (service api"
							   : i == 1 ? "another program"
								    : "another"));
	}
}

/* The port belongs to a container that the snapshot does not know: the engine is asked. */
static void test_port_of_a_stranger(void **state)
{
	(void)state;
	begin(OP_CONTAINER_START);
	const char *taken = "{\"message\":\"Bind for 0.0.0.0:8080 failed: port is already allocated\"}";
	assert_int_equal(answer(500, taken), OP_FAIL);
	assert_int_equal(call.phase, OP_BLAME);
	assert_int_equal(errors.count, 0);
	struct request *question = ask();
	assert_string_equal(question->path, "/containers/json");
	assert_non_null(strstr(question->query, "8080"));
	http_free(question);
	assert_int_equal(answer(200, "[{\"Id\":\"c9\",\"Names\":[\"/stranger\"]}]"), OP_FAIL);
	assert_string_equal(errors.first->hint, "container stranger publishes it");
	assert_non_null(strstr(errors.first->detail, "already allocated"));
}

static void test_reasons(void **state)
{
	static const struct {
		const char *message, *want;
	} cases[] = {
		{ "OCI runtime create failed: container_linux.go:367: starting container process caused: exec: "
		  "nosuch: executable file not found: unknown",
			"exec: nosuch: executable file not found" },
		{ "failed to create task for container: failed to create shim task: OCI runtime create failed: runc "
		  "create failed: unable to start container process: exec: nosuch",
			"exec: nosuch" },
		{ "failed to set up container networking: Address already in use", "Address already in use" },
		{ "No such image: x:1", "No such image: x:1" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(OP_CONTAINER_START);
		errors_init(&errors, arena);
		answer(400, arena_printf(arena, "{\"message\":\"%s\"}", cases[i].message));
		assert_string_equal(step.failure, cases[i].want);
		assert_string_equal(errors.first->message,
			arena_printf(arena, "cannot start container shop-web-1: %s", cases[i].want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_requests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_verdicts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_create, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_name_of_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reserved_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_network, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_network_of_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_network_twins, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_network_twin_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_start, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rename_done_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_port_in_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_port_of_a_stranger, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reasons, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
