#include "cmd/ps/ps_words.h"
#include "cmd/screen/show_clean.h"

#include <stdlib.h>
#include <string.h>

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
static bool port_follows(const struct observed_port *port, const struct observed_port *next, int64_t n)
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
		for (n = 1; i + n < count && port_follows(&ports[i], &ports[i + n], (int64_t)n); n++)
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
