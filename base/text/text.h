/* Comparing texts, any of which may be NULL. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether both are there and the same. */
bool text_is(const char *text, const char *other);

/* Whether the list holds the text; false for NULL. */
bool text_among(const char *text, const char *const *list, size_t count);

/* The same for an array. */
#define TEXT_AMONG(text, array) text_among((text), (array), sizeof(array) / sizeof *(array))

/* What stands behind `prefix` in the text, part of it; NULL when it does not begin so. */
const char *text_after(const char *text, const char *prefix);

/* Order of two elements of an array of texts, byte by byte, for qsort. */
int text_order(const void *a, const void *b);

#endif
