#include "engine/artifact/artifact_put.h"

#include "base/text/text.h"
#include "engine/registry/blob.h"
#include "engine/registry/digest.h"
#include "engine/registry/image_copy.h"

#include <string.h>
#include <time.h>

struct putting {
	struct arena *arena;
	const struct artifact_put *put;
	struct repository *repository;
	struct errors *errors;
	struct manifest manifest;
	bool old; /* in the form of OCI 1.0 */
};

static int put_layers(struct putting *putting)
{
	const struct artifact *artifact = putting->put->artifact;
	if (blob_put(putting->repository, artifact_config_digest(putting->arena), artifact_config,
		    strlen(artifact_config), putting->errors) < 0)
		return -1;
	for (size_t i = 0; i < artifact->nlayers; i++) {
		const struct artifact_layer *layer = &artifact->layers[i];
		if (blob_put(putting->repository, layer->digest, layer->bytes, layer->len, putting->errors) <
			0)
			return -1;
	}
	return 0;
}

static const char *now_text(struct arena *arena)
{
	time_t now = time(NULL);
	struct tm parts;
	char text[40] = "";
	if (gmtime_r(&now, &parts))
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
	return arena_strdup(arena, text);
}

static int put_as(struct putting *putting, const char *created, int *ret_status, struct errors *errors)
{
	putting->manifest = artifact_manifest(putting->arena, putting->put->artifact, putting->old, created);
	if (putting->manifest.len > MANIFEST_MOST) {
		*ret_status = 0;
		return repository_wrong(putting->repository, errors,
			"the files are too large: their manifest, which holds them, has %zu bytes, and registries take %zu",
			putting->manifest.len, MANIFEST_MOST);
	}
	return manifest_put(putting->repository, repository_object(putting->repository), &putting->manifest,
		ret_status, errors);
}

/* A registry that refuses what it does not know may know OCI 1.0. */
static int put_manifest(struct putting *putting)
{
	const char *created = now_text(putting->arena);
	struct errors failures;
	int status;
	errors_init(&failures, putting->arena);
	putting->old = text_is(putting->put->version, "1.0");
	if (put_as(putting, created, &status, &failures) == 0)
		return 0;
	bool unknown = status >= 400 && status < 500 && status != 401 && status != 403 && status != 407;
	if (putting->put->version || !unknown) {
		errors_append(putting->errors, &failures);
		return -1;
	}
	putting->old = true;
	return put_as(putting, created, &status, putting->errors);
}

static int put_image(struct putting *putting, const char *name, struct artifact_image *ret)
{
	const struct artifact_put *put = putting->put;
	struct repository *from =
		repository_open(putting->arena, put->registry, name, false, putting->errors);
	if (!from)
		return -1;
	if (put->told)
		put->told(put->arg, arena_printf(putting->arena, "%s copying", name));
	int result = image_copy(putting->repository, from, &ret->manifest, putting->errors);
	const char *host = repository_host(from);
	size_t bracket = *host == '[' ? strcspn(host, "]") : 0;
	ret->host = arena_strndup(putting->arena, host, bracket + strcspn(host + bracket, ":"));
	ret->path = repository_path(from);
	repository_close(from);
	return result;
}

/* Before the tag moves: what it stands for is whole then. */
static int copy_images(struct putting *putting, struct artifact_image *ret_images)
{
	const struct texts *names = putting->put->images;
	for (size_t i = 0; i < names->count; i++)
		if (put_image(putting, names->items[i], &ret_images[i]) < 0)
			return -1;
	return 0;
}

/* The index of the images, which refers to the project. */
static int put_index(struct putting *putting, const struct artifact_image *images, size_t nimages)
{
	int status;
	const struct manifest index =
		artifact_index(putting->arena, images, nimages, &putting->manifest, putting->old);
	return manifest_put(putting->repository, NULL, &index, &status, putting->errors);
}

int artifact_put(
	struct arena *arena, const struct artifact_put *put, const char **ret_digest, struct errors *errors)
{
	struct putting putting = { .arena = arena, .put = put, .errors = errors };
	putting.repository = repository_open(arena, put->registry, put->name, true, errors);
	if (!putting.repository)
		return -1;
	size_t nimages = put->images ? put->images->count : 0;
	struct artifact_image *images = ARENA_ARRAY(arena, struct artifact_image, nimages + 1);
	int result = put_layers(&putting);
	if (result == 0 && put->images)
		result = copy_images(&putting, images);
	if (result == 0)
		result = put_manifest(&putting);
	if (result == 0 && put->images)
		result = put_index(&putting, images, nimages);
	*ret_digest = putting.manifest.digest;
	repository_close(putting.repository);
	return result;
}
