/* Tags of a repository, as its registry lists them. (OCI Distribution Specification 1.1, "Listing Tags".) */
#ifndef ENGINE_TAG_LIST_H
#define ENGINE_TAG_LIST_H

#include "engine/registry/repository.h"

#define TAG_LIST_MOST ((size_t)1 << 20) /* tags of one repository */

/* Whether the text can be a tag. */
bool tag_valid(const char *text);

/* Gets all of them, page after page, each once; registries give any order. Returns 0 and the tags, the
 * repository's arena's; or -1 with a finding. */
int tag_list_get(struct repository *repository, struct texts *ret_tags, struct errors *errors);

/* The place of the next page that a Link header names (RFC 8288: rel="next"); arena's. NULL: there is none.
 */
const char *tag_list_next(struct arena *arena, const char *link);

#endif
