/* Values as text, and text as words. */
#include "compose/tree/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "1.5" of 1500000000 ns in a unit of 10^`digits` ns, without trailing zeros. */
static char *with_fraction(struct arena *arena, uint64_t ns, unsigned digits)
{
	uint64_t unit = 1;
	for (unsigned i = 0; i < digits; i++)
		unit *= 10;
	if (ns % unit == 0)
		return arena_printf(arena, "%" PRIu64, ns / unit);
	char *text = arena_printf(arena, "%" PRIu64 ".%0*" PRIu64, ns / unit, (int)digits, ns % unit);
	size_t len = strlen(text);
	while (text[len - 1] == '0')
		text[--len] = '\0';
	return text;
}

const char *value_duration_text(struct arena *arena, int64_t ns)
{
	const char *sign = ns < 0 ? "-" : "";
	uint64_t rest = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	if (rest == 0)
		return "0s";
	if (rest < 1000)
		return arena_printf(arena, "%s%" PRIu64 "ns", sign, rest);
	if (rest < 1000000)
		return arena_printf(arena, "%s%s\xc2\xb5s", sign, with_fraction(arena, rest, 3));
	if (rest < 1000000000)
		return arena_printf(arena, "%s%sms", sign, with_fraction(arena, rest, 6));
	uint64_t minutes = rest / 60000000000u;
	const char *seconds = with_fraction(arena, rest % 60000000000u, 9);
	if (minutes == 0)
		return arena_printf(arena, "%s%ss", sign, seconds);
	if (minutes < 60)
		return arena_printf(arena, "%s%" PRIu64 "m%ss", sign, minutes, seconds);
	return arena_printf(
		arena, "%s%" PRIu64 "h%" PRIu64 "m%ss", sign, minutes / 60, minutes % 60, seconds);
}

/* Shortest %e text that reads back as `value`. */
static void shortest(double value, bool single, char *out, size_t size)
{
	for (int digits = 0; digits < 17; digits++) {
		snprintf(out, size, "%.*e", digits, value);
		if (single ? strtof(out, NULL) == (float)value : strtod(out, NULL) == value)
			return;
	}
}

const char *value_float_text(struct arena *arena, double value, bool single, bool json)
{
	if (isnan(value))
		return "NaN";
	if (isinf(value))
		return value > 0 ? "+Inf" : "-Inf";
	if (value == 0)
		return signbit(value) && !json ? "-0" : "0";
	char text[48];
	shortest(value, single, text, sizeof text);
	const char *sign = text[0] == '-' ? "-" : "";
	char digits[24];
	size_t count = 0;
	char *at = text + (text[0] == '-');
	for (; *at && *at != 'e'; at++)
		if (*at != '.')
			digits[count++] = *at;
	digits[count] = '\0';
	while (count > 1 && digits[count - 1] == '0')
		digits[--count] = '\0';
	int exponent = (int)strtol(at + 1, NULL, 10);
	if (exponent < (json ? -6 : -4) || exponent >= (json ? 21 : 6))
		return arena_printf(arena, "%s%.1s%s%se%c%0*d", sign, digits, count > 1 ? "." : "",
			digits + 1, exponent < 0 ? '-' : '+', json ? 1 : 2, abs(exponent));
	if (exponent < 0)
		return arena_printf(arena, "%s0.%.*s%s", sign, -exponent - 1, "00000000", digits);
	if ((size_t)exponent + 1 >= count)
		return arena_printf(arena, "%s%s%.*s", sign, digits, exponent + 1 - (int)count,
			"00000000000000000000000");
	return arena_printf(arena, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
}

/* State of the word splitter. */
struct split {
	struct arena *arena;
	const char *at;
	char *word; /* room for the longest possible word */
	size_t len;
	bool open; /* a word has begun, possibly an empty one */
	const char **words;
	size_t count;
};

static void end_word(struct split *split)
{
	if (!split->open)
		return;
	*ARENA_PUSH(split->arena, split->words, split->count) =
		arena_strndup(split->arena, split->word, split->len);
	split->len = 0;
	split->open = false;
}

/* Copies up to and with `close`; false when it is missing. Backslash drops itself when `escapes`. */
static bool quoted(struct split *split, char close, bool escapes)
{
	split->open = true;
	for (split->at++; *split->at && *split->at != close; split->at++) {
		if (escapes && *split->at == '\\') {
			if (!*++split->at)
				return false;
		}
		split->word[split->len++] = *split->at;
	}
	return *split->at != '\0';
}

/* Copies `…` or (…) as it stands; false when the end is missing or the brackets nest. */
static bool kept(struct split *split, char close)
{
	split->open = true;
	do {
		split->word[split->len++] = *split->at++;
		if (close == ')' && *split->at == '(')
			return false;
	} while (*split->at && *split->at != close);
	if (!*split->at)
		return false;
	split->word[split->len++] = *split->at;
	return true;
}

/* Handles one character of a command line; false when it cannot be. */
static bool take_character(struct split *split)
{
	char c = *split->at;
	if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
		end_word(split);
		return true;
	}
	if (c == '\'' || c == '"')
		return quoted(split, c, c == '"');
	if (c == '`')
		return kept(split, '`');
	if (c == '$' && split->at[1] == '(') {
		split->open = true;
		split->word[split->len++] = *split->at++;
		return kept(split, ')');
	}
	if (c == '(' || c == ')')
		return false;
	if (c == '\\' && !*++split->at)
		return false;
	split->open = true;
	split->word[split->len++] = *split->at;
	return true;
}

const char *value_words(struct arena *arena, const char *text, const char ***ret_words, size_t *ret_count,
	const char **ret_dropped)
{
	struct split split = { .arena = arena, .at = text, .word = arena_alloc(arena, strlen(text) + 1) };
	const char *dropped = NULL;
	for (; *split.at; split.at++) {
		if (strchr(";&|<>", *split.at)) {
			dropped = split.at;
			/* The number of a redirected descriptor is no word. */
			if (*split.at == '>' && split.open && split.len == 1 && split.word[0] >= '0' &&
				split.word[0] <= '9') {
				split.open = false;
				dropped--;
			}
			break;
		}
		const char *before = split.at;
		if (!take_character(&split))
			return arena_printf(arena, "cannot split this command into words: %s at %s",
				*before == '\\' ? "nothing after the backslash" : "missing end", before);
	}
	end_word(&split);
	*ret_words = split.words ? split.words : arena_alloc(arena, sizeof(char *));
	*ret_count = split.count;
	*ret_dropped = dropped;
	return NULL;
}
