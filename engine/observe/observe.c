#include "base/text/json.h"
#include "base/text/text.h"
#include "engine/loop/backoff.h"
#include "engine/observe/observe.h"

#include <cjson/cJSON.h>
#include <string.h>

/* One of the three queries of a round. */
struct ask {
	struct round *round;
	const char *what, *path, *query;
	void (*read)(struct round *round, const struct cJSON *json);
	unsigned repeats;
};

struct round {
	struct arena *arena; /* questions and answers */
	struct engine *engine;
	const struct observe_query *query;
	struct observed *seen;
	struct errors *errors;
	size_t open;
	bool failed;
	struct ask asks[3];
	size_t nasks;
};

static void round_read_containers(struct round *round, const struct cJSON *json)
{
	struct arena *arena = round->arena;
	const struct observe_query *query = round->query;
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json)
	{
		struct observed_container *container = observe_container(arena, item);
		bool user = query->users && map_get(&container->labels, "docker-flow.applications");
		if (user || text_among(container->project, query->projects, query->nprojects))
			*ARENA_PUSH(arena, round->seen->containers, round->seen->ncontainers) = container;
	}
}

/* Whether a network or volume is one that was asked for; the engine's filters match more than that. */
static bool is_asked_for(const struct observe_query *query, const char *const *names, size_t count,
	const char *name, const char *project)
{
	return query->by_label ? text_among(project, query->projects, query->nprojects)
			       : text_among(name, names, count);
}

static void round_read_networks(struct round *round, const struct cJSON *json)
{
	struct arena *arena = round->arena;
	const struct observe_query *query = round->query;
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json)
	{
		struct observed_network *network = observe_network(arena, item);
		if (is_asked_for(query, query->networks, query->nnetworks, network->name, network->project) ||
			text_among(network->id, query->networks, query->nnetworks))
			*ARENA_PUSH(arena, round->seen->networks, round->seen->nnetworks) = network;
	}
}

static void round_read_volumes(struct round *round, const struct cJSON *json)
{
	struct arena *arena = round->arena;
	const struct observe_query *query = round->query;
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json_get(json, "Volumes"))
	{
		struct observed_volume *volume = observe_volume(arena, item);
		volume->created = observe_created(volume, round->engine->api);
		if (is_asked_for(query, query->volumes, query->nvolumes, volume->name, volume->project))
			*ARENA_PUSH(arena, round->seen->volumes, round->seen->nvolumes) = volume;
	}
}

/* {"KEY":["value",…]} as JSON text of the arena. */
static const char *filter_json(struct arena *arena, const char *key, const char *const *values, size_t count)
{
	cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, key);
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(values[i]));
	return json_print(arena, json);
}

/* The project label: with its value for one project. For `several` without it, since the engine requires all
 * of the labels given; the readers pick. */
static const char *label_filter(struct arena *arena, const struct observe_query *query, bool several)
{
	const char *label = "com.docker.compose.project";
	if (!several)
		label = arena_printf(arena, "%s=%s", label, query->projects[0]);
	return filter_json(arena, "label", &label, 1);
}

const char *observe_name_filter(struct arena *arena, const char *const *names, size_t count)
{
	const char **patterns = ARENA_ARRAY(arena, const char *, count);
	for (size_t i = 0; i < count; i++) {
		char *pattern = arena_alloc(arena, 2 * strlen(names[i]) + 3), *to = pattern;
		*to++ = '^';
		for (const char *at = names[i]; *at; at++) {
			if (strchr(".+*?()[]{}|^$\\", *at))
				*to++ = '\\';
			*to++ = *at;
		}
		*to = '$';
		patterns[i] = pattern;
	}
	return filter_json(arena, "name", patterns, count);
}

static int ask_send(struct ask *ask);

static void ask_again(void *arg)
{
	struct ask *ask = arg;
	if (ask_send(ask) < 0) {
		ask->round->failed = true;
		ask->round->open--;
	}
}

/* A failure that may pass is asked again; another one fails the whole round, since half of what is there
 * would make a wrong plan. */
static void ask_done(struct request *request)
{
	struct ask *ask = request->arg;
	struct round *round = ask->round;
	int64_t pause = http_transient_look(request) ? backoff_next(&backoff_request, &ask->repeats) : -1;
	if (pause >= 0) {
		loop_after(round->engine->loop, pause, ask_again, ask);
		return;
	}
	round->open--;
	if (request->fault != HTTP_OK || request->status != 200) {
		round->failed = true;
		error_add(round->errors, ERROR_ENGINE, NULL, NULL, "cannot list the %s of the engine: %s",
			ask->what, http_message(http_arena(request), request));
		return;
	}
	struct cJSON *json =
		json_parse(buf_text(&request->answer), request->answer.len, ask->what, round->errors);
	if (json)
		ask->read(round, json);
	else
		round->failed = true;
	cJSON_Delete(json);
}

static int ask_send(struct ask *ask)
{
	struct request *request = http_request(ask->round->engine->http);
	request->method = "GET";
	request->path = ask->path;
	request->query = ask->query;
	request->prompt = true;
	request->done = ask_done;
	request->arg = ask;
	return http_send(request, ask->round->errors);
}

static void add_ask(struct round *round, const char *what, const char *path, const char *query,
	void (*read)(struct round *, const struct cJSON *))
{
	round->asks[round->nasks++] = (struct ask){ round, what, path, query, read, 0 };
}

/* The networks asked for; all of them when one is named by its id, as external ones may be: the engine's
 * filters for names and ids cannot be alternatives to each other. */
static const char *network_filter(struct arena *arena, const struct observe_query *query)
{
	for (size_t i = 0; i < query->nnetworks; i++) {
		const char *name = query->networks[i];
		if (strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64)
			return NULL;
	}
	return observe_name_filter(arena, query->networks, query->nnetworks);
}

/* One request for each kind of object, however many projects and names are asked for. */
static void add_asks(struct round *round)
{
	struct arena *arena = round->arena;
	const struct observe_query *query = round->query;
	bool several = query->nprojects > 1;
	const char *label = label_filter(arena, query, several);
	add_ask(round, "containers", "/containers/json",
		http_query(arena, "all", "1", "filters", label_filter(arena, query, several || query->users),
			(char *)NULL),
		round_read_containers);
	if (query->by_label || query->nnetworks)
		add_ask(round, "networks", "/networks",
			http_query(arena, "filters", query->by_label ? label : network_filter(arena, query),
				(char *)NULL),
			round_read_networks);
	if (query->by_label || query->nvolumes)
		add_ask(round, "volumes", "/volumes",
			http_query(arena, "filters",
				query->by_label ? label
						: observe_name_filter(arena, query->volumes, query->nvolumes),
				(char *)NULL),
			round_read_volumes);
}

static bool round_over(void *arg)
{
	return ((struct round *)arg)->open == 0;
}

/* Sends what is to be asked and waits for all the answers. */
static int run_round(struct round *round)
{
	for (size_t i = 0; i < round->nasks; i++) {
		if (ask_send(&round->asks[i]) == 0)
			round->open++;
		else
			round->failed = true;
	}
	loop_run(round->engine->loop, round_over, round);
	return round->failed ? -1 : 0;
}

int observe(struct arena *arena, struct engine *engine, const struct observe_query *query,
	struct observed **ret_seen, struct errors *errors)
{
	struct round round = { .arena = arena, .engine = engine, .query = query, .errors = errors };
	round.seen = ARENA_NEW(arena, struct observed);
	add_asks(&round);
	if (run_round(&round) < 0)
		return -1;
	*ret_seen = round.seen;
	return 0;
}

static void read_named(struct round *round, const struct cJSON *json)
{
	struct observed *seen = round->seen;
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json) * ARENA_PUSH(round->arena, seen->containers, seen->ncontainers) =
		observe_container(round->arena, item);
}

int observe_named(struct arena *arena, struct engine *engine, const char *const *names, size_t count,
	struct observed_container ***ret_containers, size_t *ret_count, struct errors *errors)
{
	struct observed seen = { .ncontainers = 0 };
	struct round round = { .arena = arena, .engine = engine, .seen = &seen, .errors = errors };
	add_ask(&round, "containers", "/containers/json",
		http_query(
			arena, "all", "1", "filters", observe_name_filter(arena, names, count), (char *)NULL),
		read_named);
	if (run_round(&round) < 0)
		return -1;
	*ret_containers = seen.containers;
	*ret_count = seen.ncontainers;
	return 0;
}
