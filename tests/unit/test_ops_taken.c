/* Names that are taken: by what a lost request of ours has made, by another client at the same time, by
 * others. */
#include "base/text/json.h"
#include "ops_case.h"

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
		cJSON_AddStringToObject(json, "Name", step.network.wanted->name);
		cJSON_AddStringToObject(
			json, "Created", arena_printf(arena, "2026-11-21T14:00:0%c.5Z", id[1]));
	} else
		cJSON_AddItemToObject(cJSON_AddObjectToObject(json, "Config"), "Labels", labels);
	cJSON_Delete(body);
	return json_print(arena, json);
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

/* What a successful look has brought is no message: the failure is told in words. */
static void test_network_not_listed(void **state)
{
	static const struct {
		const char *list, *want;
		enum op_verdict verdict;
	} cases[] = {
		{ "[]", "cannot create network shop-web-1: the engine does not list it", OP_REPEAT },
		{ "[{\"Name\":\"shop_default\",\"Id\":\"n9\"}]",
			"cannot create network shop-web-1: another one has the name", OP_FAIL },
	};
	(void)state;
	engine.api = 43;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		errors_init(&errors, arena);
		begin(OP_NETWORK_CREATE);
		assert_int_equal(answer(201, "{\"Id\":\"n7\"}"), OP_NEXT);
		struct request *look = ask();
		look->status = 200;
		buf_puts(&look->answer, cases[i].list);
		assert_int_equal(op_got(&call, look), cases[i].verdict);
		op_explain(&call, look);
		assert_string_equal(errors.first->message, cases[i].want);
		assert_string_equal(
			errors.first->message + strlen("cannot create network shop-web-1: "), step.failure);
		http_free(look);
	}
}

/* An answer without the id that was asked for; a lost one after it is told as lost. */
static void test_no_id(void **state)
{
	(void)state;
	begin(OP_CONTAINER_CREATE);
	struct request *request = ask();
	request->status = 201;
	buf_puts(&request->answer, "{\"Warnings\":[]}");
	assert_int_equal(op_got(&call, request), OP_REPEAT);
	op_explain(&call, request);
	http_free(request);
	assert_non_null(strstr(errors.first->message, "POST /containers/create: Id is missing, not an id"));
	begin(OP_CONTAINER_CREATE);
	assert_int_equal(answer(409, "{\"message\":\"Conflict\"}"), OP_NEXT);
	assert_int_equal(answer(404, NULL), OP_REPEAT);
	assert_int_equal(answer(0, NULL), OP_REPEAT);
	assert_null(call.refusal);
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
			assert_int_equal(answer(i == 1 ? 204 : 404, NULL), OP_WAIT);
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

/* Refusals that say that somebody else is at it, and others. */
static void test_conflicts(void **state)
{
	static const struct {
		enum op op;
		int status;
		const char *body;
		bool want;
	} cases[] = {
		{ OP_CONTAINER_START, 404, "{\"message\":\"No such container: c1\"}", true },
		{ OP_CONTAINER_START, 404, "{\"message\":\"network n1 not found\"}", true },
		{ OP_CONTAINER_START, 400,
			"{\"message\":\"network n is ambiguous (2 matches found on name)\"}", true },
		{ OP_CONTAINER_START, 400, "{\"message\":\"exec: no such file\"}", false },
		{ OP_CONTAINER_CREATE, 404, "{\"message\":\"No such image: x:1\"}", false },
	};
	static const char *const of_other[] = { "shop", "other" };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(cases[i].op);
		assert_int_equal(answer(cases[i].status, cases[i].body), OP_FAIL);
		assert_int_equal(step.conflict, cases[i].want);
	}
	for (size_t i = 0; i < 2; i++) {
		begin(OP_CONTAINER_CREATE);
		assert_int_equal(answer(409, "{\"message\":\"Conflict\"}"), OP_NEXT);
		const char *label = i ? "com.docker.compose.project" : "com.docker.compose.config-hash";
		assert_int_equal(answer(200, inspected("c9", label, of_other[i])), OP_FAIL);
		assert_int_equal(step.conflict, i == 0);
	}
}

/* The name that a container is to get: of one that was seen and is going, or of a new one. */
static void test_rename_conflict(void **state)
{
	static const char *const ids[] = { "c2", "c3" };
	struct observed_container going = { .id = "c2" }, *containers[] = { &going };
	const struct observed seen = { .containers = containers, .ncontainers = 1 };
	const struct payload_context with = {
		.engine = &engine, .container_of = no_container, .seen = &seen
	};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(OP_CONTAINER_RENAME);
		call.context = &with;
		const char *refusal = arena_printf(arena,
			"{\"message\":\"Conflict. The container name is already in use by container \\\"%s\\\".\"}",
			ids[i]);
		assert_int_equal(answer(409, refusal), OP_NEXT);
		assert_int_equal(answer(200, "{\"Name\":\"/abc_shop-web-1\"}"), i ? OP_FAIL : OP_WAIT);
		assert_int_equal(step.conflict, i == 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lost_create, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_name_of_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reserved_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_network, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_network_of_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_network_not_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_id, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_network_twins, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_network_twin_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rename_done_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conflicts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rename_conflict, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
