/* What in a text is likely to be a secret, and the text without it. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Stands for a secret in what is shown. */
#define SECRET_MASK "***"

struct map;

/* Whether a name says that what it names is secret: DB_PASSWORD, api-key, --requirepass. Not the name of a
 * file (PASSWORD_FILE), nor the section `secrets` of compose files. */
bool secret_is_name(const char *name, size_t len);

/* The next part of `text`, from `from` (within it) on, that is likely to be a secret: what follows such a
 * name up to the end of the line or a closing mark (NAME=VALUE, `name: value`; of `--name value` one word),
 * or what looks like a generated key (20 letters and digits or more in a row, both among them). NULL: there
 * is none. */
const char *secret_next(const char *text, const char *from, size_t *ret_len);

/* The text as it may be shown: SECRET_MASK stands for such parts, for logins and queries of URLs, and for
 * each of the texts that are keys of `known` (NULL: none). Text without any is borrowed. */
const char *secret_masked(struct arena *arena, const char *text, const struct map *known);

/* The text with SECRET_MASK for each of the texts that are keys of `known` (NULL: none), and nothing else.
 * Text without any is borrowed. */
const char *secret_known_masked(struct arena *arena, const char *text, const struct map *known);

/* Makes the text one of `known`, unless it is so short or plain that it would hide what is none: below four
 * characters, or a number of less than six digits. The text has to outlive the map. */
void secret_note(struct map *known, const char *text);

#endif
