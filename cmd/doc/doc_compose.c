#include "cmd/doc/doc_compose.h"

#include "compose/schema/schema.h"

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

/* How a later file joins an earlier one. */
static const char *merge_words(const struct attr *row)
{
	static const char *const words[] = {
		[MERGE_DEEP] = "by key",
		[MERGE_REPLACE] = "replaced",
		[MERGE_LIST] = "appended",
		[MERGE_HOSTS] = "appended once",
		[MERGE_NAMES] = "by name",
		[MERGE_SHORT] = "by key",
		[MERGE_LOGGING] = "by key, replaced with another driver",
		[MERGE_SINGLE] = "by name, each replaced",
		[MERGE_POOLS] = "by subnet",
	};
	if (row->merge != MERGE_DEEP)
		return words[row->merge];
	if (row->key)
		return "by item";
	unsigned takes = schema_takes(row);
	if (!(takes & (TAKES_LIST | TAKES_MAP)))
		return "replaced";
	return takes & TAKES_MAP ? "by key" : "appended";
}

static void print_row(void *arg, const char *path, const struct attr *row)
{
	FILE *out = arg;
	fprintf(out, "| `%s` | ", path);
	if (row->kind == KIND_ANY)
		fputs("anything", out);
	else
		print_kinds(out, schema_takes(row));
	fprintf(out, " | %s | %s | %s | %s", row->since, merge_words(row), row->engine, row->doc);
	for (size_t i = 0; row->words && row->words[i]; i++)
		fprintf(out, "%s`%s`", i ? ", " : ": ", row->words[i]);
	if (row->fallback)
		fprintf(out, " (default `%s`)", row->fallback);
	fprintf(out, "%s |\n", row->flags & ATTR_FLOW ? " — docker flow only" : "");
}

void doc_compose(FILE *out)
{
	fputs("# Keys of a compose file\n\n"
	      "What docker flow reads, since which format of the files, how a further file joins the first, and "
	      "the field of the Engine API that a key becomes. Formats: 1 to 3.8 as docker-compose 1 had them, 3.9 "
	      "and later of `docker stack`, spec: files without a version, flow: ours.\n\n"
	      "| key | is | since | merge | Engine API | meaning |\n| --- | --- | --- | --- | --- | --- |\n",
		out);
	schema_walk_rows(&schema_project, print_row, out);
}
