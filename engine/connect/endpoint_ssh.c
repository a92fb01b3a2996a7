/* An engine behind ssh: a listening socket in a directory of our own is one more descriptor of the loop; each
 * connection accepted on it becomes standard input and output of `ssh … docker system dial-stdio`. */
#include "engine/connect/endpoint.h"

#include "base/heap.h"
#include "base/map.h"
#include "engine/loop/child.h"
#include "engine/loop/child_words.h"
#include "engine/loop/socket_dir.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WORDS_MOST     4096
#define PATIENCE_NS    ((int64_t)500000000) /* between SIGTERM and SIGKILL at the end */
#define PROCESSES_MOST 64

struct ssh_process {
	struct ssh_tunnel *tunnel;
	pid_t pid;
	struct child_words words;
	struct ssh_process *next;
};

struct ssh_tunnel {
	struct engine *engine;
	const char **argv;
	struct socket_dir dir;
	int fd;
	struct loop_watch *watch;
	struct ssh_process *processes;
	unsigned running;
	struct buf words;
	struct errors *errors;
};

int endpoint_ssh_parse(
	struct arena *arena, const char *text, struct ssh_host *ret_host, struct errors *errors)
{
	struct ssh_host host = { 0 };
	const char *rest = text + strlen("ssh://");
	size_t len = strcspn(rest, "/");
	char *place = arena_strndup(arena, rest, len);
	char *at = strrchr(place, '@');
	if (at) {
		*at = '\0';
		host.user = place;
		place = at + 1;
	}
	char *port = strrchr(place, ':');
	if (port && !strchr(port, ']')) {
		*port = '\0';
		host.port = port + 1;
	}
	size_t end = strlen(place);
	if (place[0] == '[' && place[end - 1] == ']') {
		place[end - 1] = '\0';
		place++;
	}
	host.host = place;
	host.path = rest[len] && rest[len + 1] ? rest + len : NULL;
	if (host.user && strchr(host.user, ':')) {
		error_add(errors, ERROR_USAGE, NULL, NULL, "a password in an ssh host is not supported");
		return error_hint(errors, "use an ssh key, and name only the user: ssh://user@%s", host.host);
	}
	if (!*host.host || host.host[0] == '-' || (host.user && (!*host.user || host.user[0] == '-')) ||
		(host.port && strspn(host.port, "0123456789") != strlen(host.port))) {
		error_add(errors, ERROR_USAGE, NULL, NULL, "host \"%s\" is no ssh destination", text);
		return error_hint(
			errors, "write ssh://user@host or ssh://user@host:port/path/of/docker.sock");
	}
	*ret_host = host;
	return 0;
}

/* ssh … -- HOST docker [--host unix://PATH] system dial-stdio */
static const char **ssh_command(struct arena *arena, const struct ssh_host *host)
{
	const char **argv = ARENA_ARRAY(arena, const char *, 20);
	size_t n = 0;
	argv[n++] = "ssh";
	argv[n++] = "-o";
	argv[n++] = "ConnectTimeout=30";
	argv[n++] = "-T";
	if (host->user) {
		argv[n++] = "-l";
		argv[n++] = host->user;
	}
	if (host->port && *host->port) {
		argv[n++] = "-p";
		argv[n++] = host->port;
	}
	argv[n++] = "--";
	argv[n++] = host->host;
	argv[n++] = "docker";
	if (host->path) {
		argv[n++] = "--host";
		argv[n++] = arena_printf(arena, "unix://%s", host->path);
	}
	argv[n++] = "system";
	argv[n++] = "dial-stdio";
	return argv;
}

static void process_ended(void *arg, int status)
{
	struct ssh_process *process = arg;
	struct ssh_tunnel *tunnel = process->tunnel;
	(void)status;
	child_words_close(&process->words);
	for (struct ssh_process **at = &tunnel->processes; *at; at = &(*at)->next) {
		if (*at == process) {
			*at = process->next;
			break;
		}
	}
	tunnel->running--;
	free(process);
}

static void start_ssh(struct ssh_tunnel *tunnel, int connection)
{
	if (tunnel->running >= PROCESSES_MOST)
		return;
	struct ssh_process *process = HEAP_NEW(struct ssh_process);
	*process = (struct ssh_process){ .tunnel = tunnel, .next = tunnel->processes };
	int err = child_words_open(&process->words, tunnel->engine->loop, &tunnel->words);
	struct child child = { .argv = tunnel->argv, .in = connection, .out = connection, .err = err };
	int result = err < 0 ? -1 : child_start(&child, &process->pid, tunnel->errors);
	if (err >= 0)
		close(err);
	if (result != 0) {
		child_words_close(&process->words);
		free(process);
		return;
	}
	tunnel->processes = process;
	tunnel->running++;
	loop_child(tunnel->engine->loop, process->pid, process_ended, process);
}

static void connection_ready(void *arg, short revents)
{
	struct ssh_tunnel *tunnel = arg;
	(void)revents;
	int connection = accept4(tunnel->fd, NULL, NULL, SOCK_CLOEXEC);
	if (connection < 0)
		return;
	start_ssh(tunnel, connection);
	close(connection);
}

/* Makes the directory that only we can enter, and the socket in it. */
static int listen_in_private(struct ssh_tunnel *tunnel, struct errors *errors)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (socket_dir_make(&tunnel->dir, tunnel->engine->os_env, "ssh", errors) != 0)
		return -1;
	memcpy(address.sun_path, tunnel->dir.socket, strlen(tunnel->dir.socket));
	tunnel->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (tunnel->fd < 0 || bind(tunnel->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
		listen(tunnel->fd, 64) != 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot listen on %s: %s",
			tunnel->dir.socket, strerror(errno));
	return 0;
}

int endpoint_ssh_open(struct engine *engine, struct errors *errors)
{
	struct ssh_host host;
	if (endpoint_ssh_parse(engine->arena, engine->endpoint.ssh, &host, errors) != 0)
		return -1;
	struct ssh_tunnel *tunnel = HEAP_NEW(struct ssh_tunnel);
	*tunnel = (struct ssh_tunnel){ .engine = engine, .fd = -1, .errors = errors };
	buf_init(&tunnel->words, WORDS_MOST);
	tunnel->argv = ssh_command(engine->arena, &host);
	if (listen_in_private(tunnel, errors) != 0) {
		endpoint_ssh_close(tunnel);
		return -1;
	}
	tunnel->watch = loop_watch(engine->loop, tunnel->fd, POLLIN, connection_ready, tunnel);
	engine->endpoint.socket = arena_strdup(engine->arena, tunnel->dir.socket);
	engine->ssh = tunnel;
	return 0;
}

static void end_processes(const struct ssh_tunnel *tunnel, int number)
{
	for (const struct ssh_process *process = tunnel->processes; process; process = process->next)
		kill(process->pid, number);
}

void endpoint_ssh_close(struct ssh_tunnel *tunnel)
{
	if (!tunnel)
		return;
	struct loop *loop = tunnel->engine->loop;
	loop_unwatch(loop, tunnel->watch);
	if (tunnel->fd >= 0)
		close(tunnel->fd);
	socket_dir_remove(&tunnel->dir);
	end_processes(tunnel, SIGTERM);
	int64_t patience = loop_now() + PATIENCE_NS;
	while (tunnel->processes && loop_now() < patience)
		loop_turn(loop, patience - loop_now());
	/* What stands in for ssh may not heed the first word. */
	end_processes(tunnel, SIGKILL);
	while (tunnel->processes)
		loop_turn(loop, -1);
	buf_finish(&tunnel->words);
	free(tunnel);
}

/* Each connection's ssh says the same, with the line ends of a terminal: each line once. */
static const char *without_repeats(struct arena *arena, const char *words)
{
	struct map seen;
	auto_buf struct buf text;
	map_init(&seen, arena);
	buf_init(&text, WORDS_MOST + 1);
	for (size_t len; *words; words += len + (words[len] == '\n')) {
		len = strcspn(words, "\n");
		size_t kept = len;
		while (kept && words[kept - 1] == '\r')
			kept--;
		const char *line = arena_strndup(arena, words, kept);
		if (!kept || map_has(&seen, line))
			continue;
		map_set(&seen, line, NULL);
		buf_printf(&text, "%s\n", line);
	}
	return arena_strdup(arena, buf_text(&text));
}

const char *endpoint_ssh_words(struct ssh_tunnel *tunnel)
{
	if (!tunnel)
		return "";
	/* It speaks before it ends, but the end of the connection may have been seen first. */
	for (struct ssh_process *process = tunnel->processes; process; process = process->next)
		child_words_read(&process->words);
	return without_repeats(tunnel->engine->arena, buf_text(&tunnel->words));
}

void endpoint_ssh_tell(struct ssh_tunnel *tunnel, struct errors *errors)
{
	const char *words = endpoint_ssh_words(tunnel);
	if (*words)
		error_detail(errors, words);
}
