/* The labels docker-flow.inputs that containers should have now. */
#ifndef ENGINE_DRIVE_INPUTS_H
#define ENGINE_DRIVE_INPUTS_H

#include "engine/drive/drive.h"

/* For the selected services: service key → label text, of drive->seen and the files as they are. Entries of
 * binds that a task has changed itself do not count: when its label's binds differ, its container is
 * inspected, and what has changed before its end is taken for its own. Without an engine (imagined plans)
 * binds are left out. Returns 0, or -1 with findings: a config or secret that is to be uploaded cannot
 * be read, or a task's container not be looked at. */
int drive_inputs(const struct drive *drive, const struct map **ret_inputs);

#endif
