/* Digests of images in their registries, asked through the engine (Engine API 1.30: GET
 * /distribution/NAME/json). */
#ifndef ENGINE_DISTRIBUTION_H
#define ENGINE_DISTRIBUTION_H

#include "engine/connect/engine.h"

/* Replaces every image of the list by its full name with tag and digest:
 * docker.io/library/nginx:1.25@sha256:…. One that has a digest keeps it, loses its tag and is not asked for;
 * the others are asked for at the same time, with docker's credentials, each once. Texts are the arena's of
 * the engine. Returns 0, or -1 with a finding for every image that cannot be resolved. */
int distribution_pin(struct engine *engine, const char **images, size_t nimages, struct errors *errors);

#endif
