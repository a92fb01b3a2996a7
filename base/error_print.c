/* Findings as text with source line and caret, or as JSON. */
#include "base/buf.h"
#include "base/error.h"
#include "base/quote.h"

#include <string.h>

static void put_indented(FILE *out, const char *text, const char *indent)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char line[1024];
		snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line - 1), text);
		fputs(indent, out);
		quote_plain_print(out, line);
		fputc('\n', out);
		text += len + (text[len] == '\n');
	}
}

static void put_json_member(FILE *out, const char *key, const char *text)
{
	if (!text)
		return;
	fprintf(out, ",\"%s\":", key);
	quote_print(out, text);
}

static void print_findings_json(FILE *out, const struct errors *errors, bool lines)
{
	fputs(lines ? "" : "[", out);
	for (const struct error *error = errors->first; error; error = error->next) {
		fprintf(out, "%s{\"level\":\"%s\"", lines || error == errors->first ? "" : ",",
			error->warning ? "warning" : "error");
		put_json_member(out, "file", error->at.file);
		if (error->at.line)
			fprintf(out, ",\"line\":%u,\"column\":%u", error->at.line, error->at.col);
		put_json_member(out, "path", error->path);
		put_json_member(out, "message", error->message);
		put_json_member(out, "hint", error->hint);
		put_json_member(out, "detail", error->detail);
		fputs(lines ? "}\n" : "}", out);
	}
	fputs(lines ? "" : "]\n", out);
}

enum { WIDEST = 160, BEFORE = 80 };

/* The part of a long line that is shown: from some characters in front of column *col, which then counts from
 * there. */
static const char *window(const char *line, unsigned *col)
{
	const char *from = line;
	unsigned skip = *col < WIDEST ? 0 : *col - BEFORE;
	for (unsigned i = 0; i < skip; i++) {
		if (!*from)
			return line;
		do
			from++;
		while (((unsigned char)*from & 0xc0) == 0x80);
	}
	*col -= skip;
	return from;
}

static void print_source(FILE *out, const struct error *error, const struct error_style *style)
{
	const char *line = error->source;
	if (!line && style->line && error->at.line)
		line = style->line(style->arg, error->at.file, error->at.line);
	if (!line)
		return;
	char text[WIDEST];
	unsigned col = error->at.col;
	snprintf(text, sizeof text, "%s", window(line, &col));
	fprintf(out, "%6u | ", error->at.line);
	quote_plain_print(out, text);
	fputs("\n       | ", out);
	for (unsigned i = 1; i < col && i < WIDEST && text[i - 1]; i++)
		fputc(text[i - 1] == '\t' ? '\t' : ' ', out);
	fputs("^\n", out);
}

/* Text whose first line goes on where we are; what follows is indented, so that no name can look like a
 * finding of its own. */
static void put_after(FILE *out, const char *text, const char *indent)
{
	size_t len = strcspn(text, "\n");
	auto_buf struct buf first;
	buf_init(&first, len + 1);
	buf_append(&first, text, len);
	quote_plain_print(out, buf_text(&first));
	fputc('\n', out);
	put_indented(out, text + len + (text[len] == '\n'), indent);
}

/* A file or a path, on one line whatever it is called. */
static void put_name(FILE *out, const char *name)
{
	size_t len = name ? strlen(name) : 0;
	auto_buf struct buf line;
	buf_init(&line, len * 6 + 1);
	while (len) {
		size_t took = quote_plain_character(&line, name, len);
		name += took;
		len -= took;
	}
	fputs(buf_text(&line), out);
}

/* One finding for people: place, path and message, then the line of the file, details and what to do. */
static void print_finding(FILE *out, const struct error *error, const struct error_style *style)
{
	const char *strong = style->color ? (error->warning ? "\033[33m" : "\033[31m") : "";
	const char *plain = style->color ? "\033[0m" : "";
	put_name(out, error->at.file);
	if (error->at.file && error->at.line)
		fprintf(out, ":%u:%u: ", error->at.line, error->at.col);
	else if (error->at.file)
		fputs(": ", out);
	if (!style->bare)
		fprintf(out, "%s%s:%s ", strong, error->warning ? "warning" : "error", plain);
	if (error->path && *error->path) {
		put_name(out, error->path);
		fputs(": ", out);
	}
	put_after(out, error->message, "    ");
	print_source(out, error, style);
	if (error->detail)
		put_indented(out, error->detail, "    ");
	if (error->hint) {
		fputs("  hint: ", out);
		put_after(out, error->hint, "        ");
	}
}

void errors_print(FILE *out, const struct errors *errors, const struct error_style *style)
{
	if (style->json) {
		print_findings_json(out, errors, style->lines);
		return;
	}
	for (const struct error *error = errors->first; error; error = error->next)
		print_finding(out, error, style);
	if (errors->dropped)
		fprintf(out, "and %zu more findings\n", errors->dropped);
}
