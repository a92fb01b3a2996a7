#include "cmd/screen/template.h"
#include "cmd/screen/columns.h"
#include "cmd/line/options.h"
#include "cmd/screen/show_clean.h"

#include <string.h>

/* A field, or text between fields. */
struct piece {
	const char *text; /* NULL: the field */
	const struct field *field;
};

struct cell {
	struct piece *pieces;
	size_t count;
};

struct template
{
	const struct field *fields;
	bool table;
	struct cell *cells; /* what stands between tabs */
	size_t count;
};

static int template_refuse(struct errors *errors, const char *text)
{
	error_add(errors, ERROR_USAGE, NULL, NULL, "--format: \"%s\" is not supported", text);
	return error_hint(errors,
		"table, json, or {{.Field}} with text and \\t around it, as 'table {{.Name}}\\t{{.State}}'");
}

static int no_such_field(
	struct arena *arena, const struct field *fields, const char *name, struct errors *errors)
{
	struct texts names = { 0 };
	const char *list = fields->name;
	for (const struct field *field = fields; field->name; field++) {
		texts_add(arena, &names, field->name);
		list = field == fields ? list : arena_printf(arena, "%s, %s", list, field->name);
	}
	error_add(errors, ERROR_USAGE, NULL, NULL, "--format: there is no field \"%s\"", name);
	const char *near = error_nearest(name, names.items, names.count);
	return near ? error_hint(errors, "did you mean {{.%s}}?", near)
		    : error_hint(errors, "fields: %s", list);
}

static void add_piece(struct arena *arena, struct template *template, struct piece piece)
{
	struct cell *cell = &template->cells[template->count - 1];
	*ARENA_PUSH(arena, cell->pieces, cell->count) = piece;
}

/* Text outside of braces: tabs begin a new cell. */
static void add_text(struct arena *arena, struct template *template, const char *text, size_t len)
{
	auto_buf struct buf part;
	buf_init(&part, 1 << 20);
	for (size_t i = 0; i < len; i++) {
		bool escaped = text[i] == '\\' && i + 1 < len && (text[i + 1] == 't' || text[i + 1] == 'n');
		char c = !escaped ? text[i] : text[i + 1] == 't' ? '\t' : '\n';
		i += escaped;
		if (c != '\t') {
			buf_putc(&part, c);
			continue;
		}
		add_piece(arena, template, (struct piece){ .text = arena_strdup(arena, buf_text(&part)) });
		*ARENA_PUSH(arena, template->cells, template->count) = (struct cell){ 0 };
		buf_reset(&part);
	}
	if (part.len)
		add_piece(arena, template, (struct piece){ .text = arena_strdup(arena, buf_text(&part)) });
}

/* What stands between two braces: ".Name", blanks around it. */
static int add_field(
	struct arena *arena, struct template *template, const char *text, size_t len, struct errors *errors)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const char *from = text + strspn(text, " "), *name = from + 1;
	size_t word = *from == '.' ? strspn(name, letters) : 0;
	if (!word || name + word + strspn(name + word, " ") != text + len)
		return template_refuse(errors, arena_printf(arena, "{{%.*s}}", (int)len, text));
	for (const struct field *field = template->fields; field->name; field++) {
		if (strlen(field->name) != word || strncmp(field->name, name, word) != 0)
			continue;
		add_piece(arena, template, (struct piece){ .field = field });
		return 0;
	}
	return no_such_field(arena, template->fields, arena_strndup(arena, name, word), errors);
}

int template_parse(struct arena *arena, const char *text, const struct field *fields,
	const struct template **ret_template, struct errors *errors)
{
	struct template *template = ARENA_NEW(arena, struct template);
	const char *at = text, *open, *close;
	template->fields = fields;
	template->table = strncmp(text, "table ", 6) == 0;
	at += template->table ? 6 : 0;
	*ARENA_PUSH(arena, template->cells, template->count) = (struct cell){ 0 };
	if (!strstr(text, "{{"))
		return template_refuse(errors, text);
	for (; (open = strstr(at, "{{")); at = close + 2) {
		add_text(arena, template, at, (size_t)(open - at));
		close = strstr(open, "}}");
		if (!close)
			return template_refuse(errors, open);
		if (add_field(arena, template, open + 2, (size_t)(close - open - 2), errors) < 0)
			return -1;
	}
	add_text(arena, template, at, strlen(at));
	*ret_template = template;
	return 0;
}

/* Text of a cell for an object, or for the heading (without an object); foreign text is made harmless. */
static const char *render_cell(const struct cell *cell, const struct listed *listed)
{
	auto_buf struct buf text;
	buf_init(&text, 16 << 20);
	for (size_t i = 0; i < cell->count; i++) {
		const struct piece *piece = &cell->pieces[i];
		if (piece->text) {
			buf_puts(&text, piece->text);
			continue;
		}
		const char *value = listed->object ? field_text(piece->field, listed) : piece->field->heading;
		show_clean(&text, value, strlen(value));
	}
	return arena_strdup(listed->arena, buf_text(&text));
}

static const char **render_line(const struct template *template, const struct listed *listed)
{
	const char **cells = ARENA_ARRAY(listed->arena, const char *, template->count);
	for (size_t i = 0; i < template->count; i++)
		cells[i] = render_cell(&template->cells[i], listed);
	return cells;
}

static void template_print_table(FILE *out, struct arena *arena, const struct template *template,
	const void *const *objects, size_t count, const void *view)
{
	struct columns columns;
	columns_init(&columns, arena, render_line(template, &(struct listed){ arena }), template->count);
	for (size_t i = 0; i < count; i++)
		columns_add(&columns, render_line(template, &(struct listed){ arena, objects[i], view }));
	columns_print(out, &columns);
}

void template_print(FILE *out, struct arena *arena, const struct template *template,
	const void *const *objects, size_t count, const void *view)
{
	if (template->table) {
		template_print_table(out, arena, template, objects, count, view);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const char **cells = render_line(template, &(struct listed){ arena, objects[i], view });
		for (size_t c = 0; c < template->count; c++)
			fprintf(out, "%s%s", c ? "\t" : "", cells[c]);
		fputc('\n', out);
	}
}
