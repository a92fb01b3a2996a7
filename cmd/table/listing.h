/* A list of objects as --format has it: a table, JSON, or a template. */
#ifndef CMD_LISTING_H
#define CMD_LISTING_H

#include "cmd/table/template.h"

/* What a command lists. */
struct listing {
	const struct field *fields;
	const char *table; /* the template of its table, "table " in front; NULL: it prints that itself */
	bool array;        /* its JSON is one list, as docker compose has it; else an object a line */
	size_t least;      /* as that of columns; 0: theirs */
};

/* How it is to be printed. */
struct format {
	enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_TEMPLATE } kind;
	const struct template *template; /* that of the table, too */
};

/* Reads what --format says; nothing (NULL or "") is "table". `whose` is how findings name it: "--format".
 * Returns 0, or -1 with a finding. */
int format_read(struct arena *arena, const struct listing *listing, const char *text, const char *whose,
	struct format *ret_format, struct errors *errors);

/* Prints the objects. Returns 0, or -1 with a finding and nothing printed. */
int format_print(FILE *out, struct arena *arena, const struct listing *listing, const struct format *format,
	const struct listed_objects *objects, struct errors *errors);

#endif
