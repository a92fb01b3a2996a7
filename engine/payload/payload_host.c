#include "base/home.h"
#include "base/text/text.h"
#include "compose/tree/file.h"
#include "compose/tree/path.h"
#include "engine/payload/payload_put.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* As docker compose computes it, in single precision: 0.13 is 129999992. */
static int64_t nano_cpus(double cpus)
{
	return (int64_t)((float)cpus * 1e9f);
}

static void put_blkio_list(
	cJSON *host, const char *key, const char *member, const struct blkio_device *devices, size_t count)
{
	if (count == 0)
		return;
	cJSON *list = cJSON_AddArrayToObject(host, key);
	for (size_t i = 0; i < count; i++) {
		cJSON *json = cJSON_CreateObject();
		put_text(json, "Path", devices[i].path);
		put_int(json, member, devices[i].value);
		cJSON_AddItemToArray(list, json);
	}
}

static void put_blkio(cJSON *host, const struct blkio *io)
{
	if (!io)
		return;
	if (io->weight.set)
		put_int(host, "BlkioWeight", io->weight.value);
	put_blkio_list(host, "BlkioWeightDevice", "Weight", io->weight_device, io->nweight_device);
	put_blkio_list(host, "BlkioDeviceReadBps", "Rate", io->device_read_bps, io->ndevice_read_bps);
	put_blkio_list(host, "BlkioDeviceReadIOps", "Rate", io->device_read_iops, io->ndevice_read_iops);
	put_blkio_list(host, "BlkioDeviceWriteBps", "Rate", io->device_write_bps, io->ndevice_write_bps);
	put_blkio_list(host, "BlkioDeviceWriteIOps", "Rate", io->device_write_iops, io->ndevice_write_iops);
}

/* Appends {Driver, Count, DeviceIDs, Capabilities, Options} to DeviceRequests; `also` is one more capability
 * or NULL. Neither a count nor ids means all devices. */
static void put_request(cJSON *host, const struct device_request *request, const char *also)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(host, "DeviceRequests");
	if (!list)
		list = cJSON_AddArrayToObject(host, "DeviceRequests");
	cJSON *json = cJSON_CreateObject();
	put_text(json, "Driver", request->driver ? request->driver : "");
	if (request->count.set || request->ndevice_ids == 0)
		put_int(json, "Count", request->count.set ? request->count.value : -1);
	if (request->ndevice_ids)
		put_list(json, "DeviceIDs", request->device_ids, request->ndevice_ids);
	cJSON *set = cJSON_CreateArray();
	for (size_t i = 0; i < request->ncapabilities; i++)
		cJSON_AddItemToArray(set, cJSON_CreateString(request->capabilities[i]));
	if (also)
		cJSON_AddItemToArray(set, cJSON_CreateString(also));
	if (cJSON_GetArraySize(set))
		cJSON_AddItemToArray(cJSON_AddArrayToObject(json, "Capabilities"), set);
	else
		cJSON_Delete(set);
	put_pairs(json, "Options", request->options, request->noptions);
	cJSON_AddItemToArray(list, json);
}

/* vendor/class=name, the form of the Container Device Interface. */
static bool is_cdi(const struct device *device)
{
	const char *slash = strchr(device->source, '/'), *equal = slash ? strchr(slash, '=') : NULL;
	return device->target && strcmp(device->source, device->target) == 0 && slash &&
	       slash != device->source && equal && equal > slash + 1 && equal[1] && !strchr(slash + 1, '/');
}

/* Paths are Devices. Names of CDI are one device request together, each entry of `gpus` is one. */
static void put_devices(struct body *body)
{
	const struct service *service = body->service;
	struct device_request cdi = { .driver = "cdi", .count = { .set = false } };
	cJSON *list = NULL;
	for (size_t i = 0; i < service->ndevices; i++) {
		const struct device *device = &service->devices[i];
		if (is_cdi(device)) {
			*ARENA_PUSH(body->arena, cdi.device_ids, cdi.ndevice_ids) = device->source;
			continue;
		}
		if (!list)
			list = cJSON_AddArrayToObject(body->host, "Devices");
		cJSON *json = cJSON_CreateObject();
		put_text(json, "PathOnHost", device->source);
		put_text(json, "PathInContainer", device->target ? device->target : device->source);
		put_text(json, "CgroupPermissions", device->permissions ? device->permissions : "rwm");
		cJSON_AddItemToArray(list, json);
	}
	if (cdi.ndevice_ids)
		put_request(body->host, &cdi, NULL);
	for (size_t i = 0; i < service->ngpus; i++)
		put_request(body->host, &service->gpus[i], "gpu");
}

/* Limits of `deploy` come after the service's own keys of the same meaning, and win. */
static void put_resources(struct body *body)
{
	const struct service *service = body->service;
	const struct deploy *deploy = service->deploy;
	const struct resources *limits = deploy ? deploy->limits : NULL;
	const struct resources *reserved = deploy ? deploy->reservations : NULL;
	cJSON *host = body->host;
	if (service->cpus.set)
		put_int(host, "NanoCpus", nano_cpus(service->cpus.value));
	if (service->cpu_percent.set)
		put_int(host, "CpuPercent", (int64_t)(service->cpu_percent.value * 100));
	put_blkio(host, service->blkio_config);
	if (limits && limits->memory.set && limits->memory.value)
		put_int(host, "Memory", limits->memory.value);
	if (limits && limits->cpus.set && limits->cpus.value != 0)
		put_int(host, "NanoCpus", nano_cpus(limits->cpus.value));
	if (limits && limits->pids.set && limits->pids.value > 0)
		put_int(host, "PidsLimit", limits->pids.value);
	if (reserved && reserved->memory.set && reserved->memory.value)
		put_int(host, "MemoryReservation", reserved->memory.value);
	for (size_t i = 0; reserved && i < reserved->ndevices; i++)
		put_request(host, &reserved->devices[i], NULL);
	put_devices(body);
	for (size_t i = 0; i < service->nulimits; i++) {
		const struct ulimit *ulimit = service->ulimits[i];
		cJSON *list = cJSON_GetObjectItemCaseSensitive(host, "Ulimits");
		if (!list)
			list = cJSON_AddArrayToObject(host, "Ulimits");
		cJSON *json = cJSON_CreateObject();
		put_text(json, "Name", ulimit->key);
		put_int(json, "Soft", ulimit->soft);
		put_int(json, "Hard", ulimit->single ? ulimit->soft : ulimit->hard);
		cJSON_AddItemToArray(list, json);
	}
}

/* `restart`, unless deploy.restart_policy says otherwise. One-off containers have none. */
static void put_restart(struct body *body)
{
	const struct service *service = body->service;
	const struct restart_policy *policy = service->deploy ? service->deploy->restart_policy : NULL;
	if (body->step->create.oneoff || (!policy && !service->restart))
		return;
	cJSON *json = cJSON_AddObjectToObject(body->host, "RestartPolicy");
	if (policy) {
		const char *name = policy->condition ? policy->condition : "";
		name = strcmp(name, "none") == 0 ? "no" : strcmp(name, "any") == 0 ? "always" : name;
		put_text(json, "Name", name);
		if (policy->max_attempts.set)
			put_int(json, "MaximumRetryCount", policy->max_attempts.value);
		return;
	}
	const char *colon = strchr(service->restart, ':');
	put_text(json, "Name",
		colon ? arena_strndup(body->arena, service->restart, (size_t)(colon - service->restart))
		      : service->restart);
	if (colon)
		put_int(json, "MaximumRetryCount", strtoll(colon + 1, NULL, 10));
}

/* seccomp=FILE: the engine wants the profile's text in place of the name. */
static int put_seccomp(struct body *body, const char *name)
{
	const struct service *service = body->service;
	const struct project *project = service->project;
	const char *home = project->env ? home_directory(body->arena, project->env) : NULL, *text;
	const char *path = path_resolve(body->arena, project->dir ? project->dir : "/", home, name);
	struct file file = { .path = path,
		.shown = path,
		.most = (size_t)1 << 20,
		.at = &service->at,
		.key = arena_printf(body->arena, "services.%s.security_opt", service->key) };
	size_t len;
	if (file_read(body->arena, &file, NULL, &text, &len, body->errors) != 0)
		return -1;
	cJSON *json = cJSON_ParseWithLength(text, len);
	if (!json)
		return body_fail(body, "security_opt", "seccomp profile %s is not JSON", path);
	char *profile = cJSON_PrintUnformatted(json);
	put_append(body->host, "SecurityOpt", arena_printf(body->arena, "seccomp=%s", profile));
	cJSON_free(profile);
	cJSON_Delete(json);
	return 0;
}

static int put_security(struct body *body)
{
	const struct service *service = body->service;
	int failed = 0;
	for (size_t i = 0; i < service->nsecurity_opt; i++) {
		const char *opt = service->security_opt[i];
		const char *value = strpbrk(opt, "=:");
		if (strcmp(opt, "systempaths=unconfined") == 0) {
			put_list(body->host, "MaskedPaths", (const char *const[]){ NULL }, 0);
			put_list(body->host, "ReadonlyPaths", (const char *const[]){ NULL }, 0);
		} else if (!value && strcmp(opt, "no-new-privileges") != 0) {
			failed |= body_fail(body, "security_opt", "invalid security-opt: \"%s\"", opt);
		} else if (value && strncmp(opt, "seccomp", 7) == 0 && value == opt + 7 &&
			   strcmp(value + 1, "unconfined") != 0 && strcmp(value + 1, "builtin") != 0) {
			failed |= put_seccomp(body, value + 1);
		} else {
			put_append(body->host, "SecurityOpt", opt);
		}
	}
	return failed;
}

/* pid and ipc: another service's container by id, everything else as it is. */
static int put_namespace(
	struct body *body, const char *attribute, const char *key, const char *words, const char *mode)
{
	const char *owner = text_after(mode, "service:");
	if (!owner) {
		put_text(body->host, key, mode);
		return 0;
	}
	const char *id = body->context->container_of(body->context->arg, owner);
	if (!id)
		return body_fail(body, attribute,
			"cannot share %s namespace with service %s: container missing", words, owner);
	put_text(body->host, key, arena_printf(body->arena, "container:%s", id));
	return 0;
}

/* volumes_from: X[:ro] is a service, container:NAME[:ro] any container. */
static int put_volumes_from(struct body *body)
{
	const struct service *service = body->service;
	const struct step_create *create = &body->step->create;
	int failed = 0;
	if (create->volumes_of)
		put_append(body->host, "VolumesFrom", create->volumes_of->id);
	else if (create->volumes_from && create->volumes_from->result_id)
		put_append(body->host, "VolumesFrom", create->volumes_from->result_id);
	for (size_t i = 0; i < service->nvolumes_from; i++) {
		const char *from = service->volumes_from[i];
		const char *name = text_after(from, "container:");
		if (name) {
			put_append(body->host, "VolumesFrom", name);
			continue;
		}
		const char *colon = strchr(from, ':');
		const char *key = colon ? arena_strndup(body->arena, from, (size_t)(colon - from)) : from;
		const char *id = body->context->container_of(body->context->arg, key);
		if (id)
			put_append(body->host, "VolumesFrom",
				arena_printf(body->arena, "%s%s", id, colon ? colon : ""));
		else
			failed |= body_fail(body, "volumes_from",
				"cannot share volume with service %s: container missing", key);
	}
	return failed;
}

static void put_lists(struct body *body)
{
	const struct service *service = body->service;
	for (size_t i = 0; i < service->nextra_hosts; i++)
		put_append(body->host, "ExtraHosts",
			arena_printf(body->arena, "%s:%s", service->extra_hosts[i].key,
				service->extra_hosts[i].value ? service->extra_hosts[i].value : ""));
	if (service->logging) {
		cJSON *json = cJSON_AddObjectToObject(body->host, "LogConfig");
		put_text(json, "Type", service->logging->driver ? service->logging->driver : "");
		put_pairs(json, "Config", service->logging->options, service->logging->noptions);
	}
}

int payload_host(struct body *body)
{
	const struct service *service = body->service;
	put_resources(body);
	put_restart(body);
	put_lists(body);
	int failed = put_security(body);
	failed |= put_namespace(body, "pid", "PidMode", "PID", service->pid);
	failed |= put_namespace(body, "ipc", "IpcMode", "IPC", service->ipc);
	failed |= put_volumes_from(body);
	return failed;
}
