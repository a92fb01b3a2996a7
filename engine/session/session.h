/* What a build asks of us while the engine makes it, on a connection of its own: files, by difference to what
 * it has of the last build; secrets; the agents of ssh; logins of registries. (Engine API 1.41: POST
 * /session, served as gRPC; github.com/moby/buildkit, session) */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include "engine/connect/engine.h"

struct session;

/* A file in place of one of a directory. */
struct session_file {
	const char *name, *bytes;
	size_t len;
};

/* A directory that the engine may read, by the name it asks for. */
struct session_dir {
	const char *name; /* "context", "dockerfile" */
	const char *path; /* absolute; NULL: `files` are all there is */
	/* In order, without a directory in their names; in place of those there. */
	const struct session_file *files;
	size_t nfiles;
};

struct session_secret {
	const char *id;
	const char *path; /* of a file, read when it is asked for; NULL: `value` */
	const char *value;
};

/* An agent that the build may use. */
struct session_agent {
	const char *id;
	const char *socket; /* of the agent; NULL: one is started for `key` */
	const char *key;    /* file of a private key without a passphrase */
};

/* What a build may have; all of it is borrowed until the session is closed. */
struct session_offer {
	const struct session_dir *dirs;
	size_t ndirs;
	const struct session_secret *secrets;
	size_t nsecrets;
	const struct session_agent *agents;
	size_t nagents;
	const char
		*shared_key; /* names what the engine keeps of the directories from build to build; or NULL */
	/* Once, from the loop: the engine has accepted the session (`why` NULL), or there is none, or it has
	 * ended. After the first it may be called once more, with an end. */
	void (*told)(void *arg, const char *why);
	void *arg;
	struct errors *errors; /* gets what cannot be read here */
};

/* Opens a session. Returns NULL with a finding. */
struct session *session_open(struct engine *engine, const struct session_offer *offer, struct errors *errors);

/* Its id, for the build. */
const char *session_id(const struct session *session);

/* Whether something that was asked for could not be given, which is among the errors of the offer. */
bool session_failed(const struct session *session);

/* Ends what is under way. NULL allowed; not from within a callback. */
void session_close(struct session *session);

#endif
