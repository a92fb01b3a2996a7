#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_FIRST ((size_t)16 * 1024)
#define CHUNK_CHILD ((size_t)1024)
#define CHUNK_MOST  ((size_t)1024 * 1024)

struct chunk {
	struct chunk *before;
	size_t size, used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct chunk *last;
	unsigned char *latest; /* start of the latest allocation, so that it can grow in place */
	struct arena *parent, *children;
	struct arena *prev, *next; /* among the parent's children */
};

static _Noreturn void out_of_memory(void)
{
	fputs("docker-flow: out of memory\n", stderr);
	exit(1);
}

static struct chunk *chunk_create(struct chunk *before, size_t size)
{
	if (size > SIZE_MAX - sizeof(struct chunk))
		out_of_memory();
	struct chunk *chunk = malloc(sizeof *chunk + size);
	if (!chunk)
		out_of_memory();
	chunk->before = before;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

static struct arena *create(size_t first)
{
	struct arena *arena = malloc(sizeof *arena);
	if (!arena)
		out_of_memory();
	*arena = (struct arena){ .last = chunk_create(NULL, first) };
	return arena;
}

struct arena *arena_create(void)
{
	return create(CHUNK_FIRST);
}

struct arena *arena_child(struct arena *parent)
{
	struct arena *arena = create(CHUNK_CHILD);
	if (!parent)
		return arena;
	arena->parent = parent;
	arena->next = parent->children;
	if (arena->next)
		arena->next->prev = arena;
	parent->children = arena;
	return arena;
}

static void leave_parent(struct arena *arena)
{
	if (arena->prev)
		arena->prev->next = arena->next;
	else if (arena->parent)
		arena->parent->children = arena->next;
	if (arena->next)
		arena->next->prev = arena->prev;
}

void arena_destroy(struct arena *arena)
{
	if (!arena)
		return;
	leave_parent(arena);
	while (arena->children)
		arena_destroy(arena->children);
	for (struct chunk *chunk = arena->last, *before; chunk; chunk = before) {
		before = chunk->before;
		free(chunk);
	}
	free(arena);
}

size_t arena_used(const struct arena *arena)
{
	size_t used = 0;
	for (const struct chunk *chunk = arena->last; chunk; chunk = chunk->before)
		used += chunk->used;
	for (const struct arena *child = arena->children; child; child = child->next)
		used += arena_used(child);
	return used;
}

static size_t round_up(size_t size)
{
	const size_t unit = 8; /* enough for every type stored here; no long double, no SIMD */
	if (size > SIZE_MAX - unit)
		out_of_memory();
	return (size + unit - 1) & ~(unit - 1);
}

static unsigned char *arena_take(struct arena *arena, size_t size)
{
	struct chunk *chunk = arena->last;
	if (chunk->size - chunk->used < size) {
		size_t next = chunk->size < CHUNK_MOST ? chunk->size * 2 : CHUNK_MOST;
		chunk = arena->last = chunk_create(chunk, size > next ? size : next);
	}
	unsigned char *start = chunk->bytes + chunk->used;
	chunk->used += size;
	arena->latest = start;
	return start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size = round_up(size ? size : 1);
	return memset(arena_take(arena, size), 0, size);
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory();
	return arena_alloc(arena, total);
}

/* Returns a copy of `old` (`old_size` bytes, may be NULL with 0) enlarged to `new_size`; the new part is
 * zeroed. Grows in place when `old` was the latest allocation. */
static void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
	if (new_size <= old_size)
		return old;
	struct chunk *chunk = arena->last;
	if (old && old == arena->latest) {
		size_t at = (size_t)(arena->latest - chunk->bytes);
		size_t want = round_up(new_size);
		if (chunk->size - at >= want) {
			chunk->used = at + want;
			memset(arena->latest + old_size, 0, want - old_size);
			return old;
		}
	}
	unsigned char *grown = arena_take(arena, round_up(new_size));
	if (old_size)
		memcpy(grown, old, old_size);
	memset(grown + old_size, 0, round_up(new_size) - old_size);
	return grown;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	if (!text)
		return NULL;
	if (len == SIZE_MAX)
		out_of_memory();
	char *copy = (char *)arena_take(arena, round_up(len + 1));
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return arena_strdup(arena, "");
	char *text = (char *)arena_take(arena, round_up((size_t)len + 1));
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ .chunk = arena->last, .used = arena->last->used };
}

void arena_reset(struct arena *arena, struct arena_mark mark)
{
	while (arena->last != mark.chunk) {
		struct chunk *before = arena->last->before;
		free(arena->last);
		arena->last = before;
	}
	arena->last->used = mark.used;
	arena->latest = NULL;
}

void *arena_push_room(struct arena *arena, void *items, size_t count, size_t size)
{
	/* Full exactly when the count is 0, 4, 8, 16, …: a power of two from 4 on. */
	if (count == 0)
		return arena_calloc(arena, 4, size);
	if (count < 4 || (count & (count - 1)))
		return items;
	if (count > SIZE_MAX / 2 / size)
		out_of_memory();
	return arena_grow(arena, items, count * size, count * 2 * size);
}
