/* Logins of registries, for images that a build begins from. (github.com/moby/buildkit, session/auth) */
#include "engine/session/session_inside.h"

#include "engine/connect/credentials.h"
#include "engine/session/proto.h"

#include <string.h>

#define ANSWER_MOST ((size_t)64 << 10)

/* What the default registry's host is called, and what its login is kept under. */
static const char index_host[] = "registry-1.docker.io", index_server[] = "https://index.docker.io/v1/";

struct auth_call {
	struct credentials_job *job;
};

/* None: the registry is asked without a login. An identity token goes without a name. */
static void got_login(void *arg, const struct config_auth *auth)
{
	struct grpc_call *call = arg;
	auto_buf struct buf answer;
	buf_init(&answer, ANSWER_MOST);
	if (auth && auth->identity_token) {
		proto_put_text(&answer, 2, auth->identity_token);
	} else if (auth) {
		proto_put_text(&answer, 1, auth->username);
		proto_put_text(&answer, 2, auth->password);
	}
	session_answer(call, &answer);
}

/* CredentialsRequest {1 Host} → CredentialsResponse {1 Username, 2 Secret} */
static void auth_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct session *session = session_of(call);
	struct arena *arena = grpc_arena(call);
	struct fields {
		const char *host;
	} asked = { .host = "" };
	static const struct proto_row rows[] = { { 1, PROTO_TEXT, offsetof(struct fields, host) }, { 0 } };
	struct proto_message message = proto_message(arena, bytes, len);
	if (call->state) /* one message a call */
		return;
	struct auth_call *state = call->state = ARENA_NEW(arena, struct auth_call);
	proto_read(&message, rows, &asked);
	const struct credentials_source source = { session->engine->arena, session->engine->loop,
		session->engine->config, session->offer.errors };
	state->job = credentials_begin(
		&source, strcmp(asked.host, index_host) == 0 ? index_server : asked.host, got_login, call);
}

static void auth_freed(struct grpc_call *call)
{
	struct auth_call *state = call->state;
	if (state)
		credentials_end(state->job);
}

const struct grpc_method session_auth = {
	.path = "/moby.filesync.v1.Auth/Credentials", .message = auth_message, .freed = auth_freed
};
