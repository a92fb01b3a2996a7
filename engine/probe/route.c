#include "engine/probe/route.h"

#include "base/trace.h"
#include "engine/probe/pace.h"
#include "graph/dag/dag.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

/* A container's address answers in far less where it can be reached at all. */
#define ADDRESS_PATIENCE   (250 * PACE_MS)
#define PUBLISHED_PATIENCE (2 * PACE_SECOND)

static const char *const words[WAY_COUNT] = {
	[WAY_ADDRESS] = "the container's address",
	[WAY_HOST] = "the engine's host",
	[WAY_PUBLISHED] = "the published port",
	[WAY_HELPER] = "a helper container in its network, at",
};

int64_t route_port(
	const struct service *service, const struct probe *probe, const struct look *look, int64_t usual)
{
	int64_t port = dag_probe_port(service, probe);
	return port ? port : usual ? usual : look->exposed;
}

/* Numeric address of the engine's host; NULL when it has none we could know. */
static const char *host_address(struct route *route)
{
	const struct engine *engine = route->engine;
	const struct endpoint *endpoint = &engine->endpoint;
	const char *from = endpoint->ssh ? endpoint->ssh : endpoint->host;
	const char *scheme = from ? strstr(from, "://") : NULL;
	if (engine->local || !from)
		return "127.0.0.1";
	from = scheme ? scheme + 3 : from;
	const char *user = strchr(from, '@');
	from = user ? user + 1 : from;
	bool six = *from == '[';
	char name[NI_MAXHOST];
	snprintf(name, sizeof name, "%.*s", (int)strcspn(from + six, six ? "]" : ":/"), from + six);
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return NULL;
	bool ok = getnameinfo(found->ai_addr, found->ai_addrlen, route->host, sizeof route->host, NULL, 0,
			  NI_NUMERICHOST) == 0;
	freeaddrinfo(found);
	return ok ? route->host : NULL;
}

static void route_add(struct route *route, enum way way, const char *address, int64_t port)
{
	if (!address || !port)
		return;
	struct route_way *added = &route->ways[route->nways++];
	*added = (struct route_way){ .way = way, .port = port };
	snprintf(added->address, sizeof added->address, "%s", address);
}

/* Where a binding to `host_ip` is reached from here; NULL: it is not. */
static const char *binding_address(struct route *route, const char *host_ip)
{
	bool all = !*host_ip || strcmp(host_ip, "0.0.0.0") == 0 || strcmp(host_ip, "::") == 0;
	bool loopback = strncmp(host_ip, "127.", 4) == 0 || strcmp(host_ip, "::1") == 0;
	if (all)
		return host_address(route);
	return route->engine->local || !loopback ? host_ip : NULL;
}

int route_plan(struct route *route, struct engine *engine, const struct service *service,
	const struct probe *probe, const struct look *look, int64_t usual, struct errors *errors)
{
	int64_t port = route_port(service, probe, look, usual);
	*route = (struct route){ .engine = engine };
	if (port < 1 || port > 65535) {
		error_add(errors, ERROR_FILE, &probe->at, NULL, "service %s: the healthcheck names no port",
			service->key);
		return error_hint(errors, "add `port:` to it, or `ports:` to the service");
	}
	int64_t inside = probe->host ? 0 : port;
	if (probe->host)
		route_add(route, WAY_HOST, host_address(route), port);
	for (size_t i = 0; probe->host && i < look->nports && !inside; i++)
		inside = look->ports[i].host == port ? look->ports[i].container : 0;
	if (!probe->host) {
		if (look->host_network)
			route_add(route, WAY_HOST, host_address(route), port);
		else if (engine->local && !engine->indirect)
			route_add(route, WAY_ADDRESS, look->address, port);
		for (size_t i = 0; i < look->nports; i++)
			if (look->ports[i].container == port) {
				route_add(route, WAY_PUBLISHED,
					binding_address(route, look->ports[i].host_ip), look->ports[i].host);
				break;
			}
	}
	route_add(route, WAY_HELPER, look->address ? look->address : "127.0.0.1", inside);
	return 0;
}

const struct route_way *route_way(const struct route *route)
{
	return &route->ways[route->at];
}

const char *route_words(struct arena *arena, const struct route *route)
{
	const struct route_way *way = route_way(route);
	bool six = strchr(way->address, ':');
	return arena_printf(arena, "%s %s%s%s:%lld", words[way->way], six ? "[" : "", way->address,
		six ? "]" : "", (long long)way->port);
}

static void route_stop(struct route *route)
{
	dial_finish(&route->dial);
	loop_cancel(route->engine->loop, route->timer);
	route->timer = NULL;
}

static bool go_on(struct route *route);

/* The way under test can or cannot be used. */
static void judged(struct route *route, bool usable)
{
	enum way way = route_way(route)->way;
	int error = route->dial.error;
	route_stop(route);
	if (way == WAY_ADDRESS && !usable)
		route->engine->indirect = true;
	TRACE("route", "\"way\":%d,\"usable\":%s,\"error\":%d", (int)way, usable ? "true" : "false", error);
	if (!usable)
		route->at++;
	if (usable || go_on(route))
		route->settled(route->arg);
}

static void route_on_dial(void *arg, enum dial_event event)
{
	struct route *route = arg;
	bool answers = event == DIAL_CONNECTED;
	/* The container itself refuses: we reach it, nothing listens yet. */
	if (route_way(route)->way == WAY_ADDRESS && route->dial.error == ECONNREFUSED)
		answers = true;
	judged(route, answers);
}

static void route_on_late(void *arg)
{
	struct route *route = arg;
	route->timer = NULL;
	judged(route, false);
}

/* Returns true when the present way needs no test, else begins it. */
static bool go_on(struct route *route)
{
	const struct route_way *way = route_way(route);
	if (way->way == WAY_HELPER || route->at + 1 == route->nways)
		return true;
	dial_begin(&route->dial, route->engine->loop, way->address, way->port, 4096, route_on_dial, route);
	route->timer = loop_after(route->engine->loop,
		way->way == WAY_ADDRESS ? ADDRESS_PATIENCE : PUBLISHED_PATIENCE, route_on_late, route);
	return false;
}

bool route_settle(struct route *route, void (*settled)(void *arg), void *arg)
{
	route->settled = settled;
	route->arg = arg;
	return go_on(route);
}

void route_finish(struct route *route)
{
	if (route->engine)
		route_stop(route);
}
