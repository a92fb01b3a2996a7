#include "compose/print/emit_write.h"

#include <ctype.h>
#include <string.h>

void writer_byte(struct writer *writer, char byte)
{
	fputc_unlocked(byte, writer->out);
	if (byte == '$' && writer->dollars)
		fputc_unlocked('$', writer->out);
}

void writer_bytes(struct writer *writer, const char *text)
{
	for (const char *end; writer->dollars && (end = strchr(text, '$')); text = end + 1)
		fprintf(writer->out, "%.*s$$", (int)(end - text), text);
	fputs(text, writer->out);
}

static void indent(struct writer *writer, int level)
{
	for (int i = 0; i < level * 2; i++)
		fputc_unlocked(' ', writer->out);
}

/* JSON: a comma and a new line before the next member. */
static void json_next(struct writer *writer)
{
	if (!writer->first)
		fputc_unlocked(',', writer->out);
	writer->first = false;
	if (writer->compact)
		return;
	fputc_unlocked('\n', writer->out);
	indent(writer, writer->level);
}

/* A scalar, or an empty container, ends the line in YAML. */
static void before_scalar(struct writer *writer)
{
	if (!writer->json && writer->place == AFTER_KEY)
		fputc_unlocked(' ', writer->out);
}

static void end_line(struct writer *writer)
{
	if (writer->comment)
		fprintf(writer->out, " %s", writer->comment);
	writer->comment = NULL;
	fputc_unlocked('\n', writer->out);
}

static void after_scalar(struct writer *writer)
{
	if (!writer->json)
		end_line(writer);
	writer->place = AT_LINE;
}

static void open_container(struct writer *writer, size_t count, const char *empty)
{
	if (count == 0) {
		writer_word(writer, empty);
		return;
	}
	if (writer->json)
		fputc_unlocked(empty[0], writer->out);
	else if (writer->place == AFTER_KEY)
		end_line(writer);
	if (!writer->json && writer->place == AFTER_KEY)
		writer->place = AT_LINE;
	writer->level++;
	writer->first = true;
}

void writer_map(struct writer *writer, size_t count)
{
	open_container(writer, count, "{}");
}

void writer_list(struct writer *writer, size_t count)
{
	open_container(writer, count, "[]");
}

void writer_end(struct writer *writer, bool map)
{
	writer->level--;
	writer->first = false;
	if (!writer->json)
		return;
	if (!writer->compact) {
		fputc_unlocked('\n', writer->out);
		indent(writer, writer->level);
	}
	fputc_unlocked(map ? '}' : ']', writer->out);
}

void writer_key(struct writer *writer, const char *key)
{
	if (writer->json) {
		json_next(writer);
		emit_json_text(writer, key);
		fputs(writer->compact ? ":" : ": ", writer->out);
		return;
	}
	if (writer->place == AT_LINE)
		indent(writer, writer->level);
	emit_yaml_text(writer, key, true, 0);
	fputc_unlocked(':', writer->out);
	writer->place = AFTER_KEY;
}

void writer_item(struct writer *writer)
{
	if (writer->json) {
		json_next(writer);
		return;
	}
	if (writer->place == AT_LINE)
		indent(writer, writer->level);
	fputs("- ", writer->out);
	writer->place = AFTER_DASH;
}

void writer_text(struct writer *writer, const char *text)
{
	before_scalar(writer);
	if (writer->json)
		emit_json_text(writer, text);
	else
		emit_yaml_text(writer, text, false, writer->level + 1);
	after_scalar(writer);
}

void writer_word(struct writer *writer, const char *text)
{
	before_scalar(writer);
	fputs(text, writer->out);
	after_scalar(writer);
}

static bool is_letter(unsigned char byte)
{
	return isalpha(byte) || byte >= 0x80;
}

/* Value of the digits at `*at`, which moves behind them. */
static unsigned long long write_digits(const char **at, unsigned long long start)
{
	for (; isdigit((unsigned char)**at); (*at)++)
		start = start * 10 + (unsigned long long)(**at - '0');
	return start;
}

int emit_natural(const char *a, const char *b)
{
	size_t same = 0;
	while (a[same] && a[same] == b[same])
		same++;
	unsigned char x = (unsigned char)a[same], y = (unsigned char)b[same];
	if (!x || !y)
		return (x != 0) - (y != 0);
	bool x_letter = is_letter(x), y_letter = is_letter(y);
	if (x_letter && y_letter)
		return x < y ? -1 : 1;
	if (x_letter || y_letter) {
		bool after_digit = same && isdigit((unsigned char)a[same - 1]);
		return (after_digit ? x_letter : y_letter) ? -1 : 1;
	}
	unsigned long long start = 0;
	for (size_t i = same; (x == '0' || y == '0') && i && isdigit((unsigned char)a[i - 1]); i--)
		start |= a[i - 1] != '0';
	const char *p = a + same, *q = b + same;
	unsigned long long m = write_digits(&p, start), n = write_digits(&q, start);
	if (m != n)
		return m < n ? -1 : 1;
	if (p - a != q - b)
		return p - a < q - b ? -1 : 1;
	return x < y ? -1 : 1;
}
