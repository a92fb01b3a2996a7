/* Images: pull, build and push, which are jobs, and remove. */
#include "engine/build/build.h"
#include "engine/image/images.h"
#include "engine/run/op_row.h"

#define REMOVE_TAKES INT64_C(60000000000) /* ns: many files */

static int ask_image_remove(struct op_call *call, struct request *request)
{
	request->method = "DELETE";
	request->path =
		arena_printf(call->arena, "/images/%s", http_path_image(call->arena, call->step->name));
	return 0;
}

static const struct op_row rows[] = {
	{ .op = OP_IMAGE_PULL, .job = &pull_job },
	{ .op = OP_IMAGE_BUILD, .job = &build_job },
	{ .op = OP_IMAGE_PUSH, .job = &push_job },
	{ .op = OP_IMAGE_REMOVE,
		.ask = ask_image_remove,
		.takes = REMOVE_TAKES,
		.fine = 404,
		.used = 409,
		.used_text = "container",
		.used_filter = "ancestor" },
};

const struct op_rows op_image_rows = { rows, sizeof rows / sizeof *rows };
