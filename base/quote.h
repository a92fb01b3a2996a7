/* JSON as text, for output lines. */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/buf.h"

#include <stdio.h>

/* Appends `"text"` with everything escaped that JSON or a terminal would take amiss; bytes that are no UTF-8
 * become U+FFFD. NULL appends `""`. */
void quote_json(struct buf *to, const char *text);

/* Appends `,"key":"text"`; nothing when the text is NULL. */
void quote_member(struct buf *to, const char *key, const char *text);

/* As quote_json, into a file. */
void quote_print(FILE *out, const char *text);

#endif
