#include "engine/observe/distribution.h"

#include "base/text/json.h"
#include "engine/connect/auth.h"
#include "engine/connect/reference.h"
#include "engine/observe/ask.h"

#include <cjson/cJSON.h>
#include <string.h>

#define TAKES 60000000000 /* ns; the registry may be far away */

struct pins {
	struct engine *engine;
	struct map asked; /* full name → struct lookup */
	size_t open;
	struct errors *errors;
	int result;
};

struct lookup {
	struct ask ask;
	struct pins *pins;
	const char *name;   /* docker.io/library/nginx:1.25 */
	const char *pinned; /* with the digest, or NULL */
	const char *headers[2];
};

static int lookup_fail(struct lookup *lookup, const char *message)
{
	lookup->pins->result = -1;
	error_add(lookup->pins->errors, ERROR_PULL, NULL, NULL, "%s: its digest is not to be had: %s",
		lookup->name, message);
	return error_hint(lookup->pins->errors,
		"the engine asks the image's registry: is the image there, and are you logged in?");
}

static void lookup_answered(struct ask *ask, struct request *request)
{
	struct lookup *lookup = ask->arg;
	struct arena *arena = lookup->pins->engine->arena;
	if (!request) {
		lookup->pins->result = -1;
		return;
	}
	if (request->fault != HTTP_OK || request->status != 200) {
		lookup_fail(lookup, http_message(arena, request));
		return;
	}
	static const struct json_member digest = { "Descriptor.digest", JSON_ID };
	struct errors strange;
	errors_init(&strange, arena);
	cJSON *json = http_json(request, JSON_OBJECT, &strange);
	if (json && json_check(json, &digest, 1, http_json_name(arena, request), &strange) == 0)
		lookup->pinned = arena_printf(arena, "%s@%s", lookup->name, json_text(json, digest.path, ""));
	else
		lookup_fail(lookup, strange.first->message);
	cJSON_Delete(json);
}

static void lookup_ask(struct lookup *lookup)
{
	struct pins *pins = lookup->pins;
	struct engine *engine = pins->engine;
	const char *auth = auth_header(engine, lookup->name, pins->errors);
	if (auth && *auth)
		lookup->headers[0] = arena_printf(engine->arena, "X-Registry-Auth: %s", auth);
	lookup->ask = (struct ask){ .engine = engine,
		.path = arena_printf(
			engine->arena, "/distribution/%s/json", http_path_image(engine->arena, lookup->name)),
		.headers = lookup->headers,
		.takes = TAKES,
		.answered = lookup_answered,
		.arg = lookup,
		.open = &pins->open,
		.errors = pins->errors };
	ask_send(&lookup->ask);
}

int distribution_pin(struct engine *engine, const char **images, size_t nimages, struct errors *errors)
{
	struct arena *arena = engine->arena;
	struct pins pins = { .engine = engine, .errors = errors };
	map_init(&pins.asked, arena);
	for (size_t i = 0; i < nimages; i++) {
		images[i] = reference_full(arena, images[i]);
		if (strchr(images[i], '@') || map_has(&pins.asked, images[i]))
			continue;
		struct lookup *lookup = ARENA_NEW(arena, struct lookup);
		*lookup = (struct lookup){ .pins = &pins, .name = images[i] };
		map_set(&pins.asked, images[i], lookup);
		lookup_ask(lookup);
	}
	ask_wait(engine, &pins.open);
	for (size_t i = 0; i < nimages; i++) {
		const struct lookup *lookup = map_get(&pins.asked, images[i]);
		if (lookup && lookup->pinned)
			images[i] = lookup->pinned;
	}
	return pins.result;
}
