/* The images that containers were made from, as `images` lists them. */
#ifndef ENGINE_USED_IMAGE_H
#define ENGINE_USED_IMAGE_H

#include "engine/connect/engine.h"
#include "graph/plan/observed.h"

struct used_image {
	const struct observed_container *container;
	const char *id;               /* sha256:… */
	const char *repository, *tag; /* as people write them; "" when its name is another image's by now */
	const char *platform;         /* linux/amd64; "" when the image is gone */
	const char *tagged; /* its last tag, else its creation, as the engine writes it; "" unknown */
	int64_t size;       /* bytes */
};

/* Looks at the image of each of `count` containers, at each image once and at all at the same time;
 * *ret_images is as long, in the arena. Returns 0, or -1 with a finding. */
int used_images_read(struct arena *arena, struct engine *engine, struct observed_container *const *containers,
	size_t count, struct used_image **ret_images, struct errors *errors);

#endif
