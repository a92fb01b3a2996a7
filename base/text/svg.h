/* Pictures as SVG, and pages around them: foreign text in them is text and nothing else. They look for
 * nothing elsewhere: no scripts, fonts or images. */
#ifndef BASE_SVG_H
#define BASE_SVG_H

#include "base/arena.h"

#include <stddef.h>
#include <stdio.h>

/* Width of a character of the class `n` (names) in pixels: no monospaced font has wider ones at 12 px. */
#define SVG_CHARACTER 7.5

/* Prints text so that it is nothing but text, within an element or an attribute: XML's own characters
 * escaped, what XML cannot hold or a reader would obey as base/quote.h shows it. */
void svg_text(FILE *out, const char *text);

/* The text if it has at most `most` characters (3 at least), else its begin and its end with an ellipsis
 * between: what tells long names apart is often their end. The arena's, or the text itself. */
const char *svg_cut(struct arena *arena, const char *text, size_t most);

/* Characters of UTF-8 in the text. */
size_t svg_length(const char *text);

/* Begins a picture of that size in pixels: its title, what is common to all pictures of its styles, and those
 * of its own, CSS of ours. Light or dark, as the reader prefers. */
void svg_begin(FILE *out, double width, double height, const char *title, const char *style);
void svg_end(FILE *out);

/* The same for a page that holds pictures and tables. */
void svg_page_begin(FILE *out, const char *title);
void svg_page_end(FILE *out);

#endif
