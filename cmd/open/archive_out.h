/* An archive of the engine's as it is: to standard output, or into a file. */
#ifndef CMD_ARCHIVE_OUT_H
#define CMD_ARCHIVE_OUT_H

#include "cmd/line/cmd.h"

/* Refuses a terminal, which is no place for an archive. Returns 0, or -1 with a finding; `way` says what to
 * do. */
int archive_out_check(struct ctx *ctx, const char *way);

/* Prints what an engine path gives; `name` is whose it is. Returns 0, or -1 with findings. */
int archive_out_print(struct ctx *ctx, const char *path, const char *query, const char *name);

/* Writes it to a file, which is there when all of it is, and not before. */
int archive_out_save(struct ctx *ctx, const char *path, const char *name, const char *file);

#endif
