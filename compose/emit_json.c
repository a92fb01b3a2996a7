#include "compose/emit_write.h"

#include <string.h>

/* Length of the UTF-8 sequence at `at`, 0 when it is none. */
static size_t utf8_length(const unsigned char *at)
{
	size_t len = at[0] < 0x80   ? 1
		     : at[0] < 0xc2 ? 0
		     : at[0] < 0xe0 ? 2
		     : at[0] < 0xf0 ? 3
		     : at[0] < 0xf5 ? 4
				    : 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
		(at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return len;
}

static void escape(struct writer *writer, unsigned char byte)
{
	static const char names[] = "\b\f\n\r\t", letters[] = "bfnrt";
	const char *found = byte ? strchr(names, byte) : NULL;
	if (found)
		fprintf(writer->out, "\\%c", letters[found - names]);
	else
		fprintf(writer->out, "\\u%04x", byte);
}

void emit_json_text(struct writer *writer, const char *text)
{
	fputc_unlocked('"', writer->out);
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		size_t len = utf8_length(at);
		if (*at == '"' || *at == '\\')
			fprintf(writer->out, "\\%c", *at);
		else if (*at < 0x20 || *at == '<' || *at == '>' || *at == '&')
			escape(writer, *at);
		else if (len == 0)
			fputs("\\ufffd", writer->out);
		else if (len == 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9))
			fprintf(writer->out, "\\u202%c", at[2] == 0xa8 ? '8' : '9');
		else
			for (size_t i = 0; i < len; i++)
				writer_byte(writer, (char)at[i]);
		at += len ? len : 1;
	}
	fputc_unlocked('"', writer->out);
}
