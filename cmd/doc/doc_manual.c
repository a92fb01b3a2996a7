#include "cmd/doc/doc_manual.h"
#include "cmd/line/usage.h"

static const char *const exit_rows[][2] = {
	{ "0", "done, all conditions met; with up --wait a one-shot that ended with 0 is ready" },
	{ "N", "the container's own code: up --exit-code-from, --abort-on-container-exit and -failure" },
	{ "1", "the command failed: engine, gate, pull, build, a container that ended with a failure, data that "
	       "cannot be written" },
	{ "2", "the file or the command line is invalid, or a config or secret to be used is not there, and nothing "
	       "was changed: what is found when something was, even an image pulled, is 1" },
	{ "3", "plan --exit-code: changes are pending" },
	{ "129, 130, 143",
		"interrupted by SIGHUP, SIGINT, SIGTERM; 130 for both when only docker gets the signal" },
	{ "141", "nobody reads the output any more" },
};

/* What the environment says; tests/drift.sh holds it against the sources and docs/keys.md. */
static const char *const environment_rows[][2] = {
	{ "COMPOSE_FILE, COMPOSE_PATH_SEPARATOR", "Compose files, as -f; what separates them (:)" },
	{ "COMPOSE_PROJECT_NAME, COMPOSE_PROFILES", "As --project-name, --profile (comma-separated)" },
	{ "COMPOSE_ENV_FILES, COMPOSE_DISABLE_ENV_FILE", "As --env-file (comma-separated); no .env is read" },
	{ "COMPOSE_ANSI, COMPOSE_PROGRESS, NO_COLOR", "As --ansi, --progress; NO_COLOR: no colours" },
	{ "COMPOSE_STATUS_STDOUT",
		"1 or true, and not in an env file: progress is written to standard output, among what else is "
		"written there; warnings and errors are not" },
	{ "COMPOSE_PARALLEL_LIMIT", "As --parallel" },
	{ "BUILDX_BUILDER", "As --builder of build" },
	{ "COMPOSE_IGNORE_ORPHANS, COMPOSE_REMOVE_ORPHANS",
		"As --ignore-orphans of up and run, --remove-orphans of up, run and down" },
	{ "COMPOSE_MENU", "As --menu of up" },
	{ "COMPOSE_HTTP_TIMEOUT",
		"Seconds that the engine may be silent, beyond what a request takes (30): then it is asked how "
		"it is, and given up when it says nothing" },
	{ "COMPOSE_COMPATIBILITY, COMPOSE_CONVERT_WINDOWS_PATHS", "As in docker compose 2.40" },
	{ "COMPOSE_EXPERIMENTAL_OCI_REMOTE", "false: nothing is read from registries (oci://)" },
	{ "FIG_FILE, FIG_PROJECT_NAME", "COMPOSE_FILE and COMPOSE_PROJECT_NAME by their first names" },
	{ "DOCKER_HOST, DOCKER_CONTEXT", "The engine, or the docker context that names it" },
	{ "DOCKER_TLS, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH",
		"TLS towards a tcp engine; where ca.pem, cert.pem and key.pem are" },
	{ "DOCKER_API_VERSION", "The Engine API version, instead of the newest that both sides speak" },
	{ "DOCKER_CONFIG", "Folder of docker's config.json: credentials, proxies, contexts" },
	{ "DOCKER_CUSTOM_HEADERS", "Further HTTP headers for the engine: name=value, comma-separated" },
	{ "DOCKER_DEFAULT_PLATFORM", "Platform of services that name none" },
	{ "DOCKER_BUILDKIT",
		"false or 0: what only BuildKit builds is refused in docker compose's words; the "
		"engine's BuildKit builds all the same" },
	{ "FLOW_REGISTRY, ORG_NAME",
		"Application registry, as --registry; organisation in the images of its applications" },
	{ "FLOW_TRACE",
		"Writes what is asked of the engine, as JSON lines, to this file (1 or -: standard error)" },
	{ "OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TIMEOUT, "
	  "OTEL_EXPORTER_OTLP_PROTOCOL",
		"A collector of OpenTelemetry that gets what each run of up has taken, as http/json; "
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and so on are the same, for traces alone" },
	{ "OTEL_SERVICE_NAME, TRACEPARENT",
		"Its service.name (docker-flow); the span that the run is a part of" },
	{ "OTEL_TRACES_EXPORTER, OTEL_SDK_DISABLED", "none, true: nothing is sent" },
	{ "XDG_CACHE_HOME, XDG_RUNTIME_DIR, XDG_STATE_HOME",
		"Where copies of remote files, locks, and what runs have taken are kept" },
	{ "TMPDIR", "Where what cp and publish pass on, and the sockets of ssh, lie while they are used" },
	{ "HOME, PWD", "Where .docker and .cache are; the name of the working directory, if it is one" },
	{ "TERM, COLUMNS, LC_ALL, LC_CTYPE, LANG",
		"What the terminal can, how wide it is when it does not say, whether it shows UTF-8" },
	{ "http_proxy, https_proxy, no_proxy", "Proxies for files of web servers" },
};

static const char *const about =
	"docker flow is a plugin of the docker CLI that runs compose files. It builds the graph of what waits for what, "
	"compares it with what the engine has, and runs the difference as a plan: independent branches at the same time, and "
	"nothing waits longer than its condition takes.\n"
	"It reads the files of docker compose and gives containers, networks and volumes its names and labels, so both work on "
	"one project. Keys of its own (health checks from outside, applications of a registry) stand under x-flow.\n"
	"Installed as docker-compose it is called as docker compose is.";

/* What is read and written besides the files that are named. */
static const char *const file_rows[][2] = {
	{ "compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml, fig.yml, fig.yaml",
		"The compose file, in the working directory or the nearest above it; with it its override "
		"(compose.override.yaml)" },
	{ ".env", "Variables, beside the compose file" },
	{ "registry.yml", "The application registry where there is no compose file" },
	{ "~/.docker/config.json, ~/.docker/contexts",
		"Credentials, proxies, contexts ($DOCKER_CONFIG is the folder)" },
	{ "~/.cache/docker-flow",
		"Copies of files of web servers and repositories ($XDG_CACHE_HOME/docker-flow); can be removed" },
	{ "~/.local/state/docker-flow/runs",
		"What the last runs have taken, for timeline ($XDG_STATE_HOME/docker-flow/runs); can be removed" },
	{ "/run/user/UID/docker-flow, /tmp/docker-flow-UID",
		"Locks of projects, and what was found ready ($XDG_RUNTIME_DIR/docker-flow): the second where there is no "
		"runtime directory" },
	{ "/tmp/docker-flow-ssh-XXXXXX, /tmp/docker-flow-keys-XXXXXX",
		"The sockets of an engine behind ssh, and of the ssh-agent for build.ssh, while they are used "
		"($TMPDIR where it is short enough)" },
};

/* Text for troff, which gives some characters a meaning and others a nicer form; a line of it is a paragraph.
 */
static void put_troff(FILE *out, const char *text)
{
	static const struct {
		char plain;
		const char *written;
	} escapes[] = { { '\\', "\\e" }, { '-', "\\-" }, { '\'', "\\(aq" }, { '"', "\\(dq" },
		{ '~', "\\(ti" }, { '^', "\\(ha" }, { '`', "\\(ga" }, { '\n', "\n.PP\n" } };
	if (*text == '.')
		fputs("\\&", out);
	for (; *text; text++) {
		size_t i = 0, count = sizeof escapes / sizeof *escapes;
		while (i < count && escapes[i].plain != *text)
			i++;
		if (i < count)
			fputs(escapes[i].written, out);
		else
			fputc(*text, out);
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

/* A section of the manual: what it does, its options, examples. */
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
	for (const struct cmd_example *example = cmd->examples; example && example->words; example++) {
		fputs(".PP\n", out);
		put_troff(out, example->does);
		fputs(":\n.br\n.I docker flow ", out);
		put_troff(out, example->words);
		fputc('\n', out);
	}
}

/* A section of terms, each with its text. */
static void man_rows(FILE *out, const char *heading, const char *const (*rows)[2], size_t count)
{
	fprintf(out, ".SH %s\n", heading);
	for (size_t i = 0; i < count; i++)
		man_item(out, rows[i][0], rows[i][1]);
}

/* The first example of each command; the others stand in its own section. */
static void man_examples(FILE *out, const struct cmd *const *commands)
{
	struct arena *arena = arena_create();
	fputs(".SH EXAMPLES\n", out);
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden && commands[i]->examples)
			man_item(out, arena_printf(arena, "docker flow %s", commands[i]->examples->words),
				commands[i]->examples->does);
	arena_destroy(arena);
}

#define MAN_ROWS(out, heading, rows) man_rows(out, heading, rows, sizeof(rows) / sizeof *(rows))

void doc_man(FILE *out, const struct cmd *const *commands)
{
	fputs(".TH DOCKER-FLOW 1 \"\" \"docker flow " FLOW_VERSION "\"\n"
	      ".SH NAME\ndocker-flow \\- runs compose files as a graph\n"
	      ".SH SYNOPSIS\n.B docker flow\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n.br\n"
	      ".B docker-flow\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n"
	      ".SH DESCRIPTION\n",
		out);
	put_troff(out, about);
	fputs("\n.SH COMMANDS\n", out);
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden)
			man_command(out, commands[i]);
	fputs(".SH OPTIONS\n", out);
	man_options(out, globals_flow);
	fputs(".SS Options of docker\n", out);
	man_options(out, globals_docker);
	man_examples(out, commands);
	MAN_ROWS(out, "EXIT STATUS", exit_rows);
	fputs(".PP\nCalled as\n.BR docker\\-compose ,\n1 stands for 2 and 3.\n", out);
	MAN_ROWS(out, "ENVIRONMENT", environment_rows);
	MAN_ROWS(out, "FILES", file_rows);
	fputs(".SH SEE ALSO\n.BR docker (1)\n", out);
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
		for (const struct cmd_example *example = cmd->examples; example && example->words; example++)
			fprintf(out, "%s# %s\ndocker flow %s\n%s",
				example == cmd->examples ? "\n```sh\n" : "", example->does, example->words,
				example[1].words ? "" : "```\n");
	}
	fputs("\n## Exit status\n\n| code | when |\n| --- | --- |\n", out);
	for (size_t i = 0; i < sizeof exit_rows / sizeof *exit_rows; i++)
		fprintf(out, "| %s | %s |\n", exit_rows[i][0], exit_rows[i][1]);
}
