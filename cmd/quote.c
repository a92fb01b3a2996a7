#include "cmd/quote.h"

#include <string.h>

/* Length of the well-formed UTF-8 character at `text`, or 0. */
static size_t utf8_length(const unsigned char *text)
{
	size_t size = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (text[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
	bool beyond = (text[0] == 0xed && text[1] > 0x9f) || (text[0] == 0xf4 && text[1] > 0x8f);
	return overlong || beyond ? 0 : size;
}

void quote_json(struct buf *to, const char *text)
{
	const unsigned char *at = (const unsigned char *)(text ? text : "");
	buf_putc(to, '"');
	while (*at) {
		size_t size = utf8_length(at);
		if (*at == '"' || *at == '\\')
			buf_printf(to, "\\%c", *at);
		else if (*at == '\n')
			buf_puts(to, "\\n");
		else if (*at == '\t')
			buf_puts(to, "\\t");
		else if (*at < 0x20 || *at == 0x7f)
			buf_printf(to, "\\u%04x", *at);
		else if (size == 2 && *at == 0xc2 && at[1] <= 0x9f)
			buf_printf(to, "\\u%04x", at[1]);
		else if (size)
			buf_append(to, at, size);
		else
			buf_puts(to, "\\ufffd");
		at += size ? size : 1;
	}
	buf_putc(to, '"');
}

void quote_member(struct buf *to, const char *key, const char *text)
{
	if (!text)
		return;
	buf_printf(to, ",\"%s\":", key);
	quote_json(to, text);
}
