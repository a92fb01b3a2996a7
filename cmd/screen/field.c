#include "cmd/screen/field.h"
#include "base/quote.h"

const char *field_text(const struct field *field, const struct listed *listed)
{
	const char *text = field->text(listed);
	return text ? text : "";
}

void field_print_json(FILE *out, const struct field *fields, const struct listed *listed)
{
	auto_buf struct buf line;
	buf_init(&line, 16 << 20);
	for (const struct field *field = fields; field->name; field++) {
		buf_printf(&line, "%s\"%s\":", field == fields ? "{" : ",", field->name);
		if (field->json)
			field->json(&line, listed);
		else
			quote_json(&line, field_text(field, listed));
	}
	buf_puts(&line, "}\n");
	fwrite(buf_text(&line), 1, line.len, out);
}
