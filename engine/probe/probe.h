/* One try of a probe: begins, ends with ready or not, says why. Every kind is a row (struct prober) in a file
 * of its own, a small state machine over the loop. Adding one: its line in PROBE_KINDS of the model, its rows
 * in compose/schema/schema_flow.c, its file here. */
#ifndef ENGINE_PROBE_H
#define ENGINE_PROBE_H

#include "engine/connect/engine.h"
#include "engine/observe/look.h"
#include "engine/probe/pace.h"
#include "engine/probe/route.h"

/* How much of a command's output is kept, and of an HTTP answer's body read. */
#define PROBE_OUTPUT_MOST 4096
#define PROBE_BODY_MOST   ((size_t)1 << 20)

struct probe_try;

/* What the helper program (probe/helper/helper.c) is told to do for a kind. */
struct helper_order {
	const char *talk;     /* how it talks: "tcp" */
	const char *words[2]; /* what that takes besides; NULL: none */
	const char *request;  /* what it sends, or NULL */
};

/* A kind of probe. `begin` starts a try whose `own` memory (`size` bytes) is zeroed; it ends by probe_settle.
 * `late` (NULL: there was no answer) settles one whose time is over. `cancel` lets go of everything; it is
 * called once for each `begin`. `order` and `accept` are for the helper that tries in the stead of a ported
 * kind: what it is told, and whether the answer it printed is ready (sets `ret_why` when not; NULL: every one
 * is). */
struct prober {
	const char *name; /* as in files: "http" */
	size_t size;
	struct pace_growth growth;
	bool ported;  /* asks a port: takes a route */
	int64_t port; /* … which is this one when nothing names another; 0: none */
	bool lasting; /* one try watches as long as it is let, or tries by itself: its time counts, not its
			 number */
	void (*begin)(struct probe_try *try);
	void (*late)(struct probe_try *try);
	void (*cancel)(struct probe_try *try);
	void (*order)(const struct probe_try *try, struct helper_order *order);
	bool (*accept)(const struct probe_try *try, char *answer, size_t len, const char **ret_why);
};

struct probe_try {
	/* Set before probe_begin. */
	struct engine *engine;
	const struct prober *kind, *by; /* the probe's; the same, or the helper (probe_kinds.h) */
	const struct probe *probe;
	const struct service *service;
	const struct look *look;
	struct route *route;     /* of a ported kind, settled */
	const char *const *exec; /* command of an exec */
	size_t nexec;
	void (*done)(void *arg, bool ready); /* from the loop, once, unless ended before */
	void *arg;

	/* Results of the last try. */
	const char *why;   /* why it is not ready, until the next one's end */
	bool hopeless;     /* no try will ever be ready: the probe itself is wrong */
	struct buf output; /* last bytes an exec printed */

	struct arena *arena; /* for kinds: what a try needs, `own` too; the next one has another */

	/* probe.c's own. */
	struct arena *told;        /* of `why` */
	int64_t timeout, interval; /* ns */
	bool running, settled, ready;
	void *own;
	const struct prober *own_of;
	struct loop_timer *timer;
};

/* Begins a try that ends after `timeout` ns at the latest; `interval` is the pace of those that try by
 * themselves. */
void probe_begin(struct probe_try *try, int64_t timeout, int64_t interval);

/* Ends a try that is under way, without `done`; else does nothing. */
void probe_cancel(struct probe_try *try);

/* Cancels and frees. */
void probe_finish(struct probe_try *try);

/* For kinds: ends the try. The reason (format) counts when it is not ready. Only the first call counts. */
void probe_settle(struct probe_try *try, bool ready, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* For kinds: appends to `output`, of which the last PROBE_OUTPUT_MOST bytes are kept. */
void probe_output(struct probe_try *try, const char *bytes, size_t len);

/* The rows, each in its file. */
#define PROBER(NAME, name) extern const struct prober prober_##name;
PROBE_KINDS(PROBER)
#undef PROBER
extern const struct prober prober_helper;

#endif
