/* A case of the planner as a folder: compose.yaml, registry.yml (optional), seen.json (what the engine has,
 * in its own format), args (words), want.plan. In seen.json a config-hash `$HASH` stands for "made from this
 * file". */
#ifndef TESTS_PLAN_CASE_H
#define TESTS_PLAN_CASE_H

#include "compose/print/hash.h"
#include "compose/load/load.h"
#include "compose/registry/registry.h"
#include "engine/observe/observe.h"
#include "graph/again/again.h"
#include "graph/images/images.h"
#include "graph/obstacles/obstacles.h"
#include "graph/up/reconcile.h"
#include "graph/plan/sched.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct plan_case {
	struct arena *arena;
	struct errors errors;
	const char *dir;
	const struct project *projects[2];
	size_t nprojects;
	struct observed *seen;
	struct observed others; /* containers and networks outside of the snapshot */
	struct dag *dag;
	/* args */
	const char *command; /* up, images, wanted, pull, build, push, names, labels, removable, down,
				down-app, stop, rm, start, restart, pause, unpause */
	const char *names[16];
	size_t nnames;
	const char *excepts[16];
	size_t nexcepts;
	const char *apps[16];
	size_t napps;
	struct reconcile_options up;
	struct image_options image;
	struct pull_options pull;
	struct build_options build;
	struct push_options push;
	struct map bases; /* of Dockerfiles: "base web=db" */
	struct teardown_options down;
	struct again_options again;
	struct map scale, inputs;
	struct oneoff once;
	bool no_file, no_deps;
};

static inline char *case_read(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "re");
	if (!file)
		return NULL;
	char *text = arena_alloc(arena, 1 << 18);
	size_t len = fread(text, 1, (1 << 18) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static inline const char *case_path(const struct plan_case *c, const char *name)
{
	return arena_printf(c->arena, "%s/%s", c->dir, name);
}

/* Sets the switch that the word names; returns false when there is none. */
static inline bool case_switch(struct plan_case *c, const char *word)
{
	const struct {
		const char *word;
		bool *value;
	} switches[] = { { "no-start", &c->up.no_start }, { "ignore-orphans", &c->up.ignore_orphans },
		{ "unchecked", &c->up.unchecked }, { "renew", &c->up.renew_anon_volumes },
		{ "wait", &c->up.wait }, { "rerun", &c->up.rerun },
		{ "force-start-first", &c->up.force_start_first },
		{ "connect-separately", &c->up.connect_separately }, { "images-known", &c->up.images_known },
		{ "no-deps", &c->no_deps }, { "no-restarts", &c->again.no_deps },
		{ "--build", &c->image.build }, { "no-build", &c->image.no_build },
		{ "volumes", &c->down.volumes }, { "kill", &c->down.kill }, { "running", &c->down.running },
		{ "oneoffs", &c->down.oneoffs }, { "asks-providers", &c->down.asks_providers },
		{ "rmi", &c->down.images }, { "ignore-buildable", &c->pull.ignore_buildable },
		{ "and-push", &c->build.push }, { "no-file", &c->no_file } };
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
		if (!strcmp(word, switches[i].word)) {
			*switches[i].value = true;
			return true;
		}
	}
	return false;
}

static inline void case_argument(struct plan_case *c, const char *word, const char *value)
{
	if (case_switch(c, word))
		return;
	if (!strcmp(word, "force"))
		c->up.recreate = RECREATE_ALWAYS;
	else if (!strcmp(word, "force-deps"))
		c->up.recreate_deps = RECREATE_ALWAYS;
	else if (!strcmp(word, "no-recreate"))
		c->up.recreate = c->up.recreate_deps = RECREATE_NEVER;
	else if (!strcmp(word, "remove-orphans"))
		c->up.remove_orphans = c->down.remove_orphans = true;
	else if (!strcmp(word, "no-rollback"))
		c->up.rollback = TRI_NO;
	else if (!strcmp(word, "unshared-files"))
		c->up.shared_files = false;
	else if (!strcmp(word, "timeout"))
		c->up.timeout = c->down.timeout = c->again.timeout = (struct opt_int){ true, atoll(value) };
	else if (!strcmp(word, "signal"))
		c->down.signal = value;
	else if (!strcmp(word, "pull") && value)
		c->image.pull = value;
	else if (!strcmp(word, "base")) {
		struct texts *keys = ARENA_NEW(c->arena, struct texts);
		*keys = texts_split(c->arena, value, '=');
		map_set(&c->bases, keys->items[0], keys);
	} else if (!strcmp(word, "policy"))
		c->pull.policy = value;
	else if (!strcmp(word, "now"))
		c->image.now = atoll(value);
	else if (!strcmp(word, "once")) {
		c->once = (struct oneoff){ .service = value, .name = "p-web-run-0123456789ab" };
		c->up.once = &c->once;
	} else if (!strcmp(word, "name"))
		c->names[c->nnames++] = value;
	else if (!strcmp(word, "except"))
		c->excepts[c->nexcepts++] = value;
	else if (!strcmp(word, "app"))
		c->apps[c->napps++] = value;
	else if (!strcmp(word, "scale") || !strcmp(word, "inputs")) {
		char *key = arena_strdup(c->arena, value), *equal = strchr(key, '=');
		*equal = '\0';
		int64_t *number = ARENA_NEW(c->arena, int64_t);
		*number = atoll(equal + 1);
		if (*word == 's')
			map_set(&c->scale, key, number);
		else
			map_set(&c->inputs, key, equal + 1);
	} else
		c->command = word;
}

/* args: one argument a line, its value after a space. */
static inline void case_arguments(struct plan_case *c)
{
	c->command = "up";
	c->up.shared_files = true;
	map_init(&c->scale, c->arena);
	map_init(&c->inputs, c->arena);
	map_init(&c->bases, c->arena);
	c->build.bases = &c->bases;
	char *text = case_read(c->arena, case_path(c, "args"));
	for (char *line; text && (line = strsep(&text, "\n"));) {
		char *word = strsep(&line, " ");
		if (*word)
			case_argument(c, word, line);
	}
	c->up.scale = c->image.scale = &c->scale;
	c->up.inputs = c->inputs.count ? &c->inputs : NULL;
	c->again.wait = c->up.wait;
	c->again.named = c->nnames > 0;
	c->again.shared_files = c->up.shared_files;
}

static inline int case_project(struct plan_case *c)
{
	char cwd[4096];
	struct sources sources;
	sources_init(&sources, c->arena);
	const char *file = arena_printf(c->arena, "%s/%s/compose.yaml", getcwd(cwd, sizeof cwd), c->dir);
	struct map *env = map_create(c->arena);
	struct load_options options = { .files = &file,
		.nfiles = 1,
		.project_name = "p",
		.os_env = env,
		.cwd = arena_strdup(c->arena, cwd) };
	struct project *project;
	if (load_project(c->arena, &options, &sources, &project, &c->errors) < 0)
		return -1;
	c->projects[c->nprojects++] = project;
	const char *text = case_read(c->arena, case_path(c, "registry.yml"));
	if (!text)
		return 0;
	struct registry registry;
	registry_init(&registry, c->arena);
	if (registry_parse(&registry, "registry.yml", text, strlen(text), &c->errors) < 0)
		return -1;
	struct node *tree = registry_tree(&registry, c->arena, NULL, NULL, NULL);
	if (load_tree(c->arena, tree, NULL, "workstation", cwd, env, &project, &c->errors) < 0)
		return -1;
	for (size_t i = 0; i < project->nservices; i++)
		project->services[i]->application = true;
	c->projects[c->nprojects++] = project;
	return 0;
}

/* Id of a service's first container, for hashes. */
static inline const char *case_id(void *arg, const char *key)
{
	const struct plan_case *c = arg;
	const struct observed_container *first = NULL;
	for (size_t i = 0; i < c->seen->ncontainers; i++) {
		const struct observed_container *each = c->seen->containers[i];
		if (each->service && !strcmp(each->service, key) && !each->oneoff &&
			(!first || each->number < first->number))
			first = each;
	}
	return first ? first->id : NULL;
}

/* The hash that a container of that service has when it is made now. */
static inline const char *case_hash(struct plan_case *c, const struct service *service)
{
	struct hash_resolver resolver = { case_id, c };
	return hash_service(c->arena, service, &resolver);
}

static inline const struct service *case_service(
	const struct plan_case *c, const char *project, const char *key)
{
	for (size_t p = 0; p < c->nprojects; p++) {
		if (project && key && !strcmp(c->projects[p]->name, project))
			return project_service(c->projects[p], key);
	}
	return NULL;
}

static inline void case_fill_hashes(struct plan_case *c)
{
	for (size_t i = 0; i < c->seen->ncontainers; i++) {
		struct observed_container *each = c->seen->containers[i];
		const struct service *service = case_service(c, each->project, each->service);
		if (service && each->config_hash && !strcmp(each->config_hash, "$HASH"))
			each->config_hash = case_hash(c, service);
	}
	for (size_t p = 0; p < c->nprojects; p++) {
		for (size_t i = 0; i < c->seen->nnetworks; i++) {
			struct observed_network *each = c->seen->networks[i];
			const struct network *network =
				each->key ? project_network(c->projects[p], each->key) : NULL;
			if (network && each->config_hash && !strcmp(each->config_hash, "$HASH") &&
				!strcmp(each->project, c->projects[p]->name))
				each->config_hash = hash_network(c->arena, network);
		}
		for (size_t i = 0; i < c->seen->nvolumes; i++) {
			struct observed_volume *each = c->seen->volumes[i];
			const struct volume *volume =
				each->key ? project_volume(c->projects[p], each->key) : NULL;
			if (volume && each->config_hash && !strcmp(each->config_hash, "$HASH"))
				each->config_hash = hash_volume(c->arena, volume);
		}
	}
}

/* A network of others, with its ranges. */
static inline void case_other_network(struct plan_case *c, const cJSON *json)
{
	struct observed_network *network = observe_network(c->arena, json, &c->errors);
	const cJSON *pool;
	network->driver = "bridge";
	cJSON_ArrayForEach(pool, cJSON_GetObjectItem(cJSON_GetObjectItem(json, "IPAM"), "Config")) *
		ARENA_PUSH(c->arena, network->subnets, network->nsubnets) =
		arena_strdup(c->arena, cJSON_GetStringValue(cJSON_GetObjectItem(pool, "Subnet")));
	*ARENA_PUSH(c->arena, c->others.networks, c->others.nnetworks) = network;
}

static inline int case_seen(struct plan_case *c)
{
	struct observed *seen = c->seen = ARENA_NEW(c->arena, struct observed);
	const char *text = case_read(c->arena, case_path(c, "seen.json"));
	cJSON *json = text ? cJSON_Parse(text) : cJSON_CreateObject(), *item;
	if (!json)
		return error_add(&c->errors, ERROR_SYSTEM, NULL, NULL, "seen.json: %s", cJSON_GetErrorPtr());
	cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "containers")) *
		ARENA_PUSH(c->arena, seen->containers, seen->ncontainers) =
		observe_container(c->arena, NULL, item, &c->errors);
	for (size_t i = 0; i < seen->ncontainers; i++) /* whose process is gone says the engine's side */
		seen->containers[i]->abandoned = observed_label(seen->containers[i], "docker-flow.owner");
	cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "others")) *
		ARENA_PUSH(c->arena, c->others.containers, c->others.ncontainers) =
		observe_container(c->arena, NULL, item, &c->errors);
	cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "other-networks")) case_other_network(c, item);
	cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "networks")) *
		ARENA_PUSH(c->arena, seen->networks, seen->nnetworks) =
		observe_network(c->arena, item, &c->errors);
	cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "volumes")) *
		ARENA_PUSH(c->arena, seen->volumes, seen->nvolumes) =
		observe_volume(c->arena, item, &c->errors);
	/* images: reference → inspect answer, or null for one that is not there */
	cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "images"))
	{
		struct observed_image *image = ARENA_NEW(c->arena, struct observed_image);
		const char *reference = arena_strdup(c->arena, item->string);
		if (cJSON_IsNull(item))
			image->reference = reference;
		else
			image = observe_image(c->arena, reference, item, &c->errors);
		*ARENA_PUSH(c->arena, seen->images, seen->nimages) = image;
	}
	cJSON_Delete(json);
	case_fill_hashes(c);
	return 0;
}

/* The extents of a teardown by their commands; false: it is none. */
static inline bool case_teardown(struct plan_case *c)
{
	static const char *const words[] = {
		[TEARDOWN_PROJECT] = "down", [TEARDOWN_CONTAINERS] = "rm", [TEARDOWN_PROCESSES] = "stop"
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		c->down.extent = (enum teardown_extent)i;
		if (!strcmp(c->command, words[i]))
			return true;
	}
	c->down.extent = TEARDOWN_PROJECT;
	return false;
}

/* The same for what is there already. */
static inline bool case_again(struct plan_case *c)
{
	static const char *const words[] = { [AGAIN_START] = "start",
		[AGAIN_RESTART] = "restart",
		[AGAIN_PAUSE] = "pause",
		[AGAIN_UNPAUSE] = "unpause" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		c->again.what = (enum again)i;
		if (!strcmp(c->command, words[i]))
			return true;
	}
	return false;
}

/* Reads the folder; returns -1 with findings in c->errors. */
static inline int case_load(struct plan_case *c, struct arena *arena, const char *dir)
{
	memset(c, 0, sizeof *c);
	c->arena = arena;
	c->dir = dir;
	errors_init(&c->errors, arena);
	case_arguments(c);
	bool down = case_teardown(c), again = case_again(c);
	struct dag_selection selection = { .services = c->names,
		.nservices = down ? 0 : c->nnames, /* of a teardown they are no selection */
		.excepts = c->excepts,
		.nexcepts = down ? 0 : c->nexcepts,
		.applications = c->apps,
		.napplications = c->napps,
		.no_deps = c->no_deps || (again && c->again.what != AGAIN_START),
		.looking = again };
	if (case_project(c) < 0 || case_seen(c) < 0)
		return -1;
	if (again && c->no_file) {
		c->projects[0] = again_project(arena, "p", c->seen);
		c->nprojects = 1;
	}
	return dag_build(arena, c->projects, c->nprojects, &selection, &c->dag, &c->errors);
}

/* Makes the plan that args ask for. */
static inline int case_plan(struct plan_case *c, struct plan **ret_plan)
{
	if (!strcmp(c->command, "images"))
		return reconcile_images(c->arena, c->dag, c->seen, &c->image, ret_plan, &c->errors);
	if (!strcmp(c->command, "pull")) {
		*ret_plan = images_pull(c->arena, c->dag, c->seen, &c->pull);
		return 0;
	}
	if (!strcmp(c->command, "build") || !strcmp(c->command, "push")) {
		*ret_plan = *c->command == 'b' ? images_build(c->arena, c->dag, &c->build, &c->errors)
					       : images_push(c->arena, c->dag, &c->push);
		return 0;
	}
	struct teardown_scope scope = { .dag = c->no_file ? NULL : c->dag,
		.project = "p",
		.seen = c->seen,
		.names = c->names,
		.nnames = c->nnames,
		.excepts = c->excepts,
		.nexcepts = c->nexcepts };
	if (case_again(c))
		return again_plan(c->arena, c->dag, c->seen, &c->again, ret_plan, &c->errors);
	if (case_teardown(c)) {
		*ret_plan = reconcile_down(c->arena, &scope, &c->down);
		return 0;
	}
	if (!strcmp(c->command, "down-app")) {
		scope.names = c->apps;
		scope.nnames = c->napps;
		return reconcile_down_applications(c->arena, &scope, &c->down, ret_plan, &c->errors);
	}
	if (reconcile_up(c->arena, c->dag, c->seen, &c->up, ret_plan, &c->errors) < 0)
		return -1;
	return obstacles_refuse(c->arena, *ret_plan, c->seen, &c->others, &c->errors);
}

/* Runs the test with every folder of testdata/plans as its state, or with those that suit; returns how many
 * failed. */
static inline int case_run_folders(CMUnitTestFunction test, bool (*suits)(const char *dir))
{
	glob_t folders;
	if (glob("testdata/plans/*", 0, NULL, &folders) != 0)
		return 1;
	struct CMUnitTest *tests = calloc(folders.gl_pathc, sizeof *tests);
	size_t count = 0;
	for (size_t i = 0; i < folders.gl_pathc; i++) {
		char *dir = folders.gl_pathv[i];
		if (!suits || suits(dir))
			tests[count++] = (struct CMUnitTest){ strrchr(dir, '/') + 1, test, NULL, NULL, dir };
	}
	int failed = count ? _cmocka_run_group_tests("plans", tests, count, NULL, NULL) : 1;
	free(tests);
	globfree(&folders);
	return failed;
}

#endif
