/* The variables that a file refers to, in docker compose 2.40's three formats. */
#include "compose/print/emit.h"
#include "compose/print/emit_write.h"
#include "compose/tree/interp.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 4, WIDTH_LEAST = 20, GAP = 3 };

struct variables {
	struct arena *arena;
	struct interp_variable *all;
	size_t count;
	struct map *places; /* name → number of the variable from 1 */
};

/* A later reference replaces what an earlier one said (compose 2.40). */
static void seen(void *arg, const struct interp_variable *variable)
{
	struct variables *variables = arg;
	size_t place = (size_t)(uintptr_t)map_get(variables->places, variable->name);
	if (!place) {
		(void)ARENA_PUSH(variables->arena, variables->all, variables->count);
		place = variables->count;
		map_set(variables->places, variable->name, (void *)(uintptr_t)place);
	}
	variables->all[place - 1] = *variable;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int variables_by_bytes(const void *a, const void *b)
{
	return strcmp(((const struct interp_variable *)a)->name, ((const struct interp_variable *)b)->name);
}

static int variables_by_natural(const void *a, const void *b)
{
	return emit_natural(
		((const struct interp_variable *)a)->name, ((const struct interp_variable *)b)->name);
}

static void print_json_member(struct writer *writer, const char *key, const char *text)
{
	fprintf(writer->out, "        \"%s\": ", key);
	emit_json_text(writer, text);
	fputs(",\n", writer->out);
}

static void print_variables_json(struct writer *writer, const struct variables *variables)
{
	fputs(variables->count ? "{\n" : "{", writer->out);
	for (size_t i = 0; i < variables->count; i++) {
		const struct interp_variable *variable = &variables->all[i];
		fprintf(writer->out, "    \"%s\": {\n", variable->name);
		print_json_member(writer, "Name", variable->name);
		print_json_member(writer, "DefaultValue", or_empty(variable->fallback));
		print_json_member(writer, "PresenceValue", or_empty(variable->presence));
		fprintf(writer->out, "        \"Required\": %s\n    }%s\n",
			variable->required ? "true" : "false", i + 1 < variables->count ? "," : "");
	}
	fputs("}\n\n", writer->out);
}

static void print_yaml_member(struct writer *writer, const char *key, const char *text)
{
	fprintf(writer->out, "    %s: ", key);
	emit_yaml_text(writer, text, false, 2);
	fputc('\n', writer->out);
}

static void print_yaml(struct writer *writer, const struct variables *variables)
{
	if (!variables->count)
		fputs("{}\n", writer->out);
	for (size_t i = 0; i < variables->count; i++) {
		const struct interp_variable *variable = &variables->all[i];
		emit_yaml_text(writer, variable->name, true, 0);
		fputs(":\n", writer->out);
		print_yaml_member(writer, "name", variable->name);
		print_yaml_member(writer, "defaultvalue", or_empty(variable->fallback));
		print_yaml_member(writer, "presencevalue", or_empty(variable->presence));
		fprintf(writer->out, "    required: %s\n", variable->required ? "true" : "false");
	}
}

static size_t characters(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* The first pass measures the columns, the second prints them. */
static void print_variables_table(FILE *out, const struct variables *variables)
{
	static const char *const head[COLUMNS] = { "NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE" };
	size_t width[COLUMNS] = { WIDTH_LEAST, WIDTH_LEAST, WIDTH_LEAST, 0 };
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i <= variables->count; i++) {
			const struct interp_variable *variable = i ? &variables->all[i - 1] : NULL;
			const char *cells[COLUMNS] = { head[0], head[1], head[2], head[3] };
			if (variable) {
				cells[0] = variable->name;
				cells[1] = variable->required ? "true" : "false";
				cells[2] = or_empty(variable->fallback);
				cells[3] = or_empty(variable->presence);
			}
			for (size_t k = 0; k < COLUMNS; k++) {
				size_t len = characters(cells[k]);
				if (pass == 1)
					fprintf(out, "%s%*s%s", cells[k],
						k + 1 < COLUMNS ? (int)(width[k] - len) : 0, "",
						k + 1 < COLUMNS ? "" : "\n");
				else if (k + 1 < COLUMNS && len + GAP > width[k])
					width[k] = len + GAP;
			}
		}
}

void emit_variables(FILE *out, struct arena *arena, const struct node *tree, const char *format)
{
	struct variables variables = { .arena = arena, .places = map_create(arena) };
	struct writer writer = { .out = out };
	bool yaml = format && strcmp(format, "yaml") == 0;
	interp_variables(arena, tree, seen, &variables);
	if (variables.count)
		qsort(variables.all, variables.count, sizeof *variables.all,
			yaml ? variables_by_natural : variables_by_bytes);
	if (yaml)
		print_yaml(&writer, &variables);
	else if (format && strcmp(format, "json") == 0)
		print_variables_json(&writer, &variables);
	else
		print_variables_table(out, &variables);
}
