/* Operation rows against made-up answers: what is asked, what an answer means, what is found out after a lost
 * one. */
#include "engine/run/op_row.h"
#include "ops_case.h"

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
		{ OP_CONTAINER_PAUSE, "POST", "/containers/c1/pause" },
		{ OP_CONTAINER_UNPAUSE, "POST", "/containers/c1/unpause" },
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
	step.ending.timeout = (struct opt_int){ true, 2500000000 };
	struct request *request = ask();
	assert_string_equal(request->query, "t=3");
	assert_int_equal(request->timeout, 0);
	assert_int_equal(request->takes, 2500000000);
	http_free(request);
}

/* The file's grace may be newer than the container, whose own may be the engine's. */
static void c1_a_stop_may_take_what_the_engine_grants_at_least(void **state)
{
	static const int64_t seconds[][2] = { { 1, 10 }, { 30, 30 } };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(OP_CONTAINER_STOP);
		step.service = &service;
		service.stop_grace_period = (struct opt_int){ true, seconds[i][0] * 1000000000 };
		struct request *request = ask();
		assert_int_equal(request->takes, seconds[i][1] * 1000000000);
		http_free(request);
		call.grace = 1000000000; /* a look has told */
		request = ask();
		assert_int_equal(request->takes, 1000000000);
		http_free(request);
	}
}

/* What everyone knows of an operation and what the engine does about it: a row each, of one kind. */
static void test_rows(void **state)
{
	(void)state;
	for (enum op op = 0; op < OP_COUNT; op++) {
		const struct op_row *row = op_row(op);
		assert_non_null(op_traits[op].verb);
		assert_non_null(row);
		assert_int_equal(row->op, op);
		assert_true(!row->job == (row->ask != NULL));
		assert_true(!row->check == !row->checked);
	}
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
		{ OP_CONTAINER_PAUSE, 409, "{\"message\":\"Container c1 is already paused\"}", OP_DONE },
		{ OP_CONTAINER_PAUSE, 409, "{\"message\":\"Container c1 is not running\"}", OP_FAIL },
		{ OP_CONTAINER_UNPAUSE, 500, "{\"message\":\"Container c1 is not paused\"}", OP_DONE },
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

/* An answer of another type is not believed, and named. */
static void a6_answers_of_other_types(void **state)
{
	static const struct {
		enum op op;
		int status;
		const char *body, *why;
	} cases[] = {
		{ OP_CONTAINER_CREATE, 201, "{\"Id\":\"\"}",
			"POST /containers/create: Id is an empty text, not an id" },
		{ OP_CONTAINER_CREATE, 201, "{\"Id\":\"../../images/x?a=b#c\"}",
			"Id is \"../../images/x?a=b#c\", not an id" },
		{ OP_CONTAINER_CREATE, 201, "{\"Id\":5}", "Id is a number, not an id" },
		{ OP_CONTAINER_CREATE, 201, "null",
			"POST /containers/create: the answer is null, not an object" },
		{ OP_CONTAINER_CREATE, 201, "{\"Id\":\"c", "is not JSON" },
		{ OP_CONTAINER_CREATE, 204, NULL, "POST /containers/create is empty" },
		{ OP_NETWORK_CREATE, 201, "[]",
			"POST /networks/create: the answer is a list, not an object" },
		{ OP_NETWORK_CREATE, 201, "{}", "Id is missing, not an id" },
		{ OP_VOLUME_CREATE, 201, "5", "POST /volumes/create: the answer is a number" },
		{ OP_VOLUME_CREATE, 201, "{\"message\":\"x\"}", "Name is missing" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(cases[i].op);
		assert_int_equal(answer(cases[i].status, cases[i].body), OP_REPEAT);
		assert_null(step.result_id);
		assert_non_null(strstr(call.refusal, cases[i].why));
	}
}

/* What only does something is answered by nothing: words in its place say that something else has answered.
 */
static void a6_words_where_nothing_is_to_be_said(void **state)
{
	static const struct {
		enum op op;
		const char *why;
	} cases[] = {
		{ OP_CONTAINER_START, "POST /containers/c1/start should be empty, and says: done" },
		{ OP_CONTAINER_STOP, "POST /containers/c1/stop should be empty" },
		{ OP_CONTAINER_KILL, "POST /containers/c1/kill should be empty" },
		{ OP_CONTAINER_RESTART, "POST /containers/c1/restart should be empty" },
		{ OP_CONTAINER_REMOVE, "DELETE /containers/c1 should be empty" },
		{ OP_CONTAINER_RENAME, "POST /containers/c1/rename should be empty" },
		{ OP_CONTAINER_PAUSE, "POST /containers/c1/pause should be empty" },
		{ OP_CONTAINER_UNPAUSE, "POST /containers/c1/unpause should be empty" },
		{ OP_NETWORK_REMOVE, "DELETE /networks/shop-web-1 should be empty" },
		{ OP_NETWORK_CONNECT, "POST /networks/n1/connect should be empty" },
		{ OP_NETWORK_DISCONNECT, "POST /networks/n1/disconnect should be empty" },
		{ OP_VOLUME_REMOVE, "DELETE /volumes/shop-web-1 should be empty" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(cases[i].op);
		assert_int_equal(answer(200, "{\"message\":\"done\"}"), OP_REPEAT);
		assert_non_null(strstr(call.refusal, cases[i].why));
		begin(cases[i].op);
		assert_int_equal(answer(204, NULL), OP_DONE);
		begin(cases[i].op);
		assert_int_equal(answer(200, " \n"), OP_DONE);
	}
}

static void a6_looks_of_other_types(void **state)
{
	static const char *const bodies[] = { "null", "[]", "{}", "{\"message\":\"x\"}", "{\"State\":5}",
		"" };
	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		begin(OP_CONTAINER_START);
		assert_int_equal(answer(0, NULL), OP_REPEAT);
		assert_int_equal(answer(200, bodies[i]), OP_REPEAT);
		assert_int_equal(call.phase, OP_CHECK);
	}
}

static void c10_ids_are_shortened(void **state)
{
#define ID64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "No such container: " ID64, "No such container: 0123456789ab" },
		{ "\"" ID64 "\" and sha256:" ID64 ".", "\"0123456789ab\" and sha256:0123456789ab." },
		{ ID64 "0 x" ID64 " " ID64 "x deadbeef", ID64 "0 x" ID64 " " ID64 "x deadbeef" },
		{ ID64, "0123456789ab" },
		{ "", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(http_short_ids(arena, cases[i].text), cases[i].want);
	assert_null(http_short_ids(arena, NULL));
	const struct request request = { .method = "POST",
		.path = "/containers/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/exec" };
	assert_string_equal(
		http_json_name(arena, &request), "the engine's answer to POST /containers/0123456789ab/exec");
	begin(OP_CONTAINER_KILL);
	assert_int_equal(answer(409, "{\"message\":\"container " ID64 " is odd\"}"), OP_FAIL);
	assert_non_null(strstr(errors.first->message, "container 0123456789ab is odd"));
}

static void a6_names_stay_one_part_of_a_path(void **state)
{
	(void)state;
	begin(OP_VOLUME_REMOVE);
	step.name = "../x?a=b#c d";
	struct request *request = ask();
	assert_string_equal(request->path, "/volumes/..%2Fx%3Fa%3Db%23c%20d");
	http_free(request);
}

/* A task that was started and has ended is not started again. */
static void test_lost_start(void **state)
{
	static const struct {
		const char *inspect;
		bool told;
		enum op_verdict want;
	} cases[] = {
		{ "{\"State\":{\"Running\":true,\"StartedAt\":\"2024-01-01T00:00:00Z\"}}", false, OP_DONE },
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

/* A one-off that removes itself is gone when it has run: nothing that a next plan would make and run again.
 */
static void test_lost_start_of_what_removes_itself(void **state)
{
	static const char gone[] = "{\"message\":\"No such container: c1\"}";
	struct oneoff oneoff = { .name = "shop-web-run-1", .auto_remove = true };
	(void)state;
	for (int told = 0; told < 2; told++) {
		begin(OP_CONTAINER_START);
		create.create.oneoff = &oneoff;
		assert_int_equal(answer(0, NULL), OP_REPEAT);
		call.started = told;
		assert_int_equal(answer(404, gone), told ? OP_DONE : OP_FAIL);
		assert_false(step.conflict);
	}
	create.create.oneoff = NULL;
	begin(OP_CONTAINER_START);
	assert_int_equal(answer(0, NULL), OP_REPEAT);
	assert_int_equal(answer(404, gone), OP_FAIL);
	assert_true(step.conflict);
}

/* A hook may have run although the answer to its start was cut: its exit code is looked up, and it is not run
 * again. */
static void test_lost_hook(void **state)
{
	static const char *command[] = { "warm-up" };
	const struct hook hook = { .command = command, .ncommand = 1 };
	static const struct {
		const char *inspect;
		enum op_verdict want;
	} cases[] = {
		{ "{\"Running\":false,\"ExitCode\":0}", OP_DONE },
		{ "{\"Running\":true,\"ExitCode\":null}", OP_WAIT },
		{ "{\"Running\":false,\"ExitCode\":7}", OP_FAIL },
		{ "{\"Running\":false,\"ExitCode\":null}", OP_FAIL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(OP_CONTAINER_EXEC);
		step.exec.hook = &hook;
		step.reason = "post_start";
		assert_int_equal(answer(201, "{\"Id\":\"e1\"}"), OP_NEXT);
		struct request *start = ask();
		assert_string_equal(start->path, "/exec/e1/start");
		start->fault = HTTP_CUT;
		assert_int_equal(op_got(&call, start), OP_REPEAT);
		http_free(start);
		struct request *look = ask();
		assert_string_equal(look->method, "GET");
		assert_string_equal(look->path, "/exec/e1/json");
		http_free(look);
		assert_int_equal(answer(200, cases[i].inspect), cases[i].want);
		if (cases[i].want == OP_WAIT)
			assert_non_null(strstr(call.refusal, "still runs"));
	}
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
	assert_int_equal(
		answer(200,
			"[{\"Id\":\"c9\",\"State\":\"running\",\"Status\":\"Up\",\"Names\":[\"/stranger\"]}]"),
		OP_FAIL);
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

/* What is not as it was seen is looked at once more. */
static void test_news(void **state)
{
	static const struct {
		enum op op;
		int status;
		const char *message;
		bool want;
	} cases[] = {
		{ OP_CONTAINER_START, 404, "No such container: c1", true },
		{ OP_CONTAINER_START, 409, "container is marked for removal and cannot be started", true },
		{ OP_CONTAINER_REMOVE, 409,
			"cannot remove container \\\"/c1\\\": container is running: stop the container before removing or force remove",
			true },
		{ OP_CONTAINER_START, 409, "something else", false },
		{ OP_CONTAINER_START, 400, "container is marked for removal", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(cases[i].op);
		assert_int_equal(answer(cases[i].status,
					 arena_printf(arena, "{\"message\":\"%s\"}", cases[i].message)),
			OP_FAIL);
		assert_int_equal(step.conflict, cases[i].want);
	}
}

static void on_done(void *arg, bool ok)
{
	*(bool *)arg = ok;
}

static bool is_over(void *arg)
{
	return *(bool *)arg;
}

/* Nothing is asked of the engine: only time passes. */
static void test_drain(void **state)
{
	(void)state;
	bool over = false;
	const struct op_row *row = op_row(OP_CONTAINER_DRAIN);
	step = (struct step){ .op = OP_CONTAINER_DRAIN, .name = "shop-web-1", .ending.drain = 20000000 };
	const struct job given = { .engine = &engine, .step = &step, .done = on_done, .arg = &over };
	int64_t began = loop_now();
	struct job *job = row->job->begin(&given);
	loop_run(loop, is_over, &over);
	assert_true(loop_now() - began >= step.ending.drain);
	row->job->cancel(job);
	row->job->cancel(row->job->begin(&given));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a6_answers_of_other_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a6_words_where_nothing_is_to_be_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a6_looks_of_other_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(c10_ids_are_shortened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a6_names_stay_one_part_of_a_path, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_requests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			c1_a_stop_may_take_what_the_engine_grants_at_least, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_verdicts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_start, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_start_of_what_removes_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_hook, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_port_in_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_port_of_a_stranger, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reasons, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_news, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_drain, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
