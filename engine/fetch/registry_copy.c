#include "engine/fetch/registry_copy.h"

#include "base/text/text.h"
#include "base/url.h"
#include "engine/artifact/artifact.h"
#include "engine/connect/reference.h"
#include "engine/fetch/cache.h"
#include "engine/registry/blob.h"
#include "engine/registry/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COMPOSE_FILE "compose.yaml"

struct registry_copy {
	struct arena *arena;
	struct repository *repository;
	const char *shown; /* the name, as messages have it */
	const char *cache; /* folder of all copies */
	struct errors *errors;
};

static int registry_copy_fail(const struct registry_copy *copy, const char *path)
{
	return error_add(copy->errors, ERROR_SYSTEM, NULL, NULL, "%s: %s", path, strerror(errno));
}

/* One layer into its file, which is new. */
static int write_file(
	const struct registry_copy *copy, const char *dir, const char *name, const char *bytes, size_t len)
{
	const char *path = arena_printf(copy->arena, "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return error_add(
			copy->errors, ERROR_FILE, NULL, NULL, "%s: it has two files %s", copy->shown, name);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		return registry_copy_fail(copy, path);
	bool whole = fwrite(bytes, 1, len, out) == len;
	whole = fclose(out) == 0 && whole;
	return whole ? 0 : registry_copy_fail(copy, path);
}

/* The bytes of all layers; the digests are checked. */
static int read_layers(const struct registry_copy *copy, struct artifact *artifact)
{
	for (size_t i = 0; i < artifact->nlayers; i++) {
		struct artifact_layer *layer = &artifact->layers[i];
		size_t len;
		if (layer->kind == ARTIFACT_OTHER)
			continue;
		if (blob_get(copy->repository, layer->digest, layer->len, &layer->bytes, &len, copy->errors) <
			0)
			return -1;
		if (len != layer->len)
			return error_add(copy->errors, ERROR_FILE, NULL, NULL,
				"%s: %.19s… has %zu bytes, not %zu", copy->shown, layer->digest, len,
				layer->len);
	}
	return 0;
}

/* The compose files become documents of one. */
static int write_files(const struct registry_copy *copy, const struct artifact *artifact, const char *dir)
{
	auto_buf struct buf text;
	buf_init(&text, 2 * ARTIFACT_BYTES_MOST);
	for (size_t i = 0; i < artifact->nlayers; i++) {
		const struct artifact_layer *layer = &artifact->layers[i];
		if (layer->kind == ARTIFACT_FILE) {
			buf_puts(&text, text.len ? "\n---\n" : "");
			buf_append(&text, layer->bytes, layer->len);
		} else if (layer->kind != ARTIFACT_OTHER &&
			   write_file(copy, dir, layer->name, layer->bytes, layer->len) < 0) {
			return -1;
		}
	}
	return write_file(copy, dir, COMPOSE_FILE, buf_text(&text), text.len);
}

/* Into a folder beside the wanted one, renamed once it is whole: another run may do the same. What fails
 * leaves nothing behind. */
static int write_copy(const struct registry_copy *copy, const struct artifact *artifact, const char *dir)
{
	const char *part = arena_printf(copy->arena, "%s.%ld", dir, (long)getpid());
	cache_remove(part); /* of a process that was ended, with our number */
	if (cache_make(part) < 0)
		return registry_copy_fail(copy, part);
	int result = write_files(copy, artifact, part);
	if (result == 0 && rename(part, dir) != 0 && access(dir, F_OK) != 0)
		result = registry_copy_fail(copy, dir);
	cache_remove(part);
	return result;
}

/* The project's manifest, of an index the one that it names. */
static int find_project(const struct registry_copy *copy, struct manifest *manifest, struct artifact *ret)
{
	if (manifest_is_index(manifest->type)) {
		const char *digest = artifact_in_index(copy->arena, manifest);
		if (!digest)
			return error_add(copy->errors, ERROR_FILE, NULL, NULL,
				"%s: the index names no compose project", copy->shown);
		if (manifest_get(copy->repository, digest, manifest, copy->errors) < 0)
			return -1;
	}
	return artifact_read(copy->arena, copy->shown, manifest, ret, copy->errors);
}

static int find_copy(const struct registry_copy *copy, const char **ret_dir)
{
	const char *object = repository_object(copy->repository);
	struct manifest manifest;
	struct artifact artifact;
	bool fixed = digest_valid(object);
	if (fixed)
		*ret_dir = arena_printf(copy->arena, "%s/%s", copy->cache, digest_hex(object));
	if (fixed && access(*ret_dir, F_OK) == 0)
		return cache_check(*ret_dir, copy->errors);
	if (manifest_get(copy->repository, object, &manifest, copy->errors) < 0)
		return -1;
	*ret_dir = arena_printf(copy->arena, "%s/%s", copy->cache, digest_hex(manifest.digest));
	if (access(*ret_dir, F_OK) == 0)
		return cache_check(*ret_dir, copy->errors);
	if (find_project(copy, &manifest, &artifact) < 0 || read_layers(copy, &artifact) < 0)
		return -1;
	return write_copy(copy, &artifact, *ret_dir);
}

/* docker compose's switch. */
static int check_switch(const struct fetcher *fetcher, struct errors *errors)
{
	static const char name[] = "COMPOSE_EXPERIMENTAL_OCI_REMOTE";
	static const char *const no[] = { "0", "f", "F", "FALSE", "false", "False" };
	if (!TEXT_AMONG(map_get(fetcher->os_env, name), no))
		return 0;
	error_add(errors, ERROR_USAGE, NULL, NULL, "%s says that nothing is read from registries", name);
	return error_hint(errors, "unset it");
}

int registry_copy_get(
	void *arg, const char *url, struct arena *arena, const char **ret_path, struct errors *errors)
{
	const struct fetcher *fetcher = arg;
	struct registry_copy copy = { .arena = arena, .shown = url_shown(arena, url), .errors = errors };
	struct repository_options options = { .os_env = fetcher->os_env,
		.code = ERROR_FILE,
		.insecure = fetcher->insecure,
		.arg = fetcher->arg };
	if (check_switch(fetcher, errors) < 0 ||
		cache_find(fetcher->os_env, arena, "oci", &copy.cache, errors) < 0)
		return -1;
	if (!copy.cache) {
		error_add(errors, ERROR_FILE, NULL, NULL, "there is no folder for the project's copy");
		return error_hint(errors, "set HOME or XDG_CACHE_HOME");
	}
	options.loop = fetcher->loop(fetcher->arg);
	options.config = config_read(
		arena, config_dir(arena, fetcher->config_dir, fetcher->os_env), fetcher->os_env, errors);
	if (!options.config)
		return -1;
	copy.repository = repository_open(arena, &options, url_oci_name(url), false, errors);
	if (!copy.repository)
		return -1;
	const char *dir = NULL;
	fetcher->waiting(fetcher->arg, copy.shown);
	int result = find_copy(&copy, &dir);
	fetcher->waited(fetcher->arg);
	repository_close(copy.repository);
	if (result == 0)
		*ret_path = arena_printf(arena, "%s/" COMPOSE_FILE, dir);
	return result;
}
