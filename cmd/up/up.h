/* Options of `up`, shared with `plan`. */
#ifndef CMD_UP_H
#define CMD_UP_H

#include "cmd/open/project.h"
#include "engine/drive/drive_up.h"

struct up_options {
	struct reconcile_options how;
	struct image_options images;
	bool abort_on_exit, abort_on_failure, attach_dependencies, detach, fail_fast, no_color, no_deps,
		no_log_prefix, quiet_build, quiet_pull, timestamps, watch, yes;
	enum tri menu;
	const char *exit_code_from;
	struct texts applications, attach, no_attach;
	struct opt_int wait_timeout;
	struct attach *joined;            /* runs within this attached run, on its screen; NULL: by itself */
	struct sink *screen;              /* of one that nobody stays with; NULL: as --progress says */
	const struct load_once *provided; /* as of load_options */
	size_t nprovided;
	/* plan only */
	bool exit_code, no_engine, show_values, warn_beside;
	const char *format;
};

/* One run of `up` or `plan`. */
struct up {
	struct ctx *ctx;
	const struct up_options *options;
	struct scope scope;
	struct drive_up work;
};

/* Loads what is wanted; nothing is asked from the engine. work.drive.engine is the caller's to set. Returns
 * 0, or -1 with findings. `ret_up` stays where it is. */
int up_open(struct ctx *ctx, const struct up_options *options, struct up *ret_up);

/* For who only plans, with the engine connected: what providers have told before counts as said by the files,
 * which are read anew then. `options` are those of up_open. Returns 0, or -1 with findings. */
int up_recall(struct up *up, struct up_options *options);

/* A whole run that nobody stays with: `up -d`, `create`, `scale`. Returns 0 or -1. */
int up_detached(struct ctx *ctx, const struct up_options *options);

/* Refuses --wait-timeout where nothing is waited for. */
int up_check_timeout(struct ctx *ctx, struct opt_int timeout, bool wait);

#endif
