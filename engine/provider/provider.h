/* Services that another program provides: it is asked to bring them up, to stop or to remove them, and says
 * what who depends on them needs to know. (docker/compose: docs/extension.md) */
#ifndef ENGINE_PROVIDER_H
#define ENGINE_PROVIDER_H

#include "base/text/texts.h"
#include "compose/model/model.h"
#include "engine/loop/loop.h"
#include "graph/plan/event.h"

enum provider_command { PROVIDER_UP, PROVIDER_DOWN, PROVIDER_STOP };

struct provider_call {
	/* Set by the caller. */
	struct loop *loop;
	struct arena *arena;
	struct errors *errors;
	struct sink *sink;             /* is told what the program says of its work */
	const char *config_dir;        /* docker's, where plugins of its command line lie, too */
	const struct map *env;         /* the program's environment, name → text */
	const struct service *service; /* with a provider */
	enum provider_command command;
	bool verbose; /* also what it says for who looks for a mistake */

	/* Results: NAME=VALUE for the services that depend on it. */
	struct texts variables;     /* whose names begin with the service's, as SERVICE_NAME */
	struct texts raw_variables; /* with names as they are */
	int interrupted;            /* the signal that has ended it, or 0 */
};

/* The service's program: a plugin of docker's command line, else one in PATH. Arena's; NULL with a finding.
 * Nothing is run. */
const char *provider_program(const struct provider_call *call);

/* Runs the program for the call's command and waits for its end; an interrupt ends it, too. A program that
 * does not say that it can stop services is not asked to. Returns 0, or -1 with findings. */
int provider_run(struct provider_call *call);

#endif
