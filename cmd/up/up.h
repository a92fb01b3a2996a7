/* Options of `up`, shared with `plan`. */
#ifndef CMD_UP_H
#define CMD_UP_H

#include "cmd/open/project.h"
#include "engine/drive/drive_up.h"

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
	struct drive_up work;
};

/* Loads what is wanted; nothing is asked from the engine. work.drive.engine is the caller's to set. Returns
 * 0, or -1 with findings. `ret_up` stays where it is. */
int up_open(struct ctx *ctx, const struct up_options *options, struct up *ret_up);

#endif
