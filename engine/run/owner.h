/* Whom files belong to that a container is given: user and group of its processes, as numbers. Names, and the
 * group of a user alone, are known in the image only. */
#ifndef ENGINE_OWNER_H
#define ENGINE_OWNER_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* What is missing to know the numbers. */
enum owner_lack { OWNER_WHOLE, OWNER_USER, OWNER_PASSWD, OWNER_GROUP };

/* A user as `user:` or an image names it; zeroed: not known yet. */
struct owner {
	const char *user, *group; /* as written, NULL: not at all */
	bool known, uid_known, gid_known;
	int64_t uid, gid;
};

/* Takes USER[:GROUP], where each is a name or a number; "" is root. */
void owner_take_user(struct owner *owner, struct arena *arena, const char *text);

/* What must be asked for next: the user, /etc/passwd, /etc/group, or nothing. */
enum owner_lack owner_lacks(const struct owner *owner);

/* Take the text of these files; NULL: the image has none. Names that are not there are 0: the engine refuses
 * to start such a container. (engine: a user without a group has that of passwd, else 0) */
void owner_take_passwd(struct owner *owner, const char *text);
void owner_take_group(struct owner *owner, const char *text);

#endif
