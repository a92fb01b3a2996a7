#include "base/heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
	if (!memory) {
		fputs("docker-flow: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

void *heap_zeroed(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

void *heap_resize(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *heap_text(const char *text)
{
	return text ? checked(strdup(text)) : NULL;
}
