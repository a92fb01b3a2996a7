/* Rows of a service and of the small mappings in it. */
#include "compose/schema/bind_hook.h"
#include "compose/schema/check_row.h"
#include "compose/schema/schema.h"
#include "compose/schema/short.h"
#include "compose/schema/unique.h"

#define SERVICE(member)        AT(struct service, member)
#define SERVICE_TEXTS(member)  AT_TEXTS(struct service, member)
#define SERVICE_OBJECT(member) AT_OBJECT(struct service, member)
#define SERVICE_LIST(member)   AT_LIST(struct service, member)

static const char *const conditions[] = { "service_started", "service_healthy",
	"service_completed_successfully", NULL };
static const char *const cgroups[] = { "host", "private", NULL };
static const char *const all_devices[] = { "all", NULL };

static const struct attr dependency_rows[] = {
	{ "condition", KIND_STRING, .flags = ATTR_REQUIRED, AT_ENUM(struct dependency, condition),
		.words = conditions, .doc = "What the dependency must have reached" },
	{ "restart", KIND_BOOL, AT(struct dependency, restart),
		.doc = "Restart this service when the dependency is restarted" },
	{ "required", KIND_BOOL, .flags = ATTR_KEEP | ATTR_CAST, AT(struct dependency, required),
		.fallback = "true", .doc = "false: go on without the dependency" },
};
static const struct schema schema_dependency =
	SCHEMA("dependency", dependency_rows, sizeof(struct dependency), SCHEMA_NAMED);

static const struct attr env_file_rows[] = {
	{ "path", KIND_STRING, .flags = ATTR_REQUIRED | ATTR_PATH, .doc = "File with NAME=VALUE lines" },
	{ "required", KIND_BOOL, .flags = ATTR_KEEP, .fallback = "true",
		.doc = "false: a missing file is no error" },
	{ "format", KIND_STRING, .doc = "raw: values are taken as they stand" },
};
static const struct schema schema_env_file = SCHEMA("env_file", env_file_rows, 0, SCHEMA_NO_X);

static const struct attr extends_rows[] = {
	{ "service", KIND_STRING, .flags = ATTR_REQUIRED, .doc = "Service to start from" },
	{ "file", KIND_STRING, .flags = ATTR_PATH | ATTR_REMOTE,
		.doc = "File, repository or URL it is in; absent: this one" },
};
static const struct schema schema_extends = SCHEMA("extends", extends_rows, 0, SCHEMA_NO_X);

static const struct attr healthcheck_rows[] = {
	{ "test", KIND_TEST, MERGE_REPLACE, AT_TEXTS(struct healthcheck, test),
		.form = "text, or a list that starts with CMD or CMD-SHELL",
		.doc = "Command that tells health" },
	{ "timeout", KIND_DURATION, .flags = ATTR_KEEP, AT(struct healthcheck, timeout),
		.doc = "Longest time of one check" },
	{ "interval", KIND_DURATION, .flags = ATTR_KEEP, AT(struct healthcheck, interval),
		.doc = "Time between checks" },
	{ "retries", KIND_INT, .takes = TAKES_NUMBER | TAKES_STRING, .flags = ATTR_CAST | ATTR_KEEP,
		.ranged = true, .least = 0, .most = INT64_MAX, AT(struct healthcheck, retries),
		.doc = "Failures in a row that mean unhealthy" },
	{ "start_period", KIND_DURATION, .flags = ATTR_KEEP, AT(struct healthcheck, start_period),
		.doc = "Time in which failures do not count" },
	{ "start_interval", KIND_DURATION, .flags = ATTR_KEEP, AT(struct healthcheck, start_interval),
		.doc = "Time between checks in the start period" },
	{ "disable", KIND_BOOL, .flags = ATTR_CAST, AT(struct healthcheck, disable),
		.doc = "Switch the image's health check off" },
};
static const struct schema schema_healthcheck =
	SCHEMA("healthcheck", healthcheck_rows, sizeof(struct healthcheck), 0);

static const struct attr logging_rows[] = {
	{ "driver", KIND_STRING, AT(struct logging, driver), .doc = "Logging driver" },
	{ "options", KIND_PAIRS, .takes = TAKES_MAP, .items = TAKES_STRING | TAKES_NUMBER | TAKES_NULL,
		AT_TEXTS(struct logging, options), .doc = "Options of the driver" },
};
static const struct schema schema_logging = SCHEMA("logging", logging_rows, sizeof(struct logging), 0);

static const struct attr provider_rows[] = {
	{ "type", KIND_STRING, .flags = ATTR_REQUIRED, AT(struct provider, type),
		.doc = "Name of the plugin" },
	{ "options", KIND_MULTI, .bind = bind_provider_options, .doc = "Options of the plugin" },
};
static const struct schema schema_provider = SCHEMA("provider", provider_rows, sizeof(struct provider), 0);

static const struct attr credential_rows[] = {
	{ "config", KIND_STRING, AT(struct credential_spec, config), .doc = "Config that holds the spec" },
	{ "file", KIND_STRING, AT(struct credential_spec, file), .doc = "File that holds the spec" },
	{ "registry", KIND_STRING, AT(struct credential_spec, registry),
		.doc = "Registry value of the host" },
};
static const struct schema schema_credential =
	SCHEMA("credential_spec", credential_rows, sizeof(struct credential_spec), 0);

static const struct attr attachment_rows[] = {
	{ "aliases", KIND_STRINGS, .key = unique_name, AT_TEXTS(struct attachment, aliases),
		.doc = "Further names on the network" },
	{ "driver_opts", KIND_PAIRS, .takes = TAKES_MAP, .items = TAKES_STRING | TAKES_NUMBER,
		AT_TEXTS(struct attachment, driver_opts), .doc = "Options for the network's driver" },
	{ "gw_priority", KIND_INT, .takes = TAKES_NUMBER, AT(struct attachment, gw_priority),
		.doc = "Highest: the default gateway is on this network" },
	{ "interface_name", KIND_STRING, AT(struct attachment, interface_name),
		.doc = "Name of the interface in the container" },
	{ "ipv4_address", KIND_STRING, AT(struct attachment, ipv4_address), .doc = "Fixed IPv4 address" },
	{ "ipv6_address", KIND_STRING, AT(struct attachment, ipv6_address), .doc = "Fixed IPv6 address" },
	{ "link_local_ips", KIND_STRINGS, .key = unique_name, AT_TEXTS(struct attachment, link_local_ips),
		.doc = "Link-local addresses" },
	{ "mac_address", KIND_STRING, AT(struct attachment, mac_address), .doc = "Hardware address" },
	{ "priority", KIND_INT, .takes = TAKES_NUMBER, AT(struct attachment, priority),
		.doc = "Order in which networks are connected" },
};
static const struct schema schema_attachment =
	SCHEMA("service network", attachment_rows, sizeof(struct attachment), SCHEMA_NAMED);

static const struct attr model_ref_rows[] = {
	{ "endpoint_var", KIND_STRING, AT(struct model_ref, endpoint_var),
		.doc = "Variable that tells the model's URL" },
	{ "model_var", KIND_STRING, AT(struct model_ref, model_var),
		.doc = "Variable that tells the model's name" },
};
static const struct schema schema_model_ref =
	SCHEMA("service model", model_ref_rows, sizeof(struct model_ref), SCHEMA_NAMED);

static const struct attr service_rows[] = {
	{ "profiles", KIND_STRINGS, .key = unique_name, .flags = ATTR_NO_HASH | ATTR_UNIQUE,
		SERVICE_TEXTS(profiles), .doc = "Profiles that switch the service on; none: always on" },
	{ "annotations", KIND_PAIRS, MERGE_LIST, .key = unique_name, SERVICE_TEXTS(annotations),
		.doc = "Annotations for the runtime" },
	{ "attach", KIND_BOOL, .flags = ATTR_KEEP, SERVICE(attach),
		.doc = "false: `up` does not show the service's output" },
	{ "build", KIND_STRUCT, MERGE_SHORT, .takes = TAKES_STRING | TAKES_MAP, .of = &schema_build,
		.flags = ATTR_KEEP | ATTR_NO_HASH, SERVICE_OBJECT(build),
		.form = "a folder (`build: .`) or a mapping", .doc = "How to build the image" },
	{ "develop", KIND_STRUCT, .takes = TAKES_MAP | TAKES_NULL, .of = &schema_develop, .flags = ATTR_KEEP,
		SERVICE_OBJECT(develop), .doc = "What `watch` does when files change" },
	{ "blkio_config", KIND_STRUCT, .of = &schema_blkio, .flags = ATTR_KEEP, SERVICE_OBJECT(blkio_config),
		.doc = "Limits of block devices" },
	{ "cap_add", KIND_STRINGS, .key = unique_name, .flags = ATTR_UNIQUE, SERVICE_TEXTS(cap_add),
		.doc = "Capabilities to add" },
	{ "cap_drop", KIND_STRINGS, .key = unique_name, .flags = ATTR_UNIQUE, SERVICE_TEXTS(cap_drop),
		.doc = "Capabilities to drop" },
	{ "cgroup_parent", KIND_STRING, SERVICE(cgroup_parent), .doc = "Parent control group" },
	{ "cgroup", KIND_STRING, .words = cgroups, SERVICE(cgroup), .doc = "Control group namespace" },
	{ "cpu_count", KIND_INT, .flags = ATTR_CAST, .ranged = true, .least = 0, .most = INT64_MAX,
		SERVICE(cpu_count), .doc = "Number of usable CPUs" },
	{ "cpu_percent", KIND_FLOAT, .flags = ATTR_CAST | ATTR_FLOAT32, .takes = TAKES_INT | TAKES_STRING,
		.ranged = true, .least = 0, .most = 100, SERVICE(cpu_percent),
		.doc = "Usable share of the CPUs" },
	{ "cpu_period", KIND_INT, .flags = ATTR_CAST, .takes = TAKES_NUMBER | TAKES_STRING,
		SERVICE(cpu_period), .doc = "Period of the CPU scheduler in microseconds" },
	{ "cpu_quota", KIND_INT, .flags = ATTR_CAST, .takes = TAKES_NUMBER | TAKES_STRING, SERVICE(cpu_quota),
		.doc = "Quota of the CPU scheduler in microseconds" },
	{ "cpu_rt_period", KIND_INT, .flags = ATTR_CAST, .takes = TAKES_NUMBER | TAKES_STRING,
		SERVICE(cpu_rt_period), .doc = "Period of the real-time scheduler in microseconds" },
	{ "cpu_rt_runtime", KIND_INT, .flags = ATTR_CAST, .takes = TAKES_NUMBER | TAKES_STRING,
		SERVICE(cpu_rt_runtime), .doc = "Runtime of the real-time scheduler in microseconds" },
	{ "cpus", KIND_FLOAT, .flags = ATTR_CAST | ATTR_FLOAT32, SERVICE(cpus),
		.doc = "Number of CPUs, fractions allowed" },
	{ "cpuset", KIND_STRING, SERVICE(cpuset), .doc = "CPUs the containers may run on: 0-3 or 0,1" },
	{ "cpu_shares", KIND_INT, .flags = ATTR_CAST, .takes = TAKES_NUMBER | TAKES_STRING,
		SERVICE(cpu_shares), .doc = "Relative weight against other containers" },
	{ "command", KIND_COMMAND, MERGE_REPLACE, .flags = ATTR_KEEP | ATTR_ALWAYS, SERVICE_TEXTS(command),
		.doc = "Replaces the image's command" },
	{ "configs", KIND_STRUCTS, .items = TAKES_STRING | TAKES_MAP, .of = &schema_file_ref,
		.canon = short_file_refs, .key = unique_config, SERVICE_LIST(configs), .form = "a list",
		.doc = "Configs the service may read" },
	{ "container_name", KIND_STRING, .check = check_container_name, SERVICE(container_name),
		.doc = "Fixed name; only one container is possible then" },
	{ "credential_spec", KIND_STRUCT, .of = &schema_credential, .flags = ATTR_KEEP,
		SERVICE_OBJECT(credential_spec), .doc = "Credential spec of a managed service account" },
	{ "depends_on", KIND_NAMED, MERGE_NAMES, .takes = TAKES_LIST | TAKES_MAP, .of = &schema_dependency,
		.canon = short_depends_on, .flags = ATTR_NO_HASH | ATTR_UNIQUE, SERVICE_LIST(depends_on),
		.form = "a list or a mapping", .doc = "Services to start before" },
	{ "deploy", KIND_STRUCT, .takes = TAKES_MAP | TAKES_NULL, .of = &schema_deploy, .flags = ATTR_KEEP,
		SERVICE_OBJECT(deploy), .doc = "Replicas, resources and how a swarm runs the service" },
	{ "device_cgroup_rules", KIND_STRINGS, .flags = ATTR_UNIQUE, SERVICE_TEXTS(device_cgroup_rules),
		.doc = "Device control group rules" },
	{ "devices", KIND_STRUCTS, .items = TAKES_STRING | TAKES_MAP, .of = &schema_device,
		.canon = short_devices, .key = unique_device, AT_ARRAY(struct service, devices),
		.form = "a list", .doc = "Devices of the host" },
	{ "dns", KIND_STRINGS, MERGE_LIST, .takes = TAKES_STRING | TAKES_LIST, .flags = ATTR_ONE,
		.canon = short_dns, .key = unique_name, SERVICE_TEXTS(dns), .doc = "DNS servers" },
	{ "dns_opt", KIND_STRINGS, MERGE_LIST, .key = unique_name, .flags = ATTR_UNIQUE,
		SERVICE_TEXTS(dns_opt), .doc = "Resolver options" },
	{ "dns_search", KIND_STRINGS, MERGE_LIST, .takes = TAKES_STRING | TAKES_LIST, .key = unique_name,
		SERVICE_TEXTS(dns_search), .doc = "Search domains" },
	{ "domainname", KIND_STRING, SERVICE(domainname), .doc = "Domain name of the containers" },
	{ "entrypoint", KIND_COMMAND, MERGE_REPLACE, .flags = ATTR_KEEP | ATTR_ALWAYS,
		SERVICE_TEXTS(entrypoint), .doc = "Replaces the image's entry point" },
	{ "provider", KIND_STRUCT, .of = &schema_provider, .flags = ATTR_KEEP, SERVICE_OBJECT(provider),
		.doc = "Plugin that provides the service" },
	{ "environment", KIND_ENV, MERGE_LIST, .key = unique_name, SERVICE_TEXTS(environment),
		.form = "a mapping or a list", .doc = "Environment variables" },
	{ "env_file", KIND_STRUCTS, MERGE_LIST, .takes = TAKES_STRING | TAKES_LIST,
		.items = TAKES_STRING | TAKES_MAP, .of = &schema_env_file, .canon = short_env_files,
		.key = unique_path, .doc = "Files with environment variables" },
	{ "label_file", KIND_STRINGS, MERGE_LIST, .takes = TAKES_STRING | TAKES_LIST,
		.flags = ATTR_ONE | ATTR_HIDDEN | ATTR_PATH, .doc = "Files with labels" },
	{ "extends", KIND_STRUCT, .takes = TAKES_STRING | TAKES_MAP, .of = &schema_extends,
		.flags = ATTR_HIDDEN, .doc = "Service whose attributes are the base of this one" },
	{ "expose", KIND_STRINGS, .items = TAKES_STRING | TAKES_NUMBER, .key = unique_text,
		SERVICE_TEXTS(expose), .doc = "Ports open to other services" },
	{ "external_links", KIND_STRINGS, .flags = ATTR_UNIQUE, SERVICE_TEXTS(external_links),
		.doc = "Containers outside the project to link to" },
	{ "extra_hosts", KIND_HOSTS, MERGE_HOSTS, SERVICE_TEXTS(extra_hosts),
		.doc = "Entries for /etc/hosts" },
	{ "group_add", KIND_STRINGS, .items = TAKES_STRING | TAKES_NUMBER, .flags = ATTR_UNIQUE,
		SERVICE_TEXTS(group_add), .doc = "Further groups of the user" },
	{ "gpus", KIND_STRUCTS, .takes = TAKES_STRING | TAKES_LIST, .of = &schema_device_request,
		.canon = short_gpus, .words = all_devices, AT_ARRAY(struct service, gpus),
		.form = "`all` or a list of requests", .doc = "GPUs to use" },
	{ "hostname", KIND_STRING, SERVICE(hostname), .doc = "Host name of the containers" },
	{ "healthcheck", KIND_STRUCT, .of = &schema_healthcheck, .flags = ATTR_KEEP,
		SERVICE_OBJECT(healthcheck), .doc = "How the engine tells that a container is healthy" },
	{ "image", KIND_STRING, SERVICE(image), .doc = "Image of the containers" },
	{ "init", KIND_BOOL, .flags = ATTR_CAST | ATTR_KEEP, SERVICE(init),
		.doc = "Run an init as process 1" },
	{ "ipc", KIND_STRING, SERVICE(ipc), .doc = "IPC namespace" },
	{ "isolation", KIND_STRING, SERVICE(isolation), .doc = "Isolation technology" },
	{ "labels", KIND_PAIRS, MERGE_LIST, .key = unique_name, SERVICE_TEXTS(labels),
		.doc = "Labels of the containers" },
	{ "links", KIND_STRINGS, .key = unique_name, .flags = ATTR_UNIQUE, SERVICE_TEXTS(links),
		.doc = "Services to reach under another name" },
	{ "logging", KIND_STRUCT, MERGE_LOGGING, .of = &schema_logging, .flags = ATTR_KEEP,
		SERVICE_OBJECT(logging), .doc = "Where output goes" },
	{ "mem_limit", KIND_BYTES, SERVICE(mem_limit), .doc = "Most memory" },
	{ "mem_reservation", KIND_BYTES, .takes = TAKES_INT | TAKES_STRING, SERVICE(mem_reservation),
		.doc = "Memory kept free" },
	{ "memswap_limit", KIND_BYTES, SERVICE(memswap_limit), .doc = "Most memory and swap together" },
	{ "mem_swappiness", KIND_BYTES, .takes = TAKES_INT | TAKES_STRING, SERVICE(mem_swappiness),
		.doc = "How readily memory is swapped out, 0-100" },
	{ "mac_address", KIND_STRING, SERVICE(mac_address), .doc = "Hardware address" },
	{ "models", KIND_NAMED, MERGE_NAMES, .takes = TAKES_LIST | TAKES_MAP, .items = TAKES_MAP | TAKES_NULL,
		.of = &schema_model_ref, .flags = ATTR_NULLS | ATTR_UNIQUE, SERVICE_LIST(models),
		.doc = "Language models to use" },
	{ "network_mode", KIND_STRING, SERVICE(network_mode),
		.doc = "bridge, host, none, service:NAME or container:NAME instead of networks" },
	{ "networks", KIND_NAMED, MERGE_NAMES, .takes = TAKES_LIST | TAKES_MAP,
		.items = TAKES_MAP | TAKES_NULL, .of = &schema_attachment, .flags = ATTR_NULLS | ATTR_UNIQUE,
		SERVICE_LIST(networks), .form = "a list or a mapping", .doc = "Networks to join" },
	{ "oom_kill_disable", KIND_BOOL, .flags = ATTR_CAST, SERVICE(oom_kill_disable),
		.doc = "Never kill when memory runs out" },
	{ "oom_score_adj", KIND_INT, .flags = ATTR_CAST, .ranged = true, .least = -1000, .most = 1000,
		SERVICE(oom_score_adj), .doc = "How likely a kill is when memory runs out" },
	{ "pid", KIND_STRING, .takes = TAKES_STRING | TAKES_NULL, SERVICE(pid), .doc = "PID namespace" },
	{ "pids_limit", KIND_INT, .flags = ATTR_CAST, .takes = TAKES_NUMBER | TAKES_STRING,
		SERVICE(pids_limit), .doc = "Most processes" },
	{ "platform", KIND_STRING, SERVICE(platform), .doc = "os[/arch[/variant]] of the image" },
	{ "ports", KIND_STRUCTS, .items = TAKES_NUMBER | TAKES_STRING | TAKES_MAP, .of = &schema_port,
		.canon = short_ports, .key = unique_port, SERVICE_LIST(ports), .form = "a list",
		.doc = "Published ports" },
	{ "privileged", KIND_BOOL, .flags = ATTR_CAST, SERVICE(privileged), .doc = "All rights of the host" },
	{ "pull_policy", KIND_STRING, .flags = ATTR_NO_HASH, .check = check_pull_policy, SERVICE(pull_policy),
		.doc = "When to pull: always, missing, never, build, daily, weekly, every_12h" },
	{ "pull_refresh_after", KIND_STRING, .flags = ATTR_HIDDEN | ATTR_NO_HASH,
		.doc = "Accepted for compatibility; use pull_policy: every_…" },
	{ "read_only", KIND_BOOL, .flags = ATTR_CAST, SERVICE(read_only),
		.doc = "Read-only root file system" },
	{ "restart", KIND_STRING, SERVICE(restart), .doc = "no, always, on-failure[:N] or unless-stopped" },
	{ "runtime", KIND_STRING, SERVICE(runtime), .doc = "Runtime of the containers" },
	{ "scale", KIND_INT, .flags = ATTR_CAST | ATTR_KEEP | ATTR_NO_HASH, SERVICE(scale),
		.doc = "Number of containers" },
	{ "secrets", KIND_STRUCTS, .items = TAKES_STRING | TAKES_MAP, .of = &schema_file_ref,
		.canon = short_file_refs, .key = unique_secret, SERVICE_LIST(secrets), .form = "a list",
		.doc = "Secrets the service may read" },
	{ "security_opt", KIND_STRINGS, .flags = ATTR_UNIQUE, SERVICE_TEXTS(security_opt),
		.doc = "Security options" },
	{ "shm_size", KIND_BYTES, SERVICE(shm_size), .doc = "Size of /dev/shm" },
	{ "stdin_open", KIND_BOOL, .flags = ATTR_CAST, SERVICE(stdin_open),
		.doc = "Keep standard input open" },
	{ "stop_grace_period", KIND_DURATION, .flags = ATTR_KEEP, SERVICE(stop_grace_period),
		.doc = "Time between the stop signal and the kill" },
	{ "stop_signal", KIND_STRING, SERVICE(stop_signal), .doc = "Signal that stops the container" },
	{ "storage_opt", KIND_PAIRS, .takes = TAKES_MAP, SERVICE_TEXTS(storage_opt),
		.doc = "Options of the storage driver" },
	{ "sysctls", KIND_PAIRS, MERGE_LIST, .key = unique_name, SERVICE_TEXTS(sysctls),
		.doc = "Kernel parameters" },
	{ "tmpfs", KIND_STRINGS, MERGE_LIST, .takes = TAKES_STRING | TAKES_LIST, .key = unique_name,
		SERVICE_TEXTS(tmpfs), .doc = "File systems in memory: path[:options]" },
	{ "tty", KIND_BOOL, .flags = ATTR_CAST, SERVICE(tty), .doc = "Give the container a terminal" },
	{ "ulimits", KIND_NAMED, MERGE_SINGLE, .items = TAKES_INT | TAKES_STRING | TAKES_MAP,
		.of = &schema_ulimit, SERVICE_LIST(ulimits), .doc = "Limits of the processes" },
	{ "use_api_socket", KIND_BOOL, .takes = TAKES_BOOL, SERVICE(use_api_socket),
		.doc = "Give the container the engine's socket" },
	{ "user", KIND_STRING, SERVICE(user), .doc = "User[:group] of the process" },
	{ "userns_mode", KIND_STRING, SERVICE(userns_mode), .doc = "User namespace" },
	{ "uts", KIND_STRING, SERVICE(uts), .doc = "UTS namespace" },
	{ "volumes", KIND_STRUCTS, .items = TAKES_STRING | TAKES_MAP, .of = &schema_mount,
		.canon = short_volumes, .key = unique_mount, SERVICE_LIST(volumes), .form = "a list",
		.doc = "Volumes and folders of the host" },
	{ "volumes_from", KIND_STRINGS, .flags = ATTR_UNIQUE, SERVICE_TEXTS(volumes_from),
		.doc = "Services or containers whose volumes are mounted, too" },
	{ "working_dir", KIND_STRING, SERVICE(working_dir), .doc = "Working directory of the process" },
	{ "pre_start", KIND_STRUCTS, .of = &schema_hook, SERVICE_LIST(pre_start),
		.doc = "Commands run in a container of their own before the start" },
	{ "post_start", KIND_STRUCTS, .of = &schema_exec, SERVICE_LIST(post_start),
		.doc = "Commands run in the container after the start" },
	{ "pre_stop", KIND_STRUCTS, .of = &schema_exec, SERVICE_LIST(pre_stop),
		.doc = "Commands run in the container before the stop" },
	{ "dependencies", KIND_STRINGS, .flags = ATTR_FLOW | ATTR_BARE,
		.doc = "Registry style: services and applications that must be ready" },
	{ "x-flow", KIND_STRUCT, .of = &schema_flow_service, .flags = ATTR_FLOW | ATTR_NO_HASH,
		SERVICE_OBJECT(flow), .doc = "docker flow's own attributes" },
};
const struct schema schema_service = SCHEMA("service", service_rows, sizeof(struct service), SCHEMA_NAMED);
