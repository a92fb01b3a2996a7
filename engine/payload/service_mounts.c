#include "engine/payload/service_mounts.h"

#include "base/text/text.h"
#include "base/text/texts.h"
#include "compose/tree/path.h"

#include <string.h>

static void add_mount(
	struct arena *arena, struct service_mounts *mounts, const char *target, bool tmpfs, bool writable)
{
	*ARENA_PUSH(arena, mounts->items, mounts->count) =
		(struct service_mount){ .target = target, .tmpfs = tmpfs, .writable = writable };
}

/* The service's image, or NULL: it is not known. */
static const struct observed_image *image_of(
	struct arena *arena, const struct service *service, const struct observed *seen)
{
	const struct observed_image *image =
		seen ? observed_image(seen, service_image(arena, service)) : NULL;
	return image && image->id ? image : NULL;
}

static void add_of_image(
	struct arena *arena, struct service_mounts *mounts, const struct observed_image *image)
{
	mounts->whole &= image != NULL;
	for (size_t i = 0; image && i < image->nvolumes; i++)
		add_mount(arena, mounts, image->volumes[i], false, true);
}

/* What the service's volumes mount; a tmpfs is never lent to others. */
static void add_volumes(
	struct arena *arena, struct service_mounts *mounts, const struct service *service, bool lent)
{
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		bool tmpfs = strcmp(mount->type, "tmpfs") == 0;
		if (!tmpfs || !lent)
			add_mount(arena, mounts, path_clean(arena, mount->target), tmpfs, !mount->read_only);
	}
}

static void add_tmpfs(struct arena *arena, struct service_mounts *mounts, const struct service *service)
{
	for (size_t i = 0; i < service->ntmpfs; i++) {
		const char *text = service->tmpfs[i];
		add_mount(arena, mounts, path_clean(arena, arena_strndup(arena, text, strcspn(text, ":"))),
			true, true);
	}
}

/* What a container has; `lent` as above, `writable` for whom it is lent to. */
static void add_observed(struct arena *arena, struct service_mounts *mounts,
	const struct observed_container *container, bool lent, bool writable)
{
	for (size_t i = 0; i < container->nmounts; i++) {
		const struct observed_mount *mount = &container->mounts[i];
		bool tmpfs = text_is(mount->type, "tmpfs");
		if (!tmpfs || !lent)
			add_mount(arena, mounts, mount->target, tmpfs, writable && mount->writable);
	}
}

static const struct observed_container *container_of(
	const struct service *service, const struct observed *seen)
{
	for (size_t i = 0; seen && i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		if (!container->oneoff && text_is(container->service, service->key) &&
			text_is(container->project, service->project->name))
			return container;
	}
	return NULL;
}

/* An entry of volumes_from: SERVICE[:ro], container:NAME[:ro]. */
struct lender {
	const char *name;
	bool container, writable;
};

static struct lender lender_read(struct arena *arena, const char *text)
{
	const char *name = text_after(text, "container:");
	struct lender lender = { .container = name != NULL };
	name = name ? name : text;
	size_t len = strcspn(name, ":");
	lender.name = arena_strndup(arena, name, len);
	lender.writable = !text_is(text_after(name + len, ":"), "ro");
	return lender;
}

/* What a service lends: where its image was not asked for, it has a container already, and keeps it. */
static void add_of_service(struct arena *arena, struct service_mounts *mounts, const struct service *lender,
	const struct observed *seen, bool writable)
{
	const struct observed_image *image = image_of(arena, lender, seen);
	const struct observed_container *container = image ? NULL : container_of(lender, seen);
	size_t first = mounts->count;
	if (container) {
		add_observed(arena, mounts, container, true, writable);
		return;
	}
	add_of_image(arena, mounts, image);
	add_volumes(arena, mounts, lender, true);
	for (size_t i = first; i < mounts->count; i++)
		mounts->items[i].writable &= writable;
}

/* What the service is lent, and who lends to those it has it from. */
static void add_lent(struct arena *arena, struct service_mounts *mounts, const struct service *service,
	const struct observed *seen)
{
	struct texts entries = { 0 };
	for (size_t i = 0; i < service->nvolumes_from; i++)
		texts_add_once(arena, &entries, service->volumes_from[i]);
	for (size_t i = 0; i < entries.count; i++) {
		const struct lender lender = lender_read(arena, entries.items[i]);
		const struct service *from =
			lender.container ? NULL : project_service(service->project, lender.name);
		const struct observed_container *called =
			lender.container ? observed_called(seen, lender.name) : NULL;
		if (from)
			add_of_service(arena, mounts, from, seen, lender.writable);
		else if (called)
			add_observed(arena, mounts, called, true, lender.writable);
		else
			mounts->whole = false;
		for (size_t k = 0; from && k < from->nvolumes_from; k++)
			texts_add_once(arena, &entries, from->volumes_from[k]);
	}
}

struct service_mounts service_mounts(
	struct arena *arena, const struct service *service, const struct observed *seen)
{
	struct service_mounts mounts = { .whole = true };
	add_of_image(arena, &mounts, image_of(arena, service, seen));
	add_lent(arena, &mounts, service, seen);
	add_volumes(arena, &mounts, service, false);
	add_tmpfs(arena, &mounts, service);
	return mounts;
}

struct service_mounts service_mounts_observed(struct arena *arena, const struct observed_container *container)
{
	struct service_mounts mounts = { .whole = true };
	add_observed(arena, &mounts, container, false, true);
	return mounts;
}

bool service_mounts_is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);
	return strncmp(path, dir, len) == 0 && (len == 1 || path[len] == '\0' || path[len] == '/');
}

const struct service_mount *service_mounts_above(const struct service_mounts *mounts, const char *path)
{
	const struct service_mount *deepest = NULL;
	for (size_t i = 0; i < mounts->count; i++) {
		const struct service_mount *mount = &mounts->items[i];
		if (service_mounts_is_below(path, mount->target) &&
			(!deepest || strlen(mount->target) >= strlen(deepest->target)))
			deepest = mount;
	}
	return deepest;
}

/* Whether it takes volumes from the lender, or from who does. */
static bool borrows(struct arena *arena, const struct service *service, const struct service *lender)
{
	struct texts names = { 0 };
	texts_add(arena, &names, service->key);
	for (size_t i = 0; i < names.count; i++) {
		const struct service *from = project_service(service->project, names.items[i]);
		for (size_t k = 0; from && k < from->nvolumes_from; k++) {
			const struct lender entry = lender_read(arena, from->volumes_from[k]);
			if (!entry.container && strcmp(entry.name, lender->key) == 0)
				return true;
			if (!entry.container)
				texts_add_once(arena, &names, entry.name);
		}
	}
	return false;
}

bool service_mounts_claimed(
	struct arena *arena, const struct service *service, const struct observed *seen, const char *target)
{
	for (size_t i = 0; i < service->project->nservices; i++) {
		const struct service *other = service->project->services[i];
		bool own = strcmp(other->key, service->key) == 0;
		if (!own && (other->disabled || !borrows(arena, other, service)))
			continue;
		const struct observed_image *image = image_of(arena, other, seen);
		if (!image)
			return true;
		for (size_t v = 0; v < image->nvolumes; v++)
			if (service_mounts_is_below(target, image->volumes[v]))
				return true;
		for (size_t v = 0; v < other->nvolumes && !own; v++)
			if (strcmp(other->volumes[v]->target, target) != 0 &&
				service_mounts_is_below(target, other->volumes[v]->target))
				return true;
	}
	return false;
}
