/* What a build is given and nobody is to read in what it tells: the password of its context's URL, which git
 * repeats, and values of arguments whose names say that they are secret, which BuildKit puts into the names
 * of steps. */
#ifndef ENGINE_BUILD_SECRETS_H
#define ENGINE_BUILD_SECRETS_H

#include "base/map.h"
#include "engine/image/image_job.h"

struct build_secrets {
	struct map passwords; /* of URLs, as they are written and unescaped */
	struct map all;       /* these, and values of arguments */
};

/* Collects them of the service and the wish of the job's step, in the arena. */
void build_secrets_find(struct build_secrets *ret_secrets, struct arena *arena, const struct job *job);

/* What a step says, without passwords: what the user's own programs print otherwise is their affair. Text
 * without any is borrowed. */
const char *build_secrets_output(const struct build_secrets *secrets, struct arena *arena, const char *text);

/* A step's name or a failure, without any of them. Text without any, and NULL, is borrowed. */
const char *build_secrets_name(const struct build_secrets *secrets, struct arena *arena, const char *text);

#endif
