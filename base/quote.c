#include "base/quote.h"
#include "base/utf8.h"

#include <string.h>

/* What the next bytes of a text become: they themselves, as many as need nothing, or an escape in `escaped`.
 * Moves *text behind them. */
static const char *next_piece(const char **text, char escaped[8], size_t *ret_len)
{
	const char *start = *text, *at = start;
	uint32_t code = 0;
	size_t size = 0;
	for (; *at; at += size) {
		size = utf8_decode(at, SIZE_MAX, &code);
		if (!size)
			code = 0xfffd;
		if (!size || code < 0x20 || code == '"' || code == '\\' || (code >= 0x7f && code <= 0x9f))
			break;
	}
	*text = at;
	*ret_len = (size_t)(at - start);
	if (at != start)
		return start;
	if (code == '"' || code == '\\')
		snprintf(escaped, 8, "\\%c", (char)code);
	else if (code == '\n' || code == '\t')
		snprintf(escaped, 8, "\\%c", code == '\n' ? 'n' : 't');
	else
		snprintf(escaped, 8, "\\u%04x", code & 0xffff);
	*ret_len = strlen(escaped);
	*text = at + (size ? size : 1);
	return escaped;
}

void quote_json(struct buf *to, const char *text)
{
	char escaped[8];
	size_t len;
	buf_putc(to, '"');
	while (text && *text) {
		const char *piece = next_piece(&text, escaped, &len);
		buf_append(to, piece, len);
	}
	buf_putc(to, '"');
}

void quote_print(FILE *out, const char *text)
{
	char escaped[8];
	size_t len;
	putc('"', out);
	while (text && *text) {
		const char *piece = next_piece(&text, escaped, &len);
		fwrite(piece, 1, len, out);
	}
	putc('"', out);
}

void quote_member(struct buf *to, const char *key, const char *text)
{
	if (!text)
		return;
	buf_printf(to, ",\"%s\":", key);
	quote_json(to, text);
}
