#include "cmd/table/datum.h"
#include "base/quote.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_MOST ((size_t)256 << 20)

struct datum datum_of_text(const char *text)
{
	return (struct datum){ .kind = DATUM_TEXT, .text = text ? text : "" };
}

struct datum datum_of_number(int64_t number)
{
	return (struct datum){ .kind = DATUM_NUMBER, .number = number };
}

struct datum datum_of_truth(bool truth)
{
	return (struct datum){ .kind = DATUM_TRUTH, .number = truth };
}

void datum_add(struct arena *arena, struct datum *to, const char *name, struct datum value)
{
	*ARENA_PUSH(arena, to->items, to->count) = (struct datum_item){ name, value };
}

const struct datum *datum_get(const struct datum *object, const char *name)
{
	for (size_t i = 0; object->kind == DATUM_OBJECT && i < object->count; i++)
		if (strcmp(object->items[i].name, name) == 0)
			return &object->items[i].value;
	return NULL;
}

bool datum_holds(const struct datum *datum)
{
	switch (datum->kind) {
	case DATUM_NOTHING:
		return false;
	case DATUM_TEXT:
		return *datum->text;
	case DATUM_NUMBER:
	case DATUM_TRUTH:
		return datum->number != 0;
	case DATUM_LIST:
	case DATUM_OBJECT:
		break;
	}
	return datum->count > 0;
}

static void put_bare(struct buf *to, const char *text)
{
	buf_puts(to, text);
}

/* As text, or as JSON. */
static void put_datum(struct buf *to, const struct datum *datum, bool json)
{
	bool object = datum->kind == DATUM_OBJECT;
	switch (datum->kind) {
	case DATUM_NOTHING:
		buf_puts(to, json ? "null" : "<no value>");
		break;
	case DATUM_TEXT:
		(json ? quote_json : put_bare)(to, datum->text);
		break;
	case DATUM_NUMBER:
		buf_printf(to, "%" PRId64, datum->number);
		break;
	case DATUM_TRUTH:
		buf_puts(to, datum->number ? "true" : "false");
		break;
	case DATUM_LIST:
	case DATUM_OBJECT:
		buf_putc(to, object ? '{' : '[');
		for (size_t i = 0; i < datum->count; i++) {
			buf_puts(to, !i ? "" : json ? "," : " ");
			if (object && json) {
				quote_json(to, datum->items[i].name);
				buf_putc(to, ':');
			}
			put_datum(to, &datum->items[i].value, json);
		}
		buf_putc(to, object ? '}' : ']');
	}
}

const char *datum_text(struct arena *arena, const struct datum *datum)
{
	if (datum->kind == DATUM_TEXT)
		return datum->text;
	auto_buf struct buf text;
	buf_init(&text, TEXT_MOST);
	put_datum(&text, datum, false);
	return arena_strdup(arena, buf_text(&text));
}

void datum_json(struct buf *to, const struct datum *datum)
{
	put_datum(to, datum, true);
}

void datum_print_json(FILE *out, const struct datum *datum)
{
	auto_buf struct buf line;
	buf_init(&line, TEXT_MOST);
	datum_json(&line, datum);
	buf_putc(&line, '\n');
	fwrite(buf_text(&line), 1, line.len, out);
}
