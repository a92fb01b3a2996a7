#include "engine/build/build_session.h"

#include "base/map.h"
#include "base/text/sha256.h"
#include "base/text/text.h"
#include "compose/tree/path.h"
#include "engine/build/build_solve.h"
#include "engine/loop/process.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MOST (500 << 10) /* bytes, as of BuildKit */

bool build_session_needed(const struct job *job)
{
	const struct service *service = job->step->service;
	const struct build_wish *wish = job->step->image.wish;
	return service->build->nsecrets || service->build->nssh || (wish && wish->ssh.count) ||
	       build_solve_needed(service);
}

const char *build_session_dir(struct arena *arena, const struct pair *context)
{
	static const char *const ours[] = { "context", "dockerfile" };
	if (!context->value || *context->value != '/')
		return NULL;
	return text_among(context->key, ours, 2) ? arena_printf(arena, "_%s", context->key) : context->key;
}

static int session_fail(const struct job *job, const char *key, const char *text, const char *hint)
{
	image_job_fail(job, ERROR_FILE, arena_printf(job->engine->arena, "build.%s", key), text);
	return error_hint(job->errors, "%s", hint);
}

/* Secrets */

/* Whether the build can have a secret: its file has to be there. */
static int check_secret(const struct job *job, const struct file_ref *ref)
{
	struct arena *arena = job->engine->arena;
	const struct file_source *source = service_file_source(job->step->service, true, ref->source);
	struct stat there;
	if (!source || (!source->file && !source->environment))
		return session_fail(job, "secrets",
			arena_printf(
				arena, "secret %s is neither a file's nor of the environment", ref->source),
			"a build takes `file:` and `environment:` of the project's secrets");
	if (source->environment && !source->value)
		return session_fail(job, "secrets",
			arena_printf(arena, "environment variable %s of secret %s is not set",
				source->environment, ref->source),
			"set it, or give the secret a file");
	if (source->file && stat(source->file, &there) != 0)
		return session_fail(job, "secrets",
			arena_printf(arena, "cannot read %s of secret %s: %s", source->file, ref->source,
				strerror(errno)),
			"a build reads the secret from there");
	if (source->file &&
		(S_ISDIR(there.st_mode) || (S_ISREG(there.st_mode) && there.st_size > SECRET_MOST)))
		return session_fail(job, "secrets",
			arena_printf(arena,
				S_ISDIR(there.st_mode) ? "%s of secret %s is a directory"
						       : "%s of secret %s has more than 500 KiB",
				source->file, ref->source),
			"a build takes files of at most 500 KiB as secrets");
	if (ref->uid || ref->gid || ref->mode.set)
		image_job_warn(job, "build.secrets",
			arena_printf(arena,
				"uid, gid and mode of secret %s count for nothing: the "
				"Dockerfile's --mount says them",
				ref->source));
	return 0;
}

static void offer_secrets(struct arena *arena, const struct service *service, struct session_offer *offer)
{
	const struct build *build = service->build;
	struct session_secret *secrets = ARENA_ARRAY(arena, struct session_secret, build->nsecrets);
	for (size_t i = 0; i < build->nsecrets; i++) {
		const struct file_ref *ref = build->secrets[i];
		const struct file_source *source = service_file_source(service, true, ref->source);
		secrets[i] = (struct session_secret){ .id = ref->target && *ref->target ? ref->target
											: ref->source,
			.path = source->environment ? NULL : source->file,
			.value = source->value };
	}
	offer->secrets = secrets;
	offer->nsecrets = build->nsecrets;
}

/* Agents */

/* What the build may use by ssh: the file's entries, and over them those of the wish. */
static const struct pair *wanted_agents(const struct job *job, size_t *ret_count)
{
	struct arena *arena = job->engine->arena;
	const struct build *build = job->step->service->build;
	const struct build_wish *wish = job->step->image.wish;
	const char *dir = job->step->service->project->dir;
	struct pair *agents = NULL;
	size_t count = 0;
	for (size_t i = 0; wish && i < wish->ssh.count; i++) {
		const char *entry = wish->ssh.items[i];
		size_t len = strcspn(entry, "=");
		*ARENA_PUSH(arena, agents, count) = (struct pair){ .key = arena_strndup(arena, entry, len),
			.value = entry[len] ? entry + len + 1 : NULL };
	}
	for (size_t i = 0; i < build->nssh; i++) {
		bool known = false;
		for (size_t n = 0; n < count; n++)
			known |= strcmp(agents[n].key, build->ssh[i].key) == 0;
		if (!known)
			*ARENA_PUSH(arena, agents, count) = build->ssh[i];
	}
	for (size_t i = 0; i < count; i++)
		if (agents[i].value && *agents[i].value)
			agents[i].value = path_join(arena, dir, agents[i].value);
	*ret_count = count;
	return agents;
}

/* The agent that the environment names, or the file of an entry; NULL: none. */
static const char *agent_path(const struct job *job, const struct pair *agent)
{
	const struct map *env = job->engine->os_env;
	if (agent->value && *agent->value)
		return agent->value;
	const char *socket = env ? map_get(env, "SSH_AUTH_SOCK") : NULL;
	return socket && *socket ? socket : NULL;
}

/* Whether an entry of ssh names something: the agent of the environment, a socket, a key. */
static int check_agent(const struct job *job, const struct pair *agent)
{
	struct arena *arena = job->engine->arena;
	const char *path = agent_path(job, agent);
	struct stat there;
	if (!path) {
		image_job_fail(job, ERROR_BUILD, "build.ssh",
			arena_printf(arena,
				"ssh %s: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set",
				*agent->key ? agent->key : "default"));
		return error_hint(job->errors,
			"start an agent: eval \"$(ssh-agent)\" && ssh-add; or name a key: ID=PATH");
	}
	if (stat(path, &there) != 0)
		return session_fail(job, "ssh",
			arena_printf(
				arena, "cannot read %s of ssh %s: %s", path, agent->key, strerror(errno)),
			"an entry is `default`, or `ID=PATH` of an agent's socket or of a key");
	if (!S_ISREG(there.st_mode) && !S_ISSOCK(there.st_mode))
		return session_fail(job, "ssh",
			arena_printf(arena, "%s of ssh %s is neither a socket nor a file", path, agent->key),
			"an entry is `default`, or `ID=PATH` of an agent's socket or of a key");
	return 0;
}

static int check_agents(const struct job *job)
{
	size_t count;
	const struct pair *agents = wanted_agents(job, &count);
	int result = 0;
	for (size_t i = 0; i < count; i++)
		result |= check_agent(job, &agents[i]);
	return result;
}

/* Files that are no sockets are keys, which an agent of ours is to hold. */
static void offer_agents(const struct job *job, struct session_offer *offer)
{
	struct arena *arena = job->engine->arena;
	size_t count;
	const struct pair *wanted = wanted_agents(job, &count);
	struct session_agent *agents = ARENA_ARRAY(arena, struct session_agent, count);
	for (size_t i = 0; i < count; i++) {
		const char *path = agent_path(job, &wanted[i]);
		struct stat there;
		bool is_key = stat(path, &there) == 0 && !S_ISSOCK(there.st_mode);
		agents[i] = (struct session_agent){
			.id = wanted[i].key, .socket = is_key ? NULL : path, .key = is_key ? path : NULL
		};
	}
	offer->agents = agents;
	offer->nagents = count;
}

/* Directories */

static int check_context(const struct job *job, const struct pair *context)
{
	struct arena *arena = job->engine->arena;
	struct stat there;
	if (!build_session_dir(arena, context) ||
		(stat(context->value, &there) == 0 && S_ISDIR(there.st_mode)))
		return 0;
	return session_fail(job, "additional_contexts",
		arena_printf(arena, "context %s: %s is no directory", context->key, context->value),
		"a context is a directory, an image (docker-image://NAME, service:NAME) or a URL");
}

int build_session_check(const struct job *job)
{
	const struct build *build = job->step->service->build;
	int result = 0;
	for (size_t i = 0; i < build->nsecrets; i++)
		result |= check_secret(job, build->secrets[i]);
	result |= check_agents(job);
	for (size_t i = 0; i < build->nadditional_contexts; i++)
		result |= check_context(job, &build->additional_contexts[i]);
	return result;
}

/* Whether the engine can read the file in the directory by itself: a plain one, or a link to one beside it. A
 * pipe would hold it up, and it takes the directory for the root of what links say. One that is not there is
 * read by nobody. */
static bool can_be_read(struct arena *arena, const char *dir, const char *path)
{
	struct stat there;
	char target[256] = "";
	if (lstat(path, &there) != 0 || S_ISREG(there.st_mode) || S_ISDIR(there.st_mode))
		return true;
	if (stat(path, &there) != 0)
		return true;
	ssize_t len = readlink(path, target, sizeof target - 1);
	return len > 0 && len < (ssize_t)sizeof target - 1 && !strchr(target, '/') &&
	       lstat(path_join(arena, dir, target), &there) == 0 && S_ISREG(there.st_mode);
}

/* Reads a file of the directory here which the engine cannot read itself. */
static int offer_file(const struct job *job, const char *key, const char *name, struct session_dir *dir)
{
	struct arena *arena = job->engine->arena;
	const char *path = path_join(arena, dir->path, name);
	if (can_be_read(arena, dir->path, path))
		return 0;
	struct session_file *file = ARENA_NEW(arena, struct session_file);
	struct session_file *files = ARENA_ARRAY(arena, struct session_file, dir->nfiles + 1);
	file->name = name;
	if (build_context_read(job, path, key, &file->bytes, &file->len) != 0)
		return -1;
	for (size_t i = 0; i < dir->nfiles; i++)
		files[i] = dir->files[i];
	files[dir->nfiles++] = *file;
	dir->files = files;
	return 0;
}

/* The Dockerfile's directory, in which it and its ignore file are asked for. */
static int offer_dockerfile(
	const struct job *job, const struct build_context *context, struct session_dir *dir)
{
	struct arena *arena = job->engine->arena;
	*dir = (struct session_dir){ .name = "dockerfile" };
	if (context->inline_text) {
		struct session_file *file = ARENA_NEW(arena, struct session_file);
		*file = (struct session_file){ "Dockerfile", context->inline_text,
			strlen(context->inline_text) };
		dir->files = file;
		dir->nfiles = 1;
		return 0;
	}
	dir->path = path_dir(arena, context->path);
	const char *name = path_base(context->path);
	int result = offer_file(job, "dockerfile", name, dir);
	return result < 0 ? result
			  : offer_file(job, "dockerfile", arena_printf(arena, "%s.dockerignore", name), dir);
}

/* Names what the engine keeps of a directory from build to build: by machine and path. */
static const char *shared_key(struct arena *arena, const char *dir)
{
	char machine[PROCESS_MACHINE];
	process_machine(machine);
	const char *text = arena_printf(arena, "docker-flow\n%s\n%s", machine, dir);
	return sha256_hex(arena, text, strlen(text));
}

int build_session_offer(
	const struct job *job, const struct build_context *context, struct session_offer *ret_offer)
{
	struct arena *arena = job->engine->arena;
	offer_secrets(arena, job->step->service, ret_offer);
	offer_agents(job, ret_offer);
	const struct build *build = job->step->service->build;
	struct session_dir *dirs = NULL;
	size_t count = 0;
	if (context->dir) {
		struct session_dir *dir = ARENA_PUSH(arena, dirs, count);
		*dir = (struct session_dir){ .name = "context", .path = context->dir };
		if (offer_file(job, "context", ".dockerignore", dir) != 0)
			return -1;
	}
	if (context->dir && offer_dockerfile(job, context, ARENA_PUSH(arena, dirs, count)) != 0)
		return -1;
	for (size_t i = 0; i < build->nadditional_contexts; i++) {
		const struct pair *further = &build->additional_contexts[i];
		const char *name = build_session_dir(arena, further);
		if (name)
			*ARENA_PUSH(arena, dirs, count) =
				(struct session_dir){ .name = name, .path = further->value };
	}
	ret_offer->dirs = dirs;
	ret_offer->ndirs = count;
	ret_offer->shared_key = shared_key(arena, context->dir ? context->dir : "");
	return 0;
}
