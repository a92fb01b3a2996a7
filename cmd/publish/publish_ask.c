#include "cmd/publish/publish_ask.h"

#include "base/quote.h"
#include "base/text/secret.h"
#include "base/text/text.h"
#include "cmd/line/ask.h"
#include "compose/tree/file.h"
#include "engine/artifact/leak.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SOURCE_MOST ((size_t)10000000) /* bytes of a config or secret that is looked at */

/* One question: what is told, a line for each finding, what is asked. */
struct asked {
	const char *head, *lines, *ask;
};

static void add_line(struct ctx *ctx, struct asked *asked, const char *line)
{
	asked->lines = arena_printf(ctx->arena, "%s%s\n", asked->lines ? asked->lines : "", line);
}

/* Binds */

static void find_binds(struct ctx *ctx, const struct publish_question *question, struct asked *asked)
{
	const struct project *project = question->project;
	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = project->services[i];
		const char *name = service->key;
		for (size_t k = 0; k < service->nvolumes; k++) {
			const struct mount *mount = service->volumes[k];
			if (!text_is(mount->type, "bind"))
				continue;
			add_line(ctx, asked,
				arena_printf(ctx->arena, ctx->compose ? "%s%s:%s:%s" : "%s: %s:%s:%s", name,
					mount->source ? mount->source : "", mount->target,
					mount->read_only ? "ro" : "rw"));
			name = ctx->compose ? "" : service->key;
		}
	}
}

/* Secrets */

/* docker compose looks into these, too, although they stay here. */
static void scan_sources(
	struct ctx *ctx, struct leaks *leaks, struct file_source *const *sources, size_t count)
{
	struct errors ignored;
	errors_init(&ignored, ctx->arena);
	for (size_t i = 0; i < count; i++) {
		const char *path = sources[i]->file, *text;
		const struct file file = { .path = path, .shown = path, .most = SOURCE_MOST };
		size_t len;
		if (path && file_read(ctx->arena, &file, NULL, &text, &len, &ignored) == 0)
			leak_scan(leaks, path, text, len);
	}
}

static const char *leak_line(struct ctx *ctx, const struct leak *leak)
{
	if (ctx->compose)
		return arena_printf(ctx->arena, "%s\n\"%s\": %s", leak->kind, leak->key, leak->value);
	return arena_printf(
		ctx->arena, "%s: %s%s(%s)", leak->file, leak->key, *leak->key ? " " : "", leak->kind);
}

static void find_leaks(struct ctx *ctx, const struct publish_question *question, struct asked *asked)
{
	const struct artifact *artifact = question->artifact;
	struct leaks leaks;
	leak_begin(&leaks, ctx->arena);
	for (size_t i = 0; i < artifact->nlayers; i++) {
		const struct artifact_layer *layer = &artifact->layers[i];
		leak_scan(&leaks, layer->name, layer->bytes, layer->len);
	}
	if (ctx->compose) {
		scan_sources(ctx, &leaks, question->project->configs, question->project->nconfigs);
		scan_sources(ctx, &leaks, question->project->secrets, question->project->nsecrets);
	}
	for (size_t i = 0; i < leaks.count; i++)
		add_line(ctx, asked, leak_line(ctx, &leaks.items[i]));
	leak_end(&leaks);
}

/* Variables */

/* Whose variables follow. */
static void add_owner(struct ctx *ctx, struct asked *asked, const char *name)
{
	add_line(ctx, asked,
		ctx->compose ? arena_printf(ctx->arena, "Service/Config  %s", name)
			     : arena_printf(ctx->arena, "%s:", name));
}

static void add_variable(struct ctx *ctx, struct asked *asked, const char *name, const char *value)
{
	const char *pair = arena_printf(ctx->arena, "%s=%s", name, value ? value : "");
	add_line(ctx, asked,
		ctx->compose ? pair
			     : arena_printf(ctx->arena, "  %s", secret_masked(ctx->arena, pair, NULL)));
}

static void find_variables(struct ctx *ctx, const struct publish_question *question, struct asked *asked)
{
	const struct project *project = question->project;
	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = project->services[i];
		if (service->nenvironment)
			add_owner(ctx, asked, service->key);
		for (size_t k = 0; k < service->nenvironment; k++)
			add_variable(ctx, asked, service->environment[k].key, service->environment[k].value);
	}
	for (size_t i = 0; i < project->nconfigs; i++) {
		const struct file_source *config = project->configs[i];
		if (!config->environment || !*config->environment)
			continue;
		add_owner(ctx, asked, config->key);
		add_variable(ctx, asked, config->key, config->environment);
	}
}

static bool has_env_file(const struct publish_question *question, const char *service)
{
	const struct node *node = node_get(node_get(question->files, "services"), service);
	const struct node *list = node_get(node, "env_file");
	return list && list->kind == NODE_LIST && list->nitems;
}

/* docker compose's own words for all of them, each at the begin of a line. Whether there were any. */
static bool refuse_as_compose(struct ctx *ctx, const struct publish_question *question)
{
	const struct project *project = question->project;
	const char *text = "";
	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = project->services[i];
		if (has_env_file(question, service->key))
			text = arena_printf(
				ctx->arena, "%sservice \"%s\" has env_file declared.\n", text, service->key);
		if (service->nenvironment)
			text = arena_printf(ctx->arena,
				"%sservice \"%s\" has environment variable(s) declared.\n", text,
				service->key);
	}
	for (size_t i = 0; i < project->nconfigs; i++)
		if (project->configs[i]->environment && *project->configs[i]->environment)
			text = arena_printf(ctx->arena,
				"%sconfig \"%s\" is declare as an environment variable.\n", text,
				project->configs[i]->key);
	if (!*text)
		return false;
	quote_plain_print(stderr, text);
	fputs("To avoid leaking sensitive data, you must either explicitly allow the sending of environment variables by using the --with-env flag,\n"
	      "or remove sensitive data from your Compose configuration\n",
		stderr);
	ctx->status = 1;
	return true;
}

/* The same for us: a finding, with its place, for each. */
static int refuse_variables(struct ctx *ctx, const struct publish_question *question)
{
	const struct project *project = question->project;
	const char *hint =
		"--with-env publishes variables, env files among them; without it none may be there";
	int result = 0;
	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = project->services[i];
		bool file = has_env_file(question, service->key);
		if (!file && !service->nenvironment)
			continue;
		result = error_add(&ctx->errors, ERROR_FILE, &service->at,
			arena_printf(ctx->arena, "services.%s", service->key), "it has %s",
			file ? "env files" : "variables");
		error_hint(&ctx->errors, "%s", hint);
	}
	for (size_t i = 0; i < project->nconfigs; i++) {
		const struct file_source *config = project->configs[i];
		if (!config->environment || !*config->environment)
			continue;
		result = error_add(&ctx->errors, ERROR_FILE, &config->at,
			arena_printf(ctx->arena, "configs.%s", config->key), "it is a variable");
		error_hint(&ctx->errors, "%s", hint);
	}
	return result;
}

/* Asking */

static const struct asked texts_of_ours[] = {
	{ .head = "It names folders and files of this machine (what is in them stays here):",
		.ask = "Publish it with these binds?" },
	{ .head = "What looks like a secret goes along:", .ask = "Publish it with these secrets?" },
	{ .head = "Variables go along:", .ask = "Publish it with these variables?" },
};

static const struct asked texts_of_compose[] = {
	{ .head = "you are about to publish bind mounts declaration within your OCI artifact.\n"
		  "only the bind mount declarations will be added to the OCI artifact (not content)\n"
		  "please double check that you are not mounting potential user's sensitive directories or data",
		.ask = "Are you ok to publish these bind mount declarations?" },
	{ .head = "you are about to publish sensitive data within your OCI artifact.\n"
		  "please double check that you are not leaking sensitive data",
		.ask = "Are you ok to publish these sensitive data?" },
	{ .head = "you are about to publish environment variables within your OCI artifact.\n"
		  "please double check that you are not leaking sensitive data",
		.ask = "Are you ok to publish these environment variables?" },
};

/* The three, in their order. */
static void (*const finders[])(struct ctx *ctx, const struct publish_question *question,
	struct asked *asked) = { find_binds, find_leaks, find_variables };

enum { QUESTIONS = sizeof finders / sizeof *finders };

/* Nobody is kept waiting for an answer that nobody gives. */
static int refuse_to_ask(struct ctx *ctx, const struct asked *asked)
{
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "nobody is there to be asked. %s", asked->head);
	error_detail(&ctx->errors, asked->lines);
	return error_hint(&ctx->errors, "when that is as it should be: publish --yes");
}

int publish_ask(struct ctx *ctx, const struct publish_question *question)
{
	struct asked asked[QUESTIONS];
	if (!ctx->compose && !question->with_env && refuse_variables(ctx, question) < 0)
		return -1;
	for (size_t i = 0; i < QUESTIONS; i++) {
		asked[i] = (ctx->compose ? texts_of_compose : texts_of_ours)[i];
		finders[i](ctx, question, &asked[i]);
	}
	bool answers = ctx->compose || isatty(STDIN_FILENO);
	for (size_t i = 0; i < QUESTIONS; i++) {
		bool variables = finders[i] == find_variables;
		if (variables && ctx->compose && !question->with_env && refuse_as_compose(ctx, question))
			return 0;
		if (!asked[i].lines)
			continue;
		if (!answers && ctx->globals.dry_run) { /* nothing goes out: it is only told */
			error_warn(&ctx->errors, NULL, NULL, "%s", asked[i].head);
			error_detail(&ctx->errors, asked[i].lines);
		} else if (!answers)
			refuse_to_ask(ctx, &asked[i]);
		else if (!ask_yes(ctx, arena_printf(ctx->arena, "%s\n%s%s", asked[i].head, asked[i].lines,
					       asked[i].ask)))
			return 0;
	}
	return ctx->errors.count ? -1 : 1;
}
