#include "cmd/doc.h"

#include "compose/schema.h"

/* "text, list" for a set of kinds. */
static void print_kinds(FILE *out, unsigned takes)
{
	static const struct {
		unsigned bits;
		const char *name;
	} kinds[] = { { TAKES_STRING, "text" }, { TAKES_NUMBER, "number" }, { TAKES_INT, "whole number" },
		{ TAKES_BOOL, "boolean" }, { TAKES_LIST, "list" }, { TAKES_MAP, "mapping" },
		{ TAKES_NULL, "empty" } };
	const char *comma = "";
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if ((takes & kinds[i].bits) != kinds[i].bits)
			continue;
		takes &= ~kinds[i].bits;
		fprintf(out, "%s%s", comma, kinds[i].name);
		comma = ", ";
	}
}

static void print_row(void *arg, const char *path, const struct attr *row)
{
	FILE *out = arg;
	fprintf(out, "| `%s` | ", path);
	if (row->kind == KIND_ANY)
		fputs("anything", out);
	else
		print_kinds(out, schema_takes(row));
	fprintf(out, " | %s", row->doc);
	for (size_t i = 0; row->words && row->words[i]; i++)
		fprintf(out, "%s`%s`", i ? ", " : ": ", row->words[i]);
	if (row->fallback)
		fprintf(out, " (default `%s`)", row->fallback);
	fprintf(out, "%s |\n", row->flags & ATTR_FLOW ? " — docker flow only" : "");
}

void doc_compose(FILE *out)
{
	fputs("# Keys of a compose file\n\n| key | is | meaning |\n| --- | --- | --- |\n", out);
	schema_walk_rows(print_row, out);
}
