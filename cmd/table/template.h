/* Templates of lines and tables, as docker's --format takes them: what people use of Go's text/template. */
#ifndef CMD_TEMPLATE_H
#define CMD_TEMPLATE_H

#include "base/error.h"
#include "cmd/table/field.h"

#include <stdio.h>

struct template;

/* What a template is read for. */
struct template_source {
	const char *text;
	const char *whose; /* how findings name it: "--format" */
	const struct field *fields;
	size_t least; /* as that of columns; 0: theirs */
};

/* Reads {{.Field}}, {{json .}}, range, with, if, else, variables, pipelines and the functions of docker's
 * templates and of Go's (template_function.h), {{- and -}}, comments; \t and \n in the text between.
 * Everything else is refused, fields that are none as well: returns -1 with a finding at its place. With
 * "table " in front the lines are rows, their columns end at \t, and the fields' headings stand above. The
 * template is the arena's; what `source` holds must outlive it. */
int template_parse(struct arena *arena, const struct template_source *source,
	const struct template **ret_template, struct errors *errors);

/* Prints the objects, a line each. Nothing is printed when the template cannot be carried out for one of
 * them: returns -1 with a finding. */
int template_print(FILE *out, struct arena *arena, const struct template *template,
	const struct listed_objects *objects, struct errors *errors);

#endif
