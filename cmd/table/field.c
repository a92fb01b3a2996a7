#include "cmd/table/field.h"

#include <string.h>

const struct field *field_find(const struct field *fields, const char *name)
{
	while (fields->name && strcmp(fields->name, name) != 0)
		fields++;
	return fields->name ? fields : NULL;
}

struct datum field_value(const struct field *field, const struct listed *listed)
{
	return field->value ? field->value(listed) : datum_of_text(field->text(listed));
}

struct datum field_object(const struct field *fields, const struct listed *listed)
{
	struct datum object = { .kind = DATUM_OBJECT };
	for (const struct field *field = fields; field->name; field++)
		if (!field->of)
			datum_add(listed->arena, &object, field->name, field_value(field, listed));
	return object;
}
