#include "engine/fetch/checkout.h"
#include "base/text/sha256.h"
#include "base/url.h"
#include "compose/tree/path.h"
#include "engine/fetch/cache.h"
#include "engine/fetch/git.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COMMIT_LEN = 40 };

struct remote_place {
	const char *url, *ref, *path; /* path below the repository, "" for its root */
};

static struct remote_place parse_place(struct arena *arena, const char *text)
{
	struct remote_place place = { .ref = "HEAD", .path = "" };
	const char *hash = strchr(text, '#');
	place.url = hash ? arena_strndup(arena, text, (size_t)(hash - text)) : text;
	if (strncasecmp(text, "github.com/", 11) == 0)
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

/* The line of ls-remote's answer that is about the ref: git lists all whose names end like it, team/main for
 * main, too. "" when there is none. */
static const char *ref_line(const char *answer, const char *ref)
{
	static const char *const folders[] = { "", "refs/", "refs/heads/", "refs/tags/" };
	size_t len = strlen(ref);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t folder = strlen(folders[i]);
		for (const char *line = answer; *line; line += strcspn(line, "\n"), line += *line == '\n') {
			const char *name = line + strcspn(line, "\t\n");
			name += *name == '\t';
			if (strcspn(name, "\n") == folder + len && strncmp(name, folders[i], folder) == 0 &&
				strncmp(name + folder, ref, len) == 0)
				return line;
		}
	}
	return "";
}

/* The commit that the ref means now. */
static int resolve_commit(const struct git *git, const struct remote_place *place, struct arena *arena,
	const char **ret_commit, struct errors *errors)
{
	if (is_commit(place->ref)) {
		*ret_commit = place->ref;
		return 0;
	}
	const char *answer, *argv[] = { "ls-remote", "--", place->url, place->ref, NULL };
	if (git_run(git, arena, argv, &answer, errors) < 0)
		return -1;
	const char *line = ref_line(answer, place->ref);
	const char *commit = arena_strndup(arena, line, strspn(line, "0123456789abcdef"));
	if (!is_commit(commit))
		return error_add(
			errors, ERROR_FILE, NULL, NULL, "%s has no branch or tag %s", git->shown, place->ref);
	*ret_commit = commit;
	return 0;
}

/* The commit's files in a new folder; its words about progress tell a slow git from a silent one. */
static int fetch_files(const struct git *git, const struct remote_place *place, const char *commit,
	const char *dir, struct arena *arena, struct errors *errors)
{
	const char *init[] = { "init", "-q", "--", dir, NULL };
	const char *get[] = { "-C", dir, "fetch", "-q", "--progress", "--depth=1", "--", place->url, commit,
		NULL };
	const char *take[] = { "-C", dir, "-c", "advice.detachedHead=false", "checkout", "-q", "--progress",
		"FETCH_HEAD", NULL };
	if (git_run(git, arena, init, NULL, errors) < 0 || git_run(git, arena, get, NULL, errors) < 0)
		return -1;
	return git_run(git, arena, take, NULL, errors);
}

/* Into a folder beside the wanted one, renamed once it is whole: another run may do the same. What fails
 * leaves nothing behind. */
static int fetch_commit(const struct git *git, const struct remote_place *place, const char *commit,
	const char *dir, struct arena *arena, struct errors *errors)
{
	const char *part = arena_printf(arena, "%s.%ld", dir, (long)getpid());
	if (cache_make(part) < 0)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s: %s", part, strerror(errno));
	int result = fetch_files(git, place, commit, part, arena, errors);
	if (result == 0 && rename(part, dir) != 0 && access(dir, F_OK) != 0)
		result = error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s: %s", dir, strerror(errno));
	cache_remove(part);
	return result;
}

/* The folder of the place's commit, fetched when it is not there. */
static int find_commit(const struct git *git, const struct remote_place *place, struct arena *arena,
	const char **ret_dir, struct errors *errors)
{
	const char *cache, *commit = NULL;
	if (cache_find(git->fetcher->os_env, arena, "git", &cache, errors) < 0)
		return -1;
	if (!cache) {
		error_add(errors, ERROR_FILE, NULL, NULL, "there is no folder for the repository's copy");
		return error_hint(errors, "set HOME or XDG_CACHE_HOME");
	}
	if (resolve_commit(git, place, arena, &commit, errors) < 0)
		return -1;
	const char *key = sha256_hex(arena, place->url, strlen(place->url));
	*ret_dir = arena_printf(arena, "%s/%.16s-%s", cache, key, commit);
	if (access(*ret_dir, F_OK) == 0)
		return cache_check(*ret_dir, errors);
	return fetch_commit(git, place, commit, *ret_dir, arena, errors);
}

int checkout_get(
	void *arg, const char *url, struct arena *arena, const char **ret_path, struct errors *errors)
{
	struct remote_place place = parse_place(arena, url);
	struct git git = { .fetcher = arg, .shown = url_shown(arena, place.url) };
	const char *dir = NULL, *path = path_clean(arena, place.path);
	if (*path == '/' || strncmp(path, "..", 2) == 0 || *place.ref == '-')
		return error_add(errors, ERROR_FILE, NULL, NULL, "%s: the path must lie in the repository",
			url_shown(arena, url));
	int result = git_login_open(arena, place.url, &git.login, &place.url, errors);
	if (result == 0)
		result = find_commit(&git, &place, arena, &dir, errors);
	git_login_close(&git.login);
	if (result == 0)
		*ret_path = path_join(arena, dir, path);
	return result;
}
