#include "cmd/ps/ps_words.h"
#include "base/text/texts.h"
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
	int order =
		(one->container_port > other->container_port) - (one->container_port < other->container_port);
	if (!order)
		order = strcmp(one->host_ip, other->host_ip);
	if (!order)
		order = (one->host_port > other->host_port) - (one->host_port < other->host_port);
	return order ? order : strcmp(one->protocol, other->protocol);
}

/* Ports next to each other that have no others on the host, or the same ones, at one address. */
struct port_group {
	const char *host_ip, *protocol;
	int64_t first, last;
};

static const char *host_text(struct arena *arena, const char *ip)
{
	return strchr(ip, ':') ? arena_printf(arena, "[%s]", ip) : ip;
}

static const char *group_text(struct arena *arena, const struct port_group *group)
{
	const char *range = arena_printf(arena, "%lld", (long long)group->first);
	if (group->last != group->first)
		range = arena_printf(arena, "%s-%lld", range, (long long)group->last);
	return *group->host_ip ? arena_printf(arena, "%s:%s->%s/%s", host_text(arena, group->host_ip), range,
					 range, group->protocol)
			       : arena_printf(arena, "%s/%s", range, group->protocol);
}

static struct port_group *find_group(
	struct port_group *groups, size_t count, const struct observed_port *port)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(groups[i].host_ip, port->host_ip) == 0 &&
			strcmp(groups[i].protocol, port->protocol) == 0)
			return &groups[i];
	return NULL;
}

/* (docker/cli 28, cli/command/formatter/container.go: DisplayablePorts) */
const char *ps_ports(struct arena *arena, const struct observed_container *container)
{
	size_t count = container->nports, ngroups = 0;
	struct observed_port *ports = ARENA_ARRAY(arena, struct observed_port, count + 1);
	struct port_group *groups = NULL;
	struct texts all = { 0 }, others = { 0 };
	for (size_t i = 0; i < count; i++) {
		ports[i] = container->ports[i];
		ports[i].host_ip = ports[i].host_ip ? ports[i].host_ip : "";
	}
	if (count)
		qsort(ports, count, sizeof *ports, by_port);
	for (size_t i = 0; i < count; i++) {
		const struct observed_port *port = &ports[i];
		int64_t number = port->container_port;
		struct port_group *group = find_group(groups, ngroups, port);
		if (*port->host_ip && port->host_port != number) {
			texts_add(arena, &others,
				arena_printf(arena, "%s:%lld->%lld/%s", host_text(arena, port->host_ip),
					(long long)port->host_port, (long long)number, port->protocol));
			continue;
		}
		if (group && number == group->last + 1) {
			group->last = number;
			continue;
		}
		if (group)
			texts_add(arena, &all, group_text(arena, group));
		else
			group = ARENA_PUSH(arena, groups, ngroups);
		*group = (struct port_group){ port->host_ip, port->protocol, number, number };
	}
	for (size_t i = 0; i < ngroups; i++)
		texts_add(arena, &all, group_text(arena, &groups[i]));
	for (size_t i = 0; i < others.count; i++)
		texts_add(arena, &all, others.items[i]);
	const char *text = texts_join(arena, &all, ", ");
	return text ? text : "";
}
