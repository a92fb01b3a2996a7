/* Unpacking of archives that may come from anywhere: nothing is written outside of the directory, whatever
 * the archive says. */
#ifndef ENGINE_UNPACK_H
#define ENGINE_UNPACK_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct unpack_options {
	const char *dir; /* is there; a link that leads to it is followed, none in it is */
	const char
		*name; /* takes the place of the first part of each name; "": what is below goes into `dir` */
	const char *from; /* what the archive is of, for messages */
	bool owners;      /* owners as the archive says, as far as we may */
	/* Gives the next piece of the archive: its length, 0 at the end, -1 when it cannot be had. */
	ssize_t (*read)(void *arg, const void **ret_bytes);
	void *arg;
};

/* Unpacks all of it, in flat memory but for the names of its directories. Files take the place of files, when
 * they are whole (engine/archive/beside.h), not of directories, nor the other way round; modes and times are
 * the archive's, without set-user-id and set-group-id. Devices and sockets are left out with warnings, save
 * the one that alone was to be copied, which is a failure. Names with "..", and those that lead through a
 * link or a file, are refused. Returns 0, or -1: with findings, or `read` has failed. */
int unpack(struct arena *arena, const struct unpack_options *options, struct errors *errors);

#endif
