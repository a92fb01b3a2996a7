#include "engine/loop/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static void give_descriptor(posix_spawn_file_actions_t *actions, int fd, int as)
{
	if (fd < 0)
		posix_spawn_file_actions_addopen(
			actions, as, "/dev/null", as == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
	else
		posix_spawn_file_actions_adddup2(actions, fd, as); /* the same number: clears close-on-exec */
}

static void give_descriptors(posix_spawn_file_actions_t *actions, const struct child *child)
{
	give_descriptor(actions, child->in, STDIN_FILENO);
	give_descriptor(actions, child->out, STDOUT_FILENO);
	give_descriptor(actions, child->err, STDERR_FILENO);
	for (size_t i = 0; i < sizeof child->shared / sizeof *child->shared; i++)
		if (child->shared[i])
			give_descriptor(actions, child->shared[i], child->shared[i]);
	if (child->bare)
		posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

int child_start(const struct child *child, pid_t *ret_pid, struct errors *errors)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, normal;
	pid_t pid = 0;
	int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (child->alone ? POSIX_SPAWN_SETSID : 0);
	sigemptyset(&none);
	sigemptyset(&normal);
	sigaddset(&normal, SIGPIPE);
	sigaddset(&normal, SIGINT);
	sigaddset(&normal, SIGTERM);
	sigaddset(&normal, SIGHUP);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, (short)flags);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &normal);
	give_descriptors(&actions, child);
	int failure = posix_spawnp(&pid, child->argv[0], &actions, &attributes, (char *const *)child->argv,
		child->env ? (char *const *)child->env : environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (failure)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot run %s: %s", child->argv[0],
			strerror(failure));
	*ret_pid = pid;
	return 0;
}

void child_kill(pid_t pid)
{
	kill(-pid, SIGKILL);
}
