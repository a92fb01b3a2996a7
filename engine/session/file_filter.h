/* Which files of a directory the engine asks for, by the metadata of its call: patterns that leave out, those
 * that are wanted alone, and paths that are followed. (github.com/tonistiigi/fsutil, FilterOpt) */
#ifndef ENGINE_FILE_FILTER_H
#define ENGINE_FILE_FILTER_H

#include "engine/session/grpc.h"

struct file_filter;

/* The filter of a call for directory `dir` (NULL: of files that lie nowhere). Returns NULL with a finding for
 * patterns that are malformed. */
struct file_filter *file_filter_create(
	struct arena *arena, const struct grpc_call *call, const char *dir, struct errors *errors);

/* Whether a path of the directory is sent. */
bool file_filter_takes(const struct file_filter *filter, const char *path);

/* Whether something in a directory that is not sent itself may be. */
bool file_filter_below(const struct file_filter *filter, const char *dir);

#endif
