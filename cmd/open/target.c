#include "cmd/open/target.h"

#include "base/text/text.h"
#include "cmd/open/connect.h"
#include "cmd/open/project.h"
#include "engine/drive/drive.h"

/* Whether `a` is rather meant than `b`, which may be NULL. */
static bool is_rather(const struct observed_container *a, const struct observed_container *b)
{
	if (!b || a->oneoff != b->oneoff)
		return !b || b->oneoff;
	return a->number != b->number ? a->number < b->number : a->created < b->created;
}

/* The least number above `after` of the service's containers that run; INT64_MAX: there is none. */
static int64_t next_number(const struct observed *seen, const char *service, int64_t after)
{
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		if (text_is(container->service, service) && !container->oneoff &&
			container_state_runs(container->state) && container->number > after &&
			container->number < next)
			next = container->number;
	}
	return next;
}

/* "1, 2": the numbers of the service's containers that run; NULL: none does. */
static const char *running_numbers(struct arena *arena, const struct observed *seen, const char *service)
{
	const char *text = NULL;
	for (int64_t at = INT64_MIN; (at = next_number(seen, service, at)) != INT64_MAX;)
		text = arena_printf(arena, "%s%s%lld", text ? text : "", text ? ", " : "", (long long)at);
	return text;
}

static int tell_missing(
	struct ctx *ctx, const char *service, const struct opt_int *index, const struct observed *seen)
{
	const char *numbers = running_numbers(ctx->arena, seen, service);
	if (!index->set)
		error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL, "service \"%s\" is not running", service);
	else
		error_add(&ctx->errors, ERROR_ENGINE, NULL, NULL,
			"service \"%s\" is not running container #%lld", service, (long long)index->value);
	if (numbers)
		return error_hint(&ctx->errors, "those that run: %s; %s scale %s=N makes more", numbers,
			ctx->program, service);
	return error_hint(&ctx->errors,
		"%s ps -a lists what is there; %s up -d %s starts it; %s run --rm %s … needs none that runs",
		ctx->program, ctx->program, service, ctx->program, service);
}

int target_running(struct ctx *ctx, const char *service, const struct opt_int *index,
	const struct observed_container **ret_container)
{
	struct scope scope;
	struct scope_wish wish = { .name_is_enough = true,
		.selection = { .services = &service, .nservices = 1, .no_deps = true, .looking = true } };
	if (scope_open(ctx, &wish, &scope) < 0 || connect_engine(ctx) < 0)
		return -1;
	const struct drive drive = {
		.engine = ctx->engine, .arena = ctx->arena, .scratch = ctx->arena, .scope = &scope
	};
	const struct observed *seen = drive_containers(&drive, &ctx->errors);
	const struct observed_container *found = NULL;
	for (size_t i = 0; seen && i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		bool fits = text_is(container->service, service) && container_state_runs(container->state) &&
			    (!index->set || index->value <= 0 || container->number == index->value);
		if (fits && is_rather(container, found))
			found = container;
	}
	if (!seen)
		return -1;
	*ret_container = found;
	return found ? 0 : tell_missing(ctx, service, index, seen);
}
