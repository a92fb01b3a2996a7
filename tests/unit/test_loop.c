/* The loop: timers, descriptors, children, signals, the plugin socket. */
#include "engine/loop/backoff.h"
#include "engine/loop/child.h"
#include "engine/loop/loop.h"
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS INT64_C(1000000)

struct bed {
	struct loop *loop;
	char order[64];
	int count, signal, status;
	struct loop_timer *timer;
	struct loop_watch *watch, *other;
	int fds[2];
};

static int setup(void **state)
{
	signal(SIGHUP, SIG_DFL); /* whoever started us may outlive his terminal */
	struct bed *bed = calloc(1, sizeof *bed);
	bed->loop = loop_create();
	bed->status = -1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, bed->fds), 0);
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;
	loop_destroy(bed->loop);
	close(bed->fds[0]);
	close(bed->fds[1]);
	free(bed);
	return 0;
}

static struct bed *current; /* timers carry only a letter */

static void note(void *arg)
{
	current->order[strlen(current->order)] = *(const char *)arg;
}

static bool three(void *arg)
{
	return strlen(((struct bed *)arg)->order) >= 3;
}

static void timers_fire_in_order_and_can_be_cancelled(void **state)
{
	struct bed *bed = current = *state;
	int64_t began = loop_now();
	loop_after(bed->loop, 30 * MS, note, "c");
	loop_after(bed->loop, 10 * MS, note, "a");
	struct loop_timer *gone = loop_after(bed->loop, 5 * MS, note, "x");
	loop_after(bed->loop, 20 * MS, note, "b");
	for (int i = 0; i < 100; i++)
		loop_cancel(bed->loop, loop_after(bed->loop, i * MS, note, "y"));
	loop_cancel(bed->loop, gone);
	loop_cancel(bed->loop, NULL);
	loop_run(bed->loop, three, bed);
	assert_string_equal(bed->order, "abc");
	assert_true(loop_now() - began >= 30 * MS);
}

static void timers_of_one_instant_keep_their_order(void **state)
{
	struct bed *bed = current = *state;
	static const char letters[] = "abcdefghij";
	for (int i = 0; i < 10; i++)
		loop_after(bed->loop, 0, note, (void *)&letters[i]);
	while (strlen(bed->order) < 10)
		loop_turn(bed->loop, -1);
	assert_string_equal(bed->order, letters);
}

static void renew(void *arg)
{
	struct bed *bed = arg;
	bed->count++;
	bed->timer = loop_after(bed->loop, 0, renew, bed);
}

static void readable(void *arg, short revents)
{
	struct bed *bed = arg;
	char byte;
	assert_true(revents & POLLIN);
	assert_int_equal(read(bed->fds[0], &byte, 1), 1);
	bed->order[strlen(bed->order)] = byte;
}

static void a_timer_that_renews_itself_starves_nobody(void **state)
{
	struct bed *bed = *state;
	bed->timer = loop_after(bed->loop, 0, renew, bed);
	bed->watch = loop_watch(bed->loop, bed->fds[0], POLLIN, readable, bed);
	assert_int_equal(write(bed->fds[1], "q", 1), 1);
	for (int i = 0; i < 3; i++)
		loop_turn(bed->loop, -1);
	assert_string_equal(bed->order, "q");
	assert_in_range(bed->count, 2, 3);
}

static void a_turn_ends_after_its_limit(void **state)
{
	struct bed *bed = *state;
	bed->watch = loop_watch(bed->loop, bed->fds[0], POLLIN, readable, bed);
	int64_t began = loop_now();
	loop_turn(bed->loop, 5 * MS);
	assert_in_range(loop_now() - began, 5 * MS, 2000 * MS);
	loop_watch_events(bed->watch, 0);
	assert_int_equal(write(bed->fds[1], "q", 1), 1);
	loop_turn(bed->loop, 0);
	assert_string_equal(bed->order, "");
}

static void end_both(void *arg, short revents)
{
	struct bed *bed = arg;
	(void)revents;
	bed->count++;
	loop_unwatch(bed->loop, bed->watch);
	loop_unwatch(bed->loop, bed->other);
	bed->watch = bed->other = NULL;
}

static void watches_end_inside_callbacks(void **state)
{
	struct bed *bed = *state;
	bed->watch = loop_watch(bed->loop, bed->fds[0], POLLIN, end_both, bed);
	bed->other = loop_watch(bed->loop, bed->fds[0], POLLIN, end_both, bed);
	assert_int_equal(write(bed->fds[1], "q", 1), 1);
	loop_turn(bed->loop, 100 * MS);
	loop_turn(bed->loop, 0);
	assert_int_equal(bed->count, 1);
	for (int i = 0; i < 50; i++) /* the array grows and closes its holes */
		bed->other = loop_watch(bed->loop, bed->fds[1], POLLIN, end_both, bed);
	bed->watch = loop_watch(bed->loop, bed->fds[0], POLLIN, readable, bed);
	loop_turn(bed->loop, 100 * MS);
	assert_string_equal(bed->order, "q");
}

static void turn_inside(void *arg, short revents)
{
	struct bed *bed = arg;
	loop_unwatch(bed->loop, bed->other);
	(void)revents;
	loop_turn(bed->loop, 0);
}

static void a_nested_turn_delivers_nothing_twice(void **state)
{
	struct bed *bed = *state;
	assert_int_equal(write(bed->fds[1], "q", 1), 1);
	bed->other = loop_watch(bed->loop, bed->fds[1], POLLOUT, turn_inside, bed);
	bed->watch =
		loop_watch(bed->loop, bed->fds[0], POLLIN, readable, bed); /* a second time would block */
	loop_turn(bed->loop, 0);
	loop_turn(bed->loop, 0);
	assert_string_equal(bed->order, "q");
}

static void ended(void *arg, int status)
{
	((struct bed *)arg)->status = status;
}

static void children_are_reaped_with_their_status(void **state)
{
	struct bed *bed = *state;
	struct arena *arena = arena_create();
	struct errors errors;
	const char *const argv[] = { "sh", "-c", "read line; echo \"got $line\" >&2; exit 7", NULL };
	const char *const none[] = { "no-such-program-here", NULL };
	char text[32] = "";
	pid_t pid;
	errors_init(&errors, arena);
	assert_int_equal(write(bed->fds[1], "word\n", 5), 5);
	assert_int_equal(
		child_start(&(struct child){ .argv = argv, .in = bed->fds[0], .out = -1, .err = bed->fds[0] },
			&pid, &errors),
		0);
	loop_child(bed->loop, pid, ended, bed);
	while (bed->status < 0)
		loop_turn(bed->loop, -1);
	assert_int_equal(WEXITSTATUS(bed->status), 7);
	assert_int_equal(read(bed->fds[1], text, sizeof text - 1), 9);
	assert_string_equal(text, "got word\n");
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(
		child_start(&(struct child){ .argv = none, .in = -1, .out = -1, .err = -1 }, &pid, &errors),
		-1);
	assert_non_null(strstr(errors.last->message, "no-such-program-here"));
	arena_destroy(arena);
}

/* Whoever started us may have ignored the ends of children. */
static void a_child_that_fails_has_failed_wherever_sigchld_is_ignored(void **state)
{
	struct bed *bed = *state;
	struct arena *arena = arena_create();
	struct errors errors;
	const char *const argv[] = { "false", NULL };
	pid_t pid;
	errors_init(&errors, arena);
	signal(SIGCHLD, SIG_IGN);
	struct loop *loop = loop_create();
	assert_int_equal(
		child_start(&(struct child){ .argv = argv, .in = -1, .out = -1, .err = -1 }, &pid, &errors),
		0);
	loop_child(loop, pid, ended, bed);
	while (bed->status < 0)
		loop_turn(loop, -1);
	assert_true(WIFEXITED(bed->status));
	assert_int_equal(WEXITSTATUS(bed->status), 1);
	loop_destroy(loop);
	arena_destroy(arena);
}

static void got(void *arg, int signal)
{
	struct bed *bed = arg;
	bed->signal = signal;
	bed->count++;
}

static void signals_come_from_the_loop(void **state)
{
	struct bed *bed = *state;
	struct arena *arena = arena_create();
	struct errors errors;
	const char *const argv[] = { "sleep", "100", NULL };
	pid_t pid;
	errors_init(&errors, arena);
	loop_signals(bed->loop, got, bed);
	kill(getpid(), SIGHUP);
	assert_int_equal(bed->count, 0);
	loop_turn(bed->loop, -1);
	assert_int_equal(bed->signal, SIGHUP);
	kill(getpid(), SIGWINCH);
	loop_turn(bed->loop, -1);
	assert_int_equal(bed->signal, SIGWINCH);
	assert_int_equal(loop_last_signal(bed->loop), SIGHUP); /* a window's size ends nothing */
	/* A child gets the signals back that the loop has taken, and those that are ignored here. */
	signal(SIGTERM, SIG_IGN);
	assert_int_equal(
		child_start(&(struct child){ .argv = argv, .in = -1, .out = -1, .err = -1 }, &pid, &errors),
		0);
	signal(SIGTERM, SIG_DFL);
	loop_child(bed->loop, pid, ended, bed);
	kill(pid, SIGTERM);
	while (bed->status < 0)
		loop_turn(bed->loop, -1);
	assert_int_equal(WTERMSIG(bed->status), SIGTERM);
	arena_destroy(arena);
}

/* As below nohup. */
static void a_signal_that_is_ignored_for_the_terminals_sake_stays_so(void **state)
{
	struct bed *bed = *state;
	signal(SIGHUP, SIG_IGN);
	loop_signals(bed->loop, got, bed);
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGTERM);
	loop_turn(bed->loop, -1);
	assert_int_equal(bed->count, 1);
	assert_int_equal(bed->signal, SIGTERM);
	loop_signals(bed->loop, NULL, NULL);
	signal(SIGHUP, SIG_DFL);
}

static void got_within(void *arg, int signal)
{
	int *last = arg;
	*last = signal;
}

static void signals_go_back_to_who_took_them_before(void **state)
{
	struct bed *bed = *state;
	int outer = 0, inner = 0;
	struct loop_taker nobody = loop_signals_push(bed->loop, got_within, &outer);
	struct loop_taker first = loop_signals_push(bed->loop, got_within, &inner);
	kill(getpid(), SIGHUP);
	loop_turn(bed->loop, -1);
	assert_int_equal(inner, SIGHUP);
	assert_int_equal(outer, 0);
	loop_signals_pop(bed->loop, first);
	kill(getpid(), SIGTERM);
	loop_turn(bed->loop, -1);
	assert_int_equal(inner, SIGHUP);
	assert_int_equal(outer, SIGTERM);
	/* Nobody took them at first: they have their usual meaning again. */
	loop_signals_pop(bed->loop, nobody);
	sigset_t blocked;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGTERM));
}

static void signals_aside_pass_by_who_takes_the_others(void **state)
{
	struct bed *bed = *state;
	static const int numbers[] = { SIGWINCH, SIGQUIT, 0 };
	int outer = 0, inner = 0, aside = 0;
	sigset_t blocked;
	struct loop_taker nobody = loop_signals_push(bed->loop, got_within, &outer);
	loop_signals_aside(bed->loop, numbers, got_within, &aside);
	struct loop_taker first = loop_signals_push(bed->loop, got_within, &inner);
	kill(getpid(), SIGQUIT);
	loop_turn(bed->loop, -1);
	assert_int_equal(aside, SIGQUIT);
	kill(getpid(), SIGWINCH);
	loop_turn(bed->loop, -1);
	assert_int_equal(aside, SIGWINCH);
	kill(getpid(), SIGTERM);
	loop_turn(bed->loop, -1);
	assert_int_equal(inner, SIGTERM);
	loop_signals_pop(bed->loop, first);
	loop_signals_aside(bed->loop, NULL, NULL, NULL);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGQUIT));
	assert_true(sigismember(&blocked, SIGTERM));
	kill(getpid(), SIGWINCH);
	loop_turn(bed->loop, -1);
	assert_int_equal(outer, SIGWINCH);
	assert_int_equal(inner, SIGTERM);
	loop_signals_aside(bed->loop, numbers, got_within, &aside);
	loop_signals_pop(bed->loop, nobody);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGQUIT));
}

/* Listens as the docker CLI does and returns the connection that loop_signals makes. */
static int as_docker(struct bed *bed)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[64];
	int len = snprintf(name, sizeof name, "@docker_cli_test_%ld", (long)getpid());
	memcpy(address.sun_path + 1, name + 1, (size_t)len - 1);
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len);
	assert_int_equal(bind(server, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(server, 1), 0);
	setenv("DOCKER_CLI_PLUGIN_SOCKET", name, 1);
	loop_signals(bed->loop, got, bed);
	unsetenv("DOCKER_CLI_PLUGIN_SOCKET");
	int connection = accept(server, NULL, NULL);
	assert_true(connection >= 0);
	close(server);
	return connection;
}

static void c9_the_end_of_the_plugin_socket_is_an_interrupt(void **state)
{
	struct bed *bed = *state;
	close(as_docker(bed));
	loop_turn(bed->loop, -1);
	assert_int_equal(bed->signal, SIGINT);
	loop_turn(bed->loop, 10 * MS);
	assert_int_equal(bed->count, 1);
}

/* Both may be there at once, and the socket may be looked at first. */
static void c9_a_signal_to_all_is_told_once(void **state)
{
	struct bed *bed = *state;
	int connection = as_docker(bed);
	kill(getpid(), SIGTERM);
	close(connection);
	loop_turn(bed->loop, -1);
	loop_turn(bed->loop, 10 * MS);
	assert_int_equal(bed->signal, SIGTERM);
	assert_int_equal(bed->count, 1);
}

static void after_ctrl_c_the_plugin_socket_says_nothing_new(void **state)
{
	struct bed *bed = *state;
	int connection = as_docker(bed);
	kill(getpid(), SIGINT);
	loop_turn(bed->loop, -1);
	close(connection);
	loop_turn(bed->loop, -1);
	assert_int_equal(bed->signal, SIGINT);
	assert_int_equal(bed->count, 1);
}

static void pauses_grow_and_end(void **state)
{
	(void)state;
	const struct backoff backoff = { .first = 5, .factor = 3, .repeats = 3 };
	unsigned repeats = 0;
	assert_int_equal(backoff_next(&backoff, &repeats), 5);
	assert_int_equal(backoff_next(&backoff, &repeats), 15);
	assert_int_equal(backoff_next(&backoff, &repeats), 45);
	assert_int_equal(repeats, 3);
	assert_int_equal(backoff_next(&backoff, &repeats), -1);
	assert_int_equal(repeats, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pauses_grow_and_end),
		TEST(timers_fire_in_order_and_can_be_cancelled),
		TEST(timers_of_one_instant_keep_their_order),
		TEST(a_timer_that_renews_itself_starves_nobody),
		TEST(a_turn_ends_after_its_limit),
		TEST(watches_end_inside_callbacks),
		TEST(a_nested_turn_delivers_nothing_twice),
		TEST(children_are_reaped_with_their_status),
		TEST(a_child_that_fails_has_failed_wherever_sigchld_is_ignored),
		TEST(signals_come_from_the_loop),
		TEST(a_signal_that_is_ignored_for_the_terminals_sake_stays_so),
		TEST(signals_go_back_to_who_took_them_before),
		TEST(signals_aside_pass_by_who_takes_the_others),
		TEST(c9_the_end_of_the_plugin_socket_is_an_interrupt),
		TEST(c9_a_signal_to_all_is_told_once),
		TEST(after_ctrl_c_the_plugin_socket_says_nothing_new),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
