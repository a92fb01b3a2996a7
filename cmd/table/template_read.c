/* The text of a template → its nodes. */
#include "base/text/text.h"
#include "cmd/table/template_inside.h"

#include <string.h>

/* Actions */

/* The end of an action: }} or, after a blank, -}}. */
static int read_close(struct template_reader *reader)
{
	template_skip_blanks(reader);
	reader->trims = *reader->at == '-' && strchr(TEMPLATE_BLANKS, reader->at[-1]);
	reader->at += reader->trims;
	if (strncmp(reader->at, "}}", 2) != 0)
		return template_refuse_at(reader, reader->at,
			*reader->at ? "only }} can stand here" : "{{ is not closed by }}");
	reader->at += 2;
	return 0;
}

/* Text up to `end`: \t and \n are meant as in a shell's $'…', and blanks go where an action trims them. */
static void add_text(
	struct template_reader *reader, const char *end, bool trims_end, struct template_node ***link)
{
	auto_buf struct buf text;
	const char *from = reader->at;
	buf_init(&text, (size_t)(end - from) + 1);
	for (; from < end; from++) {
		bool escaped = *from == '\\' && from + 1 < end && (from[1] == 't' || from[1] == 'n');
		from += escaped;
		buf_putc(&text, !escaped ? *from : *from == 't' ? '\t' : '\n');
	}
	const char *begin = buf_text(&text) + (reader->trims ? strspn(buf_text(&text), TEMPLATE_BLANKS) : 0);
	size_t len = strlen(begin);
	while (trims_end && len && strchr(TEMPLATE_BLANKS, begin[len - 1]))
		len--;
	reader->trims = false;
	reader->at = end;
	if (!len)
		return;
	struct template_node *node = ARENA_NEW(reader->arena, struct template_node);
	node->text = arena_strndup(reader->arena, begin, len);
	**link = node;
	*link = &node->next;
}

/* How nodes end: with the text, with {{end}}, with {{else (what follows is still to be read). */
enum nodes_end { LIST_OUT, LIST_CLOSED, LIST_ELSE };

static int read_nodes(struct template_reader *reader, bool inside, const struct template_node **ret_nodes,
	enum nodes_end *ret_end);

static enum node_kind block_kind(const char *word)
{
	return strcmp(word, "if") == 0      ? NODE_IF
	       : strcmp(word, "with") == 0  ? NODE_WITH
	       : strcmp(word, "range") == 0 ? NODE_RANGE
					    : NODE_PRINT;
}

static int read_block(struct template_reader *reader, enum node_kind kind, struct template_node *node);

/* What stands behind {{else: another condition, or nodes up to {{end}}. */
static int read_else(struct template_reader *reader, struct template_node *node)
{
	enum nodes_end end;
	template_skip_blanks(reader);
	const char *from = reader->at;
	enum node_kind kind = block_kind(template_read_name(reader));
	if (kind == NODE_IF || kind == NODE_WITH) {
		struct template_node *other = ARENA_NEW(reader->arena, struct template_node);
		node->otherwise = other;
		other->at = template_place(reader, from);
		return read_block(reader, kind, other);
	}
	reader->at = from;
	if (read_close(reader) < 0 || read_nodes(reader, true, &node->otherwise, &end) < 0)
		return -1;
	return end == LIST_CLOSED ? 0 : template_refuse_at(reader, from, "there can be one {{else}} only");
}

/* The rest of a block whose word was read, with its {{end}}. */
static int read_block(struct template_reader *reader, enum node_kind kind, struct template_node *node)
{
	size_t known = reader->variables.count;
	enum nodes_end end;
	node->kind = kind;
	if (++reader->depth > TEMPLATE_DEPTH)
		return template_refuse(reader->errors, reader->source, node->at, "this is nested too deeply");
	if (template_read_pipe(reader, kind == NODE_RANGE ? 2 : 1, &node->pipe) < 0 || read_close(reader) < 0)
		return -1;
	size_t set = kind == NODE_RANGE ? known : reader->variables.count; /* of no item is none set */
	reader->inner += kind != NODE_IF;
	int result = read_nodes(reader, true, &node->body, &end);
	reader->inner -= kind != NODE_IF;
	reader->variables.count = set;
	if (result < 0 || (end == LIST_ELSE && read_else(reader, node) < 0))
		return -1;
	reader->depth--;
	reader->variables.count = known;
	return 0;
}

/* An action, after its braces: one that ends a list says so in *ret_end. */
static int read_action(
	struct template_reader *reader, bool inside, struct template_node ***link, enum nodes_end *ret_end)
{
	const char *from = reader->at;
	const char *word = template_read_name(reader);
	bool closes = strcmp(word, "end") == 0;
	*ret_end = closes ? LIST_CLOSED : strcmp(word, "else") == 0 ? LIST_ELSE : LIST_OUT;
	if (*ret_end != LIST_OUT) {
		if (!inside)
			return template_refuse_at(reader, from, "{{%s}} has nothing to end", word);
		return closes ? read_close(reader) : 0;
	}
	if (text_among(
		    word, (const char *const[]){ "define", "template", "block", "break", "continue" }, 5)) {
		template_refuse_at(reader, from, "{{%s}} is not supported", word);
		return error_hint(reader->errors, "if, else, with, range and end are");
	}
	struct template_node *node = ARENA_NEW(reader->arena, struct template_node);
	node->kind = block_kind(word);
	node->at = template_place(reader, from);
	**link = node;
	*link = &node->next;
	if (node->kind != NODE_PRINT)
		return read_block(reader, node->kind, node);
	reader->at = from;
	return template_read_pipe(reader, 1, &node->pipe) < 0 ? -1 : read_close(reader);
}

/* Skips a comment, which at stands on. */
static int skip_comment(struct template_reader *reader)
{
	const char *end = strstr(reader->at + 2, "*/");
	if (!end)
		return template_refuse_at(reader, reader->at, "the comment has no end");
	reader->at = end + 2;
	return read_close(reader);
}

static int read_nodes(struct template_reader *reader, bool inside, const struct template_node **ret_nodes,
	enum nodes_end *ret_end)
{
	struct template_node *first = NULL, **link = &first;
	int result = 0;
	*ret_end = LIST_OUT;
	while (result == 0 && *ret_end == LIST_OUT) {
		const char *open = strstr(reader->at, "{{");
		bool trims = open && open[2] == '-' && open[3] && strchr(TEMPLATE_BLANKS, open[3]);
		add_text(reader, open ? open : strchr(reader->at, '\0'), trims, &link);
		if (!open)
			break;
		reader->at += trims ? 3 : 2;
		template_skip_blanks(reader);
		result = strncmp(reader->at, "/*", 2) == 0 ? skip_comment(reader)
							   : read_action(reader, inside, &link, ret_end);
	}
	*ret_nodes = first;
	if (result == 0 && inside && *ret_end == LIST_OUT)
		return template_refuse_at(reader, reader->at, "{{end}} is missing");
	return result;
}

int template_parse(struct arena *arena, const struct template_source *source,
	const struct template **ret_template, struct errors *errors)
{
	struct template *template = ARENA_NEW(arena, struct template);
	struct template_reader reader = {
		.arena = arena, .source = &template->source, .errors = errors, .at = source->text
	};
	enum nodes_end end;
	template->source = *source;
	template->table = strncmp(source->text, "table ", 6) == 0;
	reader.at += template->table ? 5 + strspn(source->text + 5, " ") : 0;
	if (!strstr(source->text, "{{")) {
		template_refuse(
			errors, source, 0, "\"%s\" is neither a kind of output nor a template", source->text);
		return error_hint(errors, "table, json, or a template: 'table {{.%s}}\\t…', '{{json .}}'",
			source->fields[source->fields->of ? 1 : 0].name);
	}
	if (read_nodes(&reader, false, &template->nodes, &end) < 0)
		return -1;
	*ret_template = template;
	return 0;
}
