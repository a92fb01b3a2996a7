#include "engine/registry/blob.h"

#include "engine/archive/descriptor.h"
#include "engine/archive/spool.h"
#include "engine/registry/digest.h"

#include <errno.h>
#include <sha2.h>
#include <string.h>
#include <unistd.h>

static const char *blob_path(struct repository *repository, const char *digest)
{
	return arena_printf(repository_arena(repository), "/blobs/%s", digest);
}

static int blob_refused(struct repository *repository, const struct request *request, const char *digest,
	const char *what, struct errors *errors)
{
	return repository_refused(repository, request,
		arena_printf(repository_arena(repository), "blob %.19s… %s", digest, what), errors);
}

static int blob_changed(struct repository *repository, const char *digest, struct errors *errors)
{
	return repository_wrong(
		repository, errors, "blob %.19s…: what the registry gives has another digest", digest);
}

int blob_get(struct repository *repository, const char *digest, size_t most, const char **ret_bytes,
	size_t *ret_len, struct errors *errors)
{
	struct arena *arena = repository_arena(repository);
	const struct repository_call call = {
		.method = "GET", .path = blob_path(repository, digest), .most = most ? most : 1
	};
	struct request *request = repository_ask(repository, &call, errors);
	if (!request)
		return -1;
	int result = 0;
	bool longer = request->fault == HTTP_TOO_LARGE || request->answer.len > most;
	if (request->status == 200 && longer) {
		result = repository_wrong(
			repository, errors, "blob %.19s… has more than %zu bytes", digest, most);
	} else if (request->fault != HTTP_OK || request->status != 200) {
		result = blob_refused(repository, request, digest, "cannot be read", errors);
	} else {
		*ret_len = request->answer.len;
		*ret_bytes = arena_strndup(arena, buf_text(&request->answer), request->answer.len);
		if (strcmp(digest_of(arena, *ret_bytes, *ret_len), digest) != 0)
			result = blob_changed(repository, digest, errors);
	}
	http_free(request);
	return result;
}

/* A blob on its way into a file. */
struct blob_file {
	int fd;
	size_t left; /* bytes that may still come */
	bool over;   /* more came */
	int failure; /* errno of a write */
	SHA2_CTX sum;
};

static void take_bytes(struct request *request, const char *bytes, size_t len)
{
	struct blob_file *file = request->arg;
	file->over |= len > file->left;
	if (file->over || file->failure)
		return;
	file->left -= len;
	SHA256Update(&file->sum, (const unsigned char *)bytes, len);
	if (descriptor_write(file->fd, bytes, len) < 0)
		file->failure = errno;
}

struct blob_begin {
	struct blob_file file;
	size_t size;
};

static void begin_file(void *arg)
{
	struct blob_begin *begin = arg;
	begin->file.left = begin->size;
	begin->file.over = false;
	SHA256Init(&begin->file.sum);
	if (lseek(begin->file.fd, 0, SEEK_SET) < 0 || ftruncate(begin->file.fd, 0) != 0)
		begin->file.failure = errno;
}

int blob_get_file(
	struct repository *repository, const char *digest, int fd, size_t size, struct errors *errors)
{
	struct blob_begin begin = { .file = { .fd = fd }, .size = size };
	char hex[SHA256_DIGEST_STRING_LENGTH];
	const struct repository_call call = { .method = "GET",
		.path = blob_path(repository, digest),
		.large = true,
		.data = take_bytes,
		.again = begin_file,
		.arg = &begin };
	begin_file(&begin);
	struct request *request = repository_ask(repository, &call, errors);
	if (!request)
		return -1;
	int result = 0;
	SHA256End(&begin.file.sum, hex);
	if (request->fault != HTTP_OK || request->status != 200)
		result = blob_refused(repository, request, digest, "cannot be read", errors);
	else if (begin.file.failure)
		result = repository_wrong(repository, errors, "blob %.19s… cannot be kept: %s", digest,
			strerror(begin.file.failure));
	else if (begin.file.over || begin.file.left || strcmp(hex, digest_hex(digest)) != 0)
		result = blob_changed(repository, digest, errors);
	http_free(request);
	return result;
}

int blob_is_there(struct repository *repository, const char *digest, struct errors *errors)
{
	const struct repository_call call = { .method = "HEAD", .path = blob_path(repository, digest) };
	struct request *request = repository_ask(repository, &call, errors);
	if (!request)
		return -1;
	int result = request->fault == HTTP_OK && request->status == 200 ? 1
		     : request->fault == HTTP_OK && request->status == 404
			     ? 0
			     : blob_refused(repository, request, digest, "is not told of", errors);
	http_free(request);
	return result;
}

/* Where the bytes go: POST answers with a Location that takes them by a PUT. NULL with a finding. */
static const char *begin_upload(struct repository *repository, const char *digest, struct errors *errors)
{
	const struct repository_call call = { .method = "POST", .path = "/blobs/uploads/" };
	struct request *request = repository_ask(repository, &call, errors);
	if (!request)
		return NULL;
	const char *place = NULL, *location = http_header(request, "Location");
	if (request->fault != HTTP_OK || request->status != 202)
		blob_refused(repository, request, digest, "cannot be sent", errors);
	else if (!location || !(place = repository_url(repository, location)))
		repository_wrong(repository, errors, "the registry does not say where blobs go");
	http_free(request);
	return place;
}

/* One try, with a place of its own: what is left of one that was cut off cannot be gone on with. */
static struct request *send_blob(struct repository *repository, const char *digest, const char *bytes,
	size_t len, struct errors *errors)
{
	const char *place = begin_upload(repository, digest, errors);
	const struct repository_call call = { .method = "PUT",
		.path = place,
		.query = http_query(repository_arena(repository), "digest", digest, NULL),
		.type = "application/octet-stream",
		.body = bytes,
		.len = len,
		.once = true,
		.large = true };
	return place ? repository_ask(repository, &call, errors) : NULL;
}

int blob_put(struct repository *repository, const char *digest, const char *bytes, size_t len,
	struct errors *errors)
{
	int there = blob_is_there(repository, digest, errors);
	if (there != 0)
		return there < 0 ? -1 : 0;
	unsigned repeats = 0;
	for (;;) {
		struct request *request = send_blob(repository, digest, bytes, len, errors);
		if (!request)
			return -1;
		bool done = request->fault == HTTP_OK && request->status == 201;
		bool again = !done && repository_again(repository, request, &repeats);
		if (!done && !again)
			blob_refused(repository, request, digest, "is not taken", errors);
		http_free(request);
		if (!again)
			return done ? 0 : -1;
	}
}

int blob_mount(struct repository *repository, const char *digest, const char *from, struct errors *errors)
{
	const struct repository_call call = { .method = "POST",
		.path = "/blobs/uploads/",
		.query = http_query(repository_arena(repository), "mount", digest, "from", from, NULL) };
	struct request *request = repository_ask(repository, &call, errors);
	if (!request)
		return -1;
	int result = request->fault == HTTP_OK && request->status == 201 ? 1 : 0;
	http_free(request);
	return result;
}
