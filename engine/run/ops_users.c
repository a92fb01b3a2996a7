/* Who uses a network, a volume or an image that the engine does not remove since it is in use. */
#include "base/text/text.h"
#include "base/text/texts.h"
#include "engine/observe/observe.h"
#include "engine/run/op_row.h"

#include <cjson/cJSON.h>
#include <string.h>

bool users_due(struct op_call *call, const struct request *request)
{
	const struct op_row *row = op_row(call->step->op);
	if (!row->used_text || request->fault != HTTP_OK || request->status != row->used)
		return false;
	const char *message = http_message(call->arena, request);
	if (!strstr(message, row->used_text))
		return false;
	call->refusal = message;
	call->use = OP_USE_ASKED;
	return true;
}

int users_ask(struct op_call *call, struct request *request)
{
	const struct op_row *row = op_row(call->step->op);
	const struct observed_network *network = call->step->network.seen;
	const char *name = network ? network->id : call->step->name;
	request->method = "GET";
	request->path = "/containers/json";
	/* A network is only kept by those that run. */
	request->query = http_query(call->arena, "all", network ? "0" : "1", "filters",
		observe_filter(call->arena, row->used_filter, &name, 1), (char *)NULL);
	return 0;
}

enum op_verdict users_got(struct op_call *call, const struct cJSON *json)
{
	struct errors unheard;
	const struct cJSON *item;
	errors_init(&unheard, call->arena);
	call->use = OP_USE_FOREIGN;
	cJSON_ArrayForEach(item, json)
	{
		const struct observed_container *user = observe_container(call->arena, NULL, item, &unheard);
		if (!user)
			continue;
		if (text_among(user->project, call->projects, call->nprojects))
			call->use = OP_USE_OWN;
		/* The list of an image has those of its children, too; the refusal has the id. */
		bool meant = strstr(call->refusal, arena_strndup(call->arena, user->id, 12)) != NULL;
		if (!call->holder || meant)
			call->holder = user;
	}
	return OP_FAIL;
}

const char *users_text(const struct op_call *call)
{
	const struct observed_container *user = call->holder;
	if (!user)
		return "something else uses it";
	return user->project && !text_among(user->project, call->projects, call->nprojects)
		       ? arena_printf(
				 call->arena, "container %s of project %s uses it", user->name, user->project)
		       : arena_printf(call->arena, "container %s uses it", user->name);
}

bool users_keep(struct op_call *call)
{
	bool stays = call->step->ending.yields &&
		     (call->use == OP_USE_FOREIGN || (call->use == OP_USE_OWN && step_tolerated(call->step)));
	if (stays)
		call->step->kept = users_text(call);
	return stays;
}
