#include "engine/probe/probe_kinds.h"

const struct prober *prober_of(enum probe_kind kind)
{
#define PROBER(NAME, name) [PROBE_##NAME] = &prober_##name,
	static const struct prober *const rows[] = {
		[PROBE_UNSET] = &prober_exec, /* whatever check the image brings */
		[PROBE_CONTAINER] = &prober_exec,
		[PROBE_NONE] = NULL,
		PROBE_KINDS(PROBER)
	};
	return rows[kind];
}

const struct prober *prober_by(const struct prober *kind, const struct route *route)
{
	return kind->ported && route_way(route)->way == WAY_HELPER ? &prober_helper : kind;
}
