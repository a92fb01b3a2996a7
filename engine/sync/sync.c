#include "engine/sync/sync.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/text/text.h"
#include "compose/tree/file.h"
#include "compose/tree/path.h"
#include "engine/drive/drive.h"
#include "engine/sync/sync_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MS            INT64_C(1000000)
#define QUIET         (10 * MS) /* without a further event, and a batch is complete */
#define QUIET_MOST    (50 * MS) /* a batch is not kept longer */
#define AGAIN         (500 * MS)
#define FAILURES_MOST 5
#define PATTERNS_MOST ((size_t)1 << 20)
#define IGNORE_MOST   ((size_t)1 << 20)

/* What editors and git leave for a moment, or for themselves (docker compose: EphemeralPathMatcher). */
static const char passing[] =
	"**/.git\n**/.#*\n**/4913\n**/*~\n**/.*.swp\n**/.*.swo\n**/.*.swx\n**/.*.kate-swp\n"
	"**/*___jb_tmp___\n**/*___jb_old___\n**/.idea\n";

struct sync {
	struct arena *arena;
	const struct scope *scope;
	struct sync_rule *rules;
	size_t nrules;
	/* While it runs. */
	struct engine *engine;
	const struct sync_listener *to;
	struct loop_watch **watches; /* one a rule */
	int64_t first, last;         /* times of the batch's first and last events; 0: none */
	struct loop_timer *timer;
	bool due;
};

/* Rules */

static const struct ignore *patterns_of(
	struct arena *arena, const char *first, const char **list, size_t count, struct errors *errors)
{
	auto_buf struct buf text;
	buf_init(&text, PATTERNS_MOST);
	buf_puts(&text, first);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s\n", list[i]);
	return ignore_parse(arena, "develop.watch", arena_strdup(arena, buf_text(&text)), text.len, errors);
}

/* The ignore file of the service's build counts for what is watched in its context. */
static int read_context(struct sync *sync, struct sync_rule *rule, struct errors *errors)
{
	const struct build *build = rule->service->build;
	struct arena *arena = sync->arena;
	struct stat stat;
	const char *text;
	size_t len, context = build && build->context ? strlen(build->context) : 0;
	const char *root = rule->files.root;
	if (!context || *build->context != '/' || strncmp(root, build->context, context) != 0 ||
		(root[context] && root[context] != '/'))
		return 0;
	const char *path = path_join(arena, build->context, ".dockerignore");
	if (fstatat(AT_FDCWD, path, &stat, 0) != 0)
		return 0;
	const struct file file = { .path = path,
		.shown = path,
		.most = IGNORE_MOST,
		.at = &rule->rule->at,
		.key = "develop.watch" };
	if (file_read(arena, &file, NULL, &text, &len, errors) != 0)
		return -1;
	rule->files.context = ignore_parse(arena, path, text, len, errors);
	rule->files.in_context = root[context] ? root + context + 1 : "";
	return rule->files.context ? 0 : -1;
}

/* Whether the container sees these files themselves. */
static bool is_bound(const struct service *service, const char *path)
{
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = service->volumes[i];
		size_t len = mount->source ? strlen(mount->source) : 0;
		if (text_is(mount->type, "bind") && len && strncmp(path, mount->source, len) == 0 &&
			(!path[len] || path[len] == '/'))
			return true;
	}
	return false;
}

/* Whether rule `number` of a service has docker compose's former name for initial_sync, and says so. */
static bool is_initial_of_old(const struct service *service, size_t number)
{
	const struct node *watch = node_get(node_get(service->node, "develop"), "watch");
	const struct node *rule =
		watch && watch->kind == NODE_LIST && number < watch->nitems ? watch->items[number] : NULL;
	const struct node *yes = node_get(rule, "x-initialSync");
	return yes && yes->kind == NODE_BOOL && yes->yes;
}

/* Checks rule `number` of a service and adds it. One whose files the container sees anyway is left out, with
 * docker compose's warning. */
static int open_rule(struct sync *sync, const struct service *service, size_t number, struct errors *errors)
{
	const struct watch_rule *rule = service->develop->watch[number];
	const char *path = arena_printf(sync->arena, "services.%s.develop.watch", service->key);
	if (strcmp(rule->action, "rebuild") == 0 && !service->build)
		return error_add(errors, ERROR_FILE, &rule->at, path,
			"can't watch service \"%s\" with action rebuild without a build context",
			service->key);
	if (strcmp(rule->action, "sync+exec") == 0 && (!rule->exec || !rule->exec->ncommand))
		return error_add(errors, ERROR_FILE, &rule->at, path,
			"can't watch with action \"sync+exec\" without a command to exec");
	if (is_bound(service, rule->path)) {
		error_warn(errors, &rule->at, path,
			"path '%s' also declared by a bind mount volume, this path won't be monitored!",
			rule->path);
		return 0;
	}
	bool old = is_initial_of_old(service, number);
	if (old)
		error_warn(errors, &rule->at, path,
			"x-initialSync is DEPRECATED, please use the official `initial_sync` attribute");
	struct stat stat;
	if (fstatat(AT_FDCWD, rule->path, &stat, 0) != 0 && (errno == ENOENT || errno == ENOTDIR))
		error_warn(errors, &rule->at, path, "%s is not there: nothing is done before it comes",
			rule->path);
	struct sync_rule *new = ARENA_PUSH(sync->arena, sync->rules, sync->nrules);
	*new = (struct sync_rule){ .service = service, .rule = rule };
	new->initial = (rule->initial_sync || old) && strncmp(rule->action, "sync", 4) == 0;
	new->files = (struct tree_options){ .root = path_clean(sync->arena, rule->path),
		.ignore = patterns_of(sync->arena, passing, rule->ignore, rule->nignore, errors),
		.include = rule->ninclude
				   ? patterns_of(sync->arena, "", rule->include, rule->ninclude, errors)
				   : NULL };
	if (!new->files.ignore || (rule->ninclude && !new->files.include))
		return error_place(errors, &rule->at, path);
	return read_context(sync, new, errors);
}

/* Trees keep pointers to what belongs to their rule: all rules have to be there first. */
static int open_trees(struct sync *sync, struct errors *errors)
{
	for (size_t i = 0; i < sync->nrules; i++) {
		struct sync_rule *rule = &sync->rules[i];
		rule->tree = tree_open(&rule->files, errors);
		if (!rule->tree)
			error_place(errors, &rule->rule->at,
				arena_printf(sync->arena, "services.%s.develop.watch", rule->service->key));
	}
	return errors->count ? -1 : 0;
}

struct sync *sync_open(struct arena *arena, const struct scope *scope, struct errors *errors)
{
	struct sync *sync = HEAP_NEW(struct sync);
	bool any = false;
	sync->arena = arena;
	sync->scope = scope;
	for (size_t i = 0; i < scope->dag->count; i++) {
		const struct dag_vertex *vertex = scope->dag->vertices[i];
		const struct develop *develop = vertex->service->develop;
		for (size_t r = 0; vertex->selected && develop && r < develop->nwatch; r++) {
			any = true;
			open_rule(sync, vertex->service, r, errors);
		}
	}
	if (!any) {
		error_add(errors, ERROR_ENGINE, NULL, NULL,
			"none of the selected services is configured for watch, consider setting a 'develop' section");
	}
	if (!errors->count && open_trees(sync, errors) == 0)
		return sync;
	sync_close(sync);
	return NULL;
}

void sync_close(struct sync *sync)
{
	if (!sync)
		return;
	for (size_t i = 0; i < sync->nrules; i++)
		tree_close(sync->rules[i].tree);
	free(sync);
}

/* Batches */

static void sync_say(struct sync *sync, const char *text)
{
	sync->to->said(sync->to->arg, text);
}

/* The service's containers, whatever they do: one that is about to start is to have the files. */
static size_t find_containers(struct sync *sync, struct arena *arena, const struct service *service,
	struct observed_container ***ret_containers, struct errors *errors)
{
	const struct drive drive = {
		.engine = sync->engine, .arena = arena, .scratch = arena, .scope = sync->scope
	};
	struct observed *seen = drive_containers(&drive, errors);
	size_t count = 0;
	*ret_containers = ARENA_ARRAY(arena, struct observed_container *, seen ? seen->ncontainers + 1 : 1);
	for (size_t i = 0; seen && i < seen->ncontainers; i++)
		if (!seen->containers[i]->oneoff && text_is(seen->containers[i]->service, service->key) &&
			text_is(seen->containers[i]->project, service->project->name))
			(*ret_containers)[count++] = seen->containers[i];
	return count;
}

/* Tells why a batch could not be passed on; it is tried again for a while. */
static void batch_failed(struct sync *sync, struct sync_rule *rule, const struct sync_batch *batch)
{
	const struct error *first = batch->errors->first;
	if (!rule->failures++ && first)
		sync_say(sync, arena_printf(batch->arena, "Error handling changed files for service %s: %s",
				       rule->service->key, first->message));
	for (size_t i = 0; rule->failures < FAILURES_MOST && i < batch->nchanges; i++)
		tree_forget(rule->tree, batch->changes[i].path);
}

/* Does what the rule's action says. What it says itself has docker compose's words. */
static void pass_on(struct sync *sync, struct sync_rule *rule, const struct sync_batch *batch)
{
	const char *action = rule->rule->action, *service = rule->service->key;
	if (strcmp(action, "rebuild") == 0) {
		sync_say(sync,
			arena_printf(batch->arena,
				"Rebuilding service(s) [\"%s\"] after changes were detected...", service));
		sync->to->rebuild(sync->to->arg, service);
		return;
	}
	if (strncmp(action, "sync", 4) == 0) {
		sync_say(sync,
			arena_printf(batch->arena, "Syncing service \"%s\" after %zu changes were detected",
				service, batch->nchanges));
		if (sync_send(batch) < 0) {
			batch_failed(sync, rule, batch);
			return;
		}
	}
	rule->failures = 0;
	if (strcmp(action, "restart") == 0 || strcmp(action, "sync+restart") == 0) {
		if (sync->to->restart(sync->to->arg, service) == 0 && batch->ncontainers)
			sync_say(sync, arena_printf(batch->arena, "service(s) [\"%s\"] restarted", service));
	}
	if (strcmp(action, "sync+exec") == 0 && sync_exec(batch) < 0)
		for (const struct error *each = batch->errors->first; each; each = each->next)
			sync_say(sync, each->message);
}

/* Returns how many changes there were. */
static size_t handle_rule(struct sync *sync, struct sync_rule *rule, bool all)
{
	struct arena *arena = arena_child(NULL);
	struct errors errors;
	struct observed_container **containers;
	errors_init(&errors, arena);
	struct sync_batch batch = { .engine = sync->engine, .arena = arena, .errors = &errors, .rule = rule };
	batch.changes = (all ? tree_all : tree_changes)(rule->tree, arena, &batch.nchanges);
	if (batch.nchanges) {
		batch.ncontainers = find_containers(sync, arena, rule->service, &containers, &errors);
		batch.containers = containers;
		if (errors.count)
			batch_failed(sync, rule, &batch);
		else
			pass_on(sync, rule, &batch);
	}
	arena_destroy(arena);
	return batch.nchanges;
}

/* The loop */

static void sync_due(void *arg)
{
	struct sync *sync = arg;
	sync->timer = NULL;
	sync->due = true;
}

static void sync_soon(struct sync *sync, int64_t ns)
{
	loop_cancel(sync->engine->loop, sync->timer);
	sync->timer = loop_after(sync->engine->loop, ns, sync_due, sync);
}

/* Events are only taken in: a batch is complete after a moment of quiet. */
static void sync_heard(void *arg, short revents)
{
	struct sync *sync = arg;
	int64_t now = loop_now();
	bool any = false;
	(void)revents;
	for (size_t i = 0; i < sync->nrules; i++)
		any |= tree_listen(sync->rules[i].tree);
	if (!any)
		return;
	if (!sync->first)
		sync->first = now;
	if (!sync->due && now - sync->first < QUIET_MOST)
		sync_soon(sync, QUIET);
}

static bool sync_wakes(void *arg)
{
	const struct sync *sync = arg;
	return sync->due || sync->to->over(sync->to->arg);
}

static void handle_all(struct sync *sync)
{
	bool again = false;
	char text[128];
	size_t changes = 0;
	int64_t began = loop_now();
	sync->due = false;
	sync->first = 0;
	for (size_t i = 0; i < sync->nrules && !sync->to->over(sync->to->arg); i++) {
		changes += handle_rule(sync, &sync->rules[i], false);
		again |= sync->rules[i].failures > 0;
	}
	if (sync->to->verbose && changes) {
		snprintf(text, sizeof text, "batch complete: duration[%.3fs] count[%zu]",
			(double)(loop_now() - began) / 1e9, changes);
		sync_say(sync, text);
	}
	if (again)
		sync_soon(sync, AGAIN);
}

void sync_begin(struct sync *sync, struct engine *engine, const struct sync_listener *listener)
{
	if (!sync->watches)
		sync->watches = ARENA_ARRAY(sync->arena, struct loop_watch *, sync->nrules + 1);
	sync->engine = engine;
	sync->to = listener;
	for (size_t i = 0; i < sync->nrules; i++)
		sync->watches[i] =
			loop_watch(engine->loop, tree_fd(sync->rules[i].tree), POLLIN, sync_heard, sync);
	for (size_t i = 0; i < sync->nrules; i++)
		if (sync->rules[i].initial)
			handle_rule(sync, &sync->rules[i], true);
	sync_say(sync, "Watch enabled");
}

bool sync_handle(struct sync *sync)
{
	bool due = sync->due;
	if (due)
		handle_all(sync);
	return due;
}

void sync_end(struct sync *sync)
{
	loop_cancel(sync->engine->loop, sync->timer);
	sync->timer = NULL;
	sync->first = 0;
	for (size_t i = 0; i < sync->nrules; i++)
		loop_unwatch(sync->engine->loop, sync->watches[i]);
}

void sync_run(struct sync *sync, struct engine *engine, const struct sync_listener *listener)
{
	sync_begin(sync, engine, listener);
	while (!listener->over(listener->arg)) {
		loop_run(engine->loop, sync_wakes, sync);
		sync_handle(sync);
	}
	sync_end(sync);
}
