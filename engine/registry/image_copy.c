#include "engine/registry/image_copy.h"

#include "base/text/json.h"
#include "engine/archive/spool.h"
#include "engine/registry/blob.h"
#include "engine/registry/digest.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEPTH_MOST 3    /* indexes of indexes */
#define PARTS_MOST 2000 /* of one image: manifests and blobs */

struct image_copy {
	struct repository *from, *to;
	bool same; /* one registry: it need not send its own bytes to itself */
	size_t parts;
	struct errors *errors;
};

/* What a manifest says of a part of it. */
struct descriptor {
	const char *digest;
	size_t size;
	bool elsewhere; /* its bytes are no registry's: it has URLs */
};

static int read_descriptor(struct image_copy *copy, const cJSON *json, struct descriptor *ret)
{
	int64_t size = json_int(json, "size", -1);
	*ret = (struct descriptor){ .size = (size_t)size };
	ret->digest = arena_strdup(repository_arena(copy->from), json_text(json, "digest", NULL));
	ret->elsewhere = cJSON_GetArraySize(json_get(json, "urls")) > 0;
	if (!digest_valid(ret->digest) || size < 0)
		return repository_wrong(copy->from, copy->errors,
			"a manifest names a part without a digest of SHA-256, or a size");
	if (++copy->parts > PARTS_MOST)
		return repository_wrong(
			copy->from, copy->errors, "the image is made of more than %d parts", PARTS_MOST);
	return 0;
}

static int put_spooled(struct image_copy *copy, const struct descriptor *blob, int fd)
{
	if (!blob->size)
		return blob_put(copy->to, blob->digest, "", 0, copy->errors);
	char *bytes = mmap(NULL, blob->size, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return error_add(copy->errors, ERROR_SYSTEM, NULL, NULL, "a blob of %zu bytes: %s",
			blob->size, strerror(errno));
	int result = blob_put(copy->to, blob->digest, bytes, blob->size, copy->errors);
	munmap(bytes, blob->size);
	return result;
}

static int copy_blob(struct image_copy *copy, const struct descriptor *blob)
{
	int there = blob->elsewhere ? 1 : blob_is_there(copy->to, blob->digest, copy->errors);
	if (there == 0 && copy->same)
		there = blob_mount(copy->to, blob->digest, repository_path(copy->from), copy->errors);
	if (there != 0)
		return there < 0 ? -1 : 0;
	int fd = spool_open(repository_os_env(copy->from));
	if (fd < 0)
		return error_add(copy->errors, ERROR_SYSTEM, NULL, NULL,
			"a place for a blob of %zu bytes: %s", blob->size, strerror(errno));
	int result = blob_get_file(copy->from, blob->digest, fd, blob->size, copy->errors);
	if (result == 0)
		result = put_spooled(copy, blob, fd);
	close(fd);
	return result;
}

static int copy_manifest(struct image_copy *copy, const struct manifest *manifest, unsigned depth);

static int copy_named(struct image_copy *copy, const struct descriptor *part, unsigned depth)
{
	struct manifest manifest;
	if (depth > DEPTH_MOST)
		return repository_wrong(copy->from, copy->errors, "its indexes are nested too deeply");
	if (manifest_get(copy->from, part->digest, &manifest, copy->errors) < 0)
		return -1;
	return copy_manifest(copy, &manifest, depth);
}

/* All parts, then what names them: registries take nothing that names what they do not have. */
static int copy_parts(struct image_copy *copy, const cJSON *json, bool index, unsigned depth)
{
	struct descriptor part;
	const cJSON *item;
	if (!index) {
		const cJSON *config = json_get(json, "config");
		if (read_descriptor(copy, config, &part) < 0 || copy_blob(copy, &part) < 0)
			return -1;
	}
	cJSON_ArrayForEach(item, json_get(json, index ? "manifests" : "layers"))
	{
		if (read_descriptor(copy, item, &part) < 0 ||
			(index ? copy_named(copy, &part, depth + 1) : copy_blob(copy, &part)) < 0)
			return -1;
	}
	return 0;
}

static int copy_manifest(struct image_copy *copy, const struct manifest *manifest, unsigned depth)
{
	int status;
	cJSON *json = json_parse(manifest->text, manifest->len, repository_shown(copy->from), copy->errors);
	if (!json)
		return -1;
	int result = copy_parts(copy, json, manifest_is_index(manifest->type), depth);
	cJSON_Delete(json);
	return result < 0 ? -1 : manifest_put(copy->to, NULL, manifest, &status, copy->errors);
}

int image_copy(struct repository *to, struct repository *from, struct manifest *ret, struct errors *errors)
{
	struct image_copy copy = { .from = from,
		.to = to,
		.same = strcmp(repository_host(from), repository_host(to)) == 0,
		.errors = errors };
	if (copy.same)
		repository_reads(to, repository_path(from));
	if (manifest_get(from, repository_object(from), ret, errors) < 0)
		return -1;
	return copy_manifest(&copy, ret, 0);
}
