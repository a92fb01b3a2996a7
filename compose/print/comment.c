#include "compose/print/comment.h"

#include <string.h>
#include <yaml.h>

/* The text, read up to a place that only moves on. Lines and columns count as libyaml's marks do, from 0. */
struct comment_scan {
	struct arena *arena;
	const char *at, *end;
	size_t line, column;
	bool alone; /* only blanks since the line began */
	struct comment *found;
	size_t nfound;
};

/* Bytes of the line break at `at`: the five of YAML 1.1; 0: there is none. */
static size_t break_length(const char *at, const char *end)
{
	size_t left = (size_t)(end - at);
	if (left >= 2 && memcmp(at, "\r\n", 2) == 0)
		return 2;
	if (left >= 2 && memcmp(at, "\xc2\x85", 2) == 0)
		return 2;
	if (left >= 3 && (memcmp(at, "\xe2\x80\xa8", 3) == 0 || memcmp(at, "\xe2\x80\xa9", 3) == 0))
		return 3;
	return left && (*at == '\n' || *at == '\r') ? 1 : 0;
}

static void step_character(struct comment_scan *scan)
{
	size_t broken = break_length(scan->at, scan->end);
	if (broken) {
		scan->at += broken;
		scan->line++;
		scan->column = 0;
		scan->alone = true;
		return;
	}
	scan->alone &= *scan->at == ' ' || *scan->at == '\t';
	do
		scan->at++;
	while (scan->at < scan->end && ((unsigned char)*scan->at & 0xc0) == 0x80);
	scan->column++;
}

static bool is_before(const struct comment_scan *scan, yaml_mark_t mark)
{
	return scan->at < scan->end &&
	       (scan->line < mark.line || (scan->line == mark.line && scan->column < mark.column));
}

/* Keeps the comment that begins here and goes to the end of its line. */
static void keep_comment(struct comment_scan *scan)
{
	struct comment *comment = ARENA_PUSH(scan->arena, scan->found, scan->nfound);
	comment->line = (unsigned)scan->line + 1;
	comment->col = (unsigned)scan->column + 1;
	comment->alone = scan->alone;
	const char *from = scan->at;
	while (scan->at < scan->end && !break_length(scan->at, scan->end))
		step_character(scan);
	size_t len = (size_t)(scan->at - from);
	while (len && (from[len - 1] == ' ' || from[len - 1] == '\t'))
		len--;
	comment->text = arena_strndup(scan->arena, from, len);
}

/* Between tokens stand blanks, line breaks and comments. */
static void scan_gap(struct comment_scan *scan, yaml_mark_t to)
{
	while (is_before(scan, to)) {
		if (*scan->at == '#')
			keep_comment(scan);
		else
			step_character(scan);
	}
}

/* Passes over a token. A block text may have a comment behind its `|` or `>`, which is part of the token. */
static void pass_token(struct comment_scan *scan, const yaml_token_t *token)
{
	bool block = token->type == YAML_SCALAR_TOKEN &&
		     (token->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
			     token->data.scalar.style == YAML_FOLDED_SCALAR_STYLE);
	size_t head = scan->line;
	while (is_before(scan, token->end_mark)) {
		if (block && scan->line == head && *scan->at == '#')
			keep_comment(scan);
		else
			step_character(scan);
	}
}

size_t comment_list(struct arena *arena, const char *text, size_t len, struct comment **ret_comments)
{
	struct comment_scan scan = { .arena = arena, .at = text, .end = text + len, .alone = true };
	yaml_parser_t parser;
	*ret_comments = NULL;
	if ((len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) ||
		!yaml_parser_initialize(&parser))
		return 0;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		scan.at += 3;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	yaml_token_t token;
	bool more = true;
	while (more && yaml_parser_scan(&parser, &token)) {
		scan_gap(&scan, token.start_mark);
		pass_token(&scan, &token);
		more = token.type != YAML_STREAM_END_TOKEN && token.type != YAML_NO_TOKEN;
		yaml_token_delete(&token);
	}
	yaml_parser_delete(&parser);
	scan_gap(&scan, (yaml_mark_t){ .line = SIZE_MAX });
	*ret_comments = scan.found;
	return scan.nfound;
}
