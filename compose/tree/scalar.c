#include "compose/tree/scalar.h"

#include "base/text/base64.h"
#include "compose/tree/value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TAG_CORE "tag:yaml.org,2002:"

static bool one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static void set_bool(struct node *node, bool yes)
{
	node->kind = NODE_BOOL;
	node->yes = yes;
}

/* Words that are no text: null, booleans, infinities, .nan (YAML 1.2 core schema). */
static bool resolve_word(struct node *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const yes[] = { "true", "True", "TRUE", NULL };
	static const char *const no[] = { "false", "False", "FALSE", NULL };
	static const char *const nan[] = { ".nan", ".NaN", ".NAN", NULL };
	static const char *const inf[] = { ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", NULL };
	static const char *const minus[] = { "-.inf", "-.Inf", "-.INF", NULL };
	if (one_of(node->text, nulls)) {
		node->kind = NODE_NULL;
	} else if (one_of(node->text, yes)) {
		set_bool(node, true);
	} else if (one_of(node->text, no)) {
		set_bool(node, false);
	} else if (one_of(node->text, nan)) {
		node->kind = NODE_FLOAT;
		node->real = __builtin_nan("");
	} else if (one_of(node->text, inf)) {
		node->kind = NODE_FLOAT;
		node->real = __builtin_inf();
	} else if (one_of(node->text, minus)) {
		node->kind = NODE_FLOAT;
		node->real = -__builtin_inf();
	} else {
		return false;
	}
	return true;
}

static bool scalar_digits(const char **at, size_t least, size_t most)
{
	size_t n = strspn(*at, "0123456789");
	*at += n;
	return n >= least && n <= most;
}

/* One or two digits whose value lies in the range. */
static bool scalar_field(const char **at, int least, int most, int *ret)
{
	if (!isdigit((unsigned char)**at))
		return false;
	int value = *(*at)++ - '0';
	if (isdigit((unsigned char)**at))
		value = value * 10 + *(*at)++ - '0';
	*ret = value;
	return value >= least && value <= most;
}

struct moment {
	int year, month, day, hour, minute, second;
	const char *fraction, *zone; /* within the text; zone NULL: none written */
	size_t fraction_len;
};

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static bool clock_time(const char **at, struct moment *moment)
{
	if (!scalar_field(at, 0, 23, &moment->hour) || *(*at)++ != ':' ||
		!scalar_field(at, 0, 59, &moment->minute) || *(*at)++ != ':' ||
		!scalar_field(at, 0, 59, &moment->second))
		return false;
	if ((**at == '.' || **at == ',') && isdigit((unsigned char)(*at)[1])) {
		moment->fraction = ++*at;
		moment->fraction_len = strspn(*at, "0123456789");
		*at += moment->fraction_len;
	}
	return true;
}

static bool zone(const char *at, struct moment *moment)
{
	moment->zone = at;
	if (strcmp(at, "Z") == 0)
		return true;
	if (*at != '+' && *at != '-')
		return false;
	at++;
	const char *start = at;
	return scalar_digits(&at, 2, 2) && *at++ == ':' && scalar_digits(&at, 2, 2) && !*at &&
	       strtol(start, NULL, 10) <= 24 && strtol(start + 3, NULL, 10) < 60;
}

/* Dates as go-yaml v3 takes them: YYYY-M-D, with T…zone, or with a blank and no zone. */
static bool moment_parse(const char *text, struct moment *moment)
{
	const char *at = text;
	*moment = (struct moment){ 0 };
	if (!scalar_digits(&at, 4, 4) || *at++ != '-')
		return false;
	moment->year = (int)strtol(text, NULL, 10);
	if (!scalar_field(&at, 1, 12, &moment->month) || *at++ != '-' ||
		!scalar_field(&at, 1, 31, &moment->day) ||
		moment->day > month_days(moment->year, moment->month))
		return false;
	if (!*at)
		return true;
	char between = *at++;
	if (between == ' ') {
		at += strspn(at, " ");
		return clock_time(&at, moment) && !*at;
	}
	return (between == 'T' || between == 't') && clock_time(&at, moment) && zone(at, moment);
}

/* The whole text as an integer of Go's syntax with base prefix (0x, 0b, 0o, leading 0: octal). */
static bool integer(struct node *node, const char *text)
{
	bool minus = *text == '-', sign = minus || *text == '+';
	const char *at = text + sign;
	int base = 10;
	if (at[0] == '0' && at[1]) {
		char prefix = (char)tolower((unsigned char)at[1]);
		base = prefix == 'x' ? 16 : prefix == 'b' ? 2 : 8;
		at += prefix == 'x' || prefix == 'b' || prefix == 'o' ? 2 : 1;
	}
	char *end;
	errno = 0;
	if (!*at || at[strspn(at, "0123456789abcdefABCDEF")])
		return false;
	unsigned long long value = strtoull(at, &end, base);
	if (*end || errno)
		return false;
	if (value > (unsigned long long)INT64_MAX + minus) {
		if (sign)
			return false;
		node->kind = NODE_UINT;
		node->natural = value;
	} else {
		node->kind = NODE_INT;
		node->integer = minus ? (int64_t)(0 - value) : (int64_t)value;
	}
	return true;
}

/* A decimal number with a point or an exponent. */
static bool resolve_float(struct node *node, const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	size_t whole = strspn(at, "0123456789"), part = 0;
	at += whole;
	if (*at == '.')
		part = strspn(++at, "0123456789"), at += part;
	if (whole + part == 0)
		return false;
	if (*at == 'e' || *at == 'E') {
		at++;
		at += *at == '-' || *at == '+';
		if (!scalar_digits(&at, 1, SIZE_MAX))
			return false;
	}
	if (*at)
		return false;
	double value = strtod(text, NULL);
	if (__builtin_isinf(value))
		return false; /* Go's ParseFloat fails out of range, and it stays text */
	node->kind = NODE_FLOAT;
	node->real = value;
	return true;
}

static bool resolve_number(struct node *node)
{
	char plain[512]; /* longer ones are no number that anybody means; a float of 512 digits stays text */
	size_t len = 0;
	for (const char *at = node->text; *at; at++) {
		if (*at == '_')
			continue;
		if (len + 1 >= sizeof plain)
			return false;
		plain[len++] = *at;
	}
	plain[len] = '\0';
	return integer(node, plain) || resolve_float(node, plain);
}

static void resolve_plain(struct node *node, bool dates)
{
	struct moment moment;
	const char *text = node->text;
	bool digit = isdigit((unsigned char)*text);
	node->kind = NODE_STRING;
	if (!digit && resolve_word(node))
		return;
	if (*text == '.')
		resolve_float(node, text);
	else if (digit && dates && moment_parse(text, &moment))
		node->kind = NODE_TIME;
	else if (digit || *text == '-' || *text == '+')
		resolve_number(node);
}

void scalar_resolve(struct node *node)
{
	/* Most scalars are words: a look at the first character spares them all comparisons. */
	if (!*node->text || strchr("~nNtTfF.+-0123456789", *node->text))
		resolve_plain(node, true);
	else
		node->kind = NODE_STRING;
}

/* The bytes of a !!binary value, blanks between the digits allowed; NULL when the text is not padded Base64
 * or holds a NUL byte, which no value can. */
static const char *binary_bytes(struct arena *arena, const char *text)
{
	char *packed = arena_alloc(arena, strlen(text) + 1);
	size_t count = 0, len;
	for (; *text; text++)
		if (!isspace((unsigned char)*text))
			packed[count++] = *text;
	size_t padding = count - strcspn(packed, "=");
	const char *bytes = count % 4 == 0 && padding <= 2 ? base64_decode(arena, packed, &len) : NULL;
	return bytes && strlen(bytes) == len ? bytes : NULL;
}

static const char *kind_tag(const struct node *node)
{
	static const char *const tags[] = { "null", "bool", "int", "int", "float", "timestamp", "str" };
	return tags[node->kind];
}

int scalar_resolve_tagged(
	struct arena *arena, struct node *node, const char *tag, bool plain, struct errors *errors)
{
	size_t core = strlen(TAG_CORE);
	if (strcmp(tag, "!") == 0) {
		if (plain)
			scalar_resolve(node);
		else
			node->kind = NODE_STRING;
		return 0;
	}
	node->kind = NODE_STRING;
	if (strncmp(tag, TAG_CORE, core) != 0)
		return 0; /* a tag of somebody else's: text */
	const char *kind = tag + core;
	if (strcmp(kind, "str") == 0 || strcmp(kind, "merge") == 0)
		return 0;
	if (strcmp(kind, "binary") == 0) {
		const char *bytes = binary_bytes(arena, node->text);
		if (!bytes)
			return error_add(
				errors, ERROR_FILE, &node->at, NULL, "!!binary value is not base64 text");
		node->text = bytes;
		return 0;
	}
	resolve_plain(node, strcmp(kind, "timestamp") == 0);
	node->quoted = false;
	if (strcmp(kind, kind_tag(node)) == 0)
		return 0;
	if (strcmp(kind, "float") == 0 && node->kind == NODE_INT) {
		node->kind = NODE_FLOAT;
		node->real = (double)node->integer;
		return 0;
	}
	/* The value may be a secret. */
	error_add(errors, ERROR_FILE, &node->at, NULL, "cannot decode this !!%s as a !!%s", kind_tag(node),
		kind);
	return error_hint(errors, "remove the tag !!%s, or write a value of that type", kind);
}

const char *scalar_time_text(struct arena *arena, const struct node *node)
{
	struct moment moment;
	if (!moment_parse(node->text, &moment))
		return node->text;
	size_t fraction = moment.fraction_len > 9 ? 9 : moment.fraction_len;
	while (fraction && moment.fraction[fraction - 1] == '0')
		fraction--;
	const char *offset = moment.zone && strcmp(moment.zone, "+00:00") != 0 ? moment.zone : "Z";
	return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%s%.*s%s", moment.year, moment.month,
		moment.day, moment.hour, moment.minute, moment.second, fraction ? "." : "", (int)fraction,
		fraction ? moment.fraction : "", offset);
}

const char *node_scalar_text(struct arena *arena, const struct node *node)
{
	switch (node->kind) {
	case NODE_INT:
		return arena_printf(arena, "%" PRId64, node->integer);
	case NODE_UINT:
		return arena_printf(arena, "%" PRIu64, node->natural);
	case NODE_FLOAT:
		return value_float_text(arena, node->real, false, false);
	case NODE_BOOL:
		return node->yes ? "true" : "false";
	case NODE_TIME:
		return scalar_time_text(arena, node);
	case NODE_STRING:
		return node->text;
	default:
		return NULL;
	}
}
