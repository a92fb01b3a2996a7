#include "engine/connect/auth.h"

#include "base/text/base64.h"
#include "base/heap.h"
#include "base/text/json.h"
#include "engine/loop/child.h"
#include "engine/loop/child_words.h"
#include "engine/connect/reference.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELPER_ANSWER_MOST ((size_t)64 << 10)
#define HELPER_WORDS_MOST  ((size_t)2 << 10)
#define HELPER_TIMEOUT     120000000000 /* ns: it may ask the user for a passphrase */

/* The steps: which server (the engine knows the default one), what a helper says, what config.json says. */
struct auth_job {
	struct engine *engine;
	struct errors *errors;
	struct reference reference;
	const char *server; /* what credentials are kept under */
	const char *helper; /* name of the program without docker-credential-, or NULL */
	struct request *info;
	struct loop_timer *timer;
	struct auth_helper *process;
	void (*got)(void *arg, const char *header);
	void *arg;
};

/* A running credential helper. When the job goes away first, it stays until the process has ended. */
struct auth_helper {
	struct auth_job *job; /* NULL: nobody waits any more */
	struct engine *engine;
	pid_t pid;
	struct loop_timer *timer;
	int status;
	struct child_words answered, said; /* on its standard output and error */
	struct buf answer, words;
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

/* host[:port] of a registry named as URL or plainly. */
static size_t host_of(const char **name)
{
	const char *scheme = strstr(*name, "://");
	if (scheme)
		*name = scheme + 3;
	return strcspn(*name, "/");
}

const struct config_auth *auth_find(const struct config *config, const char *registry)
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

static void auth_tell(struct auth_job *job, const struct config_auth *auth)
{
	job->got(job->arg, auth ? auth_encode(job->engine->arena, auth, job->server) : "");
}

/* The helper */

static void helper_free(struct auth_helper *helper)
{
	loop_cancel(helper->engine->loop, helper->timer);
	child_words_close(&helper->answered);
	child_words_close(&helper->said);
	buf_finish(&helper->words);
	buf_finish(&helper->answer);
	free(helper);
}

/* What it has said beside its answer goes below the warning. */
static void helper_warn(struct auth_job *job, const struct auth_helper *helper, const char *what)
{
	error_warn(job->errors, NULL, NULL, "docker-credential-%s %s", job->helper, what);
	if (helper->words.len)
		error_detail(job->errors, buf_text(&helper->words));
}

/* {"ServerURL":…,"Username":…,"Secret":…}; the user name <token> says that the secret is an identity token.
 */
static void helper_read_answer(struct auth_job *job, const struct auth_helper *helper)
{
	struct arena *arena = job->engine->arena;
	const char *text = buf_text(&helper->answer);
	struct errors ignored;
	errors_init(&ignored, arena);
	if (!WIFEXITED(helper->status) || WEXITSTATUS(helper->status) != 0) {
		/* An answer is no message: it holds the secret. */
		const char *why = *text && !strchr(text, '{') ? text : "it failed";
		if (!strstr(text, "credentials not found"))
			helper_warn(job, helper,
				arena_printf(arena, "gives no credentials for %s: %.*s", job->server,
					(int)strcspn(why, "\r\n"), why));
		auth_tell(job, auth_find(job->engine->config, job->server));
		return;
	}
	if (helper->words.len)
		helper_warn(job, helper, "says");
	cJSON *json = json_parse(text, helper->answer.len, "answer of the credential helper", &ignored);
	const char *user = arena_strdup(arena, json_text(json, "Username", ""));
	const char *secret = arena_strdup(arena, json_text(json, "Secret", ""));
	struct config_auth auth = { .username = user };
	if (strcmp(user, "<token>") == 0)
		auth.identity_token = secret;
	else
		auth.password = secret;
	cJSON_Delete(json);
	auth_tell(job, *user || *secret ? &auth : NULL);
}

/* What it has started may hold its output open: nobody waits for that. */
static void helper_ended(void *arg, int status)
{
	struct auth_helper *helper = arg;
	struct auth_job *job = helper->job;
	helper->status = status;
	child_words_close(&helper->answered);
	child_words_close(&helper->said);
	if (job) {
		helper->job = NULL;
		job->process = NULL;
		helper_read_answer(job, helper); /* may end the job */
	}
	helper_free(helper);
}

static void helper_late(void *arg)
{
	struct auth_helper *helper = arg;
	helper->timer = NULL;
	kill(helper->pid, SIGKILL);
}

/* Starts the helper with the server on its standard input. Returns -1 when it cannot be run. */
static int start_helper(struct auth_job *job)
{
	struct arena *arena = job->engine->arena;
	struct loop *loop = job->engine->loop;
	const char *argv[] = { arena_printf(arena, "docker-credential-%s", job->helper), "get", NULL };
	int in[2];
	struct errors failures;
	errors_init(&failures, arena);
	if (pipe2(in, O_CLOEXEC) != 0)
		return -1;
	size_t len = strlen(job->server); /* far below what a pipe takes at once */
	bool written = write(in[1], job->server, len) == (ssize_t)len;
	struct auth_helper *helper = HEAP_NEW(struct auth_helper);
	*helper = (struct auth_helper){ .job = job, .engine = job->engine };
	buf_init(&helper->answer, HELPER_ANSWER_MOST);
	buf_init(&helper->words, HELPER_WORDS_MOST);
	int out = child_words_open(&helper->answered, loop, &helper->answer);
	int err = child_words_open(&helper->said, loop, &helper->words);
	struct child child = { .argv = argv, .in = in[0], .out = out, .err = err };
	int result = written && out >= 0 && err >= 0 ? child_start(&child, &helper->pid, &failures) : -1;
	close(in[0]);
	close(in[1]);
	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	if (result != 0) {
		helper_free(helper);
		error_warn(job->errors, NULL, NULL,
			"%s; docker's config.json names it for the credentials of %s",
			failures.first ? failures.first->message : "no credential helper", job->server);
		return -1;
	}
	job->process = helper;
	helper->timer = loop_after(loop, HELPER_TIMEOUT, helper_late, helper);
	loop_child(loop, helper->pid, helper_ended, helper);
	return 0;
}

/* The job */

static void auth_look(struct auth_job *job)
{
	const struct config *config = job->engine->config;
	job->server = job->reference.registry ? job->reference.registry : job->engine->index_server;
	if (!job->server) {
		auth_tell(job, NULL);
		return;
	}
	job->helper = map_get(&config->cred_helpers, job->server);
	if (!job->helper)
		job->helper = config->creds_store;
	/* A path instead of a name would run something that docker would not. */
	if (job->helper && !strchr(job->helper, '/') && start_helper(job) == 0)
		return;
	auth_tell(job, auth_find(config, job->server));
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
	if (job->process) {
		job->process->job = NULL;
		kill(job->process->pid, SIGTERM);
	}
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
