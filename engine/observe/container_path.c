#include "engine/observe/container_path.h"

#include "base/text/base64.h"
#include "base/text/json.h"

#include <cjson/cJSON.h>
#include <string.h>

/* Of Go's os.FileMode. */
#define GO_MODE_DIR  (INT64_C(1) << 31)
#define GO_MODE_LINK (INT64_C(1) << 27)

const char *container_path_archive(struct arena *arena, const char *container)
{
	return http_path(arena, "containers", container, "archive", (char *)NULL);
}

int container_path_read(
	struct arena *arena, const char *header, struct container_path *ret_path, struct errors *errors)
{
	static const char what[] = "the engine's answer about a path";
	static const struct json_member members[] = { { "mode", JSON_NUMBER },
		{ "linkTarget", JSON_TEXT | JSON_OPTIONAL } };
	size_t len = 0;
	const char *text = header ? base64_decode(arena, header, &len) : NULL;
	if (!text)
		return error_add(errors, ERROR_ENGINE, NULL, NULL, "%s does not say what is there", what);
	struct cJSON *json = json_parse(text, len, what, errors);
	if (!json || json_check(json, members, sizeof members / sizeof *members, what, errors) < 0) {
		cJSON_Delete(json);
		return -1;
	}
	int64_t mode = json_int(json, "mode", 0);
	*ret_path = (struct container_path){ .there = true,
		.dir = mode & GO_MODE_DIR,
		.link = mode & GO_MODE_LINK,
		.target = arena_strdup(arena, json_text(json, "linkTarget", "")) };
	cJSON_Delete(json);
	return 0;
}

/* Why the engine cannot say what is there: in words to a GET only, a HEAD is answered without. */
static int add_refusal(struct arena *arena, struct engine *engine, const struct request *head,
	const char *path, struct errors *errors)
{
	struct errors unheard;
	struct request *request = http_request(engine->http);
	errors_init(&unheard, arena);
	request->method = "GET";
	request->path = head->path;
	request->query = head->query;
	const char *words =
		arena_printf(arena, "the engine cannot say what is there: status %d", head->status);
	if (http_call(request, &unheard) == 0 && request->status >= 300)
		words = http_message(arena, request);
	http_free(request);
	bool named = strstr(words, path);
	return error_add(
		errors, ERROR_ENGINE, NULL, NULL, "%s%s%s", named ? "" : path, named ? "" : ": ", words);
}

int container_path_look(struct arena *arena, struct engine *engine, const char *container, const char *path,
	struct container_path *ret_path, struct errors *errors)
{
	struct request *request = http_request(engine->http);
	int result;
	request->method = "HEAD";
	request->path = container_path_archive(arena, container);
	request->query = http_query(arena, "path", path, (char *)NULL);
	if (http_call(request, errors) < 0) {
		http_free(request);
		return -1;
	}
	*ret_path = (struct container_path){ .there = false };
	/* "file/" is answered by 500 */
	if (request->status == 404 || (request->status == 500 && *path && path[strlen(path) - 1] == '/'))
		result = 0;
	else if (request->status == 200)
		result = container_path_read(
			arena, http_header(request, CONTAINER_PATH_HEADER), ret_path, errors);
	else
		result = add_refusal(arena, engine, request, path, errors);
	http_free(request);
	return result;
}
