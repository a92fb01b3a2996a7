#include "engine/session/file_filter.h"

#include "base/url.h"
#include "engine/archive/ignore.h"
#include "engine/session/follow_paths.h"

#include <string.h>

struct file_filter {
	const struct ignore *excluded; /* NULL: nothing is */
	const struct ignore *included; /* NULL: everything is */
};

/* A value that is no ASCII text comes as of a URL's query. */
static const char *unescaped(struct arena *arena, const char *text)
{
	char *words = arena_strdup(arena, text);
	for (char *at = words; (at = strchr(at, '+'));)
		*at = ' ';
	return url_unescaped(arena, words, strlen(words));
}

static struct texts values_of(struct arena *arena, const struct grpc_call *call, const char *name)
{
	struct texts values = { 0 };
	size_t at = 0;
	bool escaped = grpc_metadata(call, arena_printf(arena, "%s-encoded", name), &at) != NULL;
	const char *value;
	for (at = 0; (value = grpc_metadata(call, name, &at));)
		texts_add(arena, &values, escaped ? unescaped(arena, value) : value);
	return values;
}

/* NULL without patterns. */
static int parse_patterns(struct arena *arena, const struct texts *patterns, const char *what,
	const struct ignore **ret_ignore, struct errors *errors)
{
	*ret_ignore = NULL;
	if (!patterns->count)
		return 0;
	*ret_ignore = ignore_exact(arena, what, patterns, errors);
	return *ret_ignore ? 0 : -1;
}

struct file_filter *file_filter_create(
	struct arena *arena, const struct grpc_call *call, const char *dir, struct errors *errors)
{
	struct file_filter *filter = ARENA_NEW(arena, struct file_filter);
	struct texts excluded = values_of(arena, call, "exclude-patterns"),
		     included = values_of(arena, call, "include-patterns"),
		     followed = values_of(arena, call, "followpaths"), leads = { 0 };
	bool all = false;
	if (followed.count && !dir)
		leads = followed;
	else if (followed.count)
		all = !follow_paths(arena, dir, &followed, &leads);
	for (size_t i = 0; i < leads.count; i++)
		texts_add(arena, &included, leads.items[i]);
	if (all)
		included = (struct texts){ 0 };
	if (parse_patterns(arena, &excluded, ".dockerignore", &filter->excluded, errors) != 0 ||
		parse_patterns(arena, &included, "files of the build", &filter->included, errors) != 0)
		return NULL;
	return filter;
}

bool file_filter_takes(const struct file_filter *filter, const char *path)
{
	return !ignore_path(filter->excluded, path) &&
	       (!filter->included || ignore_path(filter->included, path));
}

bool file_filter_below(const struct file_filter *filter, const char *dir)
{
	if (ignore_path(filter->excluded, dir) && !ignore_below(filter->excluded, dir))
		return false;
	return !filter->included || ignore_path(filter->included, dir) || ignore_leads(filter->included, dir);
}
