#include "cmd/screen/show_clean.h"
#include "base/quote.h"
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* Length of a control sequence (ECMA-48: ESC [ parameters, intermediates, final byte), or 0; *ret_color says
 * whether it only sets colours. */
static size_t control_sequence(const char *text, size_t len, bool *ret_color)
{
	bool color = true;
	if (len < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	for (size_t i = 2; i < len; i++) {
		if (text[i] >= '@' && text[i] <= '~') {
			*ret_color = color && text[i] == 'm' && i < 64;
			return i + 1;
		}
		if (text[i] < ' ' || text[i] > '?')
			return 0;
		color = color && ((text[i] >= '0' && text[i] <= '9') || text[i] == ';' || text[i] == ':');
	}
	return 0;
}

/* Length of a command to the terminal's window (ESC ] … BEL or ESC \: titles, links), or 0. */
static size_t window_sequence(const char *text, size_t len)
{
	if (len < 3 || text[0] != '\033' || text[1] != ']')
		return 0;
	for (size_t i = 2; i < len; i++) {
		if (text[i] == '\a')
			return i + 1;
		if (text[i] == '\033')
			return i + 1 < len && text[i + 1] == '\\' ? i + 2 : 0;
	}
	return 0;
}

/* What a terminal would show in the end: without returns at the end, what follows the last one. */
static void after_returns(const char **text, size_t *len)
{
	while (*len && (*text)[*len - 1] == '\r')
		--*len;
	const char *last = *len ? memrchr(*text, '\r', *len) : NULL;
	if (!last)
		return;
	*len -= (size_t)(last + 1 - *text);
	*text = last + 1;
}

void show_clean_line(struct buf *to, const char *text, size_t len, bool colors)
{
	bool colored = false;
	after_returns(&text, &len);
	for (size_t at = 0; at < len;) {
		bool color = false;
		size_t sequence = control_sequence(text + at, len - at, &color);
		if (!sequence)
			sequence = window_sequence(text + at, len - at);
		if (sequence) {
			if (color && colors)
				buf_append(to, text + at, sequence);
			colored |= color && colors;
			at += sequence;
			continue;
		}
		at += quote_plain_character(to, text + at, len - at);
	}
	if (colored)
		buf_puts(to, "\033[0m");
}

void show_clean(struct buf *to, const char *text, size_t len)
{
	show_clean_line(to, text, len, false);
}

/* Columns of one character: marks that combine take none, East Asian wide ones and emoji two. */
static size_t columns_of(uint32_t code)
{
	if ((code >= 0x300 && code <= 0x36f) || code == 0x200b || code == 0x200d ||
		(code >= 0xfe00 && code <= 0xfe0f))
		return 0;
	if ((code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
		(code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
		(code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
		(code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1f300 && code <= 0x1faff) ||
		(code >= 0x20000 && code <= 0x3fffd))
		return 2;
	return 1;
}

/* Bytes of `text` that fit into `most` columns; *ret_columns says how many they take. */
static size_t fitting_bytes(const char *text, size_t most, size_t *ret_columns)
{
	size_t len = strlen(text), at = 0, columns = 0;
	while (at < len) {
		uint32_t code = '?';
		size_t size = utf8_decode(text + at, len - at, &code);
		size_t wide = columns_of(code);
		if (columns + wide > most)
			break;
		columns += wide;
		at += size ? size : 1;
	}
	*ret_columns = columns;
	return at;
}

size_t show_columns(const char *text)
{
	size_t columns;
	fitting_bytes(text, SIZE_MAX, &columns);
	return columns;
}

void show_clipped(struct buf *to, const char *text, size_t columns)
{
	size_t taken;
	buf_append(to, text, fitting_bytes(text, columns, &taken));
}

void show_shortened(struct buf *to, const char *text, size_t columns, const char *mark)
{
	size_t whole = show_columns(text), taken, cut;
	if (whole <= columns || columns < 3) {
		show_clipped(to, text, columns);
		return;
	}
	buf_append(to, text, fitting_bytes(text, columns / 2, &taken));
	buf_puts(to, mark);
	const char *end = text + fitting_bytes(text, whole - (columns - taken - 1), &cut);
	if (cut < whole - (columns - taken - 1)) /* a wide character lies across the place */
		end += fitting_bytes(end, 2, &cut);
	buf_puts(to, end);
}
