/* The image of the probe helper, embedded: a tar with one static program, "probe". */
#ifndef ENGINE_HELPER_IMAGE_H
#define ENGINE_HELPER_IMAGE_H

#include "base/arena.h"

#include <stddef.h>

/* The tar as POST /images/create?fromSrc=- takes it; static bytes. */
const char *helper_image_tar(size_t *ret_len);

/* Its name in the engine, "docker-flow-probe:3f5c…": the tag is the digest of the tar, so that another
 * version never meets a wrong program. Arena's. */
const char *helper_image_name(struct arena *arena);

/* Name of the repository alone, "docker-flow-probe". */
#define HELPER_IMAGE_REPOSITORY "docker-flow-probe"

#endif
