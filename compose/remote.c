#include "compose/remote.h"

#include "compose/path.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_git(const char *text)
{
	const char *git = strstr(text, ".git");
	bool ends = git && (!git[4] || git[4] == '#' || git[4] == '/');
	return starts(text, "git://") || starts(text, "ssh://") || starts(text, "git@") ||
	       starts(text, "github.com/") ||
	       ((starts(text, "https://") || starts(text, "http://") || starts(text, "file://")) && ends);
}

static const char *file_in(struct layer *layer, const char *dir)
{
	static const char *const names[] = { "compose.yaml", "compose.yml", "docker-compose.yml",
		"docker-compose.yaml" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *path = path_join(layer->arena, dir, names[i]);
		if (access(path, F_OK) == 0)
			return path;
	}
	return NULL;
}

int remote_path(struct layer *layer, const struct node *name, const char *key, const char **ret_path)
{
	const struct fetch *fetch = layer->options->fetch;
	const char *text = name->text, *path;
	struct stat info;
	*ret_path = NULL;
	bool git = is_git(text);
	if (!git && !starts(text, "oci://") && !starts(text, "https://") && !starts(text, "http://"))
		return 0;
	if (!git || !fetch || !fetch->checkout) {
		error_add(
			layer->errors, ERROR_FILE, &name->at, key, "remote resource %s cannot be read", text);
		return error_hint(layer->errors,
			"name a git repository (https://host/project.git#ref:folder) or a local file");
	}
	if (fetch->checkout(fetch->arg, text, layer->arena, &path, layer->errors) != 0)
		return error_add(
			layer->errors, ERROR_FILE, &name->at, key, "failed to access repository %s", text);
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		path = file_in(layer, path);
	if (!path)
		return error_add(layer->errors, ERROR_FILE, &name->at, key, "%s holds no compose file", text);
	*ret_path = path;
	return 0;
}
