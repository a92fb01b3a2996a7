/* URLs as text. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/arena.h"

/* A URL as messages and labels show it: without user, password, query and fragment. Other names stay as they
 * are, borrowed. */
const char *url_shown(struct arena *arena, const char *url);

#endif
