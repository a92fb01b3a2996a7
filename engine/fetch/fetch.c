#include "engine/fetch/fetch.h"
#include "base/text/sha256.h"
#include "base/text/text.h"
#include "base/url.h"
#include "compose/tree/file.h"
#include "engine/fetch/cache.h"
#include "engine/fetch/checkout.h"
#include "engine/fetch/registry_copy.h"
#include "engine/http/http.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 16 << 20, DIGEST_LEN = 64 };
#define SECOND   INT64_C(1000000000)
#define TIMEOUT  (30 * SECOND)
#define PATIENCE (10 * SECOND)

/* What a URL names. */
struct web_file {
	const char *url, *shown; /* without #…; as messages show it */
	const char *digest;      /* of #sha256=…, or NULL */
	const char *copy;        /* where it is kept, or NULL */
};

static int parse_web_file(const struct fetcher *fetcher, const char *text, struct arena *arena,
	struct web_file *ret, struct errors *errors)
{
	static const char pin[] = "#sha256=";
	size_t len = strcspn(text, "#");
	struct web_file address = { .url = arena_strndup(arena, text, len), .shown = url_shown(arena, text) };
	if (strncmp(text + len, pin, strlen(pin)) == 0)
		address.digest = text + len + strlen(pin);
	size_t digits = address.digest ? strspn(address.digest, "0123456789abcdef") : 0;
	if (text[len] && (digits != DIGEST_LEN || address.digest[digits])) {
		error_add(errors, ERROR_FILE, NULL, NULL, "%s: what stands behind # is no digest",
			address.shown);
		return error_hint(errors, "write #sha256= and 64 lower case hex digits, or nothing");
	}
	const char *cache;
	if (cache_find(fetcher->os_env, arena, "http", &cache, errors) < 0)
		return -1;
	if (cache)
		address.copy = arena_printf(arena, "%s/%s", cache, sha256_hex(arena, text, strlen(text)));
	*ret = address;
	return 0;
}

static bool has_digest(struct arena *arena, const struct web_file *address, const char *text, size_t len)
{
	return !address->digest || text_is(sha256_hex(arena, text, len), address->digest);
}

static bool read_copy(
	struct arena *arena, const struct web_file *address, const char **ret_text, size_t *ret_len)
{
	struct errors ignored;
	struct file file = { .path = address->copy, .most = MOST };
	errors_init(&ignored, arena);
	return address->copy && file_read(arena, &file, NULL, ret_text, ret_len, &ignored) == 0 &&
	       has_digest(arena, address, *ret_text, *ret_len);
}

/* Beside the wanted file, renamed once it is whole. Without a cache there is none: nothing else fails. */
static void keep_copy(struct arena *arena, const struct web_file *address, const char *text, size_t len)
{
	if (!address->copy || cache_make(arena_strndup(arena, address->copy,
				      (size_t)(strrchr(address->copy, '/') - address->copy))) != 0)
		return;
	const char *part = arena_printf(arena, "%s.%ld", address->copy, (long)getpid());
	FILE *out = fopen(part, "we");
	if (!out)
		return;
	bool whole = fwrite(text, 1, len, out) == len;
	whole = fclose(out) == 0 && whole;
	if (!whole || rename(part, address->copy) != 0)
		unlink(part);
}

/* What cannot be had now but was read before is better than nothing, if one knows. */
static bool fall_back(struct arena *arena, const struct web_file *address, const char *why,
	const char **ret_text, size_t *ret_len, struct errors *errors)
{
	struct stat info;
	struct tm when;
	char date[32];
	if (!read_copy(arena, address, ret_text, ret_len) || stat(address->copy, &info) != 0 ||
		!localtime_r(&info.st_mtime, &when))
		return false;
	strftime(date, sizeof date, "%Y-%m-%d %H:%M", &when);
	error_warn(errors, NULL, NULL, "%s cannot be read (%s): the copy of %s is used", address->shown, why,
		date);
	return true;
}

static int cannot_read(
	const struct web_file *address, const struct request *request, const char *why, struct errors *errors)
{
	int status = request->status;
	error_add(errors, ERROR_FILE, NULL, NULL, "%s cannot be read: %s", address->shown, why);
	if (status == 401 || status == 403)
		return error_hint(errors,
			"it needs a login: put USER:PASSWORD@ in front of the host, from a variable, or keep a local copy");
	if ((status >= 400 && status < 500) || request->fault == HTTP_WRONG)
		return error_hint(errors, "is the address right, as a browser shows it for the raw file?");
	if (request->failure && strcasestr(request->failure, "certificate"))
		return error_hint(errors, "add the certificate of its authority to those of this machine");
	if (request->fault == HTTP_TOO_LARGE)
		return error_hint(errors, "is it a compose file, or a registry?");
	return error_hint(errors,
		"can this machine reach it? http_proxy and https_proxy are used; else keep a local copy");
}

/* The text, unless the answer is a failure, a web page or not what the digest says. A server that is away
 * for now is replaced by the copy of last time. */
static int fetch_read_answer(struct request *request, const struct web_file *address, struct arena *arena,
	const char **ret_text, size_t *ret_len, struct errors *errors)
{
	const char *why = request->failure;
	if (!why && (request->status < 200 || request->status > 299))
		why = arena_printf(arena, "the server answers %d", request->status);
	if (why && (http_transient(request) || request->fault == HTTP_TIMEOUT) &&
		fall_back(arena, address, why, ret_text, ret_len, errors))
		return 0;
	if (why)
		return cannot_read(address, request, why, errors);
	if (strncmp(request->answer_type, "text/html", 9) == 0) {
		error_add(errors, ERROR_FILE, NULL, NULL, "%s is a web page", address->shown);
		return error_hint(errors, "use the address of the raw file");
	}
	*ret_len = request->answer.len;
	*ret_text = arena_strndup(arena, buf_text(&request->answer), request->answer.len);
	if (!has_digest(arena, address, *ret_text, *ret_len)) {
		error_add(errors, ERROR_FILE, NULL, NULL, "%s has changed: its digest is now sha256=%s",
			address->shown, sha256_hex(arena, *ret_text, *ret_len));
		return error_hint(errors, "look at what has changed, then put the new digest behind #");
	}
	keep_copy(arena, address, *ret_text, *ret_len);
	return 0;
}

/* Fetches a file of a web server; one with a digest that was fetched before needs no network. */
static int fetch_url(void *arg, const char *url, struct arena *arena, const char **ret_text, size_t *ret_len,
	struct errors *errors)
{
	const struct fetcher *fetcher = arg;
	struct web_file address = { 0 };
	struct errors ignored;
	if (parse_web_file(fetcher, url, arena, &address, errors) != 0)
		return -1;
	if (address.digest && read_copy(arena, &address, ret_text, ret_len))
		return 0;
	struct http *http = http_create(fetcher->loop(fetcher->arg), NULL);
	struct request *request = http_request(http);
	request->method = "GET";
	request->path = address.url;
	request->timeout = TIMEOUT;
	request->patience = PATIENCE;
	request->most = MOST;
	errors_init(&ignored, arena);
	fetcher->waiting(fetcher->arg, address.shown);
	int result = http_call(request, &ignored);
	fetcher->waited(fetcher->arg);
	if (result == 0 || request->failure)
		result = fetch_read_answer(request, &address, arena, ret_text, ret_len, errors);
	else
		error_add(errors, ignored.last->code, NULL, NULL, "%s", ignored.last->message);
	http_free(request);
	http_destroy(http);
	return result;
}

/* Both end as files of a local copy. */
static int fetch_copy(
	void *arg, const char *url, struct arena *arena, const char **ret_path, struct errors *errors)
{
	return (url_is_oci(url) ? registry_copy_get : checkout_get)(arg, url, arena, ret_path, errors);
}

const struct fetch *fetch_create(struct arena *arena, const struct fetcher *fetcher)
{
	struct fetch *fetch = ARENA_NEW(arena, struct fetch);
	struct fetcher *own = ARENA_NEW(arena, struct fetcher);
	*own = *fetcher;
	*fetch = (struct fetch){ .get = fetch_url, .checkout = fetch_copy, .arg = own };
	return fetch;
}
