#include "base/text/secret.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { KEY_LEAST = 20, KNOWN_LEAST = sizeof SECRET_MASK, NUMBER_LEAST = 6 };

static bool has_word(const char *text, size_t len, const char *word)
{
	size_t size = strlen(word);
	for (size_t i = 0; i + size <= len; i++)
		if (strncasecmp(text + i, word, size) == 0)
			return true;
	return false;
}

static bool has_ending(const char *text, size_t len, const char *ending)
{
	size_t size = strlen(ending);
	return len >= size && strncasecmp(text + len - size, ending, size) == 0;
}

bool secret_is_name(const char *name, size_t len)
{
	static const char *const parts[] = { "passw", "passphrase", "secret", "token", "credential", "apikey",
		"api_key", "api-key", "authorization", "bearer" };
	static const char *const endings[] = { "pass", "pwd", "_pw", "-pw", "_key", "-key", ".key" };
	static const char *const harmless[] = { "file", "path" };
	for (; len && *name == '-'; len--)
		name++;
	if (len == strlen("secrets") && memcmp(name, "secrets", len) == 0)
		return false;
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (has_ending(name, len, harmless[i]))
			return false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (has_word(name, len, parts[i]))
			return true;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (has_ending(name, len, endings[i]))
			return true;
	return false;
}

static size_t run_length(const char *text, const char *others)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[len]) || (text[len] && strchr(others, text[len])))
		len++;
	return len;
}

/* Bytes of a generated key that begins here; 0: there is none. The digest of an image is none. */
static size_t key_length(const char *whole, const char *text)
{
	static const char digest[] = "sha256:";
	size_t len = run_length(text, ""), digits = 0, behind = (size_t)(text - whole);
	for (size_t i = 0; i < len; i++)
		digits += isdigit((unsigned char)text[i]) != 0;
	if (len < KEY_LEAST || !digits || digits == len)
		return 0;
	bool named = behind >= strlen(digest) && memcmp(text - strlen(digest), digest, strlen(digest)) == 0;
	return named ? 0 : run_length(text, "+/=_-");
}

/* Whether a value may stand behind a blank: of --name, of a header's kind, of NAME as in ENV of a Dockerfile.
 */
static bool is_followed(const char *name, size_t len)
{
	bool small = false;
	for (size_t i = 0; i < len; i++)
		small |= islower((unsigned char)name[i]) != 0;
	return *name == '-' || !small || (len == strlen("bearer") && strncasecmp(name, "bearer", len) == 0);
}

/* Where the value begins of a name that ends before `after`: NAME=VALUE, "name": "value", --name value. NULL:
 * it has none. */
static const char *value_of(const char *name, const char *after)
{
	size_t len = (size_t)(after - name);
	after += *after == '"' || *after == '\'';
	if (*after == '=' || *after == ':')
		after += 1 + strspn(after + 1, " \t");
	else if (is_followed(name, len) && (*after == ' ' || *after == '\t'))
		after += strspn(after, " \t");
	else
		return NULL;
	return *after ? after : NULL;
}

/* The end of a value: its quote, else the mark that ends a member or the line's end; of an option's the
 * blank. A header's has two words. */
static const char *value_end(const char *name, const char *after, const char *value)
{
	if (has_word(name, (size_t)(after - name), "authorization"))
		return value + strcspn(value, "\"'\r\n");
	if (*name == '-' && (*after == ' ' || *after == '\t'))
		return value + strcspn(value, " \t\r\n,;&}]\"'");
	if (*value != '"' && *value != '\'')
		return value + strcspn(value, "\r\n,;&}]\"'");
	const char *quote = strchr(value + 1, *value);
	return quote ? quote + 1 : value + strlen(value);
}

/* The text gets shorter each time: what is known is longer than the mask. */
const char *secret_known_masked(struct arena *arena, const char *text, const struct map *known)
{
	const struct map_entry *entry;
	size_t at = 0;
	while (known && (entry = map_next(known, &at)))
		for (const char *found; (found = strstr(text, entry->key));)
			text = arena_printf(arena, "%.*s" SECRET_MASK "%s", (int)(found - text), text,
				found + strlen(entry->key));
	return text;
}

const char *secret_next(const char *text, const char *from, size_t *ret_len)
{
	while (*from) {
		size_t len = run_length(from, "_-."), word = run_length(from, "");
		const char *value = len && secret_is_name(from, len) ? value_of(from, from + len) : NULL;
		const char *end = value ? value_end(from, from + len, value) : NULL;
		size_t key = key_length(text, from);
		*ret_len = key ? key : value ? (size_t)(end - value) : 0;
		if (*ret_len)
			return key ? from : value;
		from += word ? word : 1;
	}
	return NULL;
}

const char *secret_masked(struct arena *arena, const char *text, const struct map *known)
{
	if (strstr(text, "PRIVATE KEY-----"))
		return SECRET_MASK;
	const char *masked = url_masked(arena, secret_known_masked(arena, text, known));
	auto_buf struct buf out;
	buf_init(&out, 4 * strlen(masked) + sizeof SECRET_MASK);
	const char *part, *at = masked;
	for (size_t len; (part = secret_next(masked, at, &len)); at = part + len) {
		buf_append(&out, at, (size_t)(part - at));
		buf_puts(&out, SECRET_MASK);
	}
	buf_puts(&out, at);
	return strcmp(buf_text(&out), text) == 0 ? text : arena_strdup(arena, buf_text(&out));
}

void secret_note(struct map *known, const char *text)
{
	size_t len = strlen(text);
	bool plain = strspn(text, "0123456789") == len && len < NUMBER_LEAST;
	if (len >= KNOWN_LEAST && !plain)
		map_set(known, text, "");
}
