/* What containers take of processors, memory, network and disks, as it is measured. */
#ifndef ENGINE_USAGE_H
#define ENGINE_USAGE_H

#include "engine/connect/engine.h"

/* One measurement, all in bytes that is not said. */
struct usage {
	double processors;           /* percent of one */
	double memory, memory_limit; /* memory without the cache of files that nobody uses */
	double received, sent;       /* over networks, since the start */
	double read, written;        /* of disks */
	int64_t processes;
};

/* Reads an answer (Engine API: ContainerStats). Returns 0, or -1 with a finding. */
int usage_read(const char *text, size_t len, struct usage *ret_usage, struct errors *errors);

struct usage_stream;

struct usage_listener {
	void (*measured)(void *arg, const struct usage *usage);
	/* Once at the end: the container has ended or is gone, or the one measurement was made (`why` is
	 * NULL), or the engine does not tell, for this reason. */
	void (*end)(void *arg, const char *why);
	void *arg;
};

/* Asks for the measurements of a container, one each second, or for one only. Returns NULL with a finding
 * when that cannot be asked. */
struct usage_stream *usage_open(struct engine *engine, const char *container, bool once,
	const struct usage_listener *listener, struct errors *errors);

/* Ends it and frees it. NULL allowed; not from within the callbacks. */
void usage_close(struct usage_stream *stream);

#endif
