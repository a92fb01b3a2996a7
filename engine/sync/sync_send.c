/* Changes on their way into containers. */
#include "compose/tree/path.h"
#include "engine/archive/tar.h"
#include "engine/copy/upload.h"
#include "engine/console/exec.h"
#include "engine/sync/sync_inside.h"

#include <string.h>
#include <unistd.h>

#define REMOVES_MOST 500 /* paths of one command */
#define API_USERS    42  /* before, an engine looks a user up with a program that it does not find (20.10) */

/* One container of a batch. */
struct sending {
	const struct sync_batch *batch;
	const struct observed_container *container;
	struct tar *tar;
	struct upload upload;
	struct exec *exec;
	size_t *open;
};

static bool all_sent(void *arg)
{
	return *(size_t *)arg == 0;
}

static ssize_t sending_read(void *arg, char *to, size_t room)
{
	struct sending *sending = arg;
	return tar_read(sending->tar, to, room);
}

static void sending_done(struct upload *upload)
{
	struct sending *sending = upload->arg;
	--*sending->open;
	if (upload->failure && *upload->failure)
		error_add(sending->batch->errors, ERROR_ENGINE, NULL, NULL, "%s: %s",
			sending->container->name, upload->failure);
}

static void sending_ran(void *arg, const struct exec_end *end)
{
	struct sending *sending = arg;
	const char *name = sending->container->name;
	--*sending->open;
	if (end->failure)
		error_add(sending->batch->errors, ERROR_ENGINE, NULL, NULL, "%s: %s", name, end->failure);
	else if (end->status)
		error_add(sending->batch->errors, ERROR_TASK, NULL, NULL,
			"%s: the command ended with status %lld", name, (long long)end->status);
}

/* Runs a command in each container that runs, and waits. */
static int run_in_all(const struct sync_batch *batch, const struct exec_options *command)
{
	struct sending *all = ARENA_ARRAY(batch->arena, struct sending, batch->ncontainers + 1);
	const struct dialog_options ends = { .in = -1, .out = STDOUT_FILENO, .err = STDERR_FILENO };
	size_t open = 0, before = batch->errors->count;
	for (size_t i = 0; i < batch->ncontainers; i++) {
		struct exec_options options = *command;
		if (batch->containers[i]->state != CONTAINER_RUNNING)
			continue;
		all[i] = (struct sending){ .batch = batch, .container = batch->containers[i], .open = &open };
		options.container = batch->containers[i]->id;
		open++;
		all[i].exec = exec_open(batch->engine, &options, &ends, sending_ran, &all[i]);
	}
	loop_run(batch->engine->loop, all_sent, &open);
	for (size_t i = 0; i < batch->ncontainers; i++)
		exec_close(all[i].exec);
	return batch->errors->count > before ? -1 : 0;
}

int sync_exec(const struct sync_batch *batch)
{
	const struct hook *hook = batch->rule->rule->exec;
	struct exec_options options = { .user = hook->user,
		.working_dir = hook->working_dir,
		.privileged = hook->privileged,
		.command = hook->command,
		.ncommand = hook->ncommand };
	const char **environment = ARENA_ARRAY(batch->arena, const char *, hook->nenvironment + 1);
	for (size_t i = 0; i < hook->nenvironment; i++)
		environment[i] = hook->environment[i].value
					 ? arena_printf(batch->arena, "%s=%s", hook->environment[i].key,
						   hook->environment[i].value)
					 : hook->environment[i].key;
	options.environment = environment;
	options.nenvironment = hook->nenvironment;
	return run_in_all(batch, &options);
}

/* Where a path of the rule comes to lie. */
static const char *target_of(const struct sync_batch *batch, const char *path)
{
	const char *target = batch->rule->rule->target;
	return *path ? path_join(batch->arena, target, path) : path_clean(batch->arena, target);
}

static int remove_gone(const struct sync_batch *batch)
{
	const char *words[REMOVES_MOST + 3] = { "rm", "-rf", "--" };
	size_t count = 3;
	int result = 0;
	for (size_t i = 0; i <= batch->nchanges; i++) {
		bool last = i == batch->nchanges;
		if ((last && count > 3) || count == sizeof words / sizeof *words) {
			result |= run_in_all(batch,
				&(struct exec_options){ .command = words, .ncommand = count, .user = "0" });
			count = 3;
		}
		if (!last && batch->changes[i].gone)
			words[count++] = target_of(batch, batch->changes[i].path);
	}
	return result;
}

/* All of them as one archive that is unpacked at the root: the directories above are made. */
static int send_files(const struct sync_batch *batch, const struct tar_path *paths, size_t count)
{
	struct sending *all = ARENA_ARRAY(batch->arena, struct sending, batch->ncontainers + 1);
	size_t open = 0, before = batch->errors->count;
	for (size_t i = 0; i < batch->ncontainers; i++) {
		all[i] = (struct sending){ .batch = batch,
			.container = batch->containers[i],
			.tar = tar_paths(paths, count, batch->errors),
			.open = &open };
		all[i].upload = (struct upload){ .engine = batch->engine,
			.container = batch->containers[i]->id,
			.dir = "/",
			.owners = batch->engine->api >= API_USERS,
			.read = sending_read,
			.done = sending_done,
			.arg = &all[i] };
		if (all[i].tar && upload_send(&all[i].upload, batch->errors) == 0)
			open++;
	}
	loop_run(batch->engine->loop, all_sent, &open);
	for (size_t i = 0; i < batch->ncontainers; i++)
		tar_destroy(all[i].tar);
	return batch->errors->count > before ? -1 : 0;
}

int sync_send(const struct sync_batch *batch)
{
	struct tar_path *paths = ARENA_ARRAY(batch->arena, struct tar_path, batch->nchanges + 1);
	const char *root = batch->rule->files.root;
	size_t count = 0;
	int result = remove_gone(batch);
	for (size_t i = 0; i < batch->nchanges; i++) {
		const char *path = batch->changes[i].path, *target = target_of(batch, path);
		if (!batch->changes[i].gone)
			paths[count++] =
				(struct tar_path){ *path ? path_join(batch->arena, root, path) : root,
					target + strspn(target, "/") };
	}
	return count ? send_files(batch, paths, count) | result : result;
}
