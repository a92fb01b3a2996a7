#include "compose/print/emit_write.h"

#include "base/quote.h"
#include "base/utf8.h"

#include <string.h>

static void emit_json_escape(struct writer *writer, unsigned char byte)
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
		uint32_t code = 0;
		size_t len = utf8_decode((const char *)at, SIZE_MAX, &code);
		if (*at == '"' || *at == '\\')
			fprintf(writer->out, "\\%c", *at);
		else if (*at < 0x20 || *at == '<' || *at == '>' || *at == '&')
			emit_json_escape(writer, *at);
		else if (len == 0)
			fputs("\\ufffd", writer->out);
		else if (code == 0x2028 || code == 0x2029 ||
			 (code >= 0x7f && !writer->hash && quote_is_obeyed(code)))
			fprintf(writer->out, "\\u%04x", code);
		else
			for (size_t i = 0; i < len; i++)
				writer_byte(writer, (char)at[i]);
		at += len ? len : 1;
	}
	fputc_unlocked('"', writer->out);
}
