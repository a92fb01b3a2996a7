#include "graph/up/inputs.h"
#include "base/buf.h"
#include "base/text/sha256.h"

#include <ctype.h>
#include <string.h>

/* Ceiling for what goes into one digest: files are configs and secrets, the engine takes no larger ones. */
#define INPUTS_MOST ((size_t)64 << 20)

#define SHORT_DIGEST 8 /* of one file in the label: enough to see a change */
#define KEY_DIGEST   4 /* of what a secret's digest is keyed by */

#define ABSENT "absent"
#define MANY   "many"

/* Appends with its length, so that no two lists of texts give the same bytes. */
static void inputs_put(struct buf *buf, const char *text)
{
	if (text)
		buf_printf(buf, "%zu:%s;", strlen(text), text);
	else
		buf_puts(buf, "-;");
}

/* The x-flow keys that change the container, and the environment whatever it comes from. */
static const char *service_digest(struct arena *arena, const struct service *service)
{
	auto_buf struct buf buf;
	buf_init(&buf, INPUTS_MOST);
	for (size_t i = 0; i < service->nenvironment; i++) {
		inputs_put(&buf, service->environment[i].key);
		inputs_put(&buf, service->environment[i].value);
	}
	const struct flow_service *flow = service->flow;
	if (flow) {
		inputs_put(&buf, flow->files);
		for (size_t i = 0; i < flow->nports; i++)
			buf_printf(&buf, "%lld:%lld;", (long long)flow->ports[i]->internal,
				flow->ports[i]->external.set ? (long long)flow->ports[i]->external.value
							     : -1);
	}
	return sha256_hex(arena, buf_text(&buf), buf.len);
}

/* The value of a file's part: `DIGEST`, of a secret `KEY.DIGEST`. */
static const char *file_digest(
	struct arena *arena, const struct service *service, const struct inputs_file *file)
{
	auto_buf struct buf buf;
	buf_init(&buf, INPUTS_MOST);
	if (file->key) {
		inputs_put(&buf, file->key);
		inputs_put(&buf, service->project->name);
		inputs_put(&buf, file->target);
	}
	if (file->content && !buf_append(&buf, file->content, file->len))
		buf_printf(&buf, "%zu bytes", file->len);
	const char *digest = sha256_hex(arena, buf_text(&buf), buf.len);
	return file->key ? arena_printf(arena, "%.*s.%.*s", KEY_DIGEST,
				   sha256_hex(arena, file->key, strlen(file->key)), SHORT_DIGEST, digest)
			 : arena_printf(arena, "%.*s", SHORT_DIGEST, digest);
}

/* A name as it stands in the label: what separates parts is written as %XX. */
static const char *escaped(struct arena *arena, const char *name)
{
	char *text = arena_alloc(arena, 3 * strlen(name) + 1), *out = text;
	for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
		if (*at > ' ' && *at != 0x7f && !strchr(";=%", *at)) {
			*out++ = (char)*at;
			continue;
		}
		*out++ = '%';
		*out++ = "0123456789ABCDEF"[*at >> 4];
		*out++ = "0123456789ABCDEF"[*at & 15];
	}
	*out = '\0';
	return text;
}

static int hex_value(char digit)
{
	return isdigit((unsigned char)digit) ? digit - '0' : (digit & ~0x20) - 'A' + 10;
}

/* The name that `len` bytes of a label stand for. */
static const char *unescaped(struct arena *arena, const char *text, size_t len)
{
	char *name = arena_alloc(arena, len + 1), *out = name;
	for (size_t i = 0; i < len; i++) {
		bool code = text[i] == '%' && i + 2 < len && isxdigit((unsigned char)text[i + 1]) &&
			    isxdigit((unsigned char)text[i + 2]);
		*out++ = code ? (char)(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2])) : text[i];
		i += code ? 2 : 0;
	}
	*out = '\0';
	return name;
}

bool inputs_one_shot(const struct dag_vertex *vertex)
{
	if (vertex->task)
		return true;
	const struct service *service = vertex->service;
	const struct deploy *deploy = service->deploy;
	const char *restart = service->restart;
	if (deploy && deploy->restart_policy && deploy->restart_policy->condition)
		restart = deploy->restart_policy->condition;
	if (!restart || (strcmp(restart, "no") && strcmp(restart, "none")))
		return false;
	/* Servers end with 0 as well when they are stopped: those must come up again. */
	bool checked = service->healthcheck || (service->flow && service->flow->healthcheck);
	return !service->nports && !checked && !(service->flow && service->flow->nports);
}

const char *inputs_digest(struct arena *arena, const struct dag_vertex *vertex,
	const struct inputs_file *files, size_t nfiles, const struct observed *seen)
{
	const struct service *service = vertex->service;
	struct texts parts = { 0 };
	texts_add(arena, &parts, service_digest(arena, service));
	for (size_t i = 0; i < nfiles; i++)
		texts_add(arena, &parts,
			arena_printf(arena, "%s:%s=%s", files[i].bind ? "bind" : "file",
				escaped(arena, files[i].target),
				files[i].absent ? ABSENT
				: files[i].many ? MANY
						: file_digest(arena, service, &files[i])));
	for (size_t i = 0; i < service->nvolumes && inputs_one_shot(vertex); i++) {
		const struct mount *mount = service->volumes[i];
		const struct volume *volume = NULL;
		if (mount->type && !strcmp(mount->type, "volume") && mount->source)
			volume = project_volume(service->project, mount->source);
		if (!volume)
			continue;
		const struct observed_volume *there = observed_volume(seen, volume->name);
		texts_add(arena, &parts,
			arena_printf(arena, "volume:%s=%s", escaped(arena, volume->name),
				there && there->created ? escaped(arena, there->created) : "?"));
	}
	return texts_join(arena, &parts, ";");
}

const char *inputs_complete(struct arena *arena, const char *inputs, const char *volume, const char *created)
{
	if (!inputs || !volume || !created)
		return inputs;
	const char *open = arena_printf(arena, ";volume:%s=?", escaped(arena, volume));
	const char *at = strstr(inputs, open);
	if (!at)
		return inputs;
	size_t before = (size_t)(at - inputs) + strlen(open) - 1;
	return arena_printf(
		arena, "%.*s%s%s", (int)before, inputs, escaped(arena, created), inputs + before + 1);
}

const char *inputs_target(struct arena *arena, const struct file_ref *ref, bool secret)
{
	const char *target = ref->target && *ref->target ? ref->target : ref->source;
	if (*target == '/')
		return target;
	return arena_printf(arena, "%s/%s", secret ? "/run/secrets" : "", target);
}

/* Whether `label` has the same part (`len` bytes at `part`) among its `;`-separated ones. */
static bool has_part(const char *label, const char *part, size_t len)
{
	for (const char *at = label; *at;) {
		size_t size = strcspn(at, ";");
		if (size == len && !memcmp(at, part, len))
			return true;
		at += size + (at[size] == ';');
	}
	return false;
}

bool inputs_absent(struct arena *arena, const char *inputs, const char *target)
{
	const char *part = arena_printf(arena, "file:%s=" ABSENT, escaped(arena, target));
	return inputs && has_part(inputs, part, strlen(part));
}

/* The part of the label that begins with `name`, up to its end; NULL: there is none. */
static const char *find_part(const char *label, const char *name, size_t *ret_len)
{
	size_t len = strlen(name);
	for (const char *at = label; *at;) {
		*ret_len = strcspn(at, ";");
		if (*ret_len >= len && !memcmp(at, name, len))
			return at;
		at += *ret_len + (at[*ret_len] == ';');
	}
	return NULL;
}

static bool is_many(const char *part, size_t len)
{
	size_t word = strlen("=" MANY);
	return len > word && !memcmp(part + len - word, "=" MANY, word);
}

bool inputs_many(const char *inputs)
{
	for (const char *at = inputs; at && *at;) {
		size_t len = strcspn(at, ";");
		if (!strncmp(at, "bind:", 5) && is_many(at, len))
			return true;
		at += len + (at[len] == ';');
	}
	return false;
}

const char *inputs_kept(struct arena *arena, const char *inputs, const char *label, const char *target)
{
	const char *name = arena_printf(arena, "bind:%s=", escaped(arena, target));
	size_t len, other_len;
	const char *part = find_part(inputs, name, &len), *other = find_part(label, name, &other_len);
	if (!part || !other || (len == other_len && !memcmp(part, other, len)) || is_many(part, len) ||
		is_many(other, other_len))
		return inputs;
	return arena_printf(
		arena, "%.*s%.*s%s", (int)(part - inputs), inputs, (int)other_len, other, part + len);
}

/* Whether `label` has a part of that name, whatever its value. */
static bool has_name(const char *label, const char *part, size_t len)
{
	for (const char *at = label; *at;) {
		size_t size = strcspn(at, ";");
		if (size > len && !memcmp(at, part, len) && at[len] == '=')
			return true;
		at += size + (at[size] == ';');
	}
	return false;
}

static bool is_absent(const char *part, size_t len)
{
	size_t word = strlen("=" ABSENT);
	return len > word && !memcmp(part + len - word, "=" ABSENT, word);
}

/* Whether the part is a secret's whose digest in the label, if there is one, is keyed otherwise. */
static bool is_elsewhere(const char *part, size_t len, const char *label)
{
	size_t name = strcspn(part, "=") + 1, other_len;
	const char *key = part + name;
	if (name >= len || strcspn(key, ".;") != KEY_DIGEST || key[KEY_DIGEST] != '.')
		return false;
	for (const char *at = label; *at; at += other_len + (at[other_len] == ';')) {
		other_len = strcspn(at, ";");
		if (other_len > name && !memcmp(at, part, name))
			return !is_absent(at, other_len) &&
			       (other_len - name < KEY_DIGEST + 1 || memcmp(at + name, key, KEY_DIGEST + 1));
	}
	return false;
}

bool inputs_elsewhere(const char *inputs, const char *label)
{
	for (const char *at = inputs; at && label && *at;) {
		size_t len = strcspn(at, ";");
		if (is_elsewhere(at, len, label))
			return true;
		at += len + (at[len] == ';');
	}
	return false;
}

/* Adds what of `from` is not in `with` to the text: all that differs, or only names that are missing there. A
 * file that is gone does not differ: without it nothing could be made anew. */
static const char *add_differences(
	struct arena *arena, const char *text, const char *from, const char *with, bool names_only)
{
	for (const char *at = from; *at;) {
		size_t size = strcspn(at, ";"), name = strcspn(at, "=;");
		const char *colon = memchr(at, ':', name);
		bool by_name = names_only || is_absent(at, size) || is_elsewhere(at, size, with);
		bool differs = colon ? (by_name ? !has_name(with, at, name) : !has_part(with, at, size))
				     : !names_only && !has_part(with, at, size);
		if (differs) {
			const char *what = "x-flow or environment";
			if (colon)
				what = arena_printf(arena, "%.*s %s", (int)(colon - at), at,
					unescaped(arena, colon + 1, name - (size_t)(colon + 1 - at)));
			text = text ? arena_printf(arena, "%s, %s", text, what) : what;
		}
		at += size + (at[size] == ';');
	}
	return text;
}

const char *inputs_difference(struct arena *arena, const char *wanted, const char *label)
{
	if (!strcmp(wanted, label))
		return NULL;
	const char *text = add_differences(arena, NULL, wanted, label, false);
	text = add_differences(arena, text, label, wanted, true);
	return text || strstr(wanted, "=" ABSENT) || inputs_elsewhere(wanted, label) ? text : "their order";
}

/* Behind the digest that has no name. */
static const char *named_parts(const char *label)
{
	const char *named = strchr(label, ';');
	return named ? named + 1 : "";
}

const char *inputs_named_difference(struct arena *arena, const char *wanted, const char *label)
{
	return inputs_difference(arena, named_parts(wanted), named_parts(label));
}
