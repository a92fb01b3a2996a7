/* What an HTTP probe asks and how it judges the answer, for the probe itself and for the helper. */
#ifndef ENGINE_PROBE_HTTP_H
#define ENGINE_PROBE_HTTP_H

#include "compose/model/model.h"
#include "engine/probe/probe_wire.h"

/* Begin of the user agent that probes give, as web servers write it into their logs. */
#define PROBE_AGENT "docker-flow/"

/* The request: HTTP/1.1, closed after the answer. `Host` is the probe's host, else localhost, which is what
 * checks from within a container have always sent, so that lists of allowed hosts let it pass; `headers` may
 * override it. Path default "/", of a registry-style port "/_internal_/healthcheck". Arena's. */
const char *probe_http_request(
	struct arena *arena, const struct service *service, const struct probe *probe, int64_t port);

/* Judges `len` bytes of answer, `ended` when nothing more comes: status within the ranges (redirects are not
 * followed), then the members of the JSON body. The bytes may be changed. `ret_why` is set for
 * WIRE_NOT_YET. */
enum wire probe_http_judge(struct arena *arena, const struct probe *probe, char *bytes, size_t len,
	bool ended, const char **ret_why);

#endif
