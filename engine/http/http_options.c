/* What a transfer's handle is told, and the callbacks that libcurl calls: they copy bytes and set flags. */
#include "engine/http/http_curl.h"

#include <string.h>

/* Redirects are for foreign hosts, and for what changes nothing: a body would go to whom nobody has named. */
static bool is_followed(const struct request *request)
{
	return !http_is_engine(request) && http_is_harmless(request);
}

/* A line of the answer's head; kept without its end, as "Name: value\0". */
static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	struct request *request = &transfer->request;
	size_t all = size * count, len = all;
	if (transfer->head_there) /* trailers */
		return all;
	while (len && (bytes[len - 1] == '\r' || bytes[len - 1] == '\n'))
		len--;
	if (len >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
		buf_reset(&transfer->head);
		return all;
	}
	if (len) {
		bool kept = buf_append(&transfer->head, bytes, len) && buf_append(&transfer->head, "", 1);
		return kept ? all : 0;
	}
	long status = 0;
	transfer->http->curl->lib.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || (status / 100 == 3 && is_followed(request) && http_header(request, "Location")))
		return all;
	http_take_head(transfer, (int)status);
	return all;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	transfer->paused = transfer->held;
	if (transfer->held)
		return CURL_WRITEFUNC_PAUSE;
	if (http_take_body(transfer, bytes, size * count))
		return size * count;
	return transfer->paused ? CURL_WRITEFUNC_PAUSE : 0;
}

static size_t curl_upload(char *to, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	ssize_t len = transfer->request.upload(&transfer->request, to, size * count);
	transfer->heard = loop_now();
	return len < 0 ? CURL_READFUNC_ABORT : (size_t)len;
}

/* Called before each sending. libcurl silently repeats a request when a kept connection turns out to be dead;
 * only what changes nothing may be repeated without asking. */
static int on_send(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct transfer *transfer = arg;
	(void)ip, (void)local_ip, (void)port, (void)local_port;
	if (transfer->sent && !http_is_harmless(&transfer->request)) {
		transfer->refused = true;
		return CURL_PREREQFUNC_ABORT;
	}
	transfer->sent++;
	return CURL_PREREQFUNC_OK;
}

static void set_url(struct transfer *transfer)
{
	const struct http *http = transfer->http;
	const struct request *request = &transfer->request;
	struct buf *url = &transfer->url;
	buf_reset(url);
	if (http_is_engine(request))
		buf_puts(url, http->endpoint ? http->endpoint->url : "http://docker");
	http_put_target(http, request, url);
	http->curl->lib.easy_setopt(transfer->easy, CURLOPT_URL, buf_text(url));
	http->curl->lib.easy_setopt(transfer->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	http->curl->lib.easy_setopt(transfer->easy, CURLOPT_PATH_AS_IS, 1L);
}

/* Certificates of the endpoint are for the engine. */
static void set_route(struct transfer *transfer)
{
	const struct http *http = transfer->http;
	const struct endpoint *endpoint = http->endpoint;
	const struct curl_lib *curl = &http->curl->lib;
	CURL *easy = transfer->easy;
	curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
		http_is_engine(&transfer->request) ? HTTP_CONNECT_MS : HTTP_CONNECT_FOREIGN_MS);
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	if (is_followed(&transfer->request)) {
		curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
		curl->easy_setopt(easy, CURLOPT_MAXREDIRS, 5L);
		curl->easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	}
	if (transfer->request.direct)
		curl->easy_setopt(easy, CURLOPT_PROXY, "");
	if (!http_is_engine(&transfer->request) || !endpoint || !endpoint->tls)
		return;
	curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, endpoint->tls_verify ? 1L : 0L);
	curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, endpoint->tls_verify ? 2L : 0L);
	if (endpoint->ca)
		curl->easy_setopt(easy, CURLOPT_CAINFO, endpoint->ca);
	if (endpoint->cert)
		curl->easy_setopt(easy, CURLOPT_SSLCERT, endpoint->cert);
	if (endpoint->key)
		curl->easy_setopt(easy, CURLOPT_SSLKEY, endpoint->key);
}

static void add_header(struct transfer *transfer, const char *line)
{
	struct curl_slist *grown = transfer->http->curl->lib.slist_append(transfer->headers, line);
	if (grown)
		transfer->headers = grown;
}

static void set_headers(struct transfer *transfer)
{
	const struct http *http = transfer->http;
	const struct request *request = &transfer->request;
	const char *type = http_content_type(request);
	char line[160];
	add_header(transfer, "Expect:"); /* else libcurl waits for a 100 before large bodies */
	snprintf(line, sizeof line, "Content-Type:%s%s", type ? " " : "", type ? type : "");
	add_header(transfer, line);
	if (request->upload)
		add_header(transfer, "Transfer-Encoding: chunked");
	const char *const *more = http_is_engine(request) && http->endpoint ? http->endpoint->headers : NULL;
	for (; more && *more; more++)
		add_header(transfer, *more);
	for (more = request->headers; more && *more; more++)
		add_header(transfer, *more);
	http->curl->lib.easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
	http->curl->lib.easy_setopt(transfer->easy, CURLOPT_USERAGENT, "docker-flow/" FLOW_VERSION);
}

/* libcurl has an option of its own for the usual methods; others are a POST by another name. */
static void set_body(struct transfer *transfer)
{
	const struct curl_lib *curl = &transfer->http->curl->lib;
	const struct request *request = &transfer->request;
	CURL *easy = transfer->easy;
	bool plain = !request->body_len && !request->upload;
	if (plain && strcmp(request->method, "GET") == 0) {
		curl->easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	if (plain && strcmp(request->method, "HEAD") == 0) {
		curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (plain && strcmp(request->method, "DELETE") == 0) {
		curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
		return;
	}
	curl->easy_setopt(easy, CURLOPT_POST, 1L);
	if (strcmp(request->method, "POST") != 0)
		curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->upload) {
		curl->easy_setopt(easy, CURLOPT_READFUNCTION, curl_upload);
		curl->easy_setopt(easy, CURLOPT_READDATA, transfer);
		curl->easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
	} else {
		curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request->body_len ? request->body : "");
	}
}

static void set_basics(struct transfer *transfer)
{
	const struct curl_lib *curl = &transfer->http->curl->lib;
	transfer->error[0] = '\0';
	curl->easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
	curl->easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->error);
}

void http_curl_connect_only(struct transfer *transfer)
{
	const struct curl_lib *curl = &transfer->http->curl->lib;
	set_basics(transfer);
	set_url(transfer);
	set_route(transfer);
	curl->easy_setopt(transfer->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl->easy_setopt(transfer->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl->easy_setopt(transfer->easy, CURLOPT_CONNECT_ONLY, 1L);
}

void http_curl_options(struct transfer *transfer)
{
	const struct curl_lib *curl = &transfer->http->curl->lib;
	CURL *easy = transfer->easy;
	set_basics(transfer);
	curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl->easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl->easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
	curl->easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	curl->easy_setopt(easy, CURLOPT_BUFFERSIZE, transfer->request.data ? 256L << 10 : 64L << 10);
	if (transfer->request.timeout > 0)
		curl->easy_setopt(
			easy, CURLOPT_TIMEOUT_MS, (long)((transfer->request.timeout + 999999) / 1000000));
	if (transfer->request.patience > 0) {
		curl->easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl->easy_setopt(
			easy, CURLOPT_LOW_SPEED_TIME, (long)(transfer->request.patience / 1000000000));
	}
	set_url(transfer);
	set_route(transfer);
	set_headers(transfer);
	set_body(transfer);
}
