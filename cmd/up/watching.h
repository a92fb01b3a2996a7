/* What `watch` and `up --watch` do when files change. */
#ifndef CMD_WATCHING_H
#define CMD_WATCHING_H

#include "cmd/up/up.h"
#include "engine/sync/sync.h"

struct watching {
	/* Set by the caller. */
	struct ctx *ctx;
	bool quiet;              /* what builds say is not shown */
	bool keep;               /* images that a rebuild leaves without a name stay */
	const struct map *scale; /* as of the run that has started the services, or NULL */
	struct attach *attach;   /* of `up`, whose screen and signals are ours, too; NULL: `watch` */

	/* Its own. */
	struct scope scope;
	struct sync *sync;
	bool begun;
	int signal; /* which has ended it, or 0 */
};

/* A line of the watch: among the output of containers when somebody is attached to them. */
void watching_said(void *arg, const char *text);

/* Begins to notice changes to the files of the services that `scope` has selected. Returns 0, then
 * watching_close has to follow; or -1 with findings. */
int watching_open(struct watching *watching, const struct scope *scope);

/* Follows the changes since watching_open until a signal comes. */
void watching_run(struct watching *watching);

/* The same for attach.meanwhile, one batch of changes at a time; `arg` is the struct watching. */
bool watching_meanwhile(void *arg);

/* Ends it, if it was opened; watching_open may follow. */
void watching_close(struct watching *watching);

#endif
