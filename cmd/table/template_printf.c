#include "base/quote.h"
#include "cmd/table/template_function.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH_MOST 1000
#define TEXT_MOST  ((size_t)16 << 20)

/* One %… of a format. */
struct verb {
	bool left, zeros, plus, precise;
	int64_t width, precision;
	char letter;
};

static int64_t read_count(const char **at)
{
	int64_t count = 0;
	for (; **at >= '0' && **at <= '9'; (*at)++)
		count = count > WIDTH_MOST ? count : count * 10 + **at - '0';
	return count;
}

/* Reads what follows a %; *at then stands behind it. */
static struct verb read_verb(const char **at)
{
	struct verb verb = { 0 };
	for (; **at && strchr("-0+", **at); (*at)++) {
		verb.left |= **at == '-';
		verb.zeros |= **at == '0';
		verb.plus |= **at == '+';
	}
	verb.width = read_count(at);
	verb.precise = **at == '.';
	*at += verb.precise;
	verb.precision = read_count(at);
	verb.letter = **at;
	*at += **at != '\0';
	return verb;
}

/* The argument as the verb's letter has it; NULL: not this one. */
static const char *verb_text(struct arena *arena, const struct verb *verb, const struct datum *argument)
{
	auto_buf struct buf quoted;
	buf_init(&quoted, TEXT_MOST);
	const char *plain = datum_text(arena, argument);
	bool number = argument->kind == DATUM_NUMBER;
	switch (verb->letter) {
	case 's':
	case 'v':
		return verb->precise ? arena_strndup(arena, plain, strnlen(plain, (size_t)verb->precision))
				     : plain;
	case 'q':
		quote_json(&quoted, plain);
		return arena_strdup(arena, buf_text(&quoted));
	case 'd':
		return number ? arena_printf(arena, verb->plus ? "%+" PRId64 : "%" PRId64, argument->number)
			      : NULL;
	case 'x':
		return number ? arena_printf(arena, "%" PRIx64, (uint64_t)argument->number) : NULL;
	case 't':
		return argument->kind == DATUM_TRUTH ? plain : NULL;
	default:
		return NULL;
	}
}

/* Characters, of which Go counts widths. */
static int64_t width_of_text(const char *text)
{
	int64_t count = 0;
	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static void put_verb(struct buf *to, const struct verb *verb, const char *text)
{
	int64_t pad = verb->width - width_of_text(text);
	bool zeros = verb->zeros && !verb->left && verb->letter == 'd';
	if (zeros && (*text == '-' || *text == '+'))
		buf_putc(to, *text++);
	for (; !verb->left && pad > 0; pad--)
		buf_putc(to, zeros ? '0' : ' ');
	buf_puts(to, text);
	for (; pad > 0; pad--)
		buf_putc(to, ' ');
}

const char *template_printf(struct function_call *call)
{
	auto_buf struct buf text;
	size_t next = 1;
	buf_init(&text, TEXT_MOST);
	if (call->arguments[0].kind != DATUM_TEXT)
		return "takes a format first";
	for (const char *at = call->arguments[0].text; *at;) {
		if (*at != '%') {
			buf_putc(&text, *at++);
			continue;
		}
		at++;
		const struct verb verb = read_verb(&at);
		if (verb.letter == '%') {
			buf_putc(&text, '%');
			continue;
		}
		if (!verb.letter || !strchr("svqdxt", verb.letter) || verb.width > WIDTH_MOST)
			return "knows %s, %v, %q, %d, %x, %t and %%, 1000 characters wide at most";
		if (next == call->count)
			return "has too few arguments for its format";
		const char *value = verb_text(call->arena, &verb, &call->arguments[next++]);
		if (!value)
			return "takes a number for %d and %x, and a truth for %t";
		put_verb(&text, &verb, value);
	}
	if (next != call->count)
		return "has too many arguments for its format";
	call->result = datum_of_text(arena_strdup(call->arena, buf_text(&text)));
	return NULL;
}
