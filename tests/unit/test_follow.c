/* What a follow makes of ends, against an engine that answers late, badly or too early. */
#include "engine/drive/follow.h"
#include "engine_case.h"

#define SECOND   INT64_C(1000000000)
#define RUNNING  "{\"Id\":\"c1\",\"Name\":\"/shop-db-1\",\"State\":{\"Status\":\"running\"}}"
#define FINISHED "{\"Id\":\"c1\",\"Name\":\"/shop-db-1\",\"State\":{\"Status\":\"exited\",\"ExitCode\":3}}"

static struct peer *stream;     /* of events */
static const char *inspects[3]; /* answers to those after an end, the last one again and again; NULL: a 500 */
static unsigned asked, exits, ends; /* inspects; ends that were told; ends that count */
static bool again;                  /* the last one told was followed by a start */
static struct follow *follow;

static void answer(struct peer *peer, char *request)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	if (strstr(request, "GET /events") == request) {
		stream = peer;
		assert_int_equal(send(peer->fd, head, sizeof head - 1, MSG_NOSIGNAL), sizeof head - 1);
	} else if (strstr(request, "GET /containers/json") == request) {
		reply_json(peer, 200,
			"[{\"Id\":\"c1\",\"Names\":[\"/shop-db-1\"],\"State\":\"running\",\"Status\":\"Up\","
			"\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.oneoff\":\"False\",\"com.docker.compose.service\":\"db\"}}]");
	} else {
		unsigned nth = asked++;
		const char *text = nth == 0 ? RUNNING : inspects[nth < 3 ? nth - 1 : 2];
		reply_json(peer, text ? 200 : 500, text ? text : "{\"message\":\"not now\"}");
	}
}

static void tell(const char *action)
{
	char text[400], chunk[500];
	int len = snprintf(text, sizeof text,
		"{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"c1\",\"Attributes\":{\"name\":\"shop-db-1\","
		"\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"db\",\"exitCode\":\"3\"}},"
		"\"timeNano\":%lld}\n",
		action, (long long)(1795255200 * SECOND + asked));
	len = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", (unsigned)len, text);
	assert_int_equal(send(stream->fd, chunk, (size_t)len, MSG_NOSIGNAL), len);
}

static void on_event(struct sink *sink, const struct event *event)
{
	(void)sink;
	exits += event->kind == EVENT_EXIT;
	again = event->kind == EVENT_EXIT ? event->again : again;
}

static bool is_wanted(void *arg, const char *project, const char *service)
{
	(void)arg, (void)project, (void)service;
	return false;
}

static bool is_counted(void *arg, const char *project, const char *service)
{
	(void)arg, (void)service;
	return project && strcmp(project, "shop") == 0;
}

static void on_ended(void *arg, const struct follow_one *one)
{
	(void)arg, (void)one;
	ends++;
}

/* A follow of the one container, which runs. */
static void begin(void)
{
	static struct sink sink = { .on = on_event };
	static struct scope scope = { .name = "shop" };
	struct follow_options options = { .engine = &engine,
		.errors = &errors,
		.scope = &scope,
		.sink = &sink,
		.exits = true,
		.wants = is_wanted,
		.counts = is_counted,
		.ended = on_ended };
	follow = follow_open(arena, &options);
	assert_non_null(follow);
	assert_int_equal(follow_look(follow, false), 0);
	while (!asked)
		loop_turn(engine.loop, SECOND);
	loop_turn(engine.loop, SECOND); /* the answer */
}

static int set_up(void **state)
{
	engine_set_up(state, 51);
	asked = exits = ends = 0;
	again = false;
	return 0;
}

static int tear_down(void **state)
{
	follow_close(follow);
	return engine_tear_down(state);
}

static bool is_told(void *arg)
{
	(void)arg;
	return exits > 0;
}

static void a_look_that_fails_at_first_is_no_end(void **state)
{
	(void)state;
	inspects[0] = inspects[1] = NULL;
	inspects[2] = RUNNING;
	begin();
	tell("die");
	follow_wait(follow, is_told, NULL);
	assert_int_equal(exits, 1);
	assert_true(again);
	assert_int_equal(ends, 0);
	assert_int_equal(errors.count, 0);
	assert_false(follow_broken(follow));
}

static void without_a_look_nothing_is_told_and_the_follow_fails(void **state)
{
	(void)state;
	inspects[0] = inspects[1] = inspects[2] = NULL;
	begin();
	tell("die");
	follow_wait(follow, is_told, NULL);
	assert_int_equal(exits + ends, 0);
	assert_true(follow_broken(follow));
	assert_int_equal(errors.count, 1);
	assert_non_null(strstr(errors.first->message, "what has become of container shop-db-1: not now"));
}

/* Looked at between the two halves of a restart. */
static void one_that_is_restarted_by_hand_has_not_ended(void **state)
{
	(void)state;
	inspects[0] = FINISHED;
	inspects[1] = inspects[2] = RUNNING;
	begin();
	tell("kill");
	tell("die");
	follow_wait(follow, is_told, NULL);
	assert_true(again);
	assert_int_equal(ends, 0);
	assert_int_equal(asked, 3);
}

static void one_that_is_stopped_by_hand_has_ended(void **state)
{
	(void)state;
	inspects[0] = inspects[1] = inspects[2] = FINISHED;
	begin();
	tell("kill");
	tell("die");
	follow_wait(follow, is_told, NULL);
	assert_false(again);
	assert_int_equal(ends, 1);
	assert_int_equal(asked, 3);
}

/* A busy engine says that it was stopped before it says that it has ended. */
static void an_end_that_a_look_has_found_is_told_once(void **state)
{
	(void)state;
	for (unsigned late = 0; late < 3; late++) {
		asked = exits = ends = 0;
		inspects[0] = inspects[1] = inspects[2] = FINISHED;
		begin();
		if (late < 2)
			tell("kill");
		tell("stop");
		while (asked < 2)
			loop_turn(engine.loop, SECOND);
		if (late == 0) /* beside the look's answer */
			tell("die");
		loop_turn(engine.loop, SECOND);
		if (late == 1)
			tell("die");
		follow_wait(follow, is_told, NULL);
		if (late == 2)
			tell("die");
		int64_t since = loop_now();
		while (loop_now() - since < SECOND / 10)
			loop_turn(engine.loop, SECOND / 20);
		assert_int_equal(exits, 1);
		assert_int_equal(ends, 1);
		assert_false(again);
		if (late < 2)
			follow_close(follow);
	}
}

static void one_that_is_removed_is_not_looked_at_later(void **state)
{
	(void)state;
	inspects[0] = inspects[1] = inspects[2] = FINISHED;
	begin();
	tell("kill");
	tell("die");
	while (asked < 2)
		loop_turn(engine.loop, SECOND);
	tell("destroy");
	int64_t since = loop_now();
	follow_wait(follow, is_told, NULL);
	assert_true(loop_now() - since < SECOND / 5);
	assert_int_equal(ends, 1);
}

static void where_everything_is_stopped_ends_are_told_at_once(void **state)
{
	(void)state;
	for (unsigned before = 0; before < 2; before++) {
		asked = exits = ends = 0;
		inspects[0] = inspects[1] = inspects[2] = FINISHED;
		begin();
		if (before)
			follow_take_ends(follow);
		tell("kill");
		tell("die");
		while (!before && asked < 2)
			loop_turn(engine.loop, SECOND);
		if (!before)
			follow_take_ends(follow);
		int64_t since = loop_now();
		follow_wait(follow, is_told, NULL);
		assert_true(loop_now() - since < SECOND / 5);
		assert_int_equal(ends, 1);
		if (!before)
			follow_close(follow);
	}
}

static void only_a_name_of_ours_stands_without_the_project(void **state)
{
	static const char *const cases[][3] = {
		/* service, name, label */
		{ "web", "shop-web-1", "web-1" },
		{ "web", "shop_web_12", "web_12" },
		{ "a-b", "shop-a-b-1", "a-b-1" },
		{ "web", "shop-web", "shop-web" },
		{ "web", "shop_foo", "shop_foo" },
		{ "foo", "shop-foo-bar", "shop-foo-bar" },
		{ "foo", "shop-foo-", "shop-foo-" },
		{ "web", "shop-db-1", "shop-db-1" },
		{ "web", "shopweb-1", "shopweb-1" },
		{ NULL, "shop-web-1", "shop-web-1" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(follow_label("shop", cases[i][0], cases[i][1]), cases[i][2]);
	assert_string_equal(follow_label(NULL, "web", "shop-web-1"), "shop-web-1");
	assert_string_equal(follow_label("", "web", "-web-1"), "-web-1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_look_that_fails_at_first_is_no_end),
		TEST(without_a_look_nothing_is_told_and_the_follow_fails),
		TEST(one_that_is_restarted_by_hand_has_not_ended),
		TEST(one_that_is_stopped_by_hand_has_ended),
		TEST(an_end_that_a_look_has_found_is_told_once),
		TEST(one_that_is_removed_is_not_looked_at_later),
		TEST(where_everything_is_stopped_ends_are_told_at_once),
		cmocka_unit_test(only_a_name_of_ours_stands_without_the_project),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
