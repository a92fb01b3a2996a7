#include "compose/registry/registry_schema.h"

#include <string.h>

/* Optional members may be written without a value. */
#define MAYBE                         (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER_NULL_STR)
#define TEXT(key, type, member, bits) CYAML_FIELD_STRING_PTR(key, bits, type, member, 0, CYAML_UNLIMITED)

static const cyaml_schema_field_t check_fields[] = {
	TEXT("host", struct registry_check, host, MAYBE),
	CYAML_FIELD_INT("port", CYAML_FLAG_OPTIONAL, struct registry_check, port),
	TEXT("path", struct registry_check, path, MAYBE),
	TEXT("status", struct registry_check, status, MAYBE),
	TEXT("dbname", struct registry_check, dbname, MAYBE),
	TEXT("user", struct registry_check, user, MAYBE),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t port_fields[] = {
	CYAML_FIELD_MAPPING_PTR(
		"healthcheck", CYAML_FLAG_OPTIONAL, struct registry_port, healthcheck, check_fields),
	CYAML_FIELD_INT("external", CYAML_FLAG_OPTIONAL, struct registry_port, external),
	CYAML_FIELD_INT("internal", CYAML_FLAG_DEFAULT, struct registry_port, internal),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t port_schema = { CYAML_VALUE_MAPPING(
	CYAML_FLAG_DEFAULT, struct registry_port, port_fields) };
static const cyaml_schema_value_t name_schema = { CYAML_VALUE_STRING(
	CYAML_FLAG_POINTER, const char *, 0, CYAML_UNLIMITED) };

static const cyaml_schema_field_t app_fields[] = {
	TEXT("id", struct registry_app, id, CYAML_FLAG_POINTER),
	TEXT("image", struct registry_app, image, MAYBE),
	CYAML_FIELD_SEQUENCE_COUNT(
		"ports", MAYBE, struct registry_app, ports, nports, &port_schema, 0, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE_COUNT("dependencies", MAYBE, struct registry_app, dependencies, ndependencies,
		&name_schema, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t app_schema = { CYAML_VALUE_MAPPING(
	CYAML_FLAG_DEFAULT, struct registry_app, app_fields) };
const cyaml_schema_value_t registry_schema = { CYAML_VALUE_SEQUENCE(
	CYAML_FLAG_POINTER, struct registry_app, &app_schema, 0, CYAML_UNLIMITED) };

const struct cyaml_schema_field *registry_field(const struct cyaml_schema_field *fields, const char *key)
{
	for (; fields->key; fields++)
		if (strcmp(fields->key, key) == 0)
			return fields;
	return NULL;
}

struct check {
	struct arena *arena;
	struct errors *errors;
};

static int check_value(
	struct check *check, const cyaml_schema_value_t *schema, const struct node *node, const char *path);

static int wrong_shape(struct check *check, const struct node *node, const char *path, const char *want)
{
	return error_add(check->errors, ERROR_FILE, &node->at, path, "this must be %s, not a %s", want,
		node_kind_name(node));
}

static int unknown_key(struct check *check, const cyaml_schema_field_t *fields, const struct member *member,
	const char *path)
{
	const char *keys[16];
	size_t count = 0;
	for (; fields[count].key && count < 16; count++)
		keys[count] = fields[count].key;
	error_add(check->errors, ERROR_FILE, &member->at, path, "unknown key \"%s\"", member->key);
	return error_hint_names(check->errors, member->key, "the keys here", keys, count);
}

/* A mapping against libcyaml's fields: every key known, the others there that must be. */
static int check_map(
	struct check *check, const cyaml_schema_field_t *fields, const struct node *node, const char *path)
{
	int result = 0;
	if (node->kind != NODE_MAP)
		return wrong_shape(check, node, path, "a mapping");
	for (size_t i = 0; i < node->nmembers; i++) {
		const struct member *member = &node->members[i];
		const cyaml_schema_field_t *field = registry_field(fields, member->key);
		result |= field ? check_value(check, &field->value, member->value,
					  arena_printf(check->arena, "%s.%s", path, member->key))
				: unknown_key(check, fields, member, path);
	}
	for (; fields->key; fields++)
		if (!(fields->value.flags & CYAML_FLAG_OPTIONAL) && !node_get(node, fields->key)) {
			result = error_add(
				check->errors, ERROR_FILE, &node->at, path, "`%s` is missing", fields->key);
			error_hint(check->errors, "add `%s:`", fields->key);
		}
	return result;
}

/* Items are named by their id where they have one. */
static int check_list(
	struct check *check, const cyaml_schema_value_t *schema, const struct node *node, const char *path)
{
	int result = 0;
	if (node->kind != NODE_LIST)
		return wrong_shape(check, node, *path ? path : NULL,
			*path ? "a list" : "a list of applications (- id: …)");
	for (size_t i = 0; i < node->nitems; i++) {
		const char *id = *path ? NULL : node_text(node_get(node->items[i], "id"));
		result |= check_value(check, schema->sequence.entry, node->items[i],
			id && *id ? id : arena_printf(check->arena, "%s[%zu]", path, i));
	}
	return result;
}

/* Every number of a registry is a port. */
static int check_port(struct check *check, const struct node *node, const char *path)
{
	int64_t value = node->kind == NODE_INT ? node->integer : 0;
	if (node->kind == NODE_STRING && strspn(node->text, "0123456789") == strlen(node->text) &&
		strlen(node->text) < 6)
		for (const char *at = node->text; *at; at++)
			value = value * 10 + *at - '0';
	if (value >= 1 && value <= 65535)
		return 0;
	const char *text = node_text(node);
	if (!text)
		return wrong_shape(check, node, path, "a port number");
	return error_add(
		check->errors, ERROR_FILE, &node->at, path, "\"%s\" is no port number (1 to 65535)", text);
}

static int check_value(
	struct check *check, const cyaml_schema_value_t *schema, const struct node *node, const char *path)
{
	bool nullable = (schema->flags & CYAML_FLAG_POINTER_NULL_STR) == CYAML_FLAG_POINTER_NULL_STR;
	if (node->kind == NODE_NULL && nullable)
		return 0;
	switch (schema->type) {
	case CYAML_SEQUENCE:
		return check_list(check, schema, node, path);
	case CYAML_MAPPING:
		return check_map(check, schema->mapping.fields, node, path);
	case CYAML_INT:
		return check_port(check, node, path);
	default:
		return node_text(node) ? 0 : wrong_shape(check, node, path, "text");
	}
}

int registry_validate(struct arena *arena, const struct node *tree, struct errors *errors)
{
	struct check check = { .arena = arena, .errors = errors };
	return check_value(&check, &registry_schema, tree, "");
}

/* Memory for libcyaml from the arena. It grows lists by one item at a time, so room is made in powers of two.
 */
static void *arena_memory(void *ctx, void *old, size_t size)
{
	size_t room = old ? ((size_t *)old)[-2] : 0;
	if (size == 0 || size <= room)
		return size ? old : NULL;
	room = size > room * 2 ? size : room * 2;
	size_t *fresh = (size_t *)arena_alloc(ctx, room + 2 * sizeof(size_t)) + 2;
	fresh[-2] = room;
	if (old)
		memcpy(fresh, old, ((size_t *)old)[-2]);
	return fresh;
}

int registry_bind(struct arena *arena, const char *file, const char *text, size_t len,
	struct registry_app **ret_apps, unsigned *ret_napps, struct errors *errors)
{
	const cyaml_config_t config = { .mem_fn = arena_memory,
		.mem_ctx = arena,
		.log_level = CYAML_LOG_ERROR,
		.flags = CYAML_CFG_DEFAULT };
	struct mark at = { .file = file };
	cyaml_data_t *apps = NULL;
	unsigned napps = 0;
	cyaml_err_t code =
		cyaml_load_data((const uint8_t *)text, len, &config, &registry_schema, &apps, &napps);
	if (code != CYAML_OK) {
		error_add(errors, ERROR_FILE, &at, NULL, "not a registry: %s", cyaml_strerror(code));
		return error_hint(errors, "write it without merge keys, tags and further documents");
	}
	*ret_apps = apps;
	*ret_napps = napps;
	return 0;
}
