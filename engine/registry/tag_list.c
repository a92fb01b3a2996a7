#include "engine/registry/tag_list.h"

#include "base/text/json.h"
#include "base/text/text.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

#define PAGE "1000" /* tags that are asked for at a time; a registry may give fewer */

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

bool tag_valid(const char *text)
{
	enum { MOST = 128 };
	size_t len = strlen(text);
	return len && len <= MOST && *text != '.' && *text != '-' && strspn(text, LETTERS ".-") == len;
}

/* Whether the parameters behind a link, up to the comma before the next one, say that it is the next page. */
static bool is_next(const char *parameters, size_t len)
{
	static const char rel[] = "rel=";
	for (size_t i = 0; i + sizeof rel - 1 < len; i++) {
		if (strncasecmp(parameters + i, rel, sizeof rel - 1) != 0)
			continue;
		const char *value = parameters + i + sizeof rel - 1;
		value += *value == '"';
		return strncasecmp(value, "next", 4) == 0 && (!value[4] || strchr("\";, ", value[4]));
	}
	return false;
}

const char *tag_list_next(struct arena *arena, const char *link)
{
	while (link && (link = strchr(link, '<'))) {
		size_t len = strcspn(++link, ">");
		const char *behind = link + len;
		if (!*behind)
			return NULL;
		behind++;
		if (is_next(behind, strcspn(behind, ",")))
			return arena_strndup(arena, link, len);
		link = behind;
	}
	return NULL;
}

/* A list under way. */
struct tag_list {
	struct repository *repository;
	struct map known;
	struct texts *tags;
	struct errors *errors;
};

static int tag_list_add(struct tag_list *list, const char *tag)
{
	struct arena *arena = repository_arena(list->repository);
	if (!tag || !tag_valid(tag))
		return repository_wrong(
			list->repository, list->errors, "the registry lists what can be no tag");
	if (map_has(&list->known, tag))
		return 0;
	if (list->tags->count == TAG_LIST_MOST)
		return repository_wrong(list->repository, list->errors,
			"the registry lists more than %zu tags", TAG_LIST_MOST);
	tag = arena_strdup(arena, tag);
	map_set(&list->known, tag, NULL);
	texts_add(arena, list->tags, tag);
	return 0;
}

/* Takes a page. Of a repository whose tags are all gone the list is null. */
static int read_page(struct tag_list *list, const struct request *request)
{
	cJSON *json = cJSON_ParseWithLength(request->answer.data, request->answer.len);
	const cJSON *tags = json_get(json, "tags"), *tag;
	int result = 0;
	if (cJSON_IsArray(tags))
		cJSON_ArrayForEach(tag, tags) if (result == 0) result =
			tag_list_add(list, cJSON_GetStringValue(tag));
	if (!cJSON_IsArray(tags) && !cJSON_IsNull(tags))
		result = repository_wrong(
			list->repository, list->errors, "what the registry answers is no list of tags");
	cJSON_Delete(json);
	return result;
}

/* The page behind this one: NULL when there is none; false with a finding when it is not the registry's own.
 */
static bool find_next(struct tag_list *list, const struct request *request, const char **ret_path)
{
	struct arena *arena = repository_arena(list->repository);
	const char *next = tag_list_next(arena, http_header(request, "Link"));
	*ret_path = next ? repository_url(list->repository, next) : NULL;
	if (!next || (*ret_path && repository_is_own(list->repository, *ret_path)))
		return true;
	repository_wrong(
		list->repository, list->errors, "the next page of its tags is said to be on another host");
	return false;
}

/* Asks for a page and takes it; *path becomes that of the next one. */
static int get_page(struct tag_list *list, const char **path)
{
	const struct repository_call call = {
		.method = "GET", .path = *path, .query = strstr(*path, "://") ? NULL : "n=" PAGE
	};
	size_t before = list->tags->count;
	struct request *request = repository_ask(list->repository, &call, list->errors);
	if (!request)
		return -1;
	int result = request->fault == HTTP_OK && request->status == 200
			     ? read_page(list, request)
			     : repository_refused(
				       list->repository, request, "its tags cannot be listed", list->errors);
	if (result == 0 && !find_next(list, request, path))
		result = -1;
	http_free(request);
	if (result == 0 && *path && list->tags->count == before)
		result = repository_wrong(list->repository, list->errors,
			"the registry's list of tags has no end: a page of it brings none that is new");
	return result;
}

int tag_list_get(struct repository *repository, struct texts *ret_tags, struct errors *errors)
{
	struct tag_list list = { .repository = repository, .tags = ret_tags, .errors = errors };
	const char *path = "/tags/list";
	*ret_tags = (struct texts){ 0 };
	map_init(&list.known, repository_arena(repository));
	while (path)
		if (get_page(&list, &path) < 0)
			return -1;
	return 0;
}
