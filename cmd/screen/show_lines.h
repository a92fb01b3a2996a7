/* The screen of `logs`: lines of containers as they are or as JSON, on the output or in a file a service. */
#ifndef CMD_SHOW_LINES_H
#define CMD_SHOW_LINES_H

#include "cmd/screen/show_log.h"
#include "graph/plan/event.h"

struct show_lines_look {
	struct show_log *log; /* where the output goes, and how names look there */
	bool json;            /* an object a line: time, service, container, stream, line; of ends exitCode */
	bool stamped;         /* lines begin with their time, as the engine puts it there */
	bool times;           /* and it is shown */
	const char *dir;      /* NULL, or: each service's lines go into SERVICE.log there */
	struct errors *errors;
};

/* Makes the screen, the arena's, from a copy of the look. With `dir` the directory is made when it is not
 * there. Returns NULL with a finding when it cannot be. */
struct sink *show_lines_create(struct arena *arena, const struct show_lines_look *look);

/* Whether a line could not be written to its file; there is a finding then. */
bool show_lines_failed(const struct sink *sink);

/* Closes the files. Returns 0, or -1 with a finding: not all could be written. */
int show_lines_end(struct sink *sink);

#endif
