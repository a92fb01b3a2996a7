/* The login of a repository's URL as git is given it: by descriptors that only git and its children have,
 * since every user can read the arguments of all processes. */
#ifndef ENGINE_GIT_LOGIN_H
#define ENGINE_GIT_LOGIN_H

#include "base/error.h"

/* Zeroed: none. */
struct git_login {
	int config; /* text of a configuration: user name, and a credential helper that reads `answer` */
	int answer; /* user and password in the words of git-credential(1) */
};

/* Takes the login out of a URL of http(s); *ret_url is the rest. Without a password git's own helpers are
 * asked for it first: the user's name may be a token or not. Returns 0, or -1 with a finding, as for a
 * password in a URL of another scheme. git_login_close must follow. */
int git_login_open(struct arena *arena, const char *url, struct git_login *ret_login, const char **ret_url,
	struct errors *errors);

/* Closes what there is; the login is then none. */
void git_login_close(struct git_login *login);

#endif
