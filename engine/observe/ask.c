#include "engine/observe/ask.h"
#include "engine/loop/backoff.h"

static void ask_try(struct ask *ask);

static void ask_end(struct ask *ask)
{
	if (ask->open)
		--*ask->open;
}

static void ask_again(void *arg)
{
	struct ask *ask = arg;
	ask->timer = NULL;
	ask_try(ask);
}

static void ask_done(struct request *request)
{
	struct ask *ask = request->arg;
	int64_t pause = http_transient_look(request) ? backoff_next(&backoff_request, &ask->repeats) : -1;
	ask->request = NULL;
	if (pause >= 0) {
		ask->timer = loop_after(ask->engine->loop, pause, ask_again, ask);
		return;
	}
	ask_end(ask);
	ask->answered(ask, request);
}

static void ask_try(struct ask *ask)
{
	struct request *request = ask->request = http_request(ask->engine->http);
	request->method = "GET";
	request->path = ask->path;
	request->query = ask->query;
	request->headers = ask->headers;
	request->takes = ask->takes;
	request->data = ask->data;
	request->done = ask_done;
	request->arg = ask;
	if (ask->begin)
		ask->begin(ask);
	if (http_send(request, ask->errors) == 0)
		return;
	ask->request = NULL;
	ask_end(ask);
	ask->answered(ask, NULL);
}

void ask_send(struct ask *ask)
{
	ask->repeats = 0;
	if (ask->open)
		++*ask->open;
	ask_try(ask);
}

bool ask_pends(const struct ask *ask)
{
	return ask->request || ask->timer;
}

void ask_cancel(struct ask *ask)
{
	if (!ask_pends(ask))
		return;
	http_cancel(ask->request);
	loop_cancel(ask->engine->loop, ask->timer);
	ask->request = NULL;
	ask->timer = NULL;
	ask_end(ask);
}

static bool none_open(void *arg)
{
	return *(size_t *)arg == 0;
}

void ask_wait(struct engine *engine, size_t *open)
{
	loop_run(engine->loop, none_open, open);
}
