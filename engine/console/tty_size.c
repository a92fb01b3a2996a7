#include "engine/console/tty_size.h"

#include "engine/loop/backoff.h"

static const struct backoff backoff = { .first = 5000000, .factor = 2, .repeats = 9 };

static void size_send(struct tty_size *size);

static void size_again(void *arg)
{
	struct tty_size *size = arg;
	size->timer = NULL;
	size_send(size);
}

static void size_told(struct request *request)
{
	struct tty_size *size = request->arg;
	bool taken = request->fault == HTTP_OK && request->status < 300;
	size->request = NULL;
	if (taken && !size->due)
		return;
	int64_t pause = taken ? 0 : backoff_next(&backoff, &size->tries);
	size->due = true;
	if (pause >= 0)
		size->timer = loop_after(size->engine->loop, pause, size_again, size);
}

static void size_send(struct tty_size *size)
{
	struct errors unheard;
	struct request *request = http_request(size->engine->http);
	errors_init(&unheard, http_arena(request));
	request->method = "POST";
	request->path = size->path;
	request->query = arena_printf(http_arena(request), "h=%u&w=%u", size->rows, size->columns);
	request->done = size_told;
	request->arg = size;
	size->due = false;
	if (http_send(request, &unheard) == 0)
		size->request = request;
}

void tty_size_set(struct tty_size *size, unsigned rows, unsigned columns)
{
	if (!rows || !columns)
		return;
	size->rows = rows;
	size->columns = columns;
	size->due = true;
	size->tries = 0;
	if (!size->request && !size->timer)
		size_send(size);
}

void tty_size_end(struct tty_size *size)
{
	if (!size->engine)
		return;
	http_cancel(size->request);
	loop_cancel(size->engine->loop, size->timer);
	size->request = NULL;
	size->timer = NULL;
}
