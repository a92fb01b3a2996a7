#include "engine/image/commit.h"

#include "base/text/json.h"

#include <cjson/cJSON.h>
#include <string.h>

/* Engine API: ImageCommit. The tag stands behind the last colon of the last part; port numbers do before. */
static const char *commit_query(struct arena *arena, const struct commit_options *options)
{
	const char *image = options->image ? options->image : "";
	const char *slash = strrchr(image, '/'), *colon = strchr(slash ? slash : image, ':');
	size_t len = colon ? (size_t)(colon - image) : strlen(image);
	const char *query = http_query(arena, "container", options->container, "repo",
		len ? arena_strndup(arena, image, len) : NULL, "tag", colon ? colon + 1 : NULL, "author",
		options->author, "comment", options->message, "pause", options->pause ? "1" : "0",
		(char *)NULL);
	for (size_t i = 0; i < options->changes.count; i++)
		query = arena_printf(arena, "%s&%s", query,
			http_query(arena, "changes", options->changes.items[i], (char *)NULL));
	return query;
}

static int commit_read(
	struct arena *arena, const struct request *request, const char **ret_id, struct errors *errors)
{
	static const struct json_member members[] = { { "Id", JSON_ID } };
	struct cJSON *json = http_json(request, JSON_OBJECT, errors);
	int result = json ? json_check(json, members, 1, "the engine's answer to POST /commit", errors) : -1;
	if (result == 0)
		*ret_id = arena_strdup(arena, json_text(json, "Id", ""));
	cJSON_Delete(json);
	return result;
}

int commit_image(struct arena *arena, struct engine *engine, const struct commit_options *options,
	const char **ret_id, struct errors *errors)
{
	struct request *request = http_request(engine->http);
	int result = -1;
	request->method = "POST";
	request->path = "/commit";
	request->query = commit_query(arena, options);
	request->body = "{}";
	request->body_len = 2;
	request->takes = HTTP_EVER; /* as long as what has changed is large */
	if (http_call(request, errors) == 0)
		result = request->status == 201 ? commit_read(arena, request, ret_id, errors)
						: error_add(errors, ERROR_ENGINE, NULL, NULL, "%s",
							  http_message(arena, request));
	http_free(request);
	return result;
}
