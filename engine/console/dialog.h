/* Our standard input, output and error joined to a process in a container by an upgraded connection: of a
 * command (exec.h), or of the container itself (ContainerAttach). Neither side is read from while the other
 * has no room. */
#ifndef ENGINE_DIALOG_H
#define ENGINE_DIALOG_H

#include "engine/connect/engine.h"
#include "engine/console/detach.h"

struct dialog;

/* How it ended. */
struct dialog_end {
	bool opened;         /* the engine had accepted */
	bool refused;        /* it had not, and said so: nothing has begun */
	bool detached;       /* by keys: the process goes on */
	int broken;          /* errno of our output, which cannot be written; or 0 */
	const char *failure; /* what the engine or the connection says, or NULL; borrowed for the call */
};

struct dialog_options {
	int in, out, err; /* descriptors, the caller's; in -1: nothing is sent */
	bool endless;     /* the end of our input is not the process's: others may speak to it after us */
	bool tty;         /* the process has a terminal: raw bytes, no frames */
	const struct detach *detach; /* of a terminal; NULL: no keys detach */
	void (*opened)(void *arg);   /* the engine has accepted; may be NULL */
	void (*empty)(void *arg); /* our input ended without a byte: dialog_end_input is left to the callee;
				   * NULL: the process is told at once */
	void (*ended)(void *arg, const struct dialog_end *end); /* once, when all output is written */
	void *arg;
};

/* Sends a request whose method, path, body and state (http.h: `over`) the caller has set; the options are
 * copied. Returns NULL with a finding. */
struct dialog *dialog_open(
	struct request *request, const struct dialog_options *options, struct errors *errors);

/* Tells the process that our input has ended, after `empty`. Nothing when the connection has ended. */
void dialog_end_input(struct dialog *dialog);

/* Who does not take the output now is not waited for any more: what it does not take is lost. */
void dialog_hurry(struct dialog *dialog);

/* Frees it, without `ended` when that was not called yet. NULL allowed; safe from within the callbacks. */
void dialog_close(struct dialog *dialog);

#endif
