/* Services that cannot have the containers that are asked for: refused before anything is changed. */
#include "compose/tree/path.h"
#include "compose/tree/value.h"
#include "graph/plan/hooks.h"
#include "graph/up/inputs.h"
#include "graph/up/reconcile_work.h"

#include <string.h>

/* What the file asks for and docker flow cannot do is refused, not left out. */
static void refuse_unknown(struct work *work, const struct service *service)
{
	const struct {
		bool asked;
		const char *key, *what;
	} refused[] = { { service->nmodels > 0, "models", "language models" } };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (!refused[i].asked)
			continue;
		const struct member *member = node_member(service->node, refused[i].key);
		error_add(work->errors, ERROR_FILE, member ? &member->at : &service->at,
			arena_printf(work->arena, "services.%s.%s", service->key, refused[i].key),
			"docker flow does not run %s", refused[i].what);
		error_hint(work->errors, "remove the key, or start this service with docker compose");
	}
}

/* (docker compose 5 refuses it as well) */
static void refuse_hooks(struct work *work, const struct service *service)
{
	for (size_t i = 0; i < service->npre_start; i++) {
		if (!service->pre_start[i]->per_replica)
			continue;
		error_add(work->errors, ERROR_FILE, &hook_service(work->arena, service, i)->at,
			arena_printf(work->arena, "services.%s.pre_start[%zu].per_replica", service->key, i),
			"hooks run once for all containers of the service");
		error_hint(work->errors,
			"remove per_replica, or make it the beginning of what the service runs itself");
	}
}

/* How many containers can publish the port at the same time, each one port of the range; INT64_MAX when the
 * engine chooses. */
static int64_t port_room(struct arena *arena, const struct port *port)
{
	unsigned first, last;
	const char *text = port->published;
	if (!text || !*text || value_port_range(arena, text, strlen(text), &first, &last) || !first)
		return INT64_MAX;
	return (int64_t)last - first + 1;
}

/* Where the key stands, else the service. */
static const struct mark *place_of(const struct task *task, const struct node *node, const char *key)
{
	const struct member *member = node_member(node, key);
	return member ? &member->value->at : &task->service->at;
}

/* `what` so many can have, and `path` says so. */
static void refuse_scale(
	struct work *work, const struct task *task, const struct mark *at, const char *path, const char *what)
{
	error_add(work->errors, ERROR_FILE, at,
		arena_printf(work->arena, "services.%s.%s", task->service->key, path),
		"%s, but the scale is %lld", what, (long long)task->scale);
}

static void refuse_scaled_ports(struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	for (size_t i = 0; i < service->nports && value_mode_publishes(service->network_mode); i++) {
		const struct port *port = service->ports[i];
		int64_t room = port_room(work->arena, port);
		if (task->scale <= room)
			continue;
		refuse_scale(work, task, &port->at, service_port_path(work->arena, service, i),
			room == 1 ? arena_printf(
					    work->arena, "one container can publish port %s", port->published)
				  : arena_printf(work->arena, "%lld containers can publish ports %s",
					    (long long)room, port->published));
		error_hint(work->errors,
			"leave the port of the host to the engine, publish a range that is large enough, or scale "
			"to %lld",
			(long long)room);
	}
}

static void refuse_scaled_addresses(struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct attachment *to = service->networks[i];
		const char *key = to->ipv4_address ? "ipv4_address" : "ipv6_address";
		const char *address = to->ipv4_address ? to->ipv4_address : to->ipv6_address;
		if (!address)
			continue;
		refuse_scale(work, task, place_of(task, to->node, key),
			arena_printf(work->arena, "networks.%s.%s", to->key, key),
			arena_printf(work->arena, "one container can have address %s", address));
		error_hint(work->errors, "leave the address to the engine, or scale to 1");
	}
}

/* What only one container can have, and several are to be made. */
static void refuse_scaled(struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	if (task->scale < 2)
		return;
	if (service->container_name) {
		refuse_scale(work, task, place_of(task, service->node, "container_name"), "container_name",
			arena_printf(
				work->arena, "one container can be named \"%s\"", service->container_name));
		error_hint(work->errors, "remove container_name, or scale to 1");
	}
	refuse_scaled_ports(work, task);
	refuse_scaled_addresses(work, task);
}

bool task_refuse(struct work *work, const struct task *task)
{
	size_t before = work->errors->count;
	if (task->scale) {
		refuse_unknown(work, task->service);
		refuse_hooks(work, task->service);
	}
	refuse_scaled(work, task);
	return work->errors->count > before;
}

/* Whether a container of the service is to be made. */
static bool makes(const struct task *task)
{
	for (size_t r = 0; r < task->nreplicas; r++)
		if (task->replicas[r]->action == ACTION_CREATE ||
			task->replicas[r]->action == ACTION_RECREATE)
			return true;
	return false;
}

static bool binds_always(const struct service *service)
{
	return service->flow && service->flow->files && !strcmp(service->flow->files, "bind");
}

/* What is missing of a secret or config. */
static const char *absent_words(struct arena *arena, const struct file_source *source)
{
	if (source->file)
		return arena_printf(arena, "file %s does not exist", source->file);
	if (source->environment)
		return arena_printf(arena, "variable %s is not set", source->environment);
	return "it has neither a file nor a content, and names no variable";
}

/* A file that is not there is told now, not when half of the containers are made. An engine elsewhere that is
 * to bind it may have it. */
static void refuse_absent(struct work *work, const struct task *task, bool secret)
{
	const struct service *service = task->service;
	const struct project *project = service->project;
	struct file_source *const *sources = secret ? project->secrets : project->configs;
	size_t nrefs = secret ? service->nsecrets : service->nconfigs;
	size_t nsources = secret ? project->nsecrets : project->nconfigs;
	bool fatal = makes(task) && (work->options->shared_files || !binds_always(service));
	const char *path =
		arena_printf(work->arena, "services.%s.%s", service->key, secret ? "secrets" : "configs");
	for (size_t i = 0; i < nrefs; i++) {
		const struct file_ref *ref = secret ? service->secrets[i] : service->configs[i];
		if (!inputs_absent(work->arena, task->inputs, inputs_target(work->arena, ref, secret)))
			continue;
		for (size_t s = 0; s < nsources; s++) {
			if (strcmp(sources[s]->key, ref->source) != 0)
				continue;
			const char *what = absent_words(work->arena, sources[s]);
			if (!fatal) {
				error_warn(work->errors, &ref->at, path, "%s", what);
				continue;
			}
			error_add(work->errors, ERROR_FILE, &ref->at, path, "%s", what);
			error_hint(work->errors, "provide it, or correct the %s \"%s\"; nothing was changed",
				secret ? "secret" : "config", ref->source);
		}
	}
}

/* An engine elsewhere looks for a bind's source on its own machine, and makes an empty directory of it. What
 * is named beside the compose file was meant to be found here. */
static void warn_of_elsewhere(struct work *work, const struct task *task)
{
	const struct service *service = task->service;
	const char *dir = service->project->dir;
	if (work->options->shared_files || binds_always(service) || !makes(task))
		return;
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		if (strcmp(mount->type, "bind") || !mount->source ||
			(strcmp(mount->source, dir) && path_shown(dir, mount->source) == mount->source))
			continue;
		error_warn(work->errors, &mount->at,
			arena_printf(work->arena, "services.%s.volumes", service->key),
			"the engine does not see this machine's files: it looks for %s on its own",
			mount->source);
		error_hint(work->errors,
			"send a file as one of `configs`, a directory within the image; `x-flow: "
			"{files: bind}` says that the engine does see them");
	}
}

void files_refuse(struct work *work, const struct task *task)
{
	refuse_absent(work, task, true);
	refuse_absent(work, task, false);
	warn_of_elsewhere(work, task);
}
