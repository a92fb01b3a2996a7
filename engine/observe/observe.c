#include "base/text/json.h"
#include "base/text/json_list.h"
#include "base/text/text.h"
#include "engine/loop/process.h"
#include "engine/observe/ask.h"
#include "engine/observe/observe.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENT_MOST ((size_t)4 << 20)   /* bytes of one container or network */
#define OBJECTS_MOST 1000000             /* of a kind */
#define FILTER_MOST  ((size_t)128 << 10) /* bytes of a filter's values, so that a request stays one */

/* One of the three queries of a round. A list is read as it comes, since nobody knows how long it is. */
struct listing {
	struct ask ask;
	struct round *round;
	const char *what;
	const char *name;                                               /* of the answer, for findings */
	int (*read)(struct listing *listing, const struct cJSON *json); /* takes one object over */
	int (*distinct)(struct listing *listing); /* whether what names one object names no other */
	const char *member; /* the list is this member of the answer; NULL: it is the answer */
	struct json_list list;
	size_t *kept;          /* how many were taken over */
	struct errors strange; /* what is wrong with the answer */
};

struct round {
	struct arena *arena; /* questions and answers */
	struct engine *engine;
	const struct observe_query *query; /* NULL: everything is taken over */
	struct observed *seen;
	struct map known; /* texts that containers share */
	struct errors *errors;
	size_t open;
	bool failed;
	struct listing listings[3];
	size_t count;
};

/* Whether it was made as a container of its project. Images that a project builds are labelled with project
 * and service, too, and `docker run IMAGE` hands these on. (docker compose looks for the config-hash; its
 * first version's one-offs have none.) */
static bool is_of_project(const struct observed_container *container)
{
	return container->config_hash || container->hook ||
	       observed_label(container, "com.docker.compose.oneoff");
}

static bool is_container_wanted(const struct observe_query *query, const struct observed_container *container)
{
	if (!query || (query->users && observed_label(container, "docker-flow.applications")))
		return true;
	bool asked = query->every_project ? container->project != NULL
					  : text_among(container->project, query->projects, query->nprojects);
	return asked && is_of_project(container);
}

/* Whether a one-off waits in vain for the process that was to remove it. */
static bool is_abandoned(const struct engine *engine, const struct observed_container *container)
{
	const char *owner = observed_label(container, "docker-flow.owner");
	return container->oneoff && owner && !container_state_runs(container->state) &&
	       process_gone(owner, engine->local && !engine->endpoint.ssh);
}

static int round_read_container(struct listing *listing, const struct cJSON *json)
{
	struct round *round = listing->round;
	struct arena_mark before = arena_mark(round->arena);
	struct observed_container *container =
		observe_container(round->arena, &round->known, json, &listing->strange);
	if (!container)
		return -1;
	container->abandoned = is_abandoned(round->engine, container);
	if (is_container_wanted(round->query, container))
		*ARENA_PUSH(round->arena, round->seen->containers, round->seen->ncontainers) = container;
	else
		arena_reset(round->arena, before);
	return 0;
}

/* Whether a network or volume is one that was asked for; the engine's filters match more than that. */
static bool is_asked_for(const struct observe_query *query, const char *const *names, size_t count,
	const char *name, const char *project)
{
	return query->by_label ? text_among(project, query->projects, query->nprojects)
			       : text_among(name, names, count);
}

static int round_read_network(struct listing *listing, const struct cJSON *json)
{
	struct round *round = listing->round;
	const struct observe_query *query = round->query;
	struct observed_network *network = observe_network(round->arena, json, &listing->strange);
	if (!network)
		return -1;
	if (is_asked_for(query, query->networks, query->nnetworks, network->name, network->project) ||
		text_among(network->id, query->networks, query->nnetworks))
		*ARENA_PUSH(round->arena, round->seen->networks, round->seen->nnetworks) = network;
	return 0;
}

static int round_read_volume(struct listing *listing, const struct cJSON *json)
{
	struct round *round = listing->round;
	const struct observe_query *query = round->query;
	struct observed_volume *volume = observe_volume(round->arena, json, &listing->strange);
	if (!volume)
		return -1;
	volume->created = observe_created(volume, round->engine->api);
	if (is_asked_for(query, query->volumes, query->nvolumes, volume->name, volume->project))
		*ARENA_PUSH(round->arena, round->seen->volumes, round->seen->nvolumes) = volume;
	return 0;
}

const char *observe_filter(struct arena *arena, const char *key, const char *const *values, size_t count)
{
	size_t len = 0;
	for (size_t i = 0; i < count; i++)
		len += strlen(values[i]);
	if (len > FILTER_MOST)
		return NULL;
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
	return observe_filter(arena, "label", &label, 1);
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
	return observe_filter(arena, "name", patterns, count);
}

/* What names one thing must not be there twice. */
static int check_distinct(
	struct listing *listing, const char **texts, size_t count, const char *kind, const char *member)
{
	if (count)
		qsort(texts, count, sizeof *texts, text_order);
	for (size_t i = 1; i < count; i++)
		if (strcmp(texts[i - 1], texts[i]) == 0)
			return error_add(&listing->strange, ERROR_ENGINE, NULL, NULL,
				"%s has two %s of the %s %s", listing->name, kind, member, texts[i]);
	return 0;
}

static int containers_distinct(struct listing *listing)
{
	const struct observed *seen = listing->round->seen;
	const char **texts = ARENA_ARRAY(listing->round->arena, const char *, seen->ncontainers);
	for (size_t i = 0; i < seen->ncontainers; i++)
		texts[i] = seen->containers[i]->id;
	if (check_distinct(listing, texts, seen->ncontainers, "containers", "id") < 0)
		return -1;
	for (size_t i = 0; i < seen->ncontainers; i++)
		texts[i] = seen->containers[i]->name;
	return check_distinct(listing, texts, seen->ncontainers, "containers", "name");
}

/* Names are not unique before API 1.44. */
static int networks_distinct(struct listing *listing)
{
	const struct observed *seen = listing->round->seen;
	const char **texts = ARENA_ARRAY(listing->round->arena, const char *, seen->nnetworks);
	for (size_t i = 0; i < seen->nnetworks; i++)
		texts[i] = seen->networks[i]->id;
	return check_distinct(listing, texts, seen->nnetworks, "networks", "id");
}

static int volumes_distinct(struct listing *listing)
{
	const struct observed *seen = listing->round->seen;
	const char **texts = ARENA_ARRAY(listing->round->arena, const char *, seen->nvolumes);
	for (size_t i = 0; i < seen->nvolumes; i++)
		texts[i] = seen->volumes[i]->name;
	return check_distinct(listing, texts, seen->nvolumes, "volumes", "name");
}

/* One object of the list. */
static int listing_read(void *arg, const char *text, size_t len)
{
	struct listing *listing = arg;
	cJSON *json = json_parse(text, len, listing->name, &listing->strange);
	int result = json ? listing->read(listing, json) : -1;
	cJSON_Delete(json);
	if (result == 0 && *listing->kept > OBJECTS_MOST)
		return error_add(&listing->strange, ERROR_ENGINE, NULL, NULL,
			"the engine has more than %d %s", OBJECTS_MOST, listing->what);
	return result;
}

/* The objects of an answer whose member the list is. */
static int listing_read_member(struct listing *listing, const struct request *request)
{
	const struct json_member member = { listing->member, JSON_LIST | JSON_NULL };
	cJSON *json = http_json(request, JSON_OBJECT, &listing->strange);
	int result = json ? json_check(json, &member, 1, listing->name, &listing->strange) : -1;
	const struct cJSON *item, *list = result == 0 ? json_get(json, listing->member) : NULL;
	cJSON_ArrayForEach(item, list)
	{
		if (result == 0)
			result = listing->read(listing, item);
	}
	cJSON_Delete(json);
	return result;
}

/* The answer is there, or is not what it should be. One that fails fails the whole round, since half of what
 * is there would make a wrong plan; what fails several is told once. */
static void listing_end(struct listing *listing, const struct request *request)
{
	struct round *round = listing->round;
	const char *why = NULL;
	int result = -1;
	if (request->fault != HTTP_OK || request->status != 200)
		why = http_message(round->arena, request);
	else if (listing->member)
		result = listing_read_member(listing, request);
	else if (!listing->strange.count)
		result = json_list_end(&listing->list, listing->name, &listing->strange);
	if (result == 0)
		result = listing->distinct(listing);
	json_list_finish(&listing->list);
	if (result == 0)
		return;
	if (!round->failed && why)
		error_add(round->errors, ERROR_ENGINE, NULL, NULL, "cannot list the %s of the engine: %s",
			listing->what, why);
	else if (!round->failed)
		errors_append(round->errors, &listing->strange);
	round->failed = true;
}

static void listing_on_data(struct request *request, const char *bytes, size_t len)
{
	struct ask *ask = request->arg;
	struct listing *listing = ask->arg;
	json_list_feed(&listing->list, bytes, len, listing_read, listing);
	if (!listing->list.broken)
		return;
	listing_end(listing, request);
	ask_cancel(ask);
}

static void listing_answered(struct ask *ask, struct request *request)
{
	struct listing *listing = ask->arg;
	if (request)
		listing_end(listing, request);
	else
		listing->round->failed = true;
}

static void listing_begin(struct ask *ask)
{
	struct listing *listing = ask->arg;
	*listing->kept = 0;
	errors_init(&listing->strange, listing->round->errors->arena);
	json_list_init(&listing->list, ELEMENT_MOST);
	listing->name = http_json_name(listing->round->arena, ask->request);
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

static void list_containers(struct round *round, const char *filters)
{
	round->listings[round->count++] = (struct listing){ .what = "containers",
		.ask.path = "/containers/json",
		.ask.query = http_query(round->arena, "all", "1", "filters", filters, (char *)NULL),
		.read = round_read_container,
		.distinct = containers_distinct,
		.kept = &round->seen->ncontainers };
}

/* One request for each kind of object, however many projects and names are asked for. */
static void add_listings(struct round *round)
{
	struct arena *arena = round->arena;
	const struct observe_query *query = round->query;
	bool several = query->nprojects > 1 || query->every_project;
	const char *label = label_filter(arena, query, several);
	list_containers(round, label_filter(arena, query, several || query->users));
	if (query->by_label || query->nnetworks)
		round->listings[round->count++] = (struct listing){ .what = "networks",
			.ask.path = "/networks",
			.ask.query = http_query(arena, "filters",
				query->by_label ? label : network_filter(arena, query), (char *)NULL),
			.read = round_read_network,
			.distinct = networks_distinct,
			.kept = &round->seen->nnetworks };
	if (query->by_label || query->nvolumes)
		round->listings[round->count++] = (struct listing){ .what = "volumes",
			.ask.path = "/volumes",
			.ask.query = http_query(arena, "filters",
				query->by_label ? label
						: observe_name_filter(arena, query->volumes, query->nvolumes),
				(char *)NULL),
			.read = round_read_volume,
			.distinct = volumes_distinct,
			.member = "Volumes",
			.kept = &round->seen->nvolumes };
}

/* Sends what is to be asked and waits for all the answers. */
static int run_round(struct round *round)
{
	for (size_t i = 0; i < round->count; i++) {
		struct listing *listing = &round->listings[i];
		struct ask *ask = &listing->ask;
		listing->round = round;
		ask->engine = round->engine;
		ask->begin = listing_begin;
		ask->data = listing->member ? NULL : listing_on_data;
		ask->answered = listing_answered;
		ask->arg = listing;
		ask->open = &round->open;
		ask->errors = round->errors;
		ask_send(ask);
	}
	ask_wait(round->engine, &round->open);
	return round->failed ? -1 : 0;
}

static void round_init(struct round *round, struct arena *arena, struct engine *engine, struct errors *errors)
{
	*round = (struct round){ .arena = arena, .engine = engine, .errors = errors };
	round->seen = ARENA_NEW(arena, struct observed);
	map_init(&round->known, arena_child(arena));
}

int observe(struct arena *arena, struct engine *engine, const struct observe_query *query,
	struct observed **ret_seen, struct errors *errors)
{
	struct round round;
	round_init(&round, arena, engine, errors);
	round.query = query;
	add_listings(&round);
	if (run_round(&round) < 0)
		return -1;
	*ret_seen = round.seen;
	return 0;
}
