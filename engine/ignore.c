#include "engine/ignore.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define TOKENS_MOST   1000
#define PATTERNS_MOST 10000

/* A pattern becomes tokens; matching runs through the path once with the set of tokens that may come next, so
 * that no pattern can take more than length × tokens. */
enum token_kind {
	TOKEN_BYTE,
	TOKEN_CLASS, /* [a-z]; one character, no slash */
	TOKEN_ANY,   /* ?: the first byte of a character, no slash */
	TOKEN_REST,  /* the further bytes of it */
	TOKEN_STAR,  /* *: any text without slash */
	TOKEN_ALL,   /* ** at an end: any text */
	TOKEN_DIRS,  /* ** within: nothing, or any text up to a slash; followed by TOKEN_INSIDE */
	TOKEN_INSIDE,
	TOKEN_END,
};

struct token {
	enum token_kind kind;
	unsigned char byte;
	const uint32_t *set; /* TOKEN_CLASS: 256 bits */
};

struct pattern {
	bool back; /* ! */
	struct token *tokens;
	size_t ntokens;
};

struct ignore {
	struct pattern *patterns;
	size_t npatterns;
	bool any_back;
};

/* Patterns */

struct compiler {
	struct arena *arena;
	struct pattern *pattern;
};

static struct token *put(struct compiler *compiler, enum token_kind kind)
{
	struct pattern *pattern = compiler->pattern;
	struct token *token = ARENA_PUSH(compiler->arena, pattern->tokens, pattern->ntokens);
	token->kind = kind;
	return token;
}

static void put_byte(struct compiler *compiler, char byte)
{
	put(compiler, TOKEN_BYTE)->byte = (unsigned char)byte;
}

/* [abc], [a-z], [^a-z]; returns what follows, or NULL when it is not closed. */
static const char *put_class(struct compiler *compiler, const char *text)
{
	uint32_t *set = ARENA_ARRAY(compiler->arena, uint32_t, 8);
	bool negated = *text == '^';
	text += negated;
	for (bool first = true; *text != ']' || first; first = false) {
		text += *text == '\\' && text[1];
		unsigned low = (unsigned char)*text, high = low;
		if (!*text)
			return NULL;
		if (text[1] == '-' && text[2] && text[2] != ']') {
			text += 2;
			text += *text == '\\' && text[1];
			high = (unsigned char)*text;
		}
		if (high < low)
			return NULL;
		for (unsigned c = low; c <= high; c++)
			set[c / 32] |= 1u << (c % 32);
		text++;
	}
	for (unsigned i = 0; negated && i < 8; i++)
		set[i] = ~set[i];
	set['/' / 32] &= ~(1u << ('/' % 32));
	put(compiler, TOKEN_CLASS)->set = set;
	put(compiler, TOKEN_REST);
	return text + 1;
}

/* `**`: with a slash behind it any number of directories, also none. At the very start of an otherwise plain
 * pattern (`**.log`) it is any text, as at the end. */
static const char *put_deep(struct compiler *compiler, const char *text, bool start)
{
	if (*text == '/')
		text++;
	else if (start && !text[strcspn(text, "*?[\\")]) {
		put(compiler, TOKEN_ALL);
		return text;
	}
	if (!*text) {
		put(compiler, TOKEN_ALL);
		return text;
	}
	put(compiler, TOKEN_DIRS);
	put(compiler, TOKEN_INSIDE);
	return text;
}

static bool compile(struct compiler *compiler, const char *text)
{
	const char *start = text;
	while (text && *text && compiler->pattern->ntokens < TOKENS_MOST) {
		if (text[0] == '*' && text[1] == '*') {
			text = put_deep(compiler, text + 2, text == start);
		} else if (*text == '*') {
			put(compiler, TOKEN_STAR);
			text++;
		} else if (*text == '?') {
			put(compiler, TOKEN_ANY);
			put(compiler, TOKEN_REST);
			text++;
		} else if (*text == '[') {
			text = put_class(compiler, text + 1);
		} else {
			text += *text == '\\' && text[1];
			put_byte(compiler, *text++);
		}
	}
	put(compiler, TOKEN_END);
	return text && !*text;
}

/* Lexical cleaning of a pattern: no empty, `.` and (where possible) `..` parts, no leading or trailing slash.
 */
static char *clean(struct arena *arena, const char *text, size_t len)
{
	char *out = arena_alloc(arena, len + 2);
	size_t used = 0;
	for (size_t at = 0; at < len;) {
		size_t part = 0;
		while (at + part < len && text[at + part] != '/')
			part++;
		if (part == 2 && memcmp(text + at, "..", 2) == 0 && used) {
			while (used && out[used - 1] != '/')
				used--;
			used -= used > 0;
		} else if (part && !(part == 1 && text[at] == '.') &&
			   !(part == 2 && memcmp(text + at, "..", 2) == 0)) {
			if (used)
				out[used++] = '/';
			memcpy(out + used, text + at, part);
			used += part;
		}
		at += part + 1;
	}
	out[used] = '\0';
	return out;
}

static int add_line(struct arena *arena, struct ignore *ignore, const char *line, size_t len,
	const struct mark *at, struct errors *errors)
{
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	for (; len && isspace((unsigned char)*line); len--)
		line++;
	if (!len)
		return 0;
	bool back = *line == '!';
	for (line += back, len -= back; len && isspace((unsigned char)*line); len--)
		line++;
	if (!len) {
		error_add(errors, ERROR_FILE, at, NULL, "`!` without a pattern");
		return error_hint(errors, "write !PATH to take PATH back");
	}
	if (memchr(line, '\0', len) || ignore->npatterns >= PATTERNS_MOST)
		return error_add(errors, ERROR_FILE, at, NULL,
			ignore->npatterns >= PATTERNS_MOST ? "too many patterns" : "a NUL byte in a pattern");
	char *text = clean(arena, line, len);
	if (!*text) /* "." and "/" match no path inside */
		return 0;
	struct pattern pattern = { .back = back };
	struct compiler compiler = { arena, &pattern };
	if (!compile(&compiler, text)) {
		error_add(errors, ERROR_FILE, at, NULL, "malformed pattern \"%s\"", text);
		return error_hint(errors, "close [ with ], or write \\[ for the character itself");
	}
	*ARENA_PUSH(arena, ignore->patterns, ignore->npatterns) = pattern;
	ignore->any_back |= back;
	return 0;
}

const struct ignore *ignore_parse(
	struct arena *arena, const char *file, const char *text, size_t len, struct errors *errors)
{
	struct ignore *ignore = ARENA_NEW(arena, struct ignore);
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
			result |= add_line(arena, ignore, text + begin, end - begin, &at, errors);
		begin = end + 1;
	}
	return result ? NULL : ignore;
}

/* Matching */

struct run {
	const struct token *tokens;
	unsigned short now[TOKENS_MOST + 4], next[TOKENS_MOST + 4];
	size_t nnow, nnext;
	unsigned seen[TOKENS_MOST + 4]; /* the step in which a token was added last */
	unsigned step;
};

/* Adds a token to the next set, and those that may stand for nothing together with their followers. */
static void enter(struct run *run, size_t at)
{
	if (run->seen[at] == run->step)
		return;
	run->seen[at] = run->step;
	run->next[run->nnext++] = (unsigned short)at;
	enum token_kind kind = run->tokens[at].kind;
	if (kind == TOKEN_STAR || kind == TOKEN_ALL || kind == TOKEN_REST || kind == TOKEN_DIRS)
		enter(run, at + 1);
	if (kind == TOKEN_DIRS)
		enter(run, at + 2);
}

static void advance(struct run *run)
{
	memcpy(run->now, run->next, run->nnext * sizeof *run->next);
	run->nnow = run->nnext;
	run->nnext = 0;
	run->step++;
}

static void consume(struct run *run, size_t at, unsigned char byte)
{
	const struct token *token = &run->tokens[at];
	switch (token->kind) {
	case TOKEN_BYTE:
		if (byte == token->byte)
			enter(run, at + 1);
		break;
	case TOKEN_CLASS:
		if (token->set[byte / 32] >> (byte % 32) & 1)
			enter(run, at + 1);
		break;
	case TOKEN_ANY:
		if (byte != '/')
			enter(run, at + 1);
		break;
	case TOKEN_REST:
		if ((byte & 0xc0) == 0x80)
			enter(run, at);
		break;
	case TOKEN_STAR:
		if (byte != '/')
			enter(run, at);
		break;
	case TOKEN_ALL:
		enter(run, at);
		break;
	case TOKEN_INSIDE:
		enter(run, at);
		if (byte == '/')
			enter(run, at + 1);
		break;
	case TOKEN_DIRS:
	case TOKEN_END:
		break;
	}
}

static bool at_end(const struct run *run)
{
	for (size_t i = 0; i < run->nnow; i++)
		if (run->tokens[run->now[i]].kind == TOKEN_END)
			return true;
	return false;
}

/* Whether the pattern matches the path or one of its directories. *ret_open: some longer path may match. */
static bool matches(const struct pattern *pattern, const char *path, bool *ret_open)
{
	struct run run = { .tokens = pattern->tokens, .step = 1 };
	enter(&run, 0);
	advance(&run);
	for (; *path && run.nnow; path++) {
		if (*path == '/' && at_end(&run))
			return true;
		for (size_t i = 0; i < run.nnow; i++)
			consume(&run, run.now[i], (unsigned char)*path);
		advance(&run);
	}
	*ret_open = run.nnow > 0;
	return !*path && at_end(&run);
}

bool ignore_path(const struct ignore *ignore, const char *path)
{
	bool ignored = false, open;
	for (size_t i = 0; ignore && i < ignore->npatterns; i++)
		if (ignored == ignore->patterns[i].back && matches(&ignore->patterns[i], path, &open))
			ignored = !ignored;
	return ignored;
}

bool ignore_below(const struct ignore *ignore, const char *dir)
{
	bool open = false;
	if (!ignore || !ignore->any_back)
		return false;
	for (size_t i = 0; i < ignore->npatterns && !open; i++) {
		if (ignore->patterns[i].back && matches(&ignore->patterns[i], dir, &open))
			open = true;
	}
	return open;
}
