#include "engine/session/session_inside.h"

#include "base/heap.h"
#include "engine/session/proto.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct session *session_of(const struct grpc_call *call)
{
	return grpc_owner(call);
}

void session_refuse(struct grpc_call *call, const char *text)
{
	struct session *session = session_of(call);
	session->failed = true;
	error_add(session->offer.errors, ERROR_BUILD, NULL, NULL, "%s", text);
	grpc_end(call, GRPC_UNKNOWN, text);
}

void session_answer(struct grpc_call *call, const struct buf *message)
{
	grpc_send(call, buf_text(message), message->len);
	grpc_end(call, GRPC_OK, NULL);
}

/* The engine looks every few seconds whether we are still there. */
static void health_message(struct grpc_call *call, const char *bytes, size_t len)
{
	enum { SERVING = 1 };
	char memory[16];
	struct buf answer;
	(void)bytes, (void)len;
	buf_init_within(&answer, memory, sizeof memory);
	proto_put_number(&answer, 1, SERVING);
	session_answer(call, &answer);
}

const struct grpc_method session_health = { .path = "/grpc.health.v1.Health/Check",
	.message = health_message };

static const struct grpc_method *const served[] = { &session_health, &session_auth, &session_files,
	&session_secret, &session_agent_check, &session_agent_forward, NULL };

/* Whether there is something to be had by a method: BuildKit asks only for what is listed. */
static bool is_offered(const struct session *session, const struct grpc_method *method)
{
	if (method == &session_secret)
		return session->offer.nsecrets > 0;
	if (method == &session_agent_check || method == &session_agent_forward)
		return session->offer.nagents > 0;
	return method != &session_files || session->offer.ndirs > 0;
}

static const char *const *session_headers(struct session *session, struct arena *arena)
{
	enum { FIXED = 3 };
	const char **lines = ARENA_ARRAY(arena, const char *, FIXED + sizeof served / sizeof *served);
	const char *key = session->offer.shared_key;
	size_t count = 0;
	lines[count++] = arena_printf(arena, "X-Docker-Expose-Session-Uuid: %s", session->id);
	lines[count++] = "X-Docker-Expose-Session-Name: docker-flow";
	lines[count++] = arena_printf(arena, "X-Docker-Expose-Session-Sharedkey: %s", key ? key : "");
	for (const struct grpc_method *const *method = served; *method; method++)
		if (is_offered(session, *method))
			lines[count++] = arena_printf(
				arena, "X-Docker-Expose-Session-Grpc-Method: %s", (*method)->path);
	return lines;
}

static void on_opened(void *arg)
{
	struct session *session = arg;
	session->offer.told(session->offer.arg, NULL);
}

static void on_ended(void *arg, const char *why)
{
	struct session *session = arg;
	session->offer.told(session->offer.arg, why);
}

/* Nobody else is to find the session: whoever knows its id can build with our logins. */
static int choose_id(struct session *session, struct errors *errors)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuv";
	unsigned char bytes[sizeof session->id - 1];
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "the system has no random numbers");
	for (size_t i = 0; i < sizeof bytes; i++)
		session->id[i] = letters[bytes[i] % (sizeof letters - 1)];
	return 0;
}

struct session *session_open(struct engine *engine, const struct session_offer *offer, struct errors *errors)
{
	const struct grpc_options options = { .served = served, .opened = on_opened, .ended = on_ended };
	struct session *session = HEAP_NEW(struct session);
	*session = (struct session){ .engine = engine, .offer = *offer };
	session->keys = ARENA_ARRAY(engine->arena, struct session_key, offer->nagents);
	if (choose_id(session, errors) == 0) {
		struct grpc_options own = options;
		struct request *request = http_request(engine->http);
		own.arg = session;
		request->method = "POST";
		request->path = "/session";
		request->headers = session_headers(session, http_arena(request));
		session->grpc = grpc_open(request, &own, errors);
	}
	if (session->grpc)
		return session;
	free(session);
	return NULL;
}

const char *session_id(const struct session *session)
{
	return session->id;
}

bool session_failed(const struct session *session)
{
	return session->failed;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	grpc_close(session->grpc);
	session_keys_end(session);
	free(session);
}
