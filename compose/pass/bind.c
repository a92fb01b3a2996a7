#include "compose/pass/bind.h"

#include "compose/schema/bind_hook.h"
#include "compose/pass/fill.h"
#include "compose/tree/value.h"

#include <stdlib.h>
#include <string.h>

static void bind_map(struct walk *walk, const struct schema *schema, const struct node *map, void *object);

/* Where the row's member is in a struct of the model. */
static void *member_of(const struct attr *attr, void *object)
{
	return (char *)object + attr->off;
}

static void set_list(const struct attr *attr, void *object, void *list, size_t count)
{
	*(void **)member_of(attr, object) = list;
	*(size_t *)(void *)((char *)object + attr->count) = count;
}

static void bind_texts(struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	const char **texts = ARENA_ARRAY(walk->arena, const char *, node->nitems + 1);
	for (size_t i = 0; i < node->nitems; i++)
		texts[i] = node_text(node->items[i]) ? node_text(node->items[i]) : "";
	set_list(attr, object, texts, node->nitems);
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static void bind_pairs(struct walk *walk, const struct attr *attr, const struct node *node, void *object)
{
	bool map = node->kind == NODE_MAP;
	size_t count = map ? node->nmembers : node->nitems;
	struct pair *pairs = ARENA_ARRAY(walk->arena, struct pair, count + 1);
	for (size_t i = 0; i < count; i++) {
		const char *text = map ? NULL : node->items[i]->text,
			   *equals = text ? strchr(text, '=') : NULL;
		pairs[i].key = map      ? node->members[i].key
			       : equals ? arena_strndup(walk->arena, text, (size_t)(equals - text))
					: text;
		pairs[i].value = map ? node_text(node->members[i].value) : equals ? equals + 1 : NULL;
	}
	if (map && count)
		qsort(pairs, count, sizeof *pairs, by_key);
	set_list(attr, object, pairs, count);
}

static void bind_enum(const struct attr *attr, const struct node *node, void *member)
{
	unsigned value = 0;
	if (attr->words)
		for (unsigned i = 0; attr->words[i]; i++)
			value = strcmp(attr->words[i], node->text) == 0 ? i : value;
	else
		value = node->yes ? TRI_YES : TRI_NO;
	memcpy(member, &value, sizeof value);
}

/* What every named thing begins with. */
static void bind_head(
	const struct schema *schema, const char *key, struct mark at, struct node *node, void *object)
{
	struct head {
		NAMED_HEAD
	};
	if (schema->flags & SCHEMA_NAMED)
		*(struct head *)object = (struct head){ .key = key, .at = at, .node = node };
	else if (schema->flags & SCHEMA_AT)
		*(struct mark *)object = at;
}

/* Fills a new or given object from the node of one item. */
static void bind_object(struct walk *walk, const struct schema *schema, const char *key, struct mark at,
	struct node *node, void *object)
{
	bind_head(schema, key, at, node, object);
	if (node->kind == NODE_MAP)
		bind_map(walk, schema, node, object);
	else if (schema->scalar && node->kind != NODE_NULL)
		schema->scalar(walk, node, object);
	if (schema->done)
		schema->done(walk, node, object);
}

/* Lists of pointers to objects, or arrays of objects. */
static void bind_list(struct walk *walk, const struct attr *attr, struct node *node, void *object)
{
	bool named = node->kind == NODE_MAP;
	size_t count = named ? node->nmembers : node->nitems, size = attr->of->size;
	void **pointers =
		attr->store == STORE_LIST ? arena_calloc(walk->arena, count + 1, sizeof(void *)) : NULL;
	char *array = pointers ? NULL : arena_calloc(walk->arena, count + 1, size);
	size_t filled = 0;
	for (size_t i = 0; i < count; i++) {
		const char *key = named ? node->members[i].key : NULL;
		struct node *item = named ? node->members[i].value : node->items[i];
		struct mark at = named ? node->members[i].at : item->at;
		if (named && strncmp(key, "x-", 2) == 0 && attr->of != &schema_service)
			continue;
		void *bound = pointers ? (pointers[filled] = arena_alloc(walk->arena, size))
				       : array + filled * size;
		filled++;
		bind_object(walk, attr->of, key, at, item, bound);
	}
	set_list(attr, object, pointers ? (void *)pointers : (void *)array, filled);
}

static double as_float(const struct node *node)
{
	return node->kind == NODE_FLOAT ? node->real : (double)node->integer;
}

/* Puts a decoded value into the member of its row, in the way the member is stored. */
static void bind_value(struct walk *walk, const struct attr *attr, struct node *node, void *object)
{
	void *member = member_of(attr, object);
	switch (attr->store) {
	case STORE_TEXT:
		*(const char **)member = *node->text ? node->text : NULL;
		break;
	case STORE_BOOL:
		*(bool *)member = node->yes;
		break;
	case STORE_ENUM:
		bind_enum(attr, node, member);
		break;
	case STORE_INT:
		*(int64_t *)member = node->integer;
		break;
	case STORE_OPT_INT:
		*(struct opt_int *)member = (struct opt_int){ .set = true, .value = node->integer };
		break;
	case STORE_OPT_FLOAT:
		*(struct opt_float *)member = (struct opt_float){ .set = true, .value = as_float(node) };
		break;
	case STORE_TEXTS:
		bind_texts(walk, attr, node, object);
		break;
	case STORE_PAIRS:
		bind_pairs(walk, attr, node, object);
		break;
	case STORE_OBJECT:
		if (attr->flags & ATTR_INLINE) {
			bind_map(walk, attr->of, node, object);
		} else {
			*(void **)member = arena_alloc(walk->arena, attr->of->size);
			bind_object(walk, attr->of, attr->name, node->at, node, *(void **)member);
		}
		break;
	case STORE_LIST:
	case STORE_ARRAY:
		bind_list(walk, attr, node, object);
		break;
	default:
		break;
	}
}

/* Whether the node has the shape its store needs; decode has made it so, this keeps a mistake there harmless.
 */
static bool bind_fits(const struct attr *attr, const struct node *node)
{
	switch (attr->store) {
	case STORE_TEXT:
		return node->kind == NODE_STRING;
	case STORE_BOOL:
		return node->kind == NODE_BOOL;
	case STORE_ENUM:
		return node->kind == (attr->words ? NODE_STRING : NODE_BOOL);
	case STORE_INT:
	case STORE_OPT_INT:
		return node->kind == NODE_INT;
	case STORE_OPT_FLOAT:
		return node->kind == NODE_FLOAT || node->kind == NODE_INT;
	case STORE_TEXTS:
		return node->kind == NODE_LIST;
	case STORE_OBJECT:
		return node->kind == NODE_MAP;
	case STORE_NONE:
		return true;
	default:
		return node->kind == NODE_LIST || node->kind == NODE_MAP;
	}
}

static void bind_map(struct walk *walk, const struct schema *schema, const struct node *map, void *object)
{
	for (size_t i = 0; i < map->nmembers; i++) {
		struct node *node = map->members[i].value;
		const struct attr *attr = schema_find(schema, map->members[i].key);
		if (!attr || node->kind == NODE_NULL || !bind_fits(attr, node))
			continue;
		walk_push(walk, attr->name);
		bind_value(walk, attr, node, object);
		if (attr->bind)
			attr->bind(walk, attr, node, object);
		walk_pop(walk);
	}
}

/* Services without an active profile follow those that count. */
static void bind_disabled(struct walk *walk, struct project *project)
{
	const struct node *off = project->disabled;
	size_t count = off ? off->nmembers : 0, before = project->nservices;
	struct service **all = ARENA_ARRAY(walk->arena, struct service *, before + count + 1);
	for (size_t i = 0; i < before; i++)
		all[i] = project->services[i];
	for (size_t i = 0; i < count; i++) {
		struct service *service = all[before + i] = ARENA_NEW(walk->arena, struct service);
		bind_object(walk, &schema_service, off->members[i].key, off->members[i].at,
			off->members[i].value, service);
		service->disabled = true;
	}
	project->services = all;
	project->nservices = before + count;
}

/* Texts of secrets and configs that the environment or the file itself holds; an empty one is a text, too. */
static void bind_sources(struct file_source **all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *value = node_text(node_get(all[i]->node, SCHEMA_VALUE));
		all[i]->content = node_text(node_get(all[i]->node, "content"));
		all[i]->value = value ? value : all[i]->content;
	}
}

static bool publishes_port(const struct service *service, int64_t target)
{
	for (size_t i = 0; i < service->nports; i++) {
		const char *protocol = service->ports[i]->protocol;
		if (service->ports[i]->target == target && (!protocol || strcmp(protocol, "tcp") == 0))
			return true;
	}
	return false;
}

/* x-flow.ports publish, too, but what `ports` publishes already. */
static void bind_flow_ports(struct arena *arena, struct service *service)
{
	const struct flow_service *flow = service->flow;
	if (!flow || !flow->nports || !value_mode_publishes(service->network_mode))
		return;
	struct port **all = ARENA_ARRAY(arena, struct port *, service->nports + flow->nports);
	for (size_t i = 0; i < service->nports; i++)
		all[i] = service->ports[i];
	service->ports = all;
	for (size_t i = 0; i < flow->nports; i++) {
		const struct flow_port *from = flow->ports[i];
		if (!from->external.set || publishes_port(service, from->internal))
			continue;
		struct port *port = all[service->nports++] = ARENA_NEW(arena, struct port);
		*port = (struct port){ .at = from->at,
			.mode = "ingress",
			.protocol = "tcp",
			.published = arena_printf(arena, "%lld", (long long)from->external.value),
			.target = from->internal,
			.flow = i + 1 };
	}
}

int bind_project(struct arena *arena, struct project *project, struct errors *errors)
{
	static const struct walk_pass pass = { .enter = NULL };
	struct walk walk;
	walk_init(&walk, arena, &pass, project, errors);
	const char *name = project->name;
	bind_map(&walk, &schema_project, project->tree, project);
	project->name = name;
	bind_disabled(&walk, project);
	bind_sources(project->secrets, project->nsecrets);
	bind_sources(project->configs, project->nconfigs);
	project->by_key = map_create(arena);
	for (size_t i = 0; i < project->nservices; i++) {
		project->services[i]->project = project;
		bind_flow_ports(arena, project->services[i]);
		map_set(project->by_key, project->services[i]->key, project->services[i]);
	}
	project->network_by_key = map_create(arena);
	for (size_t i = 0; i < project->nnetworks; i++) {
		project->networks[i]->project = project;
		map_set(project->network_by_key, project->networks[i]->key, project->networks[i]);
	}
	project->volume_by_key = map_create(arena);
	for (size_t i = 0; i < project->nvolumes; i++) {
		project->volumes[i]->project = project;
		map_set(project->volume_by_key, project->volumes[i]->key, project->volumes[i]);
	}
	return walk.failed ? -1 : 0;
}
