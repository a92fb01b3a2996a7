#include "engine/fetch/checkout.h"
#include "base/text/sha256.h"
#include "base/text/url.h"
#include "compose/tree/path.h"
#include "engine/fetch/cache.h"
#include "engine/loop/child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MOST = 65536, COMMIT_LEN = 40 };

struct remote_place {
	const char *url, *ref, *path; /* path below the repository, "" for its root */
};

struct git {
	bool ended;
	int status;
};

static void git_ended(void *arg, int status)
{
	struct git *git = arg;
	git->ended = true;
	git->status = status;
}

static bool has_ended(void *arg)
{
	const struct git *git = arg;
	return git->ended;
}

static int repository_unreachable(const struct remote_place *place, struct errors *errors)
{
	error_add(errors, ERROR_FILE, NULL, NULL, "failed to access repository %s",
		url_shown(errors->arena, place->url));
	return error_hint(
		errors, "git says why above; a whole commit behind # that was read before needs no network");
}

/* Runs git; with `answer` its output goes there, through a temporary file, so that nothing blocks. */
static int git_run(const struct fetcher *fetcher, const struct remote_place *place, const char *const *argv,
	char *answer, struct errors *errors)
{
	struct git git = { 0 };
	pid_t pid;
	FILE *out = answer ? tmpfile() : NULL;
	int fd = out ? fileno(out) : -1, result = child_start(argv, -1, fd, STDERR_FILENO, &pid, errors);
	if (result == 0) {
		struct loop *loop = fetcher->loop(fetcher->arg);
		fetcher->waiting(fetcher->arg, url_shown(errors->arena, place->url));
		loop_child(loop, pid, git_ended, &git);
		loop_run(loop, has_ended, &git);
		fetcher->waited(fetcher->arg);
		if (!WIFEXITED(git.status) || WEXITSTATUS(git.status) != 0)
			result = repository_unreachable(place, errors);
	}
	if (out) {
		rewind(out);
		answer[fread(answer, 1, ANSWER_MOST - 1, out)] = '\0';
		fclose(out);
	}
	return result;
}

static struct remote_place parse_place(struct arena *arena, const char *text)
{
	struct remote_place place = { .ref = "HEAD", .path = "" };
	const char *hash = strchr(text, '#');
	place.url = hash ? arena_strndup(arena, text, (size_t)(hash - text)) : text;
	if (strncmp(text, "github.com/", 11) == 0)
		place.url = arena_printf(arena, "https://%s", place.url);
	if (!hash)
		return place;
	size_t len = strcspn(hash + 1, ":");
	if (len)
		place.ref = arena_strndup(arena, hash + 1, len);
	if (hash[1 + len] == ':')
		place.path = arena_strdup(arena, hash + 2 + len);
	return place;
}

static bool is_commit(const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");
	return len == COMMIT_LEN && !text[len];
}

/* The commit that the ref means now. */
static int resolve_commit(const struct fetcher *fetcher, const struct remote_place *place,
	struct arena *arena, const char **ret_commit, struct errors *errors)
{
	if (is_commit(place->ref)) {
		*ret_commit = place->ref;
		return 0;
	}
	char *answer = arena_alloc(arena, ANSWER_MOST);
	const char *argv[] = { "git", "ls-remote", "--", place->url, place->ref, NULL };
	if (git_run(fetcher, place, argv, answer, errors) < 0)
		return -1;
	const char *commit = arena_strndup(arena, answer, strspn(answer, "0123456789abcdef"));
	if (!is_commit(commit))
		return error_add(errors, ERROR_FILE, NULL, NULL, "%s has no branch or tag %s",
			url_shown(arena, place->url), place->ref);
	*ret_commit = commit;
	return 0;
}

/* Into a folder beside the wanted one, renamed once it is whole: another run may do the same. */
static int fetch_commit(const struct fetcher *fetcher, const struct remote_place *place, const char *commit,
	const char *dir, struct arena *arena, struct errors *errors)
{
	const char *part = arena_printf(arena, "%s.%ld", dir, (long)getpid());
	const char *init[] = { "git", "init", "-q", "--", part, NULL };
	const char *get[] = { "git", "-C", part, "fetch", "-q", "--depth=1", "--", place->url, commit, NULL };
	const char *take[] = { "git", "-C", part, "-c", "advice.detachedHead=false", "checkout", "-q",
		"FETCH_HEAD", NULL };
	if (cache_make(part) < 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s: %s", part, strerror(errno));
	if (git_run(fetcher, place, init, NULL, errors) < 0 ||
		git_run(fetcher, place, get, NULL, errors) < 0 ||
		git_run(fetcher, place, take, NULL, errors) < 0)
		return -1;
	if (rename(part, dir) != 0 && access(dir, F_OK) != 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s: %s", dir, strerror(errno));
	return 0;
}

int checkout_get(
	void *arg, const char *url, struct arena *arena, const char **ret_path, struct errors *errors)
{
	const struct fetcher *fetcher = arg;
	struct remote_place place = parse_place(arena, url);
	const char *commit = NULL, *path = path_clean(arena, place.path);
	if (*path == '/' || strncmp(path, "..", 2) == 0 || *place.ref == '-')
		return error_add(errors, ERROR_FILE, NULL, NULL, "%s: the path must lie in the repository",
			url_shown(arena, url));
	if (resolve_commit(fetcher, &place, arena, &commit, errors) < 0)
		return -1;
	const char *key = arena_strndup(arena, sha256_hex(arena, place.url, strlen(place.url)), 16);
	const char *dir =
		cache_path(fetcher->os_env, arena, "git", arena_printf(arena, "%s-%s", key, commit));
	if (!dir) {
		error_add(errors, ERROR_FILE, NULL, NULL, "there is no folder for the repository's copy");
		return error_hint(errors, "set HOME or XDG_CACHE_HOME");
	}
	if (access(dir, F_OK) != 0 && fetch_commit(fetcher, &place, commit, dir, arena, errors) < 0)
		return -1;
	*ret_path = path_join(arena, dir, path);
	return 0;
}
