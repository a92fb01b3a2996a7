/* The options that stand in front of every command. */
#include "cmd/line/cmd.h"

#define AT(member) offsetof(struct globals, member)

/* docker passes these through in front of the plugin's name (Docker CLI 28, `docker --help`). */
const struct opt globals_docker[] = {
	{ OPT_TEXT, "config", 0, AT(config_dir), "DIR", "Directory of docker's client configuration",
		.env = "DOCKER_CONFIG", .value = VALUE_DIR },
	{ OPT_TEXT, "context", 'c', AT(context), "NAME", "Docker context that says where the engine is",
		.excludes = "host" },
	{ OPT_FLAG, "debug", 'D', AT(debug), NULL, "Say more about what is done; the same as --verbose" },
	{ OPT_TEXT, "host", 'H', AT(host), "HOST", "Engine to connect to: unix://, tcp:// or ssh://",
		.flags = OPT_ONCE },
	{ OPT_TEXT, "log-level", 'l', AT(log_level), "LEVEL", "What is reported; error leaves warnings out",
		.choices = "debug|info|warn|error|fatal", .value = VALUE_CHOICE },
	{ OPT_FLAG, "tls", 0, AT(tls), NULL, "Use TLS; implied by --tlsverify" },
	{ OPT_TEXT, "tlscacert", 0, AT(tls_ca), "FILE", "Trust only certificates signed by this authority",
		.value = VALUE_FILE },
	{ OPT_TEXT, "tlscert", 0, AT(tls_cert), "FILE", "Own TLS certificate", .value = VALUE_FILE },
	{ OPT_TEXT, "tlskey", 0, AT(tls_key), "FILE", "Key of the own TLS certificate", .value = VALUE_FILE },
	{ OPT_TRI, "tlsverify", 0, AT(tls_verify), NULL, "Use TLS and verify the engine" },
	{ OPT_FLAG, "version", 'v', AT(version), NULL, "Print the version and exit" },
	{ 0 },
};

const struct opt globals_flow[] = {
	{ OPT_FLAG, "all-resources", 0, AT(all_resources), NULL,
		"Include networks and volumes that no service uses" },
	{ OPT_TEXT, "ansi", 0, AT(ansi), "WHEN", "Colours and cursor movement", .env = "COMPOSE_ANSI",
		.choices = "auto|never|always", .value = VALUE_CHOICE },
	{ OPT_FLAG, "compatibility", 0, AT(compatibility), NULL,
		"Names with underscores, as docker-compose 1 made them", .env = "COMPOSE_COMPATIBILITY" },
	{ OPT_FLAG, "dry-run", 0, AT(dry_run), NULL, "Print the plan that would run, and change nothing" },
	{ OPT_TEXTS, "env-file", 0, AT(env_files), "FILE",
		"Read variables from FILE instead of .env; can be repeated", .value = VALUE_FILE },
	{ OPT_TEXTS, "file", 'f', AT(files), "FILE",
		"Compose file, - for standard input, or URL; can be repeated [$COMPOSE_FILE]",
		.value = VALUE_YAML },
	{ OPT_FLAG, "help", 'h', AT(help), NULL, "Print help and exit" },
	{ OPT_INT, "parallel", 0, AT(parallel), "N", "Engine requests at a time, -1 for no limit",
		.env = "COMPOSE_PARALLEL_LIMIT" },
	{ OPT_TEXTS, "profile", 0, AT(profiles), "NAME",
		"Activate a profile, * for all; can be repeated [$COMPOSE_PROFILES]",
		.value = VALUE_PROFILE },
	{ OPT_TEXT, "progress", 0, AT(progress), "KIND", "How progress is shown", .env = "COMPOSE_PROGRESS",
		.choices = "auto|tty|plain|json|quiet", .value = VALUE_CHOICE },
	{ OPT_TEXT, "project-directory", 0, AT(project_dir), "DIR",
		"Base of relative paths; the first compose file's directory otherwise", .value = VALUE_DIR },
	{ OPT_TEXT, "project-name", 'p', AT(project_name), "NAME", "Project name [$COMPOSE_PROJECT_NAME]" },
	{ OPT_TEXTS, "registry", 0, AT(registries), "FILE|URL",
		"Application registry to read; can be repeated [$FLOW_REGISTRY]", .value = VALUE_YAML },
	{ OPT_FLAG, "verbose", 0, AT(verbose), NULL, "Say more about what is done" },
	{ 0 },
};
