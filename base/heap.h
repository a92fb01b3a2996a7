/* Heap memory for handles with an owner of their own (loop, requests, streams): like malloc, but out of
 * memory ends the process with a message. Everything that lives as long as the command is the arena's. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stddef.h>

/* Returns `size` zeroed bytes; release with free(). Never NULL. */
void *heap_zeroed(size_t size);

/* Returns `old` (may be NULL) resized to `count` elements of `size` bytes; the new part is not cleared. Never
 * NULL. */
void *heap_resize(void *old, size_t count, size_t size);

/* Returns a copy of the text; NULL gives NULL. */
char *heap_text(const char *text);

/* One zeroed object of the given type. */
#define HEAP_NEW(type) ((type *)heap_zeroed(sizeof(type)))

#endif
