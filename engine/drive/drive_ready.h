/* What gates have found ready, kept beside the project's lock: the engine's own health check may look much
 * later. */
#ifndef ENGINE_DRIVE_READY_H
#define ENGINE_DRIVE_READY_H

#include "engine/drive/drive.h"

/* Keeps the containers that gates of the drive's plan have found healthy, with the time; those that were kept
 * before stay as long as drive->seen has them and the plan has not removed them; without any there is no
 * file. What cannot be kept is not, without a word. */
void drive_ready_keep(const struct drive *drive);

/* When they were found ready: container id → int64_t *, Unix seconds. Of the scope's projects. */
const struct map *drive_ready(const struct drive *drive);

#endif
