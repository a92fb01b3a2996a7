#include "graph/obstacles/obstacles_container.h"
#include "base/text/text.h"

#include <string.h>

/* One place where a service names a container. */
struct naming {
	const char *key;
	size_t index;     /* of an entry of volumes_from */
	const char *name; /* the container's name or id; NULL: the value names none */
	const struct mark *at;
};

enum { MODES = 3 };

static const struct mark *place(const struct service *service, const char *key, size_t index)
{
	const struct node *value = node_get(service->node, key);
	if (value && value->kind == NODE_LIST && index < value->nitems)
		value = value->items[index];
	return value ? &value->at : &service->at;
}

/* The nth place of the service; its `key` is NULL behind the last one. */
static struct naming naming_of(struct arena *arena, const struct service *service, size_t nth)
{
	static const char *const keys[MODES] = { "network_mode", "pid", "ipc" };
	const char *const modes[MODES] = { service->network_mode, service->pid, service->ipc };
	struct naming naming = { .key = NULL };
	if (nth < MODES) {
		naming.key = keys[nth];
		naming.name = text_after(modes[nth], "container:");
	} else if (nth - MODES < service->nvolumes_from) {
		naming.key = "volumes_from";
		naming.index = nth - MODES;
		naming.name = text_after(service->volumes_from[naming.index], "container:");
		if (naming.name) /* NAME[:ro] */
			naming.name = arena_strndup(arena, naming.name, strcspn(naming.name, ":"));
	}
	if (naming.key)
		naming.at = place(service, naming.key, naming.index);
	return naming;
}

/* Whether the plan makes a container of that name, or gives it to one. */
static bool is_made(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (!plan->steps[i]->undo && (text_is(plan->steps[i]->new_name, name) ||
						     (op_traits[plan->steps[i]->op].creates &&
							     text_is(step_shown_name(plan->steps[i]), name))))
			return true;
	return false;
}

static bool names_foreign(const struct plan *plan, const struct observed *seen, const struct naming *naming)
{
	return naming->name && *naming->name && !observed_called(seen, naming->name) &&
	       !is_made(plan, naming->name);
}

void obstacles_container_wanted(struct arena *arena, const struct plan *plan, const struct step *step,
	const struct observed *seen, const char ***ret_names, size_t *ret_count)
{
	struct naming naming;
	if (!op_traits[step->op].creates)
		return;
	for (size_t nth = 0; naming = naming_of(arena, step->service, nth), naming.key; nth++)
		if (names_foreign(plan, seen, &naming) && !text_among(naming.name, *ret_names, *ret_count))
			*ARENA_PUSH(arena, *ret_names, *ret_count) = naming.name;
}

void obstacles_container_refuse(struct arena *arena, const struct plan *plan, const struct step *step,
	const struct observed *seen, const struct observed *others, struct errors *errors)
{
	struct naming naming;
	if (!op_traits[step->op].creates)
		return;
	for (size_t nth = 0; naming = naming_of(arena, step->service, nth), naming.key; nth++) {
		if (!names_foreign(plan, seen, &naming) || observed_called(others, naming.name))
			continue;
		const char *path = arena_printf(arena, "services.%s.%s", step->service->key, naming.key);
		if (nth >= MODES)
			path = arena_printf(arena, "%s[%zu]", path, naming.index);
		error_add(errors, ERROR_FILE, naming.at, path, "container %s not found", naming.name);
		error_hint(errors,
			"docker ps -a lists those that are there; a service of the project is named %s",
			nth < MODES ? "service:NAME" : "without `container:`");
	}
}
