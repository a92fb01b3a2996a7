#include "engine/console/detach.h"

#include <string.h>

/* One key; returns -1 when there is none of that name. */
static int detach_key(const char *name, size_t len)
{
	static const char after[] = "@abcdefghijklmnopqrstuvwxyz[\\]^_";
	if (len == 1)
		return (unsigned char)name[0];
	if (len == 3 && memcmp(name, "DEL", 3) == 0)
		return 0x7f;
	const char *found =
		len == 6 && memcmp(name, "ctrl-", 5) == 0 && name[5] ? strchr(after, name[5]) : NULL;
	return found ? (int)(found - after) : -1;
}

int detach_read(struct detach *ret_detach, const char *text, const char *origin, struct errors *errors)
{
	struct detach detach = { .text = text };
	for (const char *at = text;; at++) {
		size_t len = strcspn(at, ",");
		int key = detach_key(at, len);
		if (key < 0 || detach.count == DETACH_KEYS_MOST) {
			error_add(errors, ERROR_USAGE, NULL, NULL, "%s: \"%s\" are no keys to detach with",
				origin, text);
			return error_hint(errors,
				"single characters, ctrl-a to ctrl-z, ctrl-@, ctrl-[, ctrl-\\, ctrl-], "
				"ctrl-^, ctrl-_ or DEL, %d at the most: " DETACH_DEFAULT,
				DETACH_KEYS_MOST);
		}
		detach.keys[detach.count++] = (char)key;
		at += len;
		if (!*at)
			break;
	}
	*ret_detach = detach;
	return 0;
}

/* The keys kept back and `next`: how many of the last ones the sequence can begin with. Copies those before
 * them to `to`. */
static size_t keep_back(struct detach *detach, char next, char *to)
{
	char typed[DETACH_KEYS_MOST + 1];
	size_t all = detach->have + 1, passed = 0;
	memcpy(typed, detach->keys, detach->have);
	typed[detach->have] = next;
	while (passed < all && memcmp(typed + passed, detach->keys, all - passed) != 0)
		passed++;
	memcpy(to, typed, passed);
	detach->have = all - passed;
	return passed;
}

bool detach_pass(struct detach *detach, const char *typed, size_t len, char *to, size_t *ret_len)
{
	*ret_len = 0;
	for (size_t i = 0; i < len; i++) {
		*ret_len += keep_back(detach, typed[i], to + *ret_len);
		if (detach->have == detach->count)
			return true;
	}
	return false;
}
