/* The checks of one service and of the order of all of them; part of check_project. */
#ifndef COMPOSE_CHECK_SERVICE_H
#define COMPOSE_CHECK_SERVICE_H

#include "compose/tree/node.h"

struct check {
	struct arena *arena;
	struct errors *errors;
	const struct node *tree, *disabled;
	const char *name; /* of the service looked at */
	bool failed;
};

/* Adds a finding about the service looked at; `key` is the attribute, or NULL. Returns -1. */
int check_error(struct check *check, const struct mark *at, const char *key, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Hint for the finding that was added last: `name` is declared nowhere in the top-level `section`; `more` is
 * what else can be done, behind a blank of its own, or "". */
void check_hint_undeclared(struct check *check, const char *section, const char *name, const char *more);

/* The attribute of a service that says at that place whom it needs: depends_on, or one that implies it
 * (fill_project.c). */
const char *check_needed_by(const struct node *service, const struct mark *at);

/* Contradictions within one service; `at` is the place of its name. */
void check_service(struct check *check, const struct mark *at, const struct node *service);

/* A cycle of depends_on, as a -> b -> a. */
void check_cycles(struct check *check, const struct node *services);

#endif
