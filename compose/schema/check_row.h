/* Functions of the rows' `check` member: what a canonical value must meet beyond its kind. Each returns 0, or
 * -1 with a finding. */
#ifndef COMPOSE_CHECK_ROW_H
#define COMPOSE_CHECK_ROW_H

#include "compose/schema/walk.h"

/* IPv4 or IPv6 literal. */
int check_ip(struct walk *walk, const struct attr *attr, struct node *node);

/* A container name holds at least two characters that the engine allows. */
int check_container_name(struct walk *walk, const struct attr *attr, struct node *node);

/* A pull policy is one of the known words. */
int check_pull_policy(struct walk *walk, const struct attr *attr, struct node *node);

/* A number within the range of its row (a text is none). */
int check_range(struct walk *walk, const struct attr *attr, const struct node *node);

/* A text that must not be empty. */
int check_not_empty(struct walk *walk, const struct attr *attr, struct node *node);

/* Functions of the rows' `refuse` member: what a decoded value must meet to be of any use. Of compose's
 * attributes that is what engines from 20.10 to 28 ask for (Engine API: POST /containers/create, start,
 * /networks/create, /volumes/create; tried on both); of ours, what makes sense to us. A list comes item by
 * item. Each returns 0, or -1 with a finding. */

/* Most processes that Linux counts (PID_MAX_LIMIT); more is no limit to it, but an error. */
#define PIDS_MOST (INT64_C(4) << 20)

/* A number outside the row's `least` and `most`; 0 stands for the engine's own. */
int refuse_range(struct walk *walk, const struct attr *attr, const struct node *node);

/* A text that is none of the row's `words`; an empty one stands for the engine's own. */
int refuse_word(struct walk *walk, const struct attr *attr, const struct node *node);

/* CPUs that are neither 0 nor a number from 0.01 on; a share outside 0 to 1. */
int refuse_cpus(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_ratio(struct walk *walk, const struct attr *attr, const struct node *node);

/* What is no list of CPUs such as 0-3,5. */
int refuse_cpuset(struct walk *walk, const struct attr *attr, const struct node *node);

/* A quota of CPU time above 0 and below a millisecond. */
int refuse_quota(struct walk *walk, const struct attr *attr, const struct node *node);

/* Memory below 6 MiB. */
int refuse_memory(struct walk *walk, const struct attr *attr, const struct node *node);

/* A time that is set and below a millisecond; one below 0. */
int refuse_time(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_negative(struct walk *walk, const struct attr *attr, const struct node *node);

/* A capability that no kernel has. */
int refuse_capability(struct walk *walk, const struct attr *attr, const struct node *node);

/* A signal that Linux does not have, by name or number. */
int refuse_signal(struct walk *walk, const struct attr *attr, const struct node *node);

/* A restart policy but no, always, unless-stopped, on-failure[:N]. */
int refuse_restart(struct walk *walk, const struct attr *attr, const struct node *node);

/* An empty name among NAME=VALUE pairs. */
int refuse_nameless(struct walk *walk, const struct attr *attr, const struct node *node);

/* A security option of another form than NAME=VALUE, but no-new-privileges. */
int refuse_security(struct walk *walk, const struct attr *attr, const struct node *node);

/* A rule of the devices' control group but `TYPE MAJOR:MINOR ACCESS`. */
int refuse_device_rule(struct walk *walk, const struct attr *attr, const struct node *node);

/* Access to a device but letters of r, w, m. */
int refuse_access(struct walk *walk, const struct attr *attr, const struct node *node);

/* An empty text. */
int refuse_empty(struct walk *walk, const struct attr *attr, const struct node *node);

/* A device of the host that is neither an absolute path nor VENDOR/CLASS=NAME. */
int refuse_device(struct walk *walk, const struct attr *attr, const struct node *node);

/* A path in the container that is absolute neither for Linux nor for Windows; of a mount also the root. */
int refuse_relative(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_mount_target(struct walk *walk, const struct attr *attr, const struct node *node);

/* A tmpfs PATH[:OPTIONS] whose path is not absolute, or the root, or whose options no tmpfs has. */
int refuse_tmpfs(struct walk *walk, const struct attr *attr, const struct node *node);

/* A part of a volume or image that leaves it. */
int refuse_subpath(struct walk *walk, const struct attr *attr, const struct node *node);

/* USER[:GROUP], and a group, by a number beyond 31 bits or below 0. */
int refuse_group(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_user(struct walk *walk, const struct attr *attr, const struct node *node);

/* A name of a container or volume that the engine does not take. */
int refuse_name(struct walk *walk, const struct attr *attr, const struct node *node);

/* A name of a project with other characters than lower case letters, digits, - and _, or that begins with one
 * of the last two. */
int refuse_project(struct walk *walk, const struct attr *attr, const struct node *node);

/* What is no OS[/ARCHITECTURE[/VARIANT]]. */
int refuse_platform(struct walk *walk, const struct attr *attr, const struct node *node);

/* An image reference that cannot be one. */
int refuse_image(struct walk *walk, const struct attr *attr, const struct node *node);

/* Limits by names that Linux does not know, or with soft above hard. */
int refuse_ulimits(struct walk *walk, const struct attr *attr, const struct node *node);

/* A kernel parameter that is the host's: not in a namespace of the container's own (sysctls, all at once). */
int refuse_sysctls(struct walk *walk, const struct attr *attr, const struct node *node);

/* Options that the drivers json-file and local do not have, or values they cannot read (the whole logging).
 */
int refuse_logging(struct walk *walk, const struct attr *attr, const struct node *node);

/* A port of the container outside 1 to 65535; what is no port or range of the host. (The engine takes any
 * text for a port that is only exposed.) */
int refuse_target(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_published(struct walk *walk, const struct attr *attr, const struct node *node);

/* What is no IP address, none of IPv4, none of IPv6; no range ADDRESS/BITS; no hardware address of one
 * device. */
int refuse_ip(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_ipv4(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_ipv6(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_subnet(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_mac(struct walk *walk, const struct attr *attr, const struct node *node);

/* Addresses that contradict their subnet (a pool of a network). */
int refuse_pools(struct walk *walk, const struct attr *attr, const struct node *node);

/* A name of an interface that Linux does not take. */
int refuse_interface(struct walk *walk, const struct attr *attr, const struct node *node);

/* HOST=ADDRESS without an address; a name of more than 64 characters. */
int refuse_host(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_hostname(struct walk *walk, const struct attr *attr, const struct node *node);

/* A link NAME[:ALIAS] with an empty part, or of more than two. */
int refuse_link(struct walk *walk, const struct attr *attr, const struct node *node);

/* [container:]NAME[:MODE] with an empty name, or a mode but ro and rw. */
int refuse_volumes_from(struct walk *walk, const struct attr *attr, const struct node *node);

/* A namespace that is none of the row's `words`, nor another container's (service:NAME, container:NAME). */
int refuse_namespace(struct walk *walk, const struct attr *attr, const struct node *node);

/* Docker flow's own: an expression that is none; status codes such as 200-299,301; a header with a line
 * break; an empty command. */
int refuse_pattern(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_status(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_headers(struct walk *walk, const struct attr *attr, const struct node *node);
int refuse_no_command(struct walk *walk, const struct attr *attr, const struct node *node);

#endif
