#include "compose/load/remote.h"

#include "base/url.h"
#include "compose/tree/path.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *file_in(struct arena *arena, const char *dir)
{
	static const char *const names[] = { "compose.yaml", "compose.yml", "docker-compose.yml",
		"docker-compose.yaml" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *path = path_join(arena, dir, names[i]);
		if (access(path, F_OK) == 0)
			return path;
	}
	return NULL;
}

/* Whoever may not use the network (completion) has no `fetch`. */
static int refuse_remote(
	struct arena *arena, const char *name, const struct mark *at, const char *key, struct errors *errors)
{
	error_add(errors, ERROR_FILE, at, key, "remote resource %s cannot be read", url_shown(arena, name));
	return error_hint(errors,
		"name a git repository (https://host/project.git#ref:folder), what was published (oci://host/project:tag), the http(s) URL of a file, or a local file");
}

int remote_path(struct arena *arena, const struct load_options *options, const char *name,
	const struct mark *at, const char *key, const char **ret_path, struct errors *errors)
{
	const struct fetch *fetch = options->fetch;
	const char *path = NULL;
	struct stat info;
	*ret_path = NULL;
	if (!url_is_remote(name))
		return 0;
	name = url_escaped(arena, name);
	if (url_is_web(name))
		return *ret_path = name, 0;
	if (!(url_is_git(name) || url_is_oci(name)) || !fetch || !fetch->checkout)
		return refuse_remote(arena, name, at, key, errors);
	if (fetch->checkout(fetch->arg, name, arena, &path, errors) != 0)
		return error_place(errors, at, key);
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		path = file_in(arena, path);
	if (!path)
		return error_add(
			errors, ERROR_FILE, at, key, "%s holds no compose file", url_shown(arena, name));
	*ret_path = path;
	return 0;
}

int remote_read(struct arena *arena, const struct load_options *options, struct file *file,
	struct sources *sources, const char **ret_text, size_t *ret_len, struct errors *errors)
{
	const struct fetch *fetch = options->fetch;
	bool web = url_is_web(file->path);
	file->shown = web ? url_shown(arena, file->path) : path_shown(options->cwd, file->path);
	if (!web)
		return file_read(arena, file, sources, ret_text, ret_len, errors);
	if (!fetch)
		return refuse_remote(arena, file->path, file->at, file->key, errors);
	if (fetch->get(fetch->arg, url_escaped(arena, file->path), arena, ret_text, ret_len, errors) != 0)
		return error_place(errors, file->at, file->key);
	if (*ret_len > file->most)
		return error_add(errors, ERROR_FILE, file->at, file->key, "%s is larger than %zu MiB",
			file->shown, file->most >> 20);
	if (sources)
		sources_add(sources, file->shown, *ret_text);
	return 0;
}
