/* Rows of the top level of a compose file. */
#include "compose/schema/schema.h"

#define SECTION(member) AT_LIST(struct project, member)

static const struct attr project_rows[] = {
	{ "name", KIND_STRING, AT(struct project, name), .doc = "Name of the project" },
	{ "services", KIND_NAMED, .of = &schema_service, .flags = ATTR_KEEP, SECTION(services),
		.doc = "The services" },
	{ "networks", KIND_NAMED, .items = TAKES_MAP | TAKES_NULL, .of = &schema_network, SECTION(networks),
		.doc = "Networks between services" },
	{ "volumes", KIND_NAMED, .items = TAKES_MAP | TAKES_NULL, .of = &schema_volume, SECTION(volumes),
		.doc = "Volumes that outlive containers" },
	{ "secrets", KIND_NAMED, .of = &schema_secret, SECTION(secrets), .doc = "Files to keep secret" },
	{ "configs", KIND_NAMED, .of = &schema_config, SECTION(configs), .doc = "Files for services" },
	{ "models", KIND_NAMED, .of = &schema_model, .flags = ATTR_YAML, SECTION(models),
		.doc = "Language models" },
	{ "include", KIND_ANY, .takes = TAKES_LIST, .flags = ATTR_HIDDEN,
		.doc = "Further compose files: paths, repositories, URLs" },
	{ "version", KIND_STRING, .flags = ATTR_HIDDEN, .doc = "Ignored" },
	{ "x-flow", KIND_STRUCT, .of = &schema_flow_project, .flags = ATTR_FLOW | ATTR_NO_HASH,
		AT_OBJECT(struct project, flow), .doc = "docker flow's own attributes" },
};
const struct schema schema_project = SCHEMA("project", project_rows, sizeof(struct project), 0);
