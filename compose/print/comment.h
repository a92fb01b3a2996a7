/* The comments of a YAML text. No library keeps them: they are what stands between its tokens. */
#ifndef COMPOSE_COMMENT_H
#define COMPOSE_COMMENT_H

#include "compose/tree/node.h"

struct comment {
	unsigned line, col; /* 1-based, of the `#` */
	bool alone;         /* nothing stands before it in its line */
	const char *text;   /* from the `#` to the end of the line, without blanks at the end */
};

/* The comments of `text` (`len` bytes that yaml_parse has read without a finding), in order; all memory is
 * the arena's. Text of two bytes per character has none. Returns their number. */
size_t comment_list(struct arena *arena, const char *text, size_t len, struct comment **ret_comments);

#endif
