#include "compose/tree/image_name.h"

#include <string.h>

#define LOWER    "abcdefghijklmnopqrstuvwxyz"
#define UPPER    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"
#define TAG_MOST 128

/* Parts of letters and digits, joined by `.`, `_`, `__` or any number of `-`. */
static bool valid_component(const char *text, size_t len)
{
	size_t at = 0;
	for (;;) {
		size_t run = strspn(text + at, LOWER DIGITS);
		if (!run)
			return false;
		at += run;
		if (at >= len)
			return at == len;
		if (text[at] == '-')
			at += strspn(text + at, "-");
		else if (strncmp(text + at, "__", 2) == 0)
			at += 2;
		else if (text[at] == '.' || text[at] == '_')
			at++;
		else
			return false;
	}
}

/* The first part is a host when it could be no path: with a dot, a port, an upper case letter, or localhost.
 */
static bool is_host(const char *text, size_t len)
{
	return strcspn(text, ".:[" UPPER) < len || (len == 9 && strncmp(text, "localhost", len) == 0);
}

static bool valid_host(const char *text, size_t len)
{
	size_t end = strspn(text, LOWER UPPER DIGITS ".-");
	if (text[0] == '[') {
		end = 1 + strspn(text + 1, "abcdefABCDEF" DIGITS ":");
		if (text[end++] != ']')
			return false;
	}
	if (end == 0 || end >= len)
		return end == len && len;
	size_t port = strspn(text + end + 1, DIGITS);
	return text[end] == ':' && port && end + 1 + port == len;
}

static bool valid_digest(const char *text)
{
	size_t kind = strspn(text, LOWER UPPER DIGITS "+._-");
	if (!kind || text[kind] != ':')
		return false;
	size_t value = strspn(text + kind + 1, "abcdefABCDEF" DIGITS);
	return value && text[kind + 1 + value] == '\0';
}

bool image_name_valid(const char *text)
{
	size_t len = strcspn(text, "/");
	if (text[len] && is_host(text, len)) {
		if (!valid_host(text, len))
			return false;
		text += len + 1;
	}
	while (len = strcspn(text, "/:@"), text[len] == '/') {
		if (!valid_component(text, len))
			return false;
		text += len + 1;
	}
	if (!valid_component(text, len))
		return false;
	text += len;
	if (*text == ':') {
		len = strspn(++text, LOWER UPPER DIGITS "_.-");
		if (!len || len > TAG_MOST || strchr(".-", *text))
			return false;
		text += len;
	}
	return *text == '@' ? valid_digest(text + 1) : !*text;
}

bool image_name_latest(const char *text)
{
	const char *path = strrchr(text, '/');
	const char *tag = strchr(path ? path : text, ':');
	return !strchr(text, '@') && (!tag || strcmp(tag, ":latest") == 0);
}
