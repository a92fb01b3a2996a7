/* Pushes. */
#include "engine/image/transfer.h"

/* {} in base64url: engine 20.10 wants the header, credentials or not. */
#define NO_LOGIN "e30="

/* Engine API 1.41: POST /images/{name}/push */
static void push_ask(const struct transfer *transfer, struct request *request)
{
	struct arena *arena = transfer->job.engine->arena;
	const struct reference *reference = &transfer->reference;
	request->path = arena_printf(arena, "/images/%s/push", http_path_image(arena, reference->name));
	request->query = http_query(arena, "tag", reference->tag, (char *)NULL);
}

static bool push_hint(const struct transfer *transfer, const char *text)
{
	const struct service *service = transfer->job.step->service;
	if (!transfer_says(text, "does not exist") && !transfer_says(text, "no such image") &&
		!transfer_says(text, "not found"))
		return false;
	error_hint(transfer->job.errors, "build it first: docker flow build %s", service->key);
	return true;
}

static const struct transfer_kind pushing = {
	.verb = "push",
	.needs_login = "to push",
	.no_login = NO_LOGIN,
	.code = ERROR_PULL,
	.ask = push_ask,
	.hint = push_hint,
};

static struct job *push_begin(const struct job *given)
{
	return transfer_begin(given, &pushing);
}

const struct job_row push_job = { .begin = push_begin, .cancel = transfer_cancel };
