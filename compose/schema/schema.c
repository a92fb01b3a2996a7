#include "compose/schema/schema.h"

#include <stdio.h>
#include <string.h>

const struct attr *schema_find(const struct schema *schema, const char *key)
{
	for (const struct attr *row = schema->rows, *end = row + schema->nrows; row < end; row++)
		if (row->name[0] == key[0] && strcmp(row->name, key) == 0)
			return row;
	return NULL;
}

const struct attr *schema_recall(struct schema_memory *memory, const struct schema *schema, const char *key)
{
	enum { FULL = SCHEMA_REMEMBERED * 3 / 4 };
	size_t at = ((uintptr_t)key >> 3) + ((uintptr_t)schema >> 5);
	struct schema_found *found;
	while ((found = &memory->found[at++ % SCHEMA_REMEMBERED])->key)
		if (found->key == key && found->schema == schema)
			return found->row;
	if (memory->count++ == FULL) {
		*memory = (struct schema_memory){ .count = 1 };
		found = &memory->found[0];
	}
	*found = (struct schema_found){ .key = key, .schema = schema, .row = schema_find(schema, key) };
	return found->row;
}

/* Keys of old formats and frequent slips, by the name they have now. */
static const struct {
	const char *schema, *old, *now;
} aliases[] = {
	{ "service", "net", "network_mode" },
	{ "service", "env", "environment" },
	{ "service", "envs", "environment" },
	{ "service", "port", "ports" },
	{ "service", "cmd", "command" },
	{ "service", "args", "command" },
	{ "service", "name", "container_name" },
	{ "service", "health_check", "healthcheck" },
	{ "service", "replicas", "scale" },
	{ "service", "memory", "mem_limit" },
	{ "service", "mount", "volumes" },
	{ "service", "mounts", "volumes" },
	{ "service", "workdir", "working_dir" },
	{ "service", "depends", "depends_on" },
	{ "project", "service", "services" },
	{ "project", "volume", "volumes" },
	{ "project", "network", "networks" },
	{ "project", "includes", "include" },
	{ "healthcheck", "start-period", "start_period" },
	{ "healthcheck", "command", "test" },
	{ "healthcheck", "cmd", "test" },
	{ "build", "file", "dockerfile" },
	{ "build", "path", "context" },
	{ "port", "host_port", "published" },
	{ "port", "container_port", "target" },
};

const char *schema_moved(const struct schema *schema, const char *key)
{
	static const struct {
		const char *key, *now;
	} moved[] = {
		{ "dockerfile", "write it as `dockerfile:` below `build:`" },
		{ "log_driver", "write it as `driver:` below `logging:`" },
		{ "log_opt", "write it as `options:` below `logging:`" },
		{ "volume_driver", "write it as `driver:` of each volume under top-level `volumes:`" },
	};
	if (schema == &schema_flow_service && schema_find(&schema_flow_probe, key))
		return "a check stands below `healthcheck:`, such as x-flow: {healthcheck: {tcp: {port: 8000}}}";
	bool in_check = strcmp(schema->name, "http") == 0 || strcmp(schema->name, "tcp") == 0 ||
			strcmp(schema->name, "postgresql") == 0;
	if (in_check && schema_find(&schema_flow_probe, key))
		return "it stands one level up, below `healthcheck:`";
	for (size_t i = 0; schema == &schema_service && i < sizeof moved / sizeof *moved; i++)
		if (strcmp(moved[i].key, key) == 0)
			return moved[i].now;
	return NULL;
}

const char *schema_hint(const struct schema *schema, const char *key)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (strcmp(aliases[i].old, key) == 0 && strcmp(aliases[i].schema, schema->name) == 0)
			return aliases[i].now;
	enum { MOST = 128 };
	const char *names[MOST];
	size_t count = 0;
	for (size_t i = 0; i < schema->nrows && count < MOST; i++)
		names[count++] = schema->rows[i].name;
	return error_nearest(key, names, count);
}

unsigned schema_takes(const struct attr *attr)
{
	static const unsigned char usual[] = {
		[KIND_STRING] = TAKES_STRING,
		[KIND_TEXT] = TAKES_STRING | TAKES_NUMBER,
		[KIND_BOOL] = TAKES_BOOL | TAKES_STRING,
		[KIND_INT] = TAKES_INT | TAKES_STRING,
		[KIND_FLOAT] = TAKES_NUMBER | TAKES_STRING,
		[KIND_BYTES] = TAKES_NUMBER | TAKES_STRING,
		[KIND_DURATION] = TAKES_STRING,
		[KIND_MODE] = TAKES_NUMBER | TAKES_STRING,
		[KIND_COMMAND] = TAKES_NULL | TAKES_STRING | TAKES_LIST,
		[KIND_TEST] = TAKES_STRING | TAKES_LIST,
		[KIND_STRINGS] = TAKES_LIST,
		[KIND_PAIRS] = TAKES_MAP | TAKES_LIST,
		[KIND_ENV] = TAKES_MAP | TAKES_LIST,
		[KIND_HOSTS] = TAKES_MAP | TAKES_LIST,
		[KIND_MULTI] = TAKES_MAP,
		[KIND_STRUCT] = TAKES_MAP,
		[KIND_STRUCTS] = TAKES_LIST,
		[KIND_NAMED] = TAKES_MAP,
		[KIND_ANY] = 0xff,
	};
	return attr->takes ? attr->takes : usual[attr->kind];
}

unsigned schema_items(const struct attr *attr)
{
	if (attr->items)
		return attr->items;
	switch (attr->kind) {
	case KIND_PAIRS:
	case KIND_ENV:
		return TAKES_STRING | TAKES_NUMBER | TAKES_BOOL | TAKES_NULL;
	case KIND_HOSTS:
		return TAKES_STRING | TAKES_LIST;
	case KIND_MULTI:
		return TAKES_STRING | TAKES_NUMBER | TAKES_BOOL | TAKES_LIST;
	case KIND_STRUCTS:
	case KIND_NAMED:
		return TAKES_MAP;
	default:
		return TAKES_STRING;
	}
}

/* Whether a row has the first format of the row around it, not its own, since it cannot be earlier (a
 * rollback_config has the rows of the older update_config). Format 1 had services at its top level, and no
 * row around them. */
static bool is_since_around(const char *own, const char *around)
{
	return !*own || (*around && strcmp(own, "1") != 0 && strverscmp(own, around) < 0);
}

/* Rows at `prefix`; `since` and `engine` are those of the row around them. */
static void visit_rows(const struct schema *schema, const char *prefix, const char *since, const char *engine,
	void (*visit)(void *arg, const char *path, const struct attr *row), void *arg)
{
	for (size_t i = 0; i < schema->nrows; i++) {
		struct attr row = schema->rows[i];
		if (is_since_around(row.since, since))
			snprintf(row.since, sizeof row.since, "%s", since);
		row.engine = row.engine ? row.engine : engine;
		char path[256];
		snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", row.name);
		visit(arg, path, &row);
		if (!row.of)
			continue;
		char below[264];
		snprintf(below, sizeof below, "%s%s", path,
			row.kind == KIND_NAMED     ? ".*"
			: row.kind == KIND_STRUCTS ? "[]"
						   : "");
		visit_rows(
			row.of, below, *row.since_long ? row.since_long : row.since, row.engine, visit, arg);
	}
}

void schema_walk_rows(const struct schema *root,
	void (*visit)(void *arg, const char *path, const struct attr *row), void *arg)
{
	visit_rows(root, "", "", NULL, visit, arg);
}
