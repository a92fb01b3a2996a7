/* `ps --format`: lines of fields, in docker's notation: {{.Name}}\t{{.State}}. */
#ifndef CMD_PS_TEMPLATE_H
#define CMD_PS_TEMPLATE_H

#include "base/error.h"
#include "cmd/ps_fields.h"

struct ps_template;

/* Reads a template: {{.Field}} with text around, \t and \n, with "table " in front for aligned columns under
 * a heading (a column ends at \t). Everything else that Go templates can is refused: returns -1 with a
 * finding. */
int ps_template_parse(struct arena *arena, const char *text, const struct ps_template **ret_template,
	struct errors *errors);

/* Prints the containers, a line each. */
void ps_template_print(FILE *out, struct arena *arena, const struct ps_template *template,
	struct observed_container *const *list, size_t count, const struct ps_view *view);

#endif
