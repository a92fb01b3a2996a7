/* Lines of files as messages show them: `*` stands for every character of a value that may be a secret. */
#ifndef COMPOSE_EXCERPT_H
#define COMPOSE_EXCERPT_H

#include "base/arena.h"

/* What of a YAML text is not shown. */
struct excerpt;

/* Finds what may be secret: values under `environment`, `args`, `labels`, `annotations`, `secrets`,
 * `content`, `dockerfile_inline`, `headers`, `auths` and options of drivers (not of providers), a text
 * without any key, also where an alias takes them from; of a secret not its place (`file`, `environment`);
 * elsewhere what secret_masked finds; all that follows when the text is no YAML from within such a place on.
 * Names, marks of lists, tags and references to variables are none. Never NULL; the arena's. `text` is kept
 * by reference. */
const struct excerpt *excerpt_read(struct arena *arena, const char *text);

/* The line (from 1) as it may be shown, the arena's; NULL when the text has fewer. */
const char *excerpt_line(struct arena *arena, const struct excerpt *excerpt, unsigned line);

/* A line of a text that is no YAML: hides what follows the name of a password or token, and URLs with a
 * login. */
const char *excerpt_words(struct arena *arena, const char *line);

#endif
