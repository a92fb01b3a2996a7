#include "cmd/line/commands.h"
#include "cmd/open/archive_out.h"
#include "cmd/open/containers.h"
#include "cmd/up/print_plan.h"
#include "engine/copy/copy.h"
#include "engine/observe/container_path.h"

#include <string.h>
#include <unistd.h>

struct cp_wish {
	bool all, archive, follow_link;
	struct opt_int index;
};

#define AT(member) offsetof(struct cp_wish, member)

static const struct opt rows[] = {
	{ OPT_FLAG, "all", 0, AT(all), NULL, "One-off containers, those of run, too" },
	{ OPT_FLAG, "archive", 'a', AT(archive), NULL,
		"Into a container: files belong to its user; out of it: owners are kept, if we are root" },
	{ OPT_FLAG, "follow-link", 'L', AT(follow_link), NULL,
		"A SOURCE that is a symbolic link: copy what it leads to" },
	{ OPT_INT, "index", 0, AT(index), "N", "Only container N of the service" },
	{ 0 },
};

/* An argument: a path here, or one of a service's containers. */
struct cp_end {
	const char *service; /* NULL: here */
	const char *path;
};

/* As docker reads it: what is absolute, or begins with a dot, is here, whatever colons it has. */
static struct cp_end read_end(struct arena *arena, const char *text)
{
	const char *colon = strchr(text, ':');
	if (!colon || *text == '/' || *text == '.' || colon == text)
		return (struct cp_end){ NULL, text };
	return (struct cp_end){ arena_strndup(arena, text, (size_t)(colon - text)), colon + 1 };
}

/* Those of the list that are meant, in order of number. */
static size_t choose_containers(
	const struct cp_wish *wish, const struct containers *list, const struct observed_container **to)
{
	size_t count = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct observed_container *each = list->items[i];
		if ((each->oneoff && !wish->all) ||
			(wish->index.set && wish->index.value > 0 && each->number != wish->index.value))
			continue;
		size_t at = count++;
		for (; at &&
			(to[at - 1]->oneoff > each->oneoff ||
				(to[at - 1]->oneoff == each->oneoff && to[at - 1]->number > each->number));
			at--)
			to[at] = to[at - 1];
		to[at] = each;
	}
	return count;
}

static int tell_none(struct ctx *ctx, const struct cp_wish *wish, const char *service)
{
	if (wish->index.set)
		return error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL,
			"service \"%s\" is not running container #%lld", service,
			(long long)wish->index.value);
	return error_add(
		&ctx->errors, ERROR_ENGINE, NULL, NULL, "no container found for service \"%s\"", service);
}

static int print_copies(struct ctx *ctx, const struct copy *copy,
	const struct observed_container *const *containers, size_t count, bool in)
{
	struct plan *plan = plan_create(ctx->arena);
	const char *words = arena_printf(
		ctx->arena, in ? "copy %s to %s" : "copy %s out to %s", copy->source, copy->target);
	for (size_t i = 0; i < count; i++)
		plan_add(plan, OP_CONTAINER_UPLOAD, containers[i]->name, words);
	return print_one_plan(ctx->output.stream, plan, false);
}

static int print_archive(struct ctx *ctx, const struct copy *copy, const struct observed_container *container)
{
	const char *path;
	if (copy_source(copy, container, &path) < 0)
		return -1;
	return archive_out_print(ctx, container_path_archive(ctx->arena, container->id),
		http_query(ctx->arena, "path", path, (char *)NULL), container->name);
}

static void cp_signal(void *arg, int number)
{
	struct ctx *ctx = arg;
	ctx->interrupted = number;
}

/* An interrupt leaves nothing half written. */
static int fetch(struct ctx *ctx, const struct copy *copy, const struct observed_container *container)
{
	loop_signals(ctx->loop, cp_signal, ctx);
	int result = copy_out(copy, container);
	loop_signals(ctx->loop, NULL, NULL);
	return result;
}

/* An empty path, of a variable that is not set as a rule, is not the folder that it would lead to. */
static const char *empty_path(struct ctx *ctx, const struct cp_end *source, const struct cp_end *target)
{
	if (!*ctx->args[0])
		return "source can not be empty";
	if (!*ctx->args[1])
		return "destination can not be empty";
	for (int i = 0; i < 2; i++)
		if (!*(i ? target : source)->path)
			return arena_printf(ctx->arena, "%s: path cannot be empty", ctx->args[i]);
	return NULL;
}

static int cp_ends(struct ctx *ctx, struct cp_end *ret_source, struct cp_end *ret_target)
{
	*ret_source = read_end(ctx->arena, ctx->args[0]);
	*ret_target = read_end(ctx->arena, ctx->args[1]);
	const char *empty = empty_path(ctx, ret_source, ret_target);
	if (empty)
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "%s", empty);
	else if (ret_source->service && ret_target->service)
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "copying between services is not supported");
	else if (!ret_source->service && !ret_target->service)
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
			"unknown copy direction: neither SOURCE nor TARGET is SERVICE:PATH");
	else
		return ret_source->service && strcmp(ret_target->path, "-") == 0
			       ? archive_out_check(ctx, "send it to a file or to tar: … - | tar x")
			       : 0;
	return error_hint(&ctx->errors, "usage: %s cp %s", ctx->program, ctx->cmd->args);
}

/* To a service: into each of its containers that are wanted; from one: out of the first of them. */
static int cp_run(struct ctx *ctx, const void *data)
{
	const struct cp_wish *wish = data;
	struct cp_end source, target;
	struct containers list;
	if (cp_ends(ctx, &source, &target) < 0)
		return -1;
	bool in = target.service;
	const char *service = in ? target.service : source.service;
	if (containers_read(ctx, &service, 1, true, &list) < 0)
		return -1;
	const struct observed_container **chosen =
		ARENA_ARRAY(ctx->arena, const struct observed_container *, list.count + 1);
	size_t count = choose_containers(wish, &list, chosen);
	if (!count)
		return tell_none(ctx, wish, service);
	struct copy copy = { .engine = ctx->engine,
		.arena = ctx->arena,
		.errors = &ctx->errors,
		.cwd = ctx->cwd,
		.source = source.path,
		.target = target.path,
		.archive = wish->archive,
		.follow = wish->follow_link };
	if (ctx->globals.dry_run)
		return print_copies(ctx, &copy, chosen, in ? count : 1, in);
	if (!in)
		return strcmp(target.path, "-") == 0 ? print_archive(ctx, &copy, chosen[0])
						     : fetch(ctx, &copy, chosen[0]);
	return strcmp(source.path, "-") == 0 ? copy_archive_in(&copy, chosen, count, STDIN_FILENO)
					     : copy_in(&copy, chosen, count);
}

const struct cmd cmd_cp = {
	.name = "cp",
	.args = "SERVICE:SOURCE TARGET|-, or SOURCE|- SERVICE:TARGET",
	.brief = "Copy files between here and containers",
	.text = "Into a service: into each of its containers, whether they run or not. Out of it: from the first. A TARGET "
		"that is a directory gets SOURCE in it; SOURCE/. is what is in a directory. - is an archive on standard "
		"input or output.\n"
		"What comes out of a container stays in its place: links in there are made, not followed; devices are "
		"left out.",
	.examples = (const struct cmd_example[]){ { "cp web:/var/log/app.log .", "a file from web, here" },
		{ "cp --index 2 conf/. web:/etc/app", "what is in conf into the second web" },
		{ "cp web:/data - | tar t", "as an archive" }, { 0 } },
	.group = GROUP_RUN,
	.rows = rows,
	.size = sizeof(struct cp_wish),
	.min_args = 2,
	.most = 2,
	.arg = VALUE_FILE,
	.run = cp_run,
};
