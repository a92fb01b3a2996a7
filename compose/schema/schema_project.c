/* Rows of the top level of a compose file. */
#include "compose/schema/schema.h"

#define SECTION(member) AT_LIST(struct project, member)

static const struct attr project_rows[] = {
	{ "name", KIND_STRING, AT(struct project, name), .since = "spec",
		.engine = "label com.docker.compose.project; prefix of names", .doc = "Name of the project" },
	{ "services", KIND_NAMED, .of = &schema_service, .flags = ATTR_KEEP, SECTION(services),
		.since = "2.0", .engine = "containers", .doc = "The services" },
	{ "networks", KIND_NAMED, .items = TAKES_MAP | TAKES_NULL, .of = &schema_network, SECTION(networks),
		.since = "2.0", .engine = "POST /networks/create", .doc = "Networks between services" },
	{ "volumes", KIND_NAMED, .items = TAKES_MAP | TAKES_NULL, .of = &schema_volume, SECTION(volumes),
		.since = "2.0", .engine = "POST /volumes/create", .doc = "Volumes that outlive containers" },
	{ "secrets", KIND_NAMED, .of = &schema_secret, SECTION(secrets), .since = "3.1",
		.engine = "files of containers", .doc = "Files to keep secret" },
	{ "configs", KIND_NAMED, .of = &schema_config, SECTION(configs), .since = "3.3",
		.engine = "files of containers", .doc = "Files for services" },
	{ "models", KIND_NAMED, .of = &schema_model, .flags = ATTR_YAML, SECTION(models), .since = "spec",
		.engine = "refused", .doc = "Language models" },
	{ "include", KIND_ANY, .takes = TAKES_LIST, .flags = ATTR_HIDDEN, .since = "spec",
		.engine = "read with the file", .doc = "Further compose files: paths, repositories, URLs" },
	{ "version", KIND_STRING, .flags = ATTR_HIDDEN, .since = "2.0", .engine = "ignored, with a warning",
		.doc = "Ignored" },
	{ "x-flow", KIND_STRUCT, .of = &schema_flow_project, .flags = ATTR_FLOW | ATTR_NO_HASH,
		AT_OBJECT(struct project, flow), .since = "flow", .engine = "docker flow's own",
		.doc = "docker flow's own attributes" },
};
const struct schema schema_project = SCHEMA("project", project_rows, sizeof(struct project), 0);
