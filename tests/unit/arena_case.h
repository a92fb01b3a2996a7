/* What most tests share: cmocka with what it needs before it, and an arena and a collector that are new in
 * every test. */
#ifndef TESTS_ARENA_CASE_H
#define TESTS_ARENA_CASE_H

#include "base/arena.h"
#include "base/error.h"
#include "unit.h"

#include <string.h>

static struct arena *arena;
static struct errors errors;

static inline int arena_set_up(void **state)
{
	(void)state;
	arena = arena_create();
	errors_init(&errors, arena);
	return 0;
}

static inline int arena_tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

#endif
