/* Lists of texts. */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include "base/arena.h"

struct texts {
	const char **items;
	size_t count;
};

/* Splits "a|b|c" at the separator; arena's. */
struct texts texts_split(struct arena *arena, const char *text, char separator);

/* Appends a text (kept by reference). */
void texts_add(struct arena *arena, struct texts *texts, const char *text);

/* The same, unless the list holds it. */
void texts_add_once(struct arena *arena, struct texts *texts, const char *text);

/* All of them with the separator in between, in one text of the arena; NULL when there are none. What has
 * many parts is joined by this: a text that grows part by part leaves each of its lengths in the arena. */
const char *texts_join(struct arena *arena, const struct texts *texts, const char *separator);

#endif
