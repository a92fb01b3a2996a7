/* Rows of docker flow's own attributes: x-flow of project, service and volume. */
#include "compose/schema/check_row.h"
#include "compose/schema/schema.h"
#include "compose/schema/unique.h"
#include "compose/schema/walk.h"

#define PROBE(member)       AT(struct probe, member)
#define PROBE_TEXTS(member) AT_TEXTS(struct probe, member)

static const char *const file_ways[] = { "auto", "bind", "upload", NULL };

/* What a probe of a port asks. */
#define PEER                                                                                                 \
	{ "host", KIND_STRING, PROBE(host), .doc = "Host to ask instead of the container" },                 \
	{                                                                                                    \
		"port", KIND_INT, .ranged = true, .least = 1, .most = 65535, PROBE(port),                    \
				  .doc = "Port in the container"                                             \
	}

static const struct attr http_rows[] = {
	PEER,
	{ "path", KIND_STRING, PROBE(path), .doc = "Path of the URL" },
	{ "status", KIND_TEXT, .refuse = refuse_status, PROBE(status),
		.doc = "Status codes that mean ready: 200-299 or 200,204" },
	{ "headers", KIND_PAIRS, .refuse = refuse_headers, .takes = TAKES_MAP, PROBE_TEXTS(headers),
		.doc = "Headers of the request" },
	{ "json", KIND_PAIRS, .takes = TAKES_MAP, PROBE_TEXTS(json), .doc = "Members the answer must hold" },
};
static const struct schema schema_http = SCHEMA("http", http_rows, 0, SCHEMA_NO_X);

static const struct attr tcp_rows[] = {
	PEER,
};
static const struct schema schema_tcp = SCHEMA("tcp", tcp_rows, 0, SCHEMA_NO_X);

static const struct attr postgresql_rows[] = {
	PEER,
	{ "user", KIND_STRING, PROBE(user), .doc = "User to log in as" },
	{ "dbname", KIND_STRING, PROBE(dbname), .doc = "Database to ask" },
};
static const struct schema schema_postgresql = SCHEMA("postgresql", postgresql_rows, 0, SCHEMA_NO_X);

#define TIMES                                                                                                \
	{ "interval", KIND_DURATION, .refuse = refuse_negative, PROBE(interval),                             \
		.doc = "Time between tries" },                                                               \
		{ "timeout", KIND_DURATION, .refuse = refuse_negative, PROBE(timeout),                       \
			.doc = "Longest time of one try" },                                                  \
		{ "retries", KIND_INT, .ranged = true, .least = 0, .most = INT32_MAX, PROBE(retries),        \
			.doc = "Failures in a row that fail the gate" },                                     \
	{                                                                                                    \
		"start_period", KIND_DURATION, .refuse = refuse_negative, PROBE(start_period),               \
					       .doc = "Time in which failures do not count"                  \
	}

static int bind_probe_kind(struct walk *walk, const struct attr *attr, const struct node *node, void *object);

/* A row whose key says what kind of probe it is. */
#define KIND_OF_PROBE(value) .sets = (value), .bind = bind_probe_kind

static const struct attr probe_rows[] = {
	{ "http", KIND_STRUCT, .of = &schema_http, .flags = ATTR_INLINE | ATTR_KEEP, .store = STORE_OBJECT,
		KIND_OF_PROBE(PROBE_HTTP), .doc = "An HTTP request is answered" },
	{ "tcp", KIND_STRUCT, .of = &schema_tcp, .flags = ATTR_INLINE | ATTR_KEEP, .store = STORE_OBJECT,
		KIND_OF_PROBE(PROBE_TCP), .doc = "A connection is accepted" },
	{ "postgresql", KIND_STRUCT, .of = &schema_postgresql, .flags = ATTR_INLINE | ATTR_KEEP,
		.store = STORE_OBJECT, KIND_OF_PROBE(PROBE_POSTGRESQL),
		.doc = "A PostgreSQL server answers" },
	{ "exec", KIND_COMMAND, .refuse = refuse_no_command, PROBE_TEXTS(exec), KIND_OF_PROBE(PROBE_EXEC),
		.doc = "A command succeeds in the container" },
	{ "log", KIND_STRING, .refuse = refuse_pattern, PROBE(log), KIND_OF_PROBE(PROBE_LOG),
		.doc = "The output matches an expression" },
	{ "container", KIND_BOOL, KIND_OF_PROBE(PROBE_CONTAINER), .doc = "The engine's own health check" },
	{ "none", KIND_BOOL, KIND_OF_PROBE(PROBE_NONE), .doc = "Started is ready" },
	TIMES,
	{ "early", KIND_BOOL, .flags = ATTR_KEEP, PROBE(early),
		.doc = "Run the compose healthcheck at once instead of after its interval" },
};
const struct schema schema_flow_probe =
	SCHEMA("x-flow.healthcheck", probe_rows, sizeof(struct probe), SCHEMA_NO_X | SCHEMA_AT);

static int bind_probe_kind(struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	struct probe *probe = object;
	(void)walk;
	if (node->kind != NODE_BOOL || node->yes)
		probe->kind = attr->sets;
	return 0;
}

/* A registry-style check has no key for its kind: a member that one kind alone takes tells. */
static int bind_telling_member(
	struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	struct probe *probe = object;
	(void)walk;
	if (*node->text)
		probe->kind = attr->sets;
	return 0;
}

static int bind_port_probe(struct walk *walk, const struct node *node, void *object)
{
	struct probe *probe = object;
	(void)walk;
	(void)node;
	probe->kind = probe->kind != PROBE_UNSET ? probe->kind : PROBE_HTTP;
	return 0;
}

/* A row that makes a registry-style check one of that kind. */
#define TELLS(value) .sets = (value), .bind = bind_telling_member

static const struct attr port_probe_rows[] = {
	{ "host", KIND_STRING, PROBE(host), .doc = "Host to ask" },
	{ "port", KIND_INT, .ranged = true, .least = 1, .most = 65535, PROBE(port),
		.doc = "Port of the host" },
	{ "path", KIND_STRING, PROBE(path), .doc = "Path of the URL" },
	{ "status", KIND_TEXT, .refuse = refuse_status, PROBE(status),
		.doc = "Status codes that mean ready" },
	{ "user", KIND_STRING, PROBE(user), TELLS(PROBE_POSTGRESQL),
		.doc = "PostgreSQL user: makes it a PostgreSQL check" },
	{ "dbname", KIND_STRING, PROBE(dbname), TELLS(PROBE_POSTGRESQL),
		.doc = "PostgreSQL database: makes it a PostgreSQL check" },
	TIMES,
};
const struct schema schema_flow_port_probe = { .name = "healthcheck",
	.rows = port_probe_rows,
	.nrows = sizeof port_probe_rows / sizeof *port_probe_rows,
	.size = sizeof(struct probe),
	.flags = SCHEMA_NO_X | SCHEMA_AT,
	.done = bind_port_probe };

static const struct attr flow_port_rows[] = {
	{ "internal", KIND_INT, .flags = ATTR_REQUIRED, .ranged = true, .least = 1, .most = 65535,
		AT(struct flow_port, internal), .doc = "Port in the container" },
	{ "external", KIND_INT, .ranged = true, .least = 1, .most = 65535, AT(struct flow_port, external),
		.doc = "Port of the host" },
	{ "healthcheck", KIND_STRUCT, .of = &schema_flow_port_probe, .flags = ATTR_KEEP,
		AT_OBJECT(struct flow_port, healthcheck), .doc = "How to tell that the port is ready" },
};
static const struct schema schema_flow_port =
	SCHEMA("x-flow.ports", flow_port_rows, sizeof(struct flow_port), SCHEMA_NO_X | SCHEMA_AT);

static const char *const orders[] = { "stop-first", "start-first", NULL };

static const struct attr replace_rows[] = {
	{ "order", KIND_STRING, .refuse = refuse_word, .words = orders, AT(struct flow_replace, order),
		.doc = "Whether the former container stops before the new one starts, or when that is ready" },
	{ "parallelism", KIND_INT, .flags = ATTR_KEEP, .ranged = true, .least = 0, .most = INT32_MAX,
		AT(struct flow_replace, parallelism), .doc = "Containers replaced at a time; 0: all" },
	{ "drain", KIND_DURATION, .refuse = refuse_negative, .flags = ATTR_KEEP,
		AT(struct flow_replace, drain),
		.doc = "Time in which the former container ends what it is at (start-first; default 5s)" },
};
static const struct schema schema_replace =
	SCHEMA("x-flow.replace", replace_rows, sizeof(struct flow_replace), SCHEMA_NO_X);

static const struct attr flow_service_rows[] = {
	{ "dependencies", KIND_STRINGS, .refuse = refuse_empty, .key = unique_text,
		AT_TEXTS(struct flow_service, dependencies),
		.doc = "Services and applications that must be ready" },
	{ "ports", KIND_STRUCTS, .of = &schema_flow_port, .key = unique_internal,
		AT_LIST(struct flow_service, ports), .doc = "Registry style ports with their checks" },
	{ "healthcheck", KIND_STRUCT, .of = &schema_flow_probe, .flags = ATTR_KEEP,
		AT_OBJECT(struct flow_service, healthcheck), .doc = "The gate dependents wait at" },
	{ "files", KIND_STRING, .words = file_ways, AT(struct flow_service, files),
		.doc = "How configs and secrets get into the container" },
	{ "replace", KIND_STRUCT, MERGE_SHORT, .takes = TAKES_STRING | TAKES_MAP, .of = &schema_replace,
		AT_OBJECT(struct flow_service, replace),
		.form = "a word (`replace: start-first`) or a mapping",
		.doc = "How a container that has changed is replaced" },
};
const struct schema schema_flow_service =
	SCHEMA("x-flow", flow_service_rows, sizeof(struct flow_service), SCHEMA_NO_X);

static const struct attr flow_volume_rows[] = {
	{ "cache", KIND_BOOL, AT(struct flow_volume, cache), .doc = "Holds only what can be made again" },
	{ "create", KIND_BOOL, AT(struct flow_volume, create),
		.doc = "Make an external volume when missing" },
};
const struct schema schema_flow_volume =
	SCHEMA("x-flow", flow_volume_rows, sizeof(struct flow_volume), SCHEMA_NO_X);

static const struct attr applications_rows[] = {
	{ "project", KIND_STRING, .refuse = refuse_project, AT(struct flow_applications, project),
		.doc = "Project applications run in" },
	{ "image", KIND_STRING, AT(struct flow_applications, image),
		.doc = "Default image: {org} and {id} are replaced" },
};
static const struct schema schema_applications =
	SCHEMA("applications", applications_rows, sizeof(struct flow_applications), SCHEMA_NO_X);

static const struct attr image_rows[] = {
	{ "registry", KIND_STRING, AT(struct flow_image, registry), .doc = "Registry host" },
	{ "org", KIND_STRING, AT(struct flow_image, org), .doc = "Organisation" },
	{ "repo", KIND_STRING, AT(struct flow_image, repo), .doc = "Repository" },
	{ "service", KIND_STRING, AT(struct flow_image, service), .doc = "Service whose image it is" },
};
static const struct schema schema_image = SCHEMA("image", image_rows, sizeof(struct flow_image), SCHEMA_NO_X);

static const struct attr flow_project_rows[] = {
	{ "registry", KIND_STRINGS, .refuse = refuse_empty, .takes = TAKES_STRING | TAKES_LIST,
		.flags = ATTR_PATH | ATTR_REMOTE | ATTR_ONE, AT_TEXTS(struct flow_project, registry),
		.doc = "Application registries: files or URLs" },
	{ "applications", KIND_STRUCT, .of = &schema_applications,
		AT_OBJECT(struct flow_project, applications), .doc = "Where applications run" },
	{ "image", KIND_STRUCT, .of = &schema_image, AT_OBJECT(struct flow_project, image),
		.doc = "Name of the image to tag and publish" },
};
const struct schema schema_flow_project =
	SCHEMA("x-flow", flow_project_rows, sizeof(struct flow_project), SCHEMA_NO_X);
