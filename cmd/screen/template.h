/* --format of commands that list objects: lines of fields, in docker's notation: {{.Name}}\t{{.State}}. */
#ifndef CMD_TEMPLATE_H
#define CMD_TEMPLATE_H

#include "base/error.h"
#include "cmd/screen/field.h"

struct template;

/* Reads a template over these fields: {{.Field}} with text around, \t and \n, with "table " in front for
 * aligned columns under a heading (a column ends at \t). Everything else that Go templates can is refused:
 * returns -1 with a finding. The template is the arena's; `fields` must outlive it. */
int template_parse(struct arena *arena, const char *text, const struct field *fields,
	const struct template **ret_template, struct errors *errors);

/* Prints the objects, a line each; `view` is handed to the fields. */
void template_print(FILE *out, struct arena *arena, const struct template *template,
	const void *const *objects, size_t count, const void *view);

#endif
