#include "base/clock.h"
#include "base/text/json.h"
#include "compose/tree/path.h"
#include "engine/observe/inspect.h"
#include "engine/observe/observe.h"

#include <cjson/cJSON.h>
#include <string.h>

static void push_text(struct arena *arena, const char ***texts, size_t *count, const char *text)
{
	*ARENA_PUSH(arena, *texts, *count) = arena_strdup(arena, text);
}

/* Keys of an object that is used as a set: Volumes, ExposedPorts. */
static void read_set(struct arena *arena, const struct cJSON *set, const char ***ret_keys, size_t *ret_count)
{
	const struct cJSON *member;
	cJSON_ArrayForEach(member, set) if (member->string)
		push_text(arena, ret_keys, ret_count, member->string);
}

static void set_int(struct opt_int *to, const struct cJSON *json, const char *key)
{
	int64_t value = json_int(json, key, 0);
	if (value)
		*to = (struct opt_int){ .set = true, .value = value };
}

static struct healthcheck *image_read_check(struct arena *arena, const struct cJSON *json)
{
	struct healthcheck *check = ARENA_NEW(arena, struct healthcheck);
	const struct cJSON *word;
	cJSON_ArrayForEach(word, json_get(json, "Test")) if (cJSON_IsString(word))
		push_text(arena, &check->test, &check->ntest, word->valuestring);
	set_int(&check->interval, json, "Interval");
	set_int(&check->timeout, json, "Timeout");
	set_int(&check->start_period, json, "StartPeriod");
	set_int(&check->start_interval, json, "StartInterval");
	set_int(&check->retries, json, "Retries");
	return check;
}

struct observed_image *observe_image(
	struct arena *arena, const char *reference, const struct cJSON *json, struct errors *errors)
{
	static const struct json_member members[] = { { "", JSON_OBJECT }, { "Id", JSON_ID },
		{ "Config", JSON_OBJECT | JSON_OPTIONAL },
		{ "Config.Healthcheck", JSON_OBJECT | JSON_OPTIONAL } };
	if (json && json_check(json, members, sizeof members / sizeof *members,
			    arena_printf(arena, "what the engine says of image %s", reference), errors) < 0)
		return NULL;
	struct observed_image *image = ARENA_NEW(arena, struct observed_image);
	image->reference = arena_strdup(arena, reference);
	if (!json)
		return image;
	image->id = arena_strdup(arena, json_text(json, "Id", NULL));
	image->os = arena_strdup(arena, json_text(json, "Os", ""));
	image->architecture = arena_strdup(arena, json_text(json, "Architecture", ""));
	if (clock_read(json_text(json, "Metadata.LastTagTime", ""), &image->tagged) == 0)
		image->tagged /= 1000000000;
	const struct cJSON *config = json_get(json, "Config");
	const struct cJSON *check = json_get(config, "Healthcheck");
	if (cJSON_IsObject(check)) {
		image->check = image_read_check(arena, check);
		image->has_check = image->check->ntest > 0 && strcmp(image->check->test[0], "NONE") != 0;
	}
	read_set(arena, json_get(config, "Volumes"), &image->volumes, &image->nvolumes);
	for (size_t i = 0; i < image->nvolumes; i++) /* as the engine mounts them (VOLUME /data/) */
		image->volumes[i] = path_clean(arena, image->volumes[i]);
	read_set(arena, json_get(config, "ExposedPorts"), &image->exposed, &image->nexposed);
	image->compose_version = arena_strdup(arena,
		cJSON_GetStringValue(json_get(json_get(config, "Labels"), "com.docker.compose.version")));
	return image;
}

/* One inspect under way. */
struct image_look {
	struct ask ask;
	struct arena *arena; /* the snapshot's */
	const char *reference;
	struct observed_image *image; /* NULL until answered */
};

/* An image that is not there is an answer, too. */
static void image_look_answered(struct ask *ask, struct request *request)
{
	struct image_look *look = ask->arg;
	if (!request)
		return;
	if (request->fault == HTTP_OK && request->status == 404) {
		look->image = observe_image(look->arena, look->reference, NULL, ask->errors);
		return;
	}
	if (request->fault != HTTP_OK || request->status != 200) {
		error_add(ask->errors, ERROR_ENGINE, NULL, NULL, "image %s: cannot be inspected: %s",
			look->reference, http_message(http_arena(request), request));
		return;
	}
	struct cJSON *json = http_json(request, JSON_OBJECT, ask->errors);
	if (json)
		look->image = observe_image(look->arena, look->reference, json, ask->errors);
	cJSON_Delete(json);
}

int observe_images(struct arena *arena, struct engine *engine, struct observed *seen,
	const char *const *references, size_t count, struct errors *errors)
{
	size_t open = 0, before = errors->count;
	struct image_look *looks = ARENA_ARRAY(arena, struct image_look, count ? count : 1);
	for (size_t i = 0; i < count; i++) {
		looks[i] = (struct image_look){ .arena = arena, .reference = references[i] };
		looks[i].ask = (struct ask){ .engine = engine,
			.path = inspect_image_path(arena, references[i]),
			.answered = image_look_answered,
			.arg = &looks[i],
			.open = &open,
			.errors = errors };
		ask_send(&looks[i].ask);
	}
	ask_wait(engine, &open);
	for (size_t i = 0; i < count; i++) {
		if (!looks[i].image)
			continue;
		struct observed_image *old = observed_image(seen, references[i]);
		if (old)
			*old = *looks[i].image;
		else
			*ARENA_PUSH(arena, seen->images, seen->nimages) = looks[i].image;
	}
	return errors->count > before ? -1 : 0;
}
