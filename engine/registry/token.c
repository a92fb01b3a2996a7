#include "engine/registry/token.h"

#include "base/text/base64.h"
#include "base/text/json.h"
#include "base/url.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

#define ANSWER_MOST ((size_t)1 << 20)
#define TIMEOUT     INT64_C(30000000000) /* ns */

/* Where it is asked, as messages show it. */
static const char *server_of(struct arena *arena, const struct token_wish *wish)
{
	return url_shown(arena, wish->challenge->realm);
}

/* The realm is the registry's word: whatever it says, the login does not travel readable for all. */
static int check_realm(const struct token_wish *wish, struct arena *arena, struct errors *errors)
{
	const char *realm = wish->challenge->realm;
	bool tls = realm && strncasecmp(realm, "https://", 8) == 0;
	if (tls || (realm && wish->plain && strncasecmp(realm, "http://", 7) == 0))
		return 0;
	return error_add(errors, ERROR_PULL, NULL, NULL, "the registry wants the login to be sent to %s",
		!realm                 ? "no place at all"
		: strstr(realm, "://") ? arena_printf(arena, "%s, without TLS", url_shown(arena, realm))
				       : "what is no URL");
}

/* scope=A&scope=B, or "A B" of a form. */
static const char *put_scopes(struct arena *arena, const struct token_wish *wish, bool form)
{
	const char *text = "";
	for (size_t i = 0; i < wish->scopes.count; i++) {
		const char *scope = wish->scopes.items[i];
		text = form ? arena_printf(arena, "%s%s%s", text, i ? " " : "", scope)
			    : arena_printf(arena, "%s%s%s", text, i ? "&" : "",
				      http_query(arena, "scope", scope, NULL));
	}
	return form ? http_query(arena, "scope", text, NULL) : text;
}

/* GET with user and password; an identity token goes into the body of a POST (OAuth2). */
static void fill_request(struct request *request, const struct token_wish *wish)
{
	struct arena *arena = http_arena(request);
	const struct config_auth *auth = wish->auth;
	const char *service = wish->challenge->service;
	bool form = auth && auth->identity_token;
	request->path = wish->challenge->realm;
	request->timeout = TIMEOUT;
	request->most = ANSWER_MOST;
	request->method = form ? "POST" : "GET";
	if (form) {
		request->body = arena_printf(arena, "%s&%s",
			http_query(arena, "grant_type", "refresh_token", "client_id", "docker-flow",
				"service", service, "refresh_token", auth->identity_token, NULL),
			put_scopes(arena, wish, true));
		request->body_len = strlen(request->body);
		request->content_type = "application/x-www-form-urlencoded";
		return;
	}
	const char *account = auth ? auth->username : NULL;
	request->query =
		arena_printf(arena, "%s%s%s", http_query(arena, "account", account, "service", service, NULL),
			account || service ? "&" : "", put_scopes(arena, wish, false));
	if (!auth)
		return;
	const char *login = arena_printf(
		arena, "%s:%s", auth->username ? auth->username : "", auth->password ? auth->password : "");
	const char **lines = ARENA_ARRAY(arena, const char *, 2);
	lines[0] = arena_printf(
		arena, "Authorization: Basic %s", base64_encode(arena, login, strlen(login), false));
	request->headers = lines;
}

/* A token becomes a line of a head. */
static bool fits_header(const char *token)
{
	for (const char *at = token; *at; at++)
		if (*at <= ' ' || *at > '~')
			return false;
	return *token;
}

static int token_read(const struct request *request, const struct token_wish *wish, struct arena *arena,
	const char **ret_token, bool *ret_refused, struct errors *errors)
{
	struct errors ignored;
	const char *server = server_of(arena, wish);
	errors_init(&ignored, arena);
	if (request->fault != HTTP_OK || request->status != 200) {
		*ret_refused = request->status == 401 || request->status == 403;
		return error_add(errors, *ret_refused ? ERROR_PULL : ERROR_CONNECT, NULL, NULL, "%s: %s",
			server,
			request->failure ? request->failure
			: *ret_refused   ? "the login is refused"
					 : http_message(arena, request));
	}
	cJSON *json = json_parse(request->answer.data, request->answer.len, server, &ignored);
	const char *token = json_text(json, "token", json_text(json, "access_token", ""));
	*ret_token = fits_header(token) ? arena_strdup(arena, token) : NULL;
	cJSON_Delete(json);
	return *ret_token ? 0
			  : error_add(errors, ERROR_PULL, NULL, NULL, "%s answers without a token", server);
}

int token_get(const struct token_wish *wish, struct arena *arena, const char **ret_token, bool *ret_refused,
	struct errors *errors)
{
	struct errors ignored;
	*ret_token = NULL;
	*ret_refused = false;
	errors_init(&ignored, arena);
	if (check_realm(wish, arena, errors) < 0)
		return -1;
	struct request *request = http_request(wish->http);
	fill_request(request, wish);
	int result = http_call(request, &ignored);
	if (result == 0 || request->failure)
		result = token_read(request, wish, arena, ret_token, ret_refused, errors);
	else
		errors_append(errors, &ignored); /* there is no libcurl */
	http_free(request);
	return result;
}
