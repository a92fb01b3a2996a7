/* Inside of templates: what template_read.c makes of the text and template.c carries out. Everyone else uses
 * cmd/table/template.h. */
#ifndef CMD_TEMPLATE_INSIDE_H
#define CMD_TEMPLATE_INSIDE_H

#include "cmd/table/template.h"
#include "cmd/table/template_function.h"

/* What stands in front of the dots of .A.B, $x.A, (…).A; and words of other kinds. */
enum operand_kind { OPERAND_DOT, OPERAND_VARIABLE, OPERAND_LITERAL, OPERAND_FUNCTION, OPERAND_PIPE };

struct template_operand {
	enum operand_kind kind;
	size_t at; /* in the template's text, as each `at` here */
	struct datum literal;
	const char *variable; /* its name; "" is $, the object listed */
	const struct template_function *function;
	const struct template_pipe *pipe; /* in parentheses */
	const char **chain;               /* names behind dots */
	size_t nchain;
};

/* A function or a field with its arguments, or one value. */
struct template_call {
	size_t at;
	struct template_operand *operands;
	size_t count;
};

/* Calls, the result of each being the last argument of the next: a | b | c. */
struct template_pipe {
	const char *names[2]; /* $a := …, or of a range $i, $a := … */
	size_t nnames;
	bool again; /* they are known already: $a = … */
	struct template_call *calls;
	size_t count;
};

enum node_kind { NODE_TEXT, NODE_PRINT, NODE_IF, NODE_WITH, NODE_RANGE };

struct template_node {
	enum node_kind kind;
	size_t at;
	const char *text;
	const struct template_pipe *pipe;
	const struct template_node *body, *otherwise;
	struct template_node *next;
};

struct template
{
	struct template_source source;
	bool table;
	const struct template_node *nodes;
};

	/* Reading (template_read.c, what stands in an action in template_pipe.c) */

#define TEMPLATE_DEPTH  64
#define TEMPLATE_BLANKS " \t\r\n"

struct template_reader {
	struct arena *arena;
	const struct template_source *source;
	struct errors *errors;
	const char *at;         /* the next character */
	bool trims;             /* the action before ended with -}} */
	unsigned depth;         /* blocks and parentheses around */
	unsigned inner;         /* of them, those in which the dot is something else than the object listed */
	struct texts variables; /* that are known here */
};

/* Reads a pipeline; at most so many variables may be set by it. Returns 0, or -1 with a finding. */
int template_read_pipe(
	struct template_reader *reader, size_t most_names, const struct template_pipe **ret_pipe);

/* The name that stands here, of letters, digits and _; "" when there is none. */
const char *template_read_name(struct template_reader *reader);

/* Goes on to what is no blank. */
void template_skip_blanks(struct template_reader *reader);

/* Findings */

/* A finding at a place of the template; returns -1. */
int template_refuse(struct errors *errors, const struct template_source *source, size_t at,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The finding and hint that there is no such field; returns -1. */
int template_no_field(
	struct errors *errors, const struct template_source *source, size_t at, const char *name);

/* The place of a character of the text that is read, and a finding there; returns -1. */
#define template_place(reader, character) ((size_t)((character) - (reader)->source->text))
#define template_refuse_at(reader, character, ...)                                                           \
	template_refuse(                                                                                     \
		(reader)->errors, (reader)->source, template_place((reader), (character)), __VA_ARGS__)

#endif
