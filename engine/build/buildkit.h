/* Decoder of BuildKit's progress messages: protobuf moby.buildkit.v1.StatusResponse, as the engine sends them
 * (Base64) in the lines of a build's answer. */
#ifndef ENGINE_BUILDKIT_H
#define ENGINE_BUILDKIT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* A step of the build graph. The same digest comes several times: announced, started, completed. */
struct buildkit_vertex {
	const char *digest, *name, *error; /* error: "" without one */
	bool cached;
	int64_t started, completed; /* Unix ns; 0: not yet */
};

/* How far a part of a step is: "transferring context", "exporting layers". */
struct buildkit_status {
	const char *vertex, *id, *name;
	int64_t current, total; /* bytes; 0: not known */
	int64_t completed;
};

/* Output of a step, split anywhere. */
struct buildkit_log {
	const char *vertex;
	bool standard_error;
	const char *bytes;
	size_t len;
};

struct buildkit_warning {
	const char *vertex, *text, *url;
};

/* Who is told; a NULL function is not called. Everything handed over is borrowed for the call. */
struct buildkit_reader {
	void (*vertex)(void *arg, const struct buildkit_vertex *vertex);
	void (*status)(void *arg, const struct buildkit_status *status);
	void (*log)(void *arg, const struct buildkit_log *log);
	void (*warning)(void *arg, const struct buildkit_warning *warning);
	void *arg;
};

/* Reads one message; texts are copied into `scratch`. Unknown fields are skipped. Returns 0, or -1 when the
 * bytes are no such message (what came before the fault has been told). */
int buildkit_read(struct arena *scratch, const void *bytes, size_t len, const struct buildkit_reader *reader);

#endif
