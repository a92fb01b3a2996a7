/* Options of the planners: rows that commands share. Values go into the planners' own structs by offset, so
 * an option is a member there, a row here, and the planner that heeds it. */
#ifndef CMD_PLANNER_OPTIONS_H
#define CMD_PLANNER_OPTIONS_H

#include "cmd/line/options.h"

/* What becomes of containers, for a struct reconcile_options. */
extern const struct opt planner_containers[];

/* What becomes of those that start, for the same. */
extern const struct opt planner_starts[];

/* What becomes of images, for a struct image_options. */
extern const struct opt planner_images[];

#endif
