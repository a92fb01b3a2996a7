/* Any text as a template: it is refused with findings, or prints, the same in every run. */
#include "cmd/table/listing.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *name_text(const struct listed *listed)
{
	return listed->object;
}

static struct datum size_value(const struct listed *listed)
{
	return datum_of_number((int64_t)strlen(listed->object));
}

static const char *label_of(const struct listed *listed, const char *word)
{
	return arena_printf(listed->arena, "%s\t%s", word, (const char *)listed->object);
}

static struct datum parts_value(const struct listed *listed)
{
	struct datum list = { .kind = DATUM_LIST };
	for (int i = 0; i < 2; i++) {
		struct datum part = { .kind = DATUM_OBJECT };
		datum_add(listed->arena, &part, "Name", datum_of_text(i ? "a\nb" : NULL));
		datum_add(listed->arena, &part, "First", datum_of_truth(i == 0));
		datum_add(listed->arena, &list, NULL, part);
	}
	return list;
}

static const struct field fields[] = {
	{ "Label", NULL, .of = label_of },
	{ "Name", "NAME", name_text },
	{ "Parts", "PARTS", .value = parts_value },
	{ "Size", "SIZE", .value = size_value },
	{ 0 },
};

/* What it prints; NULL: it is refused. */
static char *printed_as(struct arena *arena, const char *text)
{
	const struct listing listing = { .fields = fields };
	const struct listed_objects objects = { (const void *[]){ "web-1", "\033]0;x\a" }, 2, NULL };
	struct errors errors;
	struct format format;
	char *printed = NULL;
	size_t len = 0;
	errors_init(&errors, arena);
	if (format_read(arena, &listing, text, "--format", &format, &errors) < 0) {
		if (!errors.count)
			abort();
		return NULL;
	}
	FILE *out = open_memstream(&printed, &len);
	int result = 0;
	if (format.template || format.kind == FORMAT_JSON)
		result = format_print(out, arena, &listing, &format, &objects, &errors);
	fclose(out);
	if (result == 0 ? errors.count : !errors.count || len)
		abort();
	return printed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create();
	const char *text = arena_strndup(arena, (const char *)data, size);
	char *once = printed_as(arena, text), *twice = printed_as(arena, text);
	if (!once != !twice || (once && strcmp(once, twice) != 0))
		abort();
	free(once);
	free(twice);
	arena_destroy(arena);
	return 0;
}
