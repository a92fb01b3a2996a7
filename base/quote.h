/* Foreign text for output: as JSON, and as plain text that a terminal does not obey. */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Whether a terminal may obey the character, or show others elsewhere because of it: control characters,
 * line and paragraph ends, and what turns the direction of the text around it. */
bool quote_is_obeyed(uint32_t code);

/* Appends `"text"` with everything escaped that JSON or a terminal would take amiss; bytes that are no UTF-8
 * become U+FFFD. NULL appends `""`. */
void quote_json(struct buf *to, const char *text);

/* Appends `,"key":"text"`; nothing when the text is NULL. */
void quote_member(struct buf *to, const char *key, const char *text);

/* As quote_json, into a file. */
void quote_print(FILE *out, const char *text);

/* Appends the text with control characters, marks that turn the direction of what follows, and bytes that are
 * no UTF-8 as \x1b or \u202e; line ends and tabs stay. */
void quote_plain(struct buf *to, const char *text);

/* Appends the first character of `len` bytes (at least one) as quote_plain does, a line end as \x0a. Returns
 * the bytes that it takes. */
size_t quote_plain_character(struct buf *to, const char *text, size_t len);

/* As quote_plain, into the arena. */
const char *quote_plain_copy(struct arena *arena, const char *text);

/* The same with line ends as \x0a: the text stays one line. */
const char *quote_line_copy(struct arena *arena, const char *text);

/* As quote_plain, into a file. */
void quote_plain_print(FILE *out, const char *text);

#endif
