#include "base/text/text.h"
#include "cmd/line/ask.h"
#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "engine/connect/login.h"
#include "engine/registry/repository.h"

#include <string.h>
#include <unistd.h>

#define PASSWORD_MOST ((size_t)16 << 10)

struct login_options {
	const char *user, *password;
	bool password_stdin;
};

#define AT(member) offsetof(struct login_options, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "password", 'p', AT(password), "PASSWORD", "refused: others read the command line",
		.flags = OPT_HIDDEN },
	{ OPT_FLAG, "password-stdin", 0, AT(password_stdin), NULL, "Read the password from standard input" },
	{ OPT_TEXT, "username", 'u', AT(user), "USER", "Log in as USER" },
	{ 0 },
};

/* host[:port] of what the user names: with or without a scheme and a path. "": docker's own. */
static const char *host_of(struct ctx *ctx)
{
	const char *name = ctx->nargs ? ctx->args[0] : "", *scheme = strstr(name, "://");
	name = scheme ? scheme + 3 : name;
	return arena_strndup(ctx->arena, name, strcspn(name, "/"));
}

static int refuse_password(struct ctx *ctx)
{
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
		"a password in the command line can be read by everybody on this machine");
	return error_hint(&ctx->errors, "--password-stdin reads it from standard input");
}

static int refuse_stdin(struct ctx *ctx, const char *what)
{
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "%s", what);
	return error_hint(&ctx->errors, "%s login -u USER --password-stdin HOST <FILE", ctx->program);
}

/* One line end behind it is not of the password. */
static int read_password(struct ctx *ctx, const char **ret_password)
{
	char *text = arena_alloc(ctx->arena, PASSWORD_MOST + 1);
	size_t len = 0;
	ssize_t got = 1;
	while (len <= PASSWORD_MOST && (got = read(STDIN_FILENO, text + len, PASSWORD_MOST + 1 - len)) > 0)
		len += (size_t)got;
	if (got < 0 || len > PASSWORD_MOST || memchr(text, '\0', len))
		return refuse_stdin(ctx, "what comes from standard input is no password");
	len -= len && text[len - 1] == '\n';
	len -= len && text[len - 1] == '\r';
	if (!len)
		return refuse_stdin(ctx, "nothing comes from standard input");
	*ret_password = arena_strndup(ctx->arena, text, len);
	return 0;
}

static int ask_login(struct ctx *ctx, struct config_auth *auth)
{
	if (!auth->username || !*auth->username)
		auth->username = ask_line(ctx, "Username: ", false);
	auth->password = auth->username && *auth->username ? ask_line(ctx, "Password: ", true) : NULL;
	if (auth->password && *auth->password)
		return 0;
	if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"a login needs the name of a user and a password");
	return refuse_stdin(ctx, "there is no terminal to ask for the login at");
}

static int find_login(struct ctx *ctx, const struct login_options *options, struct config_auth *ret_auth)
{
	*ret_auth = (struct config_auth){ .username = options->user };
	if (options->password)
		return refuse_password(ctx);
	if (!options->password_stdin)
		return ask_login(ctx, ret_auth);
	if (!options->user || !*options->user)
		return refuse_stdin(ctx, "--password-stdin needs --username");
	return read_password(ctx, &ret_auth->password);
}

/* Asks the registry whether it takes the login. */
static int try_login(struct ctx *ctx, struct repository *registry)
{
	const struct repository_call call = { .method = "GET", .path = "" };
	struct request *request = repository_ask(registry, &call, &ctx->errors);
	if (!request)
		return -1;
	int result = request->fault == HTTP_OK && request->status == 200
			     ? 0
			     : repository_refused(registry, request, "the login is refused", &ctx->errors);
	http_free(request);
	return result;
}

static int keep_login(struct ctx *ctx, const struct repository_options *options,
	const struct repository *registry, const struct config_auth *auth)
{
	const struct credentials_source source = { ctx->arena, options->loop, options->config, &ctx->errors };
	bool plain;
	if (login_keep(&source, repository_accounts(registry), auth, &plain) < 0)
		return -1;
	if (plain) {
		error_warn(&ctx->errors, NULL, NULL, "the password is kept in %s/config.json as it is",
			options->config->dir);
		error_hint(&ctx->errors, "a credential helper keeps it better: `credsStore` of that file");
	}
	fputs("Login Succeeded\n", ctx->output.stream);
	return 0;
}

static int login_run(struct ctx *ctx, const void *data)
{
	struct repository_options options;
	struct config_auth auth;
	if (connect_registries(ctx, &options) < 0)
		return -1;
	struct repository *registry =
		repository_open_registry(ctx->arena, &options, host_of(ctx), &auth, &ctx->errors);
	int result = registry ? find_login(ctx, data, &auth) : -1;
	if (result == 0)
		result = try_login(ctx, registry);
	if (result == 0)
		result = keep_login(ctx, &options, registry, &auth);
	repository_close(registry);
	return result;
}

static int logout_run(struct ctx *ctx, const void *data)
{
	struct repository_options options;
	bool known;
	(void)data;
	if (connect_registries(ctx, &options) < 0)
		return -1;
	const char *host = host_of(ctx);
	struct repository *registry =
		repository_open_registry(ctx->arena, &options, host, NULL, &ctx->errors);
	if (!registry)
		return -1;
	const struct credentials_source source = { ctx->arena, options.loop, options.config, &ctx->errors };
	int result = login_forget(&source, repository_accounts(registry), &known);
	if (result == 0)
		fprintf(ctx->output.stream,
			known ? "Removing login credentials for %s\n" : "Not logged in to %s\n",
			repository_accounts(registry));
	repository_close(registry);
	return result;
}

const struct cmd cmd_login = {
	.name = "login",
	.args = "[HOST[:PORT]]",
	.brief = "Log in to an image registry",
	.text = "The registry is asked whether it takes user and password; then they are kept as docker keeps them, by the credential "
		"helper that its config.json names, else in config.json. No engine is needed. Without a host it is docker's own "
		"registry.",
	.examples = (const struct cmd_example[]){ { "login registry.example", "asks for user and password" },
		{ "login -u ci --password-stdin registry.example <token", "for a script" }, { 0 } },
	.group = GROUP_OTHER,
	.rows = rows,
	.size = sizeof(struct login_options),
	.most = 1,
	.run = login_run,
};

const struct cmd cmd_logout = {
	.name = "logout",
	.args = "[HOST[:PORT]]",
	.brief = "Forget the login of an image registry",
	.text = "In docker's config.json, and by the credential helper that it names.",
	.examples = (const struct cmd_example[]){ { "logout registry.example", "after a script" }, { 0 } },
	.group = GROUP_OTHER,
	.most = 1,
	.run = logout_run,
};
