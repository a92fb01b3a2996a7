/* The executor against an engine of a few lines: order, repeats, failures, containers that end. */
#include "engine/run/run.h"
#include "engine_case.h"

#include <signal.h>

static struct project project;
static struct service service;
static struct network network;
static struct peer *stream;   /* of events */
static char requests[4096];   /* method and path of each request, one a line */
static char words[1024];      /* of the steps, a line each */
static const char *spoil;     /* the first requests with this text are answered with a 500 */
static unsigned spoils;       /* how many more of them */
static const char *refuse;    /* every one with this text is refused */
static unsigned removals;     /* asked for of a container whose removal is under way */
static bool dies, interrupts; /* a started container ends at once with 3; the start brings a SIGINT */
static bool lags;             /* the end by a stop is told when the start is under way */
static bool runs;             /* a container that is to be started, for somebody else has done so */
static bool full;             /* the engine's disk is */
static bool late;             /* the events are accepted when the container is made and asked to start */
static unsigned retries;
static const char *found; /* of the container when it is looked at; NULL: it is gone */

static void tell_of(const char *id, const char *action, const char *extra)
{
	char line[512], chunk[600];
	int len = snprintf(line, sizeof line,
		"{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{\"name\":\"shop-web-1\","
		"\"com.docker.compose.project\":\"shop\"%s}},\"timeNano\":1}\n",
		action, id, extra);
	len = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", (unsigned)len, line);
	assert_int_equal(write(stream->fd, chunk, (size_t)len), len);
}

static void tell(const char *action, const char *extra)
{
	tell_of("c1", action, extra);
}

static void destroyed(void *arg)
{
	(void)arg;
	tell_of("going", "destroy", "");
}

static void note_request(const char *line)
{
	size_t used = strlen(requests);
	snprintf(requests + used, sizeof requests - used, "%.200s\n", line);
}

static void accept_events(void *arg)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	(void)arg;
	if (late)
		note_request("(events accepted)");
	late = false;
	assert_int_equal(write(stream->fd, head, strlen(head)), strlen(head));
}

static void answer(struct peer *peer, char *line)
{
	line[strcspn(line, "?\r")] = '\0';
	char *stop = strstr(line, " HTTP/");
	if (stop)
		*stop = '\0';
	note_request(line);
	if (late && strstr(line, "containers/create"))
		loop_after(engine.loop, 20000000, accept_events, NULL);
	if (spoil && strstr(line, spoil)) {
		spoil = --spoils ? spoil : NULL;
		reply_json(peer, 500, "");
	} else if (refuse && strstr(line, refuse)) {
		reply_json(peer, 409, "{\"message\":\"no, for good\"}");
	} else if (full && strstr(line, "/create")) {
		reply_json(peer, 500, "{\"message\":\"mkdir x: no space left on device\"}");
	} else if (strstr(line, "/events")) {
		stream = peer;
		if (!late)
			accept_events(NULL);
	} else if (runs && strstr(line, "/c2/start")) {
		reply_json(peer, 304, "");
	} else if (strstr(line, "/c2/restart")) {
		tell_of("c2", "die", ",\"exitCode\":\"137\"");
		tell_of("c2", "start", "");
		reply_json(peer, 204, "");
	} else if (strstr(line, "/start")) {
		if (lags)
			tell("die", ",\"exitCode\":\"143\"");
		tell("start", "");
		if (dies)
			tell("die", ",\"exitCode\":\"3\"");
		if (interrupts)
			kill(getpid(), SIGINT);
		reply_json(peer, 204, "");
	} else if (found && strstr(line, "GET /containers/c1/json")) {
		reply_json(peer, 200, found);
	} else if (strstr(line, "/json")) {
		reply_json(peer, 404, "{\"message\":\"no such thing\"}");
	} else if (strstr(line, "DELETE /containers/going")) {
		/* the event comes when the answer has been read; who asks again is refused */
		reply_json(peer, 409,
			removals++ ? "{\"message\":\"no, for good\"}"
				   : "{\"message\":\"removal of container going is already in progress\"}");
		loop_after(engine.loop, 1000000, destroyed, NULL);
	} else if (strstr(line, "/create")) {
		reply_json(peer, 201, strstr(line, "networks") ? "{\"Id\":\"n1\"}" : "{\"Id\":\"c1\"}");
	} else {
		reply_json(peer, 204, "");
	}
}

static int set_up(void **state)
{
	engine_set_up(state, 51);
	project = (struct project){ .name = "shop", .dir = "/shop", .separator = "-" };
	service = (struct service){
		.key = "web", .project = &project, .image = "busybox", .network_mode = "none"
	};
	network = (struct network){ .key = "default", .project = &project, .name = "shop_default" };
	service.node = network.node = node_map(arena, (struct mark){ NULL, 0, 0 });
	requests[0] = words[0] = '\0';
	spoil = refuse = found = NULL;
	dies = interrupts = lags = runs = full = late = false;
	retries = removals = 0;
	return 0;
}

static void seen(struct sink *sink, const struct event *event)
{
	(void)sink;
	retries += event->kind == EVENT_RETRY;
	size_t len = strlen(words);
	if (event->kind == EVENT_STEP)
		snprintf(words + len, sizeof words - len, "%s\n", event->text);
}

/* network, container, start; the container is removed again when it is not started. */
static int run(struct run_result *ret_result, struct plan **ret_plan)
{
	static struct sink sink = { .on = seen };
	const char *projects[] = { "shop" };
	struct plan *plan = plan_create(arena);
	struct step *net = plan_add(plan, OP_NETWORK_CREATE, "shop_default", "not found");
	net->network.wanted = &network;
	struct step *create = plan_add(plan, OP_CONTAINER_CREATE, "shop-web-1", "not found");
	create->service = &service;
	create->number_of = 1;
	plan_need(plan, create, net, ON_SUCCESS);
	struct step *start = plan_add(plan, OP_CONTAINER_START, "shop-web-1", NULL);
	start->service = &service;
	start->target = create;
	plan_need(plan, start, create, ON_SUCCESS);
	struct step *undo = plan_add(plan, OP_CONTAINER_REMOVE, "shop-web-1", NULL);
	undo->undo = true;
	undo->target = create;
	plan_need(plan, undo, create, ON_SUCCESS);
	plan_need(plan, undo, start, ON_SKIP);
	const struct run_options options = {
		.sink = &sink, .projects = projects, .nprojects = 1, .last_look = found != NULL
	};
	*ret_plan = plan;
	return run_plan(&engine, plan, &options, ret_result, &errors);
}

static void test_order(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	assert_int_equal(run(&result, &plan), 0);
	assert_string_equal(requests, "GET /events\nPOST /networks/create\nPOST /containers/create\n"
				      "POST /containers/c1/start\n");
	assert_int_equal(result.done, 3);
	assert_int_equal(result.failed, 0);
	assert_int_equal(result.nends, 0);
	assert_string_equal(plan->steps[1]->result_id, "c1");
	assert_int_equal(plan->steps[3]->state, STEP_DROPPED);
}

/* What is told by events waits for them, and nothing else does. */
static void test_only_starts_wait_for_events(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	late = true;
	assert_int_equal(run(&result, &plan), 0);
	assert_string_equal(requests, "GET /events\nPOST /networks/create\nPOST /containers/create\n"
				      "(events accepted)\nPOST /containers/c1/start\n");
}

/* Without events nothing is started. */
static void test_events_that_cannot_be_had(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	refuse = "/events";
	assert_int_equal(run(&result, &plan), -1);
	assert_null(strstr(requests, "/start"));
	assert_non_null(strstr(errors.first->message, "events cannot be watched: no, for good"));
	assert_int_equal(errors.count, 1);
}

/* A container that is to replace another has words of its own; a start is told as any other. */
static void test_words_of_a_replacement(void **state)
{
	static struct sink sink = { .on = seen };
	const char *projects[] = { "shop" };
	const struct run_options options = { .sink = &sink, .projects = projects, .nprojects = 1 };
	struct run_result result;
	struct plan *plan = plan_create(arena);
	(void)state;
	struct step *create = plan_add(plan, OP_CONTAINER_CREATE, "1_shop-web-1", NULL);
	create->service = &service;
	create->new_name = "shop-web-1";
	struct step *start = plan_add(plan, OP_CONTAINER_START, "shop-web-1", NULL);
	start->target = create;
	plan_need(plan, start, create, ON_SUCCESS);
	struct step *remove = plan_add(plan, OP_CONTAINER_REMOVE, "shop-web-1", NULL);
	remove->target = create;
	plan_need(plan, remove, start, ON_SUCCESS);
	assert_int_equal(run_plan(&engine, plan, &options, &result, &errors), 0);
	assert_string_equal(words, "Recreating\nCreated\nStarting\nStarted\nTaking back\nTaken back\n");
}

static void test_repeats(void **state)
{
	static const char *const parts[] = { "/events", "/networks/create", "/containers/create", "/start" };
	struct run_result result;
	struct plan *plan;
	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		spoil = parts[i];
		spoils = 1;
		retries = 0;
		/* A start whose answer was lost is looked at first; this engine has no inspect. */
		assert_int_equal(run(&result, &plan), i == 3 ? -1 : 0);
		assert_null(spoil);
		assert_int_equal(retries, i == 0 ? 0 : 1);
	}
}

/* What passes by itself may take a second: three requests fail before one succeeds. */
static void test_patience(void **state)
{
	static const char *const parts[] = { "/events", "/networks/create" };
	struct run_result result;
	struct plan *plan;
	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		spoil = parts[i];
		spoils = 3;
		retries = 0;
		assert_int_equal(run(&result, &plan), 0);
		assert_int_equal(spoils, 0);
		assert_int_equal(retries, i == 0 ? 0 : 1); /* the reason is the same each time */
	}
}

/* What the engine fails for is told once, with all that failed for it. */
static void c10_the_same_failure_is_told_once(void **state)
{
	const char *projects[] = { "shop" };
	struct run_result result;
	struct plan *plan = plan_create(arena);
	for (int i = 1; i <= 4; i++) {
		struct step *step =
			plan_add(plan, OP_NETWORK_CREATE, arena_printf(arena, "shop_net%d", i), "not found");
		step->network.wanted = &network;
	}
	(void)state;
	full = true;
	const struct run_options options = { .projects = projects, .nprojects = 1 };
	assert_int_equal(run_plan(&engine, plan, &options, &result, &errors), -1);
	assert_int_equal(result.failed, 4);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.first->message, "no space left on device"));
	assert_non_null(errors.first->hint);
	assert_non_null(strstr(errors.first->detail, "the same: create network shop_net"));
	assert_int_equal(
		strlen(errors.first->detail), 3 * strlen("the same: create network shop_net1\n") - 1);
}

/* A removal that the engine is still at is over when it tells so; it is not asked for again before that. */
static void test_removal_under_way(void **state)
{
	static struct sink sink = { .on = seen };
	const char *projects[] = { "shop" };
	struct observed_container old = { .id = "c1", .name = "shop-web-1" },
				  going = { .id = "going", .name = "shop-web-2" };
	struct run_result result;
	struct plan *plan = plan_create(arena);
	struct step *start = plan_add(plan, OP_CONTAINER_START, old.name, NULL);
	start->service = &service;
	start->container = &old;
	struct step *remove = plan_add(plan, OP_CONTAINER_REMOVE, going.name, NULL);
	remove->container = &going;
	plan_need(plan, remove, start, ON_SUCCESS);
	(void)state;
	const struct run_options options = { .sink = &sink, .projects = projects, .nprojects = 1 };
	assert_int_equal(run_plan(&engine, plan, &options, &result, &errors), 0);
	assert_int_equal(remove->state, STEP_DONE);
	assert_int_equal(removals, 1);
}

static void test_failure(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	refuse = "/networks/create";
	assert_int_equal(run(&result, &plan), -1);
	assert_int_equal(result.failed, 1);
	assert_int_equal(result.skipped, 2);
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.first->message, "cannot create network shop_default: no, for good"));
	assert_null(strstr(requests, "/containers/create"));
}

static void test_container_that_ends(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	dies = true;
	assert_int_equal(run(&result, &plan), 0);
	assert_int_equal(result.nends, 1);
	assert_int_equal(result.ends[0].exit_code, 3);
	assert_string_equal(result.ends[0].service, "web");
	assert_false(result.ends[0].again);
}

/* Starts db, then web, which shares its network; both are there. */
static void start_sharer(struct run_result *ret_result)
{
	static struct sink sink = { .on = seen };
	static struct service db;
	const char *projects[] = { "shop" };
	struct observed_container owner = { .id = "c1", .name = "shop-db-1" },
				  sharer = { .id = "c2", .name = "shop-web-1" };
	struct plan *plan = plan_create(arena);
	struct step *first = plan_add(plan, OP_CONTAINER_START, owner.name, NULL);
	struct step *second = plan_add(plan, OP_CONTAINER_START, sharer.name, NULL);
	db = (struct service){ .key = "db", .project = &project, .node = service.node };
	first->service = &db;
	first->container = &owner;
	second->service = &service;
	second->container = &sharer;
	plan_need(plan, second, first, ON_SUCCESS);
	const struct run_options options = { .sink = &sink, .projects = projects, .nprojects = 1 };
	assert_int_equal(run_plan(&engine, plan, &options, ret_result, &errors), 0);
}

static void what_ran_in_a_namespace_that_begins_anew_is_restarted(void **state)
{
	struct run_result result;
	(void)state;
	runs = true;
	start_sharer(&result);
	assert_null(strstr(requests, "restart"));
	service.network_mode = "container:shop-db-1";
	start_sharer(&result);
	assert_non_null(strstr(requests, "/c2/restart"));
	assert_int_equal(result.nends, 0);
}

/* A restart: how many ends of the container it tells of; the exit code of the last in *ret_code. */
static size_t ends_of_restart(int64_t *ret_code)
{
	static struct sink sink = { .on = seen };
	const char *projects[] = { "shop" };
	struct observed_container old = { .id = "c1", .name = "shop-web-1" };
	struct run_result result;
	struct plan *plan = plan_create(arena);
	struct step *stop = plan_add(plan, OP_CONTAINER_STOP, old.name, NULL);
	struct step *start = plan_add(plan, OP_CONTAINER_START, old.name, NULL);
	stop->service = start->service = &service;
	stop->container = start->container = &old;
	plan_need(plan, start, stop, ON_SUCCESS);
	const struct run_options options = { .sink = &sink, .projects = projects, .nprojects = 1 };
	assert_int_equal(run_plan(&engine, plan, &options, &result, &errors), 0);
	*ret_code = result.nends ? result.ends[0].exit_code : 0;
	return result.nends;
}

static void c8_a_restart_tells_of_the_end_after_its_start_alone(void **state)
{
	int64_t code;
	(void)state;
	lags = true;
	assert_int_equal(ends_of_restart(&code), 0);
	dies = true;
	assert_int_equal(ends_of_restart(&code), 1);
	assert_int_equal(code, 3);
}

static void c8_an_end_without_an_event_yet_is_seen(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	found = "{\"Id\":\"c1\",\"State\":{\"Status\":\"exited\",\"ExitCode\":3}}";
	assert_int_equal(run(&result, &plan), 0);
	assert_int_equal(result.nends, 1);
	assert_int_equal(result.ends[0].exit_code, 3);
	assert_string_equal(result.ends[0].name, "shop-web-1");
}

/* One that runs has not ended, one whose end is known is not asked for, nor is one that was never started. */
static void c8_there_is_one_look_at_most(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	found = "{\"Id\":\"c1\",\"State\":{\"Status\":\"running\",\"ExitCode\":0}}";
	assert_int_equal(run(&result, &plan), 0);
	assert_int_equal(result.nends, 0);
	assert_non_null(strstr(requests, "GET /containers/c1/json"));
	requests[0] = '\0';
	dies = true;
	assert_int_equal(run(&result, &plan), 0);
	assert_int_equal(result.nends, 1);
	assert_null(strstr(requests, "GET /containers/c1/json"));
	requests[0] = '\0';
	refuse = "/containers/create";
	assert_int_equal(run(&result, &plan), -1);
	assert_null(strstr(requests, "GET /containers/c1/json"));
}

static void test_a_last_look_that_fails_at_first(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	found = "{\"Id\":\"c1\",\"State\":{\"Status\":\"exited\",\"ExitCode\":3}}";
	spoil = "GET /containers/c1/json";
	spoils = 2;
	assert_int_equal(run(&result, &plan), 0);
	assert_int_equal(errors.count, 0);
	assert_int_equal(result.nends, 1);
}

static void test_interrupt(void **state)
{
	struct run_result result;
	struct plan *plan;
	(void)state;
	interrupts = true;
	assert_int_equal(run(&result, &plan), -1);
	assert_int_equal(result.interrupted, SIGINT);
	assert_int_equal(plan->steps[2]->state, STEP_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_only_starts_wait_for_events, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_events_that_cannot_be_had, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_words_of_a_replacement, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_repeats, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_patience, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(c10_the_same_failure_is_told_once, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_removal_under_way, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_failure, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_container_that_ends, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			what_ran_in_a_namespace_that_begins_anew_is_restarted, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			c8_a_restart_tells_of_the_end_after_its_start_alone, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			c8_an_end_without_an_event_yet_is_seen, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(c8_there_is_one_look_at_most, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_last_look_that_fails_at_first, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_interrupt, set_up, engine_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
