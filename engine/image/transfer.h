/* What pulls and pushes have in common: the engine is asked once, its stream tells how far it and the
 * registry are, and a failure that may pass by itself is tried again after a pause. */
#ifndef ENGINE_TRANSFER_H
#define ENGINE_TRANSFER_H

#include "engine/connect/reference.h"
#include "engine/image/image_job.h"
#include "engine/stream/lines.h"

struct auth_job;
struct transfer;

struct transfer_kind {
	const char *verb;        /* "pull" */
	const char *needs_login; /* "a private image" */
	const char *no_login;    /* X-Registry-Auth without credentials; NULL: none is sent */
	enum error_code code;
	/* Sets path and query. */
	void (*ask)(const struct transfer *transfer, struct request *request);
	/* Has done what it was asked for: begins one more request, which ends the job, or returns false. May
	 * be NULL. */
	bool (*after)(struct transfer *transfer);
	/* Sets the hint for a failure of its own; false: it has none. */
	bool (*hint)(const struct transfer *transfer, const char *text);
};

struct transfer {
	struct job job;
	const struct transfer_kind *kind;
	struct arena *arena; /* scratch of one message */
	struct reference reference;
	struct auth_job *auth;
	struct request *request;
	struct loop_timer *timer;
	struct lines lines;
	const char *headers[2];
	char *failure; /* told inside the stream; NULL: none */
	char *told;    /* the failure that was told before a repetition, or NULL */
	bool begun;    /* the stream has told something */
	unsigned repeats;
};

/* For the rows of jobs: begins one of that kind, for the image that the step names, and ends it. */
struct job *transfer_begin(const struct job *given, const struct transfer_kind *kind);
void transfer_cancel(struct job *job);

/* Whether the engine's words hold these, in whatever case. */
bool transfer_says(const char *text, const char *what);

#endif
