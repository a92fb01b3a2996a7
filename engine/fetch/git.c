#include "engine/fetch/git.h"

#include "engine/loop/child.h"
#include "engine/loop/child_words.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MOST = 65536, WORDS_MOST = 4096, ARGUMENTS_MOST = 20 };
#define SECOND  INT64_C(1000000000)
#define SILENCE (15 * SECOND) /* two looks in a row at a git that is silent are half a minute at most */
#define LONGEST (600 * SECOND)

/* A command under way. */
struct git_command {
	struct loop *loop;
	pid_t pid;
	struct child_words output, words;
	struct loop_timer *silence, *limit;
	size_t heard;        /* at the last look */
	const char *stopped; /* why we have killed it */
	int signal;          /* the interrupt that came, or 0 */
	bool ended;
	int status;
};

static void git_ended(void *arg, int status)
{
	struct git_command *command = arg;
	command->ended = true;
	command->status = status;
}

static bool git_has_ended(void *arg)
{
	const struct git_command *command = arg;
	return command->ended;
}

static void git_stop(struct git_command *command, const char *why)
{
	command->stopped = command->stopped ? command->stopped : why;
	child_kill(command->pid);
}

static void git_look(void *arg)
{
	struct git_command *command = arg;
	size_t heard = command->output.heard + command->words.heard;
	command->silence = NULL;
	if (heard == command->heard) {
		git_stop(command, "no answer");
		return;
	}
	command->heard = heard;
	command->silence = loop_after(command->loop, SILENCE, git_look, command);
}

static void git_late(void *arg)
{
	struct git_command *command = arg;
	command->limit = NULL;
	git_stop(command, "it takes more than ten minutes");
}

static void git_interrupted(void *arg, int number)
{
	struct git_command *command = arg;
	if (number != SIGINT && number != SIGTERM && number != SIGHUP)
		return;
	command->signal = number;
	git_stop(command, "interrupted");
}

/* The environment of git: it asks nobody, speaks English, which hints are found by, and belongs to no other
 * repository, as it would when a hook of git has started us. */
static const char *const *git_environment(struct arena *arena, const struct map *os_env)
{
	static const char *const own[] = { "GIT_TERMINAL_PROMPT", "LC_ALL", "GIT_DIR", "GIT_WORK_TREE",
		"GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
		"GIT_IMPLICIT_WORK_TREE" };
	const char **env = ARENA_ARRAY(arena, const char *, os_env->count + 3);
	size_t count = 0, at = 0;
	for (const struct map_entry *entry; (entry = map_next(os_env, &at));) {
		bool hidden = false;
		for (size_t i = 0; i < sizeof own / sizeof *own; i++)
			hidden |= strcmp(entry->key, own[i]) == 0;
		if (!hidden)
			env[count++] = arena_printf(arena, "%s=%s", entry->key, (const char *)entry->value);
	}
	env[count++] = "GIT_TERMINAL_PROMPT=0";
	env[count++] = "LC_ALL=C";
	return env;
}

/* What git has said: of lines that it wrote again and again, how far it is, the last state. */
static const char *last_words(struct arena *arena, const char *text)
{
	auto_buf struct buf lines;
	buf_init(&lines, WORDS_MOST + 1);
	while (*text) {
		size_t len = strcspn(text, "\n"), end = len;
		while (end && text[end - 1] == '\r')
			end--;
		const char *state = memrchr(text, '\r', end), *from = state ? state + 1 : text;
		if (from < text + end)
			buf_printf(&lines, "%.*s\n", (int)(text + end - from), from);
		text += len + (text[len] == '\n');
	}
	return arena_strdup(arena, buf_text(&lines));
}

/* What helps, found by git's or ssh's words. */
static void hint_by_words(struct errors *errors, const char *words)
{
	static const char login[] =
		"it needs a login: put USER:PASSWORD@ or a token in front of the host, from a variable "
		"(https://user:${TOKEN}@host/…), or let git know it (git help credentials)";
	static const char key[] =
		"ssh must log in without questions: load the key into an agent (ssh-add), and "
		"connect once by hand, so that the host is known";
	static const struct {
		const char *says, *hint;
	} rows[] = {
		{ "could not read Username", login },
		{ "could not read Password", login },
		{ "Authentication failed", login },
		{ "error: 403", login },
		{ "Permission denied", key },
		{ "Host key verification failed", key },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strstr(words, rows[i].says)) {
			error_hint(errors, "%s", rows[i].hint);
			return;
		}
	error_hint(errors, "can this machine reach it? a whole commit behind # that was read before needs no "
			   "network");
}

static int git_failed(
	const struct git *git, const struct git_command *command, const char *said, struct errors *errors)
{
	const char *words = last_words(errors->arena, said);
	if (command->signal)
		return error_add(
			errors, ERROR_INTERRUPTED, NULL, NULL, "interrupted while git reads %s", git->shown);
	error_add(errors, ERROR_FILE, NULL, NULL, "failed to access repository %s%s%s", git->shown,
		command->stopped ? ": " : "", command->stopped ? command->stopped : "");
	hint_by_words(errors, words);
	return *words ? error_detail(errors, words) : -1;
}

/* Starts it with pipes for what it says. */
static int git_start(const struct git *git, struct git_command *command, const struct child *child,
	struct buf *output, struct buf *words, struct errors *errors)
{
	struct child started = *child;
	started.out = child_words_open(&command->output, command->loop, output);
	started.err = child_words_open(&command->words, command->loop, words);
	started.shared[0] = git->login.config;
	started.shared[1] = git->login.answer;
	int result = child_start(&started, &command->pid, errors);
	if (result != 0)
		error_hint(errors, "git reads repositories: install it");
	if (started.out >= 0)
		close(started.out);
	if (started.err >= 0)
		close(started.err);
	return result;
}

/* Waits for the end, which time or an interrupt may bring. */
static void git_wait(const struct git *git, struct git_command *command)
{
	struct loop *loop = command->loop;
	struct loop_taker before = loop_signals_push(loop, git_interrupted, command);
	git->fetcher->waiting(git->fetcher->arg, git->shown);
	command->silence = loop_after(loop, SILENCE, git_look, command);
	command->limit = loop_after(loop, LONGEST, git_late, command);
	loop_child(loop, command->pid, git_ended, command);
	loop_run(loop, git_has_ended, command);
	loop_cancel(loop, command->silence);
	loop_cancel(loop, command->limit);
	git->fetcher->waited(git->fetcher->arg);
	loop_signals_pop(loop, before);
}

int git_run(const struct git *git, struct arena *arena, const char *const *arguments, const char **ret_output,
	struct errors *errors)
{
	struct git_command command = { .loop = git->fetcher->loop(git->fetcher->arg) };
	auto_buf struct buf output, words;
	const char *argv[ARGUMENTS_MOST] = { "git" };
	size_t count = 1;
	if (git->login.config) {
		argv[count++] = "-c";
		argv[count++] = arena_printf(arena, "include.path=/proc/self/fd/%d", git->login.config);
	}
	while (*arguments && count < ARGUMENTS_MOST - 1)
		argv[count++] = *arguments++;
	buf_init(&output, OUTPUT_MOST);
	buf_init(&words, WORDS_MOST);
	struct child child = {
		.argv = argv, .in = -1, .env = git_environment(arena, git->fetcher->os_env), .alone = true
	};
	int result = git_start(git, &command, &child, &output, &words, errors);
	if (result == 0)
		git_wait(git, &command);
	child_words_close(&command.output);
	child_words_close(&command.words);
	if (result == 0 &&
		(command.stopped || !WIFEXITED(command.status) || WEXITSTATUS(command.status) != 0))
		result = git_failed(git, &command, buf_text(&words), errors);
	if (result == 0 && ret_output)
		*ret_output = arena_strdup(arena, buf_text(&output));
	return result;
}
