/* Images that go from one repository to another, with all that they are made of, for every platform. */
#ifndef ENGINE_IMAGE_COPY_H
#define ENGINE_IMAGE_COPY_H

#include "engine/registry/manifest.h"

/* Copies what `from` names into the repository `to`: within a registry without any bytes, else by way of a
 * file. What is there already stays. Its own manifest goes last, under its digest. Returns 0 and that
 * manifest, the arena's of `from`; or -1 with a finding. */
int image_copy(struct repository *to, struct repository *from, struct manifest *ret, struct errors *errors);

#endif
