#include "engine/archive/ignore.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATTERN_MOST   4000 /* bytes */
#define PATTERNS_MOST  10000
#define WORKSPACE      1000 /* ints to begin with: a dozen of states at a time take a hundred */
#define WORKSPACE_MOST (1 << 20)

struct pattern {
	bool back; /* ! */
	pcre2_code *code;
};

/* What a match works with, kept from one to the next. */
struct matcher {
	pcre2_match_data *data;
	int *workspace;
	size_t size;
};

struct ignore {
	struct arena *arena;
	struct pattern *patterns;
	size_t npatterns;
	bool any_back;
	pcre2_compile_context *compiling;
	struct matcher *matcher;
};

/* PCRE2's memory is the arena's */

static void *matcher_take(size_t size, void *arena)
{
	return arena_alloc(arena, size);
}

static void matcher_leave(void *memory, void *arena)
{
	(void)memory;
	(void)arena;
}

static struct ignore *new_ignore(struct arena *arena)
{
	struct ignore *ignore = ARENA_NEW(arena, struct ignore);
	struct matcher *matcher = ARENA_NEW(arena, struct matcher);
	pcre2_general_context *memory = pcre2_general_context_create(matcher_take, matcher_leave, arena);
	*matcher = (struct matcher){
		.data = pcre2_match_data_create(1, memory),
		.workspace = ARENA_ARRAY(arena, int, WORKSPACE),
		.size = WORKSPACE,
	};
	*ignore = (struct ignore){
		.arena = arena,
		.compiling = pcre2_compile_context_create(memory),
		.matcher = matcher,
	};
	return ignore;
}

/* Bytes at the start of `text` that are UTF-8. */
static size_t valid_bytes(const char *text)
{
	const char *rest = text;
	for (size_t size = 1; *rest && size; rest += size)
		size = isascii(*rest) ? 1 : utf8_decode(rest, SIZE_MAX, NULL);
	return (size_t)(rest - text);
}

/* Text for PCRE2, which takes UTF-8 only: bytes that are none become characters of their own, from U+10FF00
 * on. Returns the text itself when nothing is to be done, else that of `to`. */
static const char *as_utf8(struct buf *to, const char *text)
{
	size_t size = valid_bytes(text);
	if (!text[size])
		return text;
	for (; *text; size = valid_bytes(text)) {
		buf_append(to, text, size);
		text += size;
		if (*text) {
			unsigned char byte = (unsigned char)*text++;
			buf_printf(to, "\xf4\x8f%c%c", 0xbc | byte >> 6, 0x80 | (byte & 0x3f));
		}
	}
	return buf_text(to);
}

/* Patterns, as moby's patternmatcher makes regular expressions of them */

/* One character, which stands for itself unless a \ makes it more: control characters and classes of Go's
 * regexp, which moby hands them to. Returns what follows; NULL: nothing, or nothing known, follows the \. */
static const char *put_character(struct buf *to, const char *text)
{
	bool escaped = *text == '\\';
	text += escaped;
	bool word = isascii(*text) && isalnum((unsigned char)*text);
	if (escaped && (!*text || (word && !strchr("aftnrdswDSW", *text))))
		return NULL;
	if (isascii(*text) && (escaped || !word))
		buf_putc(to, '\\');
	buf_putc(to, *text);
	return text + 1;
}

/* The length of a class by name at `text`, [:alpha:], or 0. */
static size_t named_class(const char *text)
{
	size_t size =
		text[0] == '[' && text[1] == ':' ? strspn(text + 2, "^abcdefghijklmnopqrstuvwxyz") + 2 : 0;
	return size && text[size] == ':' && text[size + 1] == ']' ? size + 2 : 0;
}

/* What follows [: [abc], [a-z], [^a-z], [[:digit:]]; never a slash. Returns what follows; NULL when it is
 * malformed: a ] or - that stands for itself needs a \. A range that runs backwards and an unknown name are
 * left to PCRE2 to refuse. */
static const char *put_class(struct buf *to, const char *text)
{
	buf_puts(to, "(?!/)[");
	if (*text == '^')
		buf_putc(to, *text++);
	do {
		size_t name = named_class(text);
		if (name) {
			buf_append(to, text, name);
			text += name;
			continue;
		}
		for (bool last = false; text; last = true) {
			text = *text && *text != ']' && *text != '-' ? put_character(to, text) : NULL;
			if (!text || *text != '-' || last)
				break;
			buf_putc(to, *text++);
		}
	} while (text && *text != ']');
	if (text)
		buf_putc(to, *text++);
	return text;
}

/* What follows `**`: with a slash behind it any number of directories, also none. At the very start of an
 * otherwise plain pattern (`**.log`) it is any text, as at the end. */
static const char *put_deep(struct buf *to, const char *text, bool start)
{
	bool suffix = start && *text != '/' && !text[strcspn(text, "*?[\\")];
	text += *text == '/';
	buf_puts(to, suffix || !*text ? ".*" : "(?:.*/)?");
	return text;
}

/* The expression for a path that matches, or of which a directory does. False: the pattern is malformed. */
static bool pattern_translate(struct buf *to, const char *text)
{
	const char *start = text;
	while (text && *text) {
		if (text[0] == '*' && text[1] == '*') {
			text = put_deep(to, text + 2, text == start);
		} else if (*text == '*' || *text == '?') {
			buf_puts(to, *text++ == '*' ? "[^/]*" : "[^/]");
		} else if (*text == '[') {
			text = put_class(to, text + 1);
		} else {
			text = put_character(to, text);
		}
	}
	buf_puts(to, "(?:/|\\z)");
	return text;
}

/* Returns NULL when the pattern is malformed. */
static pcre2_code *pattern_compile(const struct ignore *ignore, const char *text)
{
	auto_buf struct buf valid, expression;
	int code;
	size_t at;
	buf_init(&valid, (size_t)4 * PATTERN_MOST);
	buf_init(&expression, (size_t)16 * PATTERN_MOST);
	if (!pattern_translate(&expression, as_utf8(&valid, text)))
		return NULL;
	return pcre2_compile((PCRE2_SPTR)buf_text(&expression), expression.len,
		PCRE2_ANCHORED | PCRE2_DOTALL | PCRE2_UTF, &code, &at, ignore->compiling);
}

/* Lexical cleaning of a pattern, as Go's filepath.Clean: no empty and no `.` parts, `..` takes the part
 * before it along; where there is none it stays, and matches nothing, but of a pattern that starts with a
 * slash. No slash at either end. */
static char *pattern_clean(struct arena *arena, const char *text, size_t len)
{
	char *out = arena_alloc(arena, len + 2);
	size_t used = 0, kept = 0; /* of `out`; how much of it is leading `..` */
	for (size_t at = 0, part; at < len; at += part + 1) {
		const char *slash = memchr(text + at, '/', len - at);
		part = slash ? (size_t)(slash - text) - at : len - at;
		bool up = part == 2 && memcmp(text + at, "..", 2) == 0;
		if (!part || (part == 1 && text[at] == '.') || (up && *text == '/' && !used))
			continue;
		if (up && used > kept) {
			const char *before = memrchr(out + kept, '/', used - kept);
			used = before ? (size_t)(before - out) : 0;
			continue;
		}
		if (used)
			out[used++] = '/';
		memcpy(out + used, text + at, part);
		used += part;
		kept = up ? used : kept;
	}
	out[used] = '\0';
	return out;
}

/* Takes one pattern: `!` takes back, an empty one means nothing. */
static int pattern_add(struct arena *arena, struct ignore *ignore, const char *line, size_t len,
	const struct mark *at, struct errors *errors)
{
	if (!len)
		return 0;
	bool back = *line == '!';
	for (line += back, len -= back; back && len && isspace((unsigned char)*line); len--)
		line++;
	if (!len) {
		error_add(errors, ERROR_FILE, at, NULL, "`!` without a pattern");
		return error_hint(errors, "write !PATH to take PATH back");
	}
	if (memchr(line, '\0', len) || ignore->npatterns >= PATTERNS_MOST)
		return error_add(errors, ERROR_FILE, at, NULL,
			ignore->npatterns >= PATTERNS_MOST ? "too many patterns" : "a NUL byte in a pattern");
	char *text = pattern_clean(arena, line, len);
	if (!*text) /* "." and "/" match no path inside */
		return 0;
	if (strlen(text) > PATTERN_MOST)
		return error_add(
			errors, ERROR_FILE, at, NULL, "a pattern of more than %d bytes", PATTERN_MOST);
	struct pattern pattern = { .back = back, .code = pattern_compile(ignore, text) };
	if (!pattern.code) {
		error_add(errors, ERROR_FILE, at, NULL, "malformed pattern \"%s\"", text);
		return error_hint(errors, "write \\[, \\], \\- or \\\\ for the character itself");
	}
	*ARENA_PUSH(arena, ignore->patterns, ignore->npatterns) = pattern;
	ignore->any_back |= back;
	return 0;
}

/* Takes one line: blanks around it go. */
static int line_add(struct arena *arena, struct ignore *ignore, const char *line, size_t len,
	const struct mark *at, struct errors *errors)
{
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	for (; len && isspace((unsigned char)*line); len--)
		line++;
	return pattern_add(arena, ignore, line, len, at, errors);
}

const struct ignore *ignore_exact(
	struct arena *arena, const char *what, const struct texts *patterns, struct errors *errors)
{
	struct ignore *ignore = new_ignore(arena);
	const struct mark at = { .file = what };
	int result = 0;
	for (size_t i = 0; i < patterns->count; i++)
		result |= pattern_add(
			arena, ignore, patterns->items[i], strlen(patterns->items[i]), &at, errors);
	return result ? NULL : ignore;
}

const struct ignore *ignore_parse(
	struct arena *arena, const char *file, const char *text, size_t len, struct errors *errors)
{
	struct ignore *ignore = new_ignore(arena);
	struct mark at = { .file = file, .line = 0, .col = 1 };
	int result = 0;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	for (size_t begin = 0; begin < len;) {
		const char *newline = memchr(text + begin, '\n', len - begin);
		size_t end = newline ? (size_t)(newline - text) : len;
		at.line++;
		if (text[begin] != '#')
			result |= line_add(arena, ignore, text + begin, end - begin, &at, errors);
		begin = end + 1;
	}
	return result ? NULL : ignore;
}

/* Matching */

/* The matcher that runs through a path once with all states of the expression: no pattern can take more than
 * length × states. */
static int pattern_match(const struct ignore *ignore, const struct pattern *pattern, const char *path,
	size_t len, uint32_t options)
{
	struct matcher *matcher = ignore->matcher;
	for (;;) {
		int result = pcre2_dfa_match(pattern->code, (PCRE2_SPTR)path, len, 0,
			options | PCRE2_DFA_SHORTEST | PCRE2_NO_UTF_CHECK, matcher->data, NULL,
			matcher->workspace, matcher->size);
		if (result != PCRE2_ERROR_DFA_WSSIZE || matcher->size >= WORKSPACE_MOST)
			return result;
		matcher->size *= 2;
		matcher->workspace = ARENA_ARRAY(ignore->arena, int, matcher->size);
	}
}

bool ignore_path(const struct ignore *ignore, const char *path)
{
	bool ignored = false;
	auto_buf struct buf valid;
	buf_init(&valid, SIZE_MAX / 2);
	path = as_utf8(&valid, path);
	size_t len = strlen(path);
	for (size_t i = 0; ignore && i < ignore->npatterns; i++) {
		const struct pattern *pattern = &ignore->patterns[i];
		if (ignored == pattern->back && pattern_match(ignore, pattern, path, len, 0) >= 0)
			ignored = !ignored;
	}
	return ignored;
}

/* Whether a pattern (of those that take back, or any) matches `dir`, or may match what is longer. */
static bool may_match(const struct ignore *ignore, const char *dir, bool back)
{
	auto_buf struct buf valid;
	buf_init(&valid, SIZE_MAX / 2);
	dir = as_utf8(&valid, dir);
	size_t len = strlen(dir);
	bool open = false;
	for (size_t i = 0; i < ignore->npatterns && !open; i++) {
		const struct pattern *pattern = &ignore->patterns[i];
		int result = pattern->back || !back
				     ? pattern_match(ignore, pattern, dir, len, PCRE2_PARTIAL_SOFT)
				     : PCRE2_ERROR_NOMATCH;
		open = result >= 0 || result == PCRE2_ERROR_PARTIAL;
	}
	return open;
}

bool ignore_below(const struct ignore *ignore, const char *dir)
{
	return ignore && ignore->any_back && may_match(ignore, dir, true);
}

bool ignore_leads(const struct ignore *ignore, const char *dir)
{
	return may_match(ignore, arena_printf(ignore->arena, "%s/", dir), false);
}
