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

int child_start(const char *const *argv, int in, int out, int err, pid_t *ret_pid, struct errors *errors)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, normal;
	pid_t pid = 0;
	sigemptyset(&none);
	sigemptyset(&normal);
	sigaddset(&normal, SIGPIPE);
	sigaddset(&normal, SIGINT);
	sigaddset(&normal, SIGTERM);
	sigaddset(&normal, SIGHUP);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &normal);
	give_descriptor(&actions, in, STDIN_FILENO);
	give_descriptor(&actions, out, STDOUT_FILENO);
	give_descriptor(&actions, err, STDERR_FILENO);
	int failure = posix_spawnp(&pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (failure)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "cannot run %s: %s", argv[0], strerror(failure));
	*ret_pid = pid;
	return 0;
}
