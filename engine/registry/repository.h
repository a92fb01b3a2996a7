/* A repository of an image registry, spoken to without an engine: for what the engine has no request. (OCI
 * Distribution Specification 1.1.) What belongs to one exchange turns the loop until it is over. */
#ifndef ENGINE_REPOSITORY_H
#define ENGINE_REPOSITORY_H

#include "base/text/texts.h"
#include "engine/connect/config.h"
#include "engine/connect/reference.h"
#include "engine/http/http.h"

struct repository;

/* What speaking to registries needs of its caller; all of it outlives the repository. */
struct repository_options {
	struct loop *loop;
	const struct config *config; /* docker's: credentials */
	const struct map *os_env;    /* for what is kept meanwhile (engine/archive/spool.h) */
	enum error_code code;        /* of its findings */
	/* Whether the engine trusts the registry at this host without TLS (its `insecure-registries`), asked
	 * when nothing there does TLS; NULL: it trusts none. Loopback needs no TLS in the first place. */
	bool (*insecure)(void *arg, const char *host);
	void *arg;
};

/* Whether it can be the name of an image, its digest one of SHA-256: 0, or -1 with a finding of that code. */
int repository_check_name(const char *name, enum error_code code, struct errors *errors);

/* Opens the repository of an image's name; nothing is connected yet. `push`: the right to write will be asked
 * for, too. Returns NULL with a finding when it is no name. */
struct repository *repository_open(struct arena *arena, const struct repository_options *options,
	const char *name, bool push, struct errors *errors);

/* The registry at a host itself, "" or docker.io for docker's own, with a login that has just been given: no
 * repository of it, calls go to /v2/. Returns NULL with a finding when it is no host. */
struct repository *repository_open_registry(struct arena *arena, const struct repository_options *options,
	const char *host, const struct config_auth *auth, struct errors *errors);

/* What docker keeps its credentials under. */
const char *repository_accounts(const struct repository *repository);

/* Closes its connections. NULL allowed. */
void repository_close(struct repository *repository);

/* Of its name: HOST[:PORT] as people write it, the path below it, and tag or digest ("latest" without). */
const char *repository_host(const struct repository *repository);
const char *repository_path(const struct repository *repository);
const char *repository_object(const struct repository *repository);

/* HOST/PATH, for messages. */
const char *repository_shown(const struct repository *repository);

/* Asks for the right to read another repository of the same registry, too, for a mount. */
void repository_reads(struct repository *repository, const char *path);

/* What a Location of the registry names, as a whole URL of the arena: its own host is spoken to as ever. NULL
 * when that is somebody else without TLS. */
const char *repository_url(const struct repository *repository, const char *location);

/* Whether a whole URL is a place of the registry itself: others that it names get no login. */
bool repository_is_own(const struct repository *repository, const char *url);

/* An exchange with the registry. */
struct repository_call {
	const char *method;
	const char *path;    /* below the repository: "/blobs/DIGEST"; or a whole URL */
	const char *query;   /* or NULL */
	struct texts accept; /* types of the answer, the best first */
	const char *type;    /* of the body */
	const char *body;
	size_t len;
	size_t most; /* bytes of the answer that are kept */
	bool once;   /* what may pass is the caller's, by repository_again */
	bool large;  /* takes its time: ended by silence alone */
	/* The answer in pieces; `again` comes before it begins anew. NULL: it is kept. */
	void (*data)(struct request *request, const char *bytes, size_t len);
	void (*again)(void *arg);
	void *arg;
};

/* Asks, with a login where the registry wants one, and again when something failed that may pass by itself.
 * Returns the answer of any status, to be freed by http_free; NULL with a finding when there is none, or the
 * login is refused. */
struct request *repository_ask(
	struct repository *repository, const struct repository_call *call, struct errors *errors);

/* Whether the exchange failed in a way that may pass by itself, and is worth another try; waits a while then.
 * *repeats counts, from 0 on. */
bool repository_again(struct repository *repository, const struct request *request, unsigned *repeats);

/* The finding for an answer that is no success, with the registry's words and a hint: "HOST/PATH: WHAT:
 * …". Returns -1. */
int repository_refused(struct repository *repository, const struct request *request, const char *what,
	struct errors *errors);

/* Another finding on what the registry says. Returns -1. */
int repository_wrong(struct repository *repository, struct errors *errors, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The arena of its findings and texts, and its options' environment. */
struct arena *repository_arena(const struct repository *repository);
const struct map *repository_os_env(const struct repository *repository);

/* Whether what is spoken with the host goes without TLS in any case: localhost, 127.0.0.0/8 and ::1, as
 * docker has it. */
bool repository_is_loopback(const char *host);

#endif
