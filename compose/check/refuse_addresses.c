#include "compose/check/refuse_addresses.h"

#include "base/text/address.h"

#include <stdio.h>

/* Who has an address. */
struct holder {
	const char *service;
	const struct node *address;
};

void refuse_addresses_init(struct refuse_addresses *addresses, struct walk *walk, const struct map *ends)
{
	addresses->walk = walk;
	addresses->ends = ends;
	map_init(&addresses->taken, walk->arena);
}

/* One text for each address of a network, however it was written; NULL: the engine will not take it. */
static const char *place_of(struct arena *arena, const char *project, const char *network, const char *text)
{
	struct address address;
	char hex[2 * sizeof address.bytes + 1];
	if (!text || !address_parse(text, &address))
		return NULL;
	for (unsigned i = 0; i < address.size; i++)
		snprintf(hex + 2 * i, 3, "%02x", address.bytes[i]);
	return arena_printf(arena, "%s\n%s\n%s", project, network, hex);
}

static void take_address(
	struct refuse_addresses *addresses, const char *place, const char *key, const struct node *address)
{
	struct walk *walk = addresses->walk;
	const struct holder *other = map_get(&addresses->taken, place);
	if (!other) {
		struct holder *holder = ARENA_NEW(walk->arena, struct holder);
		*holder = (struct holder){ key, address };
		map_set(&addresses->taken, place, holder);
		return;
	}
	walk_error(walk, &address->at, "address %s is that of service \"%s\", too (line %u)",
		node_text(address), other->service, other->address->at.line);
	error_hint(walk->errors, "give each an address of its own, or leave them to the engine");
}

void refuse_addresses_add(
	struct refuse_addresses *addresses, const char *project, const char *key, const struct node *service)
{
	static const char *const families[] = { "ipv4_address", "ipv6_address" };
	struct walk *walk = addresses->walk;
	const struct node *networks = node_get(service, "networks");
	if (!networks || networks->kind != NODE_MAP || map_has(addresses->ends, key))
		return;
	walk_push(walk, "services");
	walk_push(walk, key);
	walk_push(walk, "networks");
	for (size_t i = 0; i < networks->nmembers; i++) {
		const struct member *network = &networks->members[i];
		walk_push(walk, network->key);
		for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
			const struct node *address = node_get(network->value, families[f]);
			const char *place = place_of(walk->arena, project, network->key, node_text(address));
			walk_push(walk, families[f]);
			if (place)
				take_address(addresses, place, key, address);
			walk_pop(walk);
		}
		walk_pop(walk);
	}
	walk_pop(walk);
	walk_pop(walk);
	walk_pop(walk);
}
