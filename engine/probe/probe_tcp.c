/* A port is ready when it accepts. On a published port docker-proxy accepts with nothing behind it and then
 * hangs up: there the connection has to last for a moment, or say something. */
#include "engine/probe/probe.h"

#include <string.h>

#define LASTS (100 * PACE_MS)

struct tcp {
	struct dial dial;
	struct loop_timer *timer;
};

static void on_lasted(void *arg)
{
	struct probe_try *try = arg;
	struct tcp *tcp = try->own;
	tcp->timer = NULL;
	probe_settle(try, true, "ready");
}

static void probe_tcp_on_dial(void *arg, enum dial_event event)
{
	struct probe_try *try = arg;
	struct tcp *tcp = try->own;
	if (event == DIAL_CONNECTED && route_way(try->route)->way != WAY_ADDRESS)
		tcp->timer = loop_after(try->engine->loop, LASTS, on_lasted, try);
	else if (event == DIAL_CONNECTED || event == DIAL_DATA)
		probe_settle(try, true, "ready");
	else if (event == DIAL_END)
		probe_settle(try, false, "the connection was accepted and closed at once");
	else
		probe_settle(try, false, "%s", strerror(tcp->dial.error));
}

static void probe_tcp_begin(struct probe_try *try)
{
	struct tcp *tcp = try->own;
	const struct route_way *way = route_way(try->route);
	dial_begin(&tcp->dial, try->engine->loop, way->address, way->port, 65536, probe_tcp_on_dial, try);
}

static void probe_tcp_cancel(struct probe_try *try)
{
	struct tcp *tcp = try->own;
	dial_finish(&tcp->dial);
	loop_cancel(try->engine->loop, tcp->timer);
}

static void order_tcp(const struct probe_try *try, struct helper_order *order)
{
	(void)try;
	order->talk = "tcp";
}

const struct prober prober_tcp = {
	.name = "tcp",
	.size = sizeof(struct tcp),
	.growth = { 10 * PACE_MS, 8 },
	.ported = true,
	.begin = probe_tcp_begin,
	.cancel = probe_tcp_cancel,
	.order = order_tcp,
};
