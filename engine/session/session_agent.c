/* Agents of ssh, which a build may use without ever seeing a key. (github.com/moby/buildkit,
 * session/sshforward) */
#include "engine/session/session_inside.h"

#include "base/heap.h"
#include "engine/loop/unix_socket.h"
#include "engine/session/key_agent.h"
#include "engine/session/proto.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAITING_MOST ((size_t)1 << 20)  /* for the agent: its messages have 256 KiB at most */
#define PIECE        ((size_t)32 << 10) /* read from it at a time */

/* A connection to an agent. */
struct agent_call {
	struct grpc_call *call;
	int fd;
	struct loop_watch *watch;
	struct buf out; /* for the agent */
	bool shut;      /* the build will say no more */
};

/* A question for an agent that does not hold its key yet. */
struct check_call {
	struct grpc_call *call;
	struct session_key *key;
	struct check_call *next;
};

/* The number of the agent offered under an id; SIZE_MAX: none. */
static size_t find_agent(const struct session *session, const char *id)
{
	for (size_t i = 0; i < session->offer.nagents; i++)
		if (strcmp(session->offer.agents[i].id, *id ? id : "default") == 0)
			return i;
	return SIZE_MAX;
}

/* CheckAgentResponse {} */
static void agent_is_there(struct grpc_call *call)
{
	char memory[1];
	struct buf nothing;
	buf_init_within(&nothing, memory, sizeof memory);
	session_answer(call, &nothing);
}

/* The key is held, or cannot be: who has waited for it is told. */
static void key_told(void *arg, const char *socket)
{
	struct session_key *key = arg;
	key->socket = socket;
	key->failed = !socket;
	key->session->failed |= key->failed;
	while (key->waiting) {
		struct check_call *check = key->waiting;
		key->waiting = check->next;
		check->key = NULL;
		if (socket)
			agent_is_there(check->call);
		else
			grpc_end(check->call, GRPC_UNAVAILABLE, "the key cannot be used");
	}
}

static void wait_for_key(struct grpc_call *call, size_t number)
{
	struct session *session = session_of(call);
	struct session_key *key = &session->keys[number];
	struct check_call *check = call->state = ARENA_NEW(grpc_arena(call), struct check_call);
	*check = (struct check_call){ .call = call, .key = key, .next = key->waiting };
	key->waiting = check;
	if (key->agent)
		return;
	key->session = session;
	texts_add(session->engine->arena, &key->paths, session->offer.agents[number].key);
	key->agent = key_agent_start(session->engine->arena, grpc_loop(call), session->engine->os_env,
		&key->paths, key_told, key, session->offer.errors);
	if (!key->agent)
		key_told(key, NULL);
}

/* CheckAgentRequest {1 ID} */
static void check_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct session *session = session_of(call);
	struct fields {
		const char *id;
	} asked = { .id = "" };
	static const struct proto_row rows[] = { { 1, PROTO_TEXT, offsetof(struct fields, id) }, { 0 } };
	struct proto_message message = proto_message(grpc_arena(call), bytes, len);
	proto_read(&message, rows, &asked);
	size_t number = find_agent(session, asked.id);
	if (call->state) /* one message a call */
		return;
	if (number == SIZE_MAX)
		grpc_end(call, GRPC_NOT_FOUND, "unset ssh forward key, or no agent of that id");
	else if (session->keys[number].failed)
		grpc_end(call, GRPC_UNAVAILABLE, "the key cannot be used");
	else if (session->offer.agents[number].socket || session->keys[number].socket)
		agent_is_there(call);
	else
		wait_for_key(call, number);
}

static void check_freed(struct grpc_call *call)
{
	struct check_call *check = call->state, **link;
	if (!check || !check->key)
		return;
	for (link = &check->key->waiting; *link && *link != check;)
		link = &(*link)->next;
	if (*link)
		*link = check->next;
}

void session_keys_end(struct session *session)
{
	for (size_t i = 0; i < session->offer.nagents; i++)
		key_agent_end(session->keys[i].agent);
}

const struct grpc_method session_agent_check = {
	.path = "/moby.sshforward.v1.SSH/CheckAgent", .message = check_message, .freed = check_freed
};

/* Forwarding */

static void agent_wait(struct agent_call *agent)
{
	bool reads = grpc_pending(agent->call) < PIECE;
	loop_watch_events(agent->watch, (short)((reads ? POLLIN : 0) | (agent->out.len ? POLLOUT : 0)));
}

static void agent_write(struct agent_call *agent)
{
	while (agent->out.len) {
		ssize_t len = send(agent->fd, agent->out.data, agent->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno != EAGAIN) /* it is read to its end, too */
			buf_reset(&agent->out);
		if (len < 0)
			break;
		buf_drop(&agent->out, (size_t)len);
	}
	if (agent->shut && !agent->out.len)
		shutdown(agent->fd, SHUT_WR);
}

/* What the agent says goes on as BytesMessage {1 data}. */
static void agent_read(struct agent_call *agent)
{
	char bytes[PIECE];
	ssize_t len = recv(agent->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		loop_unwatch(grpc_loop(agent->call), agent->watch);
		agent->watch = NULL;
		grpc_end(agent->call, GRPC_OK, NULL);
		return;
	}
	auto_buf struct buf message;
	buf_init(&message, PIECE + 16);
	proto_put_bytes(&message, 1, bytes, (size_t)len);
	grpc_send(agent->call, buf_text(&message), message.len);
}

static void agent_ready(void *arg, short revents)
{
	struct agent_call *agent = arg;
	if (revents & POLLOUT)
		agent_write(agent);
	if (revents & ~POLLOUT)
		agent_read(agent);
	if (agent->watch)
		agent_wait(agent);
}

/* Connects to the agent that is asked for. */
static void forward_begin(struct grpc_call *call)
{
	size_t at = 0;
	const char *id = grpc_metadata(call, "buildkit.ssh.id", &at);
	const struct session *session = session_of(call);
	size_t number = find_agent(session, id ? id : "");
	const char *socket = number == SIZE_MAX                     ? NULL
			     : session->offer.agents[number].socket ? session->offer.agents[number].socket
								    : session->keys[number].socket;
	if (!socket) {
		grpc_end(call, GRPC_NOT_FOUND, "no agent of that id");
		return;
	}
	int fd = unix_socket_connect(socket);
	if (fd < 0) {
		session_refuse(call, arena_printf(grpc_arena(call), "cannot reach the ssh agent at %s: %s",
					     socket, strerror(errno)));
		error_hint(session->offer.errors,
			"start one: eval \"$(ssh-agent)\" && ssh-add; or name another socket or a key in build.ssh");
		return;
	}
	struct agent_call *agent = call->state = HEAP_NEW(struct agent_call);
	*agent = (struct agent_call){ .call = call, .fd = fd };
	buf_init(&agent->out, WAITING_MOST);
	agent->watch = loop_watch(grpc_loop(call), fd, POLLIN, agent_ready, agent);
}

static void forward_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct agent_call *agent = call->state;
	struct fields {
		struct proto_field data;
	} said = { 0 };
	static const struct proto_row rows[] = { { 1, PROTO_RAW, offsetof(struct fields, data) }, { 0 } };
	struct proto_message message = proto_message(grpc_arena(call), bytes, len);
	if (!agent || !agent->watch || !proto_read(&message, rows, &said) || !said.data.bytes)
		return;
	if (!buf_append(&agent->out, said.data.bytes, said.data.len)) {
		grpc_end(call, GRPC_EXHAUSTED, "the agent does not take so much");
		return;
	}
	agent_write(agent);
	agent_wait(agent);
}

static void forward_half(struct grpc_call *call)
{
	struct agent_call *agent = call->state;
	if (!agent || !agent->watch)
		return;
	agent->shut = true;
	agent_write(agent);
}

static void forward_more(struct grpc_call *call)
{
	struct agent_call *agent = call->state;
	if (agent && agent->watch)
		agent_wait(agent);
}

static void forward_freed(struct grpc_call *call)
{
	struct agent_call *agent = call->state;
	if (!agent)
		return;
	loop_unwatch(grpc_loop(call), agent->watch);
	close(agent->fd);
	buf_finish(&agent->out);
	free(agent);
}

const struct grpc_method session_agent_forward = {
	.path = "/moby.sshforward.v1.SSH/ForwardAgent",
	.begin = forward_begin,
	.message = forward_message,
	.half = forward_half,
	.more = forward_more,
	.freed = forward_freed,
};
