/* Functions of templates: docker's (json, split, join, title, lower, upper, pad, truncate) and those of Go's
 * text/template that make sense here. */
#ifndef CMD_TEMPLATE_FUNCTION_H
#define CMD_TEMPLATE_FUNCTION_H

#include "base/text/texts.h"
#include "cmd/table/datum.h"

#define FUNCTION_ANY 100 /* arguments */

/* A call under way. */
struct function_call {
	struct arena *arena;
	const struct template_function *function;
	const struct datum *arguments; /* as many as the row says */
	size_t count;
	struct datum result;
};

struct template_function {
	const char *name;
	size_t least, most; /* arguments */
	/* Returns NULL, and sets the result, or what is wrong with the arguments. */
	const char *(*apply)(struct function_call *call);
	/* What it makes of a field bears the field's heading: that of the first argument. */
	bool shows;
	/* Comparisons: how the first argument may stand to the second. */
	bool below, equal, above;
	/* and, or: the first argument that decides is the result, the others do not count. */
	enum { DECIDES_NEVER, DECIDES_FALSE, DECIDES_TRUE } decides;
};

/* The function of that name, or NULL. */
const struct template_function *template_function(const char *name);

/* All names. */
struct texts template_functions(struct arena *arena);

/* `apply` of printf: Go's verbs v, s, q, d, x, t and %. (template_printf.c) */
const char *template_printf(struct function_call *call);

#endif
