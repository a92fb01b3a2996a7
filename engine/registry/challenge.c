#include "engine/registry/challenge.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The characters of a token (RFC 9110 5.6.2). */
static size_t token_length(const char *at)
{
	size_t len = 0;
	while (at[len] && (isalnum((unsigned char)at[len]) || strchr("!#$%&'*+-.^_`|~", at[len])))
		len++;
	return len;
}

/* A parameter's value, a token or a quoted text; *at moves behind it. */
static const char *read_value(struct arena *arena, const char **at)
{
	if (**at != '"') {
		size_t len = strcspn(*at, ", \t");
		const char *value = arena_strndup(arena, *at, len);
		*at += len;
		return value;
	}
	char *value = arena_alloc(arena, strlen(*at) + 1), *to = value;
	const char *from = *at + 1;
	for (; *from && *from != '"'; from++) {
		from += *from == '\\' && from[1];
		*to++ = *from;
	}
	*at = from + (*from == '"');
	return value;
}

static void set_parameter(struct challenge *challenge, const char *name, size_t len, const char *value)
{
	const struct {
		const char *name;
		const char **to;
	} known[] = { { "realm", &challenge->realm }, { "service", &challenge->service },
		{ "scope", &challenge->scope } };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].name) == len && strncasecmp(name, known[i].name, len) == 0)
			*known[i].to = value;
}

struct challenge challenge_parse(struct arena *arena, const char *header)
{
	struct challenge challenge = { 0 };
	bool bearer = false; /* whose parameters come */
	for (const char *at = header ? header : ""; *(at += strspn(at, ", \t"));) {
		size_t len = token_length(at);
		const char *name = at, *behind = at + len + strspn(at + len, " \t");
		if (!len)
			break;
		if (*behind == '=') {
			at = behind + 1 + strspn(behind + 1, " \t");
			const char *value = read_value(arena, &at);
			if (bearer)
				set_parameter(&challenge, name, len, value);
			continue;
		}
		bearer = len == strlen("Bearer") && strncasecmp(name, "Bearer", len) == 0;
		challenge.bearer |= bearer;
		challenge.basic |= len == strlen("Basic") && strncasecmp(name, "Basic", len) == 0;
		at = behind;
	}
	return challenge;
}
