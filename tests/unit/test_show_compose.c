/* The plain screen under the name docker-compose. */
#include "cmd/screen/show_screen.h"
#include "unit.h"

#include <errno.h>
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
	plan_note(plan, "service web: Skipped - Image can be built");
	plan_note(plan, "service web: container made by another tool");
	event_notes(sink, plan);
	fflush(look.out);
	assert_string_equal(text, " web Pulling\n web Pulled\n Network p_default  Removed\n"
				  " Container p-db-1  Waiting\n Container p-db-2  Waiting\n"
				  " Container p-db-1  Healthy\n Container p-db-2  Healthy\n"
				  " web Skipped - Image can be built\n"
				  "service web: container made by another tool\n"
				  " Container p-web-1  Running\n");
	fclose(look.out);
	free(text);
	arena_destroy(arena);
}

/* What builds do has an output of its own there, in BuildKit's lines: parts have numbers, and are named once,
 * and nothing of it obeys the terminal. */
static void builds_in_lines_of_buildkit(void **state)
{
	(void)state;
	const int64_t s = 1000000000;
	static const struct step web = { .op = OP_IMAGE_BUILD, .name = "p-web" };
	static const struct step db = { .op = OP_IMAGE_BUILD, .name = "p-db" };
	const struct event events[] = {
		{ EVENT_PROGRESS, .step = &web, .service = "web", .part = "[1/2] FROM a", .text = "running",
			.turn = TURN_BEGINS },
		{ EVENT_PROGRESS, .step = &web, .service = "web", .part = "[1/2] FROM a",
			.text = "extracting" },
		{ EVENT_PROGRESS, .step = &web, .service = "web", .part = "[1/2] FROM a", .text = "done 0.2s",
			.turn = TURN_ENDS },
		{ EVENT_PROGRESS, .step = &web, .service = "web", .part = "[2/2] RUN b", .text = "running",
			.turn = TURN_BEGINS, .elapsed = s },
		{ EVENT_PROGRESS, .step = &db, .service = "db", .part = "exporting", .text = "cached",
			.turn = TURN_ENDS },
		{ EVENT_OUTPUT, .step = &web, .service = "web", .part = "[2/2] RUN b", .text = "hi\033[2J",
			.elapsed = 3 * s / 2 },
		{ EVENT_PROGRESS, .step = &web, .service = "web", .part = "[2/2] RUN b", .text = "failed",
			.turn = TURN_ENDS, .elapsed = 2 * s },
		{ EVENT_PROGRESS, .step = &web, .service = "web", .text = "of no part", .turn = TURN_ENDS },
	};
	for (int quiet = 0; quiet < 2; quiet++) {
		char *text = NULL, *other = NULL;
		size_t len, other_len;
		struct arena *arena = arena_create();
		struct show_look look = { .now = time_now, .as_compose = true, .quiet_build = quiet };
		look.out = open_memstream(&other, &other_len);
		look.build_out = open_memstream(&text, &len);
		struct sink *sink = show_plain_create(arena, &look);
		for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
			struct event event = events[i];
			event.object = "image";
			event.name = event.step->name;
			event_send(sink, &event);
		}
		fclose(look.out);
		fclose(look.build_out);
		assert_string_equal(other, "");
		assert_string_equal(text, quiet ? ""
						: "#1 [web 1/2] FROM a\n#1 DONE 0.2s\n"
						  "\n#2 [web 2/2] RUN b\n"
						  "\n#3 [db] exporting\n#3 CACHED\n"
						  "\n#2 0.500 hi\n#2 FAILED\n");
		free(text);
		free(other);
		arena_destroy(arena);
	}
}

/* An output that nobody takes is a failure of the command. */
static void failure_of_a_builds_output(void **state)
{
	(void)state;
	int failure = 0;
	struct arena *arena = arena_create();
	struct show_look look = { .now = time_now, .as_compose = true, .failure = &failure };
	look.build_out = fopen("/dev/full", "w");
	const struct step step = { .op = OP_IMAGE_BUILD, .name = "p-web" };
	event_send(show_plain_create(arena, &look), &(struct event){ .kind = EVENT_OUTPUT,
							    .step = &step,
							    .name = "p-web",
							    .service = "web",
							    .part = "RUN a",
							    .text = "hi" });
	assert_int_equal(failure, ENOSPC);
	fclose(look.build_out);
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_docker_compose),
		cmocka_unit_test(builds_in_lines_of_buildkit), cmocka_unit_test(failure_of_a_builds_output) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
