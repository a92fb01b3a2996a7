/* A command is a row and a function: usage, help, manual, completion and validation are derived from the row.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/error.h"
#include "base/map.h"
#include "cmd/line/options.h"
#include "cmd/line/output.h"
#include "compose/load/load.h"

#include <stdbool.h>
#include <stddef.h>

struct engine;
struct loop;
struct sink;

/* What stands in front of every command: docker's own global flags and docker flow's. */
struct globals {
	/* docker's */
	const char *host, *context, *config_dir, *log_level, *tls_ca, *tls_cert, *tls_key;
	bool tls, version;
	enum tri tls_verify;
	/* docker flow's */
	struct texts files, profiles, env_files, registries, except;
	const char *project_name, *project_dir, *progress, *ansi;
	struct opt_int parallel, parallel_pull, parallel_build;
	bool compatibility, all_resources, no_limits, dry_run, verbose, help, no_ansi;
};

extern const struct opt globals_docker[], globals_flow[];

/* Everything a command works with. Lives in main; all memory is the arena's. */
struct ctx {
	struct arena *arena;
	struct errors errors;
	struct sources sources;
	struct output output;     /* of what the command prints: its data */
	const struct map *os_env; /* the process environment, name → text */
	const char *cwd;          /* absolute */
	int cwd_errno;            /* why there is none, and `cwd` is the root; or 0 */
	struct globals globals;
	const char *program; /* as the user calls us, for usage and hints: "docker flow", "docker-flow" */
	bool compose;        /* called as docker-compose: its exit statuses */
	const struct cmd *const *commands; /* all, in order of name, ended by a NULL */
	const struct cmd *cmd;             /* the one that is called */
	const char *const *args;           /* what is left after the options */
	size_t nargs;
	const char *provides;  /* the service of docker compose's that this run is the provider of, or NULL */
	struct map *env_pipes; /* what pipes among the env files have said (load_options); NULL until asked */
	struct loop *loop;     /* NULL until connect_loop (cmd/open/connect.h) */
	struct engine *engine; /* NULL until connect_engine */
	struct sink *sink;     /* the screen made last (show_create), or NULL */
	int status;            /* exit status of a successful run: plan --exit-code, tasks */
	bool json_errors;      /* findings are printed as JSON: what is printed is for programs */
	bool task_status;      /* `status` is a container's own: never mapped to another */
	int interrupted;       /* signal that ended the run, or 0 */
};

/* Headings of the list of commands. */
enum group { GROUP_RUN, GROUP_LOOK, GROUP_FILE, GROUP_OTHER, GROUP_COUNT };

/* A call of a command, without the program's name, and what it does. */
struct cmd_example {
	const char *words, *does;
};

/* One command; rows are sorted by name (ctx->commands). A name of two words is a subcommand. */
struct cmd {
	const char *name, *alias;
	const char *args;                   /* "[SERVICE...]" or "" */
	const char *brief;                  /* one line without a period */
	const char *text;                   /* paragraphs for --help and the manual, or NULL */
	const struct cmd_example *examples; /* ended by an empty one */
	enum group group;
	bool hidden;
	bool raw;              /* all words are arguments */
	bool stop_at_argument; /* options after the first argument belong to it */
	const struct opt *rows;
	size_t size;        /* of the option struct */
	int min_args, most; /* arguments; most -1: no limit */
	enum value_kind arg;
	const char *arg_choices; /* VALUE_CHOICE: a|b|c */
	/* Runs it; options are `size` bytes filled from the rows. Returns 0 (then ctx->status is the exit
	 * status) or -1 with findings in ctx->errors. */
	int (*run)(struct ctx *ctx, const void *options);
};

/* Finds the command at the beginning of the words in a table (ctx->commands); `ret_words` is how many words
 * name it (1 or 2). Returns NULL when there is none. */
const struct cmd *cmd_find(
	const struct cmd *const *commands, const char *const *words, size_t nwords, size_t *ret_words);

/* Whether `word` is the first word of subcommands ("registry") without being a command itself. */
bool cmd_is_family(const struct cmd *const *commands, const char *word);

/* The message for a word that names no command, with the nearest one; returns -1. */
int cmd_unknown(struct ctx *ctx, const char *const *words, size_t nwords);

#endif
