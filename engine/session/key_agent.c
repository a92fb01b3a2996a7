#include "engine/session/key_agent.h"

#include "engine/loop/child.h"
#include "engine/loop/child_words.h"
#include "engine/loop/socket_dir.h"
#include "engine/loop/unix_socket.h"
#include "engine/session/private_key.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MOST   ((size_t)2 << 10)
#define KEY_MOST     ((size_t)32 << 10)
#define ENVIRON_MOST ((size_t)1 << 20)

/* ssh-agent runs a program and ends after it: `cat`, which ends when our end of its input is gone, and which
 * says back what it is told as soon as the agent listens. */
struct key_agent {
	struct loop *loop;
	struct errors *errors;
	const struct texts *paths;
	struct socket_dir dir;
	char variable[120];
	size_t added; /* keys */
	int in, out;  /* of cat; -1: closed */
	pid_t cat;
	pid_t adding; /* ssh-add; 0: not running */
	pid_t pid;    /* the agent; 0: not known, or not yet */
	struct loop_watch *watch;
	struct child_words said;
	struct buf words;
	char memory[WORDS_MOST];
	bool left; /* by its owner: nothing more is told */
	void (*told)(void *arg, const char *socket);
	void *arg;
};

static void agent_tell(struct key_agent *agent, const char *socket)
{
	if (!agent->left)
		agent->told(agent->arg, socket);
}

static void agent_failed(struct key_agent *agent, const char *what)
{
	const char *words = buf_text(&agent->words);
	error_add(agent->errors, ERROR_BUILD, NULL, NULL, "%s: %.*s", what, (int)strcspn(words, "\n"),
		*words ? words : "it gives no reason");
	error_hint(agent->errors,
		"a key with a passphrase is given to an agent: ssh-add KEY, and `ssh: [default]`");
	agent_tell(agent, NULL);
}

static void add_keys(struct key_agent *agent);

static void add_ended(void *arg, int status)
{
	struct key_agent *agent = arg;
	agent->adding = 0;
	if (!agent->left)
		child_words_close(&agent->said);
	if (!agent->left && status == 0)
		add_keys(agent);
	else if (!agent->left)
		agent_failed(agent, "ssh-add does not take the keys of the build");
}

/* Gives the agent a key that ssh-add would have to guess a comment for; false: ssh-add is to be asked. */
static bool add_plainly(const struct key_agent *agent, const char *text, size_t len)
{
	enum { SUCCESS = 6, ANSWER = 5 };
	const struct timeval patience = { .tv_sec = 5 };
	unsigned char answer[ANSWER];
	auto_buf struct buf message;
	buf_init(&message, KEY_MOST);
	bool done = private_key_message(&message, text, len);
	int fd = done ? unix_socket_connect(agent->dir.socket) : -1;
	done = fd >= 0 && fcntl(fd, F_SETFL, 0) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
	       send(fd, message.data, message.len, MSG_NOSIGNAL) == (ssize_t)message.len &&
	       recv(fd, answer, sizeof answer, MSG_WAITALL) == ANSWER && answer[ANSWER - 1] == SUCCESS;
	if (fd >= 0)
		close(fd);
	if (message.len)
		explicit_bzero(message.data, message.len);
	return done;
}

/* Has ssh-add read the key: whoever may read the file may use it in a build. */
static void add_by_program(struct key_agent *agent, const char *path)
{
	const char *const argv[] = { "env", agent->variable, "ssh-add", "-", NULL };
	int in = open(path, O_RDONLY | O_CLOEXEC);
	int err = child_words_open(&agent->said, agent->loop, &agent->words);
	const struct child child = { .argv = argv, .in = in, .out = -1, .err = err, .alone = true };
	int started = child_start(&child, &agent->adding, agent->errors);
	if (err >= 0)
		close(err);
	if (in >= 0)
		close(in);
	if (started == 0)
		loop_child(agent->loop, agent->adding, add_ended, agent);
	else
		agent_tell(agent, NULL);
}

/* Gives it the keys, one after the other; told when it has all. */
static void add_keys(struct key_agent *agent)
{
	while (agent->added < agent->paths->count) {
		const char *path = agent->paths->items[agent->added++];
		char text[KEY_MOST];
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text);
		if (fd >= 0)
			close(fd);
		bool done = len > 0 && add_plainly(agent, text, (size_t)len);
		explicit_bzero(text, sizeof text);
		if (!done) {
			add_by_program(agent, path);
			return;
		}
	}
	agent_tell(agent, agent->dir.socket);
}

/* The agent, by the environment that it has given cat, which runs by now; 0: not known. It notices within ten
 * seconds by itself that cat is gone. */
static pid_t agent_pid(const struct key_agent *agent)
{
	static const char name[] = "SSH_AGENT_PID=";
	char path[64];
	pid_t pid = 0;
	auto_buf struct buf text;
	char bytes[4096];
	ssize_t len;
	snprintf(path, sizeof path, "/proc/%d/environ", (int)agent->cat);
	int fd = agent->cat ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	buf_init(&text, ENVIRON_MOST);
	while (fd >= 0 && (len = read(fd, bytes, sizeof bytes)) > 0 && buf_append(&text, bytes, (size_t)len))
		;
	if (fd >= 0)
		close(fd);
	for (size_t at = 0; at < text.len; at += strlen(text.data + at) + 1)
		if (strncmp(text.data + at, name, strlen(name)) == 0)
			pid = (pid_t)strtol(text.data + at + strlen(name), NULL, 10);
	return pid;
}

/* cat has said its word: the agent listens. */
static void cat_says(void *arg, short revents)
{
	struct key_agent *agent = arg;
	char word[8];
	(void)revents;
	ssize_t len = read(agent->out, word, sizeof word);
	if (len < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	loop_unwatch(agent->loop, agent->watch);
	agent->watch = NULL;
	if (len <= 0)
		return;
	agent->pid = agent_pid(agent);
	add_keys(agent);
}

static void cat_ended(void *arg, int status)
{
	struct key_agent *agent = arg;
	(void)status;
	agent->cat = 0;
	if (!agent->left && !agent->adding)
		agent_failed(agent, "ssh-agent does not run");
}

static int start_agent(struct key_agent *agent)
{
	const char *const argv[] = { "env", "-u", "SSH_AGENT_PID", "-u", "SSH_AUTH_SOCK", "ssh-agent", "-a",
		agent->dir.socket, "cat", NULL };
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		return error_add(agent->errors, ERROR_SYSTEM, NULL, NULL, "no pipe: %s", strerror(errno));
	const struct child child = { .argv = argv, .in = in[0], .out = out[1], .err = -1, .alone = true };
	int started = child_start(&child, &agent->cat, agent->errors);
	close(in[0]);
	close(out[1]);
	agent->in = in[1];
	agent->out = out[0];
	if (started != 0)
		return error_hint(
			agent->errors, "install openssh-client: it holds the keys that build.ssh names");
	fcntl(agent->out, F_SETFL, O_NONBLOCK);
	agent->watch = loop_watch(agent->loop, agent->out, POLLIN, cat_says, agent);
	loop_child(agent->loop, agent->cat, cat_ended, agent);
	return write(agent->in, "\n", 1) == 1 ? 0 : -1;
}

struct key_agent *key_agent_start(struct arena *arena, struct loop *loop, const struct map *os_env,
	const struct texts *paths, void (*told)(void *arg, const char *socket), void *arg,
	struct errors *errors)
{
	struct key_agent *agent = ARENA_NEW(arena, struct key_agent);
	*agent = (struct key_agent){
		.loop = loop, .errors = errors, .paths = paths, .in = -1, .out = -1, .told = told, .arg = arg
	};
	buf_init_within(&agent->words, agent->memory, sizeof agent->memory);
	if (socket_dir_make(&agent->dir, os_env, "keys", errors) == 0) {
		snprintf(agent->variable, sizeof agent->variable, "SSH_AUTH_SOCK=%s", agent->dir.socket);
		if (start_agent(agent) == 0)
			return agent;
	}
	key_agent_end(agent);
	return NULL;
}

void key_agent_end(struct key_agent *agent)
{
	if (!agent)
		return;
	agent->left = true;
	loop_unwatch(agent->loop, agent->watch);
	if (agent->cat && agent->pid > 1)
		kill(agent->pid, SIGTERM);
	if (agent->in >= 0)
		close(agent->in);
	if (agent->out >= 0)
		close(agent->out);
	if (agent->adding)
		child_kill(agent->adding);
	child_words_close(&agent->said);
	socket_dir_remove(&agent->dir);
}
