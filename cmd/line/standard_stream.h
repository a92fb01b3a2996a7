/* Our standard streams as long as a loop takes the signals: who reads slowly is waited for, who reads nothing
 * does not keep a signal from being heard. A write that blocks would. */
#ifndef CMD_STANDARD_STREAM_H
#define CMD_STANDARD_STREAM_H

#include "engine/loop/loop.h"

#include <stdio.h>
#include <stdbool.h>

struct standard_stream {
	int fd;                   /* what is written to */
	bool owned;               /* opened anew, so as not to block; to be closed */
	struct loop *const *loop; /* the command's, once it has one */
	bool dropped;             /* nobody takes anything: what comes is lost */
	size_t piece; /* bytes that a descriptor with room takes without waiting; 0: all of them */
	FILE *before;
};

/* Puts such a stream in place of `*stream` (stdout or stderr), which writes to `fd`. Returns 0, or -1 with
 * errno. Ended by standard_stream_close. */
int standard_stream_open(struct standard_stream *to, FILE **stream, int fd, struct loop *const *loop);

/* Writes what is pending, and puts back the stream that was there. */
void standard_stream_close(struct standard_stream *to, FILE **stream);

#endif
