/* PostgreSQL is ready when it lets us in and answers a query, or shows otherwise that it serves
 * (wire_pg_judge). */
#include "engine/probe/probe.h"
#include "engine/probe/probe_wire.h"

#include <string.h>

struct postgresql {
	struct dial dial;
	struct wire_pg pg;
};

static void on_answer(struct probe_try *try)
{
	struct postgresql *own = try->own;
	char message[64];
	size_t used = 0;
	switch (wire_pg_judge(&own->pg, own->dial.in.data, own->dial.in.len, &used)) {
	case WIRE_MORE:
		break;
	case WIRE_SEND:
		dial_send(&own->dial, message, wire_pg_query(message, sizeof message));
		break;
	case WIRE_PASS:
		if (own->pg.queried) /* in the middle of a challenge it would be a protocol error */
			dial_send(&own->dial, message, wire_pg_terminate(message, sizeof message));
		probe_settle(try, true, "ready");
		break;
	case WIRE_NOT_YET:
		probe_settle(try, false, "%s", own->pg.why);
		break;
	}
	buf_drop(&own->dial.in, used);
}

/* Sends the start-up message when connected, and judges the first answer. */
static void probe_postgresql_on_dial(void *arg, enum dial_event event)
{
	struct probe_try *try = arg;
	struct postgresql *own = try->own;
	char startup[1024];
	size_t len;
	switch (event) {
	case DIAL_CONNECTED:
		len = wire_pg_startup(startup, sizeof startup, try->probe->user, try->probe->dbname);
		try->hopeless = len == 0;
		if (try->hopeless)
			probe_settle(try, false, "the names of user and database are too long");
		else
			dial_send(&own->dial, startup, len);
		break;
	case DIAL_DATA:
		on_answer(try);
		break;
	case DIAL_END:
		probe_settle(try, false, "the connection was closed without an answer");
		break;
	case DIAL_ERROR:
		probe_settle(try, false, "%s", strerror(own->dial.error));
		break;
	}
}

static void probe_postgresql_begin(struct probe_try *try)
{
	struct postgresql *own = try->own;
	const struct route_way *way = route_way(try->route);
	own->pg.named = try->probe->dbname != NULL;
	dial_begin(&own->dial, try->engine->loop, way->address, way->port, 128 << 10,
		probe_postgresql_on_dial, try);
}

static void probe_postgresql_cancel(struct probe_try *try)
{
	struct postgresql *own = try->own;
	dial_finish(&own->dial);
}

static void order_postgresql(const struct probe_try *try, struct helper_order *order)
{
	const struct probe *probe = try->probe;
	*order = (struct helper_order){
		.talk = "postgresql",
		.words = { probe->user ? probe->user : "postgres", probe->dbname },
	};
}

const struct prober prober_postgresql = {
	.name = "postgresql",
	.size = sizeof(struct postgresql),
	.growth = { 20 * PACE_MS, 4 },
	.ported = true,
	.port = 5432,
	.begin = probe_postgresql_begin,
	.cancel = probe_postgresql_cancel,
	.order = order_postgresql,
};
