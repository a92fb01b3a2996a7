#include "cmd/table/template_function.h"

#include <ctype.h>
#include <string.h>

#define PAD_MOST  1000 /* blanks */
#define TEXT_MOST ((size_t)16 << 20)

/* The result is a text, taken out of a buffer. */
static const char *give_text(struct function_call *call, const struct buf *text)
{
	call->result = datum_of_text(arena_strdup(call->arena, buf_text(text)));
	return NULL;
}

static const char *apply_json(struct function_call *call)
{
	auto_buf struct buf text;
	buf_init(&text, TEXT_MOST);
	datum_json(&text, &call->arguments[0]);
	return give_text(call, &text);
}

/* What stands between the separators. */
static const char *apply_split(struct function_call *call)
{
	const struct datum *text = &call->arguments[0], *separator = &call->arguments[1];
	struct datum list = { .kind = DATUM_LIST };
	if (text->kind != DATUM_TEXT || separator->kind != DATUM_TEXT || !*separator->text)
		return "takes a text and a separator";
	const char *at = text->text, *end;
	for (; (end = strstr(at, separator->text)); at = end + strlen(separator->text))
		datum_add(call->arena, &list, NULL,
			datum_of_text(arena_strndup(call->arena, at, (size_t)(end - at))));
	datum_add(call->arena, &list, NULL, datum_of_text(at));
	call->result = list;
	return NULL;
}

static const char *apply_join(struct function_call *call)
{
	const struct datum *list = &call->arguments[0], *separator = &call->arguments[1];
	if ((list->kind != DATUM_LIST && list->kind != DATUM_NOTHING) || separator->kind != DATUM_TEXT)
		return "takes a list and a separator";
	auto_buf struct buf text;
	buf_init(&text, TEXT_MOST);
	for (size_t i = 0; i < list->count; i++) {
		buf_puts(&text, i ? separator->text : "");
		buf_puts(&text, datum_text(call->arena, &list->items[i].value));
	}
	return give_text(call, &text);
}

/* The text with its letters changed: all, or those that begin a word. */
static const char *change_case(struct function_call *call, int (*change)(int), bool beginnings)
{
	if (call->arguments[0].kind != DATUM_TEXT)
		return "takes a text";
	char *text = arena_strdup(call->arena, call->arguments[0].text);
	for (char *at = text; *at; at++)
		if (!beginnings || at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_'))
			*at = (char)(isascii((unsigned char)*at) ? change((unsigned char)*at) : *at);
	call->result = datum_of_text(text);
	return NULL;
}

static const char *apply_title(struct function_call *call)
{
	return change_case(call, toupper, true);
}

static const char *apply_lower(struct function_call *call)
{
	return change_case(call, tolower, false);
}

static const char *apply_upper(struct function_call *call)
{
	return change_case(call, toupper, false);
}

static bool is_between(const struct datum *number, int64_t least, int64_t most)
{
	return number->kind == DATUM_NUMBER && number->number >= least && number->number <= most;
}

/* Blanks before and behind what is not empty. */
static const char *apply_pad(struct function_call *call)
{
	const struct datum *text = &call->arguments[0], *before = &call->arguments[1],
			   *behind = &call->arguments[2];
	if (text->kind != DATUM_TEXT || !is_between(before, 0, PAD_MOST) || !is_between(behind, 0, PAD_MOST))
		return "takes a text and two numbers of blanks";
	call->result = *text;
	if (*text->text)
		call->result.text = arena_printf(call->arena, "%*s%s%*s", (int)before->number, "", text->text,
			(int)behind->number, "");
	return NULL;
}

/* As docker: so many bytes; but no character is torn. */
static const char *apply_truncate(struct function_call *call)
{
	const struct datum *text = &call->arguments[0], *most = &call->arguments[1];
	if (text->kind != DATUM_TEXT || !is_between(most, 0, INT64_MAX))
		return "takes a text and a length";
	size_t len = strlen(text->text);
	if ((size_t)most->number < len)
		for (len = (size_t)most->number; len && ((unsigned char)text->text[len] & 0xc0) == 0x80;)
			len--;
	call->result = datum_of_text(arena_strndup(call->arena, text->text, len));
	return NULL;
}

static size_t length_of(const struct datum *datum)
{
	return datum->kind == DATUM_TEXT ? strlen(datum->text) : datum->count;
}

static const char *apply_len(struct function_call *call)
{
	enum datum_kind kind = call->arguments[0].kind;
	if (kind != DATUM_TEXT && kind != DATUM_LIST && kind != DATUM_OBJECT)
		return "takes a text or a list";
	call->result = datum_of_number((int64_t)length_of(&call->arguments[0]));
	return NULL;
}

/* An item of a list by its number, of an object by its name; further arguments go on in there. */
static const char *apply_index(struct function_call *call)
{
	struct datum at = call->arguments[0];
	for (size_t i = 1; i < call->count; i++) {
		const struct datum *key = &call->arguments[i], *item = NULL;
		if (at.kind == DATUM_LIST && key->kind == DATUM_NUMBER) {
			if (!is_between(key, 0, (int64_t)at.count - 1))
				return "goes beyond the end of the list";
			item = &at.items[key->number].value;
		} else if (at.kind == DATUM_OBJECT && key->kind == DATUM_TEXT) {
			item = datum_get(&at, key->text);
		} else {
			return "takes a list and a number, or an object and a name";
		}
		at = item ? *item : (struct datum){ 0 };
	}
	call->result = at;
	return NULL;
}

/* A part of a text or a list, from a number on, up to another. */
static const char *apply_slice(struct function_call *call)
{
	struct datum part = call->arguments[0];
	int64_t len = (int64_t)length_of(&part);
	const struct datum begin = datum_of_number(0), end = datum_of_number(len);
	const struct datum *from = call->count > 1 ? &call->arguments[1] : &begin;
	const struct datum *to = call->count > 2 ? &call->arguments[2] : &end;
	if (part.kind != DATUM_TEXT && part.kind != DATUM_LIST)
		return "takes a text or a list";
	if (!is_between(from, 0, len) || !is_between(to, from->number, len))
		return "goes beyond the end";
	size_t count = (size_t)(to->number - from->number);
	if (part.kind == DATUM_TEXT) {
		part.text = arena_strndup(call->arena, part.text + from->number, count);
	} else {
		part.items = count ? part.items + from->number : NULL;
		part.count = count;
	}
	call->result = part;
	return NULL;
}

/* Blanks stand between what is no text. */
static const char *apply_print(struct function_call *call)
{
	auto_buf struct buf text;
	buf_init(&text, TEXT_MOST);
	for (size_t i = 0; i < call->count; i++) {
		const struct datum *argument = &call->arguments[i];
		bool apart = i && argument->kind != DATUM_TEXT && argument[-1].kind != DATUM_TEXT;
		buf_puts(&text, apart ? " " : "");
		buf_puts(&text, datum_text(call->arena, argument));
	}
	return give_text(call, &text);
}

static const char *apply_println(struct function_call *call)
{
	auto_buf struct buf text;
	buf_init(&text, TEXT_MOST);
	for (size_t i = 0; i < call->count; i++) {
		buf_puts(&text, i ? " " : "");
		buf_puts(&text, datum_text(call->arena, &call->arguments[i]));
	}
	buf_putc(&text, '\n');
	return give_text(call, &text);
}

/* and, or: those behind the one that decides have not been worked out. */
static const char *apply_last(struct function_call *call)
{
	call->result = call->arguments[call->count - 1];
	return NULL;
}

static const char *apply_not(struct function_call *call)
{
	call->result = datum_of_truth(!datum_holds(&call->arguments[0]));
	return NULL;
}

/* How the first argument stands to one of the others; any of them will do. */
static const char *apply_order(struct function_call *call)
{
	const struct template_function *function = call->function;
	const struct datum *a = &call->arguments[0];
	bool holds = false;
	for (size_t i = 1; i < call->count; i++) {
		const struct datum *b = &call->arguments[i];
		if (a->kind != b->kind || a->kind == DATUM_LIST || a->kind == DATUM_OBJECT)
			return "compares texts with texts and numbers with numbers";
		int order = a->kind == DATUM_TEXT ? strcmp(a->text, b->text)
						  : (a->number > b->number) - (a->number < b->number);
		holds |= order < 0 ? function->below : order > 0 ? function->above : function->equal;
	}
	call->result = datum_of_truth(holds);
	return NULL;
}

static const struct template_function functions[] = {
	{ "and", 1, FUNCTION_ANY, apply_last, .decides = DECIDES_FALSE },
	{ "eq", 2, FUNCTION_ANY, apply_order, .equal = true },
	{ "ge", 2, 2, apply_order, .equal = true, .above = true },
	{ "gt", 2, 2, apply_order, .above = true },
	{ "index", 1, FUNCTION_ANY, apply_index, .shows = true },
	{ "join", 2, 2, apply_join, .shows = true },
	{ "json", 1, 1, apply_json, .shows = true },
	{ "le", 2, 2, apply_order, .below = true, .equal = true },
	{ "len", 1, 1, apply_len, .shows = true },
	{ "lower", 1, 1, apply_lower, .shows = true },
	{ "lt", 2, 2, apply_order, .below = true },
	{ "ne", 2, 2, apply_order, .below = true, .above = true },
	{ "not", 1, 1, apply_not },
	{ "or", 1, FUNCTION_ANY, apply_last, .decides = DECIDES_TRUE },
	{ "pad", 3, 3, apply_pad },
	{ "print", 0, FUNCTION_ANY, apply_print },
	{ "printf", 1, FUNCTION_ANY, template_printf },
	{ "println", 0, FUNCTION_ANY, apply_println },
	{ "slice", 1, 3, apply_slice, .shows = true },
	{ "split", 2, 2, apply_split, .shows = true },
	{ "title", 1, 1, apply_title, .shows = true },
	{ "truncate", 2, 2, apply_truncate, .shows = true },
	{ "upper", 1, 1, apply_upper, .shows = true },
};

const struct template_function *template_function(const char *name)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

struct texts template_functions(struct arena *arena)
{
	struct texts names = { 0 };
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		texts_add(arena, &names, functions[i].name);
	return names;
}
