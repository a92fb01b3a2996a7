#include "engine/probe/probe_kinds.h"

const struct prober *prober_of(enum probe_kind kind, const struct route *route)
{
	static const struct prober *const rows[] = {
		[PROBE_HTTP] = &prober_http,
		[PROBE_TCP] = &prober_tcp,
		[PROBE_POSTGRESQL] = &prober_postgresql,
		[PROBE_EXEC] = &prober_exec,
		[PROBE_LOG] = &prober_log,
		[PROBE_CONTAINER] = &prober_exec,
		[PROBE_UNSET] = &prober_exec, /* whatever check the image brings */
		[PROBE_NONE] = NULL,
	};
	const struct prober *by = rows[kind];
	return by && by->ported && route->nways && route_way(route)->way == WAY_HELPER ? &prober_helper : by;
}
