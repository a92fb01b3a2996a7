#include "engine/observe/used_image.h"
#include "base/clock.h"
#include "base/text/json.h"
#include "engine/connect/reference.h"
#include "engine/observe/inspect.h"

#include <cjson/cJSON.h>
#include <string.h>

/* The name without what nobody writes: docker.io/library/nginx is nginx. */
static const char *familiar(const char *name)
{
	static const char *const fronts[] = { "docker.io/library/", "docker.io/" };
	for (size_t i = 0; i < 2; i++)
		if (strncmp(name, fronts[i], strlen(fronts[i])) == 0)
			return name + strlen(fronts[i]);
	return name;
}

/* "linux/arm/v7" */
static const char *platform_of(struct arena *arena, const struct cJSON *json)
{
	const char *variant = json_text(json, "Variant", "");
	return arena_printf(arena, "%s/%s%s%s", json_text(json, "Os", "unknown"),
		json_text(json, "Architecture", ""), *variant ? "/" : "", variant);
}

/* Engine API: ImageInspect. The time of an image that was never tagged here is 0001-01-01. */
static int read_image(
	struct arena *arena, const struct cJSON *json, struct used_image *to, struct errors *errors)
{
	static const char what[] = "the engine's answer to GET /images/NAME/json";
	static const struct json_member members[] = { { "", JSON_OBJECT }, { "Id", JSON_ID },
		{ "Size", JSON_NUMBER | JSON_OPTIONAL } };
	int64_t ns;
	if (json_check(json, members, sizeof members / sizeof *members, what, errors) < 0)
		return -1;
	const char *tagged = json_text(json, "Metadata.LastTagTime", "");
	if (clock_read(tagged, &ns) < 0 || ns <= 0)
		tagged = json_text(json, "Created", "");
	to->id = arena_strdup(arena, json_text(json, "Id", ""));
	to->platform = platform_of(arena, json);
	to->tagged = arena_strdup(arena, tagged);
	to->size = json_int(json, "Size", 0);
	return 0;
}

static struct used_image begin_image(struct arena *arena, const struct observed_container *container)
{
	struct used_image image = { .container = container,
		.id = container->image_id,
		.repository = "",
		.tag = "",
		.platform = "",
		.tagged = "" };
	if (strncmp(container->image, "sha256:", 7) != 0) {
		struct reference reference = reference_parse(arena, container->image);
		image.repository = familiar(reference.name);
		image.tag = reference.tag ? reference.tag : "";
	}
	return image;
}

/* What is asked: each image once. `ret_which` says which of them is a container's. */
static struct inspect *questions(struct arena *arena, struct observed_container *const *containers,
	size_t count, size_t *ret_which, size_t *ret_count)
{
	struct inspect *asked = ARENA_ARRAY(arena, struct inspect, count);
	struct map known; /* path → its place in `asked` */
	size_t n = 0;
	map_init(&known, arena);
	for (size_t i = 0; i < count; i++) {
		const char *path = inspect_image_path(arena, containers[i]->image);
		struct inspect *found = map_get(&known, path);
		if (!found) {
			found = &asked[n++];
			found->path = path;
			map_set(&known, path, found);
		}
		ret_which[i] = (size_t)(found - asked);
	}
	*ret_count = n;
	return asked;
}

int used_images_read(struct arena *arena, struct engine *engine, struct observed_container *const *containers,
	size_t count, struct used_image **ret_images, struct errors *errors)
{
	struct used_image *images = ARENA_ARRAY(arena, struct used_image, count);
	size_t *which = ARENA_ARRAY(arena, size_t, count), nasked;
	struct inspect *asked = questions(arena, containers, count, which, &nasked);
	inspect_all(arena, engine, asked, nasked);
	for (size_t i = 0; i < count; i++) {
		const struct inspect *answer = &asked[which[i]];
		if (answer->failed)
			return error_add(errors, ERROR_ENGINE, NULL, NULL,
				"image %s: the engine does not say what it is: %s", containers[i]->image,
				answer->why);
		struct cJSON *json = inspect_json(answer);
		images[i] = begin_image(arena, containers[i]);
		int result = answer->text ? read_image(arena, json, &images[i], errors) : 0;
		cJSON_Delete(json);
		if (result < 0)
			return -1;
	}
	*ret_images = images;
	return 0;
}
