#include "engine/connect/endpoint.h"
#include "engine/run/op_row.h"
#include "engine/stream/last_words.h"
#include "graph/plan/taken_back.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What to do about the engine's frequent refusals, by words they contain; and the attribute of the service
 * that they are about: the first of `keys` that its file has. */
static const struct refusal {
	const char *words, *hint, *keys[2];
} refusals[] = {
	{ "No such image", "pull or build it: docker flow pull, docker flow build" },
	{ "pull access denied", "log in to its registry: docker login" },
	{ "is already in use by container",
		"another project has a container of that name: remove it (docker rm -f NAME), or give this one another container_name" },
	{ "no space left on device",
		"free some space: docker system df shows what takes it, docker system prune frees it" },
	{ "address pools have been fully subnetted",
		"the engine has no address range left for one more network: remove unused ones (docker network prune)" },
	{ "non-overlapping", "the engine has no address range left for one more network: remove unused ones "
			     "(docker network prune)" },
	{ "Pool overlaps",
		"another network has this subnet: docker network ls, docker network inspect; choose another subnet" },
	{ "ange of CPUs is from", "the engine's machine has no more processors", { "cpus" } },
	{ "Requested CPUs are not available", "the engine's machine has no more processors: docker info",
		{ "cpuset" } },
	{ "gathering device information", "there is no such device on the engine's machine", { "devices" } },
	{ "open /proc/sys/", "the kernel of the engine's machine has no such setting, or not for containers",
		{ "sysctls" } },
	{ "is not a shared",
		"leave `propagation` out, or share the mount on the engine's machine: mount --make-rshared",
		{ "volumes" } },
	{ "invalid isolation", "it is for Windows: leave it out", { "isolation" } },
	{ "--storage-opt is supported only",
		"leave it out: the engine keeps containers where it has no effect", { "storage_opt" } },
	{ "executable file not found", "the image has no such program: check command and entrypoint",
		{ "entrypoint", "command" } },
	{ "no such file or directory: unknown",
		"the image has no such program: check command, entrypoint and working_dir",
		{ "entrypoint", "command" } },
	{ "unable to find user", "the image's /etc/passwd has no such user: a number always works",
		{ "user" } },
	{ "unable to find group", "the image's /etc/group has no such group: a number always works",
		{ "group_add", "user" } },
	{ "no matching entries in passwd file",
		"the image's /etc/passwd has no such user: a number always works", { "user" } },
	{ "no matching entries in group file",
		"the image's /etc/group has no such group: a number always works", { "group_add", "user" } },
	{ "nknown runtime specified", "the engine has no such runtime: docker info lists those it has",
		{ "runtime" } },
	{ "unknown or invalid runtime name", "the engine has no such runtime: docker info lists those it has",
		{ "runtime" } },
	{ "permission denied",
		"the program or file is not executable or not readable for the container's user" },
	{ "bind source path does not exist",
		"there is no such path on the engine's machine: create it there; configs and secrets are sent with `x-flow: {files: upload}`",
		{ "volumes" } },
	{ "read-only", "let it write below a volume or a tmpfs" },
	{ "could not select device driver",
		"the engine has no driver for these devices (gpus need the vendor's container toolkit)",
		{ "gpus" } },
	{ "is ambiguous",
		"the engine has several networks of this name (docker network ls): remove those that "
		"are not needed by their id" },
	{ "has active endpoints",
		"a container that is on this network keeps it: docker network inspect NAME" },
	{ "Address already in use", "another container has this address: see docker network inspect" },
	{ "address already in use", "another program of the engine's host uses this port" },
	{ "volume is in use",
		"containers of other projects use this volume: docker ps -a --filter volume=NAME" },
	{ "cannot join network of a non running container",
		"the container whose network is shared has ended: see its logs" },
	{ "plugin", "the engine lacks this plugin: docker plugin ls" },
	{ "exec: \"", "the image has no such program, or not for this machine: check command and entrypoint",
		{ "entrypoint", "command" } },
	{ "OCI runtime", "see the engine's words above; docker inspect shows the container as it was made" },
};

static const struct refusal *refusal_of(const char *message)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (strstr(message, refusals[i].words))
			return &refusals[i];
	return NULL;
}

/* The number that ends before `end` and has a colon before it, or 0. */
static int64_t port_before(const char *message, const char *end)
{
	const char *start = end;
	while (start > message && isdigit((unsigned char)start[-1]))
		start--;
	return start > message && start[-1] == ':' && start < end ? strtoll(start, NULL, 10) : 0;
}

/* The host port that a refusal speaks of, or 0: "Bind for 0.0.0.0:8080 failed: port is already allocated",
 * "listen tcp4 0.0.0.0:8080: bind: address already in use", "failed to bind host port for
 * 0.0.0.0:8080:10.0.0.2:80/tcp: address already in use". */
static int64_t taken_port(const char *message)
{
	const char *end = strstr(message, " failed: port is already allocated");
	if (!end)
		end = strstr(message, ": bind: address already in use");
	if (end)
		return port_before(message, end);
	const char *words = "failed to bind host port for ", *at = strstr(message, words);
	if (!at || !strstr(at, "already in use"))
		return 0;
	at += strlen(words);
	at += *at == '[' ? strcspn(at, "]") : strcspn(at, ":");
	at += strcspn(at, ":");
	return *at == ':' ? strtoll(at + 1, NULL, 10) : 0;
}

bool op_definite(const char *message)
{
	return refusal_of(message) || taken_port(message);
}

/* The container of the snapshot that publishes a port, other than the step's own. */
static const struct observed_container *publisher(const struct observed *seen, int64_t port, const char *own)
{
	for (size_t i = 0; seen && i < seen->ncontainers; i++) {
		const struct observed_container *c = seen->containers[i];
		if (own && strcmp(c->id, own) == 0)
			continue;
		for (size_t p = 0; p < c->nports; p++)
			if (c->ports[p].host_port == port)
				return c;
	}
	return NULL;
}

static void explain_add(struct op_call *call, const struct mark *at, const char *where, const char *message)
{
	if (step_tolerated(call->step))
		error_warn(call->errors, at, where, "%s", message);
	else
		error_add(call->errors, ERROR_ENGINE, at, where, "%s", message);
}

/* Place of the service's port that publishes `port` (ranges included). */
static const struct port *port_of(const struct service *service, int64_t port, size_t *ret_index)
{
	for (size_t i = 0; service && i < service->nports; i++) {
		const char *text = service->ports[i]->published;
		char *dash = NULL;
		int64_t from = text ? strtoll(text, &dash, 10) : 0;
		int64_t to = dash && *dash == '-' ? strtoll(dash + 1, NULL, 10) : from;
		if (from && port >= from && port <= to) {
			*ret_index = i;
			return service->ports[i];
		}
	}
	return NULL;
}

bool op_blame(struct op_call *call, const struct request *request, const struct observed *seen)
{
	if (call->phase == OP_BLAME)
		return false;
	if (users_due(call, request)) {
		call->phase = OP_BLAME;
		return true;
	}
	const char *message = http_message(call->arena, request);
	call->port = taken_port(message);
	call->holder = call->port ? publisher(seen, call->port, call->container) : NULL;
	if (!call->port || call->holder || !strstr(message, "already allocated"))
		return false;
	call->refusal = message;
	call->phase = OP_BLAME;
	return true;
}

/* A port that is taken: by which container, or by something outside of the engine. */
static void explain_port(struct op_call *call, int64_t taken, const char *message)
{
	const struct step *step = call->step;
	size_t index = 0;
	const struct port *port = port_of(step->service, taken, &index);
	const char *where = port ? arena_printf(call->arena, "services.%s.%s", step->service->key,
					   service_port_path(call->arena, step->service, index))
				 : NULL;
	const struct mark *at = port ? &port->at : step->service ? &step->service->at : NULL;
	explain_add(call, at, where,
		arena_printf(call->arena, "cannot %s container %s: port %" PRId64 " is already in use",
			op_traits[step->op].verb, step_shown_name(step), taken));
	const struct observed_container *other = call->holder;
	if (other && other->service && other->project)
		error_hint(call->errors, "container %s (service %s of project %s) publishes it", other->name,
			other->service, other->project);
	else if (other)
		error_hint(call->errors, "container %s publishes it", other->name);
	else if (strstr(message, "already allocated"))
		error_hint(call->errors,
			"another container publishes it: docker ps --filter publish=%" PRId64, taken);
	else
		error_hint(call->errors,
			"another program of the engine's host listens there: ss -ltnp 'sport = :%" PRId64 "'",
			taken);
	error_detail(call->errors, message);
}

/* The engine's words without the layers they came through: what is left names the reason. */
static const char *reason_in(struct arena *arena, const char *message)
{
	static const char *const layers[] = { "failed to create task for container: ",
		"failed to create shim task: ", "OCI runtime create failed: ", "runc create failed: ",
		"unable to start container process: ", "starting container process caused: ",
		"error during container init: ", "failed to set up container networking: ",
		"invalid mount config for type \"bind\": " };
	bool again = true;
	while (again) {
		again = false;
		for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
			size_t len = strlen(layers[i]);
			if (strncmp(message, layers[i], len) == 0) {
				message += len;
				again = true;
			}
		}
		/* "container_linux.go:367: " */
		size_t file = strspn(message, "abcdefghijklmnopqrstuvwxyz_");
		if (strncmp(message + file, ".go:", 4) == 0 && strchr(message + file, ' ')) {
			message = strchr(message + file, ' ') + 1;
			again = true;
		}
	}
	size_t len = strlen(message);
	if (len > 9 && strcmp(message + len - 9, ": unknown") == 0)
		return arena_strndup(arena, message, len - 9);
	return message;
}

const char *op_message(const struct op_call *call, const struct request *request)
{
	if (call->refusal)
		return call->refusal;
	if (request->fault == HTTP_OK && request->status >= 200 && request->status < 300)
		return arena_printf(call->arena, "the engine's answer (status %d) lacks what was asked for",
			request->status);
	return http_message(call->arena, request);
}

/* Whether the engine's words say that what was seen is gone or going, runs again, or has got a double. */
static bool is_stale(const struct request *request, const char *message)
{
	static const struct {
		int status; /* 0: any */
		const char *words, *also;
	} rows[] = { { 0, "is ambiguous", "" }, { 404, "No such container", "" },
		{ 404, "network ", " not found" }, { 409, "is marked for removal", "" },
		{ 409, "cannot remove container", "container is running" },
		{ 409, "cannot remove a running container", "" }, /* engine 20.10 */
		{ 409, "removal of container", "is already in progress" } };
	for (size_t i = 0; request->fault == HTTP_OK && i < sizeof rows / sizeof *rows; i++)
		if ((!rows[i].status || rows[i].status == request->status) &&
			strstr(message, rows[i].words) && strstr(message, rows[i].also))
			return true;
	return false;
}

/* What of the file a step's failure is about. */
static const struct mark *place_of(
	const struct op_call *call, const struct refusal *refusal, const char **ret_where)
{
	const struct step *step = call->step;
	const struct service *service = step->service;
	for (size_t i = 0; service && refusal && i < 2 && refusal->keys[i]; i++) {
		const struct node *value = node_get(service->node, refusal->keys[i]);
		if (value && value->kind != NODE_NULL) {
			*ret_where =
				arena_printf(call->arena, "services.%s.%s", service->key, refusal->keys[i]);
			return &value->at;
		}
	}
	if (service) {
		*ret_where = arena_printf(call->arena, "services.%s", service->key);
		return &service->at;
	}
	if (step->network.wanted) {
		*ret_where = arena_printf(call->arena, "networks.%s", step->network.wanted->key);
		return &step->network.wanted->at;
	}
	if (step->volume.wanted) {
		*ret_where = arena_printf(call->arena, "volumes.%s", step->volume.wanted->key);
		return &step->volume.wanted->at;
	}
	*ret_where = NULL;
	return NULL;
}

/* A command before the stop has failed. */
static void explain_before_stop(struct op_call *call, const char *reason)
{
	const struct service *service = call->step->service;
	const struct node *hooks = node_get(service->node, "pre_stop");
	explain_add(call, hooks ? &hooks->at : &service->at,
		arena_printf(call->arena, "services.%s.pre_stop", service->key),
		arena_printf(call->arena, "container %s: %s", step_shown_name(call->step), reason));
	if (call->output)
		error_detail(call->errors, call->output);
	error_hint(call->errors,
		"the container is stopped all the same; mend the command, which runs before each stop");
}

/* A command that follows the start has failed: what that does to the container, and what helps. */
static void explain_hook(struct op_call *call, const char *reason)
{
	const struct step *step = call->step;
	const struct service *service = step->service;
	const struct node *hooks = node_get(service->node, "post_start");
	const char *words = taken_back_words(taken_back(step, call->container));
	explain_add(call, hooks ? &hooks->at : &service->at,
		arena_printf(call->arena, "services.%s.post_start", service->key),
		arena_printf(call->arena, "container %s: %s%s%s", step_shown_name(step), reason,
			words ? ": " : "", words ? words : ""));
	if (call->output)
		error_detail(call->errors, call->output);
	bool once = step->target && step->target->create.oneoff;
	if (words)
		error_hint(call->errors, "%s", last_words_gone_hint(call->arena, service->key));
	else if (!once)
		error_hint(call->errors,
			"the next `up` starts it again, and its hooks; while it runs `docker flow exec %s sh` looks around in it",
			service->key);
}

void op_explain(struct op_call *call, const struct request *request)
{
	struct step *step = call->step;
	const char *message = op_message(call, request);
	const char *reason = reason_in(call->arena, message);
	int64_t taken = taken_port(message);
	step->failure = reason;
	step->conflict |= call->use == OP_USE_ASKED || call->use == OP_USE_OWN || is_stale(request, message);
	if (taken) {
		step->failure = arena_printf(call->arena, "port %" PRId64 " is already in use", taken);
		explain_port(call, taken, message);
		return;
	}
	call->common = request->fault != HTTP_OK || request->status >= 500;
	if (step->exec.hook && request->fault == HTTP_OK) {
		(step->exec.before_stop ? explain_before_stop : explain_hook)(call, reason);
		return;
	}
	const struct refusal *refusal = refusal_of(message);
	const char *where = NULL;
	const struct mark *at = place_of(call, refusal, &where);
	const struct op_row *row = op_row(step->op);
	const char *about = row->about ? row->about(call) : NULL;
	if (!about)
		about = arena_printf(call->arena, "%s %s", op_traits[step->op].object, step_shown_name(step));
	explain_add(call, at, where,
		arena_printf(call->arena, "cannot %s %s: %s", op_traits[step->op].verb, about, reason));
	if (call->output)
		error_detail(call->errors, call->output);
	const char *hint = refusal ? refusal->hint : NULL;
	if (request->fault == HTTP_CUT || request->fault == HTTP_NO_CONNECT) {
		endpoint_ssh_tell(call->engine->ssh, call->errors);
		hint = "has the engine ended or been restarted (docker version)? Once it answers, the same "
		       "command goes on from here";
	}
	if (call->use > OP_USE_ASKED)
		error_hint(call->errors, "%s", users_text(call));
	else if (hint)
		error_hint(call->errors, "%s", hint);
}
