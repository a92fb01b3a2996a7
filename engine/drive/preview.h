/* What a plan would do, looked at closely before anything is done. */
#ifndef ENGINE_PREVIEW_H
#define ENGINE_PREVIEW_H

#include "engine/drive/drive.h"

/* What of the drive's plans the engine cannot do, as findings: keys that need a newer one, builds that need a
 * session, and whatever else the body of a creation is refused for. Nothing is asked. Returns 0, or -1. */
int preview_limits(const struct drive *drive, struct errors *errors);

/* Looks at the containers that are to be replaced, and at their images (one request each, all at the same
 * time), and notes in the steps that create the new ones what becomes otherwise, secrets masked
 * unless `show_values`. A container that cannot be looked at has no changes noted. */
void preview_changes(const struct drive *drive, bool show_values);

#endif
