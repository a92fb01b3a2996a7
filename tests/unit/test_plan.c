/* How plans are put together and printed. */
#include "graph/plan/plan.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct plan *sample(struct arena *arena)
{
	static const struct service web = { .key = "web" }, db = { .key = "db" };
	static const struct network back = { .key = "back", .name = "p_back" };
	struct plan *plan = plan_create(arena);
	struct step *network = plan_add(plan, OP_NETWORK_CREATE, "p_back", "not found");
	struct step *create = plan_add(plan, OP_CONTAINER_CREATE, "p-web-1", "not \"found\"");
	struct step *connect = plan_add(plan, OP_NETWORK_CONNECT, "p-web-1", NULL);
	struct step *gate = plan_add(plan, OP_GATE, "db", "web waits for it");
	struct step *start = plan_add(plan, OP_CONTAINER_START, "p-web-1", NULL);
	struct step *undo = plan_add(plan, OP_CONTAINER_REMOVE, "p-web-1", NULL);
	create->service = connect->service = start->service = &web;
	connect->network.wanted = &back;
	gate->service = &db;
	gate->gate.condition = CONDITION_HEALTHY;
	undo->undo = true;
	plan_need(plan, create, network, ON_SUCCESS);
	plan_need(plan, create, network, ON_SUCCESS);
	plan_need(plan, create, NULL, ON_SUCCESS);
	plan_need(plan, connect, create, ON_SUCCESS);
	plan_need(plan, start, connect, ON_SUCCESS);
	plan_need(plan, start, gate, ON_SOFT);
	plan_need(plan, undo, start, ON_SKIP);
	plan_note(plan, "service %s: %d notes", "web", 2);
	return plan;
}

static char *print(const struct plan *plan, bool json)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	plan_print(out, plan, json);
	fclose(out);
	return text;
}

static void text_is_one_line_a_step(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	char *text = print(sample(arena), false);
	assert_string_equal(text, "1          network    p_back   create          not found\n"
				  "2 <- 1     container  p-web-1  create          not \"found\"\n"
				  "3 <- 2     container  p-web-1  connect p_back\n"
				  "4          gate       db       wait healthy    web waits for it\n"
				  "5 <- 3,4?  container  p-web-1  start\n"
				  "note: service web: 2 notes\n");
	free(text);
	arena_destroy(arena);
}

static void json_holds_the_same(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	char *text = print(sample(arena), true);
	assert_non_null(strstr(text, "{\"changes\":4,\"steps\":[\n"));
	assert_non_null(strstr(text,
		"{\"step\":2,\"object\":\"container\",\"name\":\"p-web-1\",\"verb\":\"create\","
		"\"argument\":null,"
		"\"service\":\"web\",\"reason\":\"not \\\"found\\\"\",\"changed\":[],\"needs\":[{\"step\":1,"
		"\"release\":\"success\"}]}"));
	assert_non_null(strstr(text, "\"verb\":\"connect\",\"argument\":\"p_back\""));
	assert_non_null(strstr(text, "\"verb\":\"wait\",\"argument\":\"healthy\""));
	assert_non_null(
		strstr(text, "{\"step\":4,\"release\":\"soft\"}]}\n],\"notes\":[\"service web: 2 notes\"]}"));
	assert_null(strstr(text, "remove"));
	free(text);
	arena_destroy(arena);
}

static void an_empty_plan_changes_nothing(void **state)
{
	(void)state;
	struct arena *arena = arena_create();
	struct plan *plan = plan_create(arena);
	assert_int_equal(plan_changes(plan), 0);
	char *text = print(plan, false);
	assert_string_equal(text, "");
	free(text);
	arena_destroy(arena);
}

static void only_conflicts_are_worth_another_look(void **state)
{
	struct arena *arena = arena_create();
	struct plan *plan = plan_create(arena);
	struct step *one = plan_add(plan, OP_CONTAINER_START, "one", NULL);
	struct step *two = plan_add(plan, OP_CONTAINER_START, "two", NULL);
	(void)state;
	assert_false(plan_conflict(plan));
	one->state = STEP_FAILED;
	two->state = STEP_SKIPPED;
	assert_false(plan_conflict(plan));
	one->conflict = true;
	assert_true(plan_conflict(plan));
	two->state = STEP_FAILED;
	assert_false(plan_conflict(plan));
	two->may_fail = true;
	assert_true(plan_conflict(plan));
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_one_line_a_step),
		cmocka_unit_test(json_holds_the_same),
		cmocka_unit_test(an_empty_plan_changes_nothing),
		cmocka_unit_test(only_conflicts_are_worth_another_look),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
