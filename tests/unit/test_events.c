/* The stream of events: one that was cut is opened again, and tells nothing twice. */
#include "engine/stream/events.h"
#include "engine_case.h"

static unsigned opened;  /* requests for the stream */
static char asked[2048]; /* the last one */
static char told[256];
static bool is_lost;
static const char *script; /* what becomes of each request for the stream: see answer_script */
static unsigned opens, agains;
static char why_again[200], why_lost[200];

#define LINE(action, time)                                                                                   \
	"{\"Type\":\"container\",\"Action\":\"" action "\",\"Actor\":{\"ID\":\"c1\",\"Attributes\":{"        \
	"\"com.docker.compose.project\":\"shop\",\"exitCode\":\"3\"}},\"timeNano\":" time "}\n"

static void begin_stream(struct peer *peer, const char *text)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	char chunk[1000];
	int len = snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n", strlen(text), text);
	assert_int_equal(write(peer->fd, head, sizeof head - 1), sizeof head - 1);
	if (*text)
		assert_int_equal(write(peer->fd, chunk, (size_t)len), len);
}

/* A letter each: `n` nothing ever comes, `h` the head and nothing more, `e` the head and an event, `x` the
 * head and what is no event. */
static void answer_script(struct peer *peer, const char *request)
{
	if (!strstr(request, "/events")) {
		reply(peer, 200, "text/plain", "OK", 2);
		return;
	}
	char what = *script;
	script += what != '\0' && script[1];
	if (what == 'h' || what == 'e')
		begin_stream(peer, what == 'h' ? "" : LINE("die", "1763733600000000002"));
	else if (what == 'x')
		begin_stream(peer, "[]\n");
}

/* What is told before the cut comes again behind it, as the engine tells a second again, and with what was
 * before the first stream. */
static void answer(struct peer *peer, char *request)
{
	static const char *const streams[] = { LINE("start", "1763733600000000001"),
		LINE("die", "1763733600000000000") LINE("start", "1763733600000000001")
			LINE("die", "1763733600000000002") };
	request[strcspn(request, "\r")] = '\0';
	if (script) {
		answer_script(peer, request);
		return;
	}
	snprintf(asked, sizeof asked, "%.2000s", request);
	if (opened == 2) {
		reply_json(peer, 400, "{\"message\":\"no more\"}");
		return;
	}
	const char *text = streams[opened++];
	reply_json(peer, 200, text);
}

static void on_event(void *arg, const struct engine_event *event)
{
	(void)arg;
	size_t used = strlen(told);
	snprintf(told + used, sizeof told - used, "%s %s %d,", event->word, event->id, (int)event->exit_code);
}

static void on_lost(void *arg, const char *why)
{
	(void)arg;
	assert_non_null(why);
	snprintf(why_lost, sizeof why_lost, "%s", why);
	is_lost = true;
}

static bool lost(void *arg)
{
	(void)arg;
	return is_lost;
}

static int set_up(void **state)
{
	engine_set_up(state, 51);
	opened = 0;
	told[0] = '\0';
	is_lost = false;
	script = NULL;
	opens = agains = 0;
	why_again[0] = '\0';
	return 0;
}

static void test_cut(void **state)
{
	static const char *const projects[] = { "shop" };
	static const struct events_listener heard = { .event = on_event, .lost = on_lost };
	(void)state;
	struct events *events = events_open(
		&engine, &(struct events_query){ .projects = projects, .nprojects = 1 }, &heard, &errors);
	assert_non_null(events);
	loop_run(engine.loop, lost, NULL);
	events_close(events);
	assert_string_equal(told, "start c1 3,die c1 3,");
	/* from a second before the last event */
	assert_non_null(strstr(asked, "since=1763733599.000000002&"));
}

static void on_open(void *arg)
{
	(void)arg;
	opens++;
}

static void on_again(void *arg, const char *why)
{
	(void)arg;
	agains++;
	snprintf(why_again, sizeof why_again, "%s", why ? why : "to be sure");
}

static bool told_or_lost(void *arg)
{
	(void)arg;
	return *told || is_lost;
}

/* Follows a script with an engine that is asked after 50 ms of silence; until an event or the end. */
static void follow_script(const char *wanted)
{
	static const char *const projects[] = { "shop" };
	static const struct events_listener heard = {
		.open = on_open, .again = on_again, .event = on_event, .lost = on_lost
	};
	http_silence(engine.http, &(struct http_patience){ .most = 50000000 });
	script = wanted;
	struct events *events = events_open(
		&engine, &(struct events_query){ .projects = projects, .nprojects = 1 }, &heard, &errors);
	assert_non_null(events);
	loop_run(engine.loop, told_or_lost, NULL);
	events_close(events);
}

static void b2_a_subscription_that_nothing_comes_of_is_asked_again(void **state)
{
	(void)state;
	follow_script("ne");
	assert_string_equal(told, "die c1 3,");
	assert_int_equal(opens, 1);
	assert_int_equal(agains, 1);
	assert_non_null(strstr(why_again, "although the engine is there"));
}

static void b2_a_stream_that_stops_is_asked_again(void **state)
{
	(void)state;
	follow_script("hhe");
	assert_string_equal(told, "die c1 3,");
	assert_int_equal(opens, 1);
	assert_int_equal(agains, 2);
	assert_string_equal(why_again, "to be sure");
	assert_non_null(strstr(asked, "filters="));
}

static void b2_a_subscription_is_not_asked_for_ever(void **state)
{
	(void)state;
	follow_script("n");
	assert_true(is_lost);
	assert_int_equal(opens, 0);
}

static void a6_what_is_no_event_ends_the_stream(void **state)
{
	(void)state;
	follow_script("x");
	assert_true(is_lost);
	assert_string_equal(why_lost, "an event of the engine: the answer is a list, not an object");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cut, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			b2_a_subscription_that_nothing_comes_of_is_asked_again, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			b2_a_stream_that_stops_is_asked_again, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			b2_a_subscription_is_not_asked_for_ever, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(
			a6_what_is_no_event_ends_the_stream, set_up, engine_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
