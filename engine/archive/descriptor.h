/* Descriptors of files. */
#ifndef ENGINE_DESCRIPTOR_H
#define ENGINE_DESCRIPTOR_H

#include <stddef.h>

/* Writes all of it, however often a signal or a full pipe comes between: for files, and for what may block.
 * Returns 0, or -1 with errno: part of it may be written. */
int descriptor_write(int fd, const void *bytes, size_t len);

#endif
