/* cmocka, which wants these before it. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Whether what comes out is to be written into the files it is compared with: UPDATE=1. */
static inline bool updates_golden(void)
{
	const char *update = getenv("UPDATE");
	return update && strcmp(update, "1") == 0;
}

#endif
