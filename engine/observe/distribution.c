#include "engine/observe/distribution.h"

#include "base/text/json.h"
#include "engine/connect/auth.h"
#include "engine/connect/reference.h"

#include <cjson/cJSON.h>
#include <string.h>

#define TIMEOUT 60000000000 /* ns; the registry may be far away */

struct pins {
	struct engine *engine;
	struct map asked; /* full name → struct lookup */
	size_t pending;
	struct errors *errors;
	int result;
};

struct lookup {
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

static void lookup_answered(struct request *request)
{
	struct lookup *lookup = request->arg;
	struct arena *arena = lookup->pins->engine->arena;
	lookup->pins->pending--;
	if (request->fault != HTTP_OK || request->status != 200) {
		lookup_fail(lookup, http_message(arena, request));
		return;
	}
	cJSON *json =
		json_parse(buf_text(&request->answer), request->answer.len, "digest", lookup->pins->errors);
	const char *digest = json_text(json, "Descriptor.digest", NULL);
	if (digest && *digest)
		lookup->pinned = arena_printf(arena, "%s@%s", lookup->name, digest);
	else
		lookup_fail(lookup, "the answer has none");
	cJSON_Delete(json);
}

static void lookup_ask(struct lookup *lookup)
{
	struct pins *pins = lookup->pins;
	struct engine *engine = pins->engine;
	const char *auth = auth_header(engine, lookup->name, pins->errors);
	struct request *request = http_request(engine->http);
	if (auth && *auth)
		lookup->headers[0] = arena_printf(engine->arena, "X-Registry-Auth: %s", auth);
	request->method = "GET";
	request->path =
		arena_printf(engine->arena, "/distribution/%s/json", http_path(engine->arena, lookup->name));
	request->headers = lookup->headers;
	request->timeout = TIMEOUT;
	request->done = lookup_answered;
	request->arg = lookup;
	if (http_send(request, pins->errors) == 0)
		pins->pending++;
	else
		pins->result = -1;
}

static bool all_answered(void *arg)
{
	const struct pins *pins = arg;
	return pins->pending == 0;
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
	loop_run(engine->loop, all_answered, &pins);
	for (size_t i = 0; i < nimages; i++) {
		const struct lookup *lookup = map_get(&pins.asked, images[i]);
		if (lookup && lookup->pinned)
			images[i] = lookup->pinned;
	}
	return pins.result;
}
