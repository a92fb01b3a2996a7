/* Options of `up`, shared with `plan`, and the rounds that lead to its plan. */
#ifndef CMD_UP_H
#define CMD_UP_H

#include "cmd/open/project.h"
#include "engine/observe/observe.h"
#include "graph/up/reconcile.h"

struct up_options {
	bool abort_on_exit, abort_on_failure, always_recreate_deps, attach_dependencies, build, detach;
	bool fail_fast, force_recreate, ignore_orphans, no_build, no_color, no_deps, no_log_prefix,
		no_recreate;
	bool no_start, quiet_pull, remove_orphans, renew_anon_volumes, timestamps, wait, yes;
	const char *exit_code_from, *pull;
	struct texts applications, attach, no_attach, scale;
	struct opt_int timeout, wait_timeout;
	/* plan only */
	bool exit_code, no_engine;
	const char *format;
};

/* One run of `up` or `plan`. */
struct up {
	struct ctx *ctx;
	const struct up_options *options;
	struct scope scope;
	struct observed *seen;
	struct reconcile_options how;
	struct image_options images;
	struct plan *image_plan; /* NULL: the image round is not needed */
	struct plan *plan;
};

/* Loads what is wanted; nothing is asked from the engine. */
int up_open(struct ctx *ctx, const struct up_options *options, struct up *ret_up);

/* Observes and plans; images are only looked at when the plan needs to know them. After it up->plan and
 * up->image_plan say what there is to do. */
int up_look(struct up *up);

/* Plans again after the image plan has run. */
int up_look_again(struct up *up);

/* Observes and plans again, with the images that are known by now. */
int up_look_anew(struct up *up);

/* Whether there is nothing to do at all. */
bool up_idle(const struct up *up);

#endif
