/* Inside of sessions: the calls that are served, one file each. */
#ifndef ENGINE_SESSION_INSIDE_H
#define ENGINE_SESSION_INSIDE_H

#include "base/text/texts.h"
#include "engine/session/grpc.h"
#include "engine/session/session.h"

/* The agent of ours that holds a key of the offer. */
struct session_key {
	struct session *session;
	struct key_agent *agent; /* NULL: not needed yet */
	struct texts paths;
	const char *socket;         /* NULL: it does not hold it yet */
	bool failed;                /* it never will */
	struct check_call *waiting; /* calls for it */
};

struct session {
	struct engine *engine;
	struct session_offer offer;
	struct grpc *grpc;
	char id[27];
	struct session_key *keys; /* one for each agent of the offer */
	bool failed;
};

/* The session of a call. */
struct session *session_of(const struct grpc_call *call);

/* A call that cannot be served since something here is wrong: a finding is left, and the engine told. */
void session_refuse(struct grpc_call *call, const char *text);

/* Answers a call with its one message. */
void session_answer(struct grpc_call *call, const struct buf *message);

/* Ends the agents of keys. */
void session_keys_end(struct session *session);

extern const struct grpc_method session_health, session_auth, session_secret, session_agent_check,
	session_agent_forward, session_files;

#endif
