/* Operations as far as everyone but the engine knows them: a value of enum op and a row of op_traits (op.c).
 * How the engine is asked for one stands in its row of engine/run/op_row.h.
 */
#ifndef GRAPH_OP_H
#define GRAPH_OP_H

#include <stdbool.h>

struct step; /* graph/plan/plan.h */

enum op {
	OP_IMAGE_PULL,
	OP_IMAGE_BUILD,
	OP_IMAGE_PUSH,
	OP_IMAGE_REMOVE,
	OP_NETWORK_CREATE,
	OP_NETWORK_REMOVE,
	OP_NETWORK_CONNECT, /* container to network */
	OP_NETWORK_DISCONNECT,
	OP_VOLUME_CREATE,
	OP_VOLUME_REMOVE,
	OP_CONTAINER_CREATE,
	OP_CONTAINER_UPLOAD, /* configs and secrets by archive, before the start */
	OP_CONTAINER_START,
	OP_CONTAINER_STOP,
	OP_CONTAINER_KILL,
	OP_CONTAINER_RESTART,
	OP_CONTAINER_REMOVE,
	OP_CONTAINER_RENAME,
	OP_CONTAINER_PAUSE,
	OP_CONTAINER_UNPAUSE,
	OP_CONTAINER_DRAIN, /* a pause in which the container ends what it is at, before its stop */
	OP_CONTAINER_EXEC,  /* a hook's command in the container */
	OP_GATE,            /* wait until a dependency is healthy or has completed */
	OP_COUNT
};

enum pool {
	POOL_NONE,
	POOL_API,
	POOL_START,
	POOL_STOP, /* requests that stay open while a grace period or a hook lasts */
	POOL_PULL,
	POOL_BUILD,
	POOL_COUNT
};

/* What planners, the scheduler and screens need to know of an operation. Flags that are not set are false. */
struct op_traits {
	const char *object; /* "container" */
	const char *verb;   /* "create", as plans print it */
	const char *doing;  /* "Creating" */
	const char *done;   /* "Created" */
	enum pool pool;

	/* The same two for a container that is to replace another ("Recreating"); NULL: no other words. */
	const char *replacing, *replaced;
	/* "Restarting": `doing` where the container is started again (step_ending.restarts). */
	const char *restarting;
	/* Said of a failure that another step makes up for, in place of its finding; NULL: nothing does. */
	const char *fallback;
	/* Said of a failure that is only a warning, beside its finding; NULL: "Refused". */
	const char *ignored;
	/* What the verb needs beside the object; NULL: nothing. */
	const char *(*argument)(const struct step *step);

	bool waits;    /* changes nothing, only waits */
	bool makes;    /* the object is there after it */
	bool builds;   /* an image is made of its sources */
	bool creates;  /* makes a service's container */
	bool joins;    /* the container gets a network */
	bool leaves;   /* the container loses a network */
	bool starts;   /* the container's process begins */
	bool ends;     /* the container's process ends, because we want it so */
	bool removes;  /* the object is gone after it */
	bool pre_stop; /* the service's pre_stop hooks run before it */
	bool echo;     /* its success says nothing that the steps before it have not said, unless it
			* completes a replacement */
};

/* One row per operation. */
extern const struct op_traits op_traits[OP_COUNT];

#endif
