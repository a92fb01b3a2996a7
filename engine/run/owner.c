#include "engine/run/owner.h"

#include <stdlib.h>
#include <string.h>

/* A number that is all of the text. */
static bool owner_read_number(const char *text, int64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	if (!digits || digits > 10 || text[digits])
		return false;
	*ret = strtoll(text, NULL, 10);
	return true;
}

void owner_take_user(struct owner *owner, struct arena *arena, const char *text)
{
	size_t len = strcspn(text, ":");
	*owner = (struct owner){ .known = true };
	owner->user = len ? arena_strndup(arena, text, len) : "0";
	owner->group = text[len] && text[len + 1] ? text + len + 1 : NULL;
	owner->uid_known = owner_read_number(owner->user, &owner->uid);
	owner->gid_known = owner->group && owner_read_number(owner->group, &owner->gid);
	if (!owner->group && (strcmp(owner->user, "root") == 0 || strcmp(owner->user, "0") == 0))
		owner->uid_known = owner->gid_known = true;
}

enum owner_lack owner_lacks(const struct owner *owner)
{
	if (!owner->known)
		return OWNER_USER;
	if (!owner->uid_known || (!owner->group && !owner->gid_known))
		return OWNER_PASSWD;
	return owner->gid_known ? OWNER_WHOLE : OWNER_GROUP;
}

/* The number in a line NAME:PASSWORD:NUMBER[:NUMBER]… at `field` (from 2). */
static int64_t line_number(const char *line, size_t field)
{
	for (; field; field--) {
		line += strcspn(line, ":\n");
		line += *line == ':';
	}
	return strtoll(line, NULL, 10);
}

/* The line whose name, or third field, is this one; NULL: there is none. */
static const char *find_line(const char *text, const char *name)
{
	int64_t number;
	bool numeric = owner_read_number(name, &number);
	size_t len = strlen(name);
	for (const char *line = text; line && *line;) {
		if ((strncmp(line, name, len) == 0 && line[len] == ':') ||
			(numeric && line_number(line, 2) == number && *line != '\n'))
			return line;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return NULL;
}

void owner_take_passwd(struct owner *owner, const char *text)
{
	const char *line = find_line(text, owner->user);
	if (line && !owner->uid_known)
		owner->uid = line_number(line, 2);
	if (line && !owner->group)
		owner->gid = line_number(line, 3);
	owner->uid_known = true;
	owner->gid_known |= !owner->group;
}

void owner_take_group(struct owner *owner, const char *text)
{
	const char *line = find_line(text, owner->group);
	if (line)
		owner->gid = line_number(line, 2);
	owner->gid_known = true;
}
