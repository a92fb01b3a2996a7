#include "cmd/image/image.h"
#include "cmd/open/connect.h"
#include "cmd/open/project.h"

int image_scope(struct ctx *ctx, bool deps, struct scope *ret_scope)
{
	const struct scope_wish wish = {
		.selection = { .services = ctx->args, .nservices = ctx->nargs, .no_deps = !deps },
	};
	return scope_open(ctx, &wish, ret_scope);
}

int image_open(struct ctx *ctx, bool deps, struct scope *ret_scope)
{
	return image_scope(ctx, deps, ret_scope) < 0 ? -1 : connect_engine(ctx);
}
