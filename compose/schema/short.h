/* Short forms: functions of the rows' `canon` member. Each gets the node as written, may put another in its
 * place, and leaves long forms alone. A finding is added with the place; with `--no-interpolate`
 * (walk->lenient) what cannot be parsed stays as it is. */
#ifndef COMPOSE_SHORT_H
#define COMPOSE_SHORT_H

#include "compose/schema/walk.h"

/* `8080:80/udp` and ranges, one entry per container port; objects of the registry style move to x-flow. */
int short_ports(struct walk *walk, const struct attr *attr, struct node **node);

/* `source:target:options`. */
int short_volumes(struct walk *walk, const struct attr *attr, struct node **node);

/* `source[:target[:permissions]]`. */
int short_devices(struct walk *walk, const struct attr *attr, struct node **node);

/* Names of secrets and configs. */
int short_file_refs(struct walk *walk, const struct attr *attr, struct node **node);

/* Paths of env files. */
int short_env_files(struct walk *walk, const struct attr *attr, struct node **node);

/* Name of a service of the same file. */
int short_extends(struct walk *walk, const struct attr *attr, struct node **node);

/* Names of services that must have started. */
int short_depends_on(struct walk *walk, const struct attr *attr, struct node **node);

/* `all` devices. */
int short_gpus(struct walk *walk, const struct attr *attr, struct node **node);

/* `id[=path]` of build.ssh. */
int short_ssh(struct walk *walk, const struct attr *attr, struct node **node);

/* `name=context` of build.additional_contexts. */
int short_contexts(struct walk *walk, const struct attr *attr, struct node **node);

/* A boolean that stands for its text (provenance, sbom). */
int short_bool_text(struct walk *walk, const struct attr *attr, struct node **node);

/* `external: {name: N}` of networks, volumes, secrets and configs: seen at the mapping around it. */
int short_external(struct walk *walk, struct node *map);

/* `dependencies` and registry-style objects in `ports` of a service: moved to x-flow. */
int short_flow(struct walk *walk, struct node *service);

/* Whether the service, as written, has such keys. */
bool short_flow_needed(const struct node *service);

/* Empty entries are dropped. */
int short_dns(struct walk *walk, const struct attr *attr, struct node **node);

/* Target of a volume in short form, NULL when it cannot be parsed. */
const char *short_volume_target(struct arena *arena, const char *text);

#endif
