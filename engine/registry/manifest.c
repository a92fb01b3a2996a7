#include "engine/registry/manifest.h"

#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/registry/digest.h"

#include <cjson/cJSON.h>
#include <string.h>

#define DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define DOCKER_INDEX    "application/vnd.docker.distribution.manifest.list.v2+json"

static const char *const known_types[] = { MANIFEST_OCI, MANIFEST_OCI_INDEX, DOCKER_MANIFEST, DOCKER_INDEX };

bool manifest_is_index(const char *type)
{
	return text_is(type, MANIFEST_OCI_INDEX) || text_is(type, DOCKER_INDEX);
}

/* The type that the answer has, or the document says of itself; without what stands behind a semicolon. */
static const char *type_of(struct arena *arena, const struct request *request)
{
	const char *type = request->answer_type;
	const char *plain = arena_strndup(arena, type, strcspn(type, "; "));
	if (TEXT_AMONG(plain, known_types))
		return plain;
	cJSON *json = cJSON_ParseWithLength(request->answer.data, request->answer.len);
	const char *said = arena_strdup(arena, json_text(json, "mediaType", NULL));
	cJSON_Delete(json);
	return TEXT_AMONG(said, known_types) ? said : NULL;
}

static int manifest_read(struct repository *repository, const struct request *request, const char *object,
	struct manifest *ret, struct errors *errors)
{
	struct arena *arena = repository_arena(repository);
	const struct buf *answer = &request->answer;
	const char *said = http_header(request, "Docker-Content-Digest");
	const char *wanted = digest_valid(object) ? object : said;
	if (!answer->len)
		return repository_wrong(repository, errors, "%s: the registry's answer is empty", object);
	*ret = (struct manifest){ .len = answer->len };
	ret->text = arena_strndup(arena, answer->data, answer->len);
	ret->digest = digest_of(arena, answer->data, answer->len);
	ret->type = type_of(arena, request);
	if (!ret->type)
		return repository_wrong(repository, errors,
			"%s: what the registry has is no manifest, but %s", object,
			*request->answer_type ? request->answer_type : "of no type");
	if (wanted && digest_valid(wanted) && strcmp(wanted, ret->digest) != 0)
		return repository_wrong(repository, errors,
			"%s: what the registry gives is not that: its digest is %s", wanted, ret->digest);
	return 0;
}

/* Asks for the manifest by GET or HEAD. */
static struct request *ask_manifest(
	struct repository *repository, const char *method, const char *object, struct errors *errors)
{
	struct arena *arena = repository_arena(repository);
	struct repository_call call = {
		.method = method, .path = arena_printf(arena, "/manifests/%s", object), .most = MANIFEST_MOST
	};
	for (size_t i = 0; i < sizeof known_types / sizeof *known_types; i++)
		texts_add(arena, &call.accept, known_types[i]);
	return repository_ask(repository, &call, errors);
}

static bool is_success(const struct request *request)
{
	return request->fault == HTTP_OK && request->status == 200;
}

int manifest_get(
	struct repository *repository, const char *object, struct manifest *ret, struct errors *errors)
{
	struct request *request = ask_manifest(repository, "GET", object, errors);
	if (!request)
		return -1;
	int result = is_success(request)
			     ? manifest_read(repository, request, object, ret, errors)
			     : repository_refused(repository, request,
				       arena_printf(repository_arena(repository), "%s%s cannot be read",
					       strchr(object, ':') ? "" : "tag ", object),
				       errors);
	http_free(request);
	return result;
}

int manifest_digest(
	struct repository *repository, const char *object, const char **ret_digest, struct errors *errors)
{
	struct request *request = ask_manifest(repository, "HEAD", object, errors);
	struct manifest manifest;
	if (!request)
		return -1;
	const char *said = is_success(request) ? http_header(request, "Docker-Content-Digest") : NULL;
	bool told = digest_valid(said) && (!digest_valid(object) || strcmp(said, object) == 0);
	*ret_digest = told ? arena_strdup(repository_arena(repository), said) : NULL;
	http_free(request);
	if (told)
		return 0;
	/* a refusal of HEAD has no words, either */
	if (manifest_get(repository, object, &manifest, errors) < 0)
		return -1;
	*ret_digest = manifest.digest;
	return 0;
}

int manifest_put(struct repository *repository, const char *tag, const struct manifest *manifest,
	int *ret_status, struct errors *errors)
{
	struct arena *arena = repository_arena(repository);
	const struct repository_call call = { .method = "PUT",
		.path = arena_printf(arena, "/manifests/%s", tag ? tag : manifest->digest),
		.type = manifest->type,
		.body = manifest->text,
		.len = manifest->len };
	struct request *request = repository_ask(repository, &call, errors);
	*ret_status = request ? request->status : 0;
	if (!request)
		return -1;
	int result = request->fault == HTTP_OK && request->status / 100 == 2
			     ? 0
			     : repository_refused(repository, request, "the manifest is not taken", errors);
	http_free(request);
	return result;
}
