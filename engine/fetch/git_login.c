#include "engine/fetch/git_login.h"

#include "base/url.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file without a name that holds the text; 0 with errno when it cannot be made. Descriptors 0 to 2 are
 * taken. */
static int nameless_file(const char *text)
{
	int fd = memfd_create("docker-flow", MFD_CLOEXEC);
	if (fd < 0)
		return 0;
	if (write(fd, text, strlen(text)) == (ssize_t)strlen(text))
		return fd;
	close(fd);
	return 0;
}

/* A value of git's configuration. */
static const char *config_quoted(struct arena *arena, const char *text)
{
	char *quoted = arena_alloc(arena, 2 * strlen(text) + 3), *to = quoted;
	*to++ = '"';
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
		*to++ = *text;
	}
	*to++ = '"';
	return quoted;
}

/* What git's protocol and configuration cannot carry. */
static bool has_line_end(const char *text)
{
	return text && strpbrk(text, "\r\n");
}

static int refuse_login(struct errors *errors, const char *url, const char *why, const char *hint)
{
	error_add(errors, ERROR_FILE, NULL, NULL, "%s: %s", url_shown(errors->arena, url), why);
	return error_hint(errors, "%s", hint);
}

/* The helper belongs to scheme, host and port of the URL alone: git asks it for no other after a redirect.
 * The rest of its line, where git writes what it wants, is a comment of the shell. */
static const char *login_config(
	struct arena *arena, const char *url, const struct url_login *login, int answer)
{
	size_t host = strlen("://") + (size_t)(strstr(url, "://") - url);
	const char *place = arena_strndup(arena, url, host + strcspn(url + host, "/?#"));
	return arena_printf(arena,
		"[credential %s]\n\tusername = %s\n%s\thelper = \"!cat /proc/self/fd/%d #\"\n",
		config_quoted(arena, place), config_quoted(arena, login->user),
		login->password ? "\thelper =\n" : "", answer);
}

int git_login_open(struct arena *arena, const char *url, struct git_login *ret_login, const char **ret_url,
	struct errors *errors)
{
	struct url_login login;
	const char *bare = url_split(arena, url, &login);
	bool web = strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
	*ret_login = (struct git_login){ 0 };
	*ret_url = web ? bare : url;
	if (!web && login.password)
		return refuse_login(errors, url, "only http and https take a password",
			"use a key with ssh, and name only the user: ssh://user@host/…");
	if (!web || !login.user)
		return 0;
	if (has_line_end(login.user) || has_line_end(login.password))
		return refuse_login(
			errors, url, "its login has several lines", "does the variable end in one?");
	ret_login->answer = nameless_file(arena_printf(
		arena, "username=%s\npassword=%s\n", login.user, login.password ? login.password : ""));
	if (ret_login->answer)
		ret_login->config = nameless_file(login_config(arena, bare, &login, ret_login->answer));
	if (ret_login->config)
		return 0;
	return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot hand git a login: %s", strerror(errno));
}

void git_login_close(struct git_login *login)
{
	if (login->config)
		close(login->config);
	if (login->answer)
		close(login->answer);
	*login = (struct git_login){ 0 };
}
