#include "compose/tree/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	double ns;
} duration_units[] = {
	{ "ns", 1 },
	{ "us", 1e3 },
	{ "\xc2\xb5s", 1e3 }, /* micro sign */
	{ "\xce\xbcs", 1e3 }, /* Greek mu */
	{ "ms", 1e6 },
	{ "s", 1e9 },
	{ "m", 60e9 },
	{ "h", 3600e9 },
	{ "d", 86400e9 },
	{ "w", 604800e9 },
};

/* Length of the unit at `text` (up to the next digit, point or end), 0 when there is none. */
static size_t unit_length(const char *text)
{
	size_t len = 0;
	while (text[len] && text[len] != '.' && !isdigit((unsigned char)text[len]))
		len++;
	return len;
}

/* One NUMBER UNIT; adds to `sum`, moves `at` behind it. */
static const char *duration_part(struct arena *arena, const char *text, const char **at, long double *sum)
{
	const char *digits = *at;
	size_t len = strspn(digits, "0123456789");
	size_t fraction = digits[len] == '.' ? 1 + strspn(digits + len + 1, "0123456789") : 0;
	if (len == 0 && fraction < 2)
		return arena_printf(arena, "\"%s\" is no duration: write for example 10s or 1m30s", text);
	long double number = 0, scale = 1;
	for (size_t i = 0; i < len; i++)
		number = number * 10 + (digits[i] - '0');
	for (size_t i = 1; i < fraction; i++)
		number += (digits[len + i] - '0') * (scale /= 10);
	const char *unit = digits + len + fraction;
	size_t unit_len = unit_length(unit);
	if (unit_len == 0)
		return arena_printf(arena, "\"%s\" has no unit: write for example %ss", text, text);
	for (size_t i = 0; i < sizeof duration_units / sizeof *duration_units; i++)
		if (strlen(duration_units[i].name) == unit_len &&
			strncmp(duration_units[i].name, unit, unit_len) == 0) {
			*sum += number * (long double)duration_units[i].ns;
			*at = unit + unit_len;
			return NULL;
		}
	return arena_printf(arena, "unknown unit \"%.*s\" in \"%s\": units are ns, us, ms, s, m, h, d and w",
		(int)unit_len, unit, text);
}

const char *value_duration(struct arena *arena, const char *text, int64_t *ret_ns)
{
	const char *at = text;
	bool minus = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	if (strcmp(at, "0") == 0) {
		*ret_ns = 0;
		return NULL;
	}
	if (!*at)
		return arena_printf(arena, "\"%s\" is no duration: write for example 10s or 1m30s", text);
	long double sum = 0;
	while (*at) {
		const char *wrong = duration_part(arena, text, &at, &sum);
		if (wrong)
			return wrong;
	}
	if (sum >= 9223372036854775807.0L)
		return arena_printf(arena, "\"%s\" is too long: about 292 years are the most", text);
	int64_t ns = (int64_t)(sum + 1e-6L);
	*ret_ns = minus ? -ns : ns;
	return NULL;
}

static const char *no_size(struct arena *arena, const char *text)
{
	return arena_printf(arena, "\"%s\" is no size: write for example 64m (units b, k, m, g, t, p)", text);
}

const char *value_bytes(struct arena *arena, const char *text, int64_t *ret_bytes)
{
	if (strcmp(text, "-1") == 0) {
		*ret_bytes = -1;
		return NULL;
	}
	size_t len = strlen(text);
	while (len && !strchr("0123456789. ", text[len - 1]))
		len--;
	const char *unit = text + len;
	if (len && text[len - 1] == ' ')
		len--;
	double number = 0;
	if (value_float(arena, arena_strndup(arena, text, len), &number) != NULL || number < 0)
		return no_size(arena, text);
	double scale = 1;
	if (*unit) {
		const char *known = "bkmgtp", *found = strchr(known, tolower((unsigned char)*unit));
		const char *tail = unit + 1;
		if (!found || (found == known && *tail) ||
			(*tail && strcasecmp(tail, "b") != 0 && strcasecmp(tail, "ib") != 0))
			return arena_printf(arena,
				"unknown unit \"%s\" in \"%s\": units are b, k, m, g, t and p", unit, text);
		for (const char *step = known; step < found; step++)
			scale *= 1024;
	}
	if (number * scale >= 9223372036854775807.0)
		return arena_printf(arena, "\"%s\" is too large", text);
	*ret_bytes = (int64_t)(number * scale);
	return NULL;
}

const char *value_bool(struct arena *arena, const char *text, bool *ret_yes, bool *ret_old)
{
	static const struct {
		const char *word;
		bool yes, old;
	} words[] = { { "true", true, false }, { "false", false, false }, { "yes", true, true },
		{ "no", false, true }, { "on", true, true }, { "off", false, true }, { "y", true, true },
		{ "n", false, true } };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(text, words[i].word) == 0) {
			*ret_yes = words[i].yes;
			*ret_old = words[i].old;
			return NULL;
		}
	return arena_printf(arena, "\"%s\" is neither true nor false", text);
}

const char *value_int(struct arena *arena, const char *text, int64_t *ret_value)
{
	const char *digits = text + (*text == '-' || *text == '+');
	if (!*digits || digits[strspn(digits, "0123456789")])
		return arena_printf(arena, "\"%s\" is no whole number", text);
	errno = 0;
	long long value = strtoll(text, NULL, 10);
	if (errno == ERANGE)
		return arena_printf(arena, "%s is too large", text);
	*ret_value = value;
	return NULL;
}

/* Copies a number without the underscores that stand between its digits; false when they stand elsewhere. */
static bool drop_underscores(const char *text, char *out)
{
	for (const char *at = text; *at; at++) {
		if (*at != '_')
			*out++ = *at;
		else if (at == text || !isxdigit((unsigned char)at[-1]) || !isxdigit((unsigned char)at[1]))
			return false;
	}
	*out = '\0';
	return true;
}

const char *value_float(struct arena *arena, const char *text, double *ret_value)
{
	char *end = NULL, *digits = arena_alloc(arena, strlen(text) + 1);
	double value = 0;
	/* as Go reads numbers: a hexadecimal one has an exponent */
	bool hex = strpbrk(text, "xX") && !strpbrk(text, "pP");
	if (!hex && !isspace((unsigned char)*text) && drop_underscores(text, digits))
		value = strtod(digits, &end);
	if (!end || end == digits || *end)
		return arena_printf(arena, "\"%s\" is no number", text);
	*ret_value = value;
	return NULL;
}

const char *value_mode(struct arena *arena, const char *text, int64_t *ret_mode)
{
	char *end;
	if (!isdigit((unsigned char)*text))
		return arena_printf(arena, "\"%s\" is no file mode: write for example \"0440\"", text);
	unsigned long mode = strtoul(text, &end, 8);
	if (*end || mode > 0177777777)
		return arena_printf(arena, "\"%s\" is no file mode: write for example \"0440\"", text);
	*ret_mode = (int64_t)mode;
	return NULL;
}

static const char *one_port(
	struct arena *arena, const char *whole, size_t whole_len, const char *text, size_t len, unsigned *ret)
{
	unsigned value = 0;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return arena_printf(
				arena, "\"%.*s\" is not a port number or range", (int)whole_len, whole);
		value = value > 65535 ? value : value * 10 + (unsigned)(text[i] - '0');
	}
	if (len == 0)
		return arena_printf(arena, "\"%.*s\" is not a port number or range", (int)whole_len, whole);
	if (value > 65535)
		return arena_printf(arena, "port %.*s is outside 0-65535", (int)len, text);
	*ret = value;
	return NULL;
}

bool value_mode_publishes(const char *mode)
{
	return !mode || (strcmp(mode, "host") != 0 && strcmp(mode, "none") != 0 && !strchr(mode, ':'));
}

const char *value_port_range(
	struct arena *arena, const char *text, size_t len, unsigned *ret_first, unsigned *ret_last)
{
	const char *dash = memchr(text, '-', len);
	size_t first_len = dash ? (size_t)(dash - text) : len;
	unsigned first, last;
	const char *wrong = one_port(arena, text, len, text, first_len, &first);
	if (wrong)
		return wrong;
	last = first;
	if (dash && (wrong = one_port(arena, text, len, dash + 1, len - first_len - 1, &last)))
		return wrong;
	if (last < first)
		return arena_printf(arena, "the range %.*s ends before it begins", (int)len, text);
	*ret_first = first;
	*ret_last = last;
	return NULL;
}
