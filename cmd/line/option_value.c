/* Values of options: from text into the option struct. */
#include "base/clock.h"
#include "base/text/text.h"
#include "cmd/line/options.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Reads one unit name; returns its nanoseconds and moves on, or 0. */
static int64_t take_unit(const char **at)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = { { "ms", 1000000 }, { "us", 1000 }, { "µs", 1000 }, { "ns", 1 }, { "s", 1000000000 },
		{ "m", 60000000000 }, { "h", 3600000000000 } };
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t len = strlen(units[i].name);
		if (strncmp(*at, units[i].name, len) == 0) {
			*at += len;
			return units[i].ns;
		}
	}
	return 0;
}

int opt_duration(const char *text, int64_t *ret_ns)
{
	const double most = 9.2e18;
	double total = 0;
	const char *at = text;
	if (!*text)
		return -1;
	while (*at) {
		if (!(*at >= '0' && *at <= '9') && *at != '.')
			return -1;
		char *end;
		double number = strtod(at, &end);
		if (end == at)
			return -1;
		bool bare = !*end && at == text;
		at = end;
		int64_t unit = bare ? 1000000000 : take_unit(&at);
		if (!unit)
			return -1;
		total += number * (double)unit;
		if (!(total < most))
			return -1;
	}
	*ret_ns = (int64_t)total;
	return 0;
}

static int bad_value(struct errors *errors, const char *origin, const char *value, const char *wanted)
{
	return error_add(errors, ERROR_USAGE, NULL, NULL, "%s: \"%s\" is not %s", origin, value, wanted);
}

/* Returns 0, or -1 when the text is none. */
static int read_number(const char *text, int64_t *ret_number)
{
	char *end;
	errno = 0;
	*ret_number = strtoll(text, &end, 10);
	return end == text || *end || errno ? -1 : 0;
}

bool opt_is_number(const char *text)
{
	int64_t number;
	return read_number(text, &number) == 0;
}

static int store_number(const struct opt *row, struct opt_int *slot, const char *value, const char *origin,
	struct errors *errors)
{
	int64_t number;
	if (row->kind == OPT_SECONDS) {
		if ((row->flags & OPT_EVER) && strcmp(value, "-1") == 0)
			number = -1;
		else if (opt_duration(value, &number) < 0)
			return bad_value(errors, origin, value, "a number of seconds or a duration (1m30s)");
	} else if (read_number(value, &number) < 0) {
		return bad_value(errors, origin, value, "a whole number");
	}
	*slot = (struct opt_int){ .set = true, .value = number };
	return 0;
}

static int read_bool(const char *value, bool *ret_yes)
{
	static const char *const words[] = { "false", "true", "0", "1", "no", "yes", "off", "on", "f", "t" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(value, words[i]) == 0) {
			*ret_yes = i % 2;
			return 0;
		}
	return -1;
}

bool opt_says_no(const struct opt *row, const char *value)
{
	bool yes;
	return !opt_takes_value(row) && read_bool(value, &yes) == 0 && !yes;
}

/* Rows may share the slot: =false takes back what this one says, not what another does. */
static void store_enum(unsigned *slot, const struct opt *row, bool yes)
{
	if (yes)
		*slot = row->sets;
	else if (*slot == row->sets)
		*slot = 0;
}

/* The choice that a word of former times stands for; the value itself when it is none. */
static const char *choice_of_today(
	const struct opt *row, const char *value, const char *origin, struct errors *errors)
{
	size_t len = strlen(value);
	if (!row->former || strncmp(row->former, value, len) != 0 || row->former[len] != '=')
		return value;
	error_warn(
		errors, NULL, NULL, "%s: \"%s\" is written %s today", origin, value, row->former + len + 1);
	return row->former + len + 1;
}

static int check_choice(struct arena *arena, const struct opt *row, const char *value, const char *origin,
	struct errors *errors)
{
	if (!row->choices || row->flags & OPT_OPEN)
		return 0;
	struct texts choices = texts_split(arena, row->choices, '|');
	if (text_among(value, choices.items, choices.count))
		return 0;
	bad_value(errors, origin, value, "known");
	if (error_hint_near(errors, value, choices.items, choices.count))
		return -1;
	return error_hint(errors, "one of %s", row->choices);
}

/* NAME=N. */
static int store_count(struct arena *arena, const struct map **slot, const char *value, const char *origin,
	struct errors *errors)
{
	enum { MOST = 1000000000 };
	struct map *counts = *slot ? (struct map *)*slot : map_create(arena);
	const char *equals = strchr(value, '=');
	char *end = NULL;
	errno = 0;
	long long count = equals ? strtoll(equals + 1, &end, 10) : -1;
	if (!equals || equals == value || end == equals + 1 || *end || errno || count < 0 || count > MOST)
		return bad_value(errors, origin, value, "SERVICE=NUMBER");
	int64_t *number = ARENA_NEW(arena, int64_t);
	*number = count;
	map_set(counts, arena_strndup(arena, value, (size_t)(equals - value)), number);
	*slot = counts;
	return 0;
}

int opt_store(struct arena *arena, const struct opt_set *set, const struct opt *row, const char *value,
	const char *origin, struct errors *errors)
{
	char *slot = (char *)set->target + row->offset;
	bool yes;
	switch (row->kind) {
	case OPT_FLAG:
	case OPT_TRI:
	case OPT_ENUM:
	case OPT_VOID:
		if (read_bool(value, &yes) < 0)
			return bad_value(errors, origin, value, "true or false");
		if (row->kind == OPT_FLAG)
			*(bool *)slot = yes;
		else if (row->kind == OPT_ENUM)
			store_enum((unsigned *)(void *)slot, row, yes);
		else if (row->kind == OPT_TRI)
			*(enum tri *)slot = yes ? TRI_YES : TRI_NO;
		return 0;
	case OPT_INT:
	case OPT_SECONDS:
		return store_number(row, (struct opt_int *)slot, value, origin, errors);
	case OPT_COUNTS:
		return store_count(arena, (const struct map **)(void *)slot, value, origin, errors);
	case OPT_TEXT:
	case OPT_TEXTS:
	case OPT_PART:
		break;
	}
	value = choice_of_today(row, value, origin, errors);
	if (check_choice(arena, row, value, origin, errors) < 0)
		return -1;
	if (row->kind == OPT_TEXTS)
		texts_add(arena, (struct texts *)slot, value);
	else
		*(const char **)slot = value;
	return 0;
}

int opt_time(struct arena *arena, const char *option, const char *text, const char **ret_text,
	struct errors *errors)
{
	int64_t ns;
	char *end;
	if (!text || (strtod(text, &end) >= 0 && end != text && !*end)) {
		*ret_text = text;
		return 0;
	}
	bool back = opt_duration(text, &ns) == 0;
	if (back || clock_read(text, &ns) == 0) {
		char then[CLOCK_STAMP];
		clock_stamp(then, back ? clock_unix() - ns : ns);
		*ret_text = arena_strdup(arena, then);
		return 0;
	}
	error_add(errors, ERROR_USAGE, NULL, NULL, "%s: \"%s\" is not a time", option, text);
	return error_hint(errors, "42m, 2024-01-31T10:00:00Z or Unix seconds");
}
