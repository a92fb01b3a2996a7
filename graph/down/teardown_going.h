/* Which services `down` takes away when some are named. */
#ifndef GRAPH_TEARDOWN_GOING_H
#define GRAPH_TEARDOWN_GOING_H

#include "graph/up/reconcile.h"

/* The services named, and with `dependents` those that cannot stay without them: by the graph, and where a
 * container's service is not in it by the label depends_on. Service key → why it goes, "" of one that was
 * named. Empty when none is named. */
const struct map *teardown_going(struct arena *arena, const struct teardown_scope *scope, bool dependents);

#endif
