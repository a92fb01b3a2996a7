#include "base/text/text.h"

#include <string.h>

bool text_is(const char *text, const char *other)
{
	return text && other && strcmp(text, other) == 0;
}

bool text_among(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_is(list[i], text))
			return true;
	return false;
}

const char *text_after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);
	return text && strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

int text_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}
