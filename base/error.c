#include "base/error.h"
#include "base/url.h"

#include <string.h>

void errors_init(struct errors *errors, struct arena *arena)
{
	*errors = (struct errors){ .arena = arena };
}

/* Foreign text may hold the URL of a web server or a proxy, with its login. */
__attribute__((format(printf, 2, 0))) static const char *finding_text(
	const struct errors *errors, const char *format, va_list args)
{
	return url_masked(errors->arena, arena_vprintf(errors->arena, format, args));
}

/* A new finding at the end of the list; NULL, and only counted, when it is one too many. */
static struct error *keep_finding(
	struct errors *errors, const struct mark *at, const char *path, const char *message)
{
	errors->latest = NULL;
	if (errors->count + errors->warnings >= ERRORS_MOST) {
		errors->dropped++;
		return NULL;
	}
	struct error *error = ARENA_NEW(errors->arena, struct error);
	if (at)
		error->at = *at;
	error->path = arena_strdup(errors->arena, path);
	error->message = message;
	if (errors->last)
		errors->last->next = error;
	else
		errors->first = error;
	errors->last = errors->latest = error;
	return error;
}

int error_add(struct errors *errors, enum error_code code, const struct mark *at, const char *path,
	const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct error *error = keep_finding(errors, at, path, finding_text(errors, format, args));
	va_end(args);
	if (error)
		error->code = code;
	errors->count++;
	return -1;
}

void errors_soften(struct errors *errors)
{
	for (struct error *each = errors->first; each; each = each->next)
		each->warning = true;
	errors->warnings += errors->count;
	errors->count = 0;
}

void errors_shown(struct errors *errors)
{
	struct error *shown = errors->first ? errors->first : errors->shown;
	if (errors->last)
		errors->last->next = errors->shown;
	*errors = (struct errors){ .arena = errors->arena, .shown = shown };
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool has_warning(const struct error *error, const struct mark *at, const char *message)
{
	for (; error; error = error->next)
		if (error->warning && strcmp(error->message, message) == 0 &&
			(!at || (error->at.line == at->line && same_text(error->at.file, at->file))))
			return true;
	return false;
}

/* Takes the finding over, unless it is a warning that is known. */
static bool append_finding(struct errors *errors, struct error *error)
{
	if (error->warning && (has_warning(errors->first, &error->at, error->message) ||
				      has_warning(errors->shown, &error->at, error->message)))
		return false;
	error->next = NULL;
	if (errors->last)
		errors->last->next = error;
	else
		errors->first = error;
	errors->last = error;
	errors->warnings += error->warning;
	return true;
}

void errors_append(struct errors *errors, const struct errors *from)
{
	struct error *latest = from->latest, *next;
	for (struct error *each = from->first; each; each = next) {
		next = each->next;
		if (!append_finding(errors, each) && each == latest)
			latest = NULL;
	}
	errors->latest = from->first ? latest : errors->latest;
	errors->count += from->count;
	errors->dropped += from->dropped;
}

void error_warn(struct errors *errors, const struct mark *at, const char *path, const char *format, ...)
{
	va_list args;
	struct arena_mark before = arena_mark(errors->arena);
	va_start(args, format);
	const char *message = finding_text(errors, format, args);
	va_end(args);
	if (has_warning(errors->first, at, message) || has_warning(errors->shown, at, message)) {
		arena_reset(errors->arena, before);
		errors->latest = NULL;
		return;
	}
	struct error *error = keep_finding(errors, at, path, message);
	if (!error)
		return;
	error->warning = true;
	errors->warnings++;
}

int error_hint(struct errors *errors, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (errors->latest)
		errors->latest->hint = finding_text(errors, format, args);
	va_end(args);
	return -1;
}

int error_hint_more(struct errors *errors, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (errors->latest) {
		const char *hint = errors->latest->hint, *more = finding_text(errors, format, args);
		errors->latest->hint = hint ? arena_printf(errors->arena, "%s %s", hint, more) : more;
	}
	va_end(args);
	return -1;
}

int error_place(struct errors *errors, const struct mark *at, const char *path)
{
	if (!at || !errors->latest)
		return -1;
	errors->latest->at = *at;
	errors->latest->path = path ? arena_strdup(errors->arena, path) : NULL;
	return -1;
}

int error_detail(struct errors *errors, const char *detail)
{
	if (errors->latest)
		errors->latest->detail = url_masked(errors->arena, arena_strdup(errors->arena, detail));
	return -1;
}

int error_source(struct errors *errors, const char *line)
{
	if (errors->latest)
		errors->latest->source = arena_strdup(errors->arena, line);
	return -1;
}

int error_status(const struct errors *errors)
{
	for (const struct error *error = errors->first; error; error = error->next)
		if (!error->warning)
			return error->code == ERROR_USAGE || error->code == ERROR_FILE ? 2 : 1;
	return errors->count ? 1 : 0;
}

/* Edit distance with transpositions of neighbours; gives up with `most` + 1 when it would be more. */
static unsigned distance(const char *a, const char *b, unsigned most)
{
	enum { LONGEST = 64 };
	size_t la = strlen(a), lb = strlen(b);
	if (la > LONGEST || lb > LONGEST || (la > lb ? la - lb : lb - la) > most)
		return most + 1;
	unsigned row[3][LONGEST + 1];
	for (size_t j = 0; j <= lb; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned best = up[j - 1] + (a[i - 1] != b[j - 1]);
			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[la % 3][lb];
}

const char *error_nearest(const char *word, const char *const *candidates, size_t count)
{
	size_t len = strlen(word), third = len / 3;
	unsigned most = len < 2 ? 0 : third < 1 ? 1 : third > 3 ? 3 : (unsigned)third;
	unsigned least = most + 1;
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++) {
		unsigned d = distance(word, candidates[i], most);
		/* A slip is seldom in the first letter. */
		bool rather = d < least || (nearest && nearest[0] != *word && candidates[i][0] == *word);
		if (d > most || !rather)
			continue;
		nearest = candidates[i];
		most = least = d;
	}
	return nearest;
}

bool error_hint_meant(struct errors *errors, const char *name)
{
	if (name)
		error_hint(errors, "did you mean \"%s\"?", name);
	return name != NULL;
}

bool error_hint_near(struct errors *errors, const char *word, const char *const *names, size_t count)
{
	return error_hint_meant(errors, error_nearest(word, names, count));
}

int error_hint_names(
	struct errors *errors, const char *word, const char *kind, const char *const *names, size_t count)
{
	enum { FEW = 12 };
	const char *list = "";
	if (error_hint_near(errors, word, names, count) || !count || count > FEW)
		return -1;
	for (size_t i = 0; i < count; i++)
		list = arena_printf(errors->arena, "%s%s %s", list, i ? "," : "", names[i]);
	return error_hint(errors, "%s:%s", kind, list);
}
