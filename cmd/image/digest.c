#include "cmd/line/commands.h"
#include "cmd/open/connect.h"
#include "engine/registry/manifest.h"

static int digest_run(struct ctx *ctx, const void *data)
{
	struct repository_options registry;
	const char *digest;
	(void)data;
	if (repository_check_name(ctx->args[0], ERROR_USAGE, &ctx->errors) < 0 ||
		connect_registries(ctx, &registry) < 0)
		return -1;
	struct repository *repository =
		repository_open(ctx->arena, &registry, ctx->args[0], false, &ctx->errors);
	int result =
		repository ? manifest_digest(repository, repository_object(repository), &digest, &ctx->errors)
			   : -1;
	if (result == 0)
		fprintf(ctx->output.stream, "%s\n", digest);
	repository_close(repository);
	return result;
}

const struct cmd cmd_digest = {
	.name = "digest",
	.args = "IMAGE[:TAG]",
	.brief = "Print the digest that a tag stands for in its registry",
	.text = "Asks the registry itself, with the login of docker's config.json; nothing is pulled, and no engine is needed. The digest "
		"is that of all platforms where there are several. Without a tag it is latest.",
	.examples =
		(const struct cmd_example[]){
			{ "digest registry.example/team/app:1.0",
				"the DIGEST of `image: registry.example/team/app:1.0@DIGEST`" },
			{ 0 } },
	.group = GROUP_LOOK,
	.min_args = 1,
	.most = 1,
	.run = digest_run,
};
