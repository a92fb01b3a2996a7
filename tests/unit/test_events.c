/* The stream of events: one that was cut is opened again, and tells nothing twice. */
#include "engine/stream/events.h"
#include "engine_case.h"

static unsigned opened;  /* requests for the stream */
static char asked[2048]; /* the last one */
static char told[256];
static bool is_lost;

#define LINE(action, time)                                                                                   \
	"{\"Type\":\"container\",\"Action\":\"" action "\",\"Actor\":{\"ID\":\"c1\",\"Attributes\":{"        \
	"\"com.docker.compose.project\":\"shop\",\"exitCode\":\"3\"}},\"timeNano\":" time "}\n"

/* What is told before the cut comes again behind it, as the engine tells a second again. */
static void answer(struct peer *peer, char *request)
{
	static const char *const streams[] = { LINE("start", "1763733600000000001"),
		LINE("start", "1763733600000000001") LINE("die", "1763733600000000002") };
	request[strcspn(request, "\r")] = '\0';
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
	return 0;
}

static void test_cut(void **state)
{
	static const char *const projects[] = { "shop" };
	static const struct events_listener heard = { .event = on_event, .lost = on_lost };
	(void)state;
	struct events *events = events_open(&engine, projects, 1, &heard, &errors);
	assert_non_null(events);
	loop_run(engine.loop, lost, NULL);
	events_close(events);
	assert_string_equal(told, "start c1 3,die c1 3,");
	/* from a second before the last event */
	assert_non_null(strstr(asked, "since=1763733599.000000002&"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cut, set_up, engine_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
