/* Rows of the live screen: what they say, and what of them stays. */
#include "show_case.h"

static void answer(struct fixture *f, struct sink *sink, const char *text)
{
	struct event event = { .kind = EVENT_PROBE,
		.time = 1700000000123000000,
		.step = &f->step,
		.object = "gate",
		.name = "db",
		.text = text };
	event_send(sink, &event);
}

static void send_gate(struct fixture *f, struct sink *sink, enum step_state state)
{
	f->step.op = OP_GATE;
	struct event event = {
		.kind = EVENT_STEP, .step = &f->step, .state = state, .object = "gate", .name = "db"
	};
	event_send(sink, &event);
}

/* The next picture. */
static const char *picture(struct fixture *f, struct sink *sink)
{
	written(f);
	clock_now += 200000000;
	sink->tick(sink);
	return written(f);
}

static void a_gate_shows_the_last_answer_while_it_waits(void **state)
{
	struct fixture *f = *state;
	f->look.quiet_build = f->look.quiet_pull = true; /* it is neither */
	struct sink *sink = show_tty_create(f->arena, &f->look);
	send_gate(f, sink, STEP_RUNNING);
	answer(f, sink, "status 503, not 200-399");
	assert_non_null(
		strstr(picture(f, sink), "Gate db  Waiting           0.2s  status 503, not 200-399\033[K"));
	answer(f, sink, "exit code 1: a\033[2J\tb\a");
	assert_non_null(strstr(picture(f, sink), "  exit code 1: a b\\x07\033[K"));
	columns_now = 45;
	assert_non_null(strstr(picture(f, sink), "0.6s  exit cod\033[K"));
	send_gate(f, sink, STEP_DONE);
	sink->end(sink, true);
	assert_null(strstr(written(f), "exit"));
}

static void a_long_answer_is_cut_between_characters(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	char text[256] = "", shown[512];
	for (size_t i = 0; i < 85; i++)
		memcpy(text + 3 * i, "\u65e5", 3);
	columns_now = 300;
	send_gate(f, sink, STEP_RUNNING);
	answer(f, sink, text);
	text[159] = '\0'; /* 53 of them */
	snprintf(shown, sizeof shown, "0.2s  %s\033[K", text);
	assert_non_null(strstr(picture(f, sink), shown));
}

static void answers_are_no_lines_but_objects(void **state)
{
	struct fixture *f = *state;
	struct sink *plain = show_plain_create(f->arena, &f->look);
	send_gate(f, plain, STEP_RUNNING);
	written(f);
	answer(f, plain, "connection refused");
	assert_string_equal(written(f), "");
	struct sink *json = show_json_create(f->arena, &f->look);
	f->step.op = OP_GATE;
	answer(f, json, "connection refused");
	assert_string_equal(written(f),
		"{\"time\":\"2023-11-14T22:13:20.123Z\",\"kind\":\"probe\",\"object\":\"gate\","
		"\"name\":\"db\",\"step\":3,\"text\":\"connection refused\"}\n");
}

/* The last picture holds what happened to everything, more than there is room for; those before do not. */
static void the_picture_that_stays_has_every_row(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	char name[32];
	enum { COUNT = 300 };
	rows_now = 10, columns_now = 40;
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof name, "web-%d", i);
		send(f, sink, name, STEP_DONE);
	}
	assert_non_null(strstr(picture(f, sink), "and 293 more"));
	sink->end(sink, true);
	char *frame = strdup(written(f)), *line = frame;
	assert_memory_equal(line, "\033[9A\r", 5);
	assert_null(strstr(frame, "more"));
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof name, "web-%d ", i);
		line = strchr(line, '\n');
		assert_non_null(line);
		assert_non_null(strstr(++line, name));
		assert_true(strcspn(line, "\n") < columns_now + 3);
	}
	assert_string_equal(strchr(line, '\n'), "\n\033[?25h"); /* and nothing of the room is left */
	free(frame);
	send(f, sink, "db-1", STEP_DONE); /* another run draws below it */
	assert_memory_equal(picture(f, sink), "\033[?25l[+] up", 12);
	sink->end(sink, true);
	assert_int_equal(lines_of(written(f)), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_gate_shows_the_last_answer_while_it_waits),
		TEST(a_long_answer_is_cut_between_characters),
		TEST(answers_are_no_lines_but_objects),
		TEST(the_picture_that_stays_has_every_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
