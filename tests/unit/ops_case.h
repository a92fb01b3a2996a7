/* Calls of operations, answered by hand. */
#ifndef TESTS_OPS_CASE_H
#define TESTS_OPS_CASE_H

#include "engine/run/ops.h"
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

static inline const char *no_container(void *arg, const char *key)
{
	(void)arg;
	(void)key;
	return NULL;
}

static const struct payload_context context = {
	.engine = &engine, .container_of = no_container, .seen = &nothing
};

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
	http_destroy(engine.http);
	loop_destroy(loop);
	return arena_tear_down(state);
}

/* Begins a call of an operation on the container of `create`. */
static inline void begin(enum op op)
{
	step = (struct step){ .op = op,
		.name = "shop-web-1",
		.service = &service,
		.target = &create,
		.number_of = 1,
		.network.wanted = &network,
		.volume.wanted = &volume,
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

static inline struct request *ask(void)
{
	struct request *request = http_request(engine.http);
	assert_int_equal(op_ask(&call, request), 0);
	return request;
}

static inline enum op_verdict answer(int status, const char *body)
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

#endif
