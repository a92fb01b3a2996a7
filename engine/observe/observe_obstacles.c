/* What may be in a plan's way, and how what it is going to take apart can be put together again: asked for by
 * a plan that removes a network, gives a container a name or names one, or needs another port. */
#include "base/text/json.h"
#include "engine/observe/inspect.h"
#include "engine/observe/observe.h"

#include <cjson/cJSON.h>
#include <string.h>

struct around {
	struct arena *arena;
	struct engine *engine;
	const struct obstacles *wanted;
	struct observed *others;
	struct errors *errors;
	size_t open;
	bool failed;
};

/* One GET, and what becomes of its answer. */
struct question {
	struct ask ask;
	struct around *around;
	const char *what;
	/* Returns 0, or -1 with a finding: the answer is of another type. */
	int (*read)(struct question *question, const struct cJSON *json);
	struct observed_container *moved; /* of an inspect */
	const char *named;                /* the container that an inspect asks for by this name or id */
	bool whole;                       /* the answer is an object, no list */
};

static int read_holders(struct question *question, const struct cJSON *json)
{
	struct around *around = question->around;
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json)
	{
		struct observed_container *holder =
			observe_container(around->arena, NULL, item, around->errors);
		if (!holder)
			return -1;
		*ARENA_PUSH(around->arena, around->others->containers, around->others->ncontainers) = holder;
	}
	return 0;
}

static void copy_members(cJSON *to, const struct cJSON *from, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct cJSON *member = json_get(from, keys[i]);
		if (member && !cJSON_IsNull(member))
			cJSON_AddItemToObject(to, keys[i], cJSON_Duplicate(member, true));
	}
}

/* The body of a create request for a network like this one. (Engine API: POST /networks/create) */
static const char *like_network(struct arena *arena, const struct cJSON *json)
{
	static const char *const keys[] = { "Name", "Driver", "EnableIPv4", "EnableIPv6", "IPAM", "Internal",
		"Attachable", "Options", "Labels" };
	cJSON *body = cJSON_CreateObject();
	cJSON_AddTrueToObject(body, "CheckDuplicate");
	copy_members(body, json, keys, sizeof keys / sizeof *keys);
	return json_print(arena, body);
}

/* The settings of a connect request for an endpoint like this one, without the addresses that the engine has
 * chosen. (Engine API: POST /networks/{id}/connect) */
static const char *like_endpoint(struct arena *arena, const struct engine *engine, const struct cJSON *json)
{
	static const char *const keys[] = { "IPAMConfig", "Links", "Aliases", "DriverOpts", "GwPriority" };
	cJSON *body = cJSON_CreateObject();
	copy_members(body, json, keys, sizeof keys / sizeof *keys);
	const char *mac = json_text(json, "MacAddress", "");
	if (engine->api >= 44 && *mac)
		cJSON_AddStringToObject(body, "MacAddress", mac);
	return json_print(arena, body);
}

static int read_network(struct around *around, const struct cJSON *json)
{
	struct arena *arena = around->arena;
	struct observed_network *network = observe_network(arena, json, around->errors);
	if (!network)
		return -1;
	network->driver = arena_strdup(arena, json_text(json, "Driver", ""));
	const struct cJSON *pool;
	cJSON_ArrayForEach(pool, json_at(json, "IPAM.Config")) *
		ARENA_PUSH(arena, network->subnets, network->nsubnets) =
		arena_strdup(arena, json_text(pool, "Subnet", ""));
	*ARENA_PUSH(arena, around->others->networks, around->others->nnetworks) = network;
	for (size_t i = 0; i < around->wanted->nremade; i++)
		if (strcmp(around->wanted->remade[i]->id, network->id) == 0)
			around->wanted->remade[i]->again = like_network(arena, json);
	return 0;
}

static int read_networks(struct question *question, const struct cJSON *json)
{
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json)
	{
		if (read_network(question->around, item) < 0)
			return -1;
	}
	return 0;
}

static void add_names(struct around *around, enum plugin_kind kind, const struct cJSON *list)
{
	struct texts *names = &around->others->plugins->names[kind];
	const struct cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		const char *name = item->string ? item->string : cJSON_GetStringValue(item);
		if (name)
			texts_add(around->arena, names, arena_strdup(around->arena, name));
	}
}

/* What is compiled in, and what has been loaded. (Engine API: GET /info) */
static int read_info(struct question *question, const struct cJSON *json)
{
	struct around *around = question->around;
	add_names(around, PLUGIN_LOG, json_at(json, "Plugins.Log"));
	add_names(around, PLUGIN_NETWORK, json_at(json, "Plugins.Network"));
	add_names(around, PLUGIN_VOLUME, json_at(json, "Plugins.Volume"));
	add_names(around, PLUGIN_RUNTIME, json_object(json, "Runtimes"));
	return 0;
}

/* Those that the engine manages, of whatever kind. (Engine API: GET /plugins) */
static int read_managed(struct question *question, const struct cJSON *json)
{
	struct around *around = question->around;
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json) for (enum plugin_kind kind = PLUGIN_LOG; kind < PLUGIN_RUNTIME; kind++)
		texts_add(around->arena, &around->others->plugins->names[kind],
			arena_strdup(around->arena, json_text(item, "Name", "")));
	return 0;
}

static int read_places(struct question *question, const struct cJSON *json)
{
	struct around *around = question->around;
	struct observed_container *container = question->moved;
	const struct cJSON *networks = json_at(json, "NetworkSettings.Networks");
	for (size_t i = 0; i < container->nattachments; i++) {
		struct observed_attachment *at = &container->attachments[i];
		const struct cJSON *endpoint = json_get(networks, at->network);
		if (!endpoint)
			continue;
		at->address6 = arena_strdup(around->arena, json_text(endpoint, "GlobalIPv6Address", ""));
		at->endpoint = like_endpoint(around->arena, around->engine, endpoint);
	}
	return 0;
}

/* Known by what it was asked for: that it is there counts, and what it lends. */
static int read_named(struct question *question, const struct cJSON *json)
{
	struct around *around = question->around;
	struct observed_container *container = ARENA_NEW(around->arena, struct observed_container);
	container->id = arena_strdup(around->arena, json_text(json, "Id", ""));
	container->name = question->named;
	observe_mounts(around->arena, json_get(json, "Mounts"), container);
	*ARENA_PUSH(around->arena, around->others->containers, around->others->ncontainers) = container;
	return 0;
}

/* A failure that has not passed ends the whole look. */
static void question_answered(struct ask *ask, struct request *request)
{
	struct question *question = ask->arg;
	struct around *around = question->around;
	struct cJSON *json = NULL;
	if (request && request->fault == HTTP_OK && request->status == 404 &&
		(question->moved || question->named))
		return; /* it is not there: its steps, or whoever names it, find that out */
	if (request && (request->fault != HTTP_OK || request->status != 200))
		error_add(around->errors, ERROR_ENGINE, NULL, NULL, "cannot look at the %s of the engine: %s",
			question->what, http_message(http_arena(request), request));
	else if (request)
		json = http_json(request,
			question->moved || question->named || question->whole ? JSON_OBJECT : JSON_LIST,
			around->errors);
	if (!json || question->read(question, json) < 0)
		around->failed = true;
	cJSON_Delete(json);
}

static void question_ask(const struct question *given, const char *path, const char *query)
{
	struct around *around = given->around;
	struct question *question = ARENA_NEW(around->arena, struct question);
	*question = *given;
	question->ask = (struct ask){ .engine = around->engine,
		.path = path,
		.query = query,
		.answered = question_answered,
		.arg = question,
		.open = &around->open,
		.errors = around->errors };
	ask_send(&question->ask);
}

/* Containers that a filter finds. */
static void ask_holders(struct around *around, const char *filter, bool all)
{
	question_ask(&(struct question){ .around = around, .what = "containers", .read = read_holders },
		"/containers/json",
		http_query(around->arena, "all", all ? "1" : NULL, "filters", filter, (char *)NULL));
}

/* Sends all that there is to ask. */
static void ask_around(struct around *around)
{
	struct arena *arena = around->arena;
	const struct obstacles *wanted = around->wanted;
	const char **ids = NULL;
	size_t nids = 0;
	for (size_t i = 0; i < wanted->nremade; i++)
		*ARENA_PUSH(arena, ids, nids) = wanted->remade[i]->id;
	if (wanted->nnames)
		ask_holders(around, observe_name_filter(arena, wanted->names, wanted->nnames), true);
	if (wanted->nports)
		ask_holders(around, observe_filter(arena, "publish", wanted->ports, wanted->nports), false);
	if (nids)
		ask_holders(around, observe_filter(arena, "network", ids, nids), true);
	if (wanted->networks)
		question_ask(
			&(struct question){ .around = around, .what = "networks", .read = read_networks },
			"/networks", NULL);
	if (wanted->plugins) {
		around->others->plugins = ARENA_NEW(arena, struct observed_plugins);
		question_ask(
			&(struct question){
				.around = around, .what = "drivers", .read = read_info, .whole = true },
			"/info", NULL);
		question_ask(&(struct question){ .around = around, .what = "plugins", .read = read_managed },
			"/plugins", NULL);
	}
	for (size_t i = 0; i < wanted->nnamed; i++)
		question_ask(&(struct question){ .around = around,
				     .what = "containers",
				     .read = read_named,
				     .named = wanted->named[i] },
			inspect_container_path(arena, wanted->named[i]), NULL);
	for (size_t i = 0; i < wanted->nmoved; i++)
		question_ask(&(struct question){ .around = around,
				     .what = "containers",
				     .read = read_places,
				     .moved = wanted->moved[i] },
			inspect_container_path(arena, wanted->moved[i]->id), NULL);
}

int observe_obstacles(struct arena *arena, struct engine *engine, const struct obstacles *wanted,
	struct observed **ret_others, struct errors *errors)
{
	struct around around = { .arena = arena, .engine = engine, .wanted = wanted, .errors = errors };
	around.others = ARENA_NEW(arena, struct observed);
	ask_around(&around);
	ask_wait(engine, &around.open);
	*ret_others = around.others;
	return around.failed ? -1 : 0;
}
