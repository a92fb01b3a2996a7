#include "engine/local/lock.h"
#include "base/clock.h"
#include "base/text/sha256.h"
#include "compose/tree/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Directory of the locks: in the user's runtime directory, else one of ours in /tmp, where others could
 * prepare a trap: a directory or link that is not ours is refused. */
static const char *lock_dir(struct arena *arena, const struct engine *engine, struct errors *errors)
{
	const char *base = engine->os_env ? map_get(engine->os_env, "XDG_RUNTIME_DIR") : NULL;
	if (!base || *base != '/' || !file_own_dir(base))
		base = arena_printf(arena, "/run/user/%u", (unsigned)geteuid());
	const char *dir = file_own_dir(base)
				  ? arena_printf(arena, "%s/docker-flow", base)
				  : arena_printf(arena, "/tmp/docker-flow-%u", (unsigned)geteuid());
	if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot make %s for the project's lock: %s", dir,
			strerror(errno));
		return NULL;
	}
	if (!file_own_dir(dir)) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL,
			"%s is not a directory that only this user can write to", dir);
		error_hint(errors, "set XDG_RUNTIME_DIR to a directory of yours");
		return NULL;
	}
	return dir;
}

/* Process id in the lock file, or 0. */
static int64_t holder(int fd)
{
	char text[32];
	ssize_t len = pread(fd, text, sizeof text - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	return strtoll(text, NULL, 10);
}

static void sign(int fd)
{
	char text[32];
	int len = snprintf(text, sizeof text, "%d\n", (int)getpid());
	/* Only for the message of those who wait. */
	if (pwrite(fd, text, (size_t)len, 0) < 0 || ftruncate(fd, len) < 0)
		return;
}

/* A wait under way. The lock belongs to the open file, which a child shares: the child waits in the kernel
 * and ends when the lock is there, and so this process polls nothing. */
struct wait {
	bool over, taken;
	int signal;
};

static void child_ended(void *arg, int status)
{
	struct wait *wait = arg;
	wait->over = true;
	wait->taken = WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void lock_interrupted(void *arg, int number)
{
	struct wait *wait = arg;
	if (number == SIGINT || number == SIGTERM || number == SIGHUP)
		wait->signal = number;
}

/* In the child: nothing of ours stays open but the lock, signals have their usual meaning again, and it does
 * not outlive its parent. */
static _Noreturn void child_wait(int fd, pid_t parent)
{
	sigset_t none;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd > 0)
		close_range(0, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0U, 0);
	for (int number = 1; number < SIGRTMIN; number++)
		signal(number, number == SIGINT ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() != parent)
		_exit(1);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			_exit(1);
	_exit(0);
}

/* Waits for the holder in a child, which may block in flock for the same open file; an interrupt ends it. */
static int lock_wait(struct engine *engine, int fd, const char *project, struct errors *errors)
{
	struct wait wait = { .over = false };
	struct loop *loop = engine->loop;
	pid_t parent = getpid(), child = fork();
	if (child < 0)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "cannot wait for the lock: %s", strerror(errno));
	if (child == 0)
		child_wait(fd, parent);
	struct loop_taker before = loop_signals_push(loop, lock_interrupted, &wait);
	loop_child(loop, child, child_ended, &wait);
	while (!wait.over && !wait.signal)
		loop_turn(loop, -1);
	if (!wait.over)
		kill(child, SIGKILL);
	while (!wait.over)
		loop_turn(loop, -1);
	loop_signals_pop(loop, before);
	if (wait.signal)
		return error_add(errors, ERROR_INTERRUPTED, NULL, NULL,
			"interrupted while waiting for another docker flow on project %s", project);
	if (!wait.taken)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "the lock of project %s cannot be had", project);
	return 0;
}

static void lock_tell(struct arena *arena, struct sink *sink, int64_t pid, const char *project)
{
	const char *who = pid > 0 ? arena_printf(arena, " (process %" PRId64 ")", pid) : "";
	event_send(sink, &(struct event){ .kind = EVENT_NOTE,
				 .time = clock_unix(),
				 .object = "project",
				 .name = project,
				 .text = arena_printf(arena,
					 "waiting for another docker flow%s that works on project %s", who,
					 project) });
}

/* The engine as its one name here: many paths lead to a socket. */
static const char *engine_name(struct arena *arena, const struct engine *engine)
{
	const struct endpoint *endpoint = &engine->endpoint;
	char *real = endpoint->socket && !engine->ssh ? realpath(endpoint->socket, NULL) : NULL;
	const char *name = real             ? arena_printf(arena, "unix://%s", real)
			   : endpoint->host ? endpoint->host
					    : "";
	free(real);
	return name;
}

const char *lock_path(struct arena *arena, const struct engine *engine, const char *project,
	const char *suffix, struct errors *errors)
{
	const char *dir = lock_dir(arena, engine, errors);
	const char *key = arena_printf(arena, "%s\n%s", engine_name(arena, engine), project);
	return dir ? arena_printf(arena, "%s/%.32s.%s", dir, sha256_hex(arena, key, strlen(key)), suffix)
		   : NULL;
}

/* Opens the lock's file; returns the descriptor, or -1 with a finding. */
static int open_lock(struct arena *arena, const struct engine *engine, const char *project,
	const char **ret_path, struct errors *errors)
{
	const char *path = lock_path(arena, engine, project, "lock", errors);
	if (!path)
		return -1;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot open the lock %s: %s", path,
			strerror(errno));
	*ret_path = path;
	return fd;
}

/* Whether the file still has its name: who held it last has taken it away. */
static bool is_named(int fd, const char *path)
{
	struct stat held, named;
	return fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev &&
	       held.st_ino == named.st_ino;
}

int lock_try(struct arena *arena, struct engine *engine, const char *project)
{
	struct errors unheard;
	const char *path;
	errors_init(&unheard, arena);
	int fd = open_lock(arena, engine, project, &path, &unheard);
	if (fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_named(fd, path))) {
		close(fd);
		return -1;
	}
	if (fd >= 0)
		sign(fd);
	return fd;
}

/* Takes what is open, waiting for its holder. Returns 0, or -1 with a finding. */
static int lock_opened(struct arena *arena, struct engine *engine, int fd, const char *project,
	struct sink *sink, struct errors *errors)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot take the lock of project %s: %s",
			project, strerror(errno));
	lock_tell(arena, sink, holder(fd), project);
	return lock_wait(engine, fd, project, errors);
}

int lock_take(struct arena *arena, struct engine *engine, const char *project, struct sink *sink,
	struct errors *errors)
{
	for (;;) {
		const char *path;
		int fd = open_lock(arena, engine, project, &path, errors);
		if (fd < 0)
			return -1;
		int result = lock_opened(arena, engine, fd, project, sink, errors);
		if (result == 0 && is_named(fd, path)) {
			sign(fd);
			return fd;
		}
		close(fd);
		if (result < 0)
			return -1;
	}
}

void lock_release(struct arena *arena, const struct engine *engine, const char *project, int fd)
{
	struct errors unheard;
	errors_init(&unheard, arena);
	const char *path = lock_path(arena, engine, project, "lock", &unheard);
	if (path && is_named(fd, path))
		unlink(path);
	close(fd);
}
