/* Operations that are requests: asks the engine, reads the answer, and finds out what became of a request
 * whose answer was lost, as the operation's row says (op_row.h). The executor (run.h) sends, waits and
 * repeats. */
#ifndef ENGINE_OPS_H
#define ENGINE_OPS_H

#include "engine/payload/payload.h"

struct task;  /* engine/run/run_inside.h */
struct cJSON; /* cjson/cJSON.h */

enum op_phase {
	OP_ASK,   /* the operation itself */
	OP_CHECK, /* a look: is it as the operation would have left it? */
	OP_CLEAR, /* the removal of a twin that the look has found */
	OP_BLAME, /* after a failure: which container has the port, or uses what was to be removed? */
};

/* Parts of a start: when it ran already, and that may be of no use, it is restarted. */
enum { START_ONCE, START_AGAIN };

/* Who uses what the engine does not remove since it is in use. */
enum op_use {
	OP_USE_NONE,
	OP_USE_ASKED,   /* not known yet, or there was no answer */
	OP_USE_OWN,     /* a container of the run's projects, among others perhaps */
	OP_USE_FOREIGN, /* none of these */
};

/* What an answer means for the step. */
enum op_verdict {
	OP_DONE,
	OP_NEXT,   /* ask again at once: the phase has changed */
	OP_REPEAT, /* a passing failure: ask again after a back-off */
	OP_WAIT,   /* the engine is or may still be at it (a removal under way): ask again a little later */
	OP_FAIL,
};

/* A step under way. Set by the executor: everything up to `errors`. */
struct op_call {
	struct task *task; /* the executor's own */
	struct engine *engine;
	struct arena *arena;
	struct step *step;
	const struct payload_context *context;
	const char *container; /* id of the container it works on; NULL for those that make one */
	const char *network;   /* id or name of the network, for connect and disconnect */
	/* As of run_options, with its arg. */
	void (*hook_said)(void *arg, const struct step *step, const char *id, const char *text, size_t len);
	void *hook_arg;
	const char *const *projects; /* of the run */
	size_t nprojects;
	bool started; /* the event stream has told of the container's start since the step began */
	struct errors *errors;

	enum op_phase phase;
	const char *body;    /* what was sent */
	const char *answer;  /* how findings name the answer at hand */
	const char *refusal; /* why it was refused, in the engine's words where it has any: what is being
				checked, or what a check has found */
	int refused;         /* its status */
	const char *twin;    /* OP_CLEAR: id of the network to be removed */
	int64_t grace;       /* ns of the container's own, once a look has told; 0: not known */
	size_t part, parts;  /* of an operation of several requests: the one at hand; how many */
	void *own;           /* what the row keeps from request to request; arena's */
	int64_t port;        /* OP_BLAME: the host port that is taken */
	enum op_use use;     /* OP_BLAME, of a removal */
	const struct observed_container *holder; /* who publishes the port, or uses what stays; or NULL */
	const char *output;                      /* what a failed command printed last, or NULL */
	bool common; /* the failure is the engine's, not of this object: others fail for it, too */
};

/* Fills the request of the call's phase in; its `arg` is to be the call. Returns -1 with findings when it
 * cannot be made. Arena's texts.
 */
int op_ask(struct op_call *call, struct request *request);

/* How long the container of a stop may take to end, ns; negative: as long as it likes. */
int64_t op_grace(const struct op_call *call);

/* Reads the answer, sets step->result_id and changes the phase. */
enum op_verdict op_got(struct op_call *call, const struct request *request);

/* Why the answer does not do, in one line: what it was refused for, else the engine's words; a successful
 * one, whose body is no message, lacks what was asked for.
 * (ops_explain.c) */
const char *op_message(const struct op_call *call, const struct request *request);

/* Whether the failure is worth a question to the engine before it is explained: a port that a container
 * outside of the snapshot has, or what is in use and not removed. The phase has changed then. (ops_explain.c)
 */
bool op_blame(struct op_call *call, const struct request *request, const struct observed *seen);

/* For OP_BLAME: whether the answer says that what was to be removed is in use; the question by whom; its
 * answer. (ops_users.c) */
bool users_due(struct op_call *call, const struct request *request);
int users_ask(struct op_call *call, struct request *request);
enum op_verdict users_got(struct op_call *call, const struct cJSON *json);

/* Who uses it, in words; the call's arena's. (ops_users.c) */
const char *users_text(const struct op_call *call);

/* Whether what others use stays, which is no failure: sets step->kept. (ops_users.c) */
bool users_keep(struct op_call *call);

/* The failed call as a finding: object, verb, the engine's words, and a hint for the frequent reasons. A
 * warning when the step's failure is tolerated. Sets step->failure. (ops_explain.c) */
void op_explain(struct op_call *call, const struct request *request);

/* Whether the engine's words name a reason that stays: asking again would not help. (ops_explain.c) */
bool op_definite(const char *message);

#endif
