/* The planners of `pull`, `build` and `push` on the engine. They touch nothing that a lock of the project is
 * for. */
#ifndef ENGINE_DRIVE_IMAGES_H
#define ENGINE_DRIVE_IMAGES_H

#include "engine/drive/drive.h"
#include "graph/images/images.h"

/* What is done with the images. */
enum images_what { IMAGES_PULL, IMAGES_BUILD, IMAGES_PUSH };

/* Set by the caller: `drive` as drive.h says (planner, arg and unlocked by drive_images_init), and what is
 * meant, of one kind. */
struct drive_images {
	struct drive drive;
	enum images_what what;
	struct pull_options pull;
	struct build_options build;
	struct push_options push;
};

/* Makes drive_open, drive_look and drive_run work for it. */
void drive_images_init(struct drive_images *images);

#endif
