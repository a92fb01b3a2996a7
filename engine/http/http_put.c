/* A request as text. */
#include "engine/http/http_inside.h"

#include <string.h>

const char *http_content_type(const struct request *request)
{
	if (!request->content_type && (request->body_len || request->upload))
		return "application/json";
	return request->content_type;
}

void http_put_target(const struct http *http, const struct request *request, struct buf *to)
{
	if (http_is_engine(request) && http->version[0] && !request->unversioned)
		buf_printf(to, "/v%s", http->version);
	buf_puts(to, request->path);
	if (request->query && *request->query)
		buf_printf(to, "%c%s", strchr(request->path, '?') ? '&' : '?', request->query);
}

/* Of the endpoint's URL what names it; an engine on a socket takes any name. */
static void put_host(const struct http *http, struct buf *out)
{
	const char *host = http->endpoint->socket ? NULL : strstr(http->endpoint->url, "://");
	if (host)
		buf_printf(out, "Host: %.*s\r\n", (int)strcspn(host + 3, "/"), host + 3);
	else
		buf_puts(out, "Host: docker\r\n");
}

/* The request line and the header lines. */
static void put_head(const struct transfer *transfer, struct buf *out)
{
	const struct http *http = transfer->http;
	const struct request *request = &transfer->request;
	const char *type = http_content_type(request);
	buf_printf(out, "%s ", request->method);
	http_put_target(http, request, out);
	buf_puts(out, " HTTP/1.1\r\n");
	put_host(http, out);
	buf_puts(out, "User-Agent: docker-flow/" FLOW_VERSION "\r\n");
	if (request->upgrade)
		buf_printf(out, "Connection: Upgrade\r\nUpgrade: %s\r\n", request->upgrade);
	if (type)
		buf_printf(out, "Content-Type: %s\r\n", type);
	if (request->upload)
		buf_puts(out, "Transfer-Encoding: chunked\r\n");
	else if (request->body_len || !(http_is_harmless(request) || strcmp(request->method, "DELETE") == 0))
		buf_printf(out, "Content-Length: %zu\r\n", request->body_len);
	const char *const *lines[] = { http->endpoint->headers, request->headers };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		for (const char *const *line = lines[i]; line && *line; line++)
			if (!strpbrk(*line, "\r\n"))
				buf_printf(out, "%s\r\n", *line);
	buf_puts(out, "\r\n");
}

bool http_put_request(const struct transfer *transfer, struct buf *out)
{
	const struct request *request = &transfer->request;
	auto_buf struct buf target;
	buf_init(&target, 2 * HTTP_TARGET_MOST);
	http_put_target(transfer->http, request, &target);
	for (size_t i = 0; i < target.len; i++)
		if ((unsigned char)target.data[i] <= ' ' || target.data[i] == 0x7f)
			return false;
	buf_init(out, 3 * HTTP_TARGET_MOST + request->body_len);
	put_head(transfer, out);
	if (request->body_len && !request->upload)
		buf_append(out, request->body, request->body_len);
	return !out->overflow && !target.overflow;
}
