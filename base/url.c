#include "base/url.h"

#include "base/buf.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Schemes have no case. */
static bool url_starts(const char *text, const char *with)
{
	return strncasecmp(text, with, strlen(with)) == 0;
}

/* A misspelt one is no path: what stands behind it may be a password. */
static bool has_scheme(const char *text)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[len]) || (len && strchr("+.-", text[len]) && text[len]))
		len++;
	return len && url_starts(text + len, "://");
}

static bool is_http(const char *text)
{
	return url_starts(text, "https://") || url_starts(text, "http://");
}

bool url_is_git(const char *name)
{
	bool ends = false;
	for (const char *git = name; (git = strstr(git, ".git")) && !ends; git++)
		ends = !git[4] || git[4] == '#' || git[4] == '/';
	bool short_form = strncmp(name, "git@", 4) == 0 || strncmp(name, "github.com/", 11) == 0;
	return short_form || url_starts(name, "git://") || url_starts(name, "ssh://") ||
	       ((is_http(name) || url_starts(name, "file://")) && ends);
}

bool url_is_web(const char *name)
{
	return is_http(name) && !url_is_git(name);
}

#define OCI "oci://"

bool url_is_oci(const char *name)
{
	return url_starts(name, OCI);
}

const char *url_oci_name(const char *name)
{
	return name + strlen(OCI);
}

bool url_is_remote(const char *name)
{
	return has_scheme(name) || url_is_git(name);
}

#define HIDDEN "***"

/* Whether a digest of SHA-256 stands here, up to `end` or a mark. */
static bool is_whole_digest(const char *text, const char *end)
{
	enum { DIGITS = 64 };
	static const char kind[] = "sha256:";
	size_t len = strlen(kind);
	if ((size_t)(end - text) < len + DIGITS || strncmp(text, kind, len) != 0)
		return false;
	return strspn(text + len, "0123456789abcdef") == DIGITS &&
	       (text + len + DIGITS == end || !isalnum((unsigned char)text[len + DIGITS]));
}

/* Behind the login that begins at `host`, up to `end`; `host` itself when there is none. An @ in the path is
 * no login's, but behind HOST: or USER@ it may as well be one of a password with a slash in it. */
static const char *behind_login(const char *host, const char *end)
{
	size_t authority = strcspn(host, "/?#");
	if (authority > (size_t)(end - host))
		authority = (size_t)(end - host);
	const char *at = memrchr(host, '@', (size_t)(end - host));
	if (at && is_whole_digest(at + 1, end))
		return host;
	bool plain = !memchr(host, '@', authority) && !memchr(host, ':', authority);
	return at && !plain ? at + 1 : host;
}

const char *url_shown(struct arena *arena, const char *url)
{
	const char *scheme = strstr(url, "://");
	if (!scheme)
		return url;
	const char *host = scheme + 3, *from = behind_login(host, host + strlen(host));
	bool usual = from - host <= (ptrdiff_t)strcspn(host, "/?#");
	return arena_printf(arena, "%.*s%s%.*s", (int)(host - url), url, usual ? "" : HIDDEN "@",
		(int)strcspn(from, "?#"), from);
}

/* The authority's login ends there, NULL: it has none. */
static const char *login_end(const char *host)
{
	const char *at = memrchr(host, '@', strcspn(host, "/?#"));
	return at ? at + 1 : NULL;
}

/* Whether the authority that stands here is a host with or without a port. */
static bool is_host(const char *host)
{
	size_t authority = strcspn(host, "/?#");
	const char *colon = *host == '[' ? NULL : memchr(host, ':', authority);
	return !colon || strspn(colon + 1, "0123456789") == authority - (size_t)(colon + 1 - host);
}

const char *url_escaped(struct arena *arena, const char *url)
{
	const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : NULL;
	const char *at = host ? strrchr(host, '@') : NULL;
	if (!at || login_end(host) || is_host(host))
		return url;
	char *escaped = arena_alloc(arena, 3 * strlen(url) + 1), *to = escaped + (host - url);
	memcpy(escaped, url, (size_t)(host - url));
	for (; host < at; host++) {
		bool plain = !strchr("/?#@[]", *host);
		*to++ = plain ? *host : '%';
		if (!plain) {
			*to++ = "0123456789ABCDEF"[(unsigned char)*host >> 4];
			*to++ = "0123456789ABCDEF"[*host & 15];
		}
	}
	memcpy(to, at, strlen(at) + 1);
	return escaped;
}

const char *url_unescaped(struct arena *arena, const char *text, size_t len)
{
	char *plain = arena_strndup(arena, text, len), *to = plain;
	for (const char *at = plain; *at; at++) {
		bool code = *at == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]);
		char digits[] = { code ? at[1] : '\0', code ? at[2] : '\0', '\0' };
		*to++ = code ? (char)strtoul(digits, NULL, 16) : *at;
		at += code ? 2 : 0;
	}
	*to = '\0';
	return plain;
}

const char *url_split(struct arena *arena, const char *url, struct url_login *ret_login)
{
	const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : NULL;
	const char *rest = host ? login_end(host) : NULL;
	*ret_login = (struct url_login){ 0 };
	if (!rest)
		return url;
	size_t len = (size_t)(rest - 1 - host), user = strcspn(host, ":@");
	ret_login->user = url_unescaped(arena, host, user);
	if (user < len)
		ret_login->password = url_unescaped(arena, host + user + 1, len - user - 1);
	return arena_printf(arena, "%.*s%s", (int)(host - url), url, rest);
}

/* Behind the slashes of the word's scheme; NULL: it has none. */
static const char *behind_scheme(const char *word, const char *end)
{
	for (const char *at = word; (at = memchr(at, ':', (size_t)(end - at))); at++)
		if (at > word && isalnum((unsigned char)at[-1]) && at + 1 < end && at[1] == '/')
			return at + 1 + strspn(at + 1, "/");
	return NULL;
}

/* A user alone is a name for ssh; elsewhere it may as well be a token. */
static bool is_user_name(const char *login, const char *end)
{
	return strncmp(login - strlen("ssh://"), "ssh://", strlen("ssh://")) == 0 &&
	       !memchr(login, ':', (size_t)(end - login));
}

/* Whether a digest stands here, as behind the @ of an image reference: sha256:… */
static bool is_digest(const char *text)
{
	size_t len = strlen("sha");
	if (strncmp(text, "sha", len) != 0)
		return false;
	len += strspn(text + len, "0123456789");
	return text[len] == ':' && isxdigit((unsigned char)text[len + 1]);
}

/* Behind USER:PASSWORD@ of a word without a scheme; `word` when there is none: a hint's own words, such as
 * USER:PASSWORD@ and [:TAG][@DIGEST], have no host. */
static const char *behind_bare_login(const char *word, const char *end)
{
	const char *at = memrchr(word, '@', (size_t)(end - word));
	return at && memchr(word, ':', (size_t)(at - word)) && at[-1] != '[' &&
			       isalnum((unsigned char)at[1]) && !is_digest(at + 1)
		       ? at + 1
		       : word;
}

static void put_masked_word(struct buf *out, const char *word, const char *end)
{
	const char *host = behind_scheme(word, end), *login = host ? host : word;
	const char *rest = host ? behind_login(host, end) : behind_bare_login(word, end);
	if (host && host - word >= (ptrdiff_t)strlen("ssh://") && is_user_name(host, rest))
		rest = host;
	const char *query = host ? memchr(rest, '?', (size_t)(end - rest)) : NULL;
	size_t hidden = query ? strcspn(query + 1, "\"'`<>)]} \t\r\n") : 0;
	buf_append(out, word, (size_t)(login - word));
	buf_puts(out, rest > login ? HIDDEN "@" : "");
	if (hidden) {
		buf_append(out, rest, (size_t)(query + 1 - rest));
		buf_puts(out, HIDDEN);
		rest = query + 1 + hidden;
	}
	buf_append(out, rest, (size_t)(end - rest));
}

const char *url_masked(struct arena *arena, const char *text)
{
	static const char blanks[] = " \t\r\n";
	auto_buf struct buf out = { 0 };
	if (!text || !strpbrk(text, "@?"))
		return text;
	buf_init(&out, 4 * strlen(text));
	while (*text) {
		size_t gap = strspn(text, blanks), len = strcspn(text + gap, blanks);
		buf_append(&out, text, gap);
		put_masked_word(&out, text + gap, text + gap + len);
		text += gap + len;
	}
	return arena_strdup(arena, buf_text(&out));
}
