/* A command in a container: what is asked of the engine, in which order. */
#include "engine/console/exec.h"
#include "engine_case.h"
#include "unit.h"

#include <fcntl.h>
#include <string.h>

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct peer *started; /* the upgraded connection, closed when its other side ends */
static char asked[200];      /* what was asked, and whether the input had ended then */
static const char *const *states;
static int64_t status;
static bool over;

static void answer(struct peer *peer, char *request)
{
	size_t at = strlen(asked);
	if (strstr(request, "/start")) {
		static const char head[] =
			"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
		started = peer;
		assert_int_equal(send(peer->fd, head, sizeof head - 1, MSG_NOSIGNAL), sizeof head - 1);
		snprintf(asked + at, sizeof asked - at, "start ");
	} else if (strncmp(request, "POST", 4) == 0) {
		reply_json(peer, 201, "{\"Id\":\"" ID "\"}");
		snprintf(asked + at, sizeof asked - at, "create ");
	} else {
		bool ended = started->fd < 0;
		snprintf(asked + at, sizeof asked - at, ended ? "look-after " : "look ");
		if (ended)
			reply_json(peer, 200, "{\"Running\":false,\"ExitCode\":0,\"Pid\":7}");
		else if (**states)
			reply_json(peer, 200, *states++);
		else
			reply_json(peer, 500, "{\"message\":\"no\"}");
	}
}

static void ended(void *arg, const struct exec_end *end)
{
	(void)arg;
	assert_null(end->failure);
	status = end->status;
	over = true;
}

static bool is_over(void *arg)
{
	(void)arg;
	return over;
}

/* What is asked when `input` is all that standard input holds; the engine answers of the exec so. */
static const char *asked_with(const char *input, const char *const *answers)
{
	static const char *const command[] = { "cat" };
	const struct exec_options options = {
		.container = ID, .command = command, .ncommand = 1, .input = true
	};
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], input, strlen(input)), strlen(input));
	close(ends[1]);
	states = answers;
	*asked = '\0';
	over = false;
	struct dialog_options own = { .in = ends[0], .out = STDOUT_FILENO, .err = STDERR_FILENO };
	struct exec *exec = exec_open(&engine, &options, &own, ended, NULL);
	loop_run(engine.loop, is_over, NULL);
	exec_close(exec);
	close(ends[0]);
	assert_int_equal(status, 0);
	return asked;
}

static void an_empty_input_ends_once_the_command_has_begun(void **state)
{
	static const char *const begins[] = { "{\"Running\":true,\"Pid\":0}", "{\"Running\":true,\"Pid\":7}",
		"" };
	(void)state;
	assert_string_equal(asked_with("", begins), "create start look look look-after ");
}

static void an_input_ends_at_once_after_a_byte(void **state)
{
	static const char *const none[] = { "" };
	(void)state;
	assert_string_equal(asked_with("x", none), "create start look-after ");
}

static void an_empty_input_ends_though_nothing_is_known(void **state)
{
	static const char *const none[] = { "" };
	(void)state;
	assert_string_equal(asked_with("", none), "create start look look-after ");
}

static int set_up(void **state)
{
	engine_set_up(state, 51);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, engine_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_input_ends_once_the_command_has_begun),
		TEST(an_input_ends_at_once_after_a_byte),
		TEST(an_empty_input_ends_though_nothing_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
