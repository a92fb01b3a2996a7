#include "cmd/image/bake.h"
#include "base/text/text.h"

#include "base/url.h"
#include "compose/tree/path.h"

#include <cjson/cJSON.h>
#include <string.h>

struct bake {
	struct arena *arena;
	const struct build_options *options;
	cJSON *targets, *names;
};

static void bake_text(cJSON *target, const char *key, const char *text)
{
	if (text && *text)
		cJSON_AddStringToObject(target, key, text);
}

/* Adds a list; none when it is empty. */
static void bake_list(cJSON *target, const char *key, const char *const *items, size_t count)
{
	cJSON *list = count ? cJSON_AddArrayToObject(target, key) : NULL;
	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(items[i]));
}

static void bake_pairs(cJSON *target, const char *key, const struct pair *pairs, size_t count)
{
	cJSON *map = count ? cJSON_AddObjectToObject(target, key) : NULL;
	for (size_t i = 0; i < count; i++)
		cJSON_AddStringToObject(map, pairs[i].key, pairs[i].value ? pairs[i].value : "");
}

/* Contexts that are other services' images are targets of the same file. */
static void bake_contexts(cJSON *target, struct arena *arena, const struct build *build)
{
	struct pair *contexts = ARENA_ARRAY(arena, struct pair, build->nadditional_contexts + 1);
	for (size_t i = 0; i < build->nadditional_contexts; i++) {
		contexts[i] = build->additional_contexts[i];
		const char *key = text_after(contexts[i].value, "service:");
		if (key)
			contexts[i].value = arena_printf(arena, "target:%s", key);
	}
	bake_pairs(target, "contexts", contexts, build->nadditional_contexts);
}

static void bake_labels(cJSON *target, struct arena *arena, const struct service *service)
{
	const struct build *build = service->build;
	struct pair *labels = NULL;
	size_t count = 0;
	for (size_t i = 0; i < build->nlabels; i++)
		*ARENA_PUSH(arena, labels, count) = build->labels[i];
	*ARENA_PUSH(arena, labels, count) =
		(struct pair){ "com.docker.compose.project", service->project->name };
	*ARENA_PUSH(arena, labels, count) = (struct pair){ "com.docker.compose.service", service->key };
	*ARENA_PUSH(arena, labels, count) = (struct pair){ "com.docker.compose.version", FLOW_VERSION };
	bake_pairs(target, "labels", labels, count);
}

static void bake_tags(cJSON *target, struct arena *arena, const struct service *service)
{
	struct texts tags = { 0 };
	texts_add(arena, &tags, service_image(arena, service));
	for (size_t i = 0; i < service->build->ntags; i++)
		texts_add_once(arena, &tags, service->build->tags[i]);
	bake_list(target, "tags", tags.items, tags.count);
}

static void bake_secrets(cJSON *target, struct arena *arena, const struct service *service)
{
	const struct build *build = service->build;
	struct texts secrets = { 0 };
	for (size_t i = 0; i < build->nsecrets; i++) {
		const struct file_ref *ref = build->secrets[i];
		const struct file_source *source = service_file_source(service, true, ref->source);
		const char *id = ref->target && *ref->target ? ref->target : ref->source;
		bool is_file = source && source->file && !source->environment;
		texts_add(arena, &secrets,
			is_file ? arena_printf(arena, "id=%s,type=file,src=%s", id, source->file)
			: source && source->environment
				? arena_printf(arena, "id=%s,type=env,env=%s", id, source->environment)
				: arena_printf(arena, "id=%s", id));
	}
	bake_list(target, "secret", secrets.items, secrets.count);
}

static void bake_agents(cJSON *target, struct arena *arena, const struct build *build)
{
	struct texts agents = { 0 };
	for (size_t i = 0; i < build->nssh; i++)
		texts_add(arena, &agents,
			arena_printf(arena, "%s=%s", build->ssh[i].key,
				build->ssh[i].value ? build->ssh[i].value : ""));
	bake_list(target, "ssh", agents.items, agents.count);
}

/* The members in docker compose's order. */
static void bake_target(struct bake *bake, const struct service *service)
{
	struct arena *arena = bake->arena;
	const struct build *build = service->build;
	const char *context = build->context ? build->context : ".";
	bool remote = url_is_web(context) || url_is_git(context);
	cJSON *target = cJSON_AddObjectToObject(bake->targets, service->key);
	size_t nargs;
	const struct pair *args = images_args(arena, service, &bake->options->wish, &nargs);
	bool pushes = bake->options->push && service->image;
	const char *output = pushes ? "type=image,push=true" : "type=docker";
	cJSON_AddItemToArray(bake->names, cJSON_CreateString(service->key));
	bake_text(target, "context", remote ? context : path_join(arena, service->project->dir, context));
	bake_contexts(target, arena, build);
	bake_text(target, "dockerfile", build->dockerfile_inline ? NULL : build->dockerfile);
	bake_text(target, "dockerfile-inline", build->dockerfile_inline);
	bake_pairs(target, "args", args, nargs);
	bake_labels(target, arena, service);
	bake_tags(target, arena, service);
	bake_list(target, "cache-from", build->cache_from, build->ncache_from);
	bake_list(target, "cache-to", build->cache_to, build->ncache_to);
	bake_text(target, "target", build->target);
	bake_secrets(target, arena, service);
	bake_agents(target, arena, build);
	bake_list(target, "platforms", build->platforms, build->nplatforms);
	if (build->pull || bake->options->wish.pull)
		cJSON_AddTrueToObject(target, "pull");
	if (build->no_cache || bake->options->wish.no_cache)
		cJSON_AddTrueToObject(target, "no-cache");
	bake_text(target, "network", build->network);
	bake_list(target, "output", &output, 1);
}

int bake_print(FILE *out, struct arena *arena, const struct dag *dag, const struct build_options *options,
	struct errors *errors)
{
	cJSON *file = cJSON_CreateObject();
	cJSON *group = cJSON_AddObjectToObject(cJSON_AddObjectToObject(file, "group"), "default");
	struct bake bake = { .arena = arena,
		.options = options,
		.targets = cJSON_AddObjectToObject(file, "target"),
		.names = cJSON_AddArrayToObject(group, "targets") };
	const struct plan *plan = images_build(arena, dag, options, errors);
	for (size_t i = 0; plan && i < plan->count; i++)
		if (op_traits[plan->steps[i]->op].builds)
			bake_target(&bake, plan->steps[i]->service);
	char *text = cJSON_Print(file);
	if (plan)
		fprintf(out, "%s\n", text ? text : "");
	cJSON_free(text);
	cJSON_Delete(file);
	return plan ? 0 : -1;
}
