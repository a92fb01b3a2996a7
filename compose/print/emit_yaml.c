/* Styles of YAML scalars, as go-yaml chooses them for docker compose 2.40. */
#include "base/text/text.h"
#include "compose/print/emit_write.h"

#include "compose/tree/scalar.h"

#include <ctype.h>
#include <string.h>

/* What of a text decides about its style. */
struct shape {
	bool breaks, blank_edge, trailing_blank, break_blank, blank_break, special, tab, indicator;
};

/* Bytes of one character, and whether it may stand unescaped. */
static size_t character(const unsigned char *at, bool *ret_printable)
{
	size_t len = *at < 0x80 ? 1 : (*at & 0xe0) == 0xc0 ? 2 : (*at & 0xf0) == 0xe0 ? 3 : 4;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			len = 1;
	if (len == 1)
		*ret_printable = *at == '\n' || (*at >= 0x20 && *at <= 0x7e);
	else if (len == 2)
		*ret_printable = *at > 0xc2 || at[1] >= 0xa0;
	else if (len == 3)
		*ret_printable =
			!(*at == 0xed && at[1] >= 0xa0) &&
			!(*at == 0xef && ((at[1] == 0xbb && at[2] == 0xbf) ||
						 (at[1] == 0xbf && (at[2] == 0xbe || at[2] == 0xbf))));
	else
		*ret_printable = false;
	return len;
}

static bool is_separator(const unsigned char *at)
{
	return at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
}

/* Whether the character there makes a plain text mean something else. */
static bool is_indicator(const char *text, const char *at)
{
	bool blank_next = at[1] == '\0' || strchr(" \t\n\r", at[1]);
	if (at == text) {
		if (strchr("#,[]{}&*!|>'\"%@`", *at))
			return true;
		return strchr("?:-", *at) && blank_next;
	}
	return (*at == ':' && blank_next) || (*at == '#' && strchr(" \t\n\r", at[-1]));
}

/* What decides a text's style, as libyaml's emitter analyses a scalar. */
static struct shape shape_of(const char *text)
{
	struct shape shape = { .indicator = strncmp(text, "---", 3) == 0 || strncmp(text, "...", 3) == 0 };
	bool was_blank = false, was_break = false;
	for (const char *at = text; *at;) {
		if (isalnum((unsigned char)*at)) { /* decides nothing; most characters */
			was_blank = was_break = false;
			at++;
			continue;
		}
		bool printable;
		size_t len = character((const unsigned char *)at, &printable);
		bool blank = *at == ' ',
		     line = *at == '\n' || *at == '\r' || is_separator((const unsigned char *)at);
		bool edge = at == text || at[len] == '\0';
		shape.tab |= *at == '\t';
		shape.special |= !printable && *at != '\t';
		shape.indicator |= is_indicator(text, at);
		shape.breaks |= line;
		shape.blank_edge |= edge && (blank || line);
		shape.trailing_blank |= blank && at[len] == '\0';
		shape.break_blank |= blank && was_break;
		shape.blank_break |= line && was_blank;
		was_blank = blank;
		was_break = line;
		at += len;
	}
	return shape;
}

/* Words and numbers of YAML 1.1 that its readers may take for something else. */
static bool is_old_word(const char *text)
{
	static const char *const words[] = { "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no",
		"No", "NO", "off", "Off", "OFF" };
	return strchr("yYnNoO", *text) && TEXT_AMONG(text, words);
}

/* [-+]?digits(:[0-5]?digit)+(.digits)? */
static bool is_base60(const char *text)
{
	text += *text == '-' || *text == '+';
	size_t len = strspn(text, "0123456789_");
	if (!len || !isdigit((unsigned char)*text) || text[len] != ':')
		return false;
	for (text += len; *text == ':'; text += 1 + len) {
		len = strspn(text + 1, "0123456789");
		if (len == 0 || len > 2 || (len == 2 && text[1] > '5'))
			return false;
	}
	return !*text || (*text == '.' && text[1 + strspn(text + 1, "0123456789_")] == '\0');
}

static bool means_something_else(const char *text)
{
	/* Only these can begin a number, a date, a boolean or null. */
	if (!strchr("+-.0123456789~nNtTfFyYoO", *text))
		return false;
	struct node node = { .kind = NODE_STRING, .text = text };
	scalar_resolve(&node);
	return node.kind != NODE_STRING || is_old_word(text) || is_base60(text);
}

/* Writes a text in double quotes; what cannot be printed is escaped. */
static void double_quoted(struct writer *writer, const char *text)
{
	static const char names[] = "\a\b\t\n\v\f\r\x1b\"\\", letters[] = "abtnvfre\"\\";
	fputc_unlocked('"', writer->out);
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		bool printable;
		size_t len = character(at, &printable);
		const char *found = strchr(names, (char)*at);
		if (found) {
			fprintf(writer->out, "\\%c", letters[found - names]);
		} else if (len == 1 && !printable) {
			fprintf(writer->out, "\\x%02X", *at);
		} else if (is_separator(at)) {
			fprintf(writer->out, "\\%c", at[2] == 0xa8 ? 'L' : 'P');
		} else if (!printable) {
			unsigned code = at[0] & (0xff >> (len + 1));
			for (size_t i = 1; i < len; i++)
				code = code << 6 | (at[i] & 0x3f);
			if (code == 0x85)
				fputs("\\N", writer->out);
			else
				fprintf(writer->out,
					code < 0x100     ? "\\x%02X"
					: code < 0x10000 ? "\\u%04X"
							 : "\\U%08X",
					code);
		} else {
			for (size_t i = 0; i < len; i++)
				writer_byte(writer, (char)at[i]);
		}
		at += len;
	}
	fputc_unlocked('"', writer->out);
}

static void single_quoted(struct writer *writer, const char *text)
{
	fputc_unlocked('\'', writer->out);
	for (; *text; text++) {
		if (*text == '\'')
			fputc_unlocked('\'', writer->out);
		writer_byte(writer, *text);
	}
	fputc_unlocked('\'', writer->out);
}

/* Literal block: the header, then the lines; the last line's end is the caller's. */
static void literal(struct writer *writer, const char *text, int level)
{
	size_t len = strlen(text);
	bool ends = text[len - 1] == '\n';
	fputc_unlocked('|', writer->out);
	if (*text == ' ' || *text == '\n')
		fputc_unlocked('2', writer->out);
	if (!ends)
		fputc_unlocked('-', writer->out);
	else if (len == 1 || text[len - 2] == '\n')
		fputc_unlocked('+', writer->out);
	const char *end = text + len - ends;
	bool start = true;
	fputc_unlocked('\n', writer->out);
	for (const char *at = text; at < end; at++) {
		if (start && *at != '\n')
			for (int i = 0; i < level * 2; i++)
				fputc_unlocked(' ', writer->out);
		writer_byte(writer, *at);
		start = *at == '\n';
	}
}

void emit_yaml_text(struct writer *writer, const char *text, bool key, int level)
{
	struct shape shape = shape_of(text);
	bool plain = !shape.blank_edge && !shape.breaks && !shape.tab && !shape.special && !shape.indicator;
	if (strchr(text, '\n')) {
		if (key || shape.trailing_blank || shape.blank_break || shape.special)
			double_quoted(writer, text);
		else
			literal(writer, text, level);
	} else if (!*text || means_something_else(text)) {
		double_quoted(writer, text);
	} else if (plain) {
		writer_bytes(writer, text);
	} else if (shape.tab || shape.special || shape.break_blank || shape.blank_break || shape.breaks) {
		double_quoted(writer, text);
	} else {
		single_quoted(writer, text);
	}
}
