/* From the files of a project to the layers of an artifact: files lie beside each other there, so what names
 * a local file names its layer instead. Nothing else of a text is changed. */
#ifndef ENGINE_BUNDLE_H
#define ENGINE_BUNDLE_H

#include "compose/model/model.h"
#include "engine/artifact/artifact.h"

/* Reads the project's files, those they extend (and so on), and with `env` the env files that any of them
 * names, into layers, the arena's. A name that cannot be changed, such as one of several lines, is a finding.
 * Env files that are not there (`required: false`) have no layer. *ret_left is the number of env files that
 * were named and have none. Returns 0 or -1. */
int bundle_make(struct arena *arena, const struct project *project, bool env, struct artifact *ret,
	size_t *ret_left, struct errors *errors);

#endif
