/* The plain screen under the name docker-compose. */
#include "cmd/screen/show_screen.h"
#include "unit.h"

#include <stdlib.h>

static int64_t time_now(void)
{
	return 1000000000;
}

/* As docker-compose: its words, no times, a line for each container that is waited for, none for what
 * it is silent of. */
static void as_docker_compose(void **state)
{
	(void)state;
	char *text = NULL;
	size_t len;
	struct arena *arena = arena_create();
	struct show_look look = { .title = "up", .now = time_now, .as_compose = true };
	look.out = open_memstream(&text, &len);
	const struct observed_container db = { .name = "p-db-1" };
	const struct observed_container *watched[] = { &db };
	struct step started = { .op = OP_CONTAINER_START, .name = "p-db-2" }, *starts[] = { &started };
	struct step gate = { .op = OP_GATE,
		.name = "db",
		.gate = { .condition = CONDITION_HEALTHY,
			.watched = watched,
			.nwatched = 1,
			.starts = starts,
			.nstarts = 1 } };
	const struct network network = { .name = "p_default" };
	struct step remade = { .op = OP_NETWORK_REMOVE, .name = "p_default", .network.wanted = &network };
	struct step leaves = { .op = OP_NETWORK_DISCONNECT, .name = "p-db-1" };
	struct step pull = { .op = OP_IMAGE_PULL, .name = "nginx" };
	struct sink *sink = show_plain_create(arena, &look);
	const struct {
		struct step *step;
		const char *object, *service;
	} rows[] = { { &pull, "image", "web" }, { &leaves, "container" }, { &remade, "network" },
		{ &gate, "gate" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (enum step_state each = STEP_RUNNING; each <= STEP_DONE; each++)
			event_send(sink, &(struct event){ .kind = EVENT_STEP,
						 .step = rows[i].step,
						 .state = each,
						 .object = rows[i].object,
						 .name = rows[i].step->name,
						 .service = rows[i].service,
						 .elapsed = 1000000000 });
	struct plan *plan = plan_create(arena);
	plan_keep(plan, "p-web-1", "Running");
	event_notes(sink, plan);
	fflush(look.out);
	assert_string_equal(text, " web Pulling\n web Pulled\n Network p_default  Removed\n"
				  " Container p-db-1  Waiting\n Container p-db-2  Waiting\n"
				  " Container p-db-1  Healthy\n Container p-db-2  Healthy\n"
				  " Container p-web-1  Running\n");
	fclose(look.out);
	free(text);
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_docker_compose) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
