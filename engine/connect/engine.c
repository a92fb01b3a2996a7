#include "engine/connect/engine.h"

#include "base/text/json.h"
#include "base/trace.h"
#include "engine/connect/endpoint.h"
#include "engine/loop/backoff.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECOND      INT64_C(1000000000)
#define TELL_AFTER  (3 * SECOND)  /* of silence */
#define SILENT_MOST (30 * SECOND) /* without COMPOSE_HTTP_TIMEOUT */
#define LOGIN_TAKES (30 * SECOND) /* of ssh, when somebody has to */

/* Nobody answered: says why in words, and what to do. */
static int not_reached(const struct engine *engine, const struct request *request, struct errors *errors)
{
	const struct endpoint *endpoint = &engine->endpoint;
	const char *why = request->failure;
	const char *hint =
		"is the engine running? `docker context ls` and DOCKER_HOST say which one is meant";
	if (endpoint->ssh) {
		hint = "try by hand: ssh must log in without questions, and run `docker system dial-stdio` there";
	} else if (request->os_error == ENOENT) {
		why = "there is no such socket";
		hint = "is the engine installed and running (systemctl start docker)? DOCKER_HOST, --host or "
		       "`docker context use` name another one";
	} else if (request->os_error == ECONNREFUSED) {
		why = "nothing listens there";
		hint = endpoint->socket ? "the engine has ended: start it again (systemctl start docker)"
					: "is the engine running, and is this its address and port?";
	} else if (request->os_error == EACCES) {
		why = "no permission on the socket";
		hint = "add yourself to the docker group (sudo usermod -aG docker $USER, then log in anew), or use "
		       "sudo";
	} else if (request->fault == HTTP_TIMEOUT) {
		hint = "is it frozen, or very busy? `systemctl status docker` and its log may tell; restarting it may help";
	} else if (endpoint->tls) {
		hint = "TLS is on: check DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem), and that this port speaks TLS";
	} else if (request->fault == HTTP_CUT && !endpoint->socket) {
		hint = "if this port speaks TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH";
	}
	error_add(errors, ERROR_CONNECT, NULL, NULL, "cannot connect to the Docker engine at %s: %s",
		endpoint->host, why);
	error_hint(errors, "%s", hint);
	endpoint_ssh_tell(engine->ssh, errors);
	return -1;
}

/* Somebody answered, but not as an engine does. */
static int strange_answer(const struct engine *engine, const struct request *request, struct errors *errors)
{
	const char *text = http_message(engine->arena, request);
	error_add(errors, ERROR_CONNECT, NULL, NULL,
		"%s does not answer like a Docker engine (status %d): %s", engine->endpoint.host,
		request->status, text);
	if (strstr(text, "HTTP request to an HTTPS server"))
		return error_hint(errors, "it wants TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH");
	return error_hint(errors, "is this the engine's address?");
}

/* Minor of "1.N" or "v1.N", or -1. */
static int minor_of(const char *text)
{
	char *end;
	text += *text == 'v';
	if (strncmp(text, "1.", 2) != 0 || text[2] < '0' || text[2] > '9')
		return -1;
	long minor = strtol(text + 2, &end, 10);
	return *end || minor > 9999 ? -1 : (int)minor;
}

/* Chooses the version: what DOCKER_API_VERSION says, else the newest that both speak. */
static int negotiate_version(struct engine *engine, const char *theirs, struct errors *errors)
{
	const char *pinned = engine->os_env ? map_get(engine->os_env, "DOCKER_API_VERSION") : NULL;
	const char *server = engine->server ? engine->server : "an unknown version";
	int most = theirs ? minor_of(theirs) : -1;
	if (most >= 0 && most < ENGINE_API_OLDEST) {
		error_add(errors, ERROR_CONNECT, NULL, NULL,
			"the Docker engine at %s is too old: it is %s and speaks API 1.%d",
			engine->endpoint.host, server, most);
		return error_hint(errors, "docker flow needs API 1.%d: Docker Engine 20.10 or newer",
			ENGINE_API_OLDEST);
	}
	engine->api = most < 0 ? ENGINE_API_OLDEST : most < ENGINE_API_NEWEST ? most : ENGINE_API_NEWEST;
	if (pinned && *pinned) {
		int minor = minor_of(pinned);
		if (minor < ENGINE_API_OLDEST || minor > ENGINE_API_NEWEST) {
			error_add(errors, ERROR_USAGE, NULL, NULL, "DOCKER_API_VERSION=%s cannot be used",
				pinned);
			return error_hint(errors,
				"docker flow speaks 1.%d to 1.%d; without the variable the "
				"best one is chosen",
				ENGINE_API_OLDEST, ENGINE_API_NEWEST);
		}
		if (most >= 0 && minor > most) {
			error_add(errors, ERROR_USAGE, NULL, NULL,
				"DOCKER_API_VERSION=%s is newer than what the engine speaks (1.%d)", pinned,
				most);
			return error_hint(errors, "unset the variable: the best version is then chosen");
		}
		engine->api = minor;
	}
	engine->api_text = arena_printf(engine->arena, "1.%d", engine->api);
	http_version(engine->http, engine->api_text);
	return 0;
}

/* Server: Docker/28.5.2 (linux) */
static const char *server_version(struct arena *arena, const char *header)
{
	if (!header || strncmp(header, "Docker/", 7) != 0)
		return NULL;
	return arena_strndup(arena, header + 7, strcspn(header + 7, " "));
}

static struct request *ask_ping(struct engine *engine, struct errors *transport)
{
	struct request *request = http_request(engine->http);
	request->method = "GET";
	request->path = "/_ping";
	request->unversioned = true;
	request->takes = engine->endpoint.ssh ? LOGIN_TAKES : 0;
	request->most = 4096;
	http_call(request, transport);
	return request;
}

/* Whether somebody is there who may answer better in a moment; nobody there is told at once. An ssh that says
 * why it failed would be refused again, and too many refused logins lock a user out. */
static bool ping_again(const struct engine *engine, const struct request *request)
{
	if (request->fault == HTTP_CUT || request->fault == HTTP_SILENT)
		return !*endpoint_ssh_words(engine->ssh);
	return request->fault == HTTP_OK && request->status >= 500;
}

static void ping_wake(void *arg)
{
	*(bool *)arg = true;
}

static bool is_awake(void *arg)
{
	return *(bool *)arg;
}

/* A socket that accepts before its engine is ready is asked again; who has failed for good is told at once.
 * */
static int ping_engine(struct engine *engine, struct errors *errors)
{
	static const struct backoff backoff = { .first = 50000000, .factor = 4, .repeats = 2 };
	unsigned repeats = 0;
	int64_t pause;
	struct errors transport;
	int result = -1;
	errors_init(&transport, engine->arena);
	struct request *request = ask_ping(engine, &transport);
	while (ping_again(engine, request) && (pause = backoff_next(&backoff, &repeats)) >= 0) {
		bool awake = false;
		http_free(request);
		loop_after(engine->loop, pause, ping_wake, &awake);
		loop_run(engine->loop, is_awake, &awake);
		errors_init(&transport, engine->arena);
		request = ask_ping(engine, &transport);
	}
	if (transport.count && request->fault == HTTP_OK) {
		error_add(errors, ERROR_SYSTEM, NULL, NULL, "%s", transport.first->message);
		if (transport.first->hint)
			error_hint(errors, "%s", transport.first->hint);
	} else if (request->fault != HTTP_OK) {
		not_reached(engine, request, errors);
	} else if (request->status != 200 || strcmp(buf_text(&request->answer), "OK") != 0) {
		strange_answer(engine, request, errors);
	} else {
		engine->server = server_version(engine->arena, http_header(request, "Server"));
		result = negotiate_version(engine, http_header(request, "Api-Version"), errors);
	}
	http_free(request);
	return result;
}

static void tell_silence(void *arg, int64_t ns)
{
	const struct engine *engine = arg;
	engine->silent(engine->silent_arg, engine->endpoint.host, ns);
}

/* Watches for silence: COMPOSE_HTTP_TIMEOUT says how many seconds of it are too many. */
static int set_patience(struct engine *engine, struct errors *errors)
{
	const char *text = engine->os_env ? map_get(engine->os_env, "COMPOSE_HTTP_TIMEOUT") : NULL;
	struct http_patience patience = { .tell = TELL_AFTER,
		.most = SILENT_MOST,
		.told = engine->silent ? tell_silence : NULL,
		.arg = engine };
	if (text && *text) {
		enum { DAY = 86400 };
		char *end;
		long seconds = strtol(text, &end, 10);
		if (*end || seconds < 1 || seconds > DAY) {
			error_add(errors, ERROR_USAGE, NULL, NULL, "COMPOSE_HTTP_TIMEOUT=%s cannot be used",
				text);
			return error_hint(errors, "it is a number of seconds from 1 to %d", DAY);
		}
		patience.most = seconds * SECOND;
		patience.tell = patience.most < patience.tell ? patience.most : patience.tell;
	}
	http_silence(engine->http, &patience);
	return 0;
}

int engine_open(struct arena *arena, struct loop *loop, const struct endpoint_options *options,
	struct engine **ret_engine, struct errors *errors)
{
	struct engine *engine = ARENA_NEW(arena, struct engine);
	engine->arena = arena;
	engine->loop = loop;
	engine->os_env = options->os_env;
	engine->config_dir = config_dir(arena, options->config_dir, options->os_env);
	engine->config = config_read(arena, engine->config_dir, options->os_env, errors);
	if (!engine->config ||
		endpoint_resolve_with(arena, options, engine->config, &engine->endpoint, errors) != 0)
		return -1;
	engine->local = engine->endpoint.socket != NULL;
	if (engine->endpoint.ssh && endpoint_ssh_open(engine, errors) != 0)
		return -1;
	engine->http = http_create(loop, &engine->endpoint);
	engine->silent = options->silent;
	engine->silent_arg = options->arg;
	if (set_patience(engine, errors) != 0 || ping_engine(engine, errors) != 0) {
		engine_close(engine);
		return -1;
	}
	TRACE("engine", "\"api\":\"%s\"", engine->api_text);
	*ret_engine = engine;
	return 0;
}

void engine_close(struct engine *engine)
{
	if (!engine)
		return;
	http_destroy(engine->http);
	endpoint_ssh_close(engine->ssh);
	engine->http = NULL;
	engine->ssh = NULL;
}

void engine_info_read(struct engine *engine, const struct request *request)
{
	struct errors ignored;
	errors_init(&ignored, engine->arena);
	engine->info_known = true;
	if (request->fault != HTTP_OK || request->status != 200)
		return;
	cJSON *json = http_json(request, JSON_OBJECT, &ignored);
	int64_t ncpu = json_int(json, "NCPU", 0);
	engine->ncpu = ncpu > 0 && ncpu < 65536 ? (unsigned)ncpu : 0;
	engine->index_server = arena_strdup(engine->arena, json_text(json, "IndexServerAddress", NULL));
	cJSON_Delete(json);
}
