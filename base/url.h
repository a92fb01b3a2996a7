/* URLs as text: what they name, and what may be shown of them. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/arena.h"

#include <stdbool.h>

/* Whether `name` is the URL of something on a web server, and not of a repository. */
bool url_is_web(const char *name);

/* Whether `name` is a repository: git://, ssh://, git@host:…, github.com/…, or a URL that ends in .git, `#`
 * and `/` aside. */
bool url_is_git(const char *name);

/* Whether `name` is a project in an image registry: oci://[HOST[:PORT]/]PATH[:TAG][@DIGEST]. */
bool url_is_oci(const char *name);

/* Behind the oci:// of such a name; borrowed. */
const char *url_oci_name(const char *name);

/* Whether `name` is no local file: one of the three, or of a scheme that nobody reads. */
bool url_is_remote(const char *name);

/* A URL as messages and labels show it: without user, password, query and fragment. Other names stay as they
 * are, borrowed. */
const char *url_shown(struct arena *arena, const char *url);

/* A URL that web servers and git take, of one whose password was not escaped (https://me:a/b#c@host becomes
 * https://me:a%2Fb%23c@host): values of variables seldom are. Others as they are, borrowed. */
const char *url_escaped(struct arena *arena, const char *url);

/* The first `len` bytes of a text in which %XX stands for a byte (RFC 3986, 2.1); what is no such code stays.
 * Arena's text. */
const char *url_unescaped(struct arena *arena, const char *text, size_t len);

/* The parts of a URL's login, unescaped; NULL: there is none. */
struct url_login {
	const char *user, *password;
};

/* Takes the login out of a URL; returns the rest, `url` itself when there is none. */
const char *url_split(struct arena *arena, const char *url, struct url_login *ret_login);

/* Free text without the logins and queries of the URLs in it, those whose slashes a path has lost (https:/…)
 * and those without a scheme (user:password@host.example) too: `***` stands for them. Text without any is
 * borrowed; NULL gives NULL. */
const char *url_masked(struct arena *arena, const char *text);

#endif
