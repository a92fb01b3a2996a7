#include "engine/registry/repository.h"

#include "base/text/address.h"
#include "base/text/base64.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "base/url.h"
#include "compose/tree/image_name.h"
#include "engine/connect/credentials.h"
#include "engine/loop/backoff.h"
#include "engine/registry/digest.h"
#include "engine/registry/token.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#define ANSWER_MOST ((size_t)4 << 20)
#define TIMEOUT     INT64_C(30000000000) /* ns */
#define PATIENCE    INT64_C(60000000000) /* ns: a registry may take so long to put a blob away */

/* Docker's own registry has three names: that of images, that of its host, and what credentials are under. */
#define INDEX          "docker.io"
#define INDEX_HOST     "registry-1.docker.io"
#define INDEX_ACCOUNTS "https://index.docker.io/v1/"

/* 0.5, 1 and 2 s. */
static const struct backoff backoff_registry = { .first = 500000000, .factor = 2, .repeats = 3 };

struct repository {
	struct arena *arena;
	struct repository_options options;
	const char *host, *path, *object, *shown;
	const char *address;  /* host[:port] that is connected to */
	const char *accounts; /* what credentials are kept under */
	bool tls, loopback;
	bool switched; /* with or without TLS: the other way was tried first */
	struct http *http;
	struct texts scopes;
	const char *authorization; /* a line of the head, or NULL. Secret */
	const struct config_auth *auth;
	bool auth_known, auth_given; /* the caller has given it */
};

bool repository_is_loopback(const char *host)
{
	struct address address;
	bool bracket = *host == '[';
	size_t len = bracket ? strcspn(host + 1, "]") : strcspn(host, ":");
	char name[64];
	if (len >= sizeof name)
		return false;
	memcpy(name, host + bracket, len);
	name[len] = '\0';
	if (strcasecmp(name, "localhost") == 0)
		return true;
	if (!address_parse(name, &address))
		return false;
	static const unsigned char one[16] = { [15] = 1 };
	return address.size == 4 ? address.bytes[0] == 127 : memcmp(address.bytes, one, sizeof one) == 0;
}

int repository_check_name(const char *name, enum error_code code, struct errors *errors)
{
	const char *at = strchr(name, '@');
	if (image_name_valid(name) && (!at || digest_valid(at + 1)))
		return 0;
	error_add(errors, code, NULL, NULL, "%s is no name of a repository", name);
	return error_hint(errors,
		"write [HOST[:PORT]/]PATH[:TAG], the path in lower case: registry.example/team/app:1.0");
}

/* How the host is reached, and what else follows from its name. */
static void repository_init(struct repository *repository, const char *host)
{
	bool index = text_is(host, INDEX);
	repository->host = host;
	repository->address = index ? INDEX_HOST : host;
	repository->accounts = index ? INDEX_ACCOUNTS : host;
	repository->loopback = repository_is_loopback(host);
	repository->tls = !repository->loopback;
	repository->http = http_create(repository->options.loop, NULL);
}

struct repository *repository_open(struct arena *arena, const struct repository_options *options,
	const char *name, bool push, struct errors *errors)
{
	if (repository_check_name(name, options->code, errors) < 0)
		return NULL;
	struct repository *repository = ARENA_NEW(arena, struct repository);
	const struct reference reference = reference_parse(arena, reference_full(arena, name));
	*repository = (struct repository){ .arena = arena, .options = *options };
	repository_init(repository, reference.registry);
	repository->path = reference.name + strlen(reference.registry) + 1;
	repository->object = reference.digest ? reference.digest : reference.tag;
	repository->shown = reference.name;
	texts_add(arena, &repository->scopes,
		arena_printf(arena, "repository:%s:pull%s", repository->path, push ? ",push" : ""));
	return repository;
}

struct repository *repository_open_registry(struct arena *arena, const struct repository_options *options,
	const char *host, const struct config_auth *auth, struct errors *errors)
{
	if (!*host || text_is(host, "index." INDEX))
		host = INDEX;
	/* a path below it makes it a name, which says whether it is a host */
	if (strchr(host, '/') || !image_name_valid(arena_printf(arena, "%s/x", host))) {
		error_add(errors, ERROR_USAGE, NULL, NULL, "%s is no registry", host);
		error_hint(errors, "write HOST[:PORT]: registry.example:5000");
		return NULL;
	}
	struct repository *repository = ARENA_NEW(arena, struct repository);
	*repository = (struct repository){ .arena = arena, .options = *options };
	repository_init(repository, host);
	repository->path = repository->object = "";
	repository->shown = host;
	repository->auth = auth;
	repository->auth_known = repository->auth_given = true;
	return repository;
}

const char *repository_accounts(const struct repository *repository)
{
	return repository->accounts;
}

void repository_close(struct repository *repository)
{
	if (repository)
		http_destroy(repository->http);
}

const char *repository_host(const struct repository *repository)
{
	return repository->host;
}

const char *repository_path(const struct repository *repository)
{
	return repository->path;
}

const char *repository_object(const struct repository *repository)
{
	return repository->object;
}

const char *repository_shown(const struct repository *repository)
{
	return repository->shown;
}

struct arena *repository_arena(const struct repository *repository)
{
	return repository->arena;
}

const struct map *repository_os_env(const struct repository *repository)
{
	return repository->options.os_env;
}

void repository_reads(struct repository *repository, const char *path)
{
	size_t before = repository->scopes.count;
	texts_add_once(repository->arena, &repository->scopes,
		arena_printf(repository->arena, "repository:%s:pull", path));
	if (repository->scopes.count > before)
		repository->authorization = NULL;
}

/* Findings */

int repository_wrong(struct repository *repository, struct errors *errors, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return error_add(errors, repository->options.code, NULL, NULL, "%s: %s", repository->shown, text);
}

/* The registry's own words: {"errors": [{"code", "message"}]}, else what http_message finds. Arena's. */
static const char *registry_words(struct arena *arena, const struct request *request)
{
	const struct buf *answer = &request->answer;
	enum { SHOWN = 300 };
	if (request->failure)
		return request->failure;
	const char *words = NULL;
	cJSON *json =
		answer->len && *answer->data == '{' ? cJSON_ParseWithLength(answer->data, answer->len) : NULL;
	const cJSON *first = cJSON_GetArrayItem(json_get(json, "errors"), 0);
	const char *code = json_text(first, "code", NULL), *message = json_text(first, "message", NULL);
	if (message && *message)
		words = arena_printf(arena, "%.*s", SHOWN, message);
	else if (code && *code)
		words = arena_printf(arena, "%.*s", SHOWN, code);
	cJSON_Delete(json);
	if (!words)
		words = http_redirect(arena, request);
	if (!words && answer->len && !strstr(request->answer_type, "html"))
		words = arena_printf(arena, "%.*s", SHOWN, http_message(arena, request));
	return words ? arena_printf(arena, "%s (HTTP status %d)", words, request->status)
		     : arena_printf(arena, "HTTP status %d", request->status);
}

static int hint_login(const struct repository *repository, struct errors *errors)
{
	const char *host = text_is(repository->host, INDEX) ? "" : repository->host;
	if (repository->auth_given)
		return error_hint(errors, "are user and password right?");
	return repository->auth
		       ? error_hint(errors,
				 "the login of docker's config.json is not enough: is it still right, "
				 "and may it do that? docker login%s%s",
				 *host ? " " : "", host)
		       : error_hint(errors, "it needs a login: docker login%s%s", *host ? " " : "", host);
}

int repository_refused(
	struct repository *repository, const struct request *request, const char *what, struct errors *errors)
{
	const char *words = registry_words(repository->arena, request);
	bool wrong = request->fault == HTTP_WRONG;
	bool answers = wrong || request->fault == HTTP_OK || request->fault == HTTP_TOO_LARGE;
	repository_wrong(
		repository, errors, "%s: %s", answers ? what : "the registry does not answer", words);
	if (request->failure && strcasestr(request->failure, "certificate"))
		return error_hint(errors, "add the certificate of its authority to those of this machine");
	if (!answers)
		return error_hint(errors,
			"is %s the registry, and can this machine reach it? http_proxy and https_proxy are used",
			repository->host);
	if (wrong)
		return error_hint(errors, "is %s the registry, and nothing in between that answers for it?",
			repository->host);
	if (request->status == 401 || request->status == 403)
		return hint_login(repository, errors);
	if (request->status == 404)
		return error_hint(errors, "is the name right, and its tag?");
	return -1;
}

/* Logins */

struct auth_wait {
	struct repository *repository;
	bool over;
};

static void keep_credentials(void *arg, const struct config_auth *auth)
{
	struct auth_wait *wait = arg;
	struct config_auth *kept = auth ? ARENA_NEW(wait->repository->arena, struct config_auth) : NULL;
	if (kept)
		*kept = *auth;
	wait->repository->auth = kept;
	wait->over = true;
}

static void find_credentials(struct repository *repository, struct errors *errors)
{
	struct auth_wait wait = { .repository = repository };
	const struct credentials_source source = { repository->arena, repository->options.loop,
		repository->options.config, errors };
	if (repository->auth_known)
		return;
	repository->auth_known = true;
	struct credentials_job *job =
		credentials_begin(&source, repository->accounts, keep_credentials, &wait);
	while (!wait.over)
		loop_turn(repository->options.loop, -1);
	credentials_end(job);
}

static int login_basic(struct repository *repository)
{
	const struct config_auth *auth = repository->auth;
	struct arena *arena = repository->arena;
	if (!auth || !auth->username)
		return -1;
	const char *login =
		arena_printf(arena, "%s:%s", auth->username, auth->password ? auth->password : "");
	repository->authorization = arena_printf(
		arena, "Authorization: Basic %s", base64_encode(arena, login, strlen(login), false));
	return 0;
}

/* Takes the registry's challenge up. Returns 0, or -1: with a finding, or without when there is nothing to
 * log in with. */
static int repository_login(
	struct repository *repository, const struct request *request, struct errors *errors)
{
	struct arena *arena = repository->arena;
	const struct challenge challenge = challenge_parse(arena, http_header(request, "WWW-Authenticate"));
	const char *token;
	bool refused;
	find_credentials(repository, errors);
	if (!challenge.bearer)
		return challenge.basic ? login_basic(repository) : -1;
	const struct token_wish wish = { .http = repository->http,
		.challenge = &challenge,
		.scopes = repository->scopes,
		.auth = repository->auth,
		.plain = !repository->tls };
	struct errors failures;
	errors_init(&failures, arena);
	if (token_get(&wish, arena, &token, &refused, &failures) < 0) {
		repository_wrong(repository, errors, "no login: %s", failures.first->message);
		return refused ? hint_login(repository, errors) : -1;
	}
	repository->authorization = arena_printf(arena, "Authorization: Bearer %s", token);
	return 0;
}

/* Exchanges */

bool repository_is_own(const struct repository *repository, const char *url)
{
	const char *host = strstr(url, "://") + 3, *port = ":443";
	size_t len = strcspn(host, "/?#"), own = strlen(repository->address);
	if (len == own + strlen(port) && strncmp(host + own, port, strlen(port)) == 0)
		len = own;
	return len == own && strncasecmp(host, repository->address, own) == 0;
}

const char *repository_url(const struct repository *repository, const char *location)
{
	const char *scheme = repository->tls ? "https" : "http", *host = strstr(location, "://");
	if (!host)
		return arena_printf(repository->arena, "%s://%s%s%s", scheme, repository->address,
			*location == '/' ? "" : "/", location);
	if (repository_is_own(repository, location)) /* whatever a proxy has made of it */
		return arena_printf(repository->arena, "%s%s", scheme, host);
	bool safe = strncasecmp(location, "https://", 8) == 0 || !repository->tls;
	return safe ? arena_strdup(repository->arena, location) : NULL;
}

static const char *call_url(const struct repository *repository, const char *path)
{
	if (strstr(path, "://"))
		return path;
	return repository_url(
		repository, arena_printf(repository->arena, "/v2/%s%s", repository->path, path));
}

/* No connection where there is somebody: that passes. A name that nobody knows, or a certificate, stays. */
static bool may_pass(const struct request *request)
{
	return http_transient(request) && (request->fault != HTTP_NO_CONNECT || request->os_error);
}

/* The login goes to the registry itself, and to nobody that it names. */
static void fill_call(
	struct repository *repository, struct request *request, const struct repository_call *call)
{
	struct arena *arena = http_arena(request);
	const char **lines = ARENA_ARRAY(arena, const char *, call->accept.count + 2);
	size_t count = 0;
	request->method = call->method;
	request->path = call_url(repository, call->path);
	request->query = call->query;
	request->body = call->body;
	request->body_len = call->len;
	request->content_type = call->type;
	request->most = call->most ? call->most : ANSWER_MOST;
	request->timeout = call->large ? 0 : TIMEOUT;
	request->patience = call->large ? PATIENCE : 0;
	request->direct = repository->loopback;
	request->data = call->data;
	request->arg = call->arg;
	for (size_t i = 0; i < call->accept.count; i++)
		lines[count++] = arena_printf(arena, "Accept: %s", call->accept.items[i]);
	if (repository->authorization && repository_is_own(repository, request->path))
		lines[count++] = repository->authorization;
	request->headers = lines;
}

/* What Go's servers say who are spoken to without; to a HEAD without words. */
static bool wants_tls(const struct request *request)
{
	return strcmp(request->method, "HEAD") == 0 || strstr(buf_text(&request->answer), "HTTPS server");
}

/* Nothing does TLS where the engine is told not to want it; or something does on loopback, where nothing has
 * to. */
static bool switch_tls(struct repository *repository, const struct request *request)
{
	const struct repository_options *options = &repository->options;
	if (repository->switched)
		return false;
	if (repository->tls)
		repository->switched = request->fault == HTTP_NO_CONNECT && options->insecure &&
				       options->insecure(options->arg, repository->host);
	else
		repository->switched = repository->loopback && request->status == 400 && wants_tls(request);
	if (repository->switched)
		repository->tls = !repository->tls;
	return repository->switched;
}

/* One try. NULL with a finding when there is no libcurl. */
static struct request *call_once(
	struct repository *repository, const struct repository_call *call, struct errors *errors)
{
	struct errors ignored;
	errors_init(&ignored, repository->arena);
	struct request *request = http_request(repository->http);
	fill_call(repository, request, call);
	if (http_call(request, &ignored) == 0 || request->failure)
		return request;
	errors_append(errors, &ignored);
	http_free(request);
	return NULL;
}

bool repository_again(struct repository *repository, const struct request *request, unsigned *repeats)
{
	int64_t pause = may_pass(request) ? backoff_next(&backoff_registry, repeats) : -1;
	if (pause >= 0)
		loop_pause(repository->options.loop, pause);
	return pause >= 0;
}

/* Logs in because of the answer; -1 with a finding. */
static int take_challenge(struct repository *repository, const struct request *request, struct errors *errors)
{
	size_t before = errors->count;
	if (repository_login(repository, request, errors) == 0)
		return 0;
	return errors->count > before
		       ? -1
		       : repository_refused(repository, request, "the registry wants a login", errors);
}

struct request *repository_ask(
	struct repository *repository, const struct repository_call *call, struct errors *errors)
{
	unsigned repeats = 0;
	bool logged_in = false;
	for (;;) {
		struct request *request = call_once(repository, call, errors);
		if (!request)
			return NULL;
		int result = 0;
		if (request->status == 401 && !logged_in) {
			logged_in = true;
			result = take_challenge(repository, request, errors);
		} else if (!switch_tls(repository, request) &&
			   (call->once || !repository_again(repository, request, &repeats))) {
			return request;
		}
		http_free(request);
		if (result < 0)
			return NULL;
		if (call->again)
			call->again(call->arg);
	}
}
