/* JSON as text, for output lines. */
#ifndef CMD_QUOTE_H
#define CMD_QUOTE_H

#include "base/buf.h"

/* Appends `"text"` with everything escaped that JSON or a terminal would take amiss; bytes that are no UTF-8
 * become U+FFFD. NULL appends `""`. */
void quote_json(struct buf *to, const char *text);

/* Appends `,"key":"text"`; nothing when the text is NULL. */
void quote_member(struct buf *to, const char *key, const char *text);

#endif
