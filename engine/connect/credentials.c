#include "engine/connect/credentials.h"

#include "base/heap.h"
#include "base/text/json.h"
#include "engine/loop/child.h"
#include "engine/loop/child_words.h"

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

struct credentials_job {
	struct credentials_source source;
	const char *server; /* what credentials are kept under */
	const char *helper; /* name of the program without docker-credential-, or NULL */
	struct loop_timer *timer;
	struct credentials_helper *process;
	void (*got)(void *arg, const struct config_auth *auth);
	void *arg;
};

/* A running credential helper. When the job goes away first, it stays until the process has ended. */
struct credentials_helper {
	struct credentials_job *job; /* NULL: nobody waits any more */
	struct loop *loop;
	pid_t pid;
	struct loop_timer *timer;
	int status;
	struct child_words answered, said; /* on its standard output and error */
	struct buf answer, words;
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

static void helper_free(struct credentials_helper *helper)
{
	loop_cancel(helper->loop, helper->timer);
	child_words_close(&helper->answered);
	child_words_close(&helper->said);
	buf_finish(&helper->words);
	buf_finish(&helper->answer);
	free(helper);
}

/* What it has said beside its answer goes below the warning. */
static void helper_warn(
	struct credentials_job *job, const struct credentials_helper *helper, const char *what)
{
	error_warn(job->source.errors, NULL, NULL, "docker-credential-%s %s", job->helper, what);
	if (helper->words.len)
		error_detail(job->source.errors, buf_text(&helper->words));
}

/* {"ServerURL":…,"Username":…,"Secret":…}; the user name <token> says that the secret is an identity token.
 */
static void helper_read_answer(struct credentials_job *job, const struct credentials_helper *helper)
{
	struct arena *arena = job->source.arena;
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
		credentials_tell(job, credentials_find(job->source.config, job->server));
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
	credentials_tell(job, *user || *secret ? &auth : NULL);
}

/* What it has started may hold its output open: nobody waits for that. */
static void helper_ended(void *arg, int status)
{
	struct credentials_helper *helper = arg;
	struct credentials_job *job = helper->job;
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
	struct credentials_helper *helper = arg;
	helper->timer = NULL;
	kill(helper->pid, SIGKILL);
}

/* Starts the helper with the server on its standard input. Returns -1 when it cannot be run. */
static int start_helper(struct credentials_job *job)
{
	struct arena *arena = job->source.arena;
	struct loop *loop = job->source.loop;
	const char *argv[] = { arena_printf(arena, "docker-credential-%s", job->helper), "get", NULL };
	int in[2];
	struct errors failures;
	errors_init(&failures, arena);
	if (pipe2(in, O_CLOEXEC) != 0)
		return -1;
	size_t len = strlen(job->server); /* far below what a pipe takes at once */
	bool written = write(in[1], job->server, len) == (ssize_t)len;
	struct credentials_helper *helper = HEAP_NEW(struct credentials_helper);
	*helper = (struct credentials_helper){ .job = job, .loop = job->source.loop };
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
		error_warn(job->source.errors, NULL, NULL,
			"%s; docker's config.json names it for the credentials of %s",
			failures.first ? failures.first->message : "no credential helper", job->server);
		return -1;
	}
	job->process = helper;
	helper->timer = loop_after(loop, HELPER_TIMEOUT, helper_late, helper);
	loop_child(loop, helper->pid, helper_ended, helper);
	return 0;
}

static void credentials_look(void *arg)
{
	struct credentials_job *job = arg;
	const struct config *config = job->source.config;
	job->timer = NULL;
	job->helper = map_get(&config->cred_helpers, job->server);
	if (!job->helper)
		job->helper = config->creds_store;
	/* A path instead of a name would run something that docker would not. */
	if (job->helper && !strchr(job->helper, '/') && start_helper(job) == 0)
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
	if (job->process) {
		job->process->job = NULL;
		kill(job->process->pid, SIGTERM);
	}
	free(job);
}
