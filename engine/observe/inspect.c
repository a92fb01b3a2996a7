#include "engine/observe/inspect.h"

#include <cjson/cJSON.h>

const char *inspect_container_path(struct arena *arena, const char *container)
{
	return http_path(arena, "containers", container, "json", (char *)NULL);
}

const char *inspect_image_path(struct arena *arena, const char *image)
{
	return arena_printf(arena, "/images/%s/json", http_path_image(arena, image));
}

/* What is gone meanwhile has no document, and that is no failure. */
static void inspect_answered(struct ask *ask, struct request *request)
{
	struct inspect *asked = ask->arg;
	asked->failed =
		!request || request->fault != HTTP_OK || (request->status != 200 && request->status != 404);
	if (asked->failed && request)
		asked->why = http_message(asked->arena, request);
	else if (asked->failed)
		asked->why = ask->errors->last ? ask->errors->last->message : "it cannot be asked";
	if (asked->failed || request->status == 404)
		return;
	asked->len = request->answer.len;
	asked->text = arena_strndup(asked->arena, buf_text(&request->answer), asked->len);
}

void inspect_all(struct arena *arena, struct engine *engine, struct inspect *asked, size_t count)
{
	size_t open = 0;
	struct errors unheard;
	if (!count)
		return;
	errors_init(&unheard, arena);
	for (size_t i = 0; i < count; i++) {
		asked[i].arena = arena;
		asked[i].ask = (struct ask){ .engine = engine,
			.path = asked[i].path,
			.answered = inspect_answered,
			.arg = &asked[i],
			.open = &open,
			.errors = &unheard };
		ask_send(&asked[i].ask);
	}
	ask_wait(engine, &open);
}

struct cJSON *inspect_json(const struct inspect *asked)
{
	return asked->text ? cJSON_ParseWithLength(asked->text, asked->len) : NULL;
}
