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

/* The member that says what kind of probe it is. */
int bind_probe_kind(struct walk *walk, const struct attr *attr, const struct node *node, void *object);

/* Kind and path of a registry-style port check, once its members are known. */
int bind_port_probe(struct walk *walk, const struct node *node, void *object);

#endif
