#include "base/text/semver.h"

#include <stddef.h>
#include <string.h>

#define DIGITS      "0123456789"
#define IDENTIFIERS DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"

static const char *behind_v(const char *version)
{
	return version + (*version == 'v');
}

/* The length of a number without zeros in front, 0: there is none. */
static size_t number_len(const char *text)
{
	size_t len = strspn(text, DIGITS);
	return len > 1 && *text == '0' ? 0 : len;
}

/* The end of identifiers with points between them; NULL: one is empty, or, where `ordered`, a number with a
 * zero in front. */
static const char *identifiers_end(const char *text, bool ordered)
{
	for (;; text++) {
		size_t len = strspn(text, IDENTIFIERS);
		bool number = len && strspn(text, DIGITS) == len;
		if (!len || (ordered && number && !number_len(text)))
			return NULL;
		text += len;
		if (*text != '.')
			return text;
	}
}

bool semver_valid(const char *text)
{
	if (!text)
		return false;
	text = behind_v(text);
	for (int part = 0; part < 3; part++) {
		size_t len = number_len(text);
		if (!len || (part < 2 && text[len] != '.'))
			return false;
		text += len + (part < 2);
	}
	if (*text == '-')
		text = identifiers_end(text + 1, true);
	if (text && *text == '+')
		text = identifiers_end(text + 1, false);
	return text && !*text;
}

bool semver_is_prerelease(const char *version)
{
	return version[strcspn(version, "-+")] == '-';
}

/* Compares identifiers of these lengths: numbers by their value, which may be of any length, and below all
 * texts. */
static int compare_identifiers(const char *a, size_t a_len, const char *b, size_t b_len)
{
	bool a_number = strspn(a, DIGITS) >= a_len, b_number = strspn(b, DIGITS) >= b_len;
	if (a_number != b_number)
		return a_number ? -1 : 1;
	if (a_number && a_len != b_len)
		return a_len < b_len ? -1 : 1;
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
	return order || a_len == b_len ? order : (a_len < b_len ? -1 : 1);
}

/* Compares what has points between its parts, up to one of `ends`. */
static int compare_parts(const char **a, const char **b, const char *ends)
{
	for (;;) {
		size_t a_len = strcspn(*a, ends), b_len = strcspn(*b, ends);
		int order = compare_identifiers(*a, a_len, *b, b_len);
		*a += a_len;
		*b += b_len;
		if (order || **a != '.' || **b != '.')
			return order ? order : (**a == '.') - (**b == '.');
		++*a;
		++*b;
	}
}

int semver_compare(const char *a, const char *b)
{
	a = behind_v(a);
	b = behind_v(b);
	int order = compare_parts(&a, &b, ".-+");
	if (order)
		return order;
	if (*a != '-' || *b != '-') /* a release comes behind its candidates */
		return (*b == '-') - (*a == '-');
	a++;
	b++;
	return compare_parts(&a, &b, ".+");
}
