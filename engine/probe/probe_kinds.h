/* The table of probe kinds. */
#ifndef ENGINE_PROBE_KINDS_H
#define ENGINE_PROBE_KINDS_H

#include "engine/probe/probe.h"

/* The row of a kind, NULL for none. */
const struct prober *prober_of(enum probe_kind kind);

/* Who tries by `route`: the kind itself, or the helper in its stead. */
const struct prober *prober_by(const struct prober *kind, const struct route *route);

#endif
