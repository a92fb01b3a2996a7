/* The rounds of `up` before anything is changed: what is wanted, what is there, what is to do. */
#include "cmd/up/up.h"
#include "engine/payload/service_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* SERVICE=N, several of them. */
static int read_scale(struct ctx *ctx, const struct texts *scale, const struct map **ret_scale)
{
	struct map *map = map_create(ctx->arena);
	for (size_t i = 0; i < scale->count; i++) {
		const char *equals = strchr(scale->items[i], '=');
		char *end = NULL;
		errno = 0;
		long long count = equals ? strtoll(equals + 1, &end, 10) : -1;
		if (!equals || equals == scale->items[i] || end == equals + 1 || *end || errno || count < 0 ||
			count > 10000)
			return error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
				"--scale: \"%s\" is not SERVICE=NUMBER", scale->items[i]);
		int64_t *number = ARENA_NEW(ctx->arena, int64_t);
		*number = count;
		map_set(map, arena_strndup(ctx->arena, scale->items[i], (size_t)(equals - scale->items[i])),
			number);
	}
	*ret_scale = map->count ? map : NULL;
	return 0;
}

static int check_names(struct ctx *ctx, const struct dag *dag, const struct texts *names, const char *option)
{
	struct texts known = { 0 };
	for (size_t i = 0; i < dag->count; i++)
		texts_add(ctx->arena, &known, dag->vertices[i]->service->key);
	for (size_t i = 0; i < names->count; i++) {
		if (dag_find(dag, names->items[i]))
			continue;
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "%s: no such service: %s", option,
			names->items[i]);
		error_hint_names(&ctx->errors, names->items[i], "services", known.items, known.count);
	}
	return ctx->errors.count ? -1 : 0;
}

/* Services that options name have to be there. */
static int check_options(struct up *up)
{
	struct ctx *ctx = up->ctx;
	const struct up_options *options = up->options;
	const struct map_entry *entry;
	struct texts scaled = { 0 }, from = { 0 };
	size_t at = 0;
	while (up->how.scale && (entry = map_next(up->how.scale, &at)))
		texts_add(ctx->arena, &scaled, entry->key);
	if (options->exit_code_from)
		texts_add(ctx->arena, &from, options->exit_code_from);
	if (check_names(ctx, up->scope.dag, &scaled, "--scale") < 0 ||
		check_names(ctx, up->scope.dag, &from, "--exit-code-from") < 0 ||
		check_names(ctx, up->scope.dag, &options->attach, "--attach") < 0)
		return -1;
	return check_names(ctx, up->scope.dag, &options->no_attach, "--no-attach");
}

/* Options that would change nothing: whoever wrote them expects something else. */
static int check_useless(struct up *up)
{
	struct ctx *ctx = up->ctx;
	const struct up_options *options = up->options;
	const struct map_entry *entry;
	size_t at = 0;
	if (options->wait_timeout.set && !up->how.wait) {
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "--wait-timeout needs --wait");
		return error_hint(&ctx->errors, "add --wait, or leave --wait-timeout out");
	}
	while (up->how.scale && (entry = map_next(up->how.scale, &at)))
		if (!dag_find(up->scope.dag, entry->key)->selected) {
			error_add(&ctx->errors, ERROR_USAGE, NULL, NULL,
				"--scale: service %s is not part of this run", entry->key);
			return error_hint(&ctx->errors, "name it as an argument, too");
		}
	return 0;
}

int up_open(struct ctx *ctx, const struct up_options *options, struct up *ret_up)
{
	struct up up = { .ctx = ctx, .options = options };
	struct scope_wish wish = {
		.selection = { .services = ctx->args,
			.nservices = ctx->nargs,
			.applications = options->applications.items,
			.napplications = options->applications.count,
			.no_deps = options->no_deps },
	};
	up.how = (struct reconcile_options){
		.recreate = options->force_recreate ? RECREATE_ALWAYS
			    : options->no_recreate  ? RECREATE_NEVER
						    : RECREATE_CHANGED,
		.no_start = options->no_start,
		.remove_orphans = options->remove_orphans,
		.ignore_orphans = options->ignore_orphans,
		.renew_anon_volumes = options->renew_anon_volumes,
		/* an application that was asked for is up when its check passes */
		.wait = options->wait || (options->applications.count && !ctx->nargs),
		.timeout = options->timeout,
	};
	up.how.recreate_deps = options->always_recreate_deps ? RECREATE_ALWAYS
			       : options->no_recreate        ? RECREATE_NEVER
							     : RECREATE_CHANGED;
	up.images = (struct image_options){ .build = options->build,
		.no_build = options->no_build,
		.pull = options->pull,
		.now = time(NULL) };
	if (read_scale(ctx, &options->scale, &up.how.scale) < 0 || scope_open(ctx, &wish, &up.scope) < 0)
		return -1;
	up.images.scale = up.how.scale;
	if (check_options(&up) < 0 || check_useless(&up) < 0)
		return -1;
	*ret_up = up;
	return 0;
}

/* Looks at the images the plan needs to know and plans their pulls and builds. */
static int look_at_images(struct up *up)
{
	struct ctx *ctx = up->ctx;
	const char **references;
	size_t count;
	up->image_plan = NULL;
	reconcile_wanted_images(ctx->arena, up->scope.dag, up->seen, &up->how, &references, &count);
	if (!count && !up->images.build && !up->images.pull)
		return 0;
	if (count && observe_images(ctx->engine, up->seen, references, count, &ctx->errors) < 0)
		return -1;
	return reconcile_images(
		ctx->arena, up->scope.dag, up->seen, &up->images, &up->image_plan, &ctx->errors);
}

static int look(struct up *up)
{
	struct ctx *ctx = up->ctx;
	struct observe_query query = scope_query(ctx->arena, &up->scope, false);
	if (observe(ctx->engine, &query, &up->seen, &ctx->errors) < 0)
		return -1;
	up->how.inputs = scope_inputs(ctx, &up->scope, up->seen);
	up->how.images_known = false;
	up->how.shared_files = service_files_shared(ctx->engine);
	up->how.connect_separately = ctx->engine->api < 44;
	return 0;
}

/* Names that the file gives may belong to containers of others: better known before anything is changed. */
static int look_at_names(struct up *up)
{
	struct ctx *ctx = up->ctx;
	const char **names;
	struct observed_container **others;
	size_t count, nothers;
	reconcile_wanted_names(ctx->arena, up->plan, up->seen, &names, &count);
	if (!count)
		return 0;
	if (observe_named(ctx->engine, names, count, &others, &nothers, &ctx->errors) < 0)
		return -1;
	return reconcile_names(ctx->arena, up->plan, others, nothers, &ctx->errors);
}

int up_look(struct up *up)
{
	struct ctx *ctx = up->ctx;
	if (look(up) < 0 || look_at_images(up) < 0)
		return -1;
	up->how.images_known = up->image_plan && !up->image_plan->count;
	if (reconcile_up(ctx->arena, up->scope.dag, up->seen, &up->how, &up->plan, &ctx->errors) < 0)
		return -1;
	return look_at_names(up);
}

/* What was known of images, and what the pulls and builds have brought. */
static int look_at_images_again(struct up *up)
{
	struct ctx *ctx = up->ctx;
	struct observed *seen = up->seen;
	struct map *references = map_create(ctx->arena);
	const char **names = NULL;
	size_t count = 0, at = 0;
	const struct map_entry *entry;
	for (size_t i = 0; i < seen->nimages; i++)
		map_set(references, seen->images[i]->reference, seen);
	for (size_t i = 0; i < up->image_plan->count; i++)
		map_set(references, up->image_plan->steps[i]->name, seen);
	while ((entry = map_next(references, &at)))
		*ARENA_PUSH(ctx->arena, names, count) = entry->key;
	seen->images = NULL;
	seen->nimages = 0;
	return count ? observe_images(ctx->engine, seen, names, count, &ctx->errors) : 0;
}

int up_look_again(struct up *up)
{
	struct ctx *ctx = up->ctx;
	if (look_at_images_again(up) < 0)
		return -1;
	up->how.images_known = true;
	return reconcile_up(ctx->arena, up->scope.dag, up->seen, &up->how, &up->plan, &ctx->errors);
}

int up_look_anew(struct up *up)
{
	struct ctx *ctx = up->ctx;
	const struct observed *before = up->seen;
	bool images_known = up->how.images_known;
	if (look(up) < 0)
		return -1;
	up->seen->images = before->images;
	up->seen->nimages = before->nimages;
	up->how.images_known = images_known;
	if (reconcile_up(ctx->arena, up->scope.dag, up->seen, &up->how, &up->plan, &ctx->errors) < 0)
		return -1;
	return look_at_names(up);
}

bool up_idle(const struct up *up)
{
	bool gates = up->options->wait && up->plan->count;
	return !gates && !plan_changes(up->plan) && (!up->image_plan || !up->image_plan->count);
}
