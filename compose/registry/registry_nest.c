#include "compose/registry/registry_nest.h"

#include "base/buf.h"
#include "compose/registry/registry_schema.h"

#include <ctype.h>
#include <string.h>

enum { LEVELS_MOST = 8, LINE_MOST = 4096 };

/* A collection that is open at the present line. */
struct level {
	const char *name;                        /* of the key that opened it; "" for the file */
	const struct cyaml_schema_field *fields; /* NULL: a list of texts */
	bool item;                               /* its mappings are items of a list */
	bool begun;                              /* an item was written */
	size_t indent;                           /* of its keys in the new text */
	unsigned col;                            /* of its first key as written; 0 before */
	unsigned seen;                           /* keys of the present mapping, by row */
};

/* One line, taken apart. */
struct line {
	const char *key, *rest; /* key NULL: no `key:`; rest: what follows the colon, or the whole */
	bool dash;
	unsigned col; /* of the key or the text */
	unsigned number;
};

struct nester {
	struct arena *arena;
	struct buf out;
	struct registry_nest *nest;
	const char *file;
	struct level levels[LEVELS_MOST];
	size_t depth;
	size_t lines;  /* written */
	int open_flow; /* brackets of a value that goes on */
};

static void nest_push(
	struct nester *nester, const char *name, const struct cyaml_schema_value *value, size_t indent)
{
	bool list = value->type == CYAML_SEQUENCE;
	const struct cyaml_schema_value *inner = list ? value->sequence.entry : value;
	if (nester->depth == LEVELS_MOST || (inner->type != CYAML_MAPPING && !list))
		return;
	nester->levels[nester->depth++] = (struct level){ .name = name,
		.fields = inner->type == CYAML_MAPPING ? inner->mapping.fields : NULL,
		.item = list,
		.indent = indent + (list ? 2 : 0) };
}

/* A line in parts: its dashes, its column, its key if it has one, and what follows. */
static struct line split_line(struct arena *arena, const char *text, size_t len, unsigned number)
{
	struct line line = { .number = number };
	const char *at = text, *end = text + len;
	while (at < end && (isspace((unsigned char)*at) || (*at == '-' && at + 1 < end && at[1] == ' '))) {
		line.dash |= *at == '-';
		at++;
	}
	while (end > at && isspace((unsigned char)end[-1]))
		end--;
	line.col = (unsigned)(at - text) + 1;
	const char *stop = at;
	while (stop < end && (isalnum((unsigned char)*stop) || *stop == '_' || *stop == '-'))
		stop++;
	if (stop > at && stop < end && *stop == ':' && (stop + 1 == end || stop[1] == ' ')) {
		line.key = arena_strndup(arena, at, (size_t)(stop - at));
		for (at = stop + 1; at < end && *at == ' ';)
			at++;
	}
	line.rest = arena_strndup(arena, at, (size_t)(end - at));
	return line;
}

static unsigned bit_of(const struct level *level, const char *key)
{
	const struct cyaml_schema_field *field = level->fields ? registry_field(level->fields, key) : NULL;
	return field ? 1u << (field - level->fields) : 0;
}

/* The innermost open mapping that knows the key and does not have it yet; else one whose list can go on with
 * a new item; `dash` asks for a new item. -1: none. */
static int level_for_key(const struct nester *nester, const struct line *line)
{
	for (int pass = line->dash; pass < 2; pass++)
		for (size_t i = nester->depth; i-- > 0;) {
			const struct level *level = &nester->levels[i];
			unsigned bit = bit_of(level, line->key);
			if (bit && (pass ? level->item : !(level->seen & bit)))
				return (int)i;
		}
	return -1;
}

static int brackets(const char *text)
{
	int open = 0;
	for (; *text && *text != '#'; text++)
		open += (*text == '[' || *text == '{') - (*text == ']' || *text == '}');
	return open;
}

static void write_line(struct nester *nester, size_t indent, bool dash, const char *key, const char *rest)
{
	buf_printf(&nester->out, "%*s%s%s%s%s%s\n", (int)(dash ? indent - 2 : indent), "", dash ? "- " : "",
		key ? key : "", key ? ":" : "", key && *rest ? " " : "", rest);
	nester->lines++;
	nester->open_flow += brackets(rest);
}

static const char *place_name(struct arena *arena, const struct level *level)
{
	return !*level->name ? "the application"
	       : level->item ? arena_printf(arena, "the item of `%s`", level->name)
			     : arena_printf(arena, "`%s`", level->name);
}

static void note_moved(struct nester *nester, const struct line *line, const struct level *level)
{
	*ARENA_PUSH(nester->arena, nester->nest->moved, nester->nest->nmoved) = (struct registry_moved){
		.key = line->key,
		.place = place_name(nester->arena, level),
		.at = { .file = nester->file, .line = line->number, .col = line->col },
		.line = nester->lines,
	};
}

/* Column of the keys around a level, as written. */
static unsigned outer_col(const struct nester *nester, size_t place)
{
	return place ? nester->levels[place - 1].col : 0;
}

/* Writes a line at the level it belongs to, a new item where the list has one already; notes when it stood
 * elsewhere. */
static void put_key(struct nester *nester, const struct line *line, size_t place)
{
	struct level *level = &nester->levels[place];
	unsigned bit = bit_of(level, line->key);
	bool fresh = level->item && (line->dash || !level->begun || (level->seen & bit));
	bool first = fresh && !level->begun; /* of a list whose place its key tells */
	bool moved = first        ? line->col <= outer_col(nester, place) + (place > 0) || !line->dash
		     : level->col ? line->col != level->col || line->dash != fresh
				  : line->col <= outer_col(nester, place);
	nester->depth = place + 1;
	if (moved)
		note_moved(nester, line, level);
	if (fresh)
		level->seen = 0, level->begun = true;
	if (fresh || !level->col)
		level->col = line->col;
	level->seen |= bit;
	write_line(nester, level->indent, fresh, line->key, line->rest);
	if (!*line->rest || *line->rest == '#') {
		const struct cyaml_schema_field *field = registry_field(level->fields, line->key);
		nest_push(nester, field->key, &field->value, level->indent + 2);
	}
}

/* A line that is no known key: an item of a list of texts, a value that goes on, or something of the user's.
 */
static void put_other(struct nester *nester, const struct line *line)
{
	const struct level *top = nester->depth ? &nester->levels[nester->depth - 1] : NULL;
	if (nester->open_flow > 0)
		write_line(nester, (top ? top->indent : 0) + 2, false, line->key, line->rest);
	else if (line->dash && top && !top->fields)
		write_line(nester, top->indent, true, line->key, line->rest);
	else
		write_line(nester, top ? top->indent : 0, false, line->key, line->rest);
}

static bool nest_is_blank(const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text))
		text++, len--;
	return !len || *text == '#' || (len >= 3 && memcmp(text, "---", 3) == 0);
}

/* Rewrites all lines; -1 when nothing moved, or it is no text of ours: then the original has the word. */
static int nest_lines(struct nester *nester, const char *text, size_t len)
{
	unsigned number = 0;
	bool any = false;
	for (const char *at = text, *end = text + len; at < end; number++) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((eol ? eol : end) - at);
		if (length > LINE_MOST || nester->out.overflow)
			return -1;
		if (!nest_is_blank(at, length)) {
			struct line line = split_line(nester->arena, at, length, number + 1);
			int place = line.key && nester->open_flow <= 0 ? level_for_key(nester, &line) : -1;
			if (place >= 0)
				put_key(nester, &line, (size_t)place);
			else
				put_other(nester, &line);
			any |= place >= 0;
		}
		at = eol ? eol + 1 : end;
	}
	return any && nester->nest->nmoved ? 0 : -1;
}

int registry_nest(
	struct arena *arena, const char *file, const char *text, size_t len, struct registry_nest *ret_nest)
{
	struct nester nester = { .arena = arena, .nest = ret_nest, .file = file };
	*ret_nest = (struct registry_nest){ 0 };
	buf_init(&nester.out, REGISTRY_SIZE_MOST * 2);
	nest_push(&nester, "", &registry_schema, 0);
	int result = nest_lines(&nester, text, len);
	if (result == 0)
		ret_nest->text = arena_strdup(arena, buf_text(&nester.out));
	buf_finish(&nester.out);
	return result;
}

static const char *next_line(const char *text)
{
	text += strcspn(text, "\n");
	return text + (*text == '\n');
}

const char *registry_nest_part(
	struct arena *arena, const struct registry_nest *nest, size_t line, size_t *ret_from, size_t *ret_to)
{
	enum { LINES_MOST = 40 };
	const char *start = nest->text;
	size_t from = 0, to = 0;
	for (const char *at = start; *at && to <= line; at = next_line(at), to++)
		if (*at == '-') {
			start = at;
			from = to;
		}
	const char *end = start;
	for (to = from; *end && to < from + LINES_MOST && (to == from || *end != '-'); to++)
		end = next_line(end);
	*ret_from = from;
	*ret_to = to;
	return arena_strndup(arena, start, (size_t)(end - start));
}
