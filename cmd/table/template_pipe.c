/* Values, calls and pipelines of a template. */
#include "base/text/text.h"
#include "cmd/table/template_inside.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int template_refuse(
	struct errors *errors, const struct template_source *source, size_t at, const char *format, ...)
{
	struct mark mark = { .file = source->whose, .line = 1 };
	const char *line = source->text, *next;
	va_list args;
	for (; (next = strchr(line, '\n')) && next < source->text + at; line = next + 1)
		mark.line++;
	mark.col = (unsigned)(source->text + at - line) + 1;
	va_start(args, format);
	const char *message = arena_vprintf(errors->arena, format, args);
	va_end(args);
	error_add(errors, ERROR_USAGE, &mark, NULL, "%s", message);
	error_source(errors, arena_strndup(errors->arena, line, strcspn(line, "\n")));
	return -1;
}

/* The hint for a name that is none of these: the nearest, which stands between `before` and `behind`, else
 * all of them. */
static int hint_known(struct errors *errors, const char *name, const struct texts *names, const char *kind,
	const char *before, const char *behind)
{
	const char *near = error_nearest(name, names->items, names->count);
	if (error_hint_meant(
		    errors, near ? arena_printf(errors->arena, "%s%s%s", before, near, behind) : NULL))
		return -1;
	return error_hint(errors, "%s: %s", kind, texts_join(errors->arena, names, ", "));
}

int template_no_field(
	struct errors *errors, const struct template_source *source, size_t at, const char *name)
{
	struct texts names = { 0 };
	for (const struct field *field = source->fields; field->name; field++)
		texts_add(errors->arena, &names, field->name);
	template_refuse(errors, source, at, "there is no field \"%s\"", name);
	return hint_known(errors, name, &names, "fields", "{{.", "}}");
}

void template_skip_blanks(struct template_reader *reader)
{
	reader->at += strspn(reader->at, TEMPLATE_BLANKS);
}

const char *template_read_name(struct template_reader *reader)
{
	size_t len = 0;
	if (!isdigit((unsigned char)*reader->at))
		while (isalnum((unsigned char)reader->at[len]) || reader->at[len] == '_')
			len++;
	const char *name = arena_strndup(reader->arena, reader->at, len);
	reader->at += len;
	return name;
}

/* Texts and numbers */

/* The character that an escape of a text in quotes stands for, after the backslash; false: there is none. */
static bool read_escape(struct template_reader *reader, struct buf *to)
{
	static const char letters[] = "abfnrtv\\\"'", meant[] = "\a\b\f\n\r\t\v\\\"'";
	char hex[3] = "";
	const char *found = *reader->at ? strchr(letters, *reader->at) : NULL;
	if (found) {
		reader->at++;
		return buf_putc(to, meant[found - letters]);
	}
	if (*reader->at != 'x' || !isxdigit((unsigned char)reader->at[1]) ||
		!isxdigit((unsigned char)reader->at[2]))
		return false;
	memcpy(hex, reader->at + 1, 2);
	reader->at += 3;
	long byte = strtol(hex, NULL, 16);
	return byte != 0 && buf_putc(to, (char)byte);
}

/* A text in quotes, which *at stands on. */
static int read_text_literal(struct template_reader *reader, const char **ret_text)
{
	const char *from = reader->at;
	auto_buf struct buf text;
	char quote = *reader->at++;
	buf_init(&text, strlen(from) + 1);
	while (*reader->at != quote) {
		if (!*reader->at || (quote == '"' && *reader->at == '\n'))
			return template_refuse_at(reader, from, "the text has no end");
		if (quote == '`' || *reader->at != '\\') {
			buf_putc(&text, *reader->at++);
			continue;
		}
		reader->at++;
		if (!read_escape(reader, &text))
			return template_refuse_at(reader, reader->at - 1, "this is no escape");
	}
	reader->at++;
	*ret_text = arena_strdup(reader->arena, buf_text(&text));
	return 0;
}

static int read_whole_number(struct template_reader *reader, int64_t *ret_number)
{
	const char *from = reader->at;
	size_t digits = strspn(from + (*from == '-' || *from == '+'), "0123456789");
	reader->at += digits + (*from == '-' || *from == '+');
	if (!digits || digits > 18 || *reader->at == '.' || isalpha((unsigned char)*reader->at))
		return template_refuse_at(reader, from, "only whole numbers are known here");
	*ret_number = strtoll(from, NULL, 10);
	return 0;
}

/* Values */

static int no_function(struct template_reader *reader, const char *from, const char *name)
{
	struct texts names = template_functions(reader->arena);
	template_refuse_at(reader, from, "there is no function \"%s\"", name);
	return hint_known(reader->errors, name, &names, "functions", "", "");
}

/* A name without a dot: a constant or a function. */
static int read_word(struct template_reader *reader, struct template_operand *operand)
{
	const char *from = reader->at, *name = template_read_name(reader);
	if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0) {
		operand->literal = datum_of_truth(*name == 't');
	} else if (strcmp(name, "nil") != 0) {
		operand->kind = OPERAND_FUNCTION;
		operand->function = template_function(name);
		return operand->function ? 0 : no_function(reader, from, name);
	}
	return 0;
}

static int read_variable(struct template_reader *reader, struct template_operand *operand)
{
	const char *from = reader->at++;
	operand->kind = OPERAND_VARIABLE;
	operand->variable = template_read_name(reader);
	for (size_t i = 0; *operand->variable && i < reader->variables.count; i++)
		if (strcmp(reader->variables.items[i], operand->variable) == 0)
			return 0;
	return *operand->variable ? template_refuse_at(reader, from, "$%s is not set here", operand->variable)
				  : 0;
}

static int read_parentheses(struct template_reader *reader, struct template_operand *operand)
{
	const char *from = reader->at++;
	operand->kind = OPERAND_PIPE;
	if (++reader->depth > TEMPLATE_DEPTH)
		return template_refuse_at(reader, from, "this is nested too deeply");
	if (template_read_pipe(reader, 0, &operand->pipe) < 0)
		return -1;
	reader->depth--;
	if (*reader->at != ')')
		return template_refuse_at(reader, from, "the parenthesis is not closed");
	reader->at++;
	return 0;
}

/* Whether the operand's first name is one of a field of the object listed. */
static bool names_field(const struct template_reader *reader, const struct template_operand *operand)
{
	return operand->nchain && ((operand->kind == OPERAND_DOT && !reader->inner) ||
					  (operand->kind == OPERAND_VARIABLE && !*operand->variable));
}

/* The names behind dots; what can be known of them is checked. */
static int read_chain(struct template_reader *reader, struct template_operand *operand)
{
	const char *from = reader->at;
	while (*reader->at == '.' && (isalpha((unsigned char)reader->at[1]) || reader->at[1] == '_')) {
		reader->at++;
		*ARENA_PUSH(reader->arena, operand->chain, operand->nchain) = template_read_name(reader);
	}
	if (!names_field(reader, operand))
		return 0;
	const struct field *field = field_find(reader->source->fields, operand->chain[0]);
	if (!field)
		return template_no_field(
			reader->errors, reader->source, template_place(reader, from + 1), operand->chain[0]);
	return operand->nchain == 1 || field->value
		       ? 0
		       : template_refuse_at(reader, from, "there is nothing in the text .%s", field->name);
}

/* One value, or the name of a function. */
static int read_operand(struct template_reader *reader, struct template_operand *operand)
{
	const char *from = reader->at, *text = NULL;
	*operand = (struct template_operand){ .kind = OPERAND_LITERAL, .at = template_place(reader, from) };
	int result = 0;
	if (*from == '(') {
		result = read_parentheses(reader, operand);
	} else if (*from == '.' && !isdigit((unsigned char)from[1])) {
		operand->kind = OPERAND_DOT;
		reader->at += !(isalpha((unsigned char)from[1]) || from[1] == '_');
	} else if (*from == '$') {
		result = read_variable(reader, operand);
	} else if (*from == '"' || *from == '`') {
		result = read_text_literal(reader, &text);
		operand->literal = datum_of_text(text);
	} else if (isalpha((unsigned char)*from) || *from == '_') {
		result = read_word(reader, operand);
	} else if (isdigit((unsigned char)*from) || *from == '-' || *from == '+' || *from == '.') {
		operand->literal.kind = DATUM_NUMBER;
		result = read_whole_number(reader, &operand->literal.number);
	} else {
		return template_refuse_at(
			reader, from, *from ? "a value is missing here" : "{{ is not closed by }}");
	}
	if (result < 0 || read_chain(reader, operand) < 0)
		return -1;
	return !*reader->at || strchr(TEMPLATE_BLANKS "|),:=}", *reader->at)
		       ? 0
		       : template_refuse_at(reader, reader->at, "this cannot be read");
}

/* Calls and pipelines */

static bool at_end_of_call(const struct template_reader *reader)
{
	const char *at = reader->at;
	return !*at || *at == '|' || *at == ')' || *at == '}' || strncmp(at, "-}}", 3) == 0;
}

/* Whether function or field gets as many arguments as it takes; `piped` is how many come from the left. */
static int check_call(struct template_reader *reader, const struct template_call *call, size_t piped)
{
	const struct template_operand *first = &call->operands[0];
	const char *at = reader->source->text + call->at;
	size_t count = call->count - 1 + piped;
	for (size_t i = 0; i < call->count; i++) {
		const struct template_operand *operand = &call->operands[i];
		const struct field *field = names_field(reader, operand)
						    ? field_find(reader->source->fields, operand->chain[0])
						    : NULL;
		if (i && operand->kind == OPERAND_FUNCTION)
			return template_refuse_at(reader, reader->source->text + operand->at,
				"a call within a call needs parentheses around");
		if (field && field->of && (i || count != 1 || piped))
			return template_refuse_at(reader, reader->source->text + operand->at,
				".%s takes one word: {{.%s \"NAME\"}}", field->name, field->name);
		if (field && field->of)
			return 0;
	}
	if (first->kind == OPERAND_FUNCTION) {
		const struct template_function *function = first->function;
		if (count >= function->least && count <= function->most)
			return 0;
		bool any = function->most > function->least;
		size_t takes = count > function->most ? function->most : function->least;
		return template_refuse_at(reader, at, "%s takes %zu argument%s%s, not %zu", function->name,
			takes, takes == 1 ? "" : "s",
			!any                     ? ""
			: count > function->most ? " at most"
						 : " or more",
			count);
	}
	return count ? template_refuse_at(reader, at, "only functions take arguments") : 0;
}

static int read_call(struct template_reader *reader, size_t piped, struct template_call *call)
{
	*call = (struct template_call){ .at = template_place(reader, reader->at) };
	do {
		struct template_operand operand;
		if (read_operand(reader, &operand) < 0)
			return -1;
		*ARENA_PUSH(reader->arena, call->operands, call->count) = operand;
		template_skip_blanks(reader);
	} while (!at_end_of_call(reader));
	return check_call(reader, call, piped);
}

/* "$a := " in front of a pipeline, "$i, $a := " in front of that of a range, or "$a = ". */
static int read_names(struct template_reader *reader, size_t most, struct template_pipe *pipe)
{
	const char *from = reader->at;
	while (*reader->at == '$' && pipe->nnames < 2) {
		reader->at++;
		pipe->names[pipe->nnames++] = template_read_name(reader);
		template_skip_blanks(reader);
		if (*reader->at != ',')
			break;
		reader->at++;
		template_skip_blanks(reader);
	}
	bool anew = strncmp(reader->at, ":=", 2) == 0;
	if (!pipe->nnames || (!anew && *reader->at != '=')) {
		pipe->nnames = 0;
		reader->at = from;
		return 0;
	}
	if (pipe->nnames > most || !*pipe->names[0])
		return template_refuse_at(reader, from, "variables cannot be set here");
	pipe->again = !anew;
	for (size_t i = 0; pipe->again && i < pipe->nnames; i++)
		if (!text_among(pipe->names[i], reader->variables.items, reader->variables.count))
			return template_refuse_at(reader, from, "$%s is not set here", pipe->names[i]);
	reader->at += anew ? 2 : 1;
	template_skip_blanks(reader);
	return 0;
}

int template_read_pipe(
	struct template_reader *reader, size_t most_names, const struct template_pipe **ret_pipe)
{
	struct template_pipe *pipe = ARENA_NEW(reader->arena, struct template_pipe);
	template_skip_blanks(reader);
	if (read_names(reader, most_names, pipe) < 0)
		return -1;
	for (;;) {
		struct template_call call;
		if (read_call(reader, pipe->count > 0, &call) < 0)
			return -1;
		*ARENA_PUSH(reader->arena, pipe->calls, pipe->count) = call;
		if (*reader->at != '|')
			break;
		reader->at++;
		template_skip_blanks(reader);
	}
	for (size_t i = 0; i < pipe->nnames; i++)
		texts_add(reader->arena, &reader->variables, pipe->names[i]);
	*ret_pipe = pipe;
	return 0;
}
