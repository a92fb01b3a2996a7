/* What a field of a listed object is, beyond its text: what templates work with and JSON shows. */
#ifndef CMD_DATUM_H
#define CMD_DATUM_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum datum_kind { DATUM_NOTHING, DATUM_TEXT, DATUM_NUMBER, DATUM_TRUTH, DATUM_LIST, DATUM_OBJECT };

struct datum {
	enum datum_kind kind;
	const char *text;         /* DATUM_TEXT: never NULL */
	int64_t number;           /* DATUM_NUMBER; of a truth 0 or 1 */
	struct datum_item *items; /* of a list or an object */
	size_t count;
};

struct datum_item {
	const char *name; /* of an object's; NULL in a list */
	struct datum value;
};

/* A text (NULL is an empty one), a number, a truth. What they are made from is kept by reference. */
struct datum datum_of_text(const char *text);
struct datum datum_of_number(int64_t number);
struct datum datum_of_truth(bool truth);

/* Appends to a list (without a name) or to an object. */
void datum_add(struct arena *arena, struct datum *to, const char *name, struct datum value);

/* The object's item of that name, or NULL. */
const struct datum *datum_get(const struct datum *object, const char *name);

/* Whether it counts as true: neither nothing, 0, false, nor empty. */
bool datum_holds(const struct datum *datum);

/* As Go prints it ([{0.0.0.0 80 8080 tcp}]); the arena's, or the datum's own text. */
const char *datum_text(struct arena *arena, const struct datum *datum);

/* Appends it as JSON, and prints it as a line of JSON. */
void datum_json(struct buf *to, const struct datum *datum);
void datum_print_json(FILE *out, const struct datum *datum);

#endif
