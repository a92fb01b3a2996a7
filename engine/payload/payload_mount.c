#include "base/text/text.h"
#include "base/text/texts.h"
#include "engine/payload/payload_put.h"
#include "engine/payload/service_files.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <unistd.h>

/* What is mounted at one target: a Binds string or a Mounts object. */
struct mount_place {
	const char *target, *bind;
	cJSON *mount;
};

struct mount_places {
	struct mount_place *items;
	size_t count;
};

static struct mount_place *place_at(struct mount_places *places, const char *target)
{
	for (size_t i = 0; i < places->count; i++)
		if (strcmp(places->items[i].target, target) == 0)
			return &places->items[i];
	return NULL;
}

/* One entry per target; a later one takes the place of an earlier one. */
static void set_place(struct body *body, struct mount_places *places, struct mount_place place)
{
	struct mount_place *old = place_at(places, place.target);
	if (old)
		cJSON_Delete(old->mount);
	else
		old = ARENA_PUSH(body->arena, places->items, places->count);
	*old = place;
}

static cJSON *new_mount(const char *type, const char *source, const char *target, bool read_only)
{
	cJSON *json = cJSON_CreateObject();
	put_text(json, "Type", type);
	put_text(json, "Source", source);
	put_text(json, "Target", target);
	if (read_only)
		put_bool(json, "ReadOnly", true);
	return json;
}

static void put_bind_options(cJSON *json, const struct mount_bind *bind)
{
	if (!bind)
		return;
	cJSON *options = cJSON_AddObjectToObject(json, "BindOptions");
	const char *recursive = bind->recursive ? bind->recursive : "";
	put_text(options, "Propagation", bind->propagation);
	if (bind->create_host_path)
		put_bool(options, "CreateMountpoint", true);
	if (strcmp(recursive, "disabled") == 0)
		put_bool(options, "NonRecursive", true);
	if (strcmp(recursive, "writable") == 0)
		put_bool(options, "ReadOnlyNonRecursive", true);
	if (strcmp(recursive, "readonly") == 0)
		put_bool(options, "ReadOnlyForceRecursive", true);
}

static void put_volume_options(cJSON *json, const struct mount_volume *volume)
{
	if (!volume)
		return;
	cJSON *options = cJSON_AddObjectToObject(json, "VolumeOptions");
	if (volume->nocopy)
		put_bool(options, "NoCopy", true);
	put_text(options, "Subpath", volume->subpath);
	put_pairs(options, "Labels", volume->labels, volume->nlabels);
}

/* Options written for another type than the mount has: said once, not sent. */
static void warn_foreign(struct body *body, const struct mount *mount)
{
	const struct {
		const char *name;
		bool there;
	} options[] = {
		{ "bind", mount->bind != NULL },
		{ "volume", mount->volume != NULL },
		{ "tmpfs", mount->tmpfs != NULL },
		{ "image", mount->image != NULL },
	};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (options[i].there && strcmp(options[i].name, mount->type) != 0)
			error_warn(body->errors, &mount->at,
				arena_printf(body->arena, "services.%s.volumes", body->service->key),
				"mount of type `%s` should not define `%s` option", mount->type,
				options[i].name);
}

static const char *engine_volume(const struct body *body, const char *key)
{
	const struct volume *volume = project_volume(body->service->project, key);
	return volume ? volume->name : key;
}

/* A Binds string makes a missing host directory on every engine, Mounts only since API 1.42. It cannot say
 * everything, and not for paths with a colon. */
static bool as_bind(const struct mount *mount)
{
	if (!mount->source || strchr(mount->source, ':') || strchr(mount->target, ':'))
		return false;
	if (strcmp(mount->type, "bind") == 0)
		return !mount->bind || (mount->bind->create_host_path && !mount->bind->propagation &&
					       !mount->bind->recursive);
	const struct mount_volume *volume = mount->volume;
	return strcmp(mount->type, "volume") == 0 &&
	       (!volume || (!volume->nlabels && !volume->subpath && !volume->nocopy));
}

static const char *bind_text(struct body *body, const struct mount *mount)
{
	bool volume = strcmp(mount->type, "volume") == 0;
	const char *selinux = !volume && mount->bind && mount->bind->selinux ? mount->bind->selinux : "";
	const char *label = "";
	if (strcmp(selinux, "Z") == 0 || strcmp(selinux, "private") == 0)
		label = ",Z";
	else if (strcmp(selinux, "z") == 0 || strcmp(selinux, "shared") == 0)
		label = ",z";
	return arena_printf(body->arena, "%s:%s:%s%s",
		volume ? engine_volume(body, mount->source) : mount->source, mount->target,
		mount->read_only ? "ro" : "rw", label);
}

static void put_tmpfs_options(cJSON *json, const struct mount_tmpfs *tmpfs)
{
	if (!tmpfs)
		return;
	cJSON *options = cJSON_AddObjectToObject(json, "TmpfsOptions");
	if (tmpfs->size.set)
		put_int(options, "SizeBytes", tmpfs->size.value);
	if (tmpfs->mode.set)
		put_int(options, "Mode", tmpfs->mode.value);
}

/* A Mounts object. What an older engine would leave out without a word needs the version that knows it. */
static int make_mount(struct body *body, const struct mount *mount, cJSON **ret_mount)
{
	const char *type = mount->type, *source = mount->source;
	if (strcmp(type, "volume") == 0 && source)
		source = engine_volume(body, source);
	cJSON *json = new_mount(type, source, mount->target, mount->read_only);
	put_text(json, "Consistency", mount->consistency);
	*ret_mount = json;
	if (strcmp(type, "bind") == 0) {
		static const struct mount_bind short_form = { .create_host_path = true };
		put_bind_options(json, mount->bind ? mount->bind : &short_form);
	} else if (strcmp(type, "volume") == 0) {
		put_volume_options(json, mount->volume);
		if (mount->volume && mount->volume->subpath)
			return body_needs(body, 45, "volumes", "26");
	} else if (strcmp(type, "tmpfs") == 0) {
		put_tmpfs_options(json, mount->tmpfs);
	} else if (strcmp(type, "image") == 0) {
		if (mount->image && mount->image->subpath)
			put_text(cJSON_AddObjectToObject(json, "ImageOptions"), "Subpath",
				mount->image->subpath);
		return body_needs(body, 48, "volumes", "28");
	}
	return 0;
}

/* The service's volumes, each as a Binds string where that says all, else as a Mounts object. */
static int add_mounts(struct body *body, struct mount_places *places)
{
	const struct service *service = body->service;
	int failed = 0;
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		struct mount_place place = { .target = mount->target };
		bool anonymous = strcmp(mount->type, "volume") == 0 && !mount->source;
		if (anonymous && place_at(places, mount->target))
			continue; /* inherited */
		warn_foreign(body, mount);
		if (as_bind(mount))
			place.bind = bind_text(body, mount);
		else
			failed |= make_mount(body, mount, &place.mount);
		set_place(body, places, place);
	}
	if (service->use_api_socket)
		set_place(body, places,
			(struct mount_place){ "/var/run/docker.sock",
				"/var/run/docker.sock:/var/run/docker.sock:rw", NULL });
	return failed;
}

static bool all_hex(const char *name)
{
	return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64;
}

/* The image that the service is made from; NULL: it is not known. */
static const struct observed_image *image_of(const struct body *body, const struct service *service)
{
	const struct observed *seen = body->context->seen;
	const struct observed_image *image =
		seen ? observed_image(seen, service_image(body->arena, service)) : NULL;
	return image && image->id ? image : NULL;
}

/* Whether the old container's volume at `target` is one the new container must keep: an anonymous volume of
 * the service, or one of the image. While the image is unknown every volume with a generated name counts:
 * data is never dropped for want of knowledge. What only uploads are in is made anew. */
static bool must_inherit(const struct body *body, const struct observed_mount *old)
{
	const struct service *service = body->service;
	const struct observed_image *image = image_of(body, service);
	if (observed_upload(body->step->create.replaces, old))
		return false;
	for (size_t i = 0; i < service->nvolumes; i++)
		if (strcmp(service->volumes[i]->target, old->target) == 0 &&
			strcmp(service->volumes[i]->type, "volume") == 0 && !service->volumes[i]->source)
			return true;
	for (size_t i = 0; image && i < image->nvolumes; i++)
		if (strcmp(image->volumes[i], old->target) == 0)
			return true;
	return !image && old->name && all_hex(old->name);
}

static void inherit_volumes(struct body *body, struct mount_places *places)
{
	const struct step_create *create = &body->step->create;
	const struct observed_container *from = create->renew_volumes ? NULL : create->replaces;
	for (size_t i = 0; from && i < from->nmounts; i++) {
		const struct observed_mount *old = &from->mounts[i];
		if (strcmp(old->type, "tmpfs") == 0 || !must_inherit(body, old))
			continue;
		const char *source = strcmp(old->type, "volume") == 0 ? old->name : old->source;
		set_place(body, places,
			(struct mount_place){ .target = old->target,
				.mount = new_mount(old->type, source, old->target, !old->writable) });
	}
}

/* Files of secrets and configs that are bound; a volume of the user's on the same target wins. */
static void bind_files(
	struct body *body, struct mount_places *places, const struct service_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct service_file *file = &files[i];
		const char *list = file->secret ? "secrets" : "configs";
		if (file->upload || place_at(places, file->target))
			continue;
		const char *path = arena_printf(body->arena, "services.%s.%s", body->service->key, list);
		if (access(file->source->file, F_OK) != 0)
			error_warn(body->errors, &file->ref->at, path, "file %s does not exist",
				file->source->file);
		if (file->ref->uid || file->ref->gid || file->ref->mode.set)
			error_warn(body->errors, &file->ref->at, path,
				"uid, gid and mode of %s are those of the file, since it is bound; "
				"`x-flow.files: upload` applies them",
				file->source->file);
		cJSON *json = new_mount("bind", file->source->file, file->target, true);
		if (file->secret)
			cJSON_AddObjectToObject(json, "BindOptions");
		set_place(body, places, (struct mount_place){ .target = file->target, .mount = json });
	}
}

/* Adds the targets of uploads of the services whose volumes it has, too: whoever leaves last takes them
 * along.
 */
static void shared_uploads(const struct body *body, struct mount_places *places, struct texts *targets)
{
	struct texts from = { 0 };
	struct errors unheard;
	errors_init(&unheard, body->arena);
	texts_add_once(body->arena, &from, body->service->key);
	for (size_t i = 0; i < from.count; i++) {
		const struct service *service = project_service(body->service->project, from.items[i]);
		struct service_file *files = NULL;
		const char **dirs = NULL;
		size_t count = 0, ndirs = 0;
		for (size_t k = 0; service && k < service->nvolumes_from; k++)
			if (!text_after(service->volumes_from[k], "container:"))
				texts_add_once(body->arena, &from,
					arena_strndup(body->arena, service->volumes_from[k],
						strcspn(service->volumes_from[k], ":")));
		if (!service || i == 0)
			continue;
		service_files(body->arena, service, body->context->shared_files, &files, &count, &unheard);
		const struct service_mounts mounts =
			service_mounts(body->arena, service, body->context->seen);
		service_files_volumes(body->arena, service, &mounts, files, count, &dirs, &ndirs);
		for (size_t d = 0; mounts.whole && d < ndirs; d++)
			if (!place_at(places, dirs[d]))
				texts_add_once(body->arena, targets, dirs[d]);
	}
}

/* Volumes for what is uploaded. They go with the container (op_container.c): a label names those in which
 * nobody has anything else, which cannot be said unless all that is mounted is known (`whole`). */
static void add_uploads(struct body *body, struct mount_places *places, const char *const *uploads,
	size_t nuploads, bool whole)
{
	cJSON *labels = cJSON_GetObjectItemCaseSensitive(body->root, "Labels");
	const char *label = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(labels, "com.docker.compose.config-hash"));
	struct texts all = { 0 }, targets = { 0 };
	if (body->service->nvolumes_from)
		shared_uploads(body, places, &all);
	for (size_t i = 0; i < nuploads; i++) {
		if (place_at(places, uploads[i]))
			continue;
		if (whole)
			texts_add_once(body->arena, &all, uploads[i]);
		set_place(body, places,
			(struct mount_place){ .target = uploads[i],
				.mount = new_mount("volume", NULL, uploads[i], false) });
	}
	for (size_t i = 0; i < all.count; i++)
		if (!service_mounts_claimed(body->arena, body->service, body->context->seen, all.items[i]))
			texts_add(body->arena, &targets, all.items[i]);
	if (label && targets.count)
		put_text(labels, "docker-flow.uploads",
			arena_printf(body->arena, "%s\n%s", label, texts_join(body->arena, &targets, "\n")));
}

static void put_tmpfs(struct body *body)
{
	cJSON *map = body->service->ntmpfs ? cJSON_AddObjectToObject(body->host, "Tmpfs") : NULL;
	for (size_t i = 0; i < body->service->ntmpfs; i++) {
		const char *text = body->service->tmpfs[i], *colon = strchr(text, ':');
		put_text(map, colon ? arena_strndup(body->arena, text, (size_t)(colon - text)) : text,
			colon ? colon + 1 : "");
	}
}

int payload_mounts(struct body *body)
{
	struct mount_places places = { NULL, 0 };
	struct service_file *files = NULL;
	const char **uploads = NULL;
	size_t nfiles = 0, nuploads = 0;
	int failed = service_files(
		body->arena, body->service, body->context->shared_files, &files, &nfiles, body->errors);
	const struct service_mounts mounts = service_mounts(body->arena, body->service, body->context->seen);
	service_files_volumes(body->arena, body->service, &mounts, files, nfiles, &uploads, &nuploads);
	inherit_volumes(body, &places);
	failed |= add_mounts(body, &places);
	bind_files(body, &places, files, nfiles);
	add_uploads(body, &places, uploads, nuploads, mounts.whole);
	for (size_t i = 0; i < places.count; i++) {
		if (places.items[i].bind) {
			put_append(body->host, "Binds", places.items[i].bind);
			continue;
		}
		cJSON *list = cJSON_GetObjectItemCaseSensitive(body->host, "Mounts");
		if (!list)
			list = cJSON_AddArrayToObject(body->host, "Mounts");
		cJSON_AddItemToArray(list, places.items[i].mount);
	}
	put_tmpfs(body);
	return failed;
}
