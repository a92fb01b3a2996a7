/* docker flow as the provider of a service of docker compose's: `provider: {type: flow, options: {file: …}}`.
 * (docker/compose: docs/extension.md) */
#include "base/buf.h"
#include "base/quote.h"
#include "base/text/text.h"
#include "cmd/lifecycle/lifecycle.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "cmd/screen/show_words.h"
#include "cmd/up/up.h"
#include "engine/drive/drive_down.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MOST ((size_t)1 << 16)

/* What docker compose calls us with. */
struct provided_wish {
	const char *project, *command, *service;
	const char *of_file; /* the service's name in the file; NULL: the same */
	struct texts files, profiles, env_files;
};

static void say(struct ctx *ctx, const char *type, const char *message)
{
	auto_buf struct buf line;
	buf_init(&line, 1 << 20);
	buf_printf(&line, "{\"type\":\"%s\"", type);
	quote_member(&line, "message", message);
	fprintf(ctx->output.stream, "%s}\n", buf_text(&line));
	output_flush(&ctx->output);
}

/* Screen: what happens as messages. */
struct said {
	struct sink sink;
	struct ctx *ctx;
};

static void said_event(struct sink *sink, const struct event *event)
{
	struct ctx *ctx = ((struct said *)sink)->ctx;
	const char *word = event->kind == EVENT_STEP ? show_word(event) : event->text;
	if ((event->kind != EVENT_STEP && event->kind != EVENT_NOTE) || !word)
		return;
	struct arena *scratch = arena_child(ctx->arena);
	say(ctx, "info",
		event->name ? arena_printf(scratch, "%s %s: %s", event->object ? event->object : "",
				      event->name, word)
			    : word);
	arena_destroy(scratch);
}

static struct sink *said_create(struct ctx *ctx)
{
	struct said *said = ARENA_NEW(ctx->arena, struct said);
	said->sink = (struct sink){ .on = said_event, .title = "compose" };
	said->ctx = ctx;
	return &said->sink;
}

static int metadata(struct ctx *ctx)
{
	static const char parameters[] =
		"{\"parameters\":["
		"{\"name\":\"file\",\"description\":\"Compose file that has the service\",\"required\":true,\"type\":\"string\"},"
		"{\"name\":\"service\",\"description\":\"Its name there, when it is another one\",\"required\":false,"
		"\"type\":\"string\"},"
		"{\"name\":\"profile\",\"description\":\"Profile of that file\",\"required\":false,\"type\":\"string\"},"
		"{\"name\":\"env-file\",\"description\":\"File of variables for it\",\"required\":false,\"type\":\"string\"}]}";
	fprintf(ctx->output.stream,
		"{\"description\":\"Services of docker flow: ready when their checks pass\",\"up\":%s,\"down\":%s,\"stop\":%s}\n",
		parameters, parameters, parameters);
	return 0;
}

/* Reads `--project-name=P COMMAND --option=value… SERVICE`, values also as the next word. */
static int read_words(struct ctx *ctx, struct provided_wish *wish)
{
	const char *words[2] = { NULL, NULL };
	size_t nwords = 0;
	for (size_t i = 0; i < ctx->nargs; i++) {
		const char *word = ctx->args[i], *equals = strchr(word, '=');
		if (strncmp(word, "--", 2) != 0) {
			if (nwords == 2)
				return error_add(
					&ctx->errors, ERROR_USAGE, NULL, NULL, "unexpected word %s", word);
			words[nwords++] = word;
			continue;
		}
		const char *name = arena_strndup(
			ctx->arena, word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2));
		const char *value = equals ? equals + 1 : i + 1 < ctx->nargs ? ctx->args[++i] : "";
		if (text_is(name, "project-name"))
			wish->project = value;
		else if (text_is(name, "service"))
			wish->of_file = value;
		else if (text_is(name, "file"))
			texts_add(ctx->arena, &wish->files, value);
		else if (text_is(name, "profile"))
			texts_add(ctx->arena, &wish->profiles, value);
		else if (text_is(name, "env-file"))
			texts_add(ctx->arena, &wish->env_files, value);
		else
			return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "unknown option --%s", name);
	}
	wish->command = words[0] ? words[0] : "";
	wish->service = words[1];
	return 0;
}

static int check_words(struct ctx *ctx, const struct provided_wish *wish)
{
	if (!text_is(wish->command, "up") && !text_is(wish->command, "down") &&
		!text_is(wish->command, "stop"))
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"%s compose is for docker compose: up, down, stop or metadata", ctx->program);
	if (!wish->service || !wish->project)
		return error_add(
			&ctx->errors, ERROR_USAGE, NULL, NULL, "--project-name and a service are needed");
	if (!wish->files.count) {
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"provider flow needs the option `file`: the compose file that has service %s",
			wish->service);
		return error_hint(&ctx->errors, "provider: {type: flow, options: {file: flow.yaml}}");
	}
	return 0;
}

/* The service as its file says it, with what it needs there. A file that names us for it would have no end.
 */
static int open_service(struct ctx *ctx, struct scope *ret_scope)
{
	const struct scope_wish wish = { .selection = { .services = ctx->args, .nservices = 1 } };
	if (scope_open(ctx, &wish, ret_scope) < 0)
		return -1;
	for (size_t i = 0; i < ret_scope->dag->count; i++) {
		const struct service *service = ret_scope->dag->vertices[i]->service;
		if (ret_scope->dag->vertices[i]->selected && service->provider &&
			text_is(service->provider->type, "flow"))
			return error_add(&ctx->errors, ERROR_FILE, &service->at, NULL,
				"service %s is of provider flow in this file, too", service->key);
	}
	return 0;
}

/* The port that the service listens on in its container, as its file names it: of `ports`, else `expose`,
 * else x-flow, of its ports or its check. Arena's; NULL: nothing names one. */
static const char *port_of(struct arena *arena, const struct service *service)
{
	const struct flow_service *flow = service->flow;
	const struct probe *check = flow ? flow->healthcheck : NULL;
	int64_t port = 0;
	if (service->nports)
		port = service->ports[0]->target;
	else if (service->nexpose)
		return arena_strndup(arena, service->expose[0], strcspn(service->expose[0], "/-"));
	else if (flow && flow->nports)
		port = flow->ports[0]->internal;
	else if (check && check->port.set && !check->host) /* of another host it is none of the container's */
		port = check->port.value;
	return port ? arena_printf(arena, "%" PRId64, port) : NULL;
}

/* Where who depends on it finds it. */
static void tell_address(struct ctx *ctx, const struct service *service)
{
	const char *port = port_of(ctx->arena, service);
	say(ctx, "setenv", arena_printf(ctx->arena, "HOST=%s", service->key));
	if (port)
		say(ctx, "setenv", arena_printf(ctx->arena, "PORT=%s", port));
}

static int bring_up(struct ctx *ctx, const struct scope *scope)
{
	struct up_options options = { .detach = true, .screen = said_create(ctx) };
	options.how.ignore_orphans = true; /* the others are docker compose's */
	options.how.wait = true;
	if (up_detached(ctx, &options) < 0)
		return -1;
	tell_address(ctx, dag_find(scope->dag, ctx->args[0])->service);
	return 0;
}

/* Takes the service down, or stops it, with what came with it; networks stay, since others are on them. */
static int take_down(struct ctx *ctx, const struct scope *scope, bool stops)
{
	struct drive_down down = { .drive = lifecycle_drive(ctx, scope) };
	down.how.extent = stops ? TEARDOWN_PROCESSES : TEARDOWN_PROJECT;
	for (size_t i = 0; i < scope->dag->count; i++)
		if (scope->dag->vertices[i]->selected)
			texts_add(ctx->arena, &down.services, scope->dag->vertices[i]->service->key);
	down.drive.sink = said_create(ctx);
	drive_down_init(&down);
	return lifecycle_run(ctx, &down.drive, drive_run);
}

static int serve(struct ctx *ctx, struct provided_wish *wish)
{
	struct scope scope;
	if (check_words(ctx, wish) < 0)
		return -1;
	ctx->provides = wish->service;
	ctx->globals.project_name = wish->project;
	ctx->globals.files = wish->files;
	ctx->globals.profiles = wish->profiles;
	ctx->globals.env_files = wish->env_files;
	ctx->args = ARENA_NEW(ctx->arena, const char *);
	*(const char **)ctx->args = wish->of_file && *wish->of_file ? wish->of_file : wish->service;
	ctx->nargs = 1;
	if (open_service(ctx, &scope) < 0 || connect_engine(ctx) < 0)
		return -1;
	return text_is(wish->command, "up") ? bring_up(ctx, &scope)
					    : take_down(ctx, &scope, text_is(wish->command, "stop"));
}

/* A word as a shell takes it. */
static const char *shell_word(struct arena *arena, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-";
	if (*word && !word[strspn(word, plain)])
		return word;
	const char *quoted = "'";
	for (size_t len; *word; word += len) {
		len = *word == '\'' ? 1 : strcspn(word, "'");
		quoted = *word == '\'' ? arena_printf(arena, "%s'\\''", quoted)
				       : arena_printf(arena, "%s%.*s", quoted, (int)len, word);
	}
	return arena_printf(arena, "%s'", quoted);
}

/* A hint of ours for who stands before another file: its commands name the project and ours. */
static const char *hint_from_there(struct ctx *ctx, const char *hint)
{
	static const char command[] = "`docker flow ";
	const struct globals *globals = &ctx->globals;
	const struct {
		const char *option;
		const struct texts *values;
	} rows[] = { { "-f", &globals->files }, { "--profile", &globals->profiles },
		{ "--env-file", &globals->env_files } };
	if (!hint || !globals->project_name)
		return hint;
	const char *words =
		arena_printf(ctx->arena, "%s-p %s ", command, shell_word(ctx->arena, globals->project_name));
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
		for (size_t i = 0; i < rows[r].values->count; i++)
			words = arena_printf(ctx->arena, "%s%s %s ", words, rows[r].option,
				shell_word(ctx->arena, rows[r].values->items[i]));
	const char *at, *text = "";
	for (; (at = strstr(hint, command)); hint = at + strlen(command))
		text = arena_printf(ctx->arena, "%s%.*s%s", text, (int)(at - hint), hint, words);
	return arena_printf(ctx->arena, "%s%s", text, hint);
}

/* The failures as one message. Who is in front prints it as it is: nothing in it may reach a terminal that
 * does anything there. */
static void tell_failures(struct ctx *ctx)
{
	const struct error_style style = { .bare = true };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	if (!out) {
		say(ctx, "error", "out of memory");
		return;
	}
	for (const struct error *each = ctx->errors.first; each; each = each->next) {
		if (each->warning)
			continue;
		struct error copy = *each;
		copy.next = NULL;
		copy.hint = hint_from_there(ctx, each->hint);
		errors_print(out, &(struct errors){ .first = &copy }, &style);
	}
	fclose(out);
	len = len < MESSAGE_MOST ? len : MESSAGE_MOST;
	while (len && text[len - 1] != '\n')
		len--;
	if (len) {
		text[len - 1] = '\0';
		say(ctx, "error", text);
	}
	free(text);
}

static int compose_run(struct ctx *ctx, const void *options)
{
	struct provided_wish wish = { .project = NULL };
	(void)options;
	if (ctx->nargs && text_is(ctx->args[0], "metadata"))
		return metadata(ctx);
	int result = read_words(ctx, &wish) < 0 ? -1 : serve(ctx, &wish);
	if (result < 0)
		tell_failures(ctx);
	return result;
}

const struct cmd cmd_compose = {
	.name = "__compose",
	.alias = "compose", /* as docker compose calls it */
	.args = "WORD...",
	.brief = "Provide a service of docker compose's",
	.group = GROUP_OTHER,
	.hidden = true,
	.raw = true,
	.most = -1,
	.run = compose_run,
};
