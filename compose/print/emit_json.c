#include "compose/print/emit_write.h"

#include "base/utf8.h"

#include <string.h>

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
		size_t len = utf8_decode((const char *)at, SIZE_MAX, NULL);
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
