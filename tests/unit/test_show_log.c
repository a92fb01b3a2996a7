/* Lines of containers: those that come at once are written together, in their order. */
#include "unit.h"

#include "cmd/screen/show_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct arena *arena;
static struct show_log lines;
static struct loop *loop;
static int failure;
static FILE *file;

static int set_up(void **state)
{
	(void)state;
	arena = arena_create();
	failure = 0;
	file = fdopen(memfd_create("lines", MFD_CLOEXEC), "w");
	loop = loop_create();
	lines = (struct show_log){ .out = file, .err = file, .failure = &failure, .loop = loop };
	map_init(&lines.speakers, arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	show_log_end(&lines);
	fclose(file);
	loop_destroy(loop);
	arena_destroy(arena);
	return 0;
}

/* What has been written so far. */
static const char *written(FILE *of)
{
	static char text[1 << 12];
	ssize_t len = pread(fileno(of), text, sizeof text - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	return text;
}

static void lines_wait_for_the_turn_of_the_loop(void **state)
{
	(void)state;
	show_log_line(&lines, "db-1", false, "one", 3);
	show_log_line(&lines, "db-1", false, "two", 3);
	assert_string_equal(written(file), "");
	loop_turn(lines.loop, 0);
	assert_string_equal(written(file), "db-1  | one\ndb-1  | two\n");
}

static void without_a_loop_each_is_written_when_it_comes(void **state)
{
	(void)state;
	lines.loop = NULL;
	show_log_line(&lines, "db-1", false, "one", 3);
	assert_string_equal(written(file), "db-1  | one\n");
	lines.loop = loop;
}

static void many_do_not_wait(void **state)
{
	(void)state;
	for (int i = 0; i < 10000; i++)
		show_log_line(&lines, "db-1", false, "a line of some length", 21);
	assert_true(lseek(fileno(file), 0, SEEK_END) > 100000);
	assert_true(lines.lanes[0].pending.size <= (size_t)256 << 10);
}

static void what_goes_to_two_streams_keeps_its_order(void **state)
{
	(void)state;
	/* one open file with one place in it, as 2>&1 makes */
	lines.err = fdopen(dup(fileno(file)), "w");
	show_log_line(&lines, "a", false, "1", 1);
	show_log_line(&lines, "a", true, "2", 1);
	show_log_line(&lines, "a", false, "3", 1);
	show_log_exit(&lines, "a", 0, false);
	show_log_end(&lines);
	assert_string_equal(written(file), "a  | 1\na  | 2\na  | 3\na exited with code 0\n");
	fclose(lines.err);
}

static void a_write_that_fails_is_known_when_the_loop_has_turned(void **state)
{
	(void)state;
	FILE *full = fopen("/dev/full", "we");
	lines.out = lines.err = full;
	show_log_line(&lines, "a", false, "1", 1);
	assert_int_equal(failure, 0);
	loop_turn(lines.loop, 0);
	assert_int_equal(failure, ENOSPC);
	show_log_flush(&lines);
	fclose(full);
	lines.out = lines.err = file;
}

/* Reads all that is there, and turns the loop until nothing more comes; returns how many lines it was. */
static size_t take_all(int fd)
{
	char bytes[4096];
	size_t count = 0;
	for (ssize_t len; (len = read(fd, bytes, sizeof bytes)) > 0; loop_turn(loop, 0))
		for (ssize_t i = 0; i < len; i++)
			count += bytes[i] == '\n';
	return count;
}

static void what_nobody_takes_is_kept_by_who_is_patient(void **state)
{
	enum { MANY = 10000 };
	int ends[2];
	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	lines.out = lines.err = fdopen(ends[1], "w");
	lines.patient = true;
	size_t count = 0;
	while (count < MANY && !show_log_full(&lines)) {
		show_log_line(&lines, "a", false, "a line of some length", 21);
		count++;
	}
	assert_true(show_log_full(&lines));
	/* those that have been on their way are kept, too */
	for (; count < MANY; count++)
		show_log_line(&lines, "a", false, "a line of some length", 21);
	assert_int_equal(take_all(ends[0]), MANY);
	assert_false(show_log_full(&lines));
	assert_int_equal(failure, 0);
	show_log_end(&lines);
	fclose(lines.out);
	close(ends[0]);
	lines.out = lines.err = file;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_nobody_takes_is_kept_by_who_is_patient, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_wait_for_the_turn_of_the_loop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_a_loop_each_is_written_when_it_comes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_do_not_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_goes_to_two_streams_keeps_its_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_write_that_fails_is_known_when_the_loop_has_turned, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
