#include "cmd/doc/doc_manual.h"
#include "cmd/line/usage.h"

static const char *const exit_rows[][2] = {
	{ "0", "done, all conditions met; with up --wait a one-shot that ended with 0 is ready" },
	{ "N", "the container's own code: up --exit-code-from, --abort-on-container-exit and -failure" },
	{ "1", "the command failed: engine, gate, pull, build, or a container that ended with a failure" },
	{ "2", "the file or the command line is invalid; nothing was changed" },
	{ "3", "plan --exit-code: changes are pending" },
	{ "129, 130, 143", "interrupted by SIGHUP, SIGINT, SIGTERM" },
	{ "141", "nobody reads the output any more" },
};

/* What the environment says; tests/drift.sh holds it against the sources and docs/keys.md. */
static const char *const environment_rows[][2] = {
	{ "COMPOSE_FILE, COMPOSE_PATH_SEPARATOR", "Compose files, as -f; what separates them (:)" },
	{ "COMPOSE_PROJECT_NAME, COMPOSE_PROFILES", "As --project-name, --profile (comma-separated)" },
	{ "COMPOSE_ENV_FILES, COMPOSE_DISABLE_ENV_FILE", "As --env-file (comma-separated); no .env is read" },
	{ "COMPOSE_ANSI, COMPOSE_PROGRESS, NO_COLOR", "As --ansi, --progress; NO_COLOR: no colours" },
	{ "COMPOSE_PARALLEL_LIMIT", "As --parallel" },
	{ "COMPOSE_IGNORE_ORPHANS, COMPOSE_REMOVE_ORPHANS",
		"As --ignore-orphans, --remove-orphans of up and down" },
	{ "COMPOSE_COMPATIBILITY, COMPOSE_CONVERT_WINDOWS_PATHS", "As in docker compose 2.40" },
	{ "DOCKER_HOST, DOCKER_CONTEXT", "The engine, or the docker context that names it" },
	{ "DOCKER_TLS, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH",
		"TLS towards a tcp engine; where ca.pem, cert.pem and key.pem are" },
	{ "DOCKER_API_VERSION", "The Engine API version, instead of the newest that both sides speak" },
	{ "DOCKER_CONFIG", "Folder of docker's config.json: credentials, proxies, contexts" },
	{ "DOCKER_CUSTOM_HEADERS", "Further HTTP headers for the engine: name=value, comma-separated" },
	{ "DOCKER_DEFAULT_PLATFORM", "Platform of services that name none" },
	{ "FLOW_REGISTRY, ORG_NAME",
		"Application registry, as --registry; organisation in the images of its applications" },
	{ "FLOW_TRACE",
		"Writes what is asked of the engine, as JSON lines, to this file (1 or -: standard error)" },
	{ "XDG_CACHE_HOME, XDG_RUNTIME_DIR", "Where copies of remote files, and locks, are kept" },
};

/* Text for troff: backslashes, leading dots and quotes, and dashes that must stay dashes. */
static void put_troff(FILE *out, const char *text)
{
	bool begin = true;
	for (; *text; text++) {
		if (begin && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
		begin = *text == '\n';
	}
}

static void man_item(FILE *out, const char *term, const char *text)
{
	fputs(".TP\n.B ", out);
	put_troff(out, term);
	fputc('\n', out);
	put_troff(out, text);
	fputc('\n', out);
}

static void man_options(FILE *out, const struct opt *rows)
{
	struct arena *arena = arena_create();
	for (const struct opt *row = options_flat(arena, rows); row && row->name; row++)
		if (!(row->flags & OPT_HIDDEN))
			man_item(out, usage_spelling(arena, row), usage_sentence(arena, row));
	arena_destroy(arena);
}

static void man_command(FILE *out, const struct cmd *cmd)
{
	fputs(".SS ", out);
	put_troff(out, cmd->name);
	fputc(' ', out);
	put_troff(out, cmd->args);
	fputc('\n', out);
	put_troff(out, cmd->brief);
	fputs(".\n", out);
	if (cmd->text) {
		fputs(".PP\n", out);
		put_troff(out, cmd->text);
		fputc('\n', out);
	}
	man_options(out, cmd->rows);
}

void doc_man(FILE *out, const struct cmd *const *commands)
{
	fputs(".TH DOCKER-FLOW 1 \"\" \"docker flow " FLOW_VERSION "\"\n"
	      ".SH NAME\ndocker-flow \\- runs compose files as a graph\n"
	      ".SH SYNOPSIS\n.B docker flow\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n.br\n"
	      ".B docker-flow\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n"
	      ".SH COMMANDS\n",
		out);
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden)
			man_command(out, commands[i]);
	fputs(".SH OPTIONS\n", out);
	man_options(out, globals_flow);
	fputs(".SS Options of docker\n", out);
	man_options(out, globals_docker);
	fputs(".SH ENVIRONMENT\n", out);
	for (size_t i = 0; i < sizeof environment_rows / sizeof *environment_rows; i++)
		man_item(out, environment_rows[i][0], environment_rows[i][1]);
	fputs(".SH EXIT STATUS\n", out);
	for (size_t i = 0; i < sizeof exit_rows / sizeof *exit_rows; i++)
		man_item(out, exit_rows[i][0], exit_rows[i][1]);
	fputs("Called as\n.BR docker\\-compose ,\n1 stands for 2 and 3.\n"
	      ".SH SEE ALSO\n.BR docker (1)\n",
		out);
}

static void put_cell(FILE *out, const char *text)
{
	for (; *text; text++)
		fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
}

static void markdown_options(FILE *out, const struct opt *rows)
{
	if (!rows)
		return;
	struct arena *arena = arena_create();
	fputs("\n| option | |\n| --- | --- |\n", out);
	for (const struct opt *row = options_flat(arena, rows); row->name; row++) {
		if (row->flags & OPT_HIDDEN)
			continue;
		fputs("| `", out);
		put_cell(out, usage_spelling(arena, row));
		fputs("` | ", out);
		put_cell(out, usage_sentence(arena, row));
		fputs(" |\n", out);
	}
	arena_destroy(arena);
}

void doc_markdown(FILE *out, const struct cmd *const *commands)
{
	fputs("# docker flow: commands\n\n`docker flow [OPTIONS] COMMAND`\n", out);
	markdown_options(out, globals_flow);
	fputs("\nOptions of docker, accepted in front of the command:\n", out);
	markdown_options(out, globals_docker);
	for (size_t i = 0; commands[i]; i++) {
		const struct cmd *cmd = commands[i];
		if (cmd->hidden)
			continue;
		fprintf(out, "\n## %s\n\n`docker flow %s%s%s%s`\n\n%s.\n", cmd->name, cmd->name,
			cmd->rows ? " [OPTIONS]" : "", *cmd->args ? " " : "", cmd->args, cmd->brief);
		if (cmd->text)
			fprintf(out, "%s\n", cmd->text);
		markdown_options(out, cmd->rows);
	}
	fputs("\n## Exit status\n\n| code | when |\n| --- | --- |\n", out);
	for (size_t i = 0; i < sizeof exit_rows / sizeof *exit_rows; i++)
		fprintf(out, "| %s | %s |\n", exit_rows[i][0], exit_rows[i][1]);
}
