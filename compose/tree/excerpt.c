#include "compose/tree/excerpt.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/text/secret.h"
#include "base/text/text.h"
#include "base/url.h"
#include "compose/tree/yaml.h"

#include <ctype.h>
#include <string.h>
#include <yaml.h>

enum { ALIAS_ROUNDS = 8 };

/* A value that is not shown; places count from 0, the end is behind it. */
struct span {
	size_t line, col, end_line, end_col;
	bool pair; /* NAME=VALUE: the name is shown */
	bool rest; /* what is no YAML any more: names at the begin of lines are shown */
};

struct excerpt {
	const char *text;
	struct span *spans;
	size_t count;
};

/* A collection that is being read. */
struct level {
	bool is_map, at_value; /* of a mapping: its key has been read */
	bool hidden, value_hidden;
	bool has_names;                  /* its keys are the user's own: they tell nothing about the values */
	bool has_pairs;                  /* its items are NAME=VALUE */
	bool next_names, next_pairs;     /* of the value that comes */
	bool is_provider, next_provider; /* its options go to a program: names of files, sizes */
	enum source { NO_SOURCE, SOURCES, SOURCE } source, next_source; /* of configs and secrets */
};

struct scan {
	struct arena *arena;
	struct excerpt *excerpt;
	struct map *anchors; /* of values that an alias brings to a hidden place */
	struct level levels[YAML_DEPTH_MOST];
	size_t depth;
	yaml_mark_t end; /* of the last event */
	bool last_hidden;
};

/* Whether the value of the key is hidden. Of a secret its name and place are not. */
static bool hides_value(const struct level *level, const char *key)
{
	static const char *const keys[] = { "environment", "args", "content", "headers", "options",
		"driver_opts", "labels", "annotations", "dockerfile_inline", "auths" };
	static const char *const places[] = { "file", "environment", "name", "external" };
	if (level->has_names)
		return level->hidden;
	if (level->source == SOURCE && TEXT_AMONG(key, places))
		return false;
	if (level->is_provider && strcmp(key, "options") == 0)
		return level->hidden;
	return level->hidden || TEXT_AMONG(key, keys) || secret_is_name(key, strlen(key));
}

static bool has_login(struct arena *arena, const char *text)
{
	return strcmp(url_masked(arena, text), text) != 0;
}

static void hide_span(struct scan *scan, struct span span)
{
	*ARENA_PUSH(scan->arena, scan->excerpt->spans, scan->excerpt->count) = span;
}

/* A key of the present mapping: what it says about its value. */
static void read_key(struct scan *scan, const char *key)
{
	static const char *const sections[] = { "services", "networks", "volumes", "configs", "secrets",
		"models" };
	static const char *const pairs[] = { "environment", "args", "labels", "annotations" };
	struct level *level = &scan->levels[scan->depth - 1];
	bool top = scan->depth == 1, secrets = top && strcmp(key, "secrets") == 0;
	bool sources = secrets || (top && strcmp(key, "configs") == 0);
	level->at_value = true;
	level->value_hidden = secrets || hides_value(level, key);
	level->next_pairs = TEXT_AMONG(key, pairs);
	level->next_names = top && TEXT_AMONG(key, sections);
	level->next_provider = strcmp(key, "provider") == 0;
	level->next_source = sources ? SOURCES : level->source == SOURCES ? SOURCE : NO_SOURCE;
}

/* Whether the value that comes now is hidden by its place or its anchor. */
static bool is_hidden(const struct scan *scan, const yaml_char_t *anchor)
{
	const struct level *level = scan->depth ? &scan->levels[scan->depth - 1] : NULL;
	return (level && level->value_hidden) || (anchor && map_has(scan->anchors, (const char *)anchor));
}

/* The value is there: a mapping's key comes next; an item follows that may be the value of an option. */
static void pass_value(struct scan *scan, const char *text)
{
	struct level *level = scan->depth ? &scan->levels[scan->depth - 1] : NULL;
	if (!level)
		return;
	level->at_value = false;
	level->value_hidden =
		level->hidden || (!level->is_map && text && *text == '-' && !strchr(text, '=') &&
					 secret_is_name(text, strlen(text)));
}

/* Whether all that is secret in the text stands behind its first =. */
static bool is_pair(struct arena *arena, const char *text)
{
	size_t len;
	const char *equal = strchr(text, '='), *secret = secret_next(text, text, &len);
	return equal && (!secret || secret > equal) && !has_login(arena, text);
}

static void scan_scalar(struct scan *scan, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const struct level *level = scan->depth ? &scan->levels[scan->depth - 1] : NULL;
	struct span span = { event->start_mark.line, event->start_mark.column, event->end_mark.line,
		event->end_mark.column, is_pair(scan->arena, text), false };
	if (level && level->is_map && !level->at_value) {
		if (level->hidden && span.pair)
			hide_span(scan, span);
		read_key(scan, text);
		return;
	}
	/* a text without a key is no compose file, but maybe one of those that it names */
	scan->last_hidden = !level || is_hidden(scan, event->data.scalar.anchor);
	if (scan->last_hidden)
		span.pair = level && level->has_pairs;
	bool defaults = level && level->source == SOURCE && strchr(text, '$');
	if (scan->last_hidden || defaults || secret_masked(scan->arena, text, NULL) != text)
		hide_span(scan, span);
	pass_value(scan, text);
}

/* False when it nests too deeply. */
static bool scan_start(struct scan *scan, const yaml_char_t *anchor, bool is_map)
{
	const struct level *level = scan->depth ? &scan->levels[scan->depth - 1] : NULL;
	bool hidden = is_hidden(scan, anchor), names = is_map && level && level->next_names,
	     pairs = !is_map && level && level->next_pairs,
	     provider = is_map && level && level->is_map && level->next_provider;
	pass_value(scan, NULL);
	if (scan->depth == YAML_DEPTH_MOST)
		return false;
	scan->levels[scan->depth++] = (struct level){ .is_map = is_map,
		.hidden = hidden,
		.value_hidden = hidden,
		.has_names = names,
		.has_pairs = pairs,
		.is_provider = provider,
		.source = is_map && level ? level->next_source : NO_SOURCE };
	return true;
}

/* False at the end of what can be read. */
static bool scan_event(struct scan *scan, const yaml_event_t *event)
{
	scan->end = event->end_mark;
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		scan_scalar(scan, event);
		return true;
	case YAML_ALIAS_EVENT:
		if (is_hidden(scan, NULL))
			map_set(scan->anchors,
				arena_strdup(scan->arena, (const char *)event->data.alias.anchor), "");
		pass_value(scan, NULL);
		return true;
	case YAML_SEQUENCE_START_EVENT:
		return scan_start(scan, event->data.sequence_start.anchor, false);
	case YAML_MAPPING_START_EVENT:
		return scan_start(scan, event->data.mapping_start.anchor, true);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		scan->depth--;
		return true;
	default:
		return event->type != YAML_STREAM_END_EVENT;
	}
}

/* Reads the text once; where it is no YAML any more and the last value was hidden, so is the rest. */
static void scan_text(struct scan *scan, const char *text)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool whole = false, more = true;
	scan->depth = 0;
	scan->excerpt->count = 0;
	if (!yaml_parser_initialize(&parser))
		return;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	while (more && yaml_parser_parse(&parser, &event)) {
		more = scan_event(scan, &event);
		whole = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (!whole && (scan->last_hidden || is_hidden(scan, NULL)))
		hide_span(scan, (struct span){ scan->end.line, scan->end.column, .end_line = SIZE_MAX,
					.rest = true });
}

const struct excerpt *excerpt_read(struct arena *arena, const char *text)
{
	struct excerpt *excerpt = ARENA_NEW(arena, struct excerpt);
	struct scan scan = { .arena = arena, .excerpt = excerpt, .anchors = map_create(arena) };
	size_t known, rounds = 0;
	excerpt->text = text;
	do { /* an alias may stand behind what it brings, and bring further aliases */
		known = scan.anchors->count;
		scan_text(&scan, text);
	} while (scan.anchors->count > known && ++rounds < ALIAS_ROUNDS);
	return excerpt;
}

/* Bytes of the line's end that stands here, as YAML knows them; 0 when there is none. */
static size_t line_end(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	if (at[0] == '\r')
		return at[1] == '\n' ? 2 : 1;
	if (at[0] == '\n')
		return 1;
	if (at[0] == 0xc2 && at[1] == 0x85)
		return 2;
	return at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9) ? 3 : 0;
}

static bool is_before(size_t line, size_t col, size_t other_line, size_t other_col)
{
	return line < other_line || (line == other_line && col < other_col);
}

/* What stands for a hidden character: blanks and quotes tell nothing. */
static void put_hidden(struct buf *out, char byte)
{
	if (strchr(" \t\"'", byte))
		buf_putc(out, byte);
	else if (((unsigned char)byte & 0xc0) != 0x80)
		buf_putc(out, '*');
}

static size_t name_length(const char *text)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return len;
}

/* Behind a reference to a variable, up to what stands for its value: $NAME, ${NAME; `text` when there is
 * none. What is no whole reference may be a password; of what is `masked` already the name was one. */
static const char *behind_reference(const char *text, bool masked)
{
	if (*text != '$')
		return text;
	if (text[1] == '$')
		return text + 2;
	if (text[1] != '{')
		return text + 1 + name_length(text + 1);
	const char *end = text + 2 + name_length(text + 2);
	const char *operator= end +(*end == ':');
	bool whole = *operator== '-' || * operator== '+' || * operator== '?' ||(masked &&*end == '*');
	return *end == '}' ? end + 1 : whole ? end : text + 2;
}

/* Behind a tag that is no value whose quotes are missing. */
static const char *behind_tag(const char *text)
{
	static const char *const tags[] = { "!reset", "!override", "!!str", "!!int", "!!float", "!!bool",
		"!!null" };
	size_t len = strcspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (strlen(tags[i]) == len && memcmp(text, tags[i], len) == 0)
			return text + len;
	return text;
}

/* Behind what is shown of a line that is no YAML: the marks of lists and the name in front of a value; of the
 * rest of a line only the colon. */
static const char *behind_name(const char *text, bool whole)
{
	text += strspn(text, " \t");
	while (whole && text[0] == '-' && (text[1] == ' ' || text[1] == '\t'))
		text += 1 + strspn(text + 1, " \t");
	size_t len = whole ? strcspn(text, ":= \t\r\n\"'") : 0;
	return text[len] == ':' || (whole && len && text[len] == '=') ? text + len + 1 : text;
}

/* The bytes up to `end`, which are a line, without what spans hide of it. */
static void put_line(
	struct buf *out, const struct excerpt *excerpt, size_t line, const char *text, const char *end)
{
	const struct span *span = excerpt->spans, *last = span + excerpt->count, *entered = NULL;
	const char *shown = text,
		   *first = text + strspn(text, " \t"); /* shown: the end of what is, within the span */
	for (size_t col = 0, next = 0; text < end; text++, col = next) {
		next += ((unsigned char)text[1] & 0xc0) != 0x80;
		while (span < last && !is_before(line, col, span->end_line, span->end_col))
			span++;
		bool within = span < last && !is_before(line, col, span->line, span->col);
		if (within && span != entered) {
			bool pair = span->pair && line == span->line;
			const char *equal = pair ? strchr(text, '=') : NULL;
			shown = span->rest ? behind_name(text, text <= first)
				: equal    ? equal + 1
				: pair     ? end
					   : behind_tag(text);
			entered = span;
		}
		if (within && shown <= text)
			shown = behind_reference(text, false);
		if (within && text >= shown)
			put_hidden(out, *text);
		else
			buf_putc(out, *text);
	}
}

const char *excerpt_line(struct arena *arena, const struct excerpt *excerpt, unsigned line)
{
	auto_buf struct buf out = { 0 };
	const char *text = excerpt->text;
	for (unsigned at = 1; at < line; at++) {
		while (*text && !line_end(text))
			text++;
		if (!*text)
			return NULL;
		text += line_end(text);
	}
	const char *end = text;
	while (*end && !line_end(end))
		end++;
	buf_init(&out, (size_t)(end - text));
	put_line(&out, excerpt, line - 1, text, end);
	return excerpt_words(arena, buf_text(&out));
}

const char *excerpt_words(struct arena *arena, const char *line)
{
	auto_buf struct buf out;
	size_t len = 0;
	const char *secret = secret_next(line, line, &len), *word = line, *word_end = line, *shown = line;
	bool login = false;
	buf_init(&out, strlen(line) + 1);
	for (const char *at = line; *at; at++) {
		while (secret && at >= secret + len)
			secret = secret_next(line, secret + len, &len);
		if (at == word_end) {
			word = at + strspn(at, " \t");
			word_end = word + strcspn(word, " \t");
			login = has_login(arena, arena_strndup(arena, word, (size_t)(word_end - word)));
		}
		if (shown <= at)
			shown = behind_reference(at, true);
		if (((secret && at >= secret) || (login && at >= word)) && at >= shown)
			put_hidden(&out, *at);
		else
			buf_putc(&out, *at);
	}
	return arena_strdup(arena, buf_text(&out));
}
