/* Files of format 1 (fig.yml and the first docker-compose.yml): services stand at the top level. */
#ifndef COMPOSE_LEGACY_H
#define COMPOSE_LEGACY_H

#include "compose/tree/node.h"

/* Tells whether a document is of format 1: no sections, every value a mapping, one of them with image, build
 * or extends. `after_legacy`: an earlier file was, so a document that only overrides counts, too. */
bool legacy_is(const struct node *doc, bool after_legacy);

/* The first key of a document that is of no format at all: it has no section of today's, nor anything to be
 * of format 1 (legacy_is, with the same `after_legacy`); NULL for others. */
const struct member *legacy_stray(const struct node *doc, bool after_legacy);

/* Puts the services of a document of format 1 under `services:`, in place. */
void legacy_wrap(struct arena *arena, struct node *doc);

/* Rewrites the keys of its services to today's, in place; `before` (may be NULL) is the tree of earlier
 * files. What has changed its meaning since keeps the old one: no project network, volume names without
 * prefix. */
void legacy_rewrite(struct arena *arena, struct node *doc, const struct node *before);

#endif
