/* Rows of a service's build. */
#include "compose/schema/check_row.h"
#include "compose/schema/schema.h"
#include "compose/schema/short.h"
#include "compose/schema/unique.h"

#define BUILD(member)       AT(struct build, member)
#define BUILD_TEXTS(member) AT_TEXTS(struct build, member)

static const struct attr build_rows[] = {
	{ "context", KIND_STRING, .flags = ATTR_PATH | ATTR_REMOTE, BUILD(context), .fallback = ".",
		.since = "2.0", .doc = "Folder or URL with what the Dockerfile needs" },
	{ "dockerfile", KIND_STRING, BUILD(dockerfile), .since = "2.0",
		.doc = "Dockerfile, relative to the context" },
	{ "dockerfile_inline", KIND_STRING, BUILD(dockerfile_inline), .since = "spec",
		.doc = "Text of the Dockerfile" },
	{ "entitlements", KIND_STRINGS, BUILD_TEXTS(entitlements), .since = "spec",
		.doc = "Extra rights of the build" },
	{ "args", KIND_ENV, MERGE_LIST, .refuse = refuse_nameless, .key = unique_name, BUILD_TEXTS(args),
		.since = "2.0", .doc = "Build arguments" },
	{ "provenance", KIND_STRING, .takes = TAKES_STRING | TAKES_BOOL, .canon = short_bool_text,
		BUILD(provenance), .since = "spec", .doc = "Provenance attestation" },
	{ "sbom", KIND_STRING, .takes = TAKES_STRING | TAKES_BOOL, .canon = short_bool_text, BUILD(sbom),
		.since = "spec", .doc = "Bill of materials attestation" },
	{ "ssh", KIND_ENV, .canon = short_ssh, .flags = ATTR_PATH | ATTR_LISTED, BUILD_TEXTS(ssh),
		.since = "spec", .doc = "SSH agents and keys for the build" },
	{ "labels", KIND_PAIRS, MERGE_LIST, .key = unique_name, BUILD_TEXTS(labels), .since = "2.1",
		.doc = "Labels of the image" },
	{ "cache_from", KIND_STRINGS, BUILD_TEXTS(cache_from), .since = "2.2",
		.doc = "Images and sources of cached layers" },
	{ "cache_to", KIND_STRINGS, BUILD_TEXTS(cache_to), .since = "spec", .doc = "Where cached layers go" },
	{ "no_cache", KIND_BOOL, BUILD(no_cache), .since = "spec", .doc = "Use no cached layer" },
	{ "no_cache_filter", KIND_STRINGS, .takes = TAKES_STRING | TAKES_LIST, BUILD_TEXTS(no_cache_filter),
		.since = "spec", .doc = "Stages that use no cached layer" },
	{ "additional_contexts", KIND_PAIRS, MERGE_LIST, .key = unique_name, .canon = short_contexts,
		.flags = ATTR_PATH | ATTR_REMOTE, BUILD_TEXTS(additional_contexts), .since = "spec",
		.doc = "Further contexts by name" },
	{ "pull", KIND_BOOL, BUILD(pull), .since = "spec", .doc = "Pull base images even if they are there" },
	{ "extra_hosts", KIND_HOSTS, MERGE_HOSTS, .refuse = refuse_host, BUILD_TEXTS(extra_hosts),
		.since = "2.3", .doc = "Entries for /etc/hosts" },
	{ "isolation", KIND_STRING, BUILD(isolation), .since = "2.1", .doc = "Isolation technology" },
	{ "network", KIND_STRING, BUILD(network), .since = "2.2",
		.doc = "Network of the build's containers" },
	{ "target", KIND_STRING, BUILD(target), .since = "2.3", .doc = "Stage to build" },
	{ "secrets", KIND_STRUCTS, .items = TAKES_STRING | TAKES_MAP, .of = &schema_file_ref,
		.canon = short_file_refs, AT_LIST(struct build, secrets), .form = "a list", .since = "spec",
		.doc = "Secrets the build may read" },
	{ "shm_size", KIND_BYTES, .refuse = refuse_range, .least = 1, .most = INT64_MAX,
		.takes = TAKES_INT | TAKES_STRING, BUILD(shm_size), .since = "2.3",
		.doc = "Size of /dev/shm" },
	{ "tags", KIND_STRINGS, .refuse = refuse_image, .key = unique_name, BUILD_TEXTS(tags),
		.since = "spec", .doc = "Further names of the image" },
	{ "ulimits", KIND_NAMED, MERGE_SINGLE, .refuse = refuse_ulimits,
		.items = TAKES_INT | TAKES_STRING | TAKES_MAP, .of = &schema_ulimit,
		AT_ARRAY(struct build, ulimits), .since = "spec", .doc = "Limits of the processes" },
	{ "platforms", KIND_STRINGS, .refuse = refuse_platform, BUILD_TEXTS(platforms), .since = "spec",
		.doc = "Platforms to build for" },
	{ "privileged", KIND_BOOL, BUILD(privileged), .since = "spec",
		.doc = "Build with all rights of the host" },
};
const struct schema schema_build = SCHEMA("build", build_rows, sizeof(struct build), 0);
