/* Functions of the rows' `bind` member: what goes into the model in a way no store describes. */
#ifndef COMPOSE_BIND_HOOK_H
#define COMPOSE_BIND_HOOK_H

#include "compose/schema/walk.h"

/* Options of a provider: one pair per value. */
int bind_provider_options(struct walk *walk, const struct attr *attr, const struct node *node, void *object);

/* Preferences of deploy.placement: their labels. */
int bind_preferences(struct walk *walk, const struct attr *attr, const struct node *node, void *object);

/* A limit written as one number. */
int bind_ulimit(struct walk *walk, const struct node *node, void *object);

#endif
