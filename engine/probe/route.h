/* Which way a probe of a port takes. In this order, the first that can be used, found out once per container:
 *
 * 1. the container's address, where the engine is local and its networks can be reached from here (a
 *    connection or a refusal shows it; where one address does not answer, no other of that engine is tried);
 * 2. the published port on the engine's host (someone must accept there: docker-proxy does, even with nothing
 *    behind it, which the probes know);
 * 3. a helper container in the container's network namespace (engine/probe/probe_helper.c), which always
 * works.
 *
 * A probe with `host:` speaks of a port of the engine's host and tries that first. There is no way by exec in
 * the container: what tools an image has is a guess, the helper needs none. */
#ifndef ENGINE_ROUTE_H
#define ENGINE_ROUTE_H

#include "engine/probe/dial.h"
#include "engine/connect/engine.h"
#include "engine/observe/look.h"

enum way { WAY_ADDRESS, WAY_HOST, WAY_PUBLISHED, WAY_HELPER, WAY_COUNT };

struct route_way {
	enum way way;
	char address[64]; /* numeric; a copy, since the look that named it ends before the route */
	int64_t port;
};

struct route {
	struct engine *engine;
	struct route_way ways[WAY_COUNT];
	size_t nways, at; /* at: the one in use; nways at least 1 once planned */
	char host[64];    /* numeric address of a remote engine's host, which ways name */
	struct dial dial;
	struct loop_timer *timer;
	void (*settled)(void *arg);
	void *arg;
};

/* Port the probe means: the one that the file gives it (dag_probe_port), else the `usual` one of its kind (0:
 * none), else the lowest the image exposes; 0 when there is none. */
int64_t route_port(
	const struct service *service, const struct probe *probe, const struct look *look, int64_t usual);

/* Lists the ways to the probe's port (`usual`: see route_port). Returns -1 with an error when the probe names
 * no port and none can be derived. A remote engine's host name is looked up here. */
int route_plan(struct route *route, struct engine *engine, const struct service *service,
	const struct probe *probe, const struct look *look, int64_t usual, struct errors *errors);

/* Finds the first way that can be used. Returns true when that is known at once; else `settled(arg)` is
 * called from the loop. */
bool route_settle(struct route *route, void (*settled)(void *arg), void *arg);

/* The way in use. */
const struct route_way *route_way(const struct route *route);

/* The way in words: "the container's address 172.18.0.2:80". Arena's. */
const char *route_words(struct arena *arena, const struct route *route);

/* Stops finding out; a zeroed route is allowed. */
void route_finish(struct route *route);

#endif
