/* Fields of the objects that a command lists (containers, images, …), by the names that JSON and templates
 * call them by. */
#ifndef CMD_FIELD_H
#define CMD_FIELD_H

#include "cmd/table/datum.h"

/* An object in a list. */
struct listed {
	struct arena *arena; /* for texts */
	const void *object;
	const void *view; /* what the command was asked for beside it: a struct of its own, or NULL */
};

/* The objects of a list. */
struct listed_objects {
	const void *const *items;
	size_t count;
	const void *view; /* of each */
};

/* A row; an empty row ends the fields of a kind of object. */
struct field {
	const char *name, *heading; /* "ID", "CONTAINER ID" */
	/* The text, or NULL where there is none. */
	const char *(*text)(const struct listed *listed);
	/* Instead of `text` for what is more than a text. */
	struct datum (*value)(const struct listed *listed);
	/* Instead of both for what only templates have, since it takes a word: {{.Label "NAME"}}. */
	const char *(*of)(const struct listed *listed, const char *word);
};

/* The field of that name, or NULL. */
const struct field *field_find(const struct field *fields, const char *name);

/* What the field is of this object; the object's or the arena's. Not for one that takes a word. */
struct datum field_value(const struct field *field, const struct listed *listed);

/* All fields of the object, but those that take a word. */
struct datum field_object(const struct field *fields, const struct listed *listed);

#endif
