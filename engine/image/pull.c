/* Pulls. */
#include "engine/image/transfer.h"

/* Engine API 1.41: POST /images/create */
static void pull_ask(const struct transfer *transfer, struct request *request)
{
	const struct reference *reference = &transfer->reference;
	const struct service *service = transfer->job.step->service;
	request->path = "/images/create";
	request->query = http_query(transfer->job.engine->arena, "fromImage", reference->name, "tag",
		reference->digest ? reference->digest : reference->tag, "platform",
		service ? service_platform(service) : NULL, NULL);
}

/* The date is on the image, or it could not be put there: then it is pulled again earlier than needed. */
static void on_dated(struct request *request)
{
	struct transfer *transfer = request->arg;
	transfer->request = NULL;
	transfer->job.done(transfer->job.arg, true);
}

/* Engines note when an image was tagged, not when it was pulled: its own name, given again, notes it.
 * Engine API 1.41: POST /images/{name}/tag. */
static bool put_date(struct transfer *transfer)
{
	struct engine *engine = transfer->job.engine;
	const struct reference *reference = &transfer->reference;
	struct errors ignored;
	if (!transfer->job.step->image.dated || reference->digest)
		return false;
	errors_init(&ignored, engine->arena);
	struct request *request = http_request(engine->http);
	request->method = "POST";
	request->path = arena_printf(
		engine->arena, "/images/%s/tag", http_path_image(engine->arena, transfer->job.step->name));
	request->query =
		http_query(engine->arena, "repo", reference->name, "tag", reference->tag, (char *)NULL);
	request->done = on_dated;
	request->arg = transfer;
	if (http_send(request, &ignored) != 0)
		return false;
	transfer->request = request;
	return true;
}

static bool pull_hint(const struct transfer *transfer, const char *text)
{
	struct errors *errors = transfer->job.errors;
	const struct service *service = transfer->job.step->service;
	if (transfer_says(text, "not found") || transfer_says(text, "manifest unknown") ||
		transfer_says(text, "no such image")) {
		error_hint(errors,
			service && service->build ? "the service has a build: docker flow build %s"
						  : "check name and tag%s",
			service && service->build ? service->key : "");
		return true;
	}
	if (!transfer_says(text, "no matching manifest"))
		return false;
	error_hint(errors, "the image exists for other platforms only; `platform:` chooses one");
	return true;
}

static const struct transfer_kind pulling = {
	.verb = "pull",
	.needs_login = "a private image",
	.code = ERROR_PULL,
	.ask = pull_ask,
	.after = put_date,
	.hint = pull_hint,
};

static struct job *pull_begin(const struct job *given)
{
	return transfer_begin(given, &pulling);
}

const struct job_row pull_job = { .begin = pull_begin, .cancel = transfer_cancel };
