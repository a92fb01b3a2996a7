/* Options as rows: the parser fills a struct by offset, and help, manual and completion read the same rows.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "base/error.h"
#include "base/map.h"
#include "base/text/texts.h"
#include "compose/model/model.h"

#include <stdbool.h>
#include <stddef.h>

/* How a value is read and where it is stored. */
enum opt_kind {
	OPT_FLAG,    /* bool */
	OPT_TRI,     /* enum tri: a flag for which "not given" matters */
	OPT_TEXT,    /* const char *, the last one given counts */
	OPT_TEXTS,   /* struct texts, every one given counts */
	OPT_INT,     /* struct opt_int */
	OPT_SECONDS, /* struct opt_int in ns, from "10", "1m30s", "250ms" */
	OPT_ENUM,    /* an enum: a flag that sets it to the row's `sets`, and =false from there to 0 */
	OPT_COUNTS, /* const struct map *: NAME=N, every one given counts; name → int64_t *, NULL without any
		     */
	OPT_VOID,   /* a flag without effect; nothing is stored */
	OPT_PART,   /* no option: the rows of `part` stand here, in the struct at this offset */
};

/* What an option or argument names; decides what completion offers. */
enum value_kind {
	VALUE_NONE, /* arguments: there are none; options: free text */
	VALUE_SERVICE,
	VALUE_SCALE, /* SERVICE=N */
	VALUE_APPLICATION,
	VALUE_PROFILE,
	VALUE_CHOICE, /* one of the row's choices */
	VALUE_COMMAND,
	VALUE_YAML, /* a YAML file */
	VALUE_FILE,
	VALUE_DIR,
};

enum {
	OPT_NEGATABLE = 1, /* --no-NAME as well */
	OPT_ONCE = 2,      /* twice is an error */
	OPT_HIDDEN = 4,    /* neither in help nor in completion */
	OPT_OPEN = 8,      /* other values than the choices are accepted, too */
	OPT_OLD = 16,      /* of former times: who gives it is warned, by `help` */
	OPT_EVER = 32,     /* OPT_SECONDS: -1 as well, which is without end */
};

struct opt {
	enum opt_kind kind;
	const char *name; /* without the dashes; NULL ends the rows */
	char letter;      /* 0: none */
	size_t offset;    /* in the option struct */
	const char *arg;  /* name of the value in help; NULL for flags */
	const char *help;
	const char *env;     /* environment variable that stands in for it, or NULL */
	const char *choices; /* "a|b|c": nothing else is accepted (but see OPT_OPEN); or NULL */
	const char *
		excludes; /* "x,y": options of the same rows that cannot be given together with it; or NULL */
	const char *former; /* "old=new": a word of former times for one of the choices; or NULL */
	unsigned flags;
	enum value_kind value;
	unsigned sets;          /* OPT_ENUM */
	const struct opt *part; /* OPT_PART */
};

/* Rows of which some may be parts: all of them, in order of name, ended like rows. Without a part the rows
 * themselves, else the arena's. */
const struct opt *options_flat(struct arena *arena, const struct opt *rows);

/* Rows (flat) and the struct they fill. */
struct opt_set {
	const struct opt *rows;
	void *target;
	enum tri *given; /* per row: TRI_YES, or TRI_NO: last given as =false; made by options_begin */
};

/* Makes ready to fill; sets the `given` of each set. */
void options_begin(struct arena *arena, struct opt_set *sets, size_t nsets);

/* What is parsed. */
struct opt_line {
	const char *const *words;
	size_t count;
	const char *program; /* how it was called: "docker flow" */
	const char *whose;   /* the command whose options they are, for messages; NULL: the global ones */
};

/* Parses words up to the first argument. Returns the number of words consumed (a `--` included), or -1 with
 * findings. */
int options_leading(struct arena *arena, const struct opt_set *sets, size_t nsets,
	const struct opt_line *line, struct errors *errors);

/* Parses all words, options and arguments mixed; what is no option is collected in `ret_args` (a new array).
 * Returns 0, or -1 with all findings. */
int options_mixed(struct arena *arena, const struct opt_set *sets, size_t nsets, const struct opt_line *line,
	struct texts *ret_args, struct errors *errors);

/* Fills what was not given from the environment variables of the rows, and checks exclusions. Returns 0 or
 * -1.
 */
int options_end(struct arena *arena, const struct opt_set *sets, size_t nsets, const struct map *os_env,
	struct errors *errors);

/* The row for `word` ("--file", "-f", "--file=x", "--no-x"), or NULL; `ret_value` is the text after `=` (or
 * after the letter), else NULL. Used by completion. */
const struct opt *options_find(
	const struct opt_set *sets, size_t nsets, const char *word, const char **ret_value);

/* Whether `row` is one of `rows`. */
bool options_owns(const struct opt *rows, const struct opt *row);

/* Whether the row takes a value (and thus the next word, when none is attached). */
bool opt_takes_value(const struct opt *row);

/* Whether the text is a whole number. (cmd/line/option_value.c) */
bool opt_is_number(const char *text);

/* Stores a value in the set's struct. Returns 0, or -1 with a finding. (cmd/line/option_value.c) */
int opt_store(struct arena *arena, const struct opt_set *set, const struct opt *row, const char *value,
	const char *origin, struct errors *errors);

/* Whether the row is a flag and the value false. (cmd/line/option_value.c) */
bool opt_says_no(const struct opt *row, const char *value);

/* Reads seconds ("10"), or a duration of units h, m, s, ms, us, ns ("1m30s"), as nanoseconds. Returns 0, or
 * -1 when it is none. (cmd/line/option_value.c) */
int opt_duration(const char *text, int64_t *ret_ns);

/* What people say for a time, as the API takes it: Unix seconds as they are; durations ("42m") back from now
 * and dates as "SECONDS.NANOSECONDS", the arena's. NULL stays NULL. Returns 0, or -1 with a finding that
 * names the option. (cmd/line/option_value.c) */
int opt_time(struct arena *arena, const char *option, const char *text, const char **ret_text,
	struct errors *errors);

#endif
