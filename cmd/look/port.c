#include "base/text/text.h"
#include "cmd/line/commands.h"
#include "cmd/open/containers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct port_options {
	const char *protocol;
	struct opt_int index;
};

#define AT(member) offsetof(struct port_options, member)

static const struct opt rows[] = {
	{ OPT_INT, "index", 0, AT(index), "N",
		"Of container N of the service; without it the first that runs" },
	{ OPT_TEXT, "protocol", 0, AT(protocol), "NAME", "tcp, if nothing is said", .choices = "tcp|udp|sctp",
		.flags = OPT_OPEN, .value = VALUE_CHOICE },
	{ 0 },
};

static int read_port(struct ctx *ctx, const char *text, int64_t *ret_port)
{
	char *end;
	long port = strtol(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || port < 0 || port > 65535)
		return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"\"%s\" is no port: a number up to 65535 is, without /tcp (see --protocol)", text);
	*ret_port = port;
	return 0;
}

/* The container of that number, or the one with the lowest; those of `run` come last. NULL: none runs. */
static const struct observed_container *choose(const struct containers *list, const struct opt_int *number)
{
	const struct observed_container *best = NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct observed_container *each = list->items[i];
		if (number->set && number->value > 0 && each->number != number->value)
			continue;
		if (!best || each->oneoff < best->oneoff ||
			(each->oneoff == best->oneoff && each->number < best->number))
			best = each;
	}
	return best;
}

static int by_port(const void *a, const void *b)
{
	const struct observed_port *one = a, *other = b;
	if (one->container_port != other->container_port)
		return one->container_port < other->container_port ? -1 : 1;
	return strcmp(one->protocol, other->protocol);
}

/* The engine lists ports in an order that changes from call to call. */
static int not_published(
	struct ctx *ctx, const struct observed_container *container, int64_t port, const char *protocol)
{
	struct texts others = { 0 };
	struct observed_port *sorted = ARENA_ARRAY(ctx->arena, struct observed_port, container->nports + 1);
	for (size_t i = 0; i < container->nports; i++)
		sorted[i] = container->ports[i];
	qsort(sorted, container->nports, sizeof *sorted, by_port);
	for (size_t i = 0; i < container->nports; i++)
		texts_add_once(ctx->arena, &others,
			arena_printf(ctx->arena, "%lld/%s", (long long)sorted[i].container_port,
				sorted[i].protocol));
	const char *list = texts_join(ctx->arena, &others, ", ");
	return error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL, "no port %lld/%s for container %s: %s",
		(long long)port, protocol, container->name, list ? list : "it has none");
}

/* The first that is published counts: IPv4 before IPv6, as the engine lists them. */
static int port_run(struct ctx *ctx, const void *data)
{
	const struct port_options *options = data;
	const char *protocol = options->protocol ? options->protocol : "tcp";
	struct containers list;
	int64_t port = 0;
	if (read_port(ctx, ctx->args[1], &port) < 0 || containers_read(ctx, ctx->args, 1, false, &list) < 0)
		return -1;
	const struct observed_container *container = choose(&list, &options->index);
	if (!container && options->index.set)
		return error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL,
			"service \"%s\" is not running container #%lld", ctx->args[0],
			(long long)options->index.value);
	if (!container)
		return error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL, "service \"%s\" is not running",
			ctx->args[0]);
	for (size_t i = 0; i < container->nports; i++) {
		const struct observed_port *each = &container->ports[i];
		if (each->container_port != port || strcasecmp(each->protocol, protocol) != 0 ||
			!each->host_port)
			continue;
		fprintf(ctx->output.stream, strchr(each->host_ip, ':') ? "[%s]:%lld\n" : "%s:%lld\n",
			each->host_ip, (long long)each->host_port);
		return 0;
	}
	return not_published(ctx, container, port, protocol);
}

const struct cmd cmd_port = {
	.name = "port",
	.args = "SERVICE PORT",
	.brief = "Print where a container's port is published",
	.text = "The address and the port of the host, as 0.0.0.0:32768. A port that is not published is an error.",
	.examples = (const struct cmd_example[]){ { "port web 80", "where web's port 80 can be reached" },
		{ "port --protocol udp --index 2 dns 53", "that of dns's second container" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct port_options),
	.min_args = 2,
	.most = 2,
	.arg = VALUE_SERVICE,
	.run = port_run,
};
