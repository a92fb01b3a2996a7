#include "engine/payload/payload_change.h"
#include "base/map.h"
#include "base/text/json.h"
#include "base/text/text.h"
#include "base/text/secret.h"
#include "base/text/texts.h"
#include "engine/payload/change_map.h"
#include "engine/payload/change_text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* How a member is compared and shown. */
enum change_kind {
	WHOLE,     /* as one value */
	MEMBERS,   /* a map: key by key */
	VARIABLES, /* NAME=VALUE texts: name by name, values masked */
	SETTINGS,  /* a map with the engine's own keys; numbers in it are times, but for counts */
	BINDINGS,  /* PortBindings: by container port */
	ITEMS,     /* a list, in whatever order */
	LIMITS,    /* Ulimits: name by name */
};

struct change_row {
	enum change_kind kind;
	bool host;             /* a member of HostConfig, else of the container's own config */
	bool inherited;        /* may come from the image */
	const char *key;       /* as the engine calls it */
	const char *attribute; /* as compose files do */
	const char *unset;     /* what the engine has for it when nothing was asked for; NULL: nothing */
};

/* clang-format off */
static const struct change_row rows[] = {
	{ WHOLE,     false, false, "Image",                "image",               NULL },
	{ WHOLE,     false, true,  "Entrypoint",           "entrypoint",          NULL },
	{ WHOLE,     false, true,  "Cmd",                  "command",             NULL },
	{ VARIABLES, false, true,  "Env",                  "environment",         NULL },
	{ WHOLE,     false, false, "Hostname",             "hostname",            "*" },
	{ WHOLE,     false, false, "Domainname",           "domainname",          NULL },
	{ WHOLE,     false, true,  "User",                 "user",                NULL },
	{ WHOLE,     false, true,  "WorkingDir",           "working_dir",         NULL },
	{ WHOLE,     false, true,  "StopSignal",           "stop_signal",         NULL },
	{ WHOLE,     false, false, "StopTimeout",          "stop_grace_period",   NULL },
	{ WHOLE,     false, false, "Tty",                  "tty",                 NULL },
	{ WHOLE,     false, false, "OpenStdin",            "stdin_open",          NULL },
	{ SETTINGS,  false, true,  "Healthcheck",          "healthcheck",         NULL },
	{ MEMBERS,   false, true,  "Labels",               "labels",              NULL },
	{ BINDINGS,  true,  false, "PortBindings",         "ports",               NULL },
	{ MEMBERS,   true,  false, "Annotations",          "annotations",         NULL },
	{ ITEMS,     true,  false, "CapAdd",               "cap_add",             NULL },
	{ ITEMS,     true,  false, "CapDrop",              "cap_drop",            NULL },
	{ WHOLE,     true,  false, "CgroupnsMode",         "cgroup",              "*" },
	{ WHOLE,     true,  false, "CgroupParent",         "cgroup_parent",       NULL },
	{ WHOLE,     true,  false, "NanoCpus",             "cpus",                NULL },
	{ WHOLE,     true,  false, "CpuCount",             "cpu_count",           NULL },
	{ WHOLE,     true,  false, "CpuPercent",           "cpu_percent",         NULL },
	{ WHOLE,     true,  false, "CpuShares",            "cpu_shares",          NULL },
	{ WHOLE,     true,  false, "CpuPeriod",            "cpu_period",          NULL },
	{ WHOLE,     true,  false, "CpuQuota",             "cpu_quota",           NULL },
	{ WHOLE,     true,  false, "CpuRealtimePeriod",    "cpu_rt_period",       NULL },
	{ WHOLE,     true,  false, "CpuRealtimeRuntime",   "cpu_rt_runtime",      NULL },
	{ WHOLE,     true,  false, "CpusetCpus",           "cpuset",              NULL },
	{ WHOLE,     true,  false, "Memory",               "mem_limit",           NULL },
	{ WHOLE,     true,  false, "MemoryReservation",    "mem_reservation",     NULL },
	{ WHOLE,     true,  false, "MemorySwap",           "memswap_limit",       "*" },
	{ WHOLE,     true,  false, "MemorySwappiness",     "mem_swappiness",      "*" },
	{ WHOLE,     true,  false, "PidsLimit",            "pids_limit",          NULL },
	{ WHOLE,     true,  false, "OomKillDisable",       "oom_kill_disable",    NULL },
	{ WHOLE,     true,  false, "OomScoreAdj",          "oom_score_adj",       NULL },
	{ WHOLE,     true,  false, "ShmSize",              "shm_size",            "67108864" },
	{ WHOLE,     true,  false, "BlkioWeight",          "blkio_config.weight", NULL },
	{ ITEMS,     true,  false, "BlkioWeightDevice",    "blkio_config.weight_device", NULL },
	{ ITEMS,     true,  false, "BlkioDeviceReadBps",   "blkio_config.device_read_bps", NULL },
	{ ITEMS,     true,  false, "BlkioDeviceReadIOps",  "blkio_config.device_read_iops", NULL },
	{ ITEMS,     true,  false, "BlkioDeviceWriteBps",  "blkio_config.device_write_bps", NULL },
	{ ITEMS,     true,  false, "BlkioDeviceWriteIOps", "blkio_config.device_write_iops", NULL },
	{ ITEMS,     true,  false, "Devices",              "devices",             NULL },
	{ WHOLE,     true,  false, "DeviceRequests",       "gpus",                NULL },
	{ ITEMS,     true,  false, "DeviceCgroupRules",    "device_cgroup_rules", NULL },
	{ WHOLE,     true,  false, "Dns",                  "dns",                 NULL },
	{ WHOLE,     true,  false, "DnsSearch",            "dns_search",          NULL },
	{ WHOLE,     true,  false, "DnsOptions",           "dns_opt",             NULL },
	{ ITEMS,     true,  false, "ExtraHosts",           "extra_hosts",         NULL },
	{ ITEMS,     true,  false, "GroupAdd",             "group_add",           NULL },
	{ WHOLE,     true,  false, "Init",                 "init",                NULL },
	{ WHOLE,     true,  false, "UTSMode",              "uts",                 NULL },
	{ WHOLE,     true,  false, "UsernsMode",           "userns_mode",         NULL },
	{ WHOLE,     true,  false, "PidMode",              "pid",                 NULL },
	{ WHOLE,     true,  false, "IpcMode",              "ipc",                 "*" },
	{ WHOLE,     true,  false, "Isolation",            "isolation",           "*" },
	{ WHOLE,     true,  false, "Runtime",              "runtime",             "*" },
	{ WHOLE,     true,  false, "Privileged",           "privileged",          NULL },
	{ WHOLE,     true,  false, "ReadonlyRootfs",       "read_only",           NULL },
	{ ITEMS,     true,  false, "SecurityOpt",          "security_opt",        "*" },
	{ MEMBERS,   true,  false, "StorageOpt",           "storage_opt",         NULL },
	{ MEMBERS,   true,  false, "Sysctls",              "sysctls",             NULL },
	{ MEMBERS,   true,  false, "Tmpfs",                "tmpfs",               NULL },
	{ LIMITS,    true,  false, "Ulimits",              "ulimits",             NULL },
	{ ITEMS,     true,  false, "VolumesFrom",          "volumes_from",        NULL },
	{ WHOLE,     true,  false, "RestartPolicy",        "restart",             "no" },
	{ SETTINGS,  true,  false, "LogConfig",            "logging",             "json-file" },
};
/* clang-format on */

struct comparing {
	struct arena *arena;
	const struct cJSON *image;            /* its config; NULL: not known */
	const struct change_secrets *secrets; /* NULL: everything is shown */
	const char *service;                  /* its key */
	struct step_create *to;
};

/* Rows whose values are the user's own words. Others have a form that no secret has, and names as values. */
static bool is_free_text(const struct change_row *row)
{
	static const char *const keys[] = { "Entrypoint", "Cmd", "Healthcheck", "Labels", "Annotations",
		"StorageOpt", "Sysctls", "LogConfig" };
	return TEXT_AMONG(row->key, keys);
}

/* A value of the row; NULL or an empty one: there is none. */
static struct change_text row_text(
	const struct comparing *comparing, const struct change_row *row, const struct cJSON *value)
{
	return change_text(comparing->arena, value, is_free_text(row) ? comparing->secrets : NULL);
}

/* Notes a change, unless there is none. `inherited` is what the image gives. */
static void note_change(const struct comparing *comparing, const struct change_row *row, const char *part,
	struct change_text old, struct change_text new, const char *inherited)
{
	struct arena *arena = comparing->arena;
	bool masked = row->kind == VARIABLES && comparing->secrets;
	if (text_is(old.text, new.text) || (!old.text && !new.text))
		return;
	if (!new.text && row->unset && (*row->unset == '*' || text_is(row->unset, old.text)))
		return;
	if (row->inherited && !new.text && (!comparing->image || text_is(old.text, inherited)))
		return;
	if (row->inherited && !old.text && text_is(new.text, inherited))
		return;
	*ARENA_PUSH(arena, comparing->to->changes, comparing->to->nchanges) = (struct step_change){
		.attribute = part ? arena_printf(arena, "%s.%s", row->attribute, part) : row->attribute,
		.old = old.text && (masked || new.varies) ? SECRET_MASK : old.shown,
		.new = new.text &&masked ? SECRET_MASK : new.shown,
	};
}

static bool is_our_label(const struct change_row *row, const char *name)
{
	static const char *const ours[] = { "com.docker.compose.", "docker-flow.", "desktop.docker.io/" };
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strcmp(row->key, "Labels") == 0 && strncmp(name, ours[i], strlen(ours[i])) == 0)
			return true;
	return false;
}

/* A part of a map's value. */
static struct change_text part_text(
	const struct comparing *comparing, const struct change_row *row, const struct cJSON *value)
{
	bool settings = row->kind == SETTINGS;
	if (cJSON_IsString(value) && !*value->valuestring && !settings)
		return change_text_plain("\"\"");
	if (!settings || !cJSON_IsNumber(value) || text_is(value->string, "Retries"))
		return row_text(comparing, row, value);
	return change_text_plain(
		value->valuedouble == 0 ? NULL
					: arena_printf(comparing->arena, "%.15gs", value->valuedouble / 1e9));
}

/* The engine's names of settings as compose files have them. */
static const char *part_name(const struct change_row *row, const char *key)
{
	static const char *const names[][2] = { { "Test", "test" }, { "Interval", "interval" },
		{ "Timeout", "timeout" }, { "StartPeriod", "start_period" },
		{ "StartInterval", "start_interval" }, { "Retries", "retries" }, { "Type", "driver" },
		{ "Config", "options" } };
	for (size_t i = 0; row->kind == SETTINGS && i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], key) == 0)
			return names[i][1];
	return key;
}

static void compare_members(const struct comparing *comparing, const struct change_row *row,
	const struct cJSON *old, const struct cJSON *new, const struct cJSON *inherited)
{
	const struct cJSON *member;
	cJSON_ArrayForEach(member, json_object(new, ""))
	{
		const char *key = member->string;
		if (!is_our_label(row, key))
			note_change(comparing, row, part_name(row, key),
				part_text(comparing, row, json_get(old, key)),
				part_text(comparing, row, member),
				part_text(comparing, row, json_get(inherited, key)).text);
	}
	cJSON_ArrayForEach(member, json_object(old, ""))
	{
		const char *key = member->string;
		if (!is_our_label(row, key) && !json_get(new, key))
			note_change(comparing, row, part_name(row, key), part_text(comparing, row, member),
				change_text_plain(NULL),
				part_text(comparing, row, json_get(inherited, key)).text);
	}
}

/* How often the list has the item. */
static size_t times_of(const struct cJSON *list, const struct cJSON *wanted)
{
	const struct cJSON *item;
	size_t count = 0;
	cJSON_ArrayForEach(item, list) count += cJSON_Compare(item, wanted, true) != 0;
	return count;
}

static bool same_items(const struct cJSON *a, const struct cJSON *b)
{
	enum { MOST = 1000 }; /* beyond, each item in its place */
	int size = cJSON_GetArraySize(a);
	const struct cJSON *item;
	bool same = cJSON_IsArray(a) && cJSON_IsArray(b) && cJSON_GetArraySize(b) == size && size <= MOST;
	cJSON_ArrayForEach(item, a) same = same && times_of(a, item) == times_of(b, item);
	return same;
}

/* Compares one member of the engine's documents, as its kind says. */
static void compare_row(const struct comparing *comparing, const struct change_row *row,
	const struct cJSON *old, const struct cJSON *new, const struct cJSON *inherited)
{
	struct arena *arena = comparing->arena;
	struct cJSON *maps[3] = { NULL }; /* old, new, inherited */
	switch (row->kind) {
	case WHOLE:
	case ITEMS:
		if (old && new &&
			(cJSON_Compare(old, new, true) || (row->kind == ITEMS && same_items(old, new))))
			return;
		note_change(comparing, row, NULL, row_text(comparing, row, old),
			row_text(comparing, row, new), row_text(comparing, row, inherited).text);
		return;
	case MEMBERS:
	case SETTINGS:
		compare_members(comparing, row, old, new, inherited);
		return;
	case VARIABLES:
		maps[0] = change_map_variables(comparing->arena, old);
		maps[1] = change_map_variables(comparing->arena, new);
		maps[2] = change_map_variables(comparing->arena, inherited);
		break;
	case BINDINGS:
		maps[0] = change_map_bindings(arena, old);
		maps[1] = change_map_bindings(arena, new);
		break;
	case LIMITS:
		maps[0] = change_map_limits(arena, old);
		maps[1] = change_map_limits(arena, new);
		break;
	}
	compare_members(comparing, row, maps[0], maps[1], maps[2]);
	for (size_t i = 0; i < 3; i++)
		cJSON_Delete(maps[i]);
}

static void compare_mounts(
	const struct comparing *comparing, const struct cJSON *there, const struct cJSON *body)
{
	static const struct change_row row = { MEMBERS, true, false, "Mounts", "volumes", NULL };
	struct cJSON *old = change_map_mounts(comparing->arena, json_get(there, "HostConfig"));
	struct cJSON *new = change_map_mounts(comparing->arena, json_get(body, "HostConfig"));
	compare_members(comparing, &row, old, new, NULL);
	cJSON_Delete(old);
	cJSON_Delete(new);
}

/* Addresses and aliases that are asked for on a network; what the tools and the engine add themselves is left
 * out. */
static struct change_text endpoint_text(
	struct arena *arena, const struct cJSON *endpoint, const struct cJSON *there, const char *service)
{
	const char *name = json_text(there, "Name", ""), *id = json_text(there, "Id", "");
	struct texts parts = { 0 }, aliases = { 0 };
	const struct cJSON *item;
	const char *addresses = change_text(arena, json_get(endpoint, "IPAMConfig"), NULL).text;
	name += *name == '/';
	if (addresses)
		texts_add(arena, &parts, addresses);
	cJSON_ArrayForEach(item, json_get(endpoint, "Aliases"))
	{
		const char *alias = change_map_text(item);
		if (!text_is(alias, name) && !text_is(alias, service) && strncmp(alias, id, 12) != 0 &&
			!(strcspn(alias, "_") == 12 && alias[12]))
			texts_add(arena, &aliases, alias);
	}
	if (aliases.count)
		qsort(aliases.items, aliases.count, sizeof *aliases.items, text_order);
	for (size_t i = 0; i < aliases.count; i++)
		texts_add(arena, &parts, arena_printf(arena, "alias %s", aliases.items[i]));
	return change_text_plain(texts_join(arena, &parts, ", "));
}

/* What is said of a network that only one of the two is on. */
static struct change_text attached_text(struct change_text endpoint, struct arena *arena)
{
	return change_text_plain(
		endpoint.text ? arena_printf(arena, "attached, %s", endpoint.text) : "attached");
}

/* A network mode that is not the name of a network; else NULL. */
static const char *mode_alone(const char *mode)
{
	static const char *const words[] = { "host", "none", "bridge", "default" };
	return mode && (TEXT_AMONG(mode, words) || strchr(mode, ':')) ? mode : NULL;
}

/* The networks that the container will be on. Before API 1.44 the body of its creation names the first one
 * alone. */
static struct texts wanted_networks(
	struct arena *arena, const struct cJSON *endpoints, const struct service *service)
{
	struct texts names = { 0 };
	const struct cJSON *member;
	cJSON_ArrayForEach(member, json_object(endpoints, ""))
		texts_add(arena, &names, arena_strdup(arena, member->string));
	for (size_t i = 0; endpoints && service && i < service->nnetworks; i++) {
		const struct network *network = project_network(service->project, service->networks[i]->key);
		texts_add_once(arena, &names, network ? network->name : service->networks[i]->key);
	}
	return names;
}

/* The network mode, and the networks one by one: which there are, and the container's settings on them. A
 * mode that names a network is one of the file where the request has no networks; that it was one of the file
 * cannot be told, even where the container was taken off it. */
static void compare_networks(const struct comparing *comparing, const struct cJSON *there,
	const struct cJSON *body, const struct service *service)
{
	static const struct change_row row = { MEMBERS, false, false, "Networks", "networks", NULL };
	static const struct change_row mode_row = { WHOLE, true, false, "NetworkMode", "network_mode", NULL };
	struct arena *arena = comparing->arena;
	const struct cJSON *networks = json_at(there, "NetworkSettings.Networks"), *member;
	const struct cJSON *endpoints = json_at(body, "NetworkingConfig.EndpointsConfig");
	const char *before = json_text(there, "HostConfig.NetworkMode", NULL),
		   *after = json_text(body, "HostConfig.NetworkMode", NULL), *mode = mode_alone(before);
	if (!text_is(before, after))
		note_change(comparing, &mode_row, NULL, change_text_plain(arena_strdup(arena, mode)),
			change_text_plain(arena_strdup(
				arena, after && json_get(endpoints, after) ? mode_alone(after) : after)),
			NULL);
	struct texts wanted = wanted_networks(arena, endpoints, service);
	cJSON_ArrayForEach(member, json_object(mode ? NULL : networks, ""))
	{
		const struct change_text old = endpoint_text(arena, member, there, comparing->service);
		const struct cJSON *new = json_get(endpoints, member->string);
		if (new)
			note_change(comparing, &row, member->string, old,
				endpoint_text(arena, new, there, comparing->service), NULL);
		else if (!text_among(member->string, wanted.items, wanted.count) &&
			 !text_is(member->string, after))
			note_change(comparing, &row, member->string, attached_text(old, arena),
				change_text_plain(NULL), NULL);
	}
	for (size_t i = 0; i < wanted.count; i++)
		if (mode || !json_get(networks, wanted.items[i]))
			note_change(comparing, &row, wanted.items[i], change_text_plain(NULL),
				attached_text(endpoint_text(arena, json_get(endpoints, wanted.items[i]),
						      there, comparing->service),
					arena),
				NULL);
}

/* The values of NAME=VALUE texts, but for those that everybody reads in the image. */
static void note_environment(
	struct arena *arena, struct map *known, const struct cJSON *list, const struct cJSON *image)
{
	const struct cJSON *item, *other;
	cJSON_ArrayForEach(item, list)
	{
		const char *equal = strchr(change_map_text(item), '=');
		bool inherited = false;
		cJSON_ArrayForEach(other, json_get(image, "Env")) inherited |=
			text_is(change_map_text(other), change_map_text(item));
		if (equal && !inherited)
			secret_note(known, arena_strdup(arena, equal + 1));
	}
}

void payload_changes(struct arena *arena, const struct cJSON *body, const struct cJSON *there,
	const struct cJSON *image, const struct change_options *options, struct step_create *to)
{
	const struct cJSON *config = json_get(there, "Config"), *host = json_get(there, "HostConfig");
	const struct cJSON *inherited = json_get(image, "Config");
	struct map *environment = map_create(arena);
	const struct change_secrets secrets = { environment, options->variables };
	note_environment(arena, environment, json_get(config, "Env"), inherited);
	note_environment(arena, environment, json_get(body, "Env"), inherited);
	const struct comparing comparing = { arena, inherited, options->show_values ? NULL : &secrets,
		cJSON_GetStringValue(json_get(json_get(body, "Labels"), "com.docker.compose.service")), to };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct change_row *row = &rows[i];
		compare_row(&comparing, row, json_get(row->host ? host : config, row->key),
			json_get(row->host ? json_get(body, "HostConfig") : body, row->key),
			row->inherited ? json_get(inherited, row->key) : NULL);
	}
	compare_mounts(&comparing, there, body);
	compare_networks(&comparing, there, body, options->service);
}
