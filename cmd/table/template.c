#include "cmd/table/template_inside.h"
#include "cmd/screen/show_clean.h"
#include "cmd/table/columns.h"

#include <string.h>

#define OUTPUT_MOST ((size_t)256 << 20)
#define STEPS_MOST  1000000 /* for one object */

struct variable {
	const char *name;
	struct datum value;
	struct variable *outer; /* set before it */
};

/* A template that is carried out for one object, or, without an object, for the headings. */
struct rendering {
	const struct template *template;
	struct listed listed;
	struct buf *out;
	struct datum dot;
	bool inner; /* the dot is something else than the object listed */
	struct variable *variables;
	size_t steps;
	struct errors *errors;
};

static bool renders_heading(const struct rendering *rendering)
{
	return !rendering->listed.object;
}

#define refuse(rendering, at, ...)                                                                           \
	template_refuse((rendering)->errors, &(rendering)->template->source, (at), __VA_ARGS__)

/* Values */

static int render_pipe(
	struct rendering *rendering, const struct template_pipe *pipe, struct datum *ret_value);

/* The text of a field in a table: it stays in its cell. */
static struct datum cell_text(struct arena *arena, const char *text)
{
	auto_buf struct buf clean;
	buf_init(&clean, OUTPUT_MOST);
	show_clean(&clean, text, strlen(text));
	char *cell = arena_strdup(arena, buf_text(&clean));
	for (char *at = cell; (at = strchr(at, '\t')); at++)
		*at = ' ';
	return datum_of_text(cell);
}

/* A field of the object listed, or its heading. */
static struct datum render_field(const struct rendering *rendering, const struct field *field)
{
	if (renders_heading(rendering))
		return datum_of_text(field->heading);
	struct datum value = field_value(field, &rendering->listed);
	return rendering->template->table && value.kind == DATUM_TEXT
		       ? cell_text(rendering->listed.arena, value.text)
		       : value;
}

static int no_item(const struct rendering *rendering, size_t at, const struct datum *of, const char *name)
{
	const char *list = "";
	refuse(rendering, at, "there is no \"%s\" in it", name);
	for (size_t i = 0; of->kind == DATUM_OBJECT && i < of->count; i++)
		list = arena_printf(
			rendering->listed.arena, "%s%s%s", list, i ? ", " : "", of->items[i].name);
	return *list ? error_hint(rendering->errors, "it has %s", list) : -1;
}

static struct variable *find_variable(const struct rendering *rendering, const char *name)
{
	struct variable *variable = rendering->variables;
	while (strcmp(variable->name, name) != 0)
		variable = variable->outer;
	return variable;
}

/* What an operand is, without a function. */
static int render_operand(
	struct rendering *rendering, const struct template_operand *operand, struct datum *ret_value)
{
	const struct template_source *source = &rendering->template->source;
	struct datum value = operand->literal;
	size_t next = 0;
	bool dot = operand->kind == OPERAND_DOT, named = operand->kind == OPERAND_VARIABLE;
	if ((dot && !rendering->inner) || (named && !*operand->variable)) {
		if (operand->nchain)
			value = render_field(rendering, field_find(source->fields, operand->chain[next++]));
		else if (!renders_heading(rendering))
			value = field_object(source->fields, &rendering->listed);
		else
			value = datum_of_text("");
	} else if (dot) {
		value = rendering->dot;
	} else if (named) {
		value = find_variable(rendering, operand->variable)->value;
	} else if (operand->kind == OPERAND_PIPE && render_pipe(rendering, operand->pipe, &value) < 0) {
		return -1;
	}
	for (; next < operand->nchain && !renders_heading(rendering); next++) {
		const struct datum *item = datum_get(&value, operand->chain[next]);
		if (!item)
			return no_item(rendering, operand->at, &value, operand->chain[next]);
		value = *item;
	}
	*ret_value = value;
	return 0;
}

/* The heading over what a word says of an object: its last part, as docker has it for labels. */
static const char *word_heading(struct arena *arena, const char *word)
{
	const char *dot = strrchr(word, '.');
	char *heading = arena_strdup(arena, dot ? dot + 1 : word);
	for (char *at = heading; (at = strpbrk(at, "-_")); at++)
		*at = ' ';
	return heading;
}

/* A field that takes a word, when the call is one of it. */
static const struct field *field_with_word(
	const struct rendering *rendering, const struct template_call *call)
{
	const struct template_operand *first = &call->operands[0];
	const struct field *field = call->count == 2 && first->nchain == 1
					    ? field_find(rendering->template->source.fields, first->chain[0])
					    : NULL;
	return field && field->of ? field : NULL;
}

static int render_word(struct rendering *rendering, const struct field *field,
	const struct template_operand *operand, struct datum *ret_value)
{
	struct arena *arena = rendering->listed.arena;
	struct datum word;
	if (render_operand(rendering, operand, &word) < 0)
		return -1;
	const char *text = datum_text(arena, &word);
	if (renders_heading(rendering))
		*ret_value = datum_of_text(word_heading(arena, text));
	else
		*ret_value = datum_of_text(field->of(&rendering->listed, text));
	if (rendering->template->table)
		*ret_value = cell_text(arena, ret_value->text);
	return 0;
}

/* Whether the last argument decides what the function gives, so that what follows does not count. */
static bool decides(const struct template_function *function, const struct datum *last)
{
	return function->decides != DECIDES_NEVER && datum_holds(last) == (function->decides == DECIDES_TRUE);
}

/* A call of a function. What cannot be worked out of headings is the heading itself. */
static int render_function(struct rendering *rendering, const struct template_call *call,
	const struct datum *piped, struct datum *ret_value)
{
	struct arena *arena = rendering->listed.arena;
	const struct template_function *function = call->operands[0].function;
	struct datum *arguments = ARENA_ARRAY(arena, struct datum, call->count + 1);
	size_t count = 0;
	bool over = false;
	for (size_t i = 1; i < call->count && !over; i++) {
		if (render_operand(rendering, &call->operands[i], &arguments[count]) < 0)
			return -1;
		over = decides(function, &arguments[count++]);
	}
	if (piped && !over)
		arguments[count++] = *piped;
	struct function_call applied = {
		.arena = arena, .function = function, .arguments = arguments, .count = count
	};
	bool heading = renders_heading(rendering);
	const char *wrong = heading && function->shows ? "" : function->apply(&applied);
	if (wrong && !heading)
		return refuse(rendering, call->at, "%s %s", function->name, wrong);
	*ret_value = wrong ? arguments[0] : applied.result;
	return 0;
}

static int render_call(struct rendering *rendering, const struct template_call *call,
	const struct datum *piped, struct datum *ret_value)
{
	const struct field *field = field_with_word(rendering, call);
	if (++rendering->steps > STEPS_MOST)
		return refuse(rendering, call->at, "the template has too much to do for one object");
	if (field)
		return render_word(rendering, field, &call->operands[1], ret_value);
	return call->operands[0].kind == OPERAND_FUNCTION
		       ? render_function(rendering, call, piped, ret_value)
		       : render_operand(rendering, &call->operands[0], ret_value);
}

static void render_set(struct rendering *rendering, const char *name, struct datum value, bool again)
{
	if (again) {
		find_variable(rendering, name)->value = value;
		return;
	}
	struct variable *variable = ARENA_NEW(rendering->listed.arena, struct variable);
	*variable = (struct variable){ name, value, rendering->variables };
	rendering->variables = variable;
}

static int render_pipe(struct rendering *rendering, const struct template_pipe *pipe, struct datum *ret_value)
{
	struct datum value = { 0 };
	for (size_t i = 0; i < pipe->count; i++) {
		struct datum piped = value;
		if (render_call(rendering, &pipe->calls[i], i ? &piped : NULL, &value) < 0)
			return -1;
	}
	*ret_value = value;
	return 0;
}

/* Nodes */

static int render_nodes(struct rendering *rendering, const struct template_node *node);

/* Nodes with another dot. */
static int render_within(
	struct rendering *rendering, const struct template_node *nodes, const struct datum *dot)
{
	struct datum before = rendering->dot;
	bool inner = rendering->inner;
	rendering->dot = *dot;
	rendering->inner = true;
	int result = render_nodes(rendering, nodes);
	rendering->dot = before;
	rendering->inner = inner;
	return result;
}

/* The nodes for each item of a list; a heading has none and stands for itself. */
static int render_range(
	struct rendering *rendering, const struct template_node *node, const struct datum *list)
{
	const struct template_pipe *pipe = node->pipe;
	if (list->kind == DATUM_TEXT && renders_heading(rendering)) {
		buf_puts(rendering->out, list->text);
		return 0;
	}
	if (list->kind != DATUM_LIST && list->kind != DATUM_OBJECT && list->kind != DATUM_NOTHING)
		return refuse(rendering, node->at, "range takes a list, not the %s",
			list->kind == DATUM_TEXT ? "text it has" : "value it has");
	if (!list->count)
		return render_nodes(rendering, node->otherwise);
	for (size_t i = 0; i < list->count; i++) {
		const struct datum_item *item = &list->items[i];
		struct variable *known = rendering->variables;
		if (pipe->nnames == 2)
			render_set(rendering, pipe->names[0],
				item->name ? datum_of_text(item->name) : datum_of_number((int64_t)i),
				pipe->again);
		if (pipe->nnames)
			render_set(rendering, pipe->names[pipe->nnames - 1], item->value, pipe->again);
		if (++rendering->steps > STEPS_MOST)
			return refuse(rendering, node->at, "the template has too much to do for one object");
		if (render_within(rendering, node->body, &item->value) < 0)
			return -1;
		rendering->variables = known;
	}
	return 0;
}

/* One node: a block by its pipeline, which may set a variable. */
static int render_node(struct rendering *rendering, const struct template_node *node)
{
	struct datum value;
	if (node->kind == NODE_TEXT) {
		buf_puts(rendering->out, node->text);
		return 0;
	}
	if (render_pipe(rendering, node->pipe, &value) < 0)
		return -1;
	if (node->kind == NODE_RANGE)
		return render_range(rendering, node, &value);
	if (node->pipe->nnames)
		render_set(rendering, node->pipe->names[0], value, node->pipe->again);
	if (node->kind == NODE_PRINT) {
		if (!node->pipe->nnames)
			buf_puts(rendering->out, datum_text(rendering->listed.arena, &value));
		return 0;
	}
	if (!datum_holds(&value))
		return render_nodes(rendering, node->otherwise);
	return node->kind == NODE_IF ? render_nodes(rendering, node->body)
				     : render_within(rendering, node->body, &value);
}

/* Nodes one after the other; variables that blocks among them set are gone behind those. */
static int render_nodes(struct rendering *rendering, const struct template_node *node)
{
	for (; node; node = node->next) {
		struct variable *known = rendering->variables;
		if (render_node(rendering, node) < 0)
			return -1;
		if (node->kind != NODE_PRINT)
			rendering->variables = known;
	}
	return 0;
}

/* Appends what the template makes of an object, or of the headings. */
static int render_object(
	const struct template *template, const struct listed *listed, struct buf *out, struct errors *errors)
{
	struct rendering rendering = {
		.template = template, .listed = *listed, .out = out, .errors = errors
	};
	if (render_nodes(&rendering, template->nodes) < 0)
		return -1;
	return buf_putc(out, '\n') ? 0 : refuse(&rendering, 0, "the template prints too much");
}

/* Lines of text, their cells ended by tabs, as a table. */
static void print_columns(FILE *out, struct arena *arena, const char *text, size_t least)
{
	struct texts lines = texts_split(arena, arena_strndup(arena, text, strlen(text) - 1), '\n');
	size_t width = 1;
	struct columns columns = { 0 };
	for (size_t i = 0; i < lines.count; i++) {
		size_t tabs = 0;
		for (const char *at = lines.items[i]; (at = strchr(at, '\t')); at++)
			tabs++;
		width = tabs + 1 > width ? tabs + 1 : width;
	}
	for (size_t i = 0; i < lines.count; i++) {
		const char **cells = ARENA_ARRAY(arena, const char *, width);
		struct texts texts = texts_split(arena, lines.items[i], '\t');
		for (size_t c = 0; c < texts.count; c++)
			cells[c] = texts.items[c];
		if (i)
			columns_add(&columns, cells);
		else
			columns_init(&columns, arena, cells, width);
	}
	columns.least = least ? least : columns.least;
	columns_print(out, &columns);
}

int template_print(FILE *out, struct arena *arena, const struct template *template,
	const struct listed_objects *objects, struct errors *errors)
{
	auto_buf struct buf text;
	buf_init(&text, OUTPUT_MOST);
	if (template->table && render_object(template, &(struct listed){ arena }, &text, errors) < 0)
		return -1;
	for (size_t i = 0; i < objects->count; i++) {
		const struct listed listed = { arena, objects->items[i], objects->view };
		if (render_object(template, &listed, &text, errors) < 0)
			return -1;
	}
	if (template->table)
		print_columns(out, arena, buf_text(&text), template->source.least);
	else
		fwrite(buf_text(&text), 1, text.len, out);
	return 0;
}
