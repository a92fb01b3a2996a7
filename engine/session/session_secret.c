/* Secrets of a build. (github.com/moby/buildkit, session/secrets) */
#include "engine/session/session_inside.h"

#include "compose/tree/file.h"
#include "engine/session/proto.h"

#include <string.h>

#define SECRET_MOST   ((size_t)500 << 10) /* as of BuildKit */
#define PIPE_PATIENCE 10000               /* ms */

/* The secret's bytes. Returns 0, or -1 with a finding. */
static int read_secret(struct session *session, struct arena *arena, const struct session_secret *secret,
	const char **ret_bytes, size_t *ret_len)
{
	struct file file = {
		.path = secret->path, .shown = secret->path, .most = SECRET_MOST, .patience = PIPE_PATIENCE
	};
	if (secret->path)
		return file_read(arena, &file, NULL, ret_bytes, ret_len, session->offer.errors);
	*ret_bytes = secret->value;
	*ret_len = strlen(secret->value);
	return 0;
}

/* GetSecretRequest {1 ID} → GetSecretResponse {1 data}. What is not there is the build's affair: it may be
 * optional there. */
static void secret_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct session *session = session_of(call);
	struct arena *arena = grpc_arena(call);
	struct fields {
		const char *id;
	} asked = { .id = "" };
	static const struct proto_row rows[] = { { 1, PROTO_TEXT, offsetof(struct fields, id) }, { 0 } };
	struct proto_message message = proto_message(arena, bytes, len);
	const struct session_secret *secret = NULL;
	const char *content;
	size_t size;
	proto_read(&message, rows, &asked);
	for (size_t i = 0; i < session->offer.nsecrets && !secret; i++)
		if (strcmp(session->offer.secrets[i].id, asked.id) == 0)
			secret = &session->offer.secrets[i];
	if (!secret) {
		grpc_end(call, GRPC_NOT_FOUND, arena_printf(arena, "secret %s: not found", asked.id));
		return;
	}
	if (read_secret(session, arena, secret, &content, &size) != 0) {
		session->failed = true;
		grpc_end(call, GRPC_UNKNOWN, "the secret cannot be read");
		return;
	}
	auto_buf struct buf answer;
	buf_init(&answer, SECRET_MOST + 16);
	proto_put_bytes(&answer, 1, content, size);
	session_answer(call, &answer);
}

const struct grpc_method session_secret = { .path = "/moby.buildkit.secrets.v1.Secrets/GetSecret",
	.message = secret_message };
