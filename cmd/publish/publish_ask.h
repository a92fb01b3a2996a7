/* What people may not want others to read, told before anything is sent. */
#ifndef CMD_PUBLISH_ASK_H
#define CMD_PUBLISH_ASK_H

#include "cmd/line/cmd.h"
#include "engine/artifact/artifact.h"

struct publish_question {
	const struct project *project;
	const struct node *files; /* the services as the files have them, `env_file` too */
	const struct artifact *artifact;
	bool with_env; /* variables may go at all */
};

/* Asks about binds, about what looks like a secret, and about variables, as docker compose 2.40 does; in its
 * words under its name, and with the values, which else nobody sees. Returns 1 when nothing speaks against
 * it; 0 when the answer is no, or when docker compose's words on variables without leave were printed
 * (ctx->status is 1 then); -1 with findings: such variables, or nobody who could answer. */
int publish_ask(struct ctx *ctx, const struct publish_question *question);

#endif
