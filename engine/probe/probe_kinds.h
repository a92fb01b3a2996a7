/* The table of probe kinds. */
#ifndef ENGINE_PROBE_KINDS_H
#define ENGINE_PROBE_KINDS_H

#include "engine/probe/probe.h"

/* The row of a kind, NULL for none: by its route a ported one may have to go through the helper. */
const struct prober *prober_of(enum probe_kind kind, const struct route *route);

#endif
