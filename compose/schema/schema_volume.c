/* Rows of volumes, secrets, configs and models of the project. */
#include "compose/schema/schema.h"
#include "compose/schema/unique.h"

#define VOLUME(member)       AT(struct volume, member)
#define VOLUME_TEXTS(member) AT_TEXTS(struct volume, member)
#define FILE_AT(member)      AT(struct file_source, member)
#define FILE_TEXTS(member)   AT_TEXTS(struct file_source, member)

static const struct attr volume_rows[] = {
	{ "name", KIND_STRING, VOLUME(name), .since = "2.1", .engine = "Name", .doc = "Name in the engine" },
	{ "driver", KIND_STRING, VOLUME(driver), .engine = "Driver", .doc = "Volume driver" },
	{ "driver_opts", KIND_PAIRS, .takes = TAKES_MAP, .items = TAKES_STRING | TAKES_NUMBER,
		VOLUME_TEXTS(driver_opts), .engine = "DriverOpts", .doc = "Options of the driver" },
	{ "external", KIND_BOOL, .takes = TAKES_BOOL | TAKES_STRING | TAKES_MAP, .flags = ATTR_CAST,
		VOLUME(external), .engine = "looked up, never created", .doc = "It is there already" },
	{ "labels", KIND_PAIRS, MERGE_LIST, .key = unique_name, VOLUME_TEXTS(labels), .since = "2.1",
		.engine = "Labels", .doc = "Labels" },
	{ "x-flow", KIND_STRUCT, .of = &schema_flow_volume, .flags = ATTR_FLOW | ATTR_NO_HASH,
		AT_OBJECT(struct volume, flow), .since = "flow", .engine = "docker flow's own",
		.doc = "docker flow's own attributes" },
};
const struct schema schema_volume = SCHEMA("volume", volume_rows, sizeof(struct volume), SCHEMA_NAMED);

static const struct attr secret_rows[] = {
	{ "name", KIND_STRING, FILE_AT(name), .since = "3.5", .doc = "Name in the engine" },
	{ "file", KIND_STRING, .flags = ATTR_PATH, FILE_AT(file), .doc = "File that holds it" },
	{ "environment", KIND_STRING, FILE_AT(environment), .since = "spec",
		.doc = "Variable that holds it" },
	{ "external", KIND_BOOL, .takes = TAKES_BOOL | TAKES_STRING | TAKES_MAP, .flags = ATTR_CAST,
		FILE_AT(external), .doc = "It is there already" },
	{ "labels", KIND_PAIRS, FILE_TEXTS(labels), .doc = "Labels" },
	{ "driver", KIND_STRING, FILE_AT(driver), .since = "3.8", .doc = "Driver that holds it" },
	{ "driver_opts", KIND_PAIRS, .takes = TAKES_MAP, .items = TAKES_STRING | TAKES_NUMBER,
		FILE_TEXTS(driver_opts), .since = "3.8", .doc = "Options of the driver" },
	{ "template_driver", KIND_STRING, FILE_AT(template_driver), .since = "3.8",
		.doc = "Driver that expands templates" },
};
const struct schema schema_secret = SCHEMA("secret", secret_rows, sizeof(struct file_source), SCHEMA_NAMED);

static const struct attr config_rows[] = {
	{ "name", KIND_STRING, FILE_AT(name), .since = "3.5", .doc = "Name in the engine" },
	{ "file", KIND_STRING, .flags = ATTR_PATH, FILE_AT(file), .doc = "File that holds it" },
	{ "environment", KIND_STRING, FILE_AT(environment), .since = "spec",
		.doc = "Variable that holds it" },
	{ "content", KIND_STRING, FILE_AT(content), .since = "spec", .doc = "The text itself" },
	{ "external", KIND_BOOL, .takes = TAKES_BOOL | TAKES_STRING | TAKES_MAP, .flags = ATTR_CAST,
		FILE_AT(external), .doc = "It is there already" },
	{ "labels", KIND_PAIRS, FILE_TEXTS(labels), .doc = "Labels" },
	{ "template_driver", KIND_STRING, FILE_AT(template_driver), .since = "3.8",
		.doc = "Driver that expands templates" },
};
const struct schema schema_config = SCHEMA("config", config_rows, sizeof(struct file_source), SCHEMA_NAMED);

static const struct attr model_rows[] = {
	{ "name", KIND_STRING, AT(struct ai_model, name), .doc = "Name in the engine" },
	{ "model", KIND_STRING, .flags = ATTR_REQUIRED, AT(struct ai_model, model),
		.doc = "The model's image" },
	{ "context_size", KIND_INT, .takes = TAKES_INT, AT(struct ai_model, context_size),
		.doc = "Most tokens of the context" },
	{ "runtime_flags", KIND_STRINGS, AT_TEXTS(struct ai_model, runtime_flags),
		.doc = "Options of the runtime" },
};
const struct schema schema_model = SCHEMA("model", model_rows, sizeof(struct ai_model), SCHEMA_NAMED);
