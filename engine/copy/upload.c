#include "engine/copy/upload.h"

#include "engine/observe/container_path.h"

#define UPLOAD_TAKES INT64_C(30000000000) /* ns to unpack the rest, once all was sent */

static ssize_t upload_on_read(struct request *request, char *to, size_t room)
{
	struct upload *upload = request->arg;
	ssize_t len = upload->read(upload->arg, to, room);
	upload->read_failed = len < 0;
	return len;
}

static void upload_on_done(struct request *request)
{
	struct upload *upload = request->arg;
	upload->request = NULL;
	if (upload->read_failed)
		upload->failure = "";
	else if (request->fault != HTTP_OK || request->status >= 300)
		upload->failure = http_message(http_arena(request), request);
	else
		upload->failure = NULL;
	upload->done(upload);
}

int upload_send(struct upload *upload, struct errors *errors)
{
	struct request *request = upload->request = http_request(upload->engine->http);
	struct arena *arena = http_arena(request);
	upload->read_failed = false;
	request->method = "PUT";
	request->path = container_path_archive(arena, upload->container);
	request->query = http_query(arena, "path", upload->dir, "noOverwriteDirNonDir", "true", "copyUIDGID",
		upload->owners ? "true" : NULL, (char *)NULL);
	request->content_type = "application/x-tar";
	request->upload = upload_on_read;
	request->takes = UPLOAD_TAKES;
	request->done = upload_on_done;
	request->arg = upload;
	if (http_send(request, errors) == 0)
		return 0;
	upload->request = NULL;
	return -1;
}

void upload_cancel(struct upload *upload)
{
	http_cancel(upload->request);
	upload->request = NULL;
}
