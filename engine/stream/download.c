#include "engine/stream/download.h"

#include "base/heap.h"

#include <stdlib.h>

#define WAITING_MOST ((size_t)64 << 20) /* above what one turn of the loop can bring */

#define DOWNLOAD_TAKES                                                                                       \
	INT64_C(30000000000) /* ns to the first piece, and from one to the next: on a slow disk */

struct download {
	struct request *request;
	struct loop *loop;
	struct errors *errors;
	const char *name, *header;
	char *value;              /* of the header */
	struct buf coming, given; /* what was not read yet; what the reader has */
	bool begun, failed;
};

static void download_on_head(struct request *request)
{
	struct download *download = request->arg;
	download->begun = request->status < 400;
	if (download->header)
		download->value = heap_text(http_header(request, download->header));
}

static void download_on_data(struct request *request, const char *bytes, size_t len)
{
	struct download *download = request->arg;
	if (!buf_append(&download->coming, bytes, len))
		download->failed = true;
}

static void download_on_done(struct request *request)
{
	struct download *download = request->arg;
	download->request = NULL;
	if (request->fault == HTTP_OK && request->status == 200)
		return;
	download->failed = true;
	error_add(download->errors, ERROR_ENGINE, NULL, NULL, "%s: %s", download->name,
		http_message(http_arena(request), request));
}

static bool download_begun(void *arg)
{
	const struct download *download = arg;
	return download->begun || !download->request || loop_last_signal(download->loop);
}

static bool download_ready(void *arg)
{
	const struct download *download = arg;
	return download->coming.len || !download->request || loop_last_signal(download->loop);
}

struct download *download_open(struct engine *engine, const struct download_ask *ask, struct errors *errors)
{
	struct download *download = HEAP_NEW(struct download);
	struct request *request = http_request(engine->http);
	*download = (struct download){ .request = request,
		.loop = engine->loop,
		.errors = errors,
		.name = ask->name,
		.header = ask->header };
	buf_init(&download->coming, WAITING_MOST);
	buf_init(&download->given, WAITING_MOST);
	request->method = "GET";
	request->path = ask->path;
	request->query = ask->query;
	request->takes = request->pauses = DOWNLOAD_TAKES;
	request->head = download_on_head;
	request->data = download_on_data;
	request->done = download_on_done;
	request->arg = download;
	if (http_send(request, errors) == 0)
		loop_run(engine->loop, download_begun, download);
	else
		download->request = NULL;
	if (download->begun && !download->failed)
		return download;
	download_close(download);
	return NULL;
}

const char *download_header(const struct download *download)
{
	return download->value;
}

ssize_t download_read(void *arg, const void **ret_bytes)
{
	struct download *download = arg;
	buf_reset(&download->given);
	loop_run(download->loop, download_ready, download);
	if (download->failed || (download->request && loop_last_signal(download->loop)))
		return -1;
	struct buf given = download->coming;
	download->coming = download->given;
	download->given = given;
	*ret_bytes = given.data;
	return (ssize_t)given.len;
}

void download_close(struct download *download)
{
	if (!download)
		return;
	http_cancel(download->request);
	buf_finish(&download->coming);
	buf_finish(&download->given);
	free(download->value);
	free(download);
}
