#include "engine/build/build_context.h"

#include "base/url.h"
#include "compose/tree/file.h"
#include "compose/tree/path.h"
#include "engine/build/build_query.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MOST     ((size_t)16 << 20)
#define PIPE_PATIENCE 10000 /* ms: nothing else goes on meanwhile */

static int context_fail(const struct job *job, const char *key, const char *text, const char *hint)
{
	image_job_fail(job, ERROR_FILE, arena_printf(job->engine->arena, "build.%s", key), text);
	return error_hint(job->errors, "%s", hint);
}

/* `path` below `dir` without that part, or NULL when it is elsewhere. */
static const char *path_below(const char *dir, const char *path)
{
	size_t len = strlen(dir);
	if (strcmp(dir, "/") == 0)
		return path + 1;
	return strncmp(path, dir, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

int build_context_read(
	const struct job *job, const char *path, const char *key, const char **ret_text, size_t *ret_len)
{
	const struct service *service = job->step->service;
	struct arena *arena = job->engine->arena;
	struct file file = { .path = path,
		.shown = path,
		.most = FILE_MOST,
		.patience = PIPE_PATIENCE,
		.at = &service->at,
		.key = arena_printf(arena, "services.%s.build.%s", service->key, key) };
	return file_read(arena, &file, NULL, ret_text, ret_len, job->errors);
}

/* Patterns of NAME.dockerignore beside the Dockerfile, else of .dockerignore in the context. */
static int find_ignore(
	const struct job *job, const char *dir, const char *dockerfile, const struct ignore **ret_ignore)
{
	struct arena *arena = job->engine->arena;
	const char *path = dockerfile ? arena_printf(arena, "%s.dockerignore", dockerfile) : NULL;
	const char *text;
	struct stat stat_there;
	size_t len;
	if (!path || stat(path, &stat_there) != 0)
		path = path_join(arena, dir, ".dockerignore");
	*ret_ignore = NULL;
	if (stat(path, &stat_there) != 0)
		return 0;
	if (build_context_read(job, path, "context", &text, &len) != 0)
		return -1;
	*ret_ignore = ignore_parse(arena, path, text, len, job->errors);
	return *ret_ignore ? 0 : -1;
}

/* The Dockerfile's absolute path, or NULL with a finding. */
static const char *find_dockerfile(const struct job *job, const char *dir)
{
	struct arena *arena = job->engine->arena;
	const char *name = job->step->service->build->dockerfile;
	const char *path = path_join(arena, dir, name && *name ? name : "Dockerfile");
	struct stat there;
	if (stat(path, &there) == 0 && !S_ISDIR(there.st_mode))
		return path;
	const char *small = path_join(arena, dir, "dockerfile");
	if ((!name || !*name || strcmp(name, "Dockerfile") == 0) && stat(small, &there) == 0)
		return small;
	context_fail(job, "dockerfile", arena_printf(arena, "there is no Dockerfile at %s", path),
		"`dockerfile:` names it, relative to the context; `dockerfile_inline:` holds it");
	return NULL;
}

/* The Dockerfile goes in as it lies there, or as a file of its own. */
int build_context_pack(const struct job *job, struct build_context *context)
{
	struct arena *arena = job->engine->arena;
	const char *dir = context->dir, *path = context->path, *inline_text = context->inline_text;
	const struct ignore *ignore;
	struct stat there = { 0 };
	if (find_ignore(job, dir, path, &ignore) != 0)
		return -1;
	const char *inside = path ? path_below(dir, path) : NULL;
	struct tar_file *extra = ARENA_NEW(arena, struct tar_file);
	size_t nextra = 1;
	extra->name = inside ? inside : BUILD_DOCKERFILE;
	if (inline_text) {
		extra->data = inline_text;
		extra->len = strlen(inline_text);
	} else if (inside && lstat(path, &there) == 0 && S_ISREG(there.st_mode)) {
		nextra = 0;
	} else { /* outside, or a link that may lead there */
		const char *text;
		if (build_context_read(job, path, "dockerfile", &text, &extra->len) != 0)
			return -1;
		extra->data = text;
	}
	context->dockerfile = extra->name;
	context->tar = tar_create(dir, ignore, inside, extra, nextra, job->errors);
	return context->tar ? 0 : -1;
}

/* Whether the engine fetches the context itself. */
static bool is_fetched(const struct build *build)
{
	return build->context && (url_is_web(build->context) || url_is_git(build->context));
}

/* The context's directory, or NULL with a finding. */
static const char *find_directory(const struct job *job)
{
	struct arena *arena = job->engine->arena;
	const struct service *service = job->step->service;
	const char *context = service->build->context;
	const char *dir = path_join(arena, service->project->dir, context ? context : ".");
	const char *wrong = NULL;
	struct stat there;
	if (stat(dir, &there) != 0)
		wrong = arena_printf(arena, "cannot read %s: %s", dir, strerror(errno));
	else if (!S_ISDIR(there.st_mode))
		wrong = arena_printf(arena, "%s is no directory", dir);
	if (!wrong)
		return dir;
	context_fail(job, "context", wrong,
		"the context is a directory, relative to the compose file's, or a git URL");
	return NULL;
}

int build_context_check(const struct job *job)
{
	const struct build *build = job->step->service->build;
	if (is_fetched(build))
		return build->dockerfile_inline
			       ? context_fail(job, "dockerfile_inline",
					 "a context that the engine fetches has its own Dockerfile",
					 "name it by `dockerfile:`")
			       : 0;
	const char *dir = find_directory(job);
	return dir && (build->dockerfile_inline || find_dockerfile(job, dir)) ? 0 : -1;
}

int build_context_find(const struct job *job, struct build_context *ret_context)
{
	const struct build *build = job->step->service->build;
	struct build_context context = { .dockerfile = build->dockerfile };
	if (build_context_check(job) != 0)
		return -1;
	if (is_fetched(build)) {
		context.remote = build->context;
	} else {
		context.dir = find_directory(job);
		context.inline_text = build->dockerfile_inline;
		context.path = context.inline_text ? NULL : find_dockerfile(job, context.dir);
	}
	*ret_context = context;
	return 0;
}
