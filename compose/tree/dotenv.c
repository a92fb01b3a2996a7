#include "compose/tree/dotenv.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "compose/tree/interp.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

struct reader {
	struct dotenv *dotenv;
	struct errors *errors;
	struct mark at; /* of the statement, then of what is wrong in it */
	const char *text, *end;
	const char *start; /* of the present line, for the column */
	unsigned line;
	const char *first, *statement, *value; /* start of the statement's line, its own, of its value */
	struct interp interp; /* one for the file: it bounds what all values together may grow to */
};

enum { VALUE_SHOWN_MOST = 400 };

const char *dotenv_map_get(void *arg, const char *name)
{
	return map_get(arg, name);
}

static const char *dotenv_lookup(void *arg, const char *name)
{
	const struct dotenv *dotenv = arg;
	const char *value = dotenv->get ? dotenv->get(dotenv->arg, name) : NULL;
	return value ? value : map_get(dotenv->into, name);
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

static unsigned column(const struct reader *reader, const char *place)
{
	unsigned col = 1;
	for (const char *at = reader->start; at < place; at++)
		col += ((unsigned char)*at & 0xc0) != 0x80;
	return col;
}

/* What is shown of a statement's line: its name; the rest may be a password. Of a value the place of
 * variables. */
static const char *masked(const struct reader *reader)
{
	auto_buf struct buf out = { 0 };
	const char *value = reader->value;
	buf_init(&out, DOTENV_SIZE_MOST * 2);
	for (const char *at = reader->first; at < reader->end && *at != '\n' && *at != '\r'; at++) {
		bool name = at >= reader->statement && at < value;
		if (at >= value + VALUE_SHOWN_MOST)
			break;
		if (name || blank(*at) || strchr("${}\"'", *at))
			buf_putc(&out, *at);
		else if (((unsigned char)*at & 0xc0) != 0x80)
			buf_putc(&out, '*');
	}
	return arena_strdup(reader->dotenv->arena, buf_text(&out));
}

/* Gives the findings after `last` the line they are about. */
static void show_line(const struct reader *reader, const struct error *last)
{
	struct error *error = last ? last->next : reader->errors->first;
	const char *line = error ? masked(reader) : NULL;
	for (; error; error = error->next)
		error->source = line;
}

/* Begins a statement here. */
static void begin_statement(struct reader *reader)
{
	reader->at.line = reader->line;
	reader->at.col = column(reader, reader->text);
	reader->first = reader->start;
	reader->statement = reader->value = reader->text;
}

/* Messages never quote a value: it may be a password. */
static int dotenv_error(struct reader *reader, const char *message, const char *hint)
{
	error_add(reader->errors, ERROR_FILE, &reader->at, NULL, "%s", message);
	error_hint(reader->errors, "%s", hint);
	return -1;
}

static void set_variable(struct reader *reader, const char *key, const char *value)
{
	if (*key)
		map_set(reader->dotenv->into, key, (void *)value);
}

static int assign_expanded(struct reader *reader, const char *key, const char *raw)
{
	const char *value;
	if (interp_text(&reader->interp, raw, &reader->at, NULL, &value) != 0)
		return -1;
	set_variable(reader, key, value);
	return 0;
}

/* Skips blank lines and comment lines; false at the end. */
static bool next_statement(struct reader *reader)
{
	for (; reader->text < reader->end; reader->text++) {
		char c = *reader->text;
		if (c == '\n') {
			reader->line++;
			reader->start = reader->text + 1;
		} else if (c == '#') {
			const char *eol = memchr(reader->text, '\n', (size_t)(reader->end - reader->text));
			reader->text = (eol ? eol : reader->end) - 1;
		} else if (!blank(c)) {
			begin_statement(reader);
			return true;
		}
	}
	return false;
}

static bool key_char(unsigned char c)
{
	return isalnum(c) || c >= 0x80 || strchr("_.-[]", c) || blank((char)c);
}

/* Reads up to the separator; *ret_alone: there is none, the name stands alone in its line. */
static int read_key(struct reader *reader, const char **ret_key, bool *ret_alone)
{
	struct arena *arena = reader->dotenv->arena;
	if (reader->end - reader->text > 6 && strncmp(reader->text, "export", 6) == 0 &&
		blank(reader->text[6]))
		for (reader->text += 6; reader->text < reader->end && blank(*reader->text);)
			reader->text++;
	const char *start = reader->text, *at = start;
	while (at < reader->end && !strchr("=:\n", *at)) {
		if (!key_char((unsigned char)*at)) {
			/* no name at all, maybe: a further line of a key, which is not shown */
			reader->value = reader->statement;
			reader->at.col = column(reader, at);
			return dotenv_error(reader,
				arena_printf(arena, "unexpected character \"%c\" in a variable name", *at),
				"write NAME=value; names hold letters, digits, _ . and -; a value of several lines is quoted");
		}
		at++;
	}
	*ret_alone = at == reader->end || *at == '\n';
	reader->text = reader->value = at + (at < reader->end && *at != '\n');
	while (at > start && blank(at[-1]))
		at--;
	char *key = arena_strndup(arena, start, (size_t)(at - start));
	size_t word = strcspn(key, " \t");
	if (key[word]) {
		reader->value = reader->statement;
		reader->at.col = column(reader, start + word);
		return dotenv_error(reader, "key cannot contain a space", "write NAME=value, one in a line");
	}
	*ret_key = key;
	return 0;
}

static int read_plain(struct reader *reader, const char *key)
{
	const char *start = reader->text;
	const char *eol = memchr(start, '\n', (size_t)(reader->end - start));
	const char *end = eol ? eol : reader->end;
	reader->text = end;
	for (const char *at = start; at + 1 < end; at++)
		if (at[0] == ' ' && at[1] == '#')
			end = at;
	while (end > start && (blank(end[-1])))
		end--;
	return assign_expanded(
		reader, key, arena_strndup(reader->dotenv->arena, start, (size_t)(end - start)));
}

static void put_code_point(struct buf *out, unsigned code)
{
	if (code < 0x80) {
		buf_putc(out, (char)code);
	} else {
		buf_putc(out, (char)(0xc0 | code >> 6));
		buf_putc(out, (char)(0x80 | (code & 0x3f)));
	}
}

static bool octal(const char *text)
{
	return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' && text[2] >= '0' &&
	       text[2] <= '7';
}

/* The escapes of double-quoted values; unknown ones stay as they are. */
static void unescape(struct buf *out, const char *text)
{
	static const char from[] = "abfnrtv\\\"", to[] = "\a\b\f\n\r\t\v\\\"";
	for (; *text; text++) {
		const char *known = *text == '\\' && text[1] ? strchr(from, text[1]) : NULL;
		if (known) {
			buf_putc(out, to[known - from]);
			text++;
		} else if (text[0] == '\\' && text[1] == '$') {
			buf_puts(out, "$$");
			text++;
		} else if (text[0] == '\\' && text[1] == '0' && octal(text + 2)) {
			put_code_point(out, (unsigned)(text[2] - '0') << 6 | (unsigned)(text[3] - '0') << 3 |
						    (unsigned)(text[4] - '0'));
			text += 4;
		} else {
			buf_putc(out, *text);
		}
	}
}

static int finish_quoted(struct reader *reader, const char *key, const char *raw, char quote)
{
	auto_buf struct buf out = { 0 };
	struct arena *arena = reader->dotenv->arena;
	if (quote == '\'') {
		set_variable(reader, key, arena_strdup(arena, raw));
		return 0;
	}
	buf_init(&out, DOTENV_SIZE_MOST * 2);
	unescape(&out, raw);
	reader->at.col++;
	return assign_expanded(reader, key, arena_strdup(arena, buf_text(&out)));
}

/* A value up to its closing quote, over lines; only an escaped quote loses its backslash here. */
static int read_quoted(struct reader *reader, const char *key)
{
	auto_buf struct buf raw = { 0 };
	char quote = *reader->text;
	const char *at = reader->text + 1;
	buf_init(&raw, DOTENV_SIZE_MOST);
	for (; at < reader->end && *at != quote; at++) {
		if (*at == '\\' && at + 1 < reader->end) {
			if (at[1] != quote)
				buf_putc(&raw, *at);
			at++;
		}
		if (*at == '\n') {
			reader->line++;
			reader->start = at + 1;
		}
		buf_putc(&raw, *at);
	}
	if (at < reader->end) {
		reader->text = at + 1;
		return finish_quoted(reader, key, buf_text(&raw), quote);
	}
	return dotenv_error(reader,
		arena_printf(reader->dotenv->arena, "unterminated quoted value of %s", key),
		quote == '"' ? "close it with \"" : "close it with '");
}

/* NAME=VALUE, or a name alone, which passes the environment's value on. */
static int read_statement(struct reader *reader)
{
	const char *key;
	bool alone;
	if (read_key(reader, &key, &alone) != 0)
		return -1;
	if (reader->dotenv->lines && !alone)
		map_set(reader->dotenv->lines, key, (void *)(uintptr_t)reader->at.line);
	if (alone) {
		const char *value = *key ? dotenv_lookup(reader->dotenv, key) : NULL;
		if (value)
			set_variable(reader, key, value);
		return 0;
	}
	while (reader->text < reader->end && blank(*reader->text))
		reader->text++;
	reader->value = reader->text;
	reader->at.col = column(reader, reader->text);
	if (reader->text < reader->end && (*reader->text == '"' || *reader->text == '\''))
		return read_quoted(reader, key);
	return read_plain(reader, key);
}

static int reader_init(struct reader *reader, struct dotenv *dotenv, const char *file, const char *text,
	size_t len, struct errors *errors)
{
	*reader = (struct reader){ .dotenv = dotenv, .errors = errors, .at = { .file = file }, .line = 1 };
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, len -= 3;
	interp_init_get(&reader->interp, dotenv->arena, dotenv_lookup, dotenv, dotenv->warned, errors);
	reader->interp.left = DOTENV_SIZE_MOST;
	reader->text = reader->start = text;
	reader->end = text + len;
	if (len > DOTENV_SIZE_MOST)
		return dotenv_error(reader, "the file is too large", "is it a file of NAME=value lines?");
	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0 ||
				!text[0] != !text[1]))
		return dotenv_error(reader, "the file is UTF-16", "save it as UTF-8");
	if (memchr(text, '\0', len))
		return dotenv_error(reader, "the file holds a NUL byte", "is it a text file?");
	return 0;
}

int dotenv_parse(struct dotenv *dotenv, const char *file, const char *text, size_t len, struct errors *errors)
{
	struct reader reader;
	if (reader_init(&reader, dotenv, file, text, len, errors) != 0)
		return -1;
	while (next_statement(&reader)) {
		const struct error *last = errors->last;
		int result = read_statement(&reader);
		show_line(&reader, last);
		if (result != 0)
			return -1;
	}
	return 0;
}

/* A line of a raw file: everything after the first = is the value, as it stands. */
static int read_raw_line(struct reader *reader, const char *end)
{
	struct arena *arena = reader->dotenv->arena;
	const char *start = reader->text;
	while (start < end && blank(*start))
		start++;
	if (start == end || *start == '#')
		return 0;
	for (const char *at = start; at < end;) {
		size_t len = utf8_decode(at, (size_t)(end - at), NULL);
		if (!len)
			reader->at.col = column(reader, at);
		if (!len)
			return dotenv_error(reader, "the line is not valid UTF-8", "save the file in UTF-8");
		at += len;
	}
	const char *equals = memchr(start, '=', (size_t)(end - start));
	reader->value = equals ? equals + 1 : end;
	const char *key = arena_strndup(arena, start, (size_t)((equals ? equals : end) - start));
	if (!*key)
		return dotenv_error(reader, "no variable name before =", "write NAME=value");
	for (const char *at = key; *at; at++)
		if (isspace((unsigned char)*at)) {
			/* without a = it may be no name at all */
			reader->value = equals ? reader->value : start;
			return dotenv_error(reader,
				equals ? arena_printf(arena, "variable '%s' contains whitespaces", key)
				       : "a variable name contains whitespaces",
				"write NAME=value, one in a line");
		}
	const char *value = equals ? arena_strndup(arena, equals + 1, (size_t)(end - equals - 1))
				   : dotenv_lookup(reader->dotenv, key);
	if (value)
		set_variable(reader, key, value);
	return 0;
}

int dotenv_parse_raw(
	struct dotenv *dotenv, const char *file, const char *text, size_t len, struct errors *errors)
{
	struct reader reader;
	if (reader_init(&reader, dotenv, file, text, len, errors) != 0)
		return -1;
	while (reader.text < reader.end) {
		const char *eol = memchr(reader.text, '\n', (size_t)(reader.end - reader.text));
		const char *end = eol ? eol : reader.end;
		const struct error *last = errors->last;
		begin_statement(&reader);
		if (end > reader.text && end[-1] == '\r')
			end--;
		int result = read_raw_line(&reader, end);
		show_line(&reader, last);
		if (result != 0)
			return -1;
		reader.text = reader.start = eol ? eol + 1 : reader.end;
		reader.line++;
	}
	return 0;
}
