#include "engine/connect/credentials.h"

#include "base/heap.h"
#include "base/text/json.h"
#include "engine/connect/credential_helper.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

struct credentials_job {
	struct credentials_source source;
	const char *server; /* what credentials are kept under */
	const char *helper; /* name of the program without docker-credential-, or NULL */
	struct loop_timer *timer;
	struct credential_helper *process;
	void (*got)(void *arg, const struct config_auth *auth);
	void *arg;
};

/* host[:port] of a registry named as URL or plainly. */
static size_t host_of(const char **name)
{
	const char *scheme = strstr(*name, "://");
	if (scheme)
		*name = scheme + 3;
	return strcspn(*name, "/");
}

const struct config_auth *credentials_find(const struct config *config, const char *registry)
{
	for (size_t i = 0; i < config->nauths; i++)
		if (strcmp(config->auths[i].server, registry) == 0)
			return &config->auths[i];
	if (strstr(registry, "://"))
		return NULL;
	for (size_t i = 0; i < config->nauths; i++) {
		const char *host = config->auths[i].server;
		size_t len = host_of(&host);
		if (len == strlen(registry) && strncmp(host, registry, len) == 0)
			return &config->auths[i];
	}
	return NULL;
}

static void credentials_tell(struct credentials_job *job, const struct config_auth *auth)
{
	job->got(job->arg, auth);
}

/* What it has said beside its answer goes below the warning. */
static void helper_warn(
	struct credentials_job *job, const struct credential_helper_result *result, const char *what)
{
	error_warn(job->source.errors, NULL, NULL, "docker-credential-%s %s", job->helper, what);
	if (*result->words)
		error_detail(job->source.errors, result->words);
}

/* {"ServerURL":…,"Username":…,"Secret":…}; the user name <token> says that the secret is an identity token.
 */
static void helper_answered(void *arg, const struct credential_helper_result *result)
{
	struct credentials_job *job = arg;
	struct arena *arena = job->source.arena;
	const char *text = result->answer;
	struct errors ignored;
	errors_init(&ignored, arena);
	job->process = NULL;
	if (!result->ok) {
		/* An answer is no message: it holds the secret. */
		const char *why = *text && !strchr(text, '{') ? text : "it failed";
		if (!strstr(text, "credentials not found"))
			helper_warn(job, result,
				arena_printf(arena, "gives no credentials for %s: %.*s", job->server,
					(int)strcspn(why, "\r\n"), why));
		credentials_tell(job, credentials_find(job->source.config, job->server));
		return;
	}
	if (*result->words)
		helper_warn(job, result, "says");
	cJSON *json = json_parse(text, result->len, "answer of the credential helper", &ignored);
	const char *user = arena_strdup(arena, json_text(json, "Username", ""));
	const char *secret = arena_strdup(arena, json_text(json, "Secret", ""));
	struct config_auth auth = { .username = user };
	if (strcmp(user, "<token>") == 0)
		auth.identity_token = secret;
	else
		auth.password = secret;
	cJSON_Delete(json);
	credentials_tell(job, *user || *secret ? &auth : NULL);
}

/* Asks the helper. Returns -1 with a warning when it cannot be run. */
static int start_helper(struct credentials_job *job)
{
	struct errors failures;
	errors_init(&failures, job->source.arena);
	const struct credential_helper_call call = { .arena = job->source.arena,
		.loop = job->source.loop,
		.name = job->helper,
		.verb = "get",
		.input = job->server,
		.done = helper_answered,
		.arg = job };
	job->process = credential_helper_start(&call, &failures);
	if (job->process)
		return 0;
	error_warn(job->source.errors, NULL, NULL,
		"%s; docker's config.json names it for the credentials of %s",
		failures.first ? failures.first->message : "no credential helper", job->server);
	return -1;
}

const char *credentials_helper(const struct config *config, const char *server)
{
	const char *name = map_get(&config->cred_helpers, server);
	name = name ? name : config->creds_store;
	return name && credential_helper_valid(name) ? name : NULL;
}

static void credentials_look(void *arg)
{
	struct credentials_job *job = arg;
	const struct config *config = job->source.config;
	job->timer = NULL;
	job->helper = credentials_helper(config, job->server);
	if (job->helper && start_helper(job) == 0)
		return;
	credentials_tell(job, credentials_find(config, job->server));
}

struct credentials_job *credentials_begin(const struct credentials_source *source, const char *server,
	void (*got)(void *arg, const struct config_auth *auth), void *arg)
{
	struct credentials_job *job = HEAP_NEW(struct credentials_job);
	*job = (struct credentials_job){ .source = *source, .server = server, .got = got, .arg = arg };
	job->timer = loop_after(source->loop, 0, credentials_look, job);
	return job;
}

void credentials_end(struct credentials_job *job)
{
	if (!job)
		return;
	loop_cancel(job->source.loop, job->timer);
	if (job->process)
		credential_helper_leave(job->process);
	free(job);
}
