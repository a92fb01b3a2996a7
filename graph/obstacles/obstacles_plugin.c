#include "graph/obstacles/obstacles_plugin.h"
#include "base/text/text.h"

#include <string.h>

static const struct {
	const char *what;
	const char *usual[7]; /* those that every engine has */
} kinds[PLUGIN_KINDS] = {
	[PLUGIN_LOG] = { "logging driver", { "json-file", "local", "none", "syslog", "journald" } },
	[PLUGIN_NETWORK] = { "network driver",
		{ "bridge", "host", "none", "null", "overlay", "macvlan", "ipvlan" } },
	[PLUGIN_VOLUME] = { "volume driver", { "local" } },
	[PLUGIN_RUNTIME] = { "runtime", { "runc" } },
};

/* One that a step names. */
struct plugin {
	enum plugin_kind kind;
	const char *name;                 /* NULL: it names none, or one that every engine has */
	const char *section, *key, *path; /* of the attribute: "services", "web", "logging.driver" */
	struct mark at;
};

static struct plugin named(enum plugin_kind kind, const char *name)
{
	bool usual = !name || !*name || TEXT_AMONG(name, kinds[kind].usual);
	/* Names with dots are those of containerd's shims: the engine does not list them. */
	bool shim = kind == PLUGIN_RUNTIME && name && strpbrk(name, "./");
	return (struct plugin){ .kind = kind, .name = usual || shim ? NULL : name };
}

static struct mark mark_of(const struct service *service, const char *key, const char *inner)
{
	const struct member *member = node_member(service->node, key);
	const struct member *below = member && inner ? node_member(member->value, inner) : NULL;
	return below ? below->value->at : member ? member->value->at : service->at;
}

/* The driver of a container's logs and its runtime; of what else is made its driver. */
static void find_plugins(const struct step *step, struct plugin found[2])
{
	found[0] = found[1] = (struct plugin){ .name = NULL };
	if (step->undo)
		return;
	if (op_traits[step->op].creates) {
		const struct service *service = step->service;
		found[0] = named(PLUGIN_LOG, service->logging ? service->logging->driver : NULL);
		found[0].path = "logging.driver";
		found[0].at = mark_of(service, "logging", "driver");
		found[1] = named(PLUGIN_RUNTIME, service->runtime);
		found[1].path = "runtime";
		found[1].at = mark_of(service, "runtime", NULL);
		found[0].section = found[1].section = "services";
		found[0].key = found[1].key = service->key;
	} else if (op_traits[step->op].makes && step->network.wanted) {
		found[0] = named(PLUGIN_NETWORK, step->network.wanted->driver);
		found[0].section = "networks";
		found[0].key = step->network.wanted->key;
		found[0].path = "driver";
		found[0].at = step->network.wanted->at;
	} else if (op_traits[step->op].makes && step->volume.wanted) {
		found[0] = named(PLUGIN_VOLUME, step->volume.wanted->driver);
		found[0].section = "volumes";
		found[0].key = step->volume.wanted->key;
		found[0].path = "driver";
		found[0].at = step->volume.wanted->at;
	}
}

bool plugin_needed(const struct step *step)
{
	struct plugin found[2];
	find_plugins(step, found);
	return found[0].name || found[1].name;
}

/* Whether the engine has it, or may load it: of plugins that it manages a name means its tag `latest`. */
static bool is_there(struct arena *arena, const struct plugin *plugin, const struct observed_plugins *seen)
{
	const struct texts *names = &seen->names[plugin->kind];
	return text_among(plugin->name, names->items, names->count) ||
	       text_among(arena_printf(arena, "%s:latest", plugin->name), names->items, names->count) ||
	       (plugin->kind != PLUGIN_RUNTIME && !seen->whole);
}

void plugin_refuse(struct arena *arena, const struct step *step, const struct observed_plugins *seen,
	struct errors *errors)
{
	struct plugin found[2];
	find_plugins(step, found);
	for (size_t i = 0; seen && i < 2; i++) {
		const struct plugin *plugin = &found[i];
		if (!plugin->name || is_there(arena, plugin, seen))
			continue;
		error_add(errors, ERROR_FILE, &plugin->at,
			arena_printf(arena, "%s.%s.%s", plugin->section, plugin->key, plugin->path),
			"the engine has no %s \"%s\"", kinds[plugin->kind].what, plugin->name);
		const struct texts *names = &seen->names[plugin->kind];
		error_hint_names(errors, plugin->name, "it has", names->items, names->count);
	}
}
