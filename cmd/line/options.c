#include "cmd/line/options.h"

#include <stdlib.h>
#include <string.h>

/* One run over words. */
struct scan {
	struct arena *arena;
	const struct opt_set *sets;
	size_t nsets;
	const struct opt_line *line;
	size_t at;
	struct errors *errors;
};

/* Where a row was found. */
struct found {
	const struct opt_set *set;
	const struct opt *row;
	bool negated;
};

bool opt_takes_value(const struct opt *row)
{
	return row->kind != OPT_FLAG && row->kind != OPT_TRI && row->kind != OPT_ENUM &&
	       row->kind != OPT_VOID;
}

static int by_option_name(const void *a, const void *b)
{
	return strcmp(((const struct opt *)a)->name, ((const struct opt *)b)->name);
}

const struct opt *options_flat(struct arena *arena, const struct opt *rows)
{
	struct opt *flat = NULL;
	size_t count = 0;
	bool parts = false;
	for (const struct opt *row = rows; row && row->name; row++)
		parts |= row->kind == OPT_PART;
	if (!parts)
		return rows;
	for (const struct opt *row = rows; row->name; row++) {
		if (row->kind != OPT_PART)
			*ARENA_PUSH(arena, flat, count) = *row;
		for (const struct opt *part = row->part; part && part->name; part++) {
			struct opt *placed = ARENA_PUSH(arena, flat, count);
			*placed = *part;
			placed->offset += row->offset;
		}
	}
	qsort(flat, count, sizeof *flat, by_option_name);
	*ARENA_PUSH(arena, flat, count) = (struct opt){ 0 };
	return flat;
}

bool options_owns(const struct opt *rows, const struct opt *row)
{
	for (; rows && rows->name; rows++)
		if (rows == row)
			return true;
	return false;
}

void options_begin(struct arena *arena, struct opt_set *sets, size_t nsets)
{
	for (size_t i = 0; i < nsets; i++) {
		size_t count = 0;
		while (sets[i].rows && sets[i].rows[count].name)
			count++;
		sets[i].given = ARENA_ARRAY(arena, enum tri, count + 1);
	}
}

static bool same_name(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && strncmp(name, text, len) == 0;
}

static struct found find_long(const struct opt_set *sets, size_t nsets, const char *text, size_t len)
{
	for (size_t i = 0; i < nsets; i++)
		for (const struct opt *row = sets[i].rows; row && row->name; row++) {
			if (same_name(row->name, text, len))
				return (struct found){ &sets[i], row, false };
			if ((row->flags & OPT_NEGATABLE) && len > 3 && strncmp(text, "no-", 3) == 0 &&
				same_name(row->name, text + 3, len - 3))
				return (struct found){ &sets[i], row, true };
		}
	return (struct found){ 0 };
}

static struct found find_letter(const struct opt_set *sets, size_t nsets, char letter)
{
	for (size_t i = 0; i < nsets; i++)
		for (const struct opt *row = sets[i].rows; row && row->name; row++)
			if (row->letter == letter)
				return (struct found){ &sets[i], row, false };
	return (struct found){ 0 };
}

const struct opt *options_find(
	const struct opt_set *sets, size_t nsets, const char *word, const char **ret_value)
{
	*ret_value = NULL;
	if (strncmp(word, "--", 2) == 0) {
		const char *equals = strchr(word, '=');
		size_t len = equals ? (size_t)(equals - word - 2) : strlen(word + 2);
		if (equals)
			*ret_value = equals + 1;
		return find_long(sets, nsets, word + 2, len).row;
	}
	for (const char *letter = word + 1; *letter; letter++) {
		const struct opt *row = find_letter(sets, nsets, *letter).row;
		if (!row)
			return NULL;
		if (opt_takes_value(row) || !letter[1]) {
			if (letter[1])
				*ret_value = letter + 1 + (letter[1] == '=');
			return row;
		}
	}
	return NULL;
}

static int unknown_option(struct scan *scan, const char *word, size_t len)
{
	struct arena *arena = scan->arena;
	struct texts names = { 0 };
	for (size_t i = 0; i < scan->nsets; i++)
		for (const struct opt *row = scan->sets[i].rows; row && row->name; row++)
			if (!(row->flags & OPT_HIDDEN))
				texts_add(arena, &names, arena_printf(arena, "--%s", row->name));
	const char *text = arena_strndup(arena, word, len);
	error_add(scan->errors, ERROR_USAGE, NULL, NULL, "unknown option %s%s%s", text,
		scan->line->whose ? " of " : "", scan->line->whose ? scan->line->whose : "");
	if (text[1] == '-' && error_hint_near(scan->errors, text, names.items, names.count))
		return -1;
	return error_hint(scan->errors, "%s %s%s--help lists the options", scan->line->program,
		scan->line->whose ? scan->line->whose : "", scan->line->whose ? " " : "");
}

static int take(struct scan *scan, struct found found, const char *shown, const char *value)
{
	const struct opt *row = found.row;
	enum tri *given = &found.set->given[row - found.set->rows];
	if (!value && opt_takes_value(row)) {
		if (scan->at >= scan->line->count)
			return error_add(scan->errors, ERROR_USAGE, NULL, NULL, "%s needs a value: %s %s",
				shown, shown, row->arg ? row->arg : "VALUE");
		value = scan->line->words[scan->at++];
	}
	if ((row->flags & OPT_ONCE) && *given)
		return error_add(scan->errors, ERROR_USAGE, NULL, NULL, "%s can be given only once", shown);
	if (!value)
		value = found.negated ? "false" : "true";
	else if (found.negated)
		return error_add(scan->errors, ERROR_USAGE, NULL, NULL, "%s takes no value", shown);
	if (row->flags & OPT_OLD && *given == TRI_UNSET)
		error_warn(scan->errors, NULL, NULL, "%s: %s", shown, row->help);
	*given = opt_says_no(row, value) ? TRI_NO : TRI_YES;
	return opt_store(scan->arena, found.set, row, value, shown, scan->errors);
}

/* A flag of former times may bear the name of an option of today that takes a number (--parallel of `build`,
 * and in front of every command): what follows tells which is meant. */
static struct found find_meant(const struct scan *scan, const char *name, size_t len, const char *value)
{
	struct found found = find_long(scan->sets, scan->nsets, name, len), other = { 0 };
	if (!found.row || found.row->kind != OPT_VOID)
		return found;
	size_t before = (size_t)(found.set - scan->sets) + 1;
	if (!value && scan->at < scan->line->count)
		value = scan->line->words[scan->at];
	if (value && opt_is_number(value))
		other = find_long(scan->sets + before, scan->nsets - before, name, len);
	return other.row ? other : found;
}

static int take_long(struct scan *scan, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const char *value = equals ? equals + 1 : NULL;
	struct found found = find_meant(scan, word + 2, len - 2, value);
	if (!found.row)
		return unknown_option(scan, word, len);
	return take(scan, found, arena_strndup(scan->arena, word, len), value);
}

static int take_letters(struct scan *scan, const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		char shown[] = { '-', *letter, '\0' };
		struct found found = find_letter(scan->sets, scan->nsets, *letter);
		if (!found.row)
			return unknown_option(scan, letter == word + 1 ? word : shown,
				letter == word + 1 ? strlen(word) : 2);
		const char *name = arena_strdup(scan->arena, shown);
		bool attached = letter[1] && (opt_takes_value(found.row) || letter[1] == '=');
		if (attached)
			return take(scan, found, name, letter + 1 + (letter[1] == '='));
		if (take(scan, found, name, NULL) < 0)
			return -1;
	}
	return 0;
}

/* Whether the word is an option; a single dash is an argument (stdin). */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

static int take_word(struct scan *scan)
{
	const char *word = scan->line->words[scan->at++];
	return word[1] == '-' ? take_long(scan, word) : take_letters(scan, word);
}

int options_leading(struct arena *arena, const struct opt_set *sets, size_t nsets,
	const struct opt_line *line, struct errors *errors)
{
	struct scan scan = { arena, sets, nsets, line, 0, errors };
	while (scan.at < line->count && is_option(line->words[scan.at])) {
		if (strcmp(line->words[scan.at], "--") == 0)
			return (int)scan.at + 1;
		if (take_word(&scan) < 0)
			return -1;
	}
	return (int)scan.at;
}

int options_mixed(struct arena *arena, const struct opt_set *sets, size_t nsets, const struct opt_line *line,
	struct texts *ret_args, struct errors *errors)
{
	struct scan scan = { arena, sets, nsets, line, 0, errors };
	struct texts args = { 0 };
	bool only_arguments = false;
	int result = 0;
	while (scan.at < line->count) {
		const char *word = line->words[scan.at];
		if (only_arguments || !is_option(word)) {
			texts_add(arena, &args, word);
			scan.at++;
		} else if (strcmp(word, "--") == 0) {
			only_arguments = true;
			scan.at++;
		} else if (take_word(&scan) < 0) {
			result = -1;
		}
	}
	*ret_args = args;
	return result;
}

static int from_environment(
	struct arena *arena, const struct opt_set *set, const struct map *os_env, struct errors *errors)
{
	for (const struct opt *row = set->rows; row && row->name; row++) {
		const char *value = row->env ? map_get(os_env, row->env) : NULL;
		if (!value || !*value || set->given[row - set->rows] != TRI_UNSET)
			continue;
		set->given[row - set->rows] = opt_says_no(row, value) ? TRI_NO : TRI_YES;
		if (opt_store(arena, set, row, value, row->env, errors) < 0)
			return -1;
	}
	return 0;
}

/* Whether a given option really says something: `--build=false` excludes nothing. */
static bool stands(const struct opt_set *set, const struct opt *row)
{
	return set->given[row - set->rows] == TRI_YES;
}

/* That an option stands since a variable is set is not seen on the command line. */
static void hint_variable(struct errors *errors, const struct opt *row, const struct map *os_env)
{
	if (row->env && map_has(os_env, row->env))
		error_hint(errors, "%s is set; --%s=false overrides it", row->env, row->name);
}

static int check_exclusions(struct arena *arena, const struct opt_set *set, const struct opt *row,
	const struct map *os_env, struct errors *errors)
{
	int result = 0;
	if (!row->excludes || !stands(set, row))
		return 0;
	struct texts others = texts_split(arena, row->excludes, ',');
	for (size_t i = 0; i < others.count; i++) {
		const struct opt *other = find_long(set, 1, others.items[i], strlen(others.items[i])).row;
		if (!other || !stands(set, other))
			continue;
		result = error_add(errors, ERROR_USAGE, NULL, NULL, "--%s and --%s exclude each other",
			row->name, other->name);
		hint_variable(errors, row, os_env);
		hint_variable(errors, other, os_env);
	}
	return result;
}

int options_end(struct arena *arena, const struct opt_set *sets, size_t nsets, const struct map *os_env,
	struct errors *errors)
{
	int result = 0;
	for (size_t i = 0; i < nsets; i++) {
		result |= from_environment(arena, &sets[i], os_env, errors);
		for (const struct opt *row = sets[i].rows; row && row->name; row++)
			result |= check_exclusions(arena, &sets[i], row, os_env, errors);
	}
	return result;
}
