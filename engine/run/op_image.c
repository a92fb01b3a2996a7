/* Images: pull and build, which are jobs, and remove. */
#include "engine/image/images.h"
#include "engine/run/op_row.h"

static int ask_image_remove(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	request->path = arena_printf(call->arena, "/images/%s", http_path(call->arena, call->step->name));
	return 0;
}

static const struct op_row rows[] = {
	{ .op = OP_IMAGE_PULL, .job = &pull_job },
	{ .op = OP_IMAGE_BUILD, .job = &build_job },
	{ .op = OP_IMAGE_REMOVE, .ask = ask_image_remove, .fine = 404 },
};

const struct op_rows op_image_rows = { rows, sizeof rows / sizeof *rows };
