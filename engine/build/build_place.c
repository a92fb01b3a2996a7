#include "engine/build/build_place.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* An instruction of a Dockerfile. */
struct instruction {
	unsigned line;
	const char *text; /* without blanks and joined from its lines, so that it compares */
	const char *word; /* what stands first: FROM, RUN, … */
	const char *stage;
	unsigned number; /* within its stage, as BuildKit counts: those that make a layer; 0: none */
};

struct place_reader {
	struct arena *arena;
	struct instruction *items;
	size_t count;
	const char *stage;
	unsigned stages, number;
};

/* The text without blanks, and without the backslashes that join lines. */
static char *without_blanks(struct arena *arena, const char *text, size_t len)
{
	char *bare = arena_alloc(arena, len + 1), *to = bare;
	for (size_t i = 0; i < len; i++) {
		bool joins = text[i] == '\\' && (i + 1 == len || strchr("\r\n", text[i + 1]));
		if (!joins && !isspace((unsigned char)text[i]))
			*to++ = text[i];
	}
	return bare;
}

static bool word_is(const char *word, const char *other)
{
	return strcasecmp(word, other) == 0;
}

static bool makes_layer(const char *word)
{
	return word_is(word, "RUN") || word_is(word, "COPY") || word_is(word, "ADD") ||
	       word_is(word, "WORKDIR");
}

/* The stage that FROM begins: the name behind AS, else its number. */
static const char *stage_name(struct place_reader *reader, const char *text, size_t len)
{
	const char *line = arena_strndup(reader->arena, text, len), *as = strcasestr(line, " as ");
	unsigned number = reader->stages++;
	if (!as)
		return arena_printf(reader->arena, "stage-%u", number);
	as += strspn(as + 4, " \t") + 4;
	return arena_strndup(reader->arena, as, strcspn(as, " \t\r\n"));
}

static void add_instruction(struct place_reader *reader, unsigned line, const char *text, size_t len)
{
	size_t word = 0;
	while (word < len && isalpha((unsigned char)text[word]))
		word++;
	struct instruction *item = ARENA_PUSH(reader->arena, reader->items, reader->count);
	*item = (struct instruction){ .line = line,
		.text = without_blanks(reader->arena, text, len),
		.word = arena_strndup(reader->arena, text, word) };
	if (word_is(item->word, "FROM")) {
		reader->stage = stage_name(reader, text, len);
		reader->number = item->number = 1;
	} else if (makes_layer(item->word)) {
		item->number = ++reader->number;
	}
	item->stage = reader->stage;
}

/* Lines joined by a backslash at their end are one instruction; comments and empty lines within are none of
 * it. */
static void read_instructions(struct place_reader *reader, const char *text)
{
	for (unsigned line = 1; *text;) {
		size_t blank = strspn(text, " \t"), len = 0;
		unsigned first = line;
		bool empty = text[blank] == '#' || strchr("\r\n", text[blank]) || !text[blank], more = true;
		while (more && text[len]) {
			size_t end = len + strcspn(text + len, "\n"), last = end;
			while (last > len && isspace((unsigned char)text[last - 1]))
				last--;
			more = !empty &&
			       ((last > len && text[last - 1] == '\\') ||
				       (line > first && text[len + strspn(text + len, " \t")] == '#'));
			len = end + (text[end] == '\n');
			line++;
		}
		if (!empty)
			add_instruction(reader, first, text + blank, len - blank);
		text += len;
	}
}

/* The number behind "dockerfile parse error line " or "… on line ". */
static unsigned parser_line(const char *why)
{
	const char *at = strstr(why, "parse error ");
	at = at ? strstr(at, "line ") : NULL;
	return at ? (unsigned)strtoul(at + 5, NULL, 10) : 0;
}

/* "[stage 2/4] RUN make": its stage ("" for the only one), number and instruction. */
struct named_step {
	const char *stage, *text;
	unsigned number;
};

static bool parse_step(struct arena *arena, const char *step, struct named_step *ret)
{
	const char *end = strchr(step, ']');
	if (*step != '[' || !end)
		return false;
	const char *from = end;
	while (from > step && from[-1] != ' ' && from[-1] != '[')
		from--;
	ret->number = (unsigned)strtoul(from, NULL, 10);
	const char *last = from > step + 1 ? from - 1 : step + 1, *first = last;
	while (first > step + 1 && first[-1] != ' ')
		first--;
	ret->stage = arena_strndup(arena, first, (size_t)(last - first));
	ret->text = end + 1 + strspn(end + 1, " ");
	return true;
}

/* Which instruction it is: of those with its text, or else with its word, the one of its stage and number. */
static unsigned step_line(const struct place_reader *reader, const struct named_step *step)
{
	const char *bare = without_blanks(reader->arena, step->text, strlen(step->text));
	unsigned by_text = 0, by_number = 0, same = 0;
	for (size_t i = 0; i < reader->count; i++) {
		const struct instruction *item = &reader->items[i];
		size_t word = strlen(item->word);
		bool here = item->number == step->number &&
			    (reader->stages == 1 || (item->stage && word_is(item->stage, step->stage)));
		if (!item->number || strncasecmp(bare, item->word, word) != 0)
			continue;
		if (strcmp(bare + word, item->text + word) == 0 && (!by_text || here)) {
			by_text = item->line;
			same++;
		}
		if (here)
			by_number = item->line;
	}
	return same ? by_text : by_number;
}

/* The FROM whose image BuildKit looks for. */
static unsigned from_line(const struct place_reader *reader, const char *image)
{
	for (size_t i = 0; i < reader->count; i++) {
		const struct instruction *item = &reader->items[i];
		const char *name = item->text + strlen("FROM");
		if (word_is(item->word, "FROM") && *name && *name != '$') {
			const char *as =
				item->stage
					? strcasestr(name, arena_printf(reader->arena, "as%s", item->stage))
					: NULL;
			const char *plain =
				as ? arena_strndup(reader->arena, name, (size_t)(as - name)) : name;
			if (strstr(image, plain))
				return item->line;
		}
	}
	return 0;
}

unsigned build_place(struct arena *arena, const char *dockerfile, const char *step, const char *why)
{
	static const char metadata[] = "[internal] load metadata for ";
	struct place_reader reader = { .arena = arena };
	struct named_step named;
	unsigned line = parser_line(why);
	if (line || !step)
		return line;
	read_instructions(&reader, dockerfile);
	if (strncmp(step, metadata, strlen(metadata)) == 0)
		return from_line(&reader, step + strlen(metadata));
	return parse_step(arena, step, &named) && named.number ? step_line(&reader, &named) : 0;
}
