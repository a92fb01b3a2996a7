#include "graph/plan/hooks.h"

#include <string.h>

/* The variables of the service, and over them those of the hook. */
static void merge_environment(
	struct arena *arena, const struct service *service, const struct hook *hook, struct service *ret)
{
	size_t count = 0;
	ret->environment = ARENA_ARRAY(arena, struct pair, service->nenvironment + hook->nenvironment + 1);
	for (size_t i = 0; i < service->nenvironment; i++)
		ret->environment[count++] = service->environment[i];
	for (size_t i = 0; i < hook->nenvironment; i++) {
		size_t at = 0;
		while (at < count && strcmp(ret->environment[at].key, hook->environment[i].key) != 0)
			at++;
		ret->environment[at] = hook->environment[i];
		count += at == count;
	}
	ret->nenvironment = count;
}

/* The networks of the service without what belongs to its own containers there: names and addresses. */
static void join_networks(struct arena *arena, const struct service *service, struct service *ret)
{
	for (size_t i = 0; i < service->nnetworks; i++) {
		struct attachment *at = ARENA_NEW(arena, struct attachment);
		*at = *service->networks[i];
		at->aliases = at->link_local_ips = NULL;
		at->naliases = at->nlink_local_ips = 0;
		at->ipv4_address = at->ipv6_address = at->mac_address = NULL;
		*ARENA_PUSH(arena, ret->networks, ret->nnetworks) = at;
	}
	ret->network_mode = service->network_mode;
	ret->links = service->links;
	ret->nlinks = service->nlinks;
	ret->external_links = service->external_links;
	ret->nexternal_links = service->nexternal_links;
	ret->extra_hosts = service->extra_hosts;
	ret->nextra_hosts = service->nextra_hosts;
	ret->dns = service->dns;
	ret->ndns = service->ndns;
	ret->dns_search = service->dns_search;
	ret->ndns_search = service->ndns_search;
	ret->dns_opt = service->dns_opt;
	ret->ndns_opt = service->ndns_opt;
}

/* The hook's image with its user; without one those of the service, be it built or pulled. */
static void choose_image(const struct service *service, const struct hook *hook, struct service *ret)
{
	ret->image = hook->image;
	ret->user = hook->user;
	ret->pull_policy = service->pull_policy;
	if (hook->image) { /* it is pulled: the service's sources make another one */
		if (ret->pull_policy && strcmp(ret->pull_policy, "build") == 0)
			ret->pull_policy = "missing";
		return;
	}
	ret->image = service->image;
	ret->build = service->build;
	ret->platform = service->platform;
	ret->user = hook->user ? hook->user : service->user;
}

const struct service *hook_service(struct arena *arena, const struct service *service, size_t index)
{
	static struct healthcheck unchecked = { .disable = true };
	const struct hook *hook = service->pre_start[index];
	const struct node *list = node_get(service->node, "pre_start");
	struct service *ret = ARENA_NEW(arena, struct service);
	ret->key = service->key;
	ret->at = list && index < list->nitems ? list->items[index]->at : service->at;
	ret->project = service->project;
	choose_image(service, hook, ret);
	ret->command = hook->command;
	ret->ncommand = hook->ncommand;
	ret->working_dir = hook->working_dir ? hook->working_dir : service->working_dir;
	ret->privileged = hook->privileged;
	merge_environment(arena, service, hook, ret);
	join_networks(arena, service, ret);
	ret->secrets = service->secrets;
	ret->nsecrets = service->nsecrets;
	ret->configs = service->configs;
	ret->nconfigs = service->nconfigs;
	ret->flow = service->flow;
	ret->userns_mode = service->userns_mode;
	ret->isolation = service->isolation;
	ret->runtime = service->runtime;
	ret->logging = service->logging;
	ret->healthcheck = &unchecked;
	return ret;
}
