/* Screens: events in, text out. */
#include "show_case.h"

static void plain_prints_a_line_per_transition(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_plain_create(f->arena, &f->look);
	send(f, sink, "p-web-1", STEP_WAITING);
	send(f, sink, "p-web-1", STEP_RUNNING);
	send(f, sink, "p-web-1", STEP_DONE);
	f->step.failure = "no such image";
	send(f, sink, "p-db-1", STEP_FAILED);
	clock_now += 2000000000;
	sink->end(sink, false);
	assert_string_equal(written(f), " Container p-web-1  Creating\n"
					" Container p-web-1  Created  0.4s\n"
					" Container p-db-1  Error  0.4s  no such image\n"
					"up: 1 failed, 1 done  2.0s\n");
}

/* What befalls a container after its failure is no news, its successor has its name from the start. */
static void failures_are_told_once(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_plain_create(f->arena, &f->look), *tty = show_tty_create(f->arena, &f->look);
	struct step create = { .op = OP_CONTAINER_CREATE, .name = "1_p-web-1", .new_name = "p-web-1" };
	assert_string_equal(step_shown_name(&create), "p-web-1");
	assert_string_equal(
		step_shown_name(&(struct step){ .target = &create, .name = "1_p-web-1" }), "p-web-1");
	f->step.failure = "no memory";
	send(f, sink, "p-web-1", STEP_FAILED);
	f->step.failure = NULL;
	send(f, sink, "p-web-1", STEP_SKIPPED);
	send(f, sink, "p-db-1", STEP_SKIPPED);
	send(f, sink, "p-db-1", STEP_SKIPPED);
	f->step.op = OP_CONTAINER_RENAME;
	send(f, sink, "p-db-1", STEP_RUNNING);
	send(f, sink, "p-db-1", STEP_DONE);
	send(f, sink, "p-mail-1", STEP_FAILED);
	sink->end(sink, false);
	assert_string_equal(written(f), " Container p-web-1  Error  0.4s  no memory\n"
					" Container p-db-1  Skipped\n"
					" Container p-mail-1  Error  0.4s\n"
					"up: 2 failed, 1 skipped  0.0s\n");
	sink->end(sink, false); /* nothing failed since: what is wrong is no step */
	assert_string_equal(written(f), "");
	send(f, tty, "p-web-1", STEP_FAILED);
	clock_now += 200000000;
	send(f, tty, "p-web-1", STEP_SKIPPED);
	tty->end(tty, false);
	const char *screen = written(f);
	assert_non_null(strstr(screen, "Error"));
	assert_null(strstr(screen, "Skipped"));
}

static void foreign_text_cannot_move_the_cursor(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_plain_create(f->arena, &f->look);
	struct event event = { .kind = EVENT_OUTPUT,
		.name = "img",
		.text = "a\033[2J\033[31mred\033[0m\x9b"
			"1m\xc2\x9b\a\tb\xe2\x80\xae\r" };
	event_send(sink, &event);
	assert_string_equal(written(f), "img | ared\\x9b1m\\u009b\\x07\tb\\u202e\n");
}

/* Make, stop, rename away, rename, start, remove: what a person sees is two transitions. */
static void e_a_replacement_is_two_transitions(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_plain_create(f->arena, &f->look);
	struct step steps[6] = { { .op = OP_CONTAINER_CREATE, .new_name = "a" }, { .op = OP_CONTAINER_STOP },
		{ .op = OP_CONTAINER_RENAME, .new_name = "old" },
		{ .op = OP_CONTAINER_RENAME, .target = steps }, { .op = OP_CONTAINER_START, .target = steps },
		{ .op = OP_CONTAINER_REMOVE } };
	struct event event = { .kind = EVENT_STEP, .object = "container" };
	for (int i = 0; i < 12; i++) {
		event.step = &steps[i / 2], event.state = i % 2 ? STEP_DONE : STEP_RUNNING;
		event.name = i / 2 % 3 == 2 ? "old" : "a";
		event_send(sink, &event);
	}
	assert_string_equal(written(f), " Container a  Creating\n Container a  Renamed  0.0s\n"
					" Container a  Starting\n Container a  Started  0.0s\n");
}

/* Of a rolling replacement whose first gate fails: its own container is told of by that, each other one in a
 * line of its own, by the name that it has. */
static void a_replacement_that_is_skipped_is_one_line(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_plain_create(f->arena, &f->look);
	const struct observed_container one = { .name = "a-1" }, two = { .name = "a-2" };
	const char *gone = "gate a wait failed";
	struct step steps[] = { { .op = OP_GATE, .gate.replica = "a-1", .failure = "exited (7)" },
		{ .op = OP_CONTAINER_RENAME, .container = &one, .name = "a-1" },
		{ .op = OP_NETWORK_CONNECT, .container = &one, .name = "a-1_8ae", .may_fail = true },
		{ .op = OP_CONTAINER_START, .name = "a-2" },
		{ .op = OP_NETWORK_DISCONNECT, .container = &two, .name = "a-2_8ae" },
		{ .op = OP_NETWORK_CONNECT, .container = &two, .name = "a-2_8ae", .may_fail = true },
		{ .op = OP_CONTAINER_STOP, .container = &two, .name = "a-2_8ae" } };
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct event event = { .kind = EVENT_STEP, .step = &steps[i] };
		event.object = op_traits[steps[i].op].object;
		event.name = steps[i].name ? steps[i].name : "a";
		event.state = i ? STEP_SKIPPED : STEP_FAILED;
		steps[i].failure = i ? gone : steps[i].failure;
		event_send(sink, &event);
	}
	sink->end(sink, false);
	assert_string_equal(written(f), " Gate a  Error  0.0s  exited (7)\n"
					" Container a-2  Skipped  gate a wait failed\n"
					"up: 1 failed, 1 skipped  0.0s\n");
}

static void json_is_one_object_a_line(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_json_create(f->arena, &f->look);
	send(f, sink, "p-\"web\"\n-1", STEP_DONE);
	assert_string_equal(written(f),
		"{\"time\":\"2023-11-14T22:13:20.123Z\",\"kind\":\"step\",\"object\":\"container\","
		"\"name\":\"p-\\\"web\\\"\\n-1\",\"service\":\"web\",\"step\":3,\"state\":\"done\","
		"\"elapsed\":0.400,\"verb\":\"create\",\"text\":\"Created\"}\n");
}

static void json_has_verb_and_argument_apart(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_json_create(f->arena, &f->look);
	f->step = (struct step){ .number = 4, .op = OP_CONTAINER_RENAME, .new_name = "p-db-1" };
	send(f, sink, "8bc021fe035c_p-db-1", STEP_DONE);
	assert_non_null(
		strstr(written(f), "\"verb\":\"rename\",\"argument\":\"p-db-1\",\"text\":\"Renamed\"}\n"));
}

static void what_comes_after_an_end_has_a_title_and_totals_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_json_create(f->arena, &f->look);
	send(f, sink, "a", STEP_DONE);
	written(f);
	sink->interrupted = true;
	sink->end(sink, true);
	assert_non_null(strstr(written(f), "\"name\":\"up\",\"ok\":false,\"done\":1,"));
	sink = show_tty_create(f->arena, &f->look);
	send(f, sink, "a", STEP_DONE);
	sink->end(sink, true);
	written(f);
	sink->title = "stop";
	clock_now += 200000000;
	send(f, sink, "a", STEP_RUNNING);
	assert_non_null(strstr(written(f), "[+] stop 0/1  0.0s")); /* what was between is not its time */
}

static void tty_stays_within_the_terminal(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	char name[32];
	rows_now = 10;
	columns_now = 40;
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof name, "project-web-with-a-name-%d", i);
		clock_now += 200000000;
		send(f, sink, name, i == 7 ? STEP_RUNNING : STEP_DONE);
	}
	written(f);
	clock_now += 200000000;
	sink->tick(sink);
	const char *frame = written(f);
	assert_int_equal(lines_of(frame), 9);
	assert_true(strncmp(frame, "\033[9A\r", 5) == 0);
	assert_non_null(strstr(frame, "name-7")); /* it runs: it is never the one left out */
	assert_non_null(strstr(frame, "and 43 more"));
	assert_null(strstr(frame, "\033[J")); /* terminals would keep each picture in their history */
	for (const char *line = frame + 5; *line; line = strchr(line, '\n') + 1) {
		const char *rest = strstr(line, "\033[K\n");
		assert_non_null(rest);
		assert_true((size_t)(rest - line) < columns_now);
		assert_ptr_equal(rest + 3, strchr(line, '\n'));
	}
}

static void tty_cuts_names_before_states(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = { "shop-a-rather-long-service-name-1",
		"shop-a-rather-long-service-name-2", "a", "日本日本日本日本日本日本日本日本日本" };
	f->look.utf8 = true;
	for (columns_now = 15; columns_now <= 100; columns_now++) {
		struct sink *sink = show_tty_create(f->arena, &f->look);
		for (size_t i = 0; i < 4; i++)
			send(f, sink, names[i], i == 3 ? STEP_RUNNING : STEP_DONE);
		written(f);
		sink->end(sink, true);
		char *frame = strchr(written(f), '\n'), *line;
		size_t lines = 0;
		while ((line = strsep(&frame, "\n")) && frame) {
			char *end = strstr(line, "\033[K");
			if (!end || end == line)
				continue;
			*end = '\0';
			assert_true(show_columns(line) < columns_now);
			assert_non_null(strstr(line, lines == 3 ? "Creating" : "Created"));
			if (columns_now >= 40 && lines < 2) /* replicas can be told apart */
				assert_non_null(strstr(line, lines ? "-2 " : "-1 "));
			assert_true(!!strstr(line, "0.4s") >= (columns_now >= 50 && lines < 3));
			lines++;
		}
		assert_int_equal(lines, 4);
	}
}

static void wait_for(struct sink *sink, int64_t seconds)
{
	struct event event = { .kind = EVENT_WAITING, .name = "unix:///e", .elapsed = seconds * 1000000000 };
	event_send(sink, &event);
}

static void lines_tell_of_a_silent_engine_every_half_minute(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_plain_create(f->arena, &f->look);
	for (int64_t seconds = 3; seconds < 70; seconds++)
		wait_for(sink, seconds);
	wait_for(sink, 0);
	assert_string_equal(written(f), "still waiting for the engine at unix:///e (3 s)\n"
					"still waiting for the engine at unix:///e (33 s)\n"
					"still waiting for the engine at unix:///e (63 s)\n");
	wait_for(sink, 4);
	assert_string_equal(written(f), "still waiting for the engine at unix:///e (4 s)\n");
}

static void tty_has_a_row_for_a_silent_engine(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	wait_for(sink, 3);
	assert_string_equal(written(f), "still waiting for the engine at unix:///e (3 s)\033[K\n");
	wait_for(sink, 4);
	assert_string_equal(written(f), "\033[1A\rstill waiting for the engine at unix:///e (4 s)\033[K\n");
	wait_for(sink, 0);
	assert_string_equal(written(f), "\033[1A\r\033[K\n\033[1A");
	send(f, sink, "a", STEP_RUNNING);
	written(f);
	wait_for(sink, 5);
	assert_non_null(strstr(written(f), "Creating"));
	clock_now += 200000000;
	sink->tick(sink);
	assert_non_null(strstr(written(f), "\nstill waiting for the engine at unix:///e (5 s)"));
	wait_for(sink, 0);
	const char *frame = written(f);
	assert_null(strstr(frame, "still"));
	assert_non_null(strstr(frame, "Creating"));
}

static void tty_redraws_at_most_ten_times_a_second(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	send(f, sink, "a", STEP_RUNNING);
	assert_true(sink->wants_tick);
	assert_non_null(strstr(written(f), "Creating"));
	for (int i = 0; i < 9; i++) {
		clock_now += 10000000;
		sink->tick(sink);
	}
	assert_string_equal(written(f), "");
	clock_now += 10000000;
	sink->tick(sink);
	assert_non_null(strstr(written(f), "Creating"));
	send(f, sink, "a", STEP_DONE);
	assert_false(sink->wants_tick);
}

static void tty_takes_back_what_a_narrower_window_has_folded(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	send(f, sink, "a", STEP_RUNNING);
	written(f);
	columns_now = 10;
	clock_now += 200000000;
	sink->tick(sink);
	/* "[+] up 0/1  0.0s" took 2 of the new lines, the row of 38 columns 4 */
	const char *frame = written(f);
	assert_true(strncmp(frame, "\033[6A\r", 5) == 0);
	assert_non_null(strstr(frame, "\033[K\n\033[K\n\033[K\n\033[K\n\033[K\n\033[4A"));
}

static void tty_gives_the_cursor_back(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	send(f, sink, "a", STEP_RUNNING);
	assert_non_null(strstr(written(f), "\033[?25l"));
	send(f, sink, "a", STEP_DONE);
	sink->end(sink, true);
	const char *text = written(f);
	assert_non_null(strstr(text, "Created"));
	assert_string_equal(text + strlen(text) - 6, "\033[?25h");
}

static void tty_prints_container_lines_above_the_rows(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	send(f, sink, "a", STEP_RUNNING);
	written(f);
	struct event line = { .kind = EVENT_LOG, .name = "web-1", .text = "hello", .len = 5 };
	event_send(sink, &line);
	assert_string_equal(written(f), "\033[2A\r\033[K\n\033[K\n\033[2A");
	fflush(f->log.out);
	assert_string_equal(f->out, "web-1  | hello\n");
}

static void tolerated_failures_have_words_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_plain_create(f->arena, &f->look);
	f->step.may_fail = true;
	f->step.op = OP_IMAGE_PULL;
	send(f, sink, "a", STEP_FAILED);
	assert_non_null(strstr(written(f), " a  Not pulled  "));
	f->step.op = OP_VOLUME_REMOVE;
	send(f, sink, "a", STEP_FAILED);
	assert_non_null(strstr(written(f), " a  Refused  "));
	f->step.kept = "container b uses it";
	send(f, sink, "a", STEP_DONE);
	assert_non_null(strstr(written(f), " a  Stays  "));
}

static void pulls_have_a_bar(void **state)
{
	struct fixture *f = *state;
	struct sink *sink = show_tty_create(f->arena, &f->look);
	f->step.op = OP_IMAGE_PULL;
	struct event event = { .kind = EVENT_STEP,
		.step = &f->step,
		.state = STEP_RUNNING,
		.object = "image",
		.name = "busybox" };
	event_send(sink, &event);
	event.kind = EVENT_PROGRESS;
	event.part = "layer1";
	event.current = 3000000;
	event.total = 4000000;
	event_send(sink, &event);
	event.part = "layer2";
	event.current = 0;
	event_send(sink, &event);
	written(f);
	clock_now += 200000000;
	sink->tick(sink);
	assert_non_null(strstr(written(f), "[======>         ] 3.0MB/8.0MB"));
}

static void log_lines_are_aligned_and_clean_only_on_a_terminal(void **state)
{
	struct fixture *f = *state;
	show_log_expect(&f->log, "worker-1");
	show_log_line(&f->log, "db-1", false, "a\033c\0b", 5);
	f->log.clean_out = true;
	show_log_line(&f->log, "db-1", false, "a\033c\0b", 5);
	f->log.no_prefix = true;
	show_log_line(&f->log, "db-1", false, "x", 1);
	show_log_exit(&f->log, "db-1", 3, false);
	show_log_exit(&f->log, "db-1", 3, true);
	fflush(f->log.out);
	static const char want[] =
		"db-1      | a\033c\0b\ndb-1      | a\\x1bc\\x00b\nx\ndb-1 exited with code 3\n"
		"db-1 exited with code 3 (restarting)\n";
	assert_int_equal(f->out_len, sizeof want - 1);
	assert_memory_equal(f->out, want, sizeof want - 1);
}

static void a2_names_of_containers_are_clean(void **state)
{
	struct fixture *f = *state;
	show_log_line(&f->log, "a\033[2Jb\u202e", false, "x", 1);
	show_log_exit(&f->log, "a\033[2Jb\u202e", 0, false);
	fflush(f->log.out);
	assert_string_equal(f->out, "ab\\u202e  | x\nab\\u202e exited with code 0\n");
}

static void log_lines_keep_colours_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	static const char line[] =
		"old\r\033[1;38:5:9mred\033[2K\033]0;title\a\033]8;;x\033\\\033[>4m\033c\r\r";
	f->log.clean_out = f->log.color_out = f->log.no_prefix = true;
	show_log_line(&f->log, "db-1", false, line, sizeof line - 1);
	show_log_line(&f->log, "db-1", false, "plain", 5);
	f->log.color_out = false;
	show_log_line(&f->log, "db-1", false, line, sizeof line - 1);
	fflush(f->log.out);
	assert_string_equal(f->out, "\033[1;38:5:9mred\\x1bc\033[0m\nplain\nred\\x1bc\n");
}

static void columns_count_characters(void **state)
{
	(void)state;
	auto_buf struct buf to;
	buf_init(&to, 100);
	assert_int_equal(show_columns("abc"), 3);
	assert_int_equal(show_columns("\xc3\xa9\xe6\x97\xa5"), 3);
	assert_int_equal(show_columns("a\u200db\u200b\ufe0f\u0301"), 2); /* joiners and marks take none */
	show_clipped(&to, "\xc3\xa9\xe6\x97\xa5x", 2);
	assert_string_equal(buf_text(&to), "\xc3\xa9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain_prints_a_line_per_transition),
		TEST(failures_are_told_once),
		TEST(foreign_text_cannot_move_the_cursor),
		TEST(e_a_replacement_is_two_transitions),
		TEST(a_replacement_that_is_skipped_is_one_line),
		TEST(json_is_one_object_a_line),
		TEST(json_has_verb_and_argument_apart),
		TEST(what_comes_after_an_end_has_a_title_and_totals_of_its_own),
		TEST(tty_stays_within_the_terminal),
		TEST(tty_cuts_names_before_states),
		TEST(lines_tell_of_a_silent_engine_every_half_minute),
		TEST(tty_has_a_row_for_a_silent_engine),
		TEST(tty_redraws_at_most_ten_times_a_second),
		TEST(tty_takes_back_what_a_narrower_window_has_folded),
		TEST(tty_gives_the_cursor_back),
		TEST(tty_prints_container_lines_above_the_rows),
		TEST(tolerated_failures_have_words_of_their_own),
		TEST(pulls_have_a_bar),
		TEST(log_lines_are_aligned_and_clean_only_on_a_terminal),
		TEST(a2_names_of_containers_are_clean),
		TEST(log_lines_keep_colours_and_nothing_else),
		TEST(columns_count_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
