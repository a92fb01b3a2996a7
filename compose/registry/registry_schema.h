/* The form of a registry: libcyaml's rows, the check that gives findings a place, and the binding. */
#ifndef COMPOSE_REGISTRY_SCHEMA_H
#define COMPOSE_REGISTRY_SCHEMA_H

#include "compose/registry/registry.h"

#include <cyaml/cyaml.h>

/* A registry: a list of applications. */
extern const struct cyaml_schema_value registry_schema;

/* Row of `key` among the rows of a mapping (which end with a NULL key), or NULL. */
const struct cyaml_schema_field *registry_field(const struct cyaml_schema_field *fields, const char *key);

/* Holds a tree against the rows. Returns 0, or -1 with all findings. */
int registry_validate(struct arena *arena, const struct node *tree, struct errors *errors);

/* Binds text that was found valid: *ret_apps holds *ret_napps applications in the arena. Returns 0, or -1. */
int registry_bind(struct arena *arena, const char *file, const char *text, size_t len,
	struct registry_app **ret_apps, unsigned *ret_napps, struct errors *errors);

#endif
