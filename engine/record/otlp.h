/* Runs for a collector of OpenTelemetry, where the environment names one (OpenTelemetry Protocol Exporter,
 * opentelemetry.io/docs/specs/otel/protocol/exporter). A process of its own sends, so that no run waits for
 * it. */
#ifndef ENGINE_OTLP_H
#define ENGINE_OTLP_H

#include "engine/loop/loop.h"
#include "graph/timeline/timeline.h"

/* What the environment says of a collector; arena's. */
struct otlp {
	const char *url;            /* NULL: there is none */
	const char *const *headers; /* "Name: value", NULL-terminated */
	int64_t timeout;            /* ns */
};

/* Reads it: OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT, _HEADERS, _TIMEOUT and _PROTOCOL; OTEL_TRACES_EXPORTER and
 * OTEL_SDK_DISABLED may switch it off, and so does the protocol grpc, which we do not speak. */
struct otlp otlp_read(struct arena *arena, const struct map *os_env);

/* Where there is a collector: gives the run to a child that sends it and outlives us. It is sent as it is
 * now, below TRACEPARENT if that is set. Returns 0, also without a collector; -1: no child. */
int otlp_export(struct loop *loop, const struct map *os_env, struct timeline *timeline);

/* Sends a body to the collector. Returns 0, or -1: it did not take it. */
int otlp_send(const struct otlp *otlp, const char *body, size_t len);

#endif
