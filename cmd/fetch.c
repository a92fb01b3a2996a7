#include "cmd/fetch.h"
#include "cmd/checkout.h"
#include "cmd/connect.h"
#include "engine/http.h"

#include <string.h>

enum { MOST = 16 << 20 };
#define TIMEOUT 30000000000

static int read_answer(struct request *request, const char *url, struct arena *arena, const char **ret_text,
	size_t *ret_len, struct errors *errors)
{
	if (request->status < 200 || request->status > 299)
		return error_add(errors, ERROR_FILE, NULL, NULL, "%s: the server answers %d: %s", url,
			request->status, http_message(arena, request));
	*ret_len = request->answer.len;
	*ret_text = arena_strndup(arena, buf_text(&request->answer), request->answer.len);
	return 0;
}

static int get(void *arg, const char *url, struct arena *arena, const char **ret_text, size_t *ret_len,
	struct errors *errors)
{
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return error_add(errors, ERROR_FILE, NULL, NULL, "%s: only http and https can be read", url);
	struct http *http = http_create(connect_loop(arg), NULL);
	struct request *request = http_request(http);
	request->method = "GET";
	request->path = url;
	request->timeout = TIMEOUT;
	request->most = MOST;
	int result = http_call(request, errors);
	if (result == 0)
		result = read_answer(request, url, arena, ret_text, ret_len, errors);
	http_free(request);
	http_destroy(http);
	return result;
}

const struct fetch *fetch_create(struct ctx *ctx)
{
	struct fetch *fetch = ARENA_NEW(ctx->arena, struct fetch);
	*fetch = (struct fetch){ .get = get, .checkout = checkout_get, .arg = ctx };
	return fetch;
}
