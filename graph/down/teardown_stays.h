/* Which containers a teardown leaves where they are. */
#ifndef GRAPH_TEARDOWN_STAYS_H
#define GRAPH_TEARDOWN_STAYS_H

#include "graph/up/reconcile.h"

/* The service whose provider has made the container and is asked to take it away, or to stop it, after this
 * plan; NULL: nobody else is. */
const struct service *teardown_asked(const struct teardown_scope *scope,
	const struct teardown_options *options, const struct observed_container *seen);

/* Why a container of the project stays that no provider is asked about, as a note; NULL: it goes. Arena's. */
const char *teardown_stays(struct arena *arena, const struct teardown_scope *scope,
	const struct teardown_options *options, const struct observed_container *seen);

#endif
