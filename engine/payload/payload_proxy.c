#include "engine/connect/config.h"
#include "engine/payload/payload.h"

#include <ctype.h>

static void add_proxy_variable(
	struct arena *arena, const char *name, const char *value, struct pair **pairs, size_t *count)
{
	if (!value || !*value)
		return;
	char *lower = arena_strdup(arena, name);
	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	*ARENA_PUSH(arena, *pairs, *count) = (struct pair){ name, value };
	*ARENA_PUSH(arena, *pairs, *count) = (struct pair){ lower, value };
}

void payload_proxies(
	struct arena *arena, const struct engine *engine, struct pair **ret_proxies, size_t *ret_count)
{
	const struct config_proxy *proxy =
		engine->config ? config_proxy(engine->config, engine->endpoint.host) : NULL;
	struct pair *pairs = NULL;
	size_t count = 0;
	if (proxy) {
		add_proxy_variable(arena, "HTTP_PROXY", proxy->http, &pairs, &count);
		add_proxy_variable(arena, "HTTPS_PROXY", proxy->https, &pairs, &count);
		add_proxy_variable(arena, "NO_PROXY", proxy->no, &pairs, &count);
		add_proxy_variable(arena, "FTP_PROXY", proxy->ftp, &pairs, &count);
		add_proxy_variable(arena, "ALL_PROXY", proxy->all, &pairs, &count);
	}
	*ret_proxies = pairs;
	*ret_count = count;
}
