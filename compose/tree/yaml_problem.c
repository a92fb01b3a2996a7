#include "compose/tree/yaml_problem.h"

#include <string.h>
#include <yaml.h>

/* A problem by a part of libyaml's text and the character it stumbled over (0: any). */
struct advice {
	const char *problem;
	char at;
	const char *message; /* NULL: libyaml's own */
	const char *hint;
};

static const struct advice advices[] = {
	{ "cannot start any token", '\t', "found a tab: tabs are not allowed for indentation",
		"use blanks, two for each level" },
	{ "found a tab character that violates indentation", 0,
		"found a tab: tabs are not allowed for indentation", "use blanks, two for each level" },
	{ "cannot start any token", '@', NULL, "a value that starts with @ must be quoted: \"@…\"" },
	{ "cannot start any token", '`', NULL, "a value that starts with ` must be quoted: \"`…\"" },
	{ "cannot start any token", '%', NULL, "a value that starts with % must be quoted: \"%…\"" },
	{ "cannot start any token", 0, NULL, "quote the value" },
	{ "mapping values are not allowed", 0, NULL,
		"quote the value if it holds `: `; else compare the indentation of this line with the one above" },
	{ "did not find expected key", '-', NULL,
		"a list item cannot stand here: the line is indented differently from its siblings, or a key is missing above" },
	{ "did not find expected key", 0, NULL,
		"this line is indented differently from its siblings, or the value above is not closed or not quoted" },
	{ "did not find expected '-' indicator", 0, NULL,
		"a key cannot stand beside list items: indent this line below the item, or less than the list" },
	{ "block sequence entries are not allowed", 0, NULL,
		"a list starts on a line of its own below its key" },
	{ "could not find expected ':'", 0, NULL,
		"write KEY: VALUE with a blank after the colon; quote the value if it goes on in the next line" },
	{ "found undefined tag handle", 0, NULL, "quote the value if the ! belongs to it" },
	{ "did not find expected alphabetic or numeric character", 0, NULL,
		"* and & start an alias or an anchor: quote the value if the sign belongs to it" },
	{ "found unexpected end of stream", 0, NULL, "a quoted text that starts here has no end" },
	{ "found unexpected document indicator", 0, NULL, "a quoted text that starts here has no end" },
	{ "found unknown escape character", 0, NULL,
		"within double quotes write \\\\ for a backslash, or use single quotes" },
	{ "did not find expected ',' or", '[', NULL,
		"quote the value if the bracket belongs to it; else a comma is missing before it" },
	{ "did not find expected ',' or", '{', NULL,
		"quote the value if the bracket belongs to it; else a comma is missing before it" },
	{ "did not find expected ',' or", 0, NULL, "a bracket or a comma is missing in the list or mapping" },
	{ "did not find expected <document start>", 0, NULL,
		"what stands before is complete: this line is indented less than the first key, or a key is missing" },
	{ "control characters are not allowed", 0, "the file holds a control character",
		"is it a text file in UTF-8?" },
	{ "UTF-8", 0, "the file is not valid UTF-8", "save it in UTF-8" },
	{ "UTF-16", 0, "the file is not valid UTF-16", "save it in UTF-8" },
};

static struct mark mark_from(const char *file, yaml_mark_t at)
{
	return (struct mark){ .file = file, .line = (unsigned)at.line + 1, .col = (unsigned)at.column + 1 };
}

/* Place of a byte, for problems of the reader, which have no mark. */
static struct mark mark_at(const char *file, const char *text, size_t len, size_t offset)
{
	struct mark mark = { .file = file, .line = 1, .col = 1 };
	for (size_t i = 0; i < offset && i < len; i++) {
		if (text[i] == '\n') {
			mark.line++;
			mark.col = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			mark.col++;
		}
	}
	return mark;
}

/* The byte at a mark: the mark's index counts characters, so look by line and column. */
static char char_at(const char *text, size_t len, struct mark at)
{
	size_t i = 0;
	for (unsigned line = 1; line < at.line; line++) {
		const char *end = i < len ? memchr(text + i, '\n', len - i) : NULL;
		if (!end)
			return 0;
		i = (size_t)(end - text) + 1;
	}
	for (unsigned col = 1; i < len && col < at.col; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			col++;
	while (i < len && ((unsigned char)text[i] & 0xc0) == 0x80)
		i++;
	return i < len ? text[i] : 0;
}

int yaml_problem(const struct yaml_parser_s *parser, const char *file, const char *text, size_t len,
	struct arena *arena, struct errors *errors)
{
	const char *problem = parser->problem ? parser->problem : "not YAML";
	struct mark at = parser->error == YAML_READER_ERROR ? mark_at(file, text, len, parser->problem_offset)
							    : mark_from(file, parser->problem_mark);
	if (strstr(problem, "end of stream") || strstr(problem, "document indicator") ||
		strstr(problem, "expected ':'")) /* what it began with; libyaml is in the line behind it */
		at = mark_from(file, parser->context_mark);
	char found = char_at(text, len, at);
	bool open = strstr(problem, "did not find expected ',' or") != NULL;
	unsigned line = (unsigned)parser->context_mark.line + 1;
	if (open && !found) /* at the end of the file */
		at = mark_from(file, parser->context_mark);
	const struct advice *advice = NULL;
	for (size_t i = 0; !advice && i < sizeof advices / sizeof *advices; i++)
		if (strstr(problem, advices[i].problem) && (!advices[i].at || advices[i].at == found))
			advice = &advices[i];
	if (parser->error == YAML_MEMORY_ERROR)
		return error_add(errors, ERROR_SYSTEM, &at, NULL, "out of memory");
	const char *context = !advice && parser->context ? arena_printf(arena, " (%s)", parser->context) : "";
	error_add(errors, ERROR_FILE, &at, NULL, "yaml: %s%s",
		advice && advice->message ? advice->message : problem, context);
	if (open && !advice->at && line != at.line)
		return error_hint(errors, "%s that begins in line %u", advice->hint, line);
	return advice ? error_hint(errors, "%s", advice->hint) : -1;
}
