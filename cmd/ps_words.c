#include "cmd/ps_words.h"
#include "cmd/quote.h"
#include "cmd/show.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *ps_command(struct arena *arena, const struct observed_container *container, bool whole)
{
	enum { MOST = 19 };
	auto_buf struct buf text;
	buf_init(&text, 1 << 20);
	const char *command = container->command ? container->command : "";
	if (whole || show_columns(command) <= MOST + 1) {
		buf_puts(&text, command);
	} else {
		show_clipped(&text, command, MOST);
		buf_puts(&text, "…");
	}
	return arena_printf(arena, "\"%s\"", buf_text(&text));
}

const char *ps_age(struct arena *arena, int64_t seconds)
{
	static const struct {
		int64_t least, unit;
		const char *name;
	} units[] = { { 2 * 365 * 86400, 365 * 86400, "years" }, { 2 * 30 * 86400, 30 * 86400, "months" },
		{ 2 * 7 * 86400, 7 * 86400, "weeks" }, { 2 * 86400, 86400, "days" },
		{ 2 * 3600, 3600, "hours" }, { 3600, 3600, "hour" }, { 2 * 60, 60, "minutes" },
		{ 60, 60, "minute" } };
	if (seconds < 1)
		return "less than a second ago";
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (seconds >= units[i].least)
			return arena_printf(
				arena, "%lld %s ago", (long long)(seconds / units[i].unit), units[i].name);
	return arena_printf(arena, "%lld second%s ago", (long long)seconds, seconds == 1 ? "" : "s");
}

static int by_port(const void *a, const void *b)
{
	const struct observed_port *one = a, *other = b;
	int order = strcmp(one->protocol, other->protocol);
	if (!order)
		order = strcmp(one->host_ip, other->host_ip);
	if (!order)
		order = (one->container_port > other->container_port) -
			(one->container_port < other->container_port);
	return order;
}

/* Whether `next` goes on where `port` plus `n` stands, on both sides. */
static bool follows(const struct observed_port *port, const struct observed_port *next, int64_t n)
{
	return strcmp(port->protocol, next->protocol) == 0 && strcmp(port->host_ip, next->host_ip) == 0 &&
	       next->container_port == port->container_port + n &&
	       (port->host_port ? next->host_port == port->host_port + n : next->host_port == 0);
}

static void put_range(struct buf *text, int64_t first, int64_t count)
{
	buf_printf(text, "%lld", (long long)first);
	if (count > 1)
		buf_printf(text, "-%lld", (long long)(first + count - 1));
}

const char *ps_ports(struct arena *arena, const struct observed_container *container)
{
	size_t count = container->nports;
	struct observed_port *ports = ARENA_ARRAY(arena, struct observed_port, count + 1);
	auto_buf struct buf text;
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < count; i++) {
		ports[i] = container->ports[i];
		ports[i].host_ip = ports[i].host_ip ? ports[i].host_ip : "";
	}
	if (count)
		qsort(ports, count, sizeof *ports, by_port);
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && follows(&ports[i], &ports[i + n], (int64_t)n); n++)
			;
		buf_puts(&text, text.len ? ", " : "");
		if (ports[i].host_port) {
			bool six = strchr(ports[i].host_ip, ':');
			buf_printf(&text, six ? "[%s]:" : "%s:", ports[i].host_ip);
			put_range(&text, ports[i].host_port, (int64_t)n);
			buf_puts(&text, "->");
		}
		put_range(&text, ports[i].container_port, (int64_t)n);
		buf_printf(&text, "/%s", ports[i].protocol);
	}
	return arena_strdup(arena, buf_text(&text));
}

static void put_publishers(struct buf *line, const struct observed_container *container)
{
	buf_puts(line, ",\"Publishers\":[");
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

static const char *mounts_of(
	struct arena *arena, const struct observed_container *container, size_t *ret_local)
{
	const char *text = "";
	*ret_local = 0;
	for (size_t i = 0; i < container->nmounts; i++) {
		const struct observed_mount *mount = &container->mounts[i];
		const char *name = mount->name && *mount->name ? mount->name : mount->source;
		*ret_local += mount->type && strcmp(mount->type, "volume") == 0;
		text = arena_printf(arena, "%s%s%s", text, *text ? "," : "", name ? name : "");
	}
	return text;
}

static const char *health_name(enum health health)
{
	static const char *const names[] = { [HEALTH_NONE] = "",
		[HEALTH_STARTING] = "starting",
		[HEALTH_HEALTHY] = "healthy",
		[HEALTH_UNHEALTHY] = "unhealthy" };
	return names[health];
}

void ps_print_json(FILE *out, struct arena *arena, const struct observed_container *container, int64_t now)
{
	auto_buf struct buf line;
	char created[64] = "", number[24];
	time_t seconds = container->created;
	struct tm tm;
	size_t local;
	const char *age = ps_age(arena, now - container->created);
	const char *mounts = mounts_of(arena, container, &local);
	buf_init(&line, 16 << 20);
	if (localtime_r(&seconds, &tm))
		strftime(created, sizeof created, "%Y-%m-%d %H:%M:%S %z %Z", &tm);
	buf_puts(&line, "{\"Command\":");
	quote_json(&line, ps_command(arena, container, false));
	quote_member(&line, "CreatedAt", created);
	buf_printf(&line, ",\"ExitCode\":%lld", (long long)container->exit_code);
	quote_member(&line, "Health", health_name(container->health));
	quote_member(&line, "ID", arena_strndup(arena, container->id, 12));
	quote_member(&line, "Image", container->image);
	quote_member(&line, "Labels", labels_of(arena, container));
	snprintf(number, sizeof number, "%zu", local);
	quote_member(&line, "LocalVolumes", number);
	quote_member(&line, "Mounts", mounts);
	quote_member(&line, "Name", container->name);
	quote_member(&line, "Names", container->name);
	quote_member(&line, "Networks", networks_of(arena, container));
	quote_member(&line, "Ports", ps_ports(arena, container));
	quote_member(&line, "Project", container->project);
	put_publishers(&line, container);
	quote_member(&line, "RunningFor", age);
	quote_member(&line, "Service", container->service ? container->service : "");
	quote_member(&line, "Size", "0B");
	quote_member(&line, "State", container_state_name(container->state));
	quote_member(&line, "Status", container->status);
	buf_puts(&line, "}\n");
	fwrite(buf_text(&line), 1, line.len, out);
}
