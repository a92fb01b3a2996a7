/* A one-off of a service from its dependencies to its end: `run`. */
#ifndef ENGINE_ONCE_H
#define ENGINE_ONCE_H

#include "engine/drive/drive_up.h"
#include "engine/console/console.h"

struct once {
	/* Set by the caller; `up` as drive_up.h says, its how.once and the drive's planner by once_init. */
	struct drive_up up;
	struct oneoff oneoff;           /* what it is; its texts are set by once_init */
	const char *name;               /* of the container; NULL: made of the service's */
	bool detached;                  /* return when it runs */
	struct console_options console; /* `input` and the terminal's size */
	struct dialog_options ends;
	void (*begins)(void *arg); /* it is about to start: what it prints comes from now on; may be NULL */
	/* What becomes of a signal that was to end it, in words; may be NULL. */
	void (*tell)(void *arg, const char *text);
	void *arg;

	/* Results. */
	const char *id;        /* of the container; NULL: none was made */
	bool has_status, left; /* left: by keys that detach; it runs on */
	int status; /* exit status of its process, or what a shell says of one that cannot be run */
	int broken; /* as of dialog_end */

	/* Its own. */
	struct sink *screen, muted;
	struct console *attached;
	bool begun, over;
	int64_t grace;            /* ns from a signal that was to end it until it is killed */
	int ended_by;             /* that signal; 0: none */
	int64_t signalled;        /* when it came (loop_now) */
	struct loop_timer *timer; /* of the grace */
	bool killed;
};

/* Chooses names and marks of the one-off of `service`, and makes drive_open, drive_look and once_run work.
 * `once` stays where it is. Returns 0, or -1 with a finding: no random numbers. */
int once_init(struct once *once, const struct service *service);

/* Runs what drive_open has planned. Returns 0 or -1 with findings, when the container runs or was not
 * started: once_wait follows with 0 unless it is detached. */
int once_run(struct once *once);

/* Passes a signal on, while the container runs. After SIGTERM, and after SIGINT where it has no terminal to
 * get it from, it has the service's stop_grace_period to end, else the 10 s of the engine; then it is killed.
 * A second such signal kills it at once, a third leaves it as it is. The status is that of the signal, unless
 * its process has ended by itself with another. */
void once_signal(struct once *once, int number);

/* Turns the loop until the container has ended or is left. Returns 0, or -1 with a finding. */
int once_wait(struct once *once);

/* Ends the dialog; the container is left alone. */
void once_close(struct once *once);

#endif
