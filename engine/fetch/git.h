/* git as a child: nothing to ask on, bounded in time, its words kept for the message of a failure. */
#ifndef ENGINE_GIT_H
#define ENGINE_GIT_H

#include "engine/fetch/fetch.h"
#include "engine/fetch/git_login.h"

/* What the commands for one repository have in common. */
struct git {
	const struct fetcher *fetcher;
	const char *shown; /* the repository, as messages name it */
	struct git_login login;
};

/* Runs git with these arguments (ended by NULL, 15 at most). *ret_output, where wanted, is what it prints,
 * the last 64 KiB, the arena's. Returns 0, or -1 with a finding when it fails, is silent for half a minute,
 * takes more than ten, or when an interrupt comes; then nothing it has started runs any more. */
int git_run(const struct git *git, struct arena *arena, const char *const *arguments, const char **ret_output,
	struct errors *errors);

#endif
