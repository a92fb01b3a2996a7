/* Containers that follow the files here: `develop.watch`. */
#ifndef ENGINE_SYNC_H
#define ENGINE_SYNC_H

#include "engine/connect/engine.h"
#include "graph/dag/scope.h"

struct sync;

/* What else is done, and said. Called while sync_run waits for nothing else: it may turn the loop. */
struct sync_listener {
	void (*said)(void *arg, const char *text); /* a line without its end */
	bool verbose;                              /* it is said, too, how long a batch has taken */
	/* Makes a service anew from its sources; starts its containers again. Return 0, or -1 when that has
	 * failed: failures are the listener's to tell, and so is what a rebuild has come to. */
	int (*rebuild)(void *arg, const char *service);
	int (*restart)(void *arg, const char *service);
	/* Whether it is time to end. */
	bool (*over)(void *arg);
	void *arg;
};

/* Begins to notice changes below the paths of the selected services' rules. What is not there
 * yet is followed from when it comes, with a warning. Returns NULL with findings: no rules, rebuild without a
 * build section. Nothing is asked from the engine. */
struct sync *sync_open(struct arena *arena, const struct scope *scope, struct errors *errors);

/* Brings the files of rules with initial_sync, then follows every change until it is over: what changed since
 * sync_open, too. */
void sync_run(struct sync *sync, struct engine *engine, const struct sync_listener *listener);

/* The same in steps, for who waits for something else, too. Begins: files of rules with initial_sync are
 * brought. */
void sync_begin(struct sync *sync, struct engine *engine, const struct sync_listener *listener);

/* Does what the changes since the last call are to bring about, if there are any; returns whether there were.
 */
bool sync_handle(struct sync *sync);

/* Changes are not noticed any more; sync_begin may follow. */
void sync_end(struct sync *sync);

/* Ends it. NULL allowed. */
void sync_close(struct sync *sync);

#endif
