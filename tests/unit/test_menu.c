/* Keys of an attached run: the line that names them, where it is drawn, and what a terminal sends for them.
 */
#include "cmd/screen/keys.h"
#include "cmd/screen/show_clean.h"
#include "cmd/screen/show_screen.h"
#include "cmd/up/menu_line.h"
#include "arena_case.h"

static unsigned columns_now;
static char *drawn;
static size_t ndrawn;
static struct show_look look;
static struct show_log container_lines;

static void size_now(unsigned *ret_rows, unsigned *ret_columns)
{
	*ret_rows = 24;
	*ret_columns = columns_now;
}

static int64_t time_now(void)
{
	return 1000000000;
}

static int screen_set_up(void **state)
{
	static int failure;
	arena_set_up(state);
	columns_now = 80;
	look = (struct show_look){
		.title = "up", .size = size_now, .now = time_now, .log = &container_lines
	};
	look.out = open_memstream(&drawn, &ndrawn);
	container_lines = (struct show_log){ .out = look.out, .err = look.out, .failure = &failure };
	map_init(&container_lines.speakers, arena);
	return 0;
}

static int screen_tear_down(void **state)
{
	fclose(look.out);
	free(drawn);
	return arena_tear_down(state);
}

/* What was drawn since the last call. */
static const char *fresh(void)
{
	static size_t at;
	fflush(look.out);
	const char *text = arena_strndup(arena, drawn, ndrawn);
	at = at > ndrawn ? 0 : at;
	text += at;
	at = ndrawn;
	return text;
}

static size_t foot_of_test(void *arg, size_t columns, struct buf *line)
{
	size_t *asked = arg;
	*asked = columns;
	show_clipped(line, "[d] detach", columns);
	return columns < 10 ? columns : 10;
}

/* Nothing is printed over the line, or beside it. */
static void the_line_stays_below_everything(void **state)
{
	(void)state;
	struct sink *sink = show_tty_create(arena, &look);
	struct step step = { .number = 3, .op = OP_CONTAINER_CREATE };
	size_t asked = 0;
	const struct show_foot foot = { .draw = foot_of_test, .arg = &asked };
	const struct event line = { .kind = EVENT_LOG, .name = "web-1", .text = "hello", .len = 5 };
	assert_false(show_tty_foot(show_plain_create(arena, &look), &foot));
	assert_true(show_tty_foot(sink, &foot));
	assert_string_equal(fresh(), "[d] detach\r");
	assert_int_equal(asked, 79); /* the last column is the terminal's */
	show_tty_foot_keep(sink);
	assert_string_equal(fresh(), "");
	event_send(sink, &line);
	assert_string_equal(fresh(), "\r\033[Kweb-1  | hello\n");
	event_send(sink, &line);
	assert_string_equal(fresh(), "web-1  | hello\n");
	show_tty_foot_keep(sink);
	assert_string_equal(fresh(), "[d] detach\r");
	event_yield(sink);
	assert_string_equal(fresh(), "\r\033[K");
	/* below the rows, and gone with their last picture */
	event_send(sink, &(struct event){ .kind = EVENT_STEP,
				 .step = &step,
				 .state = STEP_RUNNING,
				 .object = "container",
				 .name = "a" });
	const char *picture = fresh();
	assert_string_equal(picture + strlen(picture) - 12, "\n[d] detach\r");
	event_send(sink, &line);
	assert_string_equal(fresh(), "\r\033[K\033[2A\r\033[K\n\033[K\n\033[2Aweb-1  | hello\n");
	sink->end(sink, true);
	assert_null(strstr(fresh(), "detach"));
	show_tty_foot_keep(sink);
	assert_string_equal(fresh(), "[d] detach\r");
	/* a narrower window has folded it: the rest of it is cleared below the cursor */
	columns_now = 4;
	show_tty_foot(sink, &foot);
	assert_string_equal(fresh(), "\r\033[K\0337\033[B\033[K\033[B\033[K\0338[d]\r");
	show_tty_foot(sink, NULL);
	assert_string_equal(fresh(), "\r\033[K");
	show_tty_foot_keep(sink);
	assert_string_equal(fresh(), "");
}

static void is_line(const struct menu_look *how, size_t columns, const char *wanted, size_t wide)
{
	auto_buf struct buf line;
	buf_init(&line, 1000);
	assert_int_equal(menu_line(how, columns, &line), wide);
	assert_string_equal(buf_text(&line), wanted);
}

static void the_line_names_what_does_something(void **state)
{
	(void)state;
	is_line(&(struct menu_look){ 0 }, 79, "[d] detach  [Ctrl-C] stop", 25);
	is_line(&(struct menu_look){ .can_watch = true }, 79, "[w] watch  [d] detach  [Ctrl-C] stop", 36);
	is_line(&(struct menu_look){ .can_watch = true, .watches = true }, 79,
		"[w] unwatch  [d] detach  [Ctrl-C] stop", 38);
	is_line(&(struct menu_look){ .color = true }, 79,
		"\033[7m d \033[0m detach  \033[7m Ctrl-C \033[0m stop", 25);
}

static void a_narrow_terminal_gets_whole_entries(void **state)
{
	(void)state;
	const struct menu_look all = { .can_watch = true, .watches = true };
	is_line(&all, 38, "[w] unwatch  [d] detach  [Ctrl-C] stop", 38); /* 40 columns have room for all */
	is_line(&all, 37, "[w] unwatch  [d] detach", 23);
	is_line(&all, 22, "[w] unwatch", 11);
	is_line(&all, 10, "", 0);
	is_line(&all, 0, "", 0);
}

static void are_keys(const char *sent, const char *wanted)
{
	char plain[64];
	size_t len = keys_plain(sent, strlen(sent), plain);
	assert_int_equal(len, strlen(wanted));
	assert_memory_equal(plain, wanted, len);
}

static void sequences_are_no_keys(void **state)
{
	(void)state;
	are_keys("wd\n", "wd\n");
	are_keys("\033[Aw\033[1;5Dd\033[3~", "wd"); /* arrows, Delete */
	are_keys("\033[dw", "w");                   /* Shift and an arrow, of rxvt */
	are_keys("\033OPw\033OD", "w");             /* F1 */
	are_keys("\033dw", "w");                    /* Alt-d */
	are_keys("\033", "");
	are_keys("\033[1;", "");
	are_keys("\033O", "");
	are_keys("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_names_what_does_something),
		cmocka_unit_test(a_narrow_terminal_gets_whole_entries),
		cmocka_unit_test(sequences_are_no_keys),
		cmocka_unit_test_setup_teardown(
			the_line_stays_below_everything, screen_set_up, screen_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
