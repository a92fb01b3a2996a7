#include "engine/connect/auth.h"

#include "base/text/base64.h"
#include "base/heap.h"
#include "base/text/json.h"
#include "engine/connect/credentials.h"
#include "engine/connect/reference.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* The steps: which server (the engine knows the default one), what is kept for it. */
struct auth_job {
	struct engine *engine;
	struct errors *errors;
	struct reference reference;
	const char *server; /* what credentials are kept under */
	struct request *info;
	struct loop_timer *timer;
	struct credentials_job *credentials;
	void (*got)(void *arg, const char *header);
	void *arg;
};

const char *auth_encode(struct arena *arena, const struct config_auth *auth, const char *server)
{
	cJSON *json = cJSON_CreateObject();
	if (auth->identity_token) {
		cJSON_AddStringToObject(json, "identitytoken", auth->identity_token);
	} else {
		cJSON_AddStringToObject(json, "username", auth->username);
		cJSON_AddStringToObject(json, "password", auth->password ? auth->password : "");
	}
	cJSON_AddStringToObject(json, "serveraddress", server);
	const char *text = json_print(arena, json);
	return base64_encode(arena, text, strlen(text), true);
}

static void auth_tell(void *arg, const struct config_auth *auth)
{
	struct auth_job *job = arg;
	job->got(job->arg, auth ? auth_encode(job->engine->arena, auth, job->server) : "");
}

static void auth_look(struct auth_job *job)
{
	struct engine *engine = job->engine;
	const struct credentials_source source = { engine->arena, engine->loop, engine->config, job->errors };
	job->server = job->reference.registry ? job->reference.registry : engine->index_server;
	if (job->server)
		job->credentials = credentials_begin(&source, job->server, auth_tell, job);
	else
		auth_tell(job, NULL);
}

static void info_done(struct request *request)
{
	struct auth_job *job = request->arg;
	job->info = NULL;
	engine_info_read(job->engine, request);
	auth_look(job);
}

/* Images without a registry belong to the index, whose name only the engine knows (/info); without any
 * credentials nobody needs to know. */
static void auth_ask(void *arg)
{
	struct auth_job *job = arg;
	const struct config *config = job->engine->config;
	job->timer = NULL;
	bool any = config->nauths || config->creds_store || config->cred_helpers.count;
	if (!any) {
		auth_tell(job, NULL);
		return;
	}
	if (job->reference.registry || job->engine->info_known) {
		auth_look(job);
		return;
	}
	job->info = http_request(job->engine->http);
	job->info->method = "GET";
	job->info->path = "/info";
	job->info->done = info_done;
	job->info->arg = job;
	if (http_send(job->info, job->errors) != 0) {
		job->info = NULL;
		auth_tell(job, NULL);
	}
}

struct auth_job *auth_begin(struct engine *engine, const char *reference,
	void (*got)(void *arg, const char *header), void *arg, struct errors *errors)
{
	struct auth_job *job = HEAP_NEW(struct auth_job);
	*job = (struct auth_job){ .engine = engine,
		.errors = errors,
		.reference = reference_parse(engine->arena, reference),
		.got = got,
		.arg = arg };
	job->timer = loop_after(engine->loop, 0, auth_ask, job);
	return job;
}

void auth_end(struct auth_job *job)
{
	if (!job)
		return;
	http_cancel(job->info);
	loop_cancel(job->engine->loop, job->timer);
	credentials_end(job->credentials);
	free(job);
}

static void keep_header(void *arg, const char *header)
{
	const char **to = arg;
	*to = header;
}

const char *auth_header(struct engine *engine, const char *reference, struct errors *errors)
{
	const char *header = NULL;
	struct auth_job *job = auth_begin(engine, reference, keep_header, &header, errors);
	while (!header)
		loop_turn(engine->loop, -1);
	auth_end(job);
	return header;
}
