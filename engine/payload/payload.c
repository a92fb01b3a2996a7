#include "engine/payload/payload.h"
#include "base/clock.h"
#include "base/text/json.h"
#include "compose/print/hash.h"
#include "engine/payload/payload_put.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, LIST, CAPABILITIES, NUMBER, SWITCH, CHOICE, PAIRS };

/* An attribute that goes to the engine as it is. */
struct payload_row {
	enum kind kind;
	unsigned at, count; /* offsets in struct service; count: of lists and pairs */
	bool host;          /* HostConfig, else the container's own config */
	const char *key;
};

#define ONE(member)  offsetof(struct service, member), 0
#define MANY(member) offsetof(struct service, member), offsetof(struct service, n##member)

/* clang-format off */
static const struct payload_row rows[] = {
	{ LIST,   MANY(command),             false, "Cmd" },
	{ LIST,   MANY(entrypoint),          false, "Entrypoint" },
	{ TEXT,   ONE(hostname),             false, "Hostname" },
	{ TEXT,   ONE(domainname),           false, "Domainname" },
	{ TEXT,   ONE(user),                 false, "User" },
	{ TEXT,   ONE(working_dir),          false, "WorkingDir" },
	{ TEXT,   ONE(stop_signal),          false, "StopSignal" },
	{ SWITCH, ONE(tty),                  false, "Tty" },
	{ SWITCH, ONE(stdin_open),           false, "OpenStdin" },
	{ PAIRS,  MANY(annotations),         true,  "Annotations" },
	{ CAPABILITIES, MANY(cap_add),       true,  "CapAdd" },
	{ CAPABILITIES, MANY(cap_drop),      true,  "CapDrop" },
	{ TEXT,   ONE(cgroup),               true,  "CgroupnsMode" },
	{ TEXT,   ONE(cgroup_parent),        true,  "CgroupParent" },
	{ NUMBER, ONE(cpu_count),            true,  "CpuCount" },
	{ NUMBER, ONE(cpu_shares),           true,  "CpuShares" },
	{ NUMBER, ONE(cpu_period),           true,  "CpuPeriod" },
	{ NUMBER, ONE(cpu_quota),            true,  "CpuQuota" },
	{ NUMBER, ONE(cpu_rt_period),        true,  "CpuRealtimePeriod" },
	{ NUMBER, ONE(cpu_rt_runtime),       true,  "CpuRealtimeRuntime" },
	{ TEXT,   ONE(cpuset),               true,  "CpusetCpus" },
	{ NUMBER, ONE(mem_limit),            true,  "Memory" },
	{ NUMBER, ONE(mem_reservation),      true,  "MemoryReservation" },
	{ NUMBER, ONE(memswap_limit),        true,  "MemorySwap" },
	{ NUMBER, ONE(mem_swappiness),       true,  "MemorySwappiness" },
	{ NUMBER, ONE(pids_limit),           true,  "PidsLimit" },
	{ SWITCH, ONE(oom_kill_disable),     true,  "OomKillDisable" },
	{ NUMBER, ONE(oom_score_adj),        true,  "OomScoreAdj" },
	{ NUMBER, ONE(shm_size),             true,  "ShmSize" },
	{ LIST,   MANY(device_cgroup_rules), true,  "DeviceCgroupRules" },
	{ LIST,   MANY(dns),                 true,  "Dns" },
	{ LIST,   MANY(dns_search),          true,  "DnsSearch" },
	{ LIST,   MANY(dns_opt),             true,  "DnsOptions" },
	{ LIST,   MANY(group_add),           true,  "GroupAdd" },
	{ CHOICE, ONE(init),                 true,  "Init" },
	{ TEXT,   ONE(uts),                  true,  "UTSMode" },
	{ TEXT,   ONE(userns_mode),          true,  "UsernsMode" },
	{ TEXT,   ONE(isolation),            true,  "Isolation" },
	{ TEXT,   ONE(runtime),              true,  "Runtime" },
	{ SWITCH, ONE(privileged),           true,  "Privileged" },
	{ SWITCH, ONE(read_only),            true,  "ReadonlyRootfs" },
	{ PAIRS,  MANY(storage_opt),         true,  "StorageOpt" },
	{ PAIRS,  MANY(sysctls),             true,  "Sysctls" },
};
/* clang-format on */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the form in which docker's own client sends them: CAP_…, ALL as it is, each once and in order. */
static void put_capabilities(
	struct arena *arena, cJSON *to, const char *key, const char *const *names, size_t count)
{
	size_t nall = 0;
	if (!names)
		return;
	const char **all = ARENA_ARRAY(arena, const char *, count + 1);
	for (size_t i = 0; i < count; i++) {
		char *name = arena_strdup(arena, names[i]);
		for (char *at = name; *at; at++)
			*at = (char)toupper((unsigned char)*at);
		bool whole = strcmp(name, "ALL") == 0 || strncmp(name, "CAP_", 4) == 0;
		all[i] = whole ? name : arena_printf(arena, "CAP_%s", name);
	}
	if (count)
		qsort(all, count, sizeof *all, by_name);
	for (size_t i = 0; i < count; i++)
		if (!nall || strcmp(all[nall - 1], all[i]) != 0)
			all[nall++] = all[i];
	put_list(to, key, all, nall);
}

/* Puts the member of a row as its kind says; what the file leaves out stays out of the body. */
static void put_attribute(
	struct arena *arena, const struct payload_row *row, const struct service *service, cJSON *to)
{
	const char *base = (const char *)service;
	const void *member = base + row->at;
	size_t count = row->count ? *(const size_t *)(const void *)(base + row->count) : 0;
	switch (row->kind) {
	case TEXT:
		put_text(to, row->key, *(const char *const *)member);
		break;
	case LIST:
		put_list(to, row->key, *(const char *const *const *)member, count);
		break;
	case CAPABILITIES:
		put_capabilities(arena, to, row->key, *(const char *const *const *)member, count);
		break;
	case NUMBER:
		if (((const struct opt_int *)member)->set && ((const struct opt_int *)member)->value)
			put_int(to, row->key, ((const struct opt_int *)member)->value);
		break;
	case SWITCH:
		put_bool(to, row->key, *(const bool *)member);
		break;
	case CHOICE:
		if (*(const enum tri *)member != TRI_UNSET)
			put_bool(to, row->key, *(const enum tri *)member == TRI_YES);
		break;
	case PAIRS:
		put_pairs(to, row->key, *(const struct pair *const *)member, count);
		break;
	}
}

static bool has_variable(const struct service *service, const char *name)
{
	for (size_t i = 0; i < service->nenvironment; i++)
		if (strcmp(service->environment[i].key, name) == 0)
			return true;
	return false;
}

/* Environment: what docker's config.json gives first, overridden by the service's. A name without a value
 * goes as it is: the engine takes it for "leave it unset". */
static void put_environment(struct body *body)
{
	const struct payload_context *context = body->context;
	const struct service *service = body->service;
	cJSON *list = cJSON_AddArrayToObject(body->root, "Env");
	for (size_t i = 0; i < context->nproxies; i++) {
		const struct pair *proxy = &context->proxies[i];
		if (!has_variable(service, proxy->key))
			cJSON_AddItemToArray(list, cJSON_CreateString(arena_printf(
							   body->arena, "%s=%s", proxy->key, proxy->value)));
	}
	for (size_t i = 0; i < service->nenvironment; i++) {
		const struct pair *pair = &service->environment[i];
		const char *text =
			pair->value ? arena_printf(body->arena, "%s=%s", pair->key, pair->value) : pair->key;
		cJSON_AddItemToArray(list, cJSON_CreateString(text));
	}
	if (service->use_api_socket && !has_variable(service, "DOCKER_CONFIG"))
		cJSON_AddItemToArray(list, cJSON_CreateString("DOCKER_CONFIG=/run/secrets/docker"));
}

static void put_time(cJSON *object, const char *key, const struct opt_int *value)
{
	if (value->set && value->value)
		put_int(object, key, value->value);
}

/* (Engine API: HealthConfig; StartInterval since 1.44, ignored in silence before) */
static int put_healthcheck(struct body *body)
{
	const struct healthcheck *check = body->service->healthcheck;
	if (!check)
		return 0;
	cJSON *json = cJSON_AddObjectToObject(body->root, "Healthcheck");
	if (check->disable) {
		put_list(json, "Test", (const char *const[]){ "NONE" }, 1);
		return 0;
	}
	put_list(json, "Test", check->test, check->ntest);
	put_time(json, "Interval", &check->interval);
	put_time(json, "Timeout", &check->timeout);
	put_time(json, "StartPeriod", &check->start_period);
	put_time(json, "Retries", &check->retries);
	if (!check->start_interval.set)
		return 0;
	put_time(json, "StartInterval", &check->start_interval);
	if (!check->start_period.set)
		return body_fail(body, "healthcheck.start_interval",
			"only takes effect within start_period, which is not given");
	return body_needs(body, 44, "healthcheck.start_interval", "25");
}

static void put_once(cJSON *exposed, struct map *seen, const char *port)
{
	if (map_has(seen, port))
		return;
	map_set(seen, port, NULL);
	cJSON_AddObjectToObject(exposed, port);
}

/* ExposedPorts from `expose` (ranges included) and `ports`, PortBindings from `ports`. */
static void put_ports(struct body *body)
{
	const struct service *service = body->service;
	cJSON *exposed = cJSON_CreateObject(), *bindings = cJSON_CreateObject();
	struct map seen, lists; /* by port: of a range there may be tens of thousands */
	map_init(&seen, body->arena);
	map_init(&lists, body->arena);
	for (size_t i = 0; i < service->nexpose; i++) {
		const char *port = service->expose[i];
		if (!strchr(port, '/'))
			port = arena_printf(body->arena, "%s/tcp", port);
		put_once(exposed, &seen, port);
	}
	for (size_t i = 0; i < service->nports; i++) {
		const struct port *port = service->ports[i];
		const char *key = arena_printf(body->arena, "%lld/%s", (long long)port->target,
			port->protocol ? port->protocol : "tcp");
		put_once(exposed, &seen, key);
		cJSON *list = map_get(&lists, key);
		if (!list) {
			list = cJSON_AddArrayToObject(bindings, key);
			map_set(&lists, key, list);
		}
		cJSON *binding = cJSON_CreateObject();
		put_text(binding, "HostIp", port->host_ip ? port->host_ip : "");
		put_text(binding, "HostPort", port->published ? port->published : "");
		cJSON_AddItemToArray(list, binding);
	}
	cJSON_AddItemToObject(body->root, "ExposedPorts", exposed);
	cJSON_AddItemToObject(body->host, "PortBindings", bindings);
}

static void put_interaction(struct body *body)
{
	const struct oneoff *oneoff = body->step->create.oneoff;
	bool interactive = oneoff && oneoff->interactive;
	put_bool(body->root, "AttachStdout", true);
	put_bool(body->root, "AttachStderr", true);
	put_bool(body->root, "AttachStdin", interactive);
	put_bool(body->root, "StdinOnce", interactive);
	if (interactive)
		put_bool(body->root, "OpenStdin", true);
	if (oneoff && oneoff->auto_remove)
		put_bool(body->host, "AutoRemove", true);
	if (oneoff && oneoff->rows) { /* what asks for it at once would find none; before API 1.42 it does */
		cJSON *size = cJSON_AddArrayToObject(body->host, "ConsoleSize");
		cJSON_AddItemToArray(size, cJSON_CreateNumber(oneoff->rows));
		cJSON_AddItemToArray(size, cJSON_CreateNumber(oneoff->columns));
	}
}

const char *payload_container(struct arena *arena, const struct step *step,
	const struct payload_context *context, struct errors *errors)
{
	const struct service *service = step->service;
	struct body body = { arena, step, service, context, NULL, NULL, errors };
	body.root = cJSON_CreateObject();
	body.host = cJSON_CreateObject();
	put_text(body.root, "Image", service_image(arena, service));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		put_attribute(arena, &rows[i], service, rows[i].host ? body.host : body.root);
	put_environment(&body);
	put_ports(&body);
	put_interaction(&body);
	payload_labels(&body);
	if (service->stop_grace_period.set)
		put_int(body.root, "StopTimeout", service->stop_grace_period.value / 1000000000);
	int failed = put_healthcheck(&body);
	failed |= payload_host(&body);
	failed |= payload_mounts(&body);
	failed |= payload_networking(&body);
	cJSON_AddItemToObject(body.root, "HostConfig", body.host);
	const char *text = json_print(arena, body.root);
	return failed ? NULL : text;
}

static void put_labels(
	cJSON *body, const struct pair *labels, size_t count, const struct pair *ours, size_t nours)
{
	cJSON *json = cJSON_AddObjectToObject(body, "Labels");
	for (size_t i = 0; i < count; i++)
		put_text(json, labels[i].key, labels[i].value ? labels[i].value : "");
	for (size_t i = 0; i < nours; i++)
		put_text(json, ours[i].key, ours[i].value);
}

static void put_pools(cJSON *ipam, const struct ipam *from)
{
	cJSON *list = cJSON_AddArrayToObject(ipam, "Config");
	for (size_t i = 0; i < from->nconfig; i++) {
		const struct ipam_pool *pool = from->config[i];
		cJSON *json = cJSON_CreateObject();
		put_text(json, "Subnet", pool->subnet);
		put_text(json, "IPRange", pool->ip_range);
		put_text(json, "Gateway", pool->gateway);
		put_pairs(json, "AuxiliaryAddresses", pool->aux_addresses, pool->naux_addresses);
		cJSON_AddItemToArray(list, json);
	}
}

const char *payload_network(struct arena *arena, const struct network *network)
{
	cJSON *body = cJSON_CreateObject();
	put_text(body, "Name", network->name);
	put_text(body, "Driver", network->driver);
	/* Without it engine 20.10 makes a second network of the same name. */
	put_bool(body, "CheckDuplicate", true);
	put_pairs(body, "Options", network->driver_opts, network->ndriver_opts);
	put_bool(body, "Internal", network->internal);
	put_bool(body, "Attachable", network->attachable);
	if (network->enable_ipv4 != TRI_UNSET)
		put_bool(body, "EnableIPv4", network->enable_ipv4 == TRI_YES);
	if (network->enable_ipv6 != TRI_UNSET)
		put_bool(body, "EnableIPv6", network->enable_ipv6 == TRI_YES);
	if (network->ipam && (network->ipam->driver || network->ipam->nconfig)) {
		cJSON *ipam = cJSON_AddObjectToObject(body, "IPAM");
		put_text(ipam, "Driver", network->ipam->driver);
		put_pools(ipam, network->ipam);
		put_pairs(ipam, "Options", network->ipam->options, network->ipam->noptions);
	}
	const struct pair ours[] = {
		{ "com.docker.compose.network", network->key },
		{ "com.docker.compose.project", network->project->name },
		{ "com.docker.compose.version", FLOW_VERSION },
		{ "com.docker.compose.config-hash", hash_network(arena, network) },
	};
	put_labels(body, network->labels, network->nlabels, ours, sizeof ours / sizeof *ours);
	return json_print(arena, body);
}

const char *payload_volume(struct arena *arena, const struct volume *volume)
{
	cJSON *body = cJSON_CreateObject();
	put_text(body, "Name", volume->name);
	put_text(body, "Driver", volume->driver);
	put_pairs(body, "DriverOpts", volume->driver_opts, volume->ndriver_opts);
	const struct pair ours[] = {
		/* tells one volume from a later one of the same name */
		{ "docker-flow.created", arena_printf(arena, "%" PRId64, clock_unix()) },
		{ "docker-flow.cache", volume->flow && volume->flow->cache ? volume->key : NULL },
		{ "com.docker.compose.volume", volume->key },
		{ "com.docker.compose.project", volume->project->name },
		{ "com.docker.compose.version", FLOW_VERSION },
		{ "com.docker.compose.config-hash", volume->external ? NULL : hash_volume(arena, volume) },
	};
	/* An external cache belongs to no project: no project's `down -v` may take it. */
	put_labels(body, volume->labels, volume->nlabels, ours,
		volume->external ? 2 : sizeof ours / sizeof *ours);
	return json_print(arena, body);
}
