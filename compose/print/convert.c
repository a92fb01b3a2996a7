#include "compose/print/convert.h"

#include "base/map.h"
#include "base/quote.h"
#include "base/text/text.h"
#include "compose/print/emit_write.h"
#include "compose/load/legacy.h"
#include "compose/tree/yaml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct convert {
	struct arena *arena;
	struct writer writer;
	struct map notes; /* path of a key or item → text of its comment */
};

static void note(struct convert *convert, const char *path, const char *text)
{
	const char *there = map_get(&convert->notes, path);
	map_set(&convert->notes, path,
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
static bool is_base60(const struct node *node, long long *ret_number)
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
		if (is_base60(ports->items[i], &number))
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

static void put_note(struct convert *convert, const char *path)
{
	const char *text = map_get(&convert->notes, path);
	if (convert->writer.place != AT_LINE)
		return;
	while (text && *text) {
		size_t len = strcspn(text, "\n");
		fprintf(convert->writer.out, "%*s# %.*s\n", convert->writer.level * 2, "", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* Writes a node; notes on what became of a key stand above it. */
static void write_converted(struct convert *convert, const struct node *node, const char *path)
{
	struct writer *writer = &convert->writer;
	if (node->kind == NODE_MAP) {
		writer_map(writer, node->nmembers);
		for (size_t i = 0; i < node->nmembers; i++) {
			const char *key = node->members[i].key;
			const char *below =
				arena_printf(convert->arena, "%s%s%s", path, *path ? "." : "", key);
			put_note(convert, below);
			writer_key(writer, key);
			write_converted(convert, node->members[i].value, below);
		}
		if (node->nmembers)
			writer_end(writer, true);
	} else if (node->kind == NODE_LIST) {
		writer_list(writer, node->nitems);
		for (size_t i = 0; i < node->nitems; i++) {
			const char *below = arena_printf(convert->arena, "%s[%zu]", path, i);
			put_note(convert, below);
			writer_item(writer);
			write_converted(convert, node->items[i], below);
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

int convert_file(struct arena *arena, const char *file, const char *text, size_t len, struct buf *out,
	struct errors *errors)
{
	struct node **docs;
	size_t ndocs, size = 0;
	char *bytes = NULL;
	struct convert convert = { .arena = arena };
	if (yaml_parse(arena, file, text, len, &docs, &ndocs, errors) != 0)
		return -1;
	bool legacy = false;
	for (size_t i = 0; i < ndocs; i++)
		legacy |= legacy_is(docs[i], false);
	if (!legacy)
		return buf_append(out, text, len)
			       ? 0
			       : error_add(errors, ERROR_FILE, NULL, NULL, "%s is too large", file);
	map_init(&convert.notes, arena);
	FILE *stream = open_memstream(&bytes, &size);
	if (!stream)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "out of memory");
	fprintf(stream, "# Converted from %s, a file of format 1, by docker flow.\n", file);
	for (size_t i = 0; i < ndocs; i++) {
		convert.writer = (struct writer){ .out = stream, .level = -1 };
		map_init(&convert.notes, arena);
		if (legacy_is(docs[i], i > 0))
			rewrite(&convert, docs[i]);
		if (i)
			fputs("---\n", stream);
		write_converted(&convert, docs[i], "");
	}
	fclose(stream);
	bool fits = buf_append(out, bytes, size);
	free(bytes);
	return fits ? 0 : error_add(errors, ERROR_FILE, NULL, NULL, "%s is too large", file);
}
