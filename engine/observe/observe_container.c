#include "base/text/json.h"
#include "engine/observe/observe.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* Kept texts are found again below this number: foreign labels may all differ. */
#define KNOWN_MOST 4096

/* Where what is read is kept: `known` holds texts that many containers share, in an arena of its own. */
struct keeping {
	struct arena *arena;
	struct map *known; /* or NULL */
};

static const char *keep_text(const struct keeping *to, const char *text)
{
	const char *known = to->known ? map_get(to->known, text) : NULL;
	if (known)
		return known;
	if (!to->known || to->known->count >= KNOWN_MOST)
		return arena_strdup(to->arena, text);
	char *kept = arena_strdup(to->known->arena, text);
	map_set(to->known, kept, kept);
	return kept;
}

static const char *keep_at(const struct keeping *to, const struct cJSON *json, const char *path)
{
	return keep_text(to, json_text(json, path, ""));
}

/* Copies the labels of a network or volume. */
static void read_labels(struct arena *arena, const struct cJSON *json, struct map *ret_labels)
{
	map_init(ret_labels, arena);
	const struct cJSON *label;
	cJSON_ArrayForEach(label, json) map_set(
		ret_labels, arena_strdup(arena, label->string), arena_strdup(arena, label->valuestring));
}

/* Labels decide whose a thing is. */
static int check_labels(const struct cJSON *labels, const char *what, struct errors *errors)
{
	static const struct json_member text = { "", JSON_TEXT };
	const struct cJSON *label;
	cJSON_ArrayForEach(label, labels)
	{
		if (json_check(label, &text, 1, what, errors) < 0)
			return -1;
	}
	return 0;
}

/* The container's own name: the one without a further slash (those with one are link aliases). */
static const char *read_name(struct arena *arena, const struct cJSON *names)
{
	const struct cJSON *name;
	const char *best = "";
	cJSON_ArrayForEach(name, names)
	{
		const char *text = cJSON_GetStringValue(name);
		if (!text)
			continue;
		text += *text == '/';
		if (!*best || !strchr(text, '/'))
			best = text;
		if (!strchr(best, '/'))
			break;
	}
	return arena_strdup(arena, best);
}

/* Health from the engine's words, which the list has instead of a member: "Up 2 minutes (healthy)". */
static enum health read_health(const char *status)
{
	if (strstr(status, "(health: starting)"))
		return HEALTH_STARTING;
	if (strstr(status, "(unhealthy)"))
		return HEALTH_UNHEALTHY;
	return strstr(status, "(healthy)") ? HEALTH_HEALTHY : HEALTH_NONE;
}

/* Exit code from the engine's words: "Exited (137) 3 minutes ago", "Restarting (1) …". */
static int64_t read_exit(const char *status)
{
	const char *at = strchr(status, '(');
	return strncmp(status, "Up", 2) != 0 && at ? strtoll(at + 1, NULL, 10) : 0;
}

static size_t members_of(const struct cJSON *list)
{
	return (size_t)cJSON_GetArraySize(list);
}

static void container_read_labels(
	const struct keeping *keep, const struct cJSON *labels, struct observed_container *to)
{
	const struct cJSON *label;
	to->labels = ARENA_ARRAY(keep->arena, struct pair, members_of(labels));
	cJSON_ArrayForEach(label, labels) to->labels[to->nlabels++] =
		(struct pair){ .key = keep_text(keep, label->string),
			.value = keep_text(keep, label->valuestring) };
}

/* Seconds from the engine's words: "Up Less than a second", "Up About a minute", "Up 3 weeks (healthy)"; what
 * has run longer has no smaller number (go-units, HumanDuration). */
static int64_t read_up(const char *status)
{
	static const struct {
		const char *word;
		int64_t seconds;
	} units[] = { { "second", 1 }, { "minute", 60 }, { "hour", 3600 }, { "day", 86400 },
		{ "week", 604800 }, { "month", 2592000 }, { "year", 31536000 } };
	if (strncmp(status, "Up ", 3) != 0)
		return -1;
	if (strncmp(status + 3, "Less", 4) == 0)
		return 0;
	int64_t count = strtoll(status + 3, NULL, 10);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strstr(status, units[i].word))
			return (count ? count : 1) * units[i].seconds;
	return 0;
}

static void read_mounts(const struct keeping *keep, const struct cJSON *mounts, struct observed_container *to)
{
	const struct cJSON *json;
	to->mounts = ARENA_ARRAY(keep->arena, struct observed_mount, members_of(mounts));
	cJSON_ArrayForEach(json, mounts)
	{
		const char *name = json_text(json, "Name", "");
		to->mounts[to->nmounts++] = (struct observed_mount){ .type = keep_at(keep, json, "Type"),
			.name = *name ? keep_text(keep, name) : NULL,
			.source = keep_at(keep, json, "Source"),
			.target = keep_at(keep, json, "Destination"),
			.writable = json_bool(json, "RW") };
	}
}

void observe_mounts(struct arena *arena, const struct cJSON *mounts, struct observed_container *to)
{
	const struct keeping keep = { .arena = arena };
	read_mounts(&keep, mounts, to);
}

static void read_attachments(
	const struct keeping *keep, const struct cJSON *networks, struct observed_container *to)
{
	const struct cJSON *json;
	to->attachments = ARENA_ARRAY(keep->arena, struct observed_attachment, members_of(networks));
	cJSON_ArrayForEach(json, networks)
	{
		if (!json->string)
			continue;
		to->attachments[to->nattachments++] =
			(struct observed_attachment){ .network = keep_text(keep, json->string),
				.network_id = keep_at(keep, json, "NetworkID"),
				.address = arena_strdup(keep->arena, json_text(json, "IPAddress", "")) };
	}
}

static void container_read_ports(
	const struct keeping *keep, const struct cJSON *ports, struct observed_container *to)
{
	const struct cJSON *json;
	to->ports = ARENA_ARRAY(keep->arena, struct observed_port, members_of(ports));
	cJSON_ArrayForEach(json, ports) to->ports[to->nports++] =
		(struct observed_port){ .host_ip = keep_at(keep, json, "IP"),
			.protocol = keep_text(keep, json_text(json, "Type", "tcp")),
			.host_port = json_int(json, "PublicPort", 0),
			.container_port = json_int(json, "PrivatePort", 0) };
}

static void take_labels(struct observed_container *c)
{
	const char *number = observed_label(c, "com.docker.compose.container-number");
	const char *oneoff = observed_label(c, "com.docker.compose.oneoff");
	c->project = observed_label(c, "com.docker.compose.project");
	c->service = observed_label(c, "com.docker.compose.service");
	c->number = number ? strtoll(number, NULL, 10) : 0;
	c->hook = observed_label(c, "com.docker.compose.hook") != NULL;
	c->oneoff = c->hook || (oneoff && strcmp(oneoff, "True") == 0);
	c->config_hash = observed_label(c, "com.docker.compose.config-hash");
	c->inputs = observed_label(c, "docker-flow.inputs");
	c->image_label = observed_label(c, "com.docker.compose.image");
	c->replaces = observed_label(c, "com.docker.compose.replace");
}

/* Engine API: ContainerSummary. */
static int check_container(const struct cJSON *json, struct errors *errors)
{
	static const char what[] = "a container in the engine's answer to GET /containers/json";
	static const struct json_member members[] = {
		{ "", JSON_OBJECT },
		{ "Id", JSON_ID },
		{ "State", JSON_TEXT },
		{ "Status", JSON_TEXT },
		{ "Names", JSON_LIST | JSON_OPTIONAL },
		{ "Labels", JSON_OBJECT | JSON_OPTIONAL },
		{ "Image", JSON_TEXT | JSON_OPTIONAL },
		{ "ImageID", JSON_TEXT | JSON_OPTIONAL },
		{ "Created", JSON_NUMBER | JSON_OPTIONAL },
		{ "Mounts", JSON_LIST | JSON_OPTIONAL },
		{ "Ports", JSON_LIST | JSON_OPTIONAL },
		{ "NetworkSettings.Networks", JSON_OBJECT | JSON_OPTIONAL },
	};
	if (json_check(json, members, sizeof members / sizeof *members, what, errors) < 0)
		return -1;
	return check_labels(json_get(json, "Labels"), what, errors);
}

/* One that is being removed may have lost its name: its id names it, as for docker compose. */
static const char *name_of_nameless(
	struct arena *arena, const struct observed_container *container, struct errors *errors)
{
	if (container->state == CONTAINER_REMOVING || container->state == CONTAINER_DEAD)
		return arena_strndup(arena, container->id, 12);
	error_add(errors, ERROR_ENGINE, NULL, NULL,
		"a container in the engine's answer to GET /containers/json: %s has no name", container->id);
	return NULL;
}

struct observed_container *observe_container(
	struct arena *arena, struct map *known, const struct cJSON *json, struct errors *errors)
{
	const struct keeping keep = { arena, known };
	if (check_container(json, errors) < 0)
		return NULL;
	struct observed_container *c = ARENA_NEW(arena, struct observed_container);
	c->id = arena_strdup(arena, json_text(json, "Id", ""));
	c->name = read_name(arena, json_get(json, "Names"));
	container_read_labels(&keep, json_get(json, "Labels"), c);
	take_labels(c);
	c->state = container_state_parse(json_text(json, "State", ""));
	if (!*c->name && !(c->name = name_of_nameless(arena, c, errors)))
		return NULL;
	c->status = keep_at(&keep, json, "Status");
	c->health = read_health(c->status);
	c->exit_code = read_exit(c->status);
	c->up = read_up(c->status);
	c->created = json_int(json, "Created", 0);
	c->image = keep_at(&keep, json, "Image");
	c->image_id = keep_at(&keep, json, "ImageID");
	c->command = keep_at(&keep, json, "Command");
	read_mounts(&keep, json_get(json, "Mounts"), c);
	read_attachments(&keep, json_at(json, "NetworkSettings.Networks"), c);
	container_read_ports(&keep, json_get(json, "Ports"), c);
	return c;
}

struct observed_network *observe_network(struct arena *arena, const struct cJSON *json, struct errors *errors)
{
	static const char what[] = "a network in the engine's answer to GET /networks";
	static const struct json_member members[] = { { "", JSON_OBJECT }, { "Id", JSON_ID },
		{ "Name", JSON_TEXT }, { "Labels", JSON_OBJECT | JSON_OPTIONAL },
		{ "Created", JSON_TEXT | JSON_OPTIONAL } };
	if (json_check(json, members, sizeof members / sizeof *members, what, errors) < 0 ||
		check_labels(json_get(json, "Labels"), what, errors) < 0)
		return NULL;
	struct observed_network *network = ARENA_NEW(arena, struct observed_network);
	network->id = arena_strdup(arena, json_text(json, "Id", ""));
	network->name = arena_strdup(arena, json_text(json, "Name", ""));
	network->created = arena_strdup(arena, json_text(json, "Created", ""));
	read_labels(arena, json_get(json, "Labels"), &network->labels);
	network->project = map_get(&network->labels, "com.docker.compose.project");
	network->key = map_get(&network->labels, "com.docker.compose.network");
	network->config_hash = map_get(&network->labels, "com.docker.compose.config-hash");
	return network;
}

struct observed_volume *observe_volume(struct arena *arena, const struct cJSON *json, struct errors *errors)
{
	static const char what[] = "a volume in the engine's answer to /volumes";
	static const struct json_member members[] = { { "", JSON_OBJECT }, { "Name", JSON_TEXT },
		{ "Labels", JSON_OBJECT | JSON_OPTIONAL }, { "Driver", JSON_TEXT | JSON_OPTIONAL },
		{ "CreatedAt", JSON_TEXT | JSON_OPTIONAL } };
	if (json_check(json, members, sizeof members / sizeof *members, what, errors) < 0 ||
		check_labels(json_get(json, "Labels"), what, errors) < 0)
		return NULL;
	struct observed_volume *volume = ARENA_NEW(arena, struct observed_volume);
	volume->name = arena_strdup(arena, json_text(json, "Name", ""));
	volume->driver = arena_strdup(arena, json_text(json, "Driver", ""));
	volume->mountpoint = arena_strdup(arena, json_text(json, "Mountpoint", ""));
	volume->scope = arena_strdup(arena, json_text(json, "Scope", ""));
	read_labels(arena, json_get(json, "Labels"), &volume->labels);
	volume->created = map_get(&volume->labels, "docker-flow.created");
	if (!volume->created)
		volume->created = arena_strdup(arena, json_text(json, "CreatedAt", ""));
	volume->project = map_get(&volume->labels, "com.docker.compose.project");
	volume->key = map_get(&volume->labels, "com.docker.compose.volume");
	volume->config_hash = map_get(&volume->labels, "com.docker.compose.config-hash");
	return volume;
}

const char *observe_created(const struct observed_volume *volume, int api)
{
	bool known = api >= 42 || map_has(&volume->labels, "docker-flow.created");
	return known && *volume->created ? volume->created : "unknown";
}
