#include "engine/artifact/artifact.h"

#include "base/quote.h"
#include "base/text/base64.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/registry/digest.h"

#include <cjson/cJSON.h>
#include <string.h>

#define PROJECT_TYPE "application/vnd.docker.compose.project"
#define FILE_TYPE    "application/vnd.docker.compose.file+yaml"
#define ENV_TYPE     "application/vnd.docker.compose.envfile"
#define OLD_CONFIG   "application/vnd.docker.compose.config.empty.v1+json" /* names the artifact in OCI 1.0 */
#define CONFIG_TYPE  "application/vnd.oci.empty.v1+json"

#define VERSION_NOTE "com.docker.compose.version"
#define FILE_NOTE    "com.docker.compose.file"
#define ENV_NOTE     "com.docker.compose.envfile"
#define EXTENDS_NOTE "com.docker.compose.extends"
#define SOURCE_NOTE  "containerd.io/distribution.source."
#define CREATED_NOTE "org.opencontainers.image.created"

#define NAME_MOST     255
#define MANIFEST_ROOM ((size_t)64 << 20)

const char artifact_config[] = "{}";

void artifact_add(struct arena *arena, struct artifact *artifact, enum artifact_kind kind, const char *name,
	const char *bytes, size_t len)
{
	*ARENA_PUSH(arena, artifact->layers, artifact->nlayers) =
		(struct artifact_layer){ kind, name, digest_of(arena, bytes, len), bytes, len };
}

const char *artifact_config_digest(struct arena *arena)
{
	return digest_of(arena, artifact_config, strlen(artifact_config));
}

/* Writing: the members stand in the order of docker compose, so that the bytes are the same. */

/* "mediaType":…,"digest":…,"size":… */
static void put_what(struct buf *to, const char *type, const char *digest, size_t len)
{
	buf_puts(to, "\"mediaType\":");
	quote_json(to, type);
	quote_member(to, "digest", digest);
	buf_printf(to, ",\"size\":%zu", len);
}

static void put_data(struct buf *to, struct arena *arena, const char *bytes, size_t len)
{
	quote_member(to, "data", base64_encode(arena, bytes, len, false));
}

static void put_layer(struct buf *to, struct arena *arena, const struct artifact_layer *layer)
{
	bool env = layer->kind == ARTIFACT_ENV;
	buf_putc(to, '{');
	put_what(to, env ? ENV_TYPE : FILE_TYPE, layer->digest, layer->len);
	buf_puts(to, ",\"annotations\":{");
	if (layer->kind == ARTIFACT_EXTENDS)
		buf_puts(to, "\"" EXTENDS_NOTE "\":\"true\",");
	buf_puts(to, env ? "\"" ENV_NOTE "\":" : "\"" FILE_NOTE "\":");
	quote_json(to, layer->name);
	quote_member(to, VERSION_NOTE, FLOW_VERSION);
	buf_putc(to, '}');
	put_data(to, arena, layer->bytes, layer->len);
	buf_putc(to, '}');
}

static struct manifest finish_manifest(struct arena *arena, const char *type, const struct buf *text)
{
	struct manifest manifest = { .type = type, .len = text->len };
	manifest.text = arena_strndup(arena, buf_text(text), text->len);
	manifest.digest = digest_of(arena, manifest.text, manifest.len);
	return manifest;
}

struct manifest artifact_manifest(
	struct arena *arena, const struct artifact *artifact, bool old, const char *created)
{
	auto_buf struct buf text;
	size_t len = strlen(artifact_config);
	buf_init(&text, MANIFEST_ROOM);
	buf_puts(&text, "{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_OCI "\"");
	if (!old)
		quote_member(&text, "artifactType", PROJECT_TYPE);
	buf_puts(&text, ",\"config\":{");
	put_what(&text, old ? OLD_CONFIG : CONFIG_TYPE, artifact_config_digest(arena), len);
	put_data(&text, arena, artifact_config, len);
	buf_puts(&text, "},\"layers\":[");
	for (size_t i = 0; i < artifact->nlayers; i++) {
		buf_puts(&text, i ? "," : "");
		put_layer(&text, arena, &artifact->layers[i]);
	}
	buf_puts(&text, "],\"annotations\":{\"" CREATED_NOTE "\":");
	quote_json(&text, created);
	buf_puts(&text, "}}");
	return finish_manifest(arena, MANIFEST_OCI, &text);
}

struct manifest artifact_index(struct arena *arena, const struct artifact_image *images, size_t nimages,
	const struct manifest *subject, bool old)
{
	auto_buf struct buf text;
	buf_init(&text, MANIFEST_ROOM);
	buf_puts(&text, "{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_OCI_INDEX "\",\"manifests\":[");
	for (size_t i = 0; i < nimages; i++) {
		const struct artifact_image *image = &images[i];
		buf_puts(&text, i ? ",{" : "{");
		put_what(&text, image->manifest.type, image->manifest.digest, image->manifest.len);
		buf_puts(&text, ",\"annotations\":{");
		quote_json(&text, arena_printf(arena, SOURCE_NOTE "%s", image->host));
		buf_putc(&text, ':');
		quote_json(&text, image->path);
		buf_puts(&text, "}}");
	}
	buf_puts(&text, "],\"subject\":{");
	put_what(&text, subject->type, subject->digest, subject->len);
	buf_puts(&text, ",\"annotations\":{\"" VERSION_NOTE "\":\"" FLOW_VERSION "\"}");
	if (!old)
		quote_member(&text, "artifactType", PROJECT_TYPE);
	buf_puts(&text, "},\"annotations\":{\"" VERSION_NOTE "\":\"" FLOW_VERSION "\"}}");
	return finish_manifest(arena, MANIFEST_OCI_INDEX, &text);
}

/* Reading */

static int artifact_wrong(struct errors *errors, const char *shown, const char *what)
{
	error_add(errors, ERROR_FILE, NULL, NULL, "%s: %s", shown, what);
	return error_hint(errors, "was it made by `docker compose publish` or `docker flow publish`?");
}

/* A file beside the others, wherever that is. */
static bool is_plain_name(const char *name)
{
	size_t len = strlen(name);
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f || *at == '/' || *at == '\\')
			return false;
	return len && len <= NAME_MOST && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static enum artifact_kind kind_of(const char *type, const cJSON *notes)
{
	if (text_is(type, ENV_TYPE))
		return ARTIFACT_ENV;
	if (!text_is(type, FILE_TYPE))
		return ARTIFACT_OTHER;
	return json_get(notes, EXTENDS_NOTE) ? ARTIFACT_EXTENDS : ARTIFACT_FILE;
}

static int read_layer(struct arena *arena, const char *shown, const cJSON *json, struct artifact *artifact,
	struct errors *errors)
{
	const cJSON *notes = json_get(json, "annotations");
	struct artifact_layer layer = { .kind = kind_of(json_text(json, "mediaType", NULL), notes) };
	const cJSON *name = json_get(notes, layer.kind == ARTIFACT_ENV ? ENV_NOTE : FILE_NOTE);
	int64_t size = json_int(json, "size", -1);
	layer.digest = arena_strdup(arena, json_text(json, "digest", NULL));
	layer.name = arena_strdup(arena, cJSON_GetStringValue(name));
	if (!digest_valid(layer.digest) || size < 0)
		return artifact_wrong(errors, shown, "a layer without a digest of SHA-256, or a size");
	layer.len = (size_t)size;
	bool named = layer.kind == ARTIFACT_ENV || layer.kind == ARTIFACT_EXTENDS;
	if (named && (!layer.name || !is_plain_name(layer.name)))
		return artifact_wrong(errors, shown, "a layer whose file has no name, or that of a path");
	*ARENA_PUSH(arena, artifact->layers, artifact->nlayers) = layer;
	return 0;
}

static int read_layers(struct arena *arena, const char *shown, const cJSON *json, struct artifact *ret,
	struct errors *errors)
{
	const cJSON *list = json_get(json, "layers"), *item;
	size_t bytes = 0, files = 0;
	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > ARTIFACT_LAYERS_MOST)
		return artifact_wrong(errors, shown, "it has no layers, or more than 1000");
	cJSON_ArrayForEach(item, list)
	{
		if (read_layer(arena, shown, item, ret, errors) < 0)
			return -1;
		const struct artifact_layer *layer = &ret->layers[ret->nlayers - 1];
		if (layer->kind == ARTIFACT_OTHER)
			continue;
		files += layer->kind == ARTIFACT_FILE;
		if (files > ARTIFACT_FILES_MOST)
			return artifact_wrong(errors, shown, "it holds more than 100 compose files");
		if (layer->len > ARTIFACT_BYTES_MOST - bytes)
			return artifact_wrong(errors, shown, "its files are larger than 16 MiB");
		bytes += layer->len;
	}
	return files ? 0 : artifact_wrong(errors, shown, "it holds no compose file");
}

int artifact_read(struct arena *arena, const char *shown, const struct manifest *manifest,
	struct artifact *ret, struct errors *errors)
{
	struct errors flaws;
	errors_init(&flaws, arena);
	cJSON *json = json_parse(manifest->text, manifest->len, "its manifest", &flaws);
	*ret = (struct artifact){ 0 };
	if (!json)
		return artifact_wrong(errors, shown, flaws.first->message);
	const char *type = json_text(json, "artifactType", ""),
		   *config = json_text(json, "config.mediaType", "");
	int result;
	if (*type ? strcmp(type, PROJECT_TYPE) != 0 : strcmp(config, OLD_CONFIG) != 0)
		result = artifact_wrong(errors, shown,
			arena_printf(arena, "it is no compose project, but %.100s",
				*type     ? type
				: *config ? config
					  : "of no type"));
	else
		result = read_layers(arena, shown, json, ret, errors);
	cJSON_Delete(json);
	return result;
}

const char *artifact_in_index(struct arena *arena, const struct manifest *index)
{
	cJSON *json = cJSON_ParseWithLength(index->text, index->len);
	const cJSON *item;
	const char *found = NULL;
	cJSON_ArrayForEach(item, json_get(json, "manifests"))
	{
		const char *digest = json_text(item, "digest", NULL);
		if (strcmp(json_text(item, "artifactType", ""), PROJECT_TYPE) == 0 && digest_valid(digest))
			found = arena_strdup(arena, digest);
	}
	cJSON_Delete(json);
	return found;
}
