/* Registries that the engine is told to speak to without TLS (dockerd's `insecure-registries`). */
#ifndef ENGINE_INSECURE_H
#define ENGINE_INSECURE_H

#include "engine/connect/engine.h"

/* Asks the engine (GET /info, RegistryConfig) whether HOST[:PORT] is one of them, by its name or by the
 * network of its address; turns the loop meanwhile. An engine that does not say so trusts none. */
bool insecure_registry(struct engine *engine, const char *host);

#endif
