#include "base/text/json.h"
#include "engine/observe/observe.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* Copy of the text at a path, or NULL when it is missing or empty. */
static const char *text_or_null(struct arena *arena, const struct cJSON *json, const char *path)
{
	const char *text = json_text(json, path, NULL);
	return text && *text ? arena_strdup(arena, text) : NULL;
}

/* Copies a map of texts, labels for instance. */
static void read_labels(struct arena *arena, const struct cJSON *json, struct map *ret_labels)
{
	map_init(ret_labels, arena);
	const struct cJSON *label;
	cJSON_ArrayForEach(label, json) if (label->string && cJSON_IsString(label)) map_set(
		ret_labels, arena_strdup(arena, label->string), arena_strdup(arena, label->valuestring));
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

static void read_mounts(struct arena *arena, const struct cJSON *mounts, struct observed_container *to)
{
	const struct cJSON *json;
	cJSON_ArrayForEach(json, mounts)
	{
		struct observed_mount *mount = ARENA_PUSH(arena, to->mounts, to->nmounts);
		mount->type = arena_strdup(arena, json_text(json, "Type", ""));
		mount->name = text_or_null(arena, json, "Name");
		mount->source = arena_strdup(arena, json_text(json, "Source", ""));
		mount->target = arena_strdup(arena, json_text(json, "Destination", ""));
		mount->writable = json_bool(json, "RW");
	}
}

static void read_attachments(struct arena *arena, const struct cJSON *networks, struct observed_container *to)
{
	const struct cJSON *json;
	cJSON_ArrayForEach(json, networks)
	{
		if (!json->string)
			continue;
		struct observed_attachment *at = ARENA_PUSH(arena, to->attachments, to->nattachments);
		at->network = arena_strdup(arena, json->string);
		at->network_id = arena_strdup(arena, json_text(json, "NetworkID", ""));
		at->address = arena_strdup(arena, json_text(json, "IPAddress", ""));
	}
}

static void container_read_ports(
	struct arena *arena, const struct cJSON *ports, struct observed_container *to)
{
	const struct cJSON *json;
	cJSON_ArrayForEach(json, ports)
	{
		struct observed_port *port = ARENA_PUSH(arena, to->ports, to->nports);
		port->host_ip = arena_strdup(arena, json_text(json, "IP", ""));
		port->protocol = arena_strdup(arena, json_text(json, "Type", "tcp"));
		port->host_port = json_int(json, "PublicPort", 0);
		port->container_port = json_int(json, "PrivatePort", 0);
	}
}

static void take_labels(struct observed_container *c)
{
	const char *number = map_get(&c->labels, "com.docker.compose.container-number");
	const char *oneoff = map_get(&c->labels, "com.docker.compose.oneoff");
	c->project = map_get(&c->labels, "com.docker.compose.project");
	c->service = map_get(&c->labels, "com.docker.compose.service");
	c->number = number ? strtoll(number, NULL, 10) : 0;
	c->oneoff = oneoff && strcmp(oneoff, "True") == 0;
	c->config_hash = map_get(&c->labels, "com.docker.compose.config-hash");
	c->inputs = map_get(&c->labels, "docker-flow.inputs");
	c->image_label = map_get(&c->labels, "com.docker.compose.image");
	c->replaces = map_get(&c->labels, "com.docker.compose.replace");
}

struct observed_container *observe_container(struct arena *arena, const struct cJSON *json)
{
	struct observed_container *c = ARENA_NEW(arena, struct observed_container);
	c->id = arena_strdup(arena, json_text(json, "Id", ""));
	c->name = read_name(arena, json_get(json, "Names"));
	read_labels(arena, json_get(json, "Labels"), &c->labels);
	take_labels(c);
	c->state = container_state_parse(json_text(json, "State", ""));
	c->status = arena_strdup(arena, json_text(json, "Status", ""));
	c->health = read_health(c->status);
	c->exit_code = read_exit(c->status);
	c->created = json_int(json, "Created", 0);
	c->image = arena_strdup(arena, json_text(json, "Image", ""));
	c->image_id = arena_strdup(arena, json_text(json, "ImageID", ""));
	c->command = arena_strdup(arena, json_text(json, "Command", ""));
	read_mounts(arena, json_get(json, "Mounts"), c);
	read_attachments(arena, json_at(json, "NetworkSettings.Networks"), c);
	container_read_ports(arena, json_get(json, "Ports"), c);
	return c;
}

struct observed_network *observe_network(struct arena *arena, const struct cJSON *json)
{
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

struct observed_volume *observe_volume(struct arena *arena, const struct cJSON *json)
{
	struct observed_volume *volume = ARENA_NEW(arena, struct observed_volume);
	volume->name = arena_strdup(arena, json_text(json, "Name", ""));
	volume->driver = arena_strdup(arena, json_text(json, "Driver", ""));
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
