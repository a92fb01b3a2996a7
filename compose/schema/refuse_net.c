/* Addresses, ports and names on networks that no engine takes. */
#include "compose/schema/check_row.h"

#include "base/text/text.h"
#include "base/text/address.h"
#include "compose/tree/value.h"

#include <string.h>

int refuse_target(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	if (node->kind != NODE_INT || (node->integer >= 1 && node->integer <= 65535))
		return 0;
	return walk_error(walk, &node->at, "port %lld is outside 1 to 65535", (long long)node->integer);
}

int refuse_published(struct walk *walk, const struct attr *attr, const struct node *node)
{
	unsigned first, last;
	(void)attr;
	if (!*node->text)
		return 0;
	const char *wrong = value_port_range(walk->arena, node->text, strlen(node->text), &first, &last);
	if (!wrong)
		return 0;
	walk_error(walk, &node->at, "%s", wrong);
	return error_hint(
		walk->errors, "write a port of the host, such as \"8080\", or a range: \"8080-8089\"");
}

int refuse_ip(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	if (node->kind != NODE_STRING || address_is_ip(node->text))
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no IP address", node->text);
	return *node->text ? -1 : error_hint(walk->errors, "is a variable unset?");
}

int refuse_subnet(struct walk *walk, const struct attr *attr, const struct node *node)
{
	struct address net;
	unsigned bits;
	(void)attr;
	if (!*node->text || address_parse_net(node->text, &net, &bits))
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no range of addresses", node->text);
	return error_hint(walk->errors, "write ADDRESS/BITS, such as 172.28.0.0/16");
}

int refuse_mac(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	bool mac = address_is_mac(node->text);
	bool one =
		mac && !strchr("13579bdfBDF", node->text[1]); /* the bit of a group is the lowest of byte 1 */
	if (!*node->text || (one && node->text[strspn(node->text, "0:-.")]))
		return 0;
	walk_error(walk, &node->at,
		mac ? "\"%s\" is no address of one device" : "\"%s\" is no hardware address", node->text);
	return error_hint(walk->errors, "write six pairs of hexadecimal digits, such as 02:42:ac:11:00:02");
}

int refuse_host(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *equals = strchr(node->text, '='), *address = equals ? equals + 1 : "";
	(void)attr;
	if (address_is_ip(address) || strcmp(address, "host-gateway") == 0)
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no IP address", address);
	return error_hint(walk->errors, "write HOST=IP, or HOST=host-gateway for the engine's machine");
}

static int refuse_family(struct walk *walk, const struct node *node, unsigned size, const char *name)
{
	struct address address;
	if (!*node->text || (address_parse(node->text, &address) && address.size == size))
		return 0;
	return walk_error(walk, &node->at, "\"%s\" is no %s address", node->text, name);
}

int refuse_ipv4(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	return refuse_family(walk, node, 4, "IPv4");
}

int refuse_ipv6(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	return refuse_family(walk, node, 16, "IPv6");
}

int refuse_interface(struct walk *walk, const struct attr *attr, const struct node *node)
{
	enum { LONGEST = 15 }; /* (Linux: dev_valid_name) */
	const char *text = node->text;
	(void)attr;
	if (strlen(text) <= LONGEST && !strpbrk(text, "/: \t\r\n\v\f") && strcmp(text, ".") != 0 &&
		strcmp(text, "..") != 0)
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no name of an interface", text);
	return error_hint(walk->errors, "%d characters at most, without blanks, / and :", LONGEST);
}

int refuse_hostname(struct walk *walk, const struct attr *attr, const struct node *node)
{
	enum { LONGEST = 64 }; /* (sethostname(2)) */
	if (strlen(node->text) <= LONGEST)
		return 0;
	return walk_error(walk, &node->at, "%s has more than %d characters", attr->name, LONGEST);
}

int refuse_link(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *colon = strchr(node->text, ':');
	if (*node->text && colon != node->text && (!colon || (colon[1] && !strchr(colon + 1, ':'))))
		return 0;
	walk_error(walk, &node->at, "\"%s\" is none of %s", node->text, attr->name);
	return error_hint(walk->errors, "the form is NAME[:ALIAS]");
}

int refuse_volumes_from(struct walk *walk, const struct attr *attr, const struct node *node)
{
	static const char *const modes[] = { "ro", "rw", "z", "Z" };
	const char *text = strncmp(node->text, "container:", 10) == 0 ? node->text + 10 : node->text;
	const char *colon = strchr(text, ':');
	if (*text && colon != text && (!colon || TEXT_AMONG(colon + 1, modes)))
		return 0;
	walk_error(walk, &node->at, "\"%s\" is none of %s", node->text, attr->name);
	return error_hint(walk->errors, "the form is SERVICE[:ro] or container:NAME[:ro]");
}

int refuse_namespace(struct walk *walk, const struct attr *attr, const struct node *node)
{
	static const char *const others[] = { "service:", "container:" };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		size_t len = strlen(others[i]);
		if (strncmp(node->text, others[i], len) != 0)
			continue;
		if (node->text[len])
			return 0;
		return walk_error(
			walk, &node->at, "\"%s\" names no %.*s", node->text, (int)len - 1, others[i]);
	}
	return attr->words ? refuse_word(walk, attr, node) : 0;
}

/* A member of a pool that is an address of its subnet. */
static int refuse_outside(
	struct walk *walk, const char *key, const struct node *node, const struct address *net, unsigned bits)
{
	struct address address;
	if (!node || node->kind != NODE_STRING || !*node->text)
		return 0;
	walk_push(walk, key);
	int result = 0;
	if (!address_parse(node->text, &address))
		result = walk_error(walk, &node->at, "\"%s\" is no IP address", node->text);
	else if (!address_within(&address, net, bits))
		result = walk_error(walk, &node->at, "%s is none of the subnet's addresses", node->text);
	walk_pop(walk);
	return result;
}

/* What a pool says besides its subnet has to lie in it. */
static int refuse_pool(struct walk *walk, const struct node *pool)
{
	const struct node *subnet = node_get(pool, "subnet"), *range = node_get(pool, "ip_range"),
			  *others = node_get(pool, "aux_addresses");
	struct address net, part;
	unsigned bits, part_bits;
	if (!subnet || subnet->kind != NODE_STRING || !*subnet->text) {
		walk_error(walk, &pool->at, "these addresses have no subnet");
		return error_hint(walk->errors, "add `subnet:` such as 172.28.0.0/16, or remove the entry");
	}
	if (!address_parse_net(subnet->text, &net, &bits))
		return 0; /* told by the row */
	int result = refuse_outside(walk, "gateway", node_get(pool, "gateway"), &net, bits);
	for (size_t i = 0; others && others->kind == NODE_MAP && i < others->nmembers; i++)
		result |= refuse_outside(walk, "aux_addresses", others->members[i].value, &net, bits);
	if (range && range->kind == NODE_STRING && address_parse_net(range->text, &part, &part_bits) &&
		(part_bits < bits || !address_within(&part, &net, bits)))
		result = walk_error(walk, &range->at, "%s is no part of %s", range->text, subnet->text);
	return result;
}

int refuse_pools(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	return node->kind == NODE_MAP ? refuse_pool(walk, node) : 0;
}
