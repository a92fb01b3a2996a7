#include "base/heap.h"
#include "engine/loop/loop_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Children */

/* Takes the child off the list and releases its descriptor. */
static void child_forget(struct loop_child *child)
{
	for (struct loop_child **at = &child->loop->children; *at; at = &(*at)->next) {
		if (*at == child) {
			*at = child->next;
			break;
		}
	}
	loop_unwatch(child->loop, child->watch);
	loop_cancel(child->loop, child->timer);
	if (child->fd >= 0)
		close(child->fd);
	free(child);
}

/* Returns whether the child has ended, and tells so. */
static bool child_reap(struct loop_child *child)
{
	int status = 0;
	pid_t pid = waitpid(child->pid, &status, WNOHANG);
	if (pid == 0)
		return false;
	void (*ended)(void *arg, int status) = child->ended;
	void *arg = child->arg;
	child_forget(child);
	if (ended)
		ended(arg, pid > 0 ? status : 0);
	return true;
}

static void child_ready(void *arg, short revents)
{
	(void)revents;
	child_reap(arg);
}

/* Without pidfd_open (kernels before 5.3, some sandboxes) there is nothing to wait on: look now and then. */
static void child_look(void *arg)
{
	struct loop_child *child = arg;
	child->timer = NULL;
	if (!child_reap(child))
		child->timer = loop_after(child->loop, 20000000, child_look, child);
}

void loop_child(struct loop *loop, pid_t pid, void (*ended)(void *arg, int status), void *arg)
{
	struct loop_child *child = HEAP_NEW(struct loop_child);
	*child = (struct loop_child){ .loop = loop, .pid = pid, .ended = ended, .arg = arg };
	child->fd = (int)syscall(SYS_pidfd_open, pid, 0);
	child->next = loop->children;
	loop->children = child;
	if (child->fd >= 0)
		child->watch = loop_watch(loop, child->fd, POLLIN, child_ready, child);
	else
		child->timer = loop_after(loop, 0, child_look, child);
}

/* Signals */

static bool is_interrupt(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP;
}

static void tell_signal(struct loop *loop, int number)
{
	if (sigismember(&loop->aside, number) == 1) {
		loop->witness.got(loop->witness.arg, number);
		return;
	}
	if (is_interrupt(number)) {
		loop->last_signal = number;
		if (loop->overheard)
			loop->overheard(loop->overheard_arg);
	}
	loop->taker.got(loop->taker.arg, number);
}

void loop_overhear(struct loop *loop, void (*heard)(void *arg), void *arg)
{
	loop->overheard = heard;
	loop->overheard_arg = arg;
}

static void signal_ready(void *arg, short revents)
{
	struct loop *loop = arg;
	struct signalfd_siginfo info;
	(void)revents;
	while (loop->signal_fd >= 0 && read(loop->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (is_interrupt((int)info.ssi_signo))
			loop->interrupted = loop_now();
		tell_signal(loop, (int)info.ssi_signo);
	}
}

/* The CLI never writes; the end of the connection is its way to say: please stop. It does so for SIGINT and
 * SIGTERM and does not say which: as docker compose, we take it for SIGINT. A signal to the whole group, as
 * Ctrl-C is, has reached us, too, and before the CLI could do anything. */
static void plugin_ready(void *arg, short revents)
{
	struct loop *loop = arg;
	char bytes[64];
	(void)revents;
	if (recv(loop->plugin_fd, bytes, sizeof bytes, MSG_DONTWAIT) != 0)
		return;
	loop_unwatch(loop, loop->plugin_watch);
	loop->plugin_watch = NULL;
	close(loop->plugin_fd);
	loop->plugin_fd = -1;
	signal_ready(loop, POLLIN);
	if (loop->interrupted && loop_now() - loop->interrupted <= 1000000000)
		return;
	tell_signal(loop, SIGINT);
}

int loop_last_signal(const struct loop *loop)
{
	return loop->last_signal;
}

/* Connects to the CLI's socket; a leading @ means the abstract namespace. A failure is silent. */
static int plugin_connect(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = name ? strlen(name) : 0;
	if (len < 2 || len >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, name, len);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	else
		size++;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, size) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Who is to outlive his terminal (nohup) is started with SIGHUP ignored; taken, it would come all the same.
 */
static bool outlives_terminal(void)
{
	struct sigaction now;
	return sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void taken_signals(const struct loop *loop, sigset_t *set)
{
	sigorset(set, &loop->also, &loop->aside);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	if (!outlives_terminal())
		sigaddset(set, SIGHUP);
	sigaddset(set, SIGWINCH);
}

/* Signals have their usual meaning again; the plugin socket stays open for the next taker. */
static void give_back(struct loop *loop)
{
	sigset_t set;
	loop_unwatch(loop, loop->signal_watch);
	loop_unwatch(loop, loop->plugin_watch);
	loop->signal_watch = loop->plugin_watch = NULL;
	if (loop->signal_fd < 0)
		return;
	taken_signals(loop, &set);
	close(loop->signal_fd);
	loop->signal_fd = -1;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigemptyset(&loop->also);
	sigemptyset(&loop->aside);
}

void loop_signals(struct loop *loop, void (*got)(void *arg, int signal), void *arg)
{
	loop->taker = (struct loop_taker){ got, arg };
	if (!got) {
		give_back(loop);
		return;
	}
	if (loop->signal_fd >= 0)
		return;
	sigset_t set;
	taken_signals(loop, &set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	loop->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signal_fd >= 0)
		loop->signal_watch = loop_watch(loop, loop->signal_fd, POLLIN, signal_ready, loop);
	else
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (loop->plugin_fd < 0)
		loop->plugin_fd = plugin_connect(getenv("DOCKER_CLI_PLUGIN_SOCKET"));
	if (loop->plugin_fd >= 0)
		loop->plugin_watch = loop_watch(loop, loop->plugin_fd, POLLIN, plugin_ready, loop);
}

bool loop_await_room(struct loop *loop, int fd, int64_t patience)
{
	struct pollfd at[] = { { .fd = fd, .events = POLLOUT }, { .fd = loop->signal_fd, .events = POLLIN },
		{ .fd = loop->plugin_fd, .events = POLLIN } };
	enum { PLACES = sizeof at / sizeof *at };
	int64_t until = loop->last_signal ? loop_now() + patience : 0;
	for (;;) {
		int64_t left = until ? until - loop_now() : 0;
		int ready =
			poll(at, until ? 1 : PLACES, until ? (left > 0 ? (int)(left / 1000000) + 1 : 0) : -1);
		if (ready < 0 && errno != EINTR)
			return true;
		if (ready > 0 && at[0].revents)
			return true;
		if (until && left <= 0)
			return false;
		if (ready > 0 && !until)
			until = loop_now() + patience;
	}
}

int loop_open_unblocked(int fd)
{
	char path[40];
	if (!isatty(fd))
		return -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Other signals than before are taken. */
static void take_anew(struct loop *loop)
{
	sigset_t set;
	if (loop->signal_fd < 0)
		return;
	taken_signals(loop, &set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signalfd(loop->signal_fd, &set, 0);
}

void loop_signals_also(struct loop *loop, const int *numbers)
{
	for (; *numbers; numbers++)
		sigaddset(&loop->also, *numbers);
	take_anew(loop);
}

void loop_signals_aside(struct loop *loop, const int *numbers, void (*got)(void *arg, int signal), void *arg)
{
	sigset_t before = loop->aside;
	loop->witness = (struct loop_taker){ got, arg };
	sigemptyset(&loop->aside);
	for (; got && *numbers; numbers++)
		sigaddset(&loop->aside, *numbers);
	if (loop->signal_fd >= 0)
		sigprocmask(SIG_UNBLOCK, &before, NULL);
	take_anew(loop);
}

struct loop_taker loop_signals_push(struct loop *loop, void (*got)(void *arg, int signal), void *arg)
{
	struct loop_taker before = loop->taker;
	loop_signals(loop, got, arg);
	return before;
}

void loop_signals_pop(struct loop *loop, struct loop_taker before)
{
	loop_signals(loop, before.got, before.arg);
}

void loop_signals_finish(struct loop *loop)
{
	while (loop->children)
		child_forget(loop->children);
	give_back(loop);
	if (loop->plugin_fd >= 0)
		close(loop->plugin_fd);
}
