/* The elements of a JSON list, one at a time, from bytes as they come: however long the list, only one
 * element of it is held. */
#ifndef BASE_JSON_LIST_H
#define BASE_JSON_LIST_H

#include "base/buf.h"
#include "base/error.h"

struct json_list {
	struct buf text; /* the element under way; of a document that is no list: its begin */
	enum {
		JSON_LIST_BEFORE,  /* nothing but blanks has come */
		JSON_LIST_OTHER,   /* the document is no list */
		JSON_LIST_FIRST,   /* an element, or the end */
		JSON_LIST_NEXT,    /* an element */
		JSON_LIST_ELEMENT, /* within one */
		JSON_LIST_BETWEEN, /* a comma, or the end */
		JSON_LIST_AFTER,   /* the list has ended */
	} state;
	unsigned depth; /* within the element */
	bool quoted, escaped;
	bool broken; /* it is not JSON, or an element passes the ceiling */
};

/* Readies a zeroed struct for a list whose elements have at most `most` bytes. Release with json_list_finish;
 * calling it again drops what has come. */
void json_list_init(struct json_list *list, size_t most);
void json_list_finish(struct json_list *list);

/* Takes bytes, cut anywhere, and calls `element` with the text of each element that ends within them, which
 * may still be no JSON. It returns 0 to go on. Nothing is taken any more once the list is broken. */
void json_list_feed(struct json_list *list, const char *bytes, size_t len,
	int (*element)(void *arg, const char *text, size_t len), void *arg);

/* All bytes have come: returns 0 when they were a whole list, else -1 with a finding that says of `what` what
 * they are instead. */
int json_list_end(const struct json_list *list, const char *what, struct errors *errors);

#endif
