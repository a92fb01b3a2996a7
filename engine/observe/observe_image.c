#include "base/clock.h"
#include "base/text/json.h"
#include "engine/loop/backoff.h"
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

struct observed_image *observe_image(struct arena *arena, const char *reference, const struct cJSON *json)
{
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
	read_set(arena, json_get(config, "ExposedPorts"), &image->exposed, &image->nexposed);
	return image;
}

/* One inspect under way. */
struct image_look {
	struct arena *arena; /* the snapshot's */
	struct engine *engine;
	const char *reference;
	struct observed_image *image; /* NULL until answered */
	size_t *open;
	struct errors *errors;
	unsigned repeats;
};

static int image_look_send(struct image_look *look);

static void image_look_again(void *arg)
{
	struct image_look *look = arg;
	if (image_look_send(look) < 0)
		(*look->open)--;
}

/* An image that is not there is an answer, too. */
static void image_look_done(struct request *request)
{
	struct image_look *look = request->arg;
	int64_t pause = http_transient_look(request) ? backoff_next(&backoff_request, &look->repeats) : -1;
	if (pause >= 0) {
		loop_after(look->engine->loop, pause, image_look_again, look);
		return;
	}
	(*look->open)--;
	if (request->fault == HTTP_OK && request->status == 404) {
		look->image = observe_image(look->arena, look->reference, NULL);
		return;
	}
	if (request->fault != HTTP_OK || request->status != 200) {
		error_add(look->errors, ERROR_ENGINE, NULL, NULL, "image %s: cannot be inspected: %s",
			look->reference, http_message(http_arena(request), request));
		return;
	}
	struct cJSON *json = json_parse(
		buf_text(&request->answer), request->answer.len, "answer of GET /images/json", look->errors);
	if (json)
		look->image = observe_image(look->arena, look->reference, json);
	cJSON_Delete(json);
}

static int image_look_send(struct image_look *look)
{
	struct request *request = http_request(look->engine->http);
	request->method = "GET";
	request->path = arena_printf(
		http_arena(request), "/images/%s/json", http_path(http_arena(request), look->reference));
	request->prompt = true;
	request->done = image_look_done;
	request->arg = look;
	return http_send(request, look->errors);
}

static bool all_seen(void *arg)
{
	return *(size_t *)arg == 0;
}

int observe_images(struct arena *arena, struct engine *engine, struct observed *seen,
	const char *const *references, size_t count, struct errors *errors)
{
	size_t open = 0, before = errors->count;
	struct image_look *looks = ARENA_ARRAY(arena, struct image_look, count ? count : 1);
	for (size_t i = 0; i < count; i++) {
		looks[i] = (struct image_look){ arena, engine, references[i], NULL, &open, errors, 0 };
		if (image_look_send(&looks[i]) == 0)
			open++;
	}
	loop_run(engine->loop, all_seen, &open);
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
