/* Rows of a network of the project. */
#include "compose/schema/check_row.h"
#include "compose/schema/schema.h"
#include "compose/schema/unique.h"

#define NETWORK(member)       AT(struct network, member)
#define NETWORK_TEXTS(member) AT_TEXTS(struct network, member)

static const struct attr pool_rows[] = {
	{ "subnet", KIND_STRING, .refuse = refuse_subnet, AT(struct ipam_pool, subnet),
		.doc = "Addresses in CIDR form" },
	{ "gateway", KIND_STRING, AT(struct ipam_pool, gateway), .doc = "Address of the gateway" },
	{ "ip_range", KIND_STRING, .refuse = refuse_subnet, AT(struct ipam_pool, ip_range),
		.doc = "Part used for containers" },
	{ "aux_addresses", KIND_PAIRS, .takes = TAKES_MAP, .items = TAKES_STRING,
		AT_TEXTS(struct ipam_pool, aux_addresses), .doc = "Addresses of hosts, by name" },
};
static const struct schema schema_pool = SCHEMA("config", pool_rows, sizeof(struct ipam_pool), 0);

static const struct attr ipam_rows[] = {
	{ "driver", KIND_STRING, AT(struct ipam, driver), .doc = "Driver that gives addresses" },
	{ "config", KIND_STRUCTS, MERGE_POOLS, .refuse = refuse_pools, .of = &schema_pool,
		AT_LIST(struct ipam, config), .doc = "Address pools" },
	{ "options", KIND_PAIRS, .takes = TAKES_MAP, .items = TAKES_STRING, .flags = ATTR_HIDDEN,
		AT_TEXTS(struct ipam, options), .doc = "Options of the driver" },
};
static const struct schema schema_ipam = SCHEMA("ipam", ipam_rows, sizeof(struct ipam), 0);

static const struct attr network_rows[] = {
	{ "name", KIND_STRING, NETWORK(name), .since = "2.1", .engine = "Name", .doc = "Name in the engine" },
	{ "driver", KIND_STRING, NETWORK(driver), .engine = "Driver", .doc = "Network driver" },
	{ "driver_opts", KIND_PAIRS, .takes = TAKES_MAP, .items = TAKES_STRING | TAKES_NUMBER,
		NETWORK_TEXTS(driver_opts), .engine = "Options", .doc = "Options of the driver" },
	{ "ipam", KIND_STRUCT, .of = &schema_ipam, .flags = ATTR_ALWAYS, AT_OBJECT(struct network, ipam),
		.engine = "IPAM", .doc = "Addresses" },
	{ "external", KIND_BOOL, .takes = TAKES_BOOL | TAKES_STRING | TAKES_MAP, .flags = ATTR_CAST,
		NETWORK(external), .engine = "looked up, never created", .doc = "It is there already" },
	{ "internal", KIND_BOOL, .flags = ATTR_CAST, NETWORK(internal), .engine = "Internal",
		.doc = "No way out" },
	{ "attachable", KIND_BOOL, .flags = ATTR_CAST, NETWORK(attachable), .since = "3.2",
		.engine = "Attachable", .doc = "Other containers may join" },
	{ "labels", KIND_PAIRS, MERGE_LIST, .key = unique_name, NETWORK_TEXTS(labels), .since = "2.1",
		.engine = "Labels", .doc = "Labels" },
	{ "enable_ipv4", KIND_BOOL, .flags = ATTR_CAST | ATTR_KEEP, NETWORK(enable_ipv4), .since = "spec",
		.engine = "EnableIPv4", .doc = "IPv4" },
	{ "enable_ipv6", KIND_BOOL, .flags = ATTR_CAST | ATTR_KEEP, NETWORK(enable_ipv6), .since = "2.1",
		.engine = "EnableIPv6", .doc = "IPv6" },
};
const struct schema schema_network = SCHEMA("network", network_rows, sizeof(struct network), SCHEMA_NAMED);
