/* The way that always works: a container of one static program in the network namespace of the one that is
 * waited for. The program tries by itself until it is ready or its patience is over, so one container is made
 * per round, not per try. It ends and is removed by the engine even when we are gone.
 *
 * create (the image is imported when it is missing) → attach and wait, both accepted → start → exit code. */
#include "base/text/json.h"
#include "engine/stream/frames.h"
#include "engine/probe/helper_image.h"
#include "engine/probe/probe.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <time.h>

#define HELPER_LABEL "docker-flow.helper"
#define LEFTOVER_AGE 600 /* seconds; generous, as clocks differ between hosts */
/* Head of the answer and body. */
#define HELPER_OUTPUT_MOST (PROBE_BODY_MOST + (64 << 10))

struct helper {
	const char *id;
	struct request *request; /* create, import, start */
	struct request *attach, *wait;
	struct frames frames;
	struct buf output;
	unsigned open; /* attach and wait accepted */
	bool imported, started, waited, ended;
	int64_t code;
};

static void remove_container(struct engine *engine, const char *id)
{
	struct request *request = http_request(engine->http);
	struct errors errors;
	errors_init(&errors, http_arena(request));
	request->method = "DELETE";
	request->path = http_path(http_arena(request), "containers", id, (char *)NULL);
	request->query = "force=1";
	http_send(request, &errors);
}

static struct helper *helper_of(struct probe_try *try)
{
	return try->own;
}

static struct request *helper_request(
	struct probe_try *try, const char *path, void (*done)(struct request *request))
{
	struct request *request = http_request(try->engine->http);
	request->method = "POST";
	request->path = path;
	request->done = done;
	request->arg = try;
	return request;
}

static bool helper_send(struct probe_try *try, struct request *request, struct request **ret_request)
{
	struct errors errors;
	errors_init(&errors, try->arena);
	if (http_send(request, &errors) == 0) {
		*ret_request = request;
		return true;
	}
	probe_settle(
		try, false, "%s", errors.first ? errors.first->message : "the request could not be sent");
	return false;
}

static bool is_good(struct probe_try *try, const struct request *request, const char *what)
{
	if (request->fault == HTTP_OK && request->status < 300)
		return true;
	probe_settle(try, false, "helper container: %s: %s", what, http_message(try->arena, request));
	return false;
}

static void helper_add_texts(struct cJSON *array, const char *const *texts)
{
	for (; *texts; texts++)
		cJSON_AddItemToArray(array, cJSON_CreateString(*texts));
}

/* What the program is told; see helper/helper.c. */
static void add_command(struct probe_try *try, struct cJSON *json)
{
	struct arena *arena = try->arena;
	const struct route_way *way = route_way(try->route);
	struct helper_order order = { NULL };
	try->kind->order(try, &order);
	/* It has to end before the try does, and needs a moment to start. */
	int64_t patience = try->timeout - try->timeout / 4;
	const char *argv[] = {
		order.talk,
		way->address,
		arena_printf(arena, "%lld", (long long)way->port),
		arena_printf(arena, "%lld", (long long)(patience / PACE_MS)),
		arena_printf(arena, "%lld", (long long)(try->interval / PACE_MS)),
		order.words[0],
		order.words[1],
		NULL,
	};
	const char *env[2] = { order.request ? arena_printf(arena, "FLOW_REQUEST=%s", order.request) : NULL };
	helper_add_texts(cJSON_AddArrayToObject(json, "Cmd"), argv);
	helper_add_texts(cJSON_AddArrayToObject(json, "Env"), env);
}

static const char *create_body(struct probe_try *try)
{
	static const char *const entrypoint[] = { "/probe", NULL }, *const all[] = { "ALL", NULL };
	static const char *const options[] = { "no-new-privileges", NULL };
	struct arena *arena = try->arena;
	struct cJSON *json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "Image", helper_image_name(arena));
	helper_add_texts(cJSON_AddArrayToObject(json, "Entrypoint"), entrypoint);
	add_command(try, json);
	cJSON_AddStringToObject(json, "User", "65534:65534");
	cJSON_AddTrueToObject(json, "AttachStdout");
	cJSON_AddStringToObject(cJSON_AddObjectToObject(json, "Labels"), HELPER_LABEL, try->look->name);
	struct cJSON *host = cJSON_AddObjectToObject(json, "HostConfig");
	cJSON_AddStringToObject(host, "NetworkMode", arena_printf(arena, "container:%s", try->look->id));
	cJSON_AddTrueToObject(host, "AutoRemove");
	cJSON_AddTrueToObject(host, "ReadonlyRootfs");
	cJSON_AddStringToObject(cJSON_AddObjectToObject(host, "LogConfig"), "Type", "none");
	helper_add_texts(cJSON_AddArrayToObject(host, "CapDrop"), all);
	helper_add_texts(cJSON_AddArrayToObject(host, "SecurityOpt"), options);
	return json_print(arena, json);
}

/* Both the exit code and the end of the output are there. */
static void helper_judge(struct probe_try *try)
{
	struct helper *own = helper_of(try);
	const char *why = "";
	if (!own->waited || !own->ended)
		return;
	if (own->code != 0 && own->code != 1) {
		probe_settle(try, false,
			"helper container: exit code %lld (is the engine of another architecture?)",
			(long long)own->code);
		return;
	}
	bool ready = own->code == 0;
	if (!ready)
		why = buf_text(&own->output);
	else if (try->kind->accept)
		ready = try->kind->accept(try, own->output.data, own->output.len, &why);
	probe_settle(try, ready, "%s", ready ? "ready" : why);
}

static void helper_on_payload(void *arg, bool standard_error, const char *bytes, size_t len)
{
	struct probe_try *try = arg;
	(void)standard_error;
	buf_append(&helper_of(try)->output, bytes, len);
}

static void helper_on_bytes(struct request *request, const char *bytes, size_t len)
{
	struct probe_try *try = request->arg;
	frames_feed(&helper_of(try)->frames, bytes, len, helper_on_payload, try);
}

static void on_attach_end(struct request *request)
{
	struct probe_try *try = request->arg;
	helper_of(try)->attach = NULL;
	helper_of(try)->ended = true;
	if (is_good(try, request, "attach"))
		helper_judge(try);
}

static void on_waited(struct request *request)
{
	struct probe_try *try = request->arg;
	struct helper *own = helper_of(try);
	struct errors errors;
	errors_init(&errors, try->arena);
	own->wait = NULL;
	if (!is_good(try, request, "wait"))
		return;
	static const struct json_member code = { "StatusCode", JSON_NUMBER };
	struct cJSON *json = http_json(request, JSON_OBJECT, &errors);
	own->waited = json && json_check(json, &code, 1, http_json_name(try->arena, request), &errors) == 0;
	own->code = json_int(json, code.path, -1);
	cJSON_Delete(json);
	if (own->waited)
		helper_judge(try);
	else
		probe_settle(try, false, "helper container: %s", errors.first->message);
}

static void on_started(struct request *request)
{
	struct probe_try *try = request->arg;
	helper_of(try)->request = NULL;
	is_good(try, request, "start");
}

static void helper_on_open(struct request *request)
{
	struct probe_try *try = request->arg;
	struct helper *own = helper_of(try);
	if (++own->open < 2 || own->started)
		return;
	own->started = true;
	helper_send(try,
		helper_request(
			try, http_path(try->arena, "containers", own->id, "start", (char *)NULL), on_started),
		&own->request);
}

static void helper_on_created(struct request *request);

static void helper_create(struct probe_try *try)
{
	struct request *request = helper_request(try, "/containers/create", helper_on_created);
	request->body = create_body(try);
	request->body_len = strlen(request->body);
	helper_send(try, request, &helper_of(try)->request);
}

static void on_imported(struct request *request)
{
	struct probe_try *try = request->arg;
	helper_of(try)->request = NULL;
	/* A failure within the stream shows at the create that follows. */
	if (is_good(try, request, "import of its image"))
		helper_create(try);
}

/* Engine API: POST /images/create?fromSrc=- takes the tar as the body. */
static void import(struct probe_try *try)
{
	struct arena *arena = try->arena;
	const char *tag = strchr(helper_image_name(arena), ':') + 1;
	struct request *request = helper_request(try, "/images/create", on_imported);
	helper_of(try)->imported = true;
	request->query = http_query(arena, "fromSrc", "-", "repo", HELPER_IMAGE_REPOSITORY, "tag", tag,
		"changes", "LABEL " HELPER_LABEL "=image", NULL);
	request->body = helper_image_tar(&request->body_len);
	request->content_type = "application/x-tar";
	helper_send(try, request, &helper_of(try)->request);
}

/* The helper container exists: attaches to it before it starts, so that no line is lost. */
static void helper_on_created(struct request *request)
{
	struct probe_try *try = request->arg;
	struct helper *own = helper_of(try);
	struct arena *arena = try->arena;
	struct errors errors;
	errors_init(&errors, arena);
	own->request = NULL;
	if (request->fault == HTTP_OK && request->status == 404 && !own->imported) {
		import(try);
		return;
	}
	if (!is_good(try, request, "create"))
		return;
	static const struct json_member id = { "Id", JSON_ID };
	struct cJSON *json = http_json(request, JSON_OBJECT, &errors);
	if (json && json_check(json, &id, 1, http_json_name(arena, request), &errors) == 0)
		own->id = arena_strdup(arena, json_text(json, id.path, NULL));
	cJSON_Delete(json);
	if (!own->id) {
		probe_settle(try, false, "helper container: %s", errors.first->message);
		return;
	}
	struct request *attach = helper_request(
		try, http_path(arena, "containers", own->id, "attach", (char *)NULL), on_attach_end);
	attach->query = "stream=1&stdout=1";
	attach->pauses = HTTP_EVER; /* the try has its time */
	attach->head = helper_on_open;
	attach->data = helper_on_bytes;
	struct request *wait =
		helper_request(try, http_path(arena, "containers", own->id, "wait", (char *)NULL), on_waited);
	wait->query = "condition=next-exit";
	wait->takes = wait->pauses = HTTP_EVER;
	wait->head = helper_on_open;
	if (!helper_send(try, attach, &own->attach))
		http_free(wait);
	else
		helper_send(try, wait, &own->wait);
}

/* Engine API: GET /containers/json. */
static void on_leftovers(struct request *request)
{
	struct engine *engine = request->arg;
	struct errors errors;
	errors_init(&errors, http_arena(request));
	struct cJSON *json = request->fault == HTTP_OK && request->status == 200
				     ? http_json(request, JSON_LIST, &errors)
				     : NULL;
	const struct cJSON *item;
	cJSON_ArrayForEach(item, json)
	{
		/* The filters are not relied on: what is removed says itself that it is one. */
		const char *id = json_text(item, "Id", NULL);
		bool ours = cJSON_IsString(json_get(json_get(item, "Labels"), HELPER_LABEL)) &&
			    strcmp(json_text(item, "State", ""), "created") == 0;
		int64_t made = json_int(item, "Created", INT64_MAX);
		if (ours && json_is_id(id) && made <= (int64_t)time(NULL) - LEFTOVER_AGE)
			remove_container(engine, id);
	}
	cJSON_Delete(json);
}

/* Helpers that somebody made, and died before the start. */
static void remove_leftovers(struct engine *engine)
{
	struct request *request = http_request(engine->http);
	struct errors errors;
	errors_init(&errors, http_arena(request));
	request->method = "GET";
	request->path = "/containers/json";
	request->query = http_query(http_arena(request), "all", "1", "filters",
		"{\"label\":[\"" HELPER_LABEL "\"],\"status\":[\"created\"]}", NULL);
	request->done = on_leftovers;
	request->arg = engine;
	http_send(request, &errors);
}

static void probe_helper_begin(struct probe_try *try)
{
	buf_init(&helper_of(try)->output, HELPER_OUTPUT_MOST);
	remove_leftovers(try->engine);
	helper_create(try);
}

static void probe_helper_cancel(struct probe_try *try)
{
	struct helper *own = helper_of(try);
	http_cancel(own->request);
	http_cancel(own->attach);
	http_cancel(own->wait);
	/* One that was made and never started does not remove itself, one that runs need not go on. */
	if (own->id && !own->waited)
		remove_container(try->engine, own->id);
	buf_finish(&own->output);
}

const struct prober prober_helper = {
	.name = "helper",
	.size = sizeof(struct helper),
	.growth = { 50 * PACE_MS, 1 },
	.ported = true,
	.lasting = true,
	.begin = probe_helper_begin,
	.cancel = probe_helper_cancel,
};
