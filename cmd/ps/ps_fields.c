#include "cmd/ps/ps_fields.h"
#include "cmd/ps/ps_words.h"
#include "cmd/table/words.h"
#include "graph/plan/observed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct observed_container *container_of(const struct listed *listed)
{
	return listed->object;
}

static const struct ps_view *view_of(const struct listed *listed)
{
	return listed->view;
}

/* As docker compose has them in order. */
static int publishers_in_order(const void *a, const void *b)
{
	const struct observed_port *one = a, *other = b;
	int order = strcmp(one->host_ip ? one->host_ip : "", other->host_ip ? other->host_ip : "");
	if (!order)
		order = (one->container_port > other->container_port) -
			(one->container_port < other->container_port);
	if (!order)
		order = (one->host_port > other->host_port) - (one->host_port < other->host_port);
	return order ? order : strcmp(one->protocol, other->protocol);
}

static struct datum publishers_value(const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	struct arena *arena = listed->arena;
	struct datum list = { .kind = DATUM_LIST };
	struct observed_port *ports = ARENA_ARRAY(arena, struct observed_port, container->nports + 1);
	for (size_t i = 0; i < container->nports; i++)
		ports[i] = container->ports[i];
	qsort(ports, container->nports, sizeof *ports, publishers_in_order);
	for (size_t i = 0; i < container->nports; i++) {
		const struct observed_port *port = &ports[i];
		struct datum publisher = { .kind = DATUM_OBJECT };
		datum_add(arena, &publisher, "URL", datum_of_text(port->host_ip));
		datum_add(arena, &publisher, "TargetPort", datum_of_number(port->container_port));
		datum_add(arena, &publisher, "PublishedPort", datum_of_number(port->host_port));
		datum_add(arena, &publisher, "Protocol", datum_of_text(port->protocol));
		datum_add(arena, &list, NULL, publisher);
	}
	return list;
}

/* Labels, networks or mounts as one text with commas, as docker prints them. */
static const char *labels_text(const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	auto_buf struct buf text;
	buf_init(&text, 4 << 20);
	for (size_t i = 0; i < container->nlabels; i++)
		buf_printf(
			&text, "%s%s=%s", i ? "," : "", container->labels[i].key, container->labels[i].value);
	return arena_strdup(listed->arena, buf_text(&text));
}

static const char *label_of(const struct listed *listed, const char *name)
{
	return observed_label(container_of(listed), name);
}

static const char *networks_text(const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	const char *text = "";
	for (size_t i = 0; i < container->nattachments; i++)
		text = arena_printf(
			listed->arena, "%s%s%s", text, *text ? "," : "", container->attachments[i].network);
	return text;
}

static const char *mounts_text(const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	const char *text = "";
	for (size_t i = 0; i < container->nmounts; i++) {
		const struct observed_mount *mount = &container->mounts[i];
		const char *name = mount->name && *mount->name ? mount->name : mount->source;
		text = arena_printf(listed->arena, "%s%s%s", text, *text ? "," : "", name ? name : "");
	}
	return text;
}

static const char *local_volumes_text(const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	size_t count = 0;
	for (size_t i = 0; i < container->nmounts; i++)
		count += container->mounts[i].type && strcmp(container->mounts[i].type, "volume") == 0;
	return arena_printf(listed->arena, "%zu", count);
}

static const char *created_at_text(const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	char created[64] = "";
	time_t seconds = container->created;
	struct tm tm;
	if (localtime_r(&seconds, &tm))
		strftime(created, sizeof created, "%Y-%m-%d %H:%M:%S %z %Z", &tm);
	return arena_strdup(listed->arena, created);
}

static const char *health_text(const struct listed *listed)
{
	static const char *const names[] = { [HEALTH_NONE] = "",
		[HEALTH_STARTING] = "starting",
		[HEALTH_HEALTHY] = "healthy",
		[HEALTH_UNHEALTHY] = "unhealthy" };
	return names[container_of(listed)->health];
}

static const char *command_text(const struct listed *listed)
{
	return ps_command(listed->arena, container_of(listed), view_of(listed)->whole);
}

static struct datum exit_code_value(const struct listed *listed)
{
	return datum_of_number(container_of(listed)->exit_code);
}

static const char *id_text(const struct listed *listed)
{
	return view_of(listed)->whole ? container_of(listed)->id
				      : arena_strndup(listed->arena, container_of(listed)->id, 12);
}

static const char *image_text(const struct listed *listed)
{
	return container_of(listed)->image;
}

static const char *name_text(const struct listed *listed)
{
	return container_of(listed)->name;
}

static const char *ports_text(const struct listed *listed)
{
	return ps_ports(listed->arena, container_of(listed));
}

static const char *project_text(const struct listed *listed)
{
	return container_of(listed)->project;
}

static const char *running_for_text(const struct listed *listed)
{
	return words_age(listed->arena, view_of(listed)->now - container_of(listed)->created);
}

static const char *service_text(const struct listed *listed)
{
	return container_of(listed)->service;
}

/* Sizes are not asked for: the engine would walk over each container's files. */
static const char *size_text(const struct listed *listed)
{
	(void)listed;
	return "0B";
}

static const char *state_text(const struct listed *listed)
{
	return container_state_name(container_of(listed)->state);
}

static const char *status_text(const struct listed *listed)
{
	return container_of(listed)->status;
}

const struct field ps_fields[] = {
	{ "Command", "COMMAND", command_text },
	{ "CreatedAt", "CREATED AT", created_at_text },
	{ "ExitCode", "EXIT CODE", .value = exit_code_value },
	{ "Health", "HEALTH", health_text },
	{ "ID", "CONTAINER ID", id_text },
	{ "Image", "IMAGE", image_text },
	{ "Label", NULL, .of = label_of },
	{ "Labels", "LABELS", labels_text },
	{ "LocalVolumes", "LOCAL VOLUMES", local_volumes_text },
	{ "Mounts", "MOUNTS", mounts_text },
	{ "Name", "NAME", name_text },
	{ "Names", "NAMES", name_text },
	{ "Networks", "NETWORKS", networks_text },
	{ "Ports", "PORTS", ports_text },
	{ "Project", "PROJECT", project_text },
	{ "Publishers", "PUBLISHERS", .value = publishers_value },
	{ "RunningFor", "CREATED", running_for_text },
	{ "Service", "SERVICE", service_text },
	{ "Size", "SIZE", size_text },
	{ "State", "STATE", state_text },
	{ "Status", "STATUS", status_text },
	{ 0 },
};
