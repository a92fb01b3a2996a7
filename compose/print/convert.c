#include "compose/print/convert.h"

#include "base/map.h"
#include "base/quote.h"
#include "base/text/text.h"
#include "compose/print/convert_comment.h"
#include "compose/print/emit_write.h"
#include "compose/load/layer.h"
#include "compose/load/legacy.h"
#include "compose/tree/yaml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct convert {
	struct arena *arena;
	struct writer writer;
	struct map *notes; /* of the document: path of a key or item → what became of it */
	struct convert_comments comments;
};

static void note(struct convert *convert, const char *path, const char *text)
{
	const char *there = map_get(convert->notes, path);
	map_set(convert->notes, path,
		arena_printf(convert->arena, "%s%s%s", there ? there : "", there ? "\n" : "",
			quote_plain_copy(convert->arena, text))); /* YAML takes no control character */
}

/* What a scalar was, for a comment in one line. */
static const char *was(struct convert *convert, const struct node *node)
{
	const char *text = node_text(node);
	size_t len = text ? strcspn(text, "\r\n") : 0;
	return text ? arena_printf(convert->arena, "%.*s", len > 60 ? 60 : (int)len, text) : "";
}

/* DIGITS:MINUTES without quotes: a number in base 60 to the YAML 1.1 of that time. */
static bool convert_is_base60(const struct node *node, long long *ret_number)
{
	char *end;
	if (node->kind != NODE_STRING || node->quoted || !isdigit((unsigned char)node->text[0]) ||
		node->text[0] == '0')
		return false;
	long long high = strtoll(node->text, &end, 10), low;
	if (*end != ':' || !isdigit((unsigned char)end[1]) || end - node->text > 9)
		return false;
	low = strtoll(end + 1, &end, 10);
	*ret_number = high * 60 + low;
	return !*end && low < 60;
}

static void note_ports(struct convert *convert, const char *path, const struct node *ports)
{
	long long number;
	for (size_t i = 0; ports && ports->kind == NODE_LIST && i < ports->nitems; i++)
		if (convert_is_base60(ports->items[i], &number))
			note(convert, arena_printf(convert->arena, "%s.ports[%zu]", path, i),
				arena_printf(convert->arena,
					"without quotes, %s was the number %lld in base 60 to the YAML of format 1",
					ports->items[i]->text, number));
}

static bool is_old_key(const char *key)
{
	static const char *const keys[] = { "net", "log_driver", "log_opt", "volume_driver", "dockerfile" };
	return TEXT_AMONG(key, keys);
}

/* Keys that nobody knows: the one that was probably meant takes their place, unless it is there. */
static void correct_keys(struct convert *convert, const char *path, struct node *service)
{
	for (size_t i = 0; i < service->nmembers; i++) {
		struct member *member = &service->members[i];
		if (schema_find(&schema_service, member->key) || is_old_key(member->key) ||
			strncmp(member->key, "x-", 2) == 0)
			continue;
		const char *hint = schema_hint(&schema_service, member->key), *key = member->key;
		if (hint && !node_get(service, hint)) {
			member->key = hint;
			service->index = NULL;
			note(convert, arena_printf(convert->arena, "%s.%s", path, hint),
				arena_printf(
					convert->arena, "was \"%s\", which is no key of a service", key));
		} else {
			note(convert, arena_printf(convert->arena, "%s.%s", path, key),
				"no key of a service: remove or rename it");
		}
	}
}

static void note_changes(struct convert *convert, const char *path, const struct node *service)
{
	struct arena *arena = convert->arena;
	const struct node *net = node_get(service, "net");
	const char *key = arena_printf(arena, "%s.network_mode", path);
	if (net)
		note(convert, key, arena_printf(arena, "was net: %s", was(convert, net)));
	else if (!node_get(service, "network_mode") && !node_get(service, "extends"))
		note(convert, key,
			"the network of format 1; without this line, links are names on a network of the project");
	if (node_get(service, "log_driver") || node_get(service, "log_opt"))
		note(convert, arena_printf(arena, "%s.logging", path), "was log_driver and log_opt");
	if (node_get(service, "dockerfile"))
		note(convert, arena_printf(arena, "%s.build", path), "was build and dockerfile");
	if (node_get(service, "volume_driver"))
		note(convert, arena_printf(arena, "%s.volumes", path),
			"volume_driver now stands with the volumes below");
	note_ports(convert, path, node_get(service, "ports"));
}

/* Items that the rewriting changed: compared with what they were. */
static void note_item(
	struct convert *convert, const char *path, const struct node *before, const struct node *after)
{
	const char *a = node_text(before), *b = node_text(after);
	if (a && b && strcmp(a, b) != 0)
		note(convert, path, arena_printf(convert->arena, "was %s", was(convert, before)));
}

static void note_references(
	struct convert *convert, const char *path, const struct node *before, const struct node *after)
{
	static const char *const keys[] = { "pid", "ipc", "network_mode" };
	const struct node *a = node_get(before, "volumes_from"), *b = node_get(after, "volumes_from");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		note_item(convert, arena_printf(convert->arena, "%s.%s", path, keys[i]),
			node_get(before, keys[i]), node_get(after, keys[i]));
	for (size_t i = 0;
		a && b && a->kind == NODE_LIST && b->kind == NODE_LIST && i < a->nitems && i < b->nitems; i++)
		note_item(convert, arena_printf(convert->arena, "%s.volumes_from[%zu]", path, i), a->items[i],
			b->items[i]);
}

/* Lines above what is written next; `before` begins each. */
static void put_lines(struct convert *convert, const char *text, const char *before)
{
	while (text && *text) {
		size_t len = strcspn(text, "\n");
		fprintf(convert->writer.out, "%*s%s%.*s\n", convert->writer.level * 2, "", before, (int)len,
			text);
		text += len + (text[len] == '\n');
	}
}

/* Before a key or item: the comments of the user that belong to it, and what became of it. A text of several
 * lines has no end of a line for a comment. */
static void put_comments(
	struct convert *convert, const struct mark *at, const struct node *value, const char *path)
{
	const char *text = node_text(value);
	if (convert->writer.place != AT_LINE)
		return;
	put_lines(convert, convert_comments_take(&convert->comments, COMMENT_ABOVE, at), "");
	const char *beside = convert_comments_take(&convert->comments, COMMENT_BESIDE, at);
	if (text && strchr(text, '\n'))
		put_lines(convert, beside, "");
	else
		convert->writer.comment = beside;
	put_lines(convert, map_get(convert->notes, path), "# ");
}

/* Writes a node with the comments that belong to its keys and items. */
static void write_converted(struct convert *convert, const struct node *node, const char *path)
{
	struct writer *writer = &convert->writer;
	if (node->kind == NODE_MAP) {
		writer_map(writer, node->nmembers);
		for (size_t i = 0; i < node->nmembers; i++) {
			const struct member *member = &node->members[i];
			const char *below =
				arena_printf(convert->arena, "%s%s%s", path, *path ? "." : "", member->key);
			put_comments(convert, &member->at, member->value, below);
			writer_key(writer, member->key);
			write_converted(convert, member->value, below);
			put_lines(convert,
				convert_comments_take(&convert->comments, COMMENT_BELOW_KEY, &member->at),
				"");
		}
		if (node->nmembers)
			writer_end(writer, true);
	} else if (node->kind == NODE_LIST) {
		writer_list(writer, node->nitems);
		for (size_t i = 0; i < node->nitems; i++) {
			const struct node *item = node->items[i];
			const char *below = arena_printf(convert->arena, "%s[%zu]", path, i);
			put_comments(convert, &item->at, item, below);
			writer_item(writer);
			write_converted(convert, item, below);
			put_lines(convert,
				convert_comments_take(&convert->comments, COMMENT_BELOW_ITEM, &item->at), "");
		}
		if (node->nitems)
			writer_end(writer, false);
	} else if (node->kind == NODE_STRING) {
		writer_text(writer, node->text);
	} else {
		writer_word(writer, node->kind == NODE_NULL ? "null" : node->text);
	}
}

/* In place; the notes say what happened. */
static void rewrite(struct convert *convert, struct node *doc)
{
	struct arena *arena = convert->arena;
	legacy_wrap(arena, doc);
	struct node *services = node_get(doc, "services");
	node_member(doc, "services")->at.line =
		0; /* a key that the user has not written, nor comments on it */
	for (size_t i = 0; i < services->nmembers; i++) {
		const struct member *member = &services->members[i];
		const char *path = arena_printf(arena, "services.%s", member->key);
		if (member->value->kind == NODE_MAP) {
			correct_keys(convert, path, member->value);
			note_changes(convert, path, member->value);
		}
	}
	struct node *before = node_copy(arena, services);
	legacy_rewrite(arena, doc, NULL);
	for (size_t i = 0; i < services->nmembers; i++)
		note_references(convert, arena_printf(arena, "services.%s", services->members[i].key),
			before->members[i].value, services->members[i].value);
	const struct node *volumes = node_get(doc, "volumes");
	if (volumes)
		note(convert, "volumes",
			"volumes of format 1 had one name for all projects, and were made on demand");
}

/* Returns 0, or -1 with a finding when the document is of no format that there ever was. */
static int require_format(const struct node *doc, bool after_legacy, const char *file, struct errors *errors)
{
	if (layer_mapping(doc, errors) != 0)
		return -1;
	if (!doc->nmembers)
		return layer_empty(file, errors);
	const struct member *stray = legacy_stray(doc, after_legacy);
	if (!stray)
		return 0;
	error_add(errors, ERROR_FILE, &stray->at, stray->key,
		"this is neither a section of a compose file nor a service of format 1, which has an image or a build");
	return error_hint(errors, "add `image:` or `build:`, or put it under `services:`");
}

/* A service of format 1 has what it is made of; one that an earlier document defines may leave it to that. */
static void require_origin(const struct node *doc, const struct node *before, struct errors *errors)
{
	const struct node *services = node_get(doc, "services");
	for (size_t i = 0; i < services->nmembers; i++) {
		const struct member *member = &services->members[i];
		const struct node *service = member->value;
		if (node_get(service, "image") || node_get(service, "build") ||
			node_get(service, "extends") || node_get(node_get(before, "services"), member->key))
			continue;
		error_add(errors, ERROR_FILE, &member->at, member->key,
			"this service has neither image nor build");
		error_hint(errors, "add `image:` or `build:`");
	}
}

/* Makes the documents of format 1 today's, and `*ret_notes` of each. Returns -1 when one is of no format. */
static int convert_documents(struct convert *convert, const char *file, struct node *const *docs,
	size_t ndocs, struct map ***ret_notes, bool *ret_legacy, struct errors *errors)
{
	size_t before = errors->count;
	*ret_legacy = false;
	*ret_notes = ARENA_ARRAY(convert->arena, struct map *, ndocs);
	for (size_t i = 0; i < ndocs; i++) {
		(*ret_notes)[i] = convert->notes = map_create(convert->arena);
		if (require_format(docs[i], *ret_legacy, file, errors) != 0)
			return -1;
		if (!legacy_is(docs[i], *ret_legacy))
			continue;
		*ret_legacy = true;
		rewrite(convert, docs[i]);
		require_origin(docs[i], i ? docs[i - 1] : NULL, errors);
	}
	return errors->count > before ? -1 : 0;
}

static void write_documents(struct convert *convert, FILE *stream, const char *file, struct node *const *docs,
	size_t ndocs, struct map *const *notes)
{
	fprintf(stream, "# Converted from %s, a file of format 1, by docker flow.\n", file);
	for (size_t i = 0; i < ndocs; i++) {
		convert->writer = (struct writer){ .out = stream };
		if (i)
			fputs("---\n", stream);
		else
			put_lines(convert, convert_comments_take(&convert->comments, COMMENT_TOP, NULL), "");
		convert->writer.level = -1;
		convert->notes = notes[i];
		write_converted(convert, docs[i], "");
	}
}

int convert_file(struct arena *arena, const char *file, const char *text, size_t len, struct buf *out,
	struct errors *errors)
{
	struct node **docs;
	struct map **notes;
	size_t ndocs, size = 0;
	char *bytes = NULL;
	bool legacy;
	struct convert convert = { .arena = arena };
	if (yaml_parse(arena, file, text, len, &docs, &ndocs, errors) != 0)
		return -1;
	if (ndocs == 0)
		return layer_empty(file, errors);
	if (convert_documents(&convert, file, docs, ndocs, &notes, &legacy, errors) != 0)
		return -1;
	if (!legacy)
		return buf_append(out, text, len)
			       ? 0
			       : error_add(errors, ERROR_FILE, NULL, NULL, "%s is too large", file);
	convert_comments_place(&convert.comments, arena, text, len, docs, ndocs);
	FILE *stream = open_memstream(&bytes, &size);
	if (!stream)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "out of memory");
	write_documents(&convert, stream, file, docs, ndocs, notes);
	fclose(stream);
	bool fits = buf_append(out, bytes, size);
	free(bytes);
	return fits ? 0 : error_add(errors, ERROR_FILE, NULL, NULL, "%s is too large", file);
}
