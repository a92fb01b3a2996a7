/* Writers: the same sequence of calls becomes YAML or JSON. Part of emit.c and hash.c. */
#ifndef COMPOSE_EMIT_WRITE_H
#define COMPOSE_EMIT_WRITE_H

#include "compose/schema/schema.h"

#include <stdio.h>

struct writer {
	FILE *out;
	bool json;
	bool compact;                                  /* JSON without blanks and lines */
	bool hash;                                     /* only what counts for the config hash */
	bool dollars;                                  /* every `$` is written twice */
	bool first;                                    /* JSON: nothing written in this container yet */
	enum { AT_LINE, AFTER_KEY, AFTER_DASH } place; /* YAML: what stands on the line */
	int level;
	const char *comment; /* YAML: for the end of the line that is begun next; then forgotten */
	struct schema_memory memory;
};

/* A mapping or list of `count` members; empty ones are complete with this call, others need writer_end. */
void writer_map(struct writer *writer, size_t count);
void writer_list(struct writer *writer, size_t count);
void writer_end(struct writer *writer, bool map);

/* Before each member of a mapping, each item of a list. */
void writer_key(struct writer *writer, const char *key);
void writer_item(struct writer *writer);

/* A text, quoted as it needs; a number or word, as it stands. */
void writer_text(struct writer *writer, const char *text);
void writer_word(struct writer *writer, const char *text);

/* The text in the style compose 2.40 prints; `key`: as the key of a mapping. Block texts are indented by
 * `level` steps. */
void emit_yaml_text(struct writer *writer, const char *text, bool key, int level);

/* The text in quotes with Go's escapes; what is not for a hash has those for terminals (base/quote.h), too.
 */
void emit_json_text(struct writer *writer, const char *text);

/* One byte, or all of a text, every `$` twice if so wanted. */
void writer_byte(struct writer *writer, char byte);
void writer_bytes(struct writer *writer, const char *text);

/* Prints the node as it is. */
void emit_any(struct writer *writer, struct arena *arena, const struct node *node);

/* Prints the mapping by the rows of its schema. */
void emit_struct(
	struct writer *writer, struct arena *arena, const struct schema *schema, const struct node *map);

/* Order of keys in YAML: numbers by value, letters after the rest (compose 2.40). As qsort wants. */
int emit_natural(const char *a, const char *b);

#endif
