#include "engine/provider/program.h"
#include "engine/loop/child.h"
#include "engine/loop/child_words.h"
#include "engine/stream/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MOST  ((size_t)1 << 20)
#define WORDS_MOST 4096
#define READS_MOST 1000
#define MOMENT     INT64_C(10000000000) /* ns to end by itself */

/* While it runs. */
struct running {
	struct program *program;
	pid_t pid;
	int out;
	struct loop_watch *watch;
	struct lines lines;
	struct child_words words;
	struct loop_timer *timer;
	bool over;
};

/* Takes in what is there now; returns as read(2). */
static ssize_t read_output(struct running *running)
{
	char bytes[16384];
	ssize_t len = read(running->out, bytes, sizeof bytes);
	if (len > 0)
		lines_feed(
			&running->lines, bytes, (size_t)len, running->program->line, running->program->arg);
	return len;
}

static void out_of_time(void *arg)
{
	struct running *running = arg;
	running->timer = NULL;
	child_kill(running->pid);
}

static void output_ready(void *arg, short revents)
{
	struct running *running = arg;
	struct program *program = running->program;
	(void)revents;
	if (read_output(running) == 0) {
		loop_unwatch(program->loop, running->watch);
		running->watch = NULL;
	}
	if (program->failed && !running->timer && program->failed(program->arg))
		running->timer = loop_after(program->loop, MOMENT, out_of_time, running);
}

static void has_ended(void *arg, int status)
{
	struct running *running = arg;
	running->program->status = status;
	running->over = true;
}

static bool is_over(void *arg)
{
	return ((const struct running *)arg)->over;
}

/* Asked to end at first, ended at the second one. */
static void was_interrupted(void *arg, int number)
{
	struct running *running = arg;
	if (number != SIGINT && number != SIGTERM && number != SIGHUP)
		return;
	if (running->program->interrupted)
		child_kill(running->pid);
	else
		kill(-running->pid, SIGTERM);
	running->program->interrupted = number;
}

static const char *const *environment_of(const struct program *program)
{
	const char **env = ARENA_ARRAY(program->arena, const char *, program->env->count + 1);
	size_t count = 0, at = 0;
	for (const struct map_entry *entry; (entry = map_next(program->env, &at));)
		if (entry->value)
			env[count++] =
				arena_printf(program->arena, "%s=%s", entry->key, (const char *)entry->value);
	return env;
}

/* With pipes for what it says. */
static int start(struct running *running, struct buf *words)
{
	struct program *program = running->program;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_add(program->errors, ERROR_SYSTEM, NULL, NULL, "cannot run %s: %s",
			program->argv[0], strerror(errno));
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	running->out = ends[0];
	struct child child = {
		.argv = program->argv, .in = -1, .out = ends[1], .env = environment_of(program), .alone = true
	};
	child.err = child_words_open(&running->words, program->loop, words);
	int result = child_start(&child, &running->pid, program->errors);
	close(ends[1]);
	if (child.err >= 0)
		close(child.err);
	return result;
}

static void wait_for_end(struct running *running)
{
	struct program *program = running->program;
	struct loop_taker before = loop_signals_push(program->loop, was_interrupted, running);
	running->watch = loop_watch(program->loop, running->out, POLLIN, output_ready, running);
	if (program->limit)
		running->timer = loop_after(program->loop, program->limit, out_of_time, running);
	loop_child(program->loop, running->pid, has_ended, running);
	loop_run(program->loop, is_over, running);
	loop_cancel(program->loop, running->timer);
	loop_unwatch(program->loop, running->watch);
	loop_signals_pop(program->loop, before);
	/* What it has started may write on: that does not count. */
	for (int i = 0; i < READS_MOST && read_output(running) > 0; i++)
		;
	lines_flush(&running->lines, program->line, program->arg);
}

int program_run(struct program *program)
{
	struct running running = { .program = program, .out = -1 };
	auto_buf struct buf words;
	buf_init(&words, WORDS_MOST);
	lines_init(&running.lines, LINE_MOST);
	int result = start(&running, &words);
	if (result == 0)
		wait_for_end(&running);
	if (running.out >= 0)
		close(running.out);
	child_words_close(&running.words);
	lines_finish(&running.lines);
	program->said = arena_strdup(program->arena, buf_text(&words));
	return result;
}

const char *program_end(const struct program *program)
{
	if (WIFSIGNALED(program->status))
		return arena_printf(program->arena, "signal %d", WTERMSIG(program->status));
	return arena_printf(program->arena, "exit status %d", WEXITSTATUS(program->status));
}
