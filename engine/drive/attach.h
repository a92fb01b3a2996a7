/* Attached runs: what the containers say is passed on until all have ended, and they are stopped when told
 * to. */
#ifndef ENGINE_ATTACH_H
#define ENGINE_ATTACH_H

#include "engine/drive/drive.h"
#include "engine/drive/follow.h"

struct attach {
	/* Set by the caller. */
	bool abort_on_exit,
		abort_on_failure; /* the end of any container, or only a failure, stops everything */
	/* As docker compose: any end stops the rest, that of a task that others wait for, too, and the rest
	 * is what was asked for by name. */
	bool as_compose;
	bool named;        /* services were asked for by name */
	bool dependencies; /* their output, too */
	bool timestamps;
	const char *exit_code_from; /* service whose end stops everything and whose status counts, or NULL */
	const char *const *shown;   /* services whose output is shown; none: those asked for */
	size_t nshown;
	const char *const *hidden; /* services whose output is not shown */
	size_t nhidden;
	const struct map *scale; /* of --scale, or NULL */
	struct opt_int timeout;  /* grace of the stop */
	/* A name will stand in front of lines: the columns can be made wide enough. */
	void (*expect)(void *arg, const char *label);
	void (*begun)(void *arg, const struct texts *labels); /* those are all; may be NULL */
	bool (*full)(void *arg); /* whether no more lines should come now; may be NULL */
	void *arg;
	const int *broken; /* not 0: the output cannot be written any more */
	/* Called between turns of the loop once everything is started, and may turn it: what else is to be
	 * done. Returns whether it has changed containers. May be NULL. */
	bool (*meanwhile)(void *arg);
	void (*meanwhile_over)(void *arg); /* after its last call; may be NULL */
	void *meanwhile_arg;
	bool changes; /* it may change containers, for days */

	/* Results. */
	bool has_status;
	int status; /* exit status of the container that was asked for, or that stopped everything */

	/* Its own. */
	struct drive *drive;
	struct follow *follow;
	const char *
		changed; /* a service whose containers are being changed meanwhile: that they end is no end */
	int signal;      /* first one received, or 0 */
	bool left;       /* by who watches: the containers run on */
	bool abort;      /* a container has ended whose end stops everything */
	int64_t abort_code;        /* its exit code */
	const char *abort_service; /* its service */
	int64_t abort_at;          /* when that was known */
	bool wanted;               /* a container of exit_code_from has ended */
	int64_t wanted_code;       /* its exit code */
};

/* Watches the containers of the drive's scope from now on, lets the drive attach to each before its start,
 * and takes interrupts over. Returns 0, or -1 with a finding. */
int attach_open(struct attach *attach, struct drive *drive);

/* Makes a drive that is to run meanwhile one of this attached run: the same screen and follow, and it halts
 * when that is to end. */
void attach_join(struct attach *attach, struct drive *drive);

/* From within `meanwhile`, or what happens in turns of the loop then: the run ends, the containers run on. */
void attach_leave(struct attach *attach);

/* Whether it is time to stop everything, or to leave. */
bool attach_over(const struct attach *attach);

/* After the run, which returned `result`: passes output on until all containers have ended, an interrupt
 * comes, or an end stops everything; then stops what runs. Or until it is left. Sets the results and
 * drive->interrupted. Returns 0 or -1. */
int attach_follow(struct attach *attach, int result);

/* Ends the watch; interrupts have their usual meaning again. */
void attach_close(struct attach *attach);

#endif
