/* Bump allocator: memory that lives as long as its arena and is never freed piece by piece. What lives
 * shorter than the rest takes from a child. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A place to return to; everything allocated after it is gone then. */
struct arena_mark {
	void *chunk;
	size_t used;
};

/* Returns an empty arena owned by the caller. Never NULL: out of memory ends the process with a message. */
struct arena *arena_create(void);

/* The same for something short-lived or small. It ends with its parent at the latest, whatever that is reset
 * to, and may be destroyed before; parent NULL: the caller's alone. */
struct arena *arena_child(struct arena *parent);

/* Frees the arena, its children, and all that was allocated from them. NULL is allowed. */
void arena_destroy(struct arena *arena);

/* Bytes that are allocated from the arena and its children. */
size_t arena_used(const struct arena *arena);

/* Returns `size` zeroed bytes, aligned to 8: for every type but long double and vectors. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* Returns zeroed memory for `count` elements of `size` bytes; ends the process when the product overflows. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* Returns a copy of the text, or of its first `len` bytes, always terminated. `text` NULL gives NULL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);

/* Returns formatted text. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Remembers the present fill level, and returns to it. Marks nest; a later one is invalid after an earlier
 * reset. */
struct arena_mark arena_mark(const struct arena *arena);
void arena_reset(struct arena *arena, struct arena_mark mark);

/* Zeroed memory for one object, or for an array, of the given type. */
#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_calloc((arena), (count), sizeof(type)))

/* Appends room for one element to the array `items` with `count` elements and returns a pointer to it
 * (zeroed). Capacity grows in powers of two and is derived from the count, so no third member is needed. */
#define ARENA_PUSH(arena, items, count)                                                                      \
	((items) = arena_push_room((arena), (items), (count), sizeof *(items)), &(items)[(count)++])

/* Behind ARENA_PUSH: returns `items` with room for one more element of `size` bytes, that room zeroed. */
void *arena_push_room(struct arena *arena, void *items, size_t count, size_t size);

#endif
