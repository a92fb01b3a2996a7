/* Volumes: data is never removed to make a wish come true. */
#include "graph/up/reconcile_work.h"
#include "base/text/secret.h"
#include "base/text/text.h"
#include "compose/print/hash.h"

#include <string.h>

/* A label's value for a message. */
static const char *label_shown(
	const struct work *work, const struct volume *volume, const char *key, const char *value)
{
	return secret_is_name(key, strlen(key))
		       ? SECRET_MASK
		       : arena_printf(work->arena, "\"%s\"",
				 secret_masked(work->arena, value, volume->project->variables));
}

/* What of the configuration differs, as far as the engine's list tells. */
static const char *difference(
	struct work *work, const struct volume *volume, const struct observed_volume *seen)
{
	const char *driver = volume->driver ? volume->driver : "local";
	if (seen->driver && strcmp(seen->driver, driver))
		return arena_printf(work->arena, "driver %s there, %s in the file", seen->driver, driver);
	for (size_t i = 0; i < volume->nlabels; i++) {
		const struct pair *label = &volume->labels[i];
		const char *have = map_get(&seen->labels, label->key),
			   *want = label->value ? label->value : "";
		if (!have || strcmp(have, want))
			return arena_printf(work->arena, "label %s is %s there, %s in the file", label->key,
				have ? label_shown(work, volume, label->key, have) : "missing",
				label_shown(work, volume, label->key, want));
	}
	return "its driver_opts or labels differ";
}

static void volume_check(struct work *work, struct vol *vol)
{
	const struct volume *volume = vol->volume;
	const struct observed_volume *seen = vol->seen;
	if (!seen->project || strcmp(seen->project, volume->project->name)) {
		plan_note(work->plan,
			"volume %s exists but was not created for project %s: it is used as it is "
			"(`external: true` says that this is meant)",
			volume->name, volume->project->name);
		return;
	}
	if (!seen->config_hash || !strcmp(seen->config_hash, hash_volume(work->arena, volume)))
		return;
	error_add(work->errors, ERROR_ENGINE, &volume->at,
		arena_printf(work->arena, "volumes.%s", volume->key),
		"volume \"%s\" exists with another configuration than the file's volume \"%s\": %s",
		volume->name, volume->key, difference(work, volume, seen));
	error_hint(work->errors,
		"nothing was changed: restore the old configuration in the file, or give the volume another "
		"`name`; to begin with an empty one, copy the data you need and run: docker flow down && docker volume rm %s",
		volume->name);
}

/* Takes in a volume that a service uses: it is there and checked, to be created, or an error. */
static void volume_use(struct work *work, const struct volume *volume)
{
	if (!volume || map_has(&work->vols, volume->name))
		return;
	struct vol *vol = ARENA_NEW(work->arena, struct vol);
	vol->volume = volume;
	vol->seen = observed_volume(work->seen, volume->name);
	map_set(&work->vols, volume->name, vol);
	bool made_once = volume->flow && volume->flow->create;
	if (vol->seen) {
		if (!volume->external)
			volume_check(work, vol);
	} else if (!volume->external || made_once) {
		vol->missing = made_once ? "not found: made once and kept" : "not found";
	} else {
		error_add(work->errors, ERROR_ENGINE, &volume->at,
			arena_printf(work->arena, "volumes.%s", volume->key),
			"external volume \"%s\" not found", volume->name);
		error_hint(work->errors,
			"create it: docker volume create %s (or let docker flow do it once: x-flow: {create: true})",
			volume->name);
	}
}

void volumes_decide(struct work *work)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		if (!task->vertex->selected || !task->scale)
			continue;
		for (size_t m = 0; m < task->service->nvolumes; m++)
			volume_use(work, service_volume(task->service, task->service->volumes[m]));
	}
	const struct project *project = work_whole_project(work);
	for (size_t i = 0; project && i < project->nvolumes; i++)
		volume_use(work, project->volumes[i]);
}

/* Whether what is uploaded may have to go below a read-only root or a tmpfs: where we make the container it
 * has an anonymous volume there. */
static bool needs_room(const struct work *work, const struct service *service)
{
	bool covered = service->read_only || service->ntmpfs, content, files;
	for (size_t i = 0; i < service->nvolumes; i++)
		covered |= text_is(service->volumes[i]->type, "tmpfs");
	reconcile_uploads(service, work->options->shared_files, &content, &files);
	return covered && (content || files);
}

const char *volumes_fault(const struct work *work, const struct task *task, const struct existing *existing)
{
	const struct observed_container *seen = existing->seen;
	for (size_t m = 0; m < task->service->nvolumes; m++) {
		const struct volume *volume = service_volume(task->service, task->service->volumes[m]);
		bool mounted = !volume;
		for (size_t i = 0; volume && i < seen->nmounts && !mounted; i++) {
			const struct observed_mount *mount = &seen->mounts[i];
			mounted = mount->name && !strcmp(mount->name, volume->name);
		}
		if (!mounted)
			return arena_printf(work->arena, "volume %s not mounted", volume->name);
	}
	if (seen->state == CONTAINER_CREATED && !seen->inputs && needs_room(work, task->service))
		return "never run, and made by another tool without room for its configs and secrets";
	return NULL;
}

/* Whether something that the container has written outlives it: anonymous volumes go on in its successor. */
static bool outlives(const struct work *work, const struct existing *existing)
{
	for (size_t i = 0; i < existing->seen->nmounts; i++) {
		const struct observed_mount *mount = &existing->seen->mounts[i];
		if (mount->writable && !observed_upload(existing->seen, mount) &&
			!(work->options->renew_anon_volumes && observed_anonymous(mount)))
			return true;
	}
	return false;
}

bool volumes_lost(const struct work *work, const struct task *task)
{
	size_t created = 0, replaced = 0;
	bool kept = false;
	for (size_t r = 0; r < task->nreplicas; r++) {
		const struct replica *replica = task->replicas[r];
		const struct existing *former = replica->old ? replica->old : replica->now;
		created += replica->action == ACTION_CREATE;
		if (replica->action != ACTION_RECREATE && replica->action != ACTION_FINISH)
			continue;
		replaced++;
		kept |= outlives(work, former);
	}
	/* One more beside others begins with what these have. */
	if (!replaced && (!created || created < task->nreplicas))
		return false;
	for (size_t m = 0; m < task->service->nvolumes; m++) {
		const struct volume *volume = service_volume(task->service, task->service->volumes[m]);
		const struct vol *vol = volume ? map_get(&work->vols, volume->name) : NULL;
		if (vol && vol->missing)
			return true;
		kept |= vol && !task->service->volumes[m]->read_only;
	}
	return !kept;
}

void volumes_emit(struct work *work)
{
	size_t at = 0;
	const struct map_entry *entry;
	while ((entry = map_next(&work->vols, &at))) {
		struct vol *vol = entry->value;
		if (!vol->missing)
			continue;
		vol->create = plan_add(work->plan, OP_VOLUME_CREATE, vol->volume->name, vol->missing);
		vol->create->volume.wanted = vol->volume;
	}
}

void volumes_need(struct work *work, const struct task *task, struct step *step)
{
	for (size_t m = 0; m < task->service->nvolumes; m++) {
		const struct volume *volume = service_volume(task->service, task->service->volumes[m]);
		const struct vol *vol = volume ? map_get(&work->vols, volume->name) : NULL;
		if (vol)
			plan_need(work->plan, step, vol->create, ON_SUCCESS);
	}
}
