#include "cmd/ps/ps_words.h"
#include "cmd/screen/show_clean.h"

#include <stdlib.h>
#include <string.h>

/* In quotes, as Go writes a text (strconv.Quote): what is read by scripts that know docker's. */
static const char *quoted_as_go(struct arena *arena, const char *text)
{
	static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
	char *quoted = arena_alloc(arena, 4 * strlen(text) + 3), *out = quoted;
	*out++ = '"';
	for (; *text; text++) {
		const char *known = strchr(from, *text);
		if (known)
			out += snprintf(out, 3, "\\%c", to[known - from]);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			out += snprintf(out, 5, "\\x%02x", (unsigned char)*text);
		else
			*out++ = *text;
	}
	*out++ = '"';
	*out = '\0';
	return quoted;
}

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
	return quoted_as_go(arena, buf_text(&text));
}

/* The longest time that words like "Up 5 minutes (healthy)" can mean, in seconds (docker/go-units:
 * HumanDuration); 0: they say nothing. */
static int64_t longest_uptime(const char *status)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "second", 1 }, { "minute", 60 }, { "hour", 3600 }, { "day", 86400 },
		{ "week", 7 * 86400 }, { "month", 31 * 86400 }, { "year", 366 * 86400 } };
	static const char *const abouts[] = { "Up About an ", "Up About a " };
	if (strncmp(status, "Up Less than a second", 21) == 0)
		return 1;
	char *unit = NULL;
	int64_t number = 1;
	for (size_t i = 0; i < 2 && !unit; i++)
		if (strncmp(status, abouts[i], strlen(abouts[i])) == 0)
			unit = (char *)status + strlen(abouts[i]);
	if (!unit && strncmp(status, "Up ", 3) == 0)
		number = strtoll(status + 3, &unit, 10);
	if (!unit)
		return 0;
	unit += *unit == ' ';
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strncmp(unit, units[i].unit, strlen(units[i].unit)) == 0)
			return (number + 1) * units[i].seconds;
	return 0;
}

const char *ps_status(
	struct arena *arena, const struct observed_container *container, int64_t ready_at, int64_t now)
{
	const char *status = container->status, *starting = strstr(status, "(health: starting)");
	bool open = container->health == HEALTH_NONE || container->health == HEALTH_STARTING;
	if (container->state != CONTAINER_RUNNING || !open || !ready_at ||
		ready_at < now - longest_uptime(status))
		return status;
	if (!starting)
		return arena_printf(arena, "%s (ready)", status);
	return arena_printf(arena, "%.*s(health: starting, ready)", (int)(starting - status), status);
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
