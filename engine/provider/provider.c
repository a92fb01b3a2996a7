#include "engine/provider/provider.h"
#include "base/buf.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "compose/tree/node.h"
#include "engine/provider/program.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#define VARIABLES_MOST 10000
#define METADATA_MOST  ((size_t)1 << 20)
#define METADATA_LIMIT INT64_C(10000000000) /* ns */

static const struct {
	const char *word, *doing, *done, *verb;
} commands[] = { { "up", "Creating", "Created", "create" }, { "down", "Removing", "Removed", "remove" },
	{ "stop", "Stopping", "Stopped", "stop" } };

/* A call under way. */
struct asking {
	struct provider_call *call;
	const char *program;
	const char *failure; /* what it has said went wrong, or what is wrong with what it says; or NULL */
};

static int fail(const struct provider_call *call, const char *message)
{
	const struct service *service = call->service;
	const struct member *member = node_member(service->node, "provider");
	return error_add(call->errors, ERROR_ENGINE, member ? &member->at : &service->at,
		arena_printf(call->arena, "services.%s.provider", service->key), "%s", message);
}

/* What a provider says went wrong: its first line, and whatever stands below. */
static int fail_told(const struct provider_call *call, const char *message)
{
	size_t len = strcspn(message, "\n");
	fail(call, arena_strndup(call->arena, message, len));
	return message[len] && message[len + 1] ? error_detail(call->errors, message + len + 1) : -1;
}

static void tell(const struct provider_call *call, const char *text)
{
	event_send(call->sink,
		&(struct event){
			.kind = EVENT_NOTE, .object = "service", .name = call->service->key, .text = text });
}

/* The program */

static bool is_plugin_name(const char *type)
{
	size_t len = strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789");
	return len && !type[len] && isalpha((unsigned char)*type);
}

/* As docker's command line looks for its plugins. (docker/cli: cli-plugins/manager) */
static const char *find_plugin(const struct provider_call *call, const char *type)
{
	const char *dirs[] = {
		call->config_dir ? arena_printf(call->arena, "%s/cli-plugins", call->config_dir) : NULL,
		"/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins",
		"/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"
	};
	for (size_t i = 0; is_plugin_name(type) && i < sizeof dirs / sizeof *dirs; i++) {
		const char *path = dirs[i] ? arena_printf(call->arena, "%s/docker-%s", dirs[i], type) : NULL;
		if (path && access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static const char *find_in_path(const struct provider_call *call, const char *type)
{
	const char *path = map_get(call->env, "PATH");
	if (strchr(type, '/'))
		return access(type, X_OK) == 0 ? type : NULL;
	struct texts dirs = texts_split(call->arena, path ? path : "/usr/local/bin:/usr/bin:/bin", ':');
	for (size_t i = 0; i < dirs.count; i++) {
		const char *file = arena_printf(call->arena, "%s/%s", dirs.items[i], type);
		if (*dirs.items[i] && access(file, X_OK) == 0)
			return file;
	}
	return NULL;
}

const char *provider_program(const struct provider_call *call)
{
	const char *type = call->service->provider->type;
	if (text_is(type, "compose") || !*type) {
		fail(call, arena_printf(call->arena, "'%s' is not a valid provider type", type));
		return NULL;
	}
	const char *program = find_plugin(call, type);
	if (!program)
		program = find_in_path(call, type);
	if (program)
		return program;
	fail(call, arena_printf(call->arena, "provider %s is not there", type));
	error_hint(
		call->errors, "install a program %s in PATH, or docker-%s as a plugin of docker", type, type);
	return NULL;
}

/* What the program says that it can do */

static void keep_metadata(void *arg, const char *text, size_t len)
{
	struct buf *all = arg;
	buf_append(all, text, len);
	buf_putc(all, '\n');
}

/* Its answer to `compose metadata`, to be freed; NULL: it has none. */
static struct cJSON *read_metadata(const struct asking *asking)
{
	const struct provider_call *call = asking->call;
	const char *argv[] = { asking->program, "compose", "metadata", NULL };
	struct errors unheard;
	struct cJSON *json = NULL;
	auto_buf struct buf all;
	errors_init(&unheard, call->arena);
	buf_init(&all, METADATA_MOST);
	struct program program = { .loop = call->loop,
		.arena = call->arena,
		.errors = &unheard,
		.argv = argv,
		.env = call->env,
		.limit = METADATA_LIMIT,
		.line = keep_metadata,
		.arg = &all };
	if (program_run(&program) == 0 && !program.status && !all.overflow)
		json = json_parse(buf_text(&all), all.len, "metadata", &unheard);
	asking->call->interrupted = program.interrupted;
	return json;
}

/* Whether there is anything in it. */
static bool says_anything(const struct cJSON *json)
{
	return *json_text(json, "description", "") || json_at(json, "up.parameters") ||
	       json_at(json, "down.parameters");
}

static bool takes(const struct cJSON *parameters, const char *name)
{
	const struct cJSON *each;
	cJSON_ArrayForEach(each, parameters) if (text_is(json_text(each, "name", NULL), name)) return true;
	return false;
}

static bool is_given(const struct provider *provider, const char *name)
{
	for (size_t i = 0; i < provider->noptions; i++)
		if (strcmp(provider->options[i].key, name) == 0)
			return true;
	return false;
}

static int check_required(const struct asking *asking, const struct cJSON *parameters)
{
	const struct provider_call *call = asking->call;
	const struct provider *provider = call->service->provider;
	const struct cJSON *each;
	int result = 0;
	cJSON_ArrayForEach(each, parameters)
	{
		const char *name = json_text(each, "name", NULL);
		if (name && json_bool(each, "required") && !is_given(provider, name))
			result = fail(call,
				arena_printf(call->arena,
					"required parameter \"%s\" is missing from provider \"%s\" definition",
					name, provider->type));
	}
	return result;
}

/* The command line; *ret_argv NULL: the program has no such command. Returns 0, or -1 with findings. */
static int command_line(
	const struct asking *asking, const struct cJSON *metadata, const char *const **ret_argv)
{
	const struct provider_call *call = asking->call;
	const struct provider *provider = call->service->provider;
	const char *word = commands[call->command].word;
	bool any = metadata && says_anything(metadata);
	const struct cJSON *command = json_object(metadata, word);
	const struct cJSON *parameters = command ? json_get(command, "parameters") : NULL;
	*ret_argv = NULL;
	if (call->command == PROVIDER_STOP && !command)
		return 0;
	if (any && check_required(asking, parameters) < 0)
		return -1;
	const char **argv = ARENA_ARRAY(call->arena, const char *, provider->noptions + 6);
	size_t count = 0;
	argv[count++] = asking->program;
	argv[count++] = "compose";
	argv[count++] = arena_printf(call->arena, "--project-name=%s", call->service->project->name);
	argv[count++] = word;
	for (size_t i = 0; i < provider->noptions; i++) {
		const struct pair *option = &provider->options[i];
		if (!any || takes(parameters, option->key))
			argv[count++] = arena_printf(
				call->arena, "--%s=%s", option->key, option->value ? option->value : "");
	}
	argv[count++] = call->service->key;
	*ret_argv = argv;
	return 0;
}

/* What it says while it works */

/* Behind a = there may be a secret, also when the line is no message. */
static const char *invalid(const struct asking *asking, const char *text)
{
	enum { SHOWN = 200 };
	size_t len = strcspn(text, "=");
	const char *escaped = strcasestr(text, "\\u003d");
	if (escaped && (size_t)(escaped - text) < len)
		len = (size_t)(escaped - text);
	return arena_printf(asking->call->arena, "invalid response from plugin: %.*s%s",
		(int)(len < SHOWN ? len : SHOWN), text, text[len] ? "=***" : "");
}

static const char *take_variable(struct asking *asking, const char *message, bool raw, const char *line)
{
	struct provider_call *call = asking->call;
	struct texts *to = raw ? &call->raw_variables : &call->variables;
	const char *equals = strchr(message, '=');
	if (!equals || equals == message)
		return invalid(asking, *message ? message : line);
	if (call->variables.count + call->raw_variables.count >= VARIABLES_MOST)
		return "it sets more than 10000 variables";
	char *prefix = arena_strdup(call->arena, call->service->key);
	for (char *at = prefix; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	texts_add(call->arena, to,
		raw ? arena_strdup(call->arena, message)
		    : arena_printf(call->arena, "%s_%s", prefix, message));
	return NULL;
}

/* Returns what is wrong with the message, or the failure that it tells; NULL: all is well. */
static const char *take_message(struct asking *asking, const struct cJSON *json, const char *line)
{
	struct provider_call *call = asking->call;
	const char *type = json_text(json, "type", ""), *message = json_text(json, "message", NULL);
	if (!message)
		return invalid(asking, line);
	if (text_is(type, "error"))
		return arena_strdup(call->arena, *message ? message : "the provider reports a failure");
	if (text_is(type, "info"))
		tell(call, message);
	else if (text_is(type, "setenv"))
		return take_variable(asking, message, false, line);
	else if (text_is(type, "rawsetenv"))
		return take_variable(asking, message, true, line);
	else if (!text_is(type, "debug"))
		return invalid(asking, *type ? type : line);
	else if (call->verbose)
		tell(call, message);
	return NULL;
}

static void got_line(void *arg, const char *text, size_t len)
{
	struct asking *asking = arg;
	struct errors unheard;
	struct arena *scratch = arena_child(asking->call->arena);
	const char *line = arena_strndup(scratch, text, len);
	errors_init(&unheard, scratch);
	if (line[strspn(line, " \t\r")] && !asking->failure) {
		struct cJSON *json = json_parse(line, strlen(line), "message", &unheard);
		asking->failure = json ? take_message(asking, json, line) : invalid(asking, line);
		cJSON_Delete(json);
	}
	arena_destroy(scratch);
}

static bool has_failed(void *arg)
{
	return ((const struct asking *)arg)->failure != NULL;
}

/* Runs the command itself, and judges what it has said and how it ended. */
static int work(struct asking *asking, const char *const *argv)
{
	struct provider_call *call = asking->call;
	struct program program = { .loop = call->loop,
		.arena = call->arena,
		.errors = call->errors,
		.argv = argv,
		.env = call->env,
		.line = got_line,
		.failed = has_failed,
		.arg = asking };
	tell(call, commands[call->command].doing);
	if (program_run(&program) < 0)
		return -1;
	call->interrupted = program.interrupted;
	if (program.interrupted)
		return -1;
	if (asking->failure)
		return fail_told(call, asking->failure);
	if (program.status) {
		fail(call, arena_printf(call->arena, "failed to %s service provider: %s",
				   commands[call->command].verb, program_end(&program)));
		return *program.said ? error_detail(call->errors, program.said) : -1;
	}
	tell(call, commands[call->command].done);
	return 0;
}

int provider_run(struct provider_call *call)
{
	struct asking asking = { .call = call, .program = provider_program(call) };
	const char *const *argv;
	if (!asking.program)
		return -1;
	struct cJSON *metadata = read_metadata(&asking);
	int result = call->interrupted ? -1 : command_line(&asking, metadata, &argv);
	cJSON_Delete(metadata);
	if (result < 0 || !argv)
		return result;
	return work(&asking, argv);
}
