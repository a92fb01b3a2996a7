/* Where the comments of a file stand in what it becomes. Part of convert.c. */
#ifndef COMPOSE_CONVERT_COMMENT_H
#define COMPOSE_CONVERT_COMMENT_H

#include "base/map.h"
#include "compose/tree/node.h"

enum comment_place {
	COMMENT_TOP,        /* above everything */
	COMMENT_ABOVE,      /* above the key or item */
	COMMENT_BESIDE,     /* at the end of its line */
	COMMENT_BELOW_KEY,  /* below all that belongs to the key */
	COMMENT_BELOW_ITEM, /* the same of an item, whose mark is that of its first key */
};

struct convert_comments {
	struct arena *arena;
	struct map texts; /* place and mark → lines */
};

/* Gives every comment of `text` a place beside the keys and items of the documents it became: what they were
 * made of is known by their marks. */
void convert_comments_place(struct convert_comments *comments, struct arena *arena, const char *text,
	size_t len, struct node *const *docs, size_t ndocs);

/* Returns the comments of a place, joined by line ends, the first time it is asked for it; NULL when there
 * are none. `at` is the mark of a key or an item; that of COMMENT_TOP does not count. */
const char *convert_comments_take(
	struct convert_comments *comments, enum comment_place place, const struct mark *at);

#endif
