/* Rows of deploy, develop, hooks, and of the limits of devices. */
#include "compose/schema/bind_hook.h"
#include "compose/schema/check_row.h"
#include "compose/schema/schema.h"
#include "compose/schema/unique.h"

static const char *const orders[] = { "start-first", "stop-first", NULL };
static const char *const actions[] = { "rebuild", "sync", "restart", "sync+restart", "sync+exec", NULL };

static const struct attr update_rows[] = {
	{ "parallelism", KIND_INT, .flags = ATTR_CAST | ATTR_KEEP, AT(struct update_config, parallelism),
		.doc = "Tasks replaced at a time" },
	{ "delay", KIND_DURATION, AT(struct update_config, delay), .doc = "Time between groups" },
	{ "failure_action", KIND_STRING, AT(struct update_config, failure_action),
		.doc = "continue, rollback or pause" },
	{ "monitor", KIND_DURATION, AT(struct update_config, monitor),
		.doc = "Time in which a failure counts" },
	{ "max_failure_ratio", KIND_FLOAT, .flags = ATTR_CAST | ATTR_FLOAT32,
		AT(struct update_config, max_failure_ratio), .doc = "Share of failures to tolerate" },
	{ "order", KIND_STRING, .words = orders, AT(struct update_config, order), .since = "3.4",
		.doc = "stop-first or start-first" },
};
static const struct schema schema_update =
	SCHEMA("update_config", update_rows, sizeof(struct update_config), 0);

static const struct attr device_request_rows[] = {
	{ "capabilities", KIND_STRINGS, .refuse = refuse_empty, .flags = ATTR_REQUIRED | ATTR_UNIQUE,
		AT_TEXTS(struct device_request, capabilities), .doc = "What the device must be able to do" },
	{ "driver", KIND_STRING, AT(struct device_request, driver), .doc = "Driver that provides it" },
	{ "count", KIND_INT, .fallback = "all", AT(struct device_request, count),
		.doc = "Number of devices, or all" },
	{ "device_ids", KIND_STRINGS, .flags = ATTR_UNIQUE, AT_TEXTS(struct device_request, device_ids),
		.doc = "Particular devices" },
	{ "options", KIND_PAIRS, AT_TEXTS(struct device_request, options), .doc = "Options of the driver" },
};
const struct schema schema_reserved_device =
	SCHEMA("device", device_request_rows, sizeof(struct device_request), 0);

static const struct attr gpu_rows[] = {
	{ "capabilities", KIND_STRINGS, .flags = ATTR_UNIQUE, AT_TEXTS(struct device_request, capabilities),
		.doc = "What the GPU must be able to do" },
	{ "driver", KIND_STRING, AT(struct device_request, driver), .doc = "Driver that provides it" },
	{ "count", KIND_INT, .fallback = "all", AT(struct device_request, count),
		.doc = "Number of GPUs, or all" },
	{ "device_ids", KIND_STRINGS, .flags = ATTR_UNIQUE, AT_TEXTS(struct device_request, device_ids),
		.doc = "Particular GPUs" },
	{ "options", KIND_PAIRS, AT_TEXTS(struct device_request, options), .doc = "Options of the driver" },
};
const struct schema schema_device_request =
	SCHEMA("gpus", gpu_rows, sizeof(struct device_request), SCHEMA_OPEN);

static const struct attr discrete_rows[] = {
	{ "kind", KIND_STRING, AT(struct generic_resource, kind), .doc = "Name of the resource" },
	{ "value", KIND_INT, .takes = TAKES_NUMBER | TAKES_STRING, AT(struct generic_resource, value),
		.doc = "How many" },
};
static const struct schema schema_discrete = SCHEMA("discrete_resource_spec", discrete_rows, 0, 0);
static const struct attr generic_rows[] = {
	{ "discrete_resource_spec", KIND_STRUCT, .of = &schema_discrete, .flags = ATTR_INLINE,
		.store = STORE_OBJECT, .doc = "A countable resource" },
};
static const struct schema schema_generic =
	SCHEMA("generic_resources", generic_rows, sizeof(struct generic_resource), 0);

static const struct attr limit_rows[] = {
	{ "cpus", KIND_FLOAT, .refuse = refuse_cpus, .flags = ATTR_FLOAT32, AT(struct resources, cpus),
		.doc = "Number of CPUs" },
	{ "memory", KIND_BYTES, .refuse = refuse_memory, .takes = TAKES_STRING, AT(struct resources, memory),
		.doc = "Most memory" },
	{ "pids", KIND_INT, .refuse = refuse_range, .least = INT64_MIN, .most = PIDS_MOST,
		AT(struct resources, pids), .since = "3.9", .doc = "Most processes" },
};
static const struct schema schema_limits = SCHEMA("limits", limit_rows, sizeof(struct resources), 0);

static const struct attr reservation_rows[] = {
	{ "cpus", KIND_FLOAT, .refuse = refuse_cpus, .flags = ATTR_FLOAT32, AT(struct resources, cpus),
		.doc = "Number of CPUs" },
	{ "memory", KIND_BYTES, .refuse = refuse_memory, .takes = TAKES_STRING, AT(struct resources, memory),
		.doc = "Memory kept free" },
	{ "devices", KIND_STRUCTS, .of = &schema_reserved_device, AT_ARRAY(struct resources, devices),
		.since = "spec", .doc = "Devices needed" },
	{ "generic_resources", KIND_STRUCTS, .of = &schema_generic,
		AT_ARRAY(struct resources, generic_resources), .since = "3.5",
		.doc = "Countable resources needed" },
};
static const struct schema schema_reservations =
	SCHEMA("reservations", reservation_rows, sizeof(struct resources), 0);

static const struct attr resources_rows[] = {
	{ "limits", KIND_STRUCT, .of = &schema_limits, .flags = ATTR_KEEP, AT_OBJECT(struct deploy, limits),
		.doc = "The most a container may use" },
	{ "reservations", KIND_STRUCT, .of = &schema_reservations, .flags = ATTR_KEEP,
		AT_OBJECT(struct deploy, reservations), .doc = "What a container is sure to have" },
};
static const struct schema schema_resources = SCHEMA("resources", resources_rows, 0, 0);

static const char *const restart_words[] = { "none", "no", "on-failure", "any", "always", "unless-stopped",
	NULL };

static const struct attr restart_rows[] = {
	{ "condition", KIND_STRING, .refuse = refuse_word, .words = restart_words,
		AT(struct restart_policy, condition), .doc = "none, on-failure or any" },
	{ "delay", KIND_DURATION, .flags = ATTR_KEEP, AT(struct restart_policy, delay),
		.doc = "Time before a restart" },
	{ "max_attempts", KIND_INT, .refuse = refuse_range, .least = 0, .most = INT32_MAX,
		.flags = ATTR_CAST | ATTR_KEEP, AT(struct restart_policy, max_attempts),
		.doc = "Most restarts" },
	{ "window", KIND_DURATION, .flags = ATTR_KEEP, AT(struct restart_policy, window),
		.doc = "Time after which a start counts as success" },
};
static const struct schema schema_restart =
	SCHEMA("restart_policy", restart_rows, sizeof(struct restart_policy), 0);

static const struct attr preference_rows[] = {
	{ "spread", KIND_STRING, .doc = "Label of the nodes to spread over" },
};
static const struct schema schema_preference = SCHEMA("preferences", preference_rows, 0, 0);
static const struct attr placement_rows[] = {
	{ "constraints", KIND_STRINGS, AT_TEXTS(struct placement, constraints),
		.doc = "What a node must meet" },
	{ "preferences", KIND_STRUCTS, .of = &schema_preference, .bind = bind_preferences, .since = "3.3",
		.doc = "What a node should meet" },
	{ "max_replicas_per_node", KIND_INT, .flags = ATTR_CAST, AT(struct placement, max_replicas_per_node),
		.since = "3.8", .doc = "Most replicas on one node" },
};
static const struct schema schema_placement =
	SCHEMA("placement", placement_rows, sizeof(struct placement), 0);

static const struct attr deploy_rows[] = {
	{ "mode", KIND_STRING, AT(struct deploy, mode), .doc = "replicated, global or a job" },
	{ "replicas", KIND_INT, .flags = ATTR_CAST | ATTR_KEEP | ATTR_NO_HASH, AT(struct deploy, replicas),
		.engine = "number of containers", .doc = "Number of containers" },
	{ "labels", KIND_PAIRS, MERGE_LIST, .key = unique_name, AT_TEXTS(struct deploy, labels),
		.doc = "Labels of the swarm service" },
	{ "update_config", KIND_STRUCT, .of = &schema_update, .flags = ATTR_KEEP,
		AT_OBJECT(struct deploy, update_config), .doc = "How a swarm updates" },
	{ "rollback_config", KIND_STRUCT, .of = &schema_update, .flags = ATTR_KEEP,
		AT_OBJECT(struct deploy, rollback_config), .since = "3.7", .doc = "How a swarm rolls back" },
	{ "resources", KIND_STRUCT, .of = &schema_resources, .flags = ATTR_INLINE | ATTR_ALWAYS,
		.store = STORE_OBJECT,
		.engine = "HostConfig.NanoCpus, Memory, MemoryReservation, PidsLimit, DeviceRequests",
		.doc = "Limits and reservations" },
	{ "restart_policy", KIND_STRUCT, .of = &schema_restart, .flags = ATTR_KEEP,
		AT_OBJECT(struct deploy, restart_policy), .engine = "HostConfig.RestartPolicy",
		.doc = "When to restart" },
	{ "placement", KIND_STRUCT, .of = &schema_placement, .flags = ATTR_ALWAYS,
		AT_OBJECT(struct deploy, placement), .doc = "Where a swarm runs the service" },
	{ "endpoint_mode", KIND_STRING, AT(struct deploy, endpoint_mode), .since = "3.2",
		.doc = "vip or dnsrr" },
};
const struct schema schema_deploy = SCHEMA("deploy", deploy_rows, sizeof(struct deploy), 0);

static const struct attr hook_rows[] = {
	{ "command", KIND_COMMAND, .flags = ATTR_KEEP | ATTR_ALWAYS, AT_TEXTS(struct hook, command),
		.doc = "Command to run" },
	{ "image", KIND_STRING, .refuse = refuse_image, AT(struct hook, image),
		.doc = "Image of a pre_start command" },
	{ "user", KIND_STRING, .refuse = refuse_user, AT(struct hook, user), .doc = "User of the process" },
	{ "privileged", KIND_BOOL, AT(struct hook, privileged), .doc = "All rights of the host" },
	{ "working_dir", KIND_STRING, .refuse = refuse_relative, AT(struct hook, working_dir),
		.doc = "Working directory" },
	{ "environment", KIND_ENV, .refuse = refuse_nameless, AT_TEXTS(struct hook, environment),
		.doc = "Environment variables" },
	{ "per_replica", KIND_BOOL, AT(struct hook, per_replica), .engine = "refused",
		.doc = "Run a pre_start command for each container" },
};
const struct schema schema_hook = SCHEMA("pre_start", hook_rows, sizeof(struct hook), 0);

static const struct attr exec_rows[] = {
	{ "command", KIND_COMMAND, .refuse = refuse_no_command,
		.flags = ATTR_REQUIRED | ATTR_KEEP | ATTR_ALWAYS, AT_TEXTS(struct hook, command),
		.doc = "Command to run" },
	{ "user", KIND_STRING, .refuse = refuse_user, AT(struct hook, user), .doc = "User of the process" },
	{ "privileged", KIND_BOOL, AT(struct hook, privileged), .doc = "All rights of the host" },
	{ "working_dir", KIND_STRING, .refuse = refuse_relative, AT(struct hook, working_dir),
		.doc = "Working directory" },
	{ "environment", KIND_ENV, .refuse = refuse_nameless, AT_TEXTS(struct hook, environment),
		.doc = "Environment variables" },
};
const struct schema schema_exec = SCHEMA("hook", exec_rows, sizeof(struct hook), 0);

static const struct attr watch_rows[] = {
	{ "path", KIND_STRING, .flags = ATTR_REQUIRED | ATTR_PATH, .check = check_not_empty,
		AT(struct watch_rule, path), .doc = "File or folder to watch" },
	{ "action", KIND_STRING, .flags = ATTR_REQUIRED, .words = actions, AT(struct watch_rule, action),
		.doc = "What to do on a change" },
	{ "target", KIND_STRING, AT(struct watch_rule, target), .doc = "Where files go in the container" },
	{ "exec", KIND_STRUCT, .of = &schema_exec, .flags = ATTR_ALWAYS, AT_OBJECT(struct watch_rule, exec),
		.doc = "Command to run after a sync" },
	{ "include", KIND_STRINGS, .takes = TAKES_STRING | TAKES_LIST, .flags = ATTR_ONE | ATTR_UNIQUE,
		AT_TEXTS(struct watch_rule, include), .doc = "Patterns of files that count" },
	{ "ignore", KIND_STRINGS, .takes = TAKES_STRING | TAKES_LIST, .flags = ATTR_ONE | ATTR_UNIQUE,
		AT_TEXTS(struct watch_rule, ignore), .doc = "Patterns of files that do not count" },
	{ "initial_sync", KIND_BOOL, .takes = TAKES_BOOL, AT(struct watch_rule, initial_sync),
		.doc = "Sync everything at the start" },
};
static const struct schema schema_watch = SCHEMA("watch", watch_rows, sizeof(struct watch_rule), SCHEMA_AT);
static const struct attr develop_rows[] = {
	{ "watch", KIND_STRUCTS, .of = &schema_watch, AT_LIST(struct develop, watch),
		.doc = "What to do when files change" },
};
const struct schema schema_develop = SCHEMA("develop", develop_rows, sizeof(struct develop), 0);

static const struct attr blkio_weight_rows[] = {
	{ "path", KIND_STRING, .refuse = refuse_device, AT(struct blkio_device, path),
		.doc = "Device of the host" },
	{ "weight", KIND_INT, .refuse = refuse_range, .least = 10, .most = 1000, .flags = ATTR_KEEP,
		AT(struct blkio_device, value), .doc = "Relative weight, 10-1000" },
};
static const struct schema schema_blkio_weight =
	SCHEMA("weight_device", blkio_weight_rows, sizeof(struct blkio_device), SCHEMA_NO_X | SCHEMA_CAPITAL);
static const struct attr blkio_rate_rows[] = {
	{ "path", KIND_STRING, .refuse = refuse_device, AT(struct blkio_device, path),
		.doc = "Device of the host" },
	{ "rate", KIND_BYTES, .refuse = refuse_range, .least = 1, .most = INT64_MAX, .flags = ATTR_KEEP,
		.takes = TAKES_INT | TAKES_STRING, AT(struct blkio_device, value),
		.doc = "Bytes or operations a second" },
};
static const struct schema schema_blkio_rate =
	SCHEMA("device rate", blkio_rate_rows, sizeof(struct blkio_device), SCHEMA_NO_X | SCHEMA_CAPITAL);
#define RATES(member, text)                                                                                  \
	{                                                                                                    \
#member, KIND_STRUCTS, .of = &schema_blkio_rate, AT_ARRAY(struct blkio, member), .doc = text \
	}
static const struct attr blkio_rows[] = {
	{ "weight", KIND_INT, .refuse = refuse_range, .least = 10, .most = 1000, AT(struct blkio, weight),
		.doc = "Relative weight against other containers" },
	{ "weight_device", KIND_STRUCTS, .of = &schema_blkio_weight, AT_ARRAY(struct blkio, weight_device),
		.doc = "Weight by device" },
	RATES(device_read_bps, "Most bytes read a second"),
	RATES(device_read_iops, "Most reads a second"),
	RATES(device_write_bps, "Most bytes written a second"),
	RATES(device_write_iops, "Most writes a second"),
};
const struct schema schema_blkio = SCHEMA("blkio_config", blkio_rows, sizeof(struct blkio), SCHEMA_NO_X);
