/* Rows of operations: how the engine is asked for one. An operation is requests, asked, read and repeated by
 * ops.c and the executor, or a job of its own (engine/job/job.h). Rows and their functions stand in one file
 * for each kind of object (op_network.c, op_container.c, …). */
#ifndef ENGINE_OP_ROW_H
#define ENGINE_OP_ROW_H

#include "engine/job/job.h"
#include "engine/run/ops.h"

struct cJSON;       /* cjson/cJSON.h */
struct json_member; /* base/text/json.h */

struct op_row {
	enum op op;
	/* A job does it, and nothing of what follows holds; NULL: requests. */
	const struct job_row *job;

	/* Fills the request in; its `arg` is the call. -1 with findings when it cannot be made. */
	int (*ask)(struct op_call *call, struct request *request);
	/* Reads the answer of a success; NULL: done. `answer` is what kinds of JSON it has to be; 0, or one
	 * that was streamed: `json` is NULL. */
	enum op_verdict (*got)(struct op_call *call, const struct cJSON *json);
	unsigned answer;
	bool silent; /* a success has no answer at all */
	/* Reads an answer that is no JSON, or whose failure means something; OP_DONE: it is an answer like
	 * any other. */
	enum op_verdict (*raw)(struct op_call *call, const struct request *request);
	int fine;              /* a status that says it was so already */
	const char *fine_text; /* words of a refusal that say the same */
	/* Whether the engine's words refuse what need not be done any more; NULL: `fine_text` tells. */
	bool (*needless)(const struct op_call *call, const char *message);
	/* Status and words of a refusal that say it is in use, and the filter of the list of containers that
	 * finds by whom. */
	int used;
	const char *used_text, *used_filter;
	/* What the request at hand is about where it is not the step's object, "volume x"; NULL: it is. */
	const char *(*about)(const struct op_call *call);
	const char *wait_text; /* words that say the engine is still at it */
	int doubt, doubt2;     /* statuses that an earlier, lost request may explain */
	bool once;             /* a lost answer is checked before asking again */
	/* The look whether it is as the operation would have left it, and its reading; NULL: not there. */
	int (*check)(struct op_call *call, struct request *request);
	enum op_verdict (*checked)(struct op_call *call, const struct cJSON *json);
	unsigned checked_answer; /* as `answer` */

	/* ns that a well engine may take for it; beside that, whether it waits for the container to end
	 * within its grace. */
	int64_t takes;
	bool graceful;
	bool endless; /* it takes as long as a command likes: an interrupt leaves it the grace of a stop */
	bool watched; /* the engine's events are needed while it runs and after it */
};

/* The rows of one file. */
struct op_rows {
	const struct op_row *items;
	size_t count;
};

extern const struct op_rows op_image_rows, op_network_rows, op_volume_rows, op_container_rows, op_upload_rows,
	op_exec_rows, op_gate_rows;

/* The row of an operation; every one has one. (ops.c) */
const struct op_row *op_row(enum op op);

/* For rows: the path "/KIND/NAME/ACTION"; `action` may be NULL. The call's arena's. */
const char *op_path(struct op_call *call, const char *kind, const char *name, const char *action);

/* Makes the request a POST of a JSON text (borrowed), or of nothing (NULL). */
void op_post(struct request *request, const char *where, const char *body);

/* Whether the answer has these members (json_check); if not, that is why the call fails. */
bool op_answer_has(
	struct op_call *call, const struct cJSON *json, const struct json_member *members, size_t count);

/* Keeps the answer's Id as the step's result. */
enum op_verdict op_take_id(struct op_call *call, const struct cJSON *json);

/* Whether every label that the call's body gives is there with the same value: then the thing is ours. The
 * tool's version may differ. */
bool op_labels_match(const struct op_call *call, const struct cJSON *labels);

/* What has the name is not as ours would be: fails. When it is of the same project, another client is at
 * work. */
enum op_verdict op_refuse_taken(
	struct op_call *call, const struct cJSON *labels, const struct project *project);

#endif
