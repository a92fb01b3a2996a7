/* Fields of the objects that a command lists (containers, images, …), by the names that JSON and templates
 * call them by. */
#ifndef CMD_FIELD_H
#define CMD_FIELD_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdio.h>

/* An object in a list. */
struct listed {
	struct arena *arena; /* for texts */
	const void *object;
	const void *view; /* what the command was asked for beside it: a struct of its own, or NULL */
};

/* A row; an empty row ends the fields of a kind of object. */
struct field {
	const char *name, *heading; /* "ID", "CONTAINER ID" */
	/* The text, as a template prints it; NULL: there is none. */
	const char *(*text)(const struct listed *listed);
	/* Appends the value in JSON; NULL: the text as a string. */
	void (*json)(struct buf *to, const struct listed *listed);
};

/* The text of a field, the object's or the arena's; never NULL. */
const char *field_text(const struct field *field, const struct listed *listed);

/* Prints one line of JSON with all fields. */
void field_print_json(FILE *out, const struct field *fields, const struct listed *listed);

#endif
