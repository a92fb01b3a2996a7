/* The plans of `up` as text or JSON: `plan` and --dry-run. */
#ifndef CMD_PRINT_PLAN_H
#define CMD_PRINT_PLAN_H

#include "cmd/up/up.h"

#include <stdio.h>

/* Prints the image plan and the plan that follows; "nothing to do" when both are empty. Returns 0. */
int print_plans(FILE *out, const struct drive *drive, bool json);

/* The same for one plan (`down --dry-run`). */
int print_one_plan(FILE *out, const struct plan *plan, bool json);

#endif
