#include "engine/payload/payload_put.h"
#include "base/text/text.h"
#include "base/text/json.h"
#include "base/text/subnet.h"
#include "graph/up/reconcile.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

static const char *network_name(const struct service *service, const struct attachment *at)
{
	const struct network *network = project_network(service->project, at->key);
	return network ? network->name : at->key;
}

/* Name of a container without the project's part: "web-1". */
static const char *short_name(const struct body *body, const char *key, int64_t number)
{
	return arena_printf(body->arena, "%s%s%" PRId64, key, body->service->project->separator, number);
}

static void add_links(struct body *body, cJSON *list, const char *key, const char *alias)
{
	size_t count = 0;
	const struct payload_peer *peers =
		body->context->peers_of ? body->context->peers_of(body->context->arg, key, &count) : NULL;
	for (size_t i = 0; i < count; i++) {
		const char *container = peers[i].name;
		const char *close = short_name(body, key, peers[i].number);
		const char *full = arena_printf(body->arena, "%s%s%s", body->service->project->name,
			body->service->project->separator, close);
		const char *names[] = { alias, close, full };
		for (size_t n = 0; n < 3; n++)
			cJSON_AddItemToArray(list,
				cJSON_CreateString(arena_printf(body->arena, "%s:%s", container, names[n])));
	}
}

/* Links and external links as the engine takes them: CONTAINER:ALIAS. NULL when there are none. */
static cJSON *make_links(struct body *body)
{
	const struct service *service = body->service;
	if (!service->nlinks && !service->nexternal_links)
		return NULL;
	cJSON *list = cJSON_CreateArray();
	for (size_t i = 0; i < service->nlinks; i++) {
		const char *link = service->links[i], *colon = strchr(link, ':');
		const char *key = colon ? arena_strndup(body->arena, link, (size_t)(colon - link)) : link;
		add_links(body, list, key, colon ? colon + 1 : link);
	}
	for (size_t i = 0; i < service->nexternal_links; i++) {
		const char *link = service->external_links[i];
		if (!strchr(link, ':'))
			link = arena_printf(body->arena, "%s:%s", link, link);
		cJSON_AddItemToArray(list, cJSON_CreateString(link));
	}
	return list;
}

static void put_aliases(struct body *body, const struct attachment *at, cJSON *to)
{
	const struct step *step = body->step;
	const struct oneoff *oneoff = step->target ? step->target->create.oneoff : step->create.oneoff;
	cJSON *list = cJSON_AddArrayToObject(to, "Aliases");
	const char *container = step->new_name ? step->new_name : step->name;
	cJSON_AddItemToArray(list, cJSON_CreateString(container));
	if (oneoff && !oneoff->aliases)
		return;
	cJSON_AddItemToArray(list, cJSON_CreateString(body->service->key));
	for (size_t i = 0; at && i < at->naliases; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(at->aliases[i]));
}

/* An endpoint's MAC address: its own, or the service's for the primary network (API ≥ 1.44). */
static int put_mac(struct body *body, const struct attachment *at, bool primary, cJSON *to)
{
	const char *own = at->mac_address, *ofservice = body->service->mac_address;
	if (primary && ofservice && own && strcmp(own, ofservice) != 0)
		return body_fail(body, "mac_address",
			"the service-level mac_address should have the same value as network %s", at->key);
	if (body->context->engine->api < 44) {
		if (primary)
			put_text(body->root, "MacAddress", own ? own : ofservice);
		return own && !primary ? body_needs(body, 44, "networks", "25") : 0;
	}
	put_text(to, "MacAddress", own ? own : primary ? ofservice : NULL);
	return 0;
}

static void put_addresses(const struct attachment *at, cJSON *to)
{
	if (!at->ipv4_address && !at->ipv6_address && !at->nlink_local_ips)
		return;
	cJSON *ipam = cJSON_AddObjectToObject(to, "IPAMConfig");
	put_text(ipam, "IPv4Address", at->ipv4_address);
	put_text(ipam, "IPv6Address", at->ipv6_address);
	if (at->nlink_local_ips)
		put_list(ipam, "LinkLocalIPs", at->link_local_ips, at->nlink_local_ips);
}

/* Settings of one network. `at` NULL: the default network, for which the file says nothing; `primary`: the
 * one the container is created with. */
static int put_endpoint(struct body *body, const struct attachment *at, bool primary, cJSON *to)
{
	int failed = 0;
	put_aliases(body, at, to);
	cJSON *links = make_links(body);
	if (links)
		cJSON_AddItemToObject(to, "Links", links);
	if (!at)
		return 0;
	put_addresses(at, to);
	failed |= put_mac(body, at, primary, to);
	put_pairs(to, "DriverOpts", at->driver_opts, at->ndriver_opts);
	if (at->interface_name) {
		cJSON *options = cJSON_GetObjectItemCaseSensitive(to, "DriverOpts");
		if (!options)
			options = cJSON_AddObjectToObject(to, "DriverOpts");
		put_text(options, "com.docker.network.endpoint.ifname", at->interface_name);
		failed |= body_needs(body, 49, "networks.interface_name", "28.1");
	}
	if (at->gw_priority.set && at->gw_priority.value) {
		put_int(to, "GwPriority", at->gw_priority.value);
		failed |= body_needs(body, 48, "networks.gw_priority", "28");
	}
	return failed;
}

/* network_mode: another service's container by id, everything else as it is. */
static int put_mode(struct body *body, const char *mode)
{
	const char *owner = text_after(mode, "service:");
	if (owner) {
		const char *id = body->context->container_of(body->context->arg, owner);
		if (!id)
			return body_fail(body, "network_mode",
				"cannot share network namespace with service %s: container missing", owner);
		mode = arena_printf(body->arena, "container:%s", id);
	}
	if (strcmp(mode, "disabled") == 0)
		put_bool(body->root, "NetworkDisabled", true);
	put_text(body->host, "NetworkMode", mode);
	put_text(body->root, "MacAddress", body->service->mac_address);
	return 0;
}

int payload_networking(struct body *body)
{
	const struct service *service = body->service;
	cJSON *links = make_links(body);
	if (links)
		cJSON_AddItemToObject(body->host, "Links", links);
	if (service->network_mode)
		return put_mode(body, service->network_mode);
	if (service->nnetworks == 0)
		return put_mode(body, "none");
	size_t nsorted = 0;
	struct attachment **sorted = reconcile_attachments(body->arena, service, &nsorted);
	cJSON *config = cJSON_AddObjectToObject(body->root, "NetworkingConfig");
	cJSON *endpoints = cJSON_AddObjectToObject(config, "EndpointsConfig");
	/* Before API 1.44 a container is made with one network; the others are connected afterwards. */
	size_t count = body->context->engine->api >= 44 ? nsorted : 1;
	int failed = 0;
	put_text(body->host, "NetworkMode", network_name(service, sorted[0]));
	for (size_t i = 0; i < count; i++)
		failed |= put_endpoint(body, sorted[i], i == 0,
			cJSON_AddObjectToObject(endpoints, network_name(service, sorted[i])));
	return failed;
}

/* Whether the network that the file describes has the address. */
static bool network_has(const struct network *network, const char *text)
{
	struct subnet address, pool;
	for (size_t i = 0; network->ipam && i < network->ipam->nconfig; i++) {
		const char *subnet = network->ipam->config[i]->subnet;
		if (subnet && subnet_read(subnet, &pool) == 0 && subnet_read(text, &address) == 0 &&
			subnet_overlaps(&pool, &address))
			return true;
	}
	return false;
}

/* One address of a former place. On the network as it was it is the same again, though the engine had chosen
 * it; on another one it goes when that does not have it. */
static void put_former(cJSON *ipam, const struct step_network *network, const char *key, const char *address)
{
	const char *own = json_text(ipam, key, "");
	if (network->renewed && *own && !network_has(network->wanted, own))
		cJSON_DeleteItemFromObjectCaseSensitive(ipam, key);
	else if (!network->renewed && !*own && address && *address)
		put_text(ipam, key, address);
}

/* The place that a container had. */
static cJSON *former_endpoint(const struct step_network *network)
{
	const struct observed_attachment *former = network->former;
	cJSON *endpoint = former->endpoint ? cJSON_Parse(former->endpoint) : cJSON_CreateObject();
	cJSON *ipam = cJSON_GetObjectItemCaseSensitive(endpoint, "IPAMConfig");
	if (!ipam)
		ipam = cJSON_AddObjectToObject(endpoint, "IPAMConfig");
	put_former(ipam, network, "IPv4Address", former->address);
	put_former(ipam, network, "IPv6Address", former->address6);
	if (network->apart)
		cJSON_DeleteItemFromObjectCaseSensitive(endpoint, "Aliases");
	return endpoint;
}

const char *payload_connect(struct arena *arena, const struct step *step, const char *container,
	const struct payload_context *context, struct errors *errors)
{
	struct body body = { arena, step, step->service, context, NULL, NULL, errors };
	body.root = cJSON_CreateObject();
	put_text(body.root, "Container", container);
	bool former = step->network.former && (step->network.former->endpoint || !step->network.attachment);
	cJSON *endpoint = former ? former_endpoint(&step->network) : cJSON_CreateObject();
	cJSON_AddItemToObject(body.root, "EndpointConfig", endpoint);
	int failed = 0;
	if (former)
		; /* all is said */
	else if (step->network.attachment)
		failed = put_endpoint(&body, step->network.attachment, false, endpoint);
	else if (step->service)
		put_list(endpoint, "Aliases", (const char *const[]){ step->service->key }, 1);
	const char *text = json_print(arena, body.root);
	return failed ? NULL : text;
}
