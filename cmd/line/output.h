/* Standard input, output and error as the caller has left them, and the one way of a command's data to its
 * output. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "base/buf.h"
#include "base/error.h"
#include "engine/archive/new_file.h"

#include <stdbool.h>
#include <stdio.h>

/* Opens those of the descriptors 0, 1 and 2 that the caller has closed, so that nothing that we or our
 * children open gets their numbers: on /dev/null, 1 for reading only, since data that nobody gets is a
 * failure, 2 for writing, since a lost message is none. Has to come before anything else is opened. Returns
 * 0, or -1 when there is no /dev/null. */
int output_fill_closed(void);

/* Where a command's data goes. */
struct output {
	FILE *stream;     /* what commands print to */
	const char *file; /* stands for standard output (-o FILE), or NULL; */
	struct new_file new_file;
	bool terminal; /* it is not to obey what is printed: that is kept in `text` for a while */
	struct buf text;
	int failure; /* errno of the first write that failed, or 0 */
};

/* Makes data go to standard output. A terminal gets it at the end, or by a flush, and so that it does not
 * obey what is in there (base/quote.h); who reads it otherwise, as it is. Returns 0, or -1: out of memory.
 * `output` stays where it is. */
int output_open(struct output *output);

/* Makes it go to a file, which is there, or another one, when all of it was printed. `file` is borrowed.
 * Returns 0, or -1 with a finding. */
int output_redirect(struct output *output, const char *file, struct errors *errors);

/* Brings what was printed so far to its place, for what goes on and on. */
void output_flush(struct output *output);

/* The same, on a terminal from its first line on over what it shows. */
void output_redraw(struct output *output);

/* Brings what was printed to its place; nothing can be printed any more. Returns `failure`. */
int output_close(struct output *output);

#endif
