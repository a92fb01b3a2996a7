#include "cmd/table/listing.h"
#include "base/text/text.h"

int format_read(struct arena *arena, const struct listing *listing, const char *text, const char *whose,
	struct format *ret_format, struct errors *errors)
{
	bool table = !text || !*text || text_is(text, "table");
	struct template_source source = {
		.text = table ? listing->table : text,
		.whose = whose,
		.fields = listing->fields,
		.least = listing->least,
	};
	*ret_format = (struct format){ .kind = table ? FORMAT_TABLE : FORMAT_TEMPLATE };
	if (text_is(text, "json"))
		ret_format->kind = FORMAT_JSON;
	else if (source.text)
		return template_parse(arena, &source, &ret_format->template, errors);
	return 0;
}

static void format_print_objects(
	FILE *out, struct arena *arena, const struct listing *listing, const struct listed_objects *objects)
{
	struct datum list = { .kind = DATUM_LIST };
	for (size_t i = 0; i < objects->count; i++) {
		const struct listed listed = { arena, objects->items[i], objects->view };
		const struct datum object = field_object(listing->fields, &listed);
		if (listing->array)
			datum_add(arena, &list, NULL, object);
		else
			datum_print_json(out, &object);
	}
	if (listing->array)
		datum_print_json(out, &list);
}

int format_print(FILE *out, struct arena *arena, const struct listing *listing, const struct format *format,
	const struct listed_objects *objects, struct errors *errors)
{
	if (format->kind != FORMAT_JSON)
		return template_print(out, arena, format->template, objects, errors);
	format_print_objects(out, arena, listing, objects);
	return 0;
}
