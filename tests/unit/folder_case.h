/* Tests with files: a folder of each test's own, removed after it. */
#ifndef TESTS_FOLDER_CASE_H
#define TESTS_FOLDER_CASE_H

#include "arena_case.h"
#include "compose/tree/path.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *dir;

static inline int folder_set_up(void **state)
{
	char template[] = "/tmp/flow-test-XXXXXX";
	arena_set_up(state);
	dir = mkdtemp(template);
	assert_non_null(dir);
	dir = arena_strdup(arena, dir);
	return 0;
}

static inline int folder_drop(const char *path, const struct stat *info, int type, struct FTW *walk)
{
	(void)info, (void)type, (void)walk;
	return remove(path);
}

static inline int folder_tear_down(void **state)
{
	nftw(dir, folder_drop, 8, FTW_DEPTH | FTW_PHYS);
	return arena_tear_down(state);
}

static inline const char *in(const char *name)
{
	return path_join(arena, dir, name);
}

/* Writes a file and makes the folders above it. */
static inline void put(const char *name, const char *text)
{
	char *path = arena_strdup(arena, in(name));
	for (char *slash = strchr(path + strlen(dir) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

#endif
