#include "compose/check/refuse_rules.h"

#include "base/map.h"
#include "base/text/text.h"
#include "compose/schema/check_row.h"
#include "base/text/address.h"
#include "compose/tree/path.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Where a rule looks. */
struct rule_scope {
	const struct node *service, *tree; /* the project's, for networks */
};

static double amount(const struct node *node)
{
	if (!node)
		return 0;
	return node->kind == NODE_INT ? (double)node->integer : node->kind == NODE_FLOAT ? node->real : 0;
}

/* Whether the value is there and says something. */
static bool says(const struct node *node)
{
	if (!node || node->kind == NODE_NULL)
		return false;
	if (node->kind == NODE_LIST || node->kind == NODE_MAP)
		return node->kind == NODE_LIST ? node->nitems > 0 : node->nmembers > 0;
	return node->kind != NODE_STRING || *node->text;
}

static bool is_external_entry(const struct node *entry)
{
	const struct node *external = node_get(entry, "external");
	return external && external->kind == NODE_BOOL && external->yes;
}

/* A finding at a member of the service. */
static void refuse_member(struct walk *walk, const char *key, const struct node *node, const char *message)
{
	walk_push(walk, key);
	walk_error(walk, &node->at, "%s", message);
	walk_pop(walk);
}

/* The service's limits, those of `deploy` first. */
static const struct node *limit_of(
	const struct node *service, const char *part, const char *key, const char *own)
{
	const struct node *resources = node_get(node_get(service, "deploy"), "resources"),
			  *limit = node_get(node_get(resources, part), key);
	return amount(limit) != 0 ? limit : node_get(service, own);
}

static void refuse_two_ways(struct walk *walk, const struct member *member, const struct rule_scope *scope)
{
	if (amount(member->value) != 0 && amount(limit_of(scope->service, "limits", "cpus", "cpus")) != 0)
		refuse_member(walk, member->key, member->value,
			"cpus is a period and a quota: keep one of the two ways");
}

static void refuse_reservation(struct walk *walk, const struct member *member, const struct rule_scope *scope)
{
	(void)member;
	const struct node *limit = limit_of(scope->service, "limits", "memory", "mem_limit"),
			  *reserved = limit_of(scope->service, "reservations", "memory", "mem_reservation");
	if (amount(limit) > 0 && amount(reserved) > amount(limit))
		refuse_member(walk, "mem_reservation", reserved, "the reservation is larger than the limit");
}

static void refuse_swap(struct walk *walk, const struct member *swap, const struct rule_scope *scope)
{
	double limit = amount(limit_of(scope->service, "limits", "memory", "mem_limit")),
	       both = amount(swap->value);
	if (both > 0 && limit == 0)
		refuse_member(walk, swap->key, swap->value, "memory and swap together need mem_limit, too");
	else if (both > 0 && both < limit)
		refuse_member(walk, swap->key, swap->value,
			"this is memory and swap together: it cannot be below mem_limit");
}

/* Attributes that mean nothing within a network namespace of somebody else. (moby: runconfig,
 * validateNetMode)
 */
static void refuse_shared_network(
	struct walk *walk, const struct member *member, const struct rule_scope *scope)
{
	const char *mode = member->value->text;
	static const struct {
		const char *key;
		bool host; /* not with the host's either */
	} useless[] = { { "ports", false }, { "expose", false }, { "dns", false }, { "extra_hosts", false },
		{ "hostname", false }, { "mac_address", true }, { "links", true },
		{ "external_links", true } };
	bool host = strcmp(mode, "host") == 0;
	if (!host && strncmp(mode, "service:", 8) != 0 && strncmp(mode, "container:", 10) != 0)
		return;
	for (size_t i = 0; i < sizeof useless / sizeof *useless; i++) {
		const struct node *node = node_get(scope->service, useless[i].key);
		if (!says(node) || (host && !useless[i].host))
			continue;
		walk_push(walk, useless[i].key);
		walk_error(walk, &node->at, "%s is not possible with network_mode %s", useless[i].key, mode);
		error_hint(walk->errors, host ? "remove it: the container has the host's network"
					      : "remove it here, or write it where the network is");
		walk_pop(walk);
	}
}

/* Parameters of a namespace that the container does not have of its own. (runc:
 * libcontainer/configs/validate)
 */
static void refuse_host_sysctls(
	struct walk *walk, const struct member *sysctls, const struct rule_scope *scope)
{
	bool net = text_is(node_text(node_get(scope->service, "network_mode")), "host"),
	     ipc = text_is(node_text(node_get(scope->service, "ipc")), "host");
	for (size_t i = 0; i < sysctls->value->nmembers; i++) {
		const struct member *member = &sysctls->value->members[i];
		bool of_net = strncmp(member->key, "net", 3) == 0;
		bool of_ipc = strncmp(member->key, "kernel", 6) == 0 || strncmp(member->key, "fs", 2) == 0;
		if (!(net && of_net) && !(ipc && of_ipc))
			continue;
		walk_push(walk, sysctls->key);
		walk_error(walk, &member->at, "\"%s\" would be the host's with %s: host", member->key,
			of_net ? "network_mode" : "ipc");
		walk_pop(walk);
	}
}

/* One mount's attributes among each other. */
static void refuse_mount(struct walk *walk, const struct node *mount)
{
	const char *type = node_text(node_get(mount, "type"));
	const struct node *source = node_get(mount, "source"), *read_only = node_get(mount, "read_only"),
			  *recursive = node_get(node_get(mount, "bind"), "recursive"),
			  *part = node_get(node_get(mount, "volume"), "subpath");
	bool frozen = read_only && read_only->kind == NODE_BOOL && read_only->yes;
	if (text_is(type, "volume") && !says(source) && frozen)
		walk_error(walk, &mount->at, "a volume without a name is new: read_only makes it useless");
	if (text_is(type, "volume") && !says(source) && says(part))
		walk_error(walk, &part->at, "a volume without a name is new: it has no subpath");
	if (text_is(type, "tmpfs") && says(source))
		walk_error(walk, &source->at, "a tmpfs has no source");
	if (text_is(type, "image") && !says(source))
		walk_error(walk, &mount->at, "this mount has no image: add `source:`");
	if (says(recursive) && !frozen &&
		TEXT_AMONG(recursive->text, ((const char *const[]){ "readonly", "writable" })))
		walk_error(walk, &recursive->at, "recursive: %s needs read_only: true", recursive->text);
}

/* Mounts, and no two at one place: /a and /a/ are one. (The same text twice is refused when it is read.) */
static void refuse_mounts(struct walk *walk, const struct member *member, const struct rule_scope *scope)
{
	const struct node *volumes = member->value, *tmpfs = node_get(scope->service, "tmpfs");
	struct map places;
	map_init(&places, walk->arena);
	for (size_t i = 0; tmpfs && tmpfs->kind == NODE_LIST && i < tmpfs->nitems; i++) {
		const char *text = tmpfs->items[i]->text;
		map_set(&places,
			path_clean(walk->arena, arena_strndup(walk->arena, text, strcspn(text, ":"))),
			tmpfs->items[i]);
	}
	walk_push(walk, member->key);
	for (size_t i = 0; i < volumes->nitems; i++) {
		const char *target = node_text(node_get(volumes->items[i], "target"));
		walk_push_index(walk, i);
		refuse_mount(walk, volumes->items[i]);
		const char *place = target && *target ? path_clean(walk->arena, target) : NULL;
		const struct node *other = place ? map_get(&places, place) : NULL;
		if (other)
			walk_error(walk, &volumes->items[i]->at, "%s is mounted already (line %u)", place,
				other->at.line);
		else if (place)
			map_set(&places, place, volumes->items[i]);
		walk_pop(walk);
	}
	walk_pop(walk);
}

/* Whether a fixed address can be given on a network of the project: it has a subnet that holds it, and the
 * address is not the subnet's own. */
static void refuse_fixed(
	struct walk *walk, const struct node *network, const char *name, const struct node *fixed)
{
	const struct node *pools = node_get(node_get(network, "ipam"), "config");
	struct address address, net, gateway;
	unsigned bits;
	bool any = false;
	if (!says(fixed) || !address_parse(fixed->text, &address))
		return;
	for (size_t i = 0; pools && pools->kind == NODE_LIST && i < pools->nitems; i++) {
		const char *subnet = node_text(node_get(pools->items[i], "subnet"));
		const char *way = node_text(node_get(pools->items[i], "gateway"));
		if (subnet && *subnet && !address_parse_net(subnet, &net, &bits))
			return; /* told by its row */
		if (!subnet || !*subnet || net.size != address.size)
			continue;
		any = true;
		if (!address_within(&address, &net, bits))
			continue;
		if (way && address_parse(way, &gateway) && gateway.size == address.size &&
			address_within(&address, &gateway, address.size * 8))
			walk_error(walk, &fixed->at, "%s is the gateway of network %s", fixed->text, name);
		return;
	}
	walk_error(walk, &fixed->at,
		any ? "%s is no address of network %s"
		    : "%s is fixed, but network %s has no subnet of that kind",
		fixed->text, name);
	error_hint(walk->errors,
		any ? "choose one of its `subnet:`" : "add `ipam: {config: [{subnet: …}]}` to the network");
}

/* Fixed addresses on the project's own networks. */
static void refuse_attachments(struct walk *walk, const struct member *member, const struct rule_scope *scope)
{
	static const char *const keys[] = { "ipv4_address", "ipv6_address" };
	const struct node *used = member->value, *all = node_get(scope->tree, "networks");
	walk_push(walk, member->key);
	for (size_t i = 0; i < used->nmembers; i++) {
		if (used->members[i].value->kind != NODE_MAP)
			continue;
		const struct node *network = node_get(all, used->members[i].key);
		if (!network || is_external_entry(network))
			continue;
		walk_push(walk, used->members[i].key);
		for (size_t k = 0; k < 2; k++) {
			walk_push(walk, keys[k]);
			refuse_fixed(walk, network, used->members[i].key,
				node_get(used->members[i].value, keys[k]));
			walk_pop(walk);
		}
		walk_pop(walk);
	}
	walk_pop(walk);
}

static void refuse_deploy(struct walk *walk, const struct member *deploy, const struct rule_scope *scope)
{
	const struct node *policy = node_get(deploy->value, "restart_policy"),
			  *attempts = node_get(policy, "max_attempts");
	const char *condition = node_text(node_get(policy, "condition"));
	if (!node_get(scope->service, "mem_reservation"))
		refuse_reservation(walk, deploy, scope);
	if (amount(attempts) != 0 && !text_is(condition, "on-failure"))
		refuse_member(
			walk, "deploy", attempts, "max_attempts is only possible with condition: on-failure");
}

static void refuse_early_interval(
	struct walk *walk, const struct member *check, const struct rule_scope *scope)
{
	(void)scope;
	const struct node *early = node_get(check->value, "start_interval");
	if (amount(early) != 0 && amount(node_get(check->value, "start_period")) == 0)
		refuse_member(walk, check->key, early,
			"healthcheck.start_interval requires healthcheck.start_period to be set");
}

static void refuse_uts_name(struct walk *walk, const struct member *name, const struct rule_scope *scope)
{
	if (text_is(node_text(node_get(scope->service, "uts")), "host"))
		refuse_member(walk, name->key, name->value, "hostname is not possible with uts: host");
}

void refuse_rules_service(struct walk *walk, const struct node *tree, const struct node *service)
{
	static const struct {
		const char *key;
		void (*rule)(struct walk *walk, const struct member *member, const struct rule_scope *scope);
	} rules[] = { { "cpu_period", refuse_two_ways }, { "cpu_quota", refuse_two_ways },
		{ "deploy", refuse_deploy }, { "healthcheck", refuse_early_interval },
		{ "hostname", refuse_uts_name }, { "mem_reservation", refuse_reservation },
		{ "memswap_limit", refuse_swap }, { "network_mode", refuse_shared_network },
		{ "networks", refuse_attachments }, { "sysctls", refuse_host_sysctls },
		{ "volumes", refuse_mounts } };
	const struct rule_scope scope = { service, tree };
	for (size_t i = 0; service->kind == NODE_MAP && i < service->nmembers; i++) {
		const struct member *member = &service->members[i];
		for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
			if (rules[k].key[0] == member->key[0] && strcmp(rules[k].key, member->key) == 0 &&
				says(member->value))
				rules[k].rule(walk, member, &scope);
	}
}

/* A name that is written, and empty: the engine takes none for a network, and docker flow would not find the
 * volume again. */
static bool refuse_nameless_entry(struct walk *walk, const struct node *name)
{
	if (!name || says(name) || name->kind != NODE_STRING)
		return false;
	refuse_member(walk, "name", name, "the name is empty");
	error_hint(walk->errors, "write one, or remove the key; is a variable unset?");
	return true;
}

void refuse_rules_volume(struct walk *walk, const struct node *volume)
{
	const struct node *name = node_get(volume, "name"), *driver = node_get(volume, "driver");
	if (refuse_nameless_entry(walk, name) || !says(name) || is_external_entry(volume) ||
		(says(driver) && strcmp(driver->text, "local") != 0))
		return;
	walk_push(walk, "name");
	refuse_name(walk, NULL, name);
	walk_pop(walk);
}

void refuse_rules_network(struct walk *walk, const struct node *network)
{
	static const char *const predefined[] = { "bridge", "default", "host", "none" };
	const struct node *name = node_get(network, "name");
	if (refuse_nameless_entry(walk, name) || !says(name) || is_external_entry(network) ||
		!TEXT_AMONG(name->text, predefined))
		return;
	refuse_member(walk, "name", name, "the engine has a network of this name: add `external: true`");
}

void refuse_rules_file(struct walk *walk, const struct node *entry)
{
	const struct node *file = node_get(entry, "file");
	const char *path = node_text(file);
	if (is_external_entry(entry) || !path || *path != '/' || access(path, F_OK) == 0 || errno != ENOENT)
		return;
	refuse_member(walk, "file", file, arena_printf(walk->arena, "file %s does not exist", path));
	error_hint(walk->errors, "provide it before the services are started, or correct the path");
}
