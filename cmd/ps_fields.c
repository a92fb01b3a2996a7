#include "cmd/ps_fields.h"
#include "base/quote.h"
#include "cmd/ps_words.h"

#include <string.h>
#include <time.h>

enum {
	COMMAND,
	CREATED_AT,
	EXIT_CODE,
	HEALTH,
	ID,
	IMAGE,
	LABELS,
	LOCAL_VOLUMES,
	MOUNTS,
	NAME,
	NAMES,
	NETWORKS,
	PORTS,
	PROJECT,
	PUBLISHERS,
	RUNNING_FOR,
	SERVICE,
	SIZE,
	STATE,
	STATUS
};

const struct ps_field ps_fields[PS_FIELDS] = {
	[COMMAND] = { "Command", "COMMAND" },
	[CREATED_AT] = { "CreatedAt", "CREATED AT" },
	[EXIT_CODE] = { "ExitCode", "EXIT CODE" },
	[HEALTH] = { "Health", "HEALTH" },
	[ID] = { "ID", "CONTAINER ID" },
	[IMAGE] = { "Image", "IMAGE" },
	[LABELS] = { "Labels", "LABELS" },
	[LOCAL_VOLUMES] = { "LocalVolumes", "LOCAL VOLUMES" },
	[MOUNTS] = { "Mounts", "MOUNTS" },
	[NAME] = { "Name", "NAME" },
	[NAMES] = { "Names", "NAMES" },
	[NETWORKS] = { "Networks", "NETWORKS" },
	[PORTS] = { "Ports", "PORTS" },
	[PROJECT] = { "Project", "PROJECT" },
	[PUBLISHERS] = { "Publishers", "PUBLISHERS" },
	[RUNNING_FOR] = { "RunningFor", "CREATED" },
	[SERVICE] = { "Service", "SERVICE" },
	[SIZE] = { "Size", "SIZE" },
	[STATE] = { "State", "STATE" },
	[STATUS] = { "Status", "STATUS" },
};

static void put_publishers(struct buf *line, const struct observed_container *container)
{
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
static const char *publishers_of(struct arena *arena, const struct observed_container *container)
{
	const char *text = "";
	for (size_t i = 0; i < container->nports; i++) {
		const struct observed_port *port = &container->ports[i];
		text = arena_printf(arena, "%s%s{%s %lld %lld %s}", text, i ? " " : "",
			port->host_ip ? port->host_ip : "", (long long)port->container_port,
			(long long)port->host_port, port->protocol);
	}
	return arena_printf(arena, "[%s]", text);
}

/* Labels, networks or mounts as one text with commas, as docker prints them. */
static const char *labels_of(struct arena *arena, const struct observed_container *container)
{
	auto_buf struct buf text;
	buf_init(&text, 4 << 20);
	const struct map_entry *entry;
	size_t at = 0;
	while ((entry = map_next(&container->labels, &at)))
		buf_printf(&text, "%s%s=%s", text.len ? "," : "", entry->key, (const char *)entry->value);
	return arena_strdup(arena, buf_text(&text));
}

static const char *networks_of(struct arena *arena, const struct observed_container *container)
{
	const char *text = "";
	for (size_t i = 0; i < container->nattachments; i++)
		text = arena_printf(
			arena, "%s%s%s", text, *text ? "," : "", container->attachments[i].network);
	return text;
}

static const char *mounts_of(struct arena *arena, const struct observed_container *container)
{
	const char *text = "";
	for (size_t i = 0; i < container->nmounts; i++) {
		const struct observed_mount *mount = &container->mounts[i];
		const char *name = mount->name && *mount->name ? mount->name : mount->source;
		text = arena_printf(arena, "%s%s%s", text, *text ? "," : "", name ? name : "");
	}
	return text;
}

static const char *local_volumes_of(struct arena *arena, const struct observed_container *container)
{
	size_t count = 0;
	for (size_t i = 0; i < container->nmounts; i++)
		count += container->mounts[i].type && strcmp(container->mounts[i].type, "volume") == 0;
	return arena_printf(arena, "%zu", count);
}

static const char *created_at(struct arena *arena, const struct observed_container *container)
{
	char created[64] = "";
	time_t seconds = container->created;
	struct tm tm;
	if (localtime_r(&seconds, &tm))
		strftime(created, sizeof created, "%Y-%m-%d %H:%M:%S %z %Z", &tm);
	return arena_strdup(arena, created);
}

static const char *health_name(enum health health)
{
	static const char *const names[] = { [HEALTH_NONE] = "",
		[HEALTH_STARTING] = "starting",
		[HEALTH_HEALTHY] = "healthy",
		[HEALTH_UNHEALTHY] = "unhealthy" };
	return names[health];
}

/* NULL: there is none. */
static const char *text_of(struct arena *arena, const struct observed_container *container, int field,
	const struct ps_view *view)
{
	switch (field) {
	case COMMAND:
		return ps_command(arena, container, view->whole);
	case CREATED_AT:
		return created_at(arena, container);
	case EXIT_CODE:
		return arena_printf(arena, "%lld", (long long)container->exit_code);
	case HEALTH:
		return health_name(container->health);
	case ID:
		return view->whole ? container->id : arena_strndup(arena, container->id, 12);
	case IMAGE:
		return container->image;
	case LABELS:
		return labels_of(arena, container);
	case LOCAL_VOLUMES:
		return local_volumes_of(arena, container);
	case MOUNTS:
		return mounts_of(arena, container);
	case NAME:
	case NAMES:
		return container->name;
	case NETWORKS:
		return networks_of(arena, container);
	case PORTS:
		return ps_ports(arena, container);
	case PROJECT:
		return container->project;
	case PUBLISHERS:
		return publishers_of(arena, container);
	case RUNNING_FOR:
		return ps_age(arena, view->now - container->created);
	case SERVICE:
		return container->service;
	case SIZE:
		return "0B"; /* it is not asked for */
	case STATE:
		return container_state_name(container->state);
	case STATUS:
		return container->status;
	}
	return NULL;
}

const char *ps_fields_text(struct arena *arena, const struct observed_container *container, int field,
	const struct ps_view *view)
{
	const char *text = text_of(arena, container, field, view);
	return text ? text : "";
}

void ps_fields_json(FILE *out, struct arena *arena, const struct observed_container *container,
	const struct ps_view *view)
{
	auto_buf struct buf line;
	buf_init(&line, 16 << 20);
	for (int field = 0; field < PS_FIELDS; field++) {
		buf_printf(&line, "%s\"%s\":", field ? "," : "{", ps_fields[field].name);
		if (field == PUBLISHERS)
			put_publishers(&line, container);
		else if (field == EXIT_CODE)
			buf_puts(&line, ps_fields_text(arena, container, field, view));
		else
			quote_json(&line, ps_fields_text(arena, container, field, view));
	}
	buf_puts(&line, "}\n");
	fwrite(buf_text(&line), 1, line.len, out);
}
