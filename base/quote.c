#include "base/quote.h"
#include "base/utf8.h"

#include <string.h>

enum style { JSON, PLAIN };

bool quote_is_obeyed(uint32_t code)
{
	bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
	bool line_end = code == 0x2028 || code == 0x2029;
	/* Bidi_Control of Unicode, and the format characters of old beside it. */
	bool turns = code == 0x61c || code == 0x200e || code == 0x200f ||
		     (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x206f);
	return control || line_end || turns;
}

static bool needs_escape(uint32_t code, enum style style)
{
	if (style == JSON)
		return quote_is_obeyed(code) || code == '"' || code == '\\';
	return quote_is_obeyed(code) && code != '\n' && code != '\t';
}

/* Writes what stands for a character, or for a byte that is none (`size` 0). */
static void quote_escape(char escaped[8], uint32_t code, unsigned char byte, size_t size, enum style style)
{
	if (style == PLAIN && (!size || code < 0x80))
		snprintf(escaped, 8, "\\x%02x", byte);
	else if (size && (code == '"' || code == '\\'))
		snprintf(escaped, 8, "\\%c", (char)code);
	else if (size && (code == '\n' || code == '\t'))
		snprintf(escaped, 8, "\\%c", code == '\n' ? 'n' : 't');
	else
		snprintf(escaped, 8, "\\u%04x", size ? code & 0xffff : 0xfffd);
}

/* What the next bytes of a text become: they themselves, as many as need nothing, or an escape in `escaped`.
 * Moves *text behind them. */
static const char *next_piece(const char **text, enum style style, char escaped[8], size_t *ret_len)
{
	const char *start = *text, *at = start;
	uint32_t code = 0;
	size_t size = 0;
	for (; *at; at += size) {
		size = utf8_decode(at, SIZE_MAX, &code);
		if (!size || needs_escape(code, style))
			break;
	}
	*text = at;
	*ret_len = (size_t)(at - start);
	if (at != start)
		return start;
	quote_escape(escaped, code, (unsigned char)*at, size, style);
	*ret_len = strlen(escaped);
	*text = at + (size ? size : 1);
	return escaped;
}

static void append(struct buf *to, const char *text, enum style style)
{
	char escaped[8];
	size_t len;
	while (text && *text) {
		const char *piece = next_piece(&text, style, escaped, &len);
		buf_append(to, piece, len);
	}
}

static void print_escaped(FILE *out, const char *text, enum style style)
{
	char escaped[8];
	size_t len;
	while (text && *text) {
		const char *piece = next_piece(&text, style, escaped, &len);
		fwrite(piece, 1, len, out);
	}
}

void quote_json(struct buf *to, const char *text)
{
	buf_putc(to, '"');
	append(to, text, JSON);
	buf_putc(to, '"');
}

void quote_print(FILE *out, const char *text)
{
	fputc('"', out);
	print_escaped(out, text, JSON);
	fputc('"', out);
}

void quote_plain(struct buf *to, const char *text)
{
	append(to, text, PLAIN);
}

size_t quote_plain_character(struct buf *to, const char *text, size_t len)
{
	char escaped[8];
	uint32_t code = 0;
	size_t size = utf8_decode(text, len, &code);
	if (size && code != '\n' && !needs_escape(code, PLAIN)) {
		buf_append(to, text, size);
		return size;
	}
	quote_escape(escaped, code, (unsigned char)*text, size, PLAIN);
	buf_puts(to, escaped);
	return size ? size : 1;
}

const char *quote_plain_copy(struct arena *arena, const char *text)
{
	auto_buf struct buf plain;
	buf_init(&plain, 1 << 20);
	quote_plain(&plain, text);
	return arena_strdup(arena, buf_text(&plain));
}

const char *quote_line_copy(struct arena *arena, const char *text)
{
	auto_buf struct buf line;
	buf_init(&line, 1 << 20);
	for (size_t left = strlen(text); left;) {
		size_t size = quote_plain_character(&line, text, left);
		text += size;
		left -= size;
	}
	return arena_strdup(arena, buf_text(&line));
}

void quote_plain_print(FILE *out, const char *text)
{
	print_escaped(out, text, PLAIN);
}

void quote_member(struct buf *to, const char *key, const char *text)
{
	if (!text)
		return;
	buf_printf(to, ",\"%s\":", key);
	quote_json(to, text);
}
