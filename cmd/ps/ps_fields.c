#include "cmd/ps/ps_fields.h"
#include "base/quote.h"
#include "cmd/ps/ps_words.h"
#include "graph/plan/observed.h"

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

static void publishers_json(struct buf *line, const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	buf_putc(line, '[');
	for (size_t i = 0; i < container->nports; i++) {
		const struct observed_port *port = &container->ports[i];
		buf_puts(line, i ? ",{\"URL\":" : "{\"URL\":");
		quote_json(line, port->host_ip);
		buf_printf(line, ",\"TargetPort\":%lld,\"PublishedPort\":%lld",
			(long long)port->container_port, (long long)port->host_port);
		quote_member(line, "Protocol", port->protocol);
		buf_putc(line, '}');
	}
	buf_putc(line, ']');
}

/* As Go prints them. */
static const char *publishers_text(const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	const char *text = "";
	for (size_t i = 0; i < container->nports; i++) {
		const struct observed_port *port = &container->ports[i];
		text = arena_printf(listed->arena, "%s%s{%s %lld %lld %s}", text, i ? " " : "",
			port->host_ip ? port->host_ip : "", (long long)port->container_port,
			(long long)port->host_port, port->protocol);
	}
	return arena_printf(listed->arena, "[%s]", text);
}

/* Labels, networks or mounts as one text with commas, as docker prints them. */
static const char *labels_text(const struct listed *listed)
{
	const struct observed_container *container = container_of(listed);
	auto_buf struct buf text;
	buf_init(&text, 4 << 20);
	const struct map_entry *entry;
	size_t at = 0;
	while ((entry = map_next(&container->labels, &at)))
		buf_printf(&text, "%s%s=%s", text.len ? "," : "", entry->key, (const char *)entry->value);
	return arena_strdup(listed->arena, buf_text(&text));
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

static const char *exit_code_text(const struct listed *listed)
{
	return arena_printf(listed->arena, "%lld", (long long)container_of(listed)->exit_code);
}

static void exit_code_json(struct buf *line, const struct listed *listed)
{
	buf_printf(line, "%lld", (long long)container_of(listed)->exit_code);
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
	return ps_age(listed->arena, view_of(listed)->now - container_of(listed)->created);
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
	{ "ExitCode", "EXIT CODE", exit_code_text, exit_code_json },
	{ "Health", "HEALTH", health_text },
	{ "ID", "CONTAINER ID", id_text },
	{ "Image", "IMAGE", image_text },
	{ "Labels", "LABELS", labels_text },
	{ "LocalVolumes", "LOCAL VOLUMES", local_volumes_text },
	{ "Mounts", "MOUNTS", mounts_text },
	{ "Name", "NAME", name_text },
	{ "Names", "NAMES", name_text },
	{ "Networks", "NETWORKS", networks_text },
	{ "Ports", "PORTS", ports_text },
	{ "Project", "PROJECT", project_text },
	{ "Publishers", "PUBLISHERS", publishers_text, publishers_json },
	{ "RunningFor", "CREATED", running_for_text },
	{ "Service", "SERVICE", service_text },
	{ "Size", "SIZE", size_text },
	{ "State", "STATE", state_text },
	{ "Status", "STATUS", status_text },
	{ 0 },
};
