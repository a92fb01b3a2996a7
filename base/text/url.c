#include "base/text/url.h"

#include <string.h>

const char *url_shown(struct arena *arena, const char *url)
{
	const char *host = strstr(url, "://");
	if (!host)
		return url;
	host += 3;
	size_t len = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', len);
	const char *from = at ? at + 1 : host;
	return arena_printf(arena, "%.*s%.*s", (int)(host - url), url, (int)strcspn(from, "?#"), from);
}
