/* Values of the engine's documents as a plan shows them: as people read them, without what may be secret.
 * Pure. */
#ifndef ENGINE_CHANGE_TEXT_H
#define ENGINE_CHANGE_TEXT_H

#include "base/arena.h"

#include <stdbool.h>

struct cJSON;
struct map;

/* What is secret wherever it stands in a free text: texts → anything (base/text/secret.h). */
struct change_secrets {
	const struct map *environment; /* values of the container's environment, as it is and as it will be */
	const struct map *variables;   /* what the variables of the files have brought; NULL: nothing */
};

struct change_text {
	const char *text;  /* NULL: there is nothing */
	const char *shown; /* the same without what is masked */
	bool varies;       /* a variable brought a part of it: what was there before may be secret, too */
};

/* A value as text of the arena; with `secrets` what may be one is masked. */
struct change_text change_text(
	struct arena *arena, const struct cJSON *value, const struct change_secrets *secrets);

/* The same for text that shows nothing secret; NULL: there is nothing. */
struct change_text change_text_plain(const char *text);

#endif
