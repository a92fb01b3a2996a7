/* Containers whose life and output a command follows: attached `up` and `logs -f`. */
#ifndef ENGINE_FOLLOW_H
#define ENGINE_FOLLOW_H

#include "engine/observe/ask.h"
#include "engine/stream/logs.h"
#include "graph/dag/scope.h"
#include "graph/plan/event.h"
#include "graph/plan/observed.h"

struct follow;
struct follow_one;
struct merge_lane;

/* What is followed, and how. */
struct follow_options {
	struct engine *engine;
	struct errors *errors;
	const struct scope *scope;
	struct sink *sink; /* gets EVENT_LOG and EVENT_EXIT */
	/* A name will stand in front of lines; may be NULL. */
	void (*expect)(void *arg, const char *label);
	void *expect_arg;
	struct logs_options logs;
	bool merged;    /* lines in order of time over all containers; logs.timestamps has to be set */
	int64_t number; /* only this container of each service; 0: all */
	bool new_ones;  /* containers that start later, too */
	bool exits;     /* tell exits of what is wanted or waited for */
	bool first_end; /* a counted container's first end is its last, even if it is started again then */
	bool attaches;  /* to what keeps no logs and runs already: what it says from now on */
	bool forgets;   /* what has been removed is left out of follow_all some time later */
	/* Whether the output of a service's containers is wanted; and whether their ends count. */
	bool (*wants)(void *arg, const char *project, const char *service);
	bool (*counts)(void *arg, const char *project, const char *service);
	/* Whether, of those that count, this one is waited for; NULL: all are. */
	bool (*awaits)(void *arg, const char *project, const char *service);
	/* Whether no more lines should come now; may be NULL. For lines that are not `merged`. */
	bool (*full)(void *arg);
	/* A counted container has ended for good. */
	void (*ended)(void *arg, const struct follow_one *one);
	void *arg;
};

/* One container. */
struct follow_one {
	struct arena *arena; /* its own, a child of the follow's */
	const char *id, *name, *project, *service;
	const char *label; /* in front of its lines: "web-1" */
	int64_t number;    /* of its service */
	bool runs, counted, awaited;
	bool replaces; /* made to replace one that ran then, and not started yet */
	int64_t exit_code;
	unsigned ends;  /* how often it has ended since */
	bool found_end; /* a look has found the last of them, and its event may still come */
	struct follow *follow;
	struct logs *logs;
	struct merge_lane *lane;    /* its lines wait there for older ones of others; NULL: they do not */
	bool opened;                /* the stream has been accepted, or cannot be had */
	struct loop_timer *closing; /* it has ended and is about to be closed */
	struct loop_timer *late;    /* until its end is told although its stream has not ended */
	bool tell_exit;
	bool restarts; /* after its last end its restart policy, or somebody, has started it again */
	bool stale;    /* it has ended since its stream was opened */
	bool again;    /* it was started while its last stream was still open */
	bool unkept;   /* its logging driver keeps nothing that could be read */
	int64_t since; /* Unix ns by the engine's clock: what it says from then on has not been read yet */
	struct ask inspect;
	bool outdated;             /* it has ended since `inspect` was sent */
	bool killed;               /* somebody has sent it a signal since its start */
	bool stopped;              /* somebody has had it stopped: it has not ended by itself */
	bool reviewed;             /* it was looked at again after its last end */
	struct loop_timer *review; /* until that look */
	bool removed;              /* the engine does not know it any more */
};

/* Subscribes to the engine's events of the scope's projects and returns when nothing can be missed any more,
 * or NULL with a finding. What it holds is in a child of the arena. */
struct follow *follow_open(struct arena *arena, const struct follow_options *options);

/* For run_options.before_start (`arg` is the follow): attaches to a container that is about to start; true
 * once the engine has accepted. */
bool follow_before_start(void *arg, struct step *step, const char *id);

/* For run_options.hook_said (`arg` is the follow): tells the line as the container's, if its output is
 * wanted, with docker compose's mark behind its label, "web-1 ->", and as there on stdout. */
void follow_hook_said(void *arg, const struct step *step, const char *id, const char *text, size_t len);

/* Takes in containers that are there already and reads what they say from now on, or their logs when
 * `history`. */
void follow_adopt(struct follow *follow, const struct observed *seen, bool history);

/* Looks what is there of the scope's projects and takes it in, in order of name. Returns 0, or -1 with
 * findings. */
int follow_look(struct follow *follow, bool history);

/* Turns the loop until no container that is waited for runs or is about to replace one that did, or
 * `over(arg)` is true.
 */
void follow_wait(struct follow *follow, bool (*over)(void *arg), void *arg);

/* Whether one that is waited for runs, or is about to replace one that did. */
bool follow_goes_on(const struct follow *follow);

/* Whether a container of the same place in its service has come after this one, and is there. */
bool follow_succeeded(const struct follow *follow, const struct follow_one *one);

/* Turns the loop until all streams have ended, or `over(arg)` is true. */
void follow_finish(struct follow *follow, bool (*over)(void *arg), void *arg);

/* Asks how all that ran are, and returns when that is known: their ends are told, heard of or not. */
void follow_review(struct follow *follow);

/* From now on an end is told at once: everything is being stopped, and nobody asks whether it is half of
 * somebody else's restart. */
void follow_take_ends(struct follow *follow);

/* Whether events or the rest of an output that had begun were lost; there is a finding then. */
bool follow_broken(const struct follow *follow);

/* Lets the output that is on its way come in, for at most `ns`. */
void follow_drain(struct follow *follow, int64_t ns);

/* Every container seen so far; borrowed. */
struct follow_one *const *follow_all(const struct follow *follow, size_t *ret_count);

/* A container's name as it stands in front of its lines: "web-1" for "project-web-1"; one that the user gave
 * it (container_name) stays whole. Part of `name`. (docker compose 2.40, getContainerNameWithoutProject) */
const char *follow_label(const char *project, const char *service, const char *name);

/* Closes streams and subscription and frees the follow with its containers. */
void follow_close(struct follow *follow);

#endif
