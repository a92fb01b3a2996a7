/* What tests of timelines share: runs from plans whose times are given. */
#ifndef TESTS_TIMELINE_CASE_H
#define TESTS_TIMELINE_CASE_H

#include "graph/timeline/timeline.h"
#include "unit.h"

#define MS INT64_C(1000000)

static struct arena *arena;
static struct errors errors;
static struct plan *plan;
static struct service db = { .key = "db" }, web = { .key = "web" };
static struct probe probe;

static int set_up(void **state)
{
	(void)state;
	arena = arena_create();
	errors_init(&errors, arena);
	plan = plan_create(arena);
	probe = (struct probe){ .kind = PROBE_TCP };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* The clock of these runs begins at 1 s; times are given in ms since then. */
#define CLOCK (1000 * MS)

static struct step *add(enum op op, const char *name, int64_t began, int64_t ended, struct step *on)
{
	struct step *step = plan_add(plan, op, name, "not found");
	step->state = STEP_DONE;
	step->began = CLOCK + began * MS;
	step->ended = CLOCK + ended * MS;
	plan_need(plan, step, on, ON_SUCCESS);
	return step;
}

static struct step *add_gate(const char *name, int64_t began, int64_t ended, struct step *on)
{
	struct step *gate = add(OP_GATE, name, began, ended, on);
	gate->service = &db;
	gate->gate.condition = CONDITION_HEALTHY;
	gate->gate.probe = &probe;
	return gate;
}

static struct timeline *begin(void)
{
	return timeline_create(arena, "shop", "up", INT64_C(1764457200123456789), CLOCK);
}

/* A run of one plan, from 10 ms on. */
static struct timeline *run(int64_t took)
{
	struct timeline *timeline = begin();
	timeline_take(timeline, plan, "containers", CLOCK + 10 * MS, CLOCK + took * MS);
	timeline_end(timeline, true, CLOCK + took * MS);
	return timeline;
}

/* db is created, starts, gets healthy; web has long been created when it may start. */
static struct timeline *run_shop(void)
{
	struct step *network = add(OP_NETWORK_CREATE, "shop_default", 10, 30, NULL);
	struct step *made = add(OP_CONTAINER_CREATE, "shop-db-1", 30, 60, network);
	struct step *other = add(OP_CONTAINER_CREATE, "shop-web-1", 30, 50, network);
	struct step *started = add(OP_CONTAINER_START, "shop-db-1", 60, 100, made);
	started->service = &db;
	other->service = &web;
	struct step *gate = add_gate("db", 100, 3100, started);
	struct step *last = add(OP_CONTAINER_START, "shop-web-1", 3200, 3300, gate);
	last->service = &web;
	plan_need(plan, last, other, ON_SUCCESS);
	return run(3300);
}

static const char *advice_of(const struct timeline *timeline)
{
	struct timeline_advice *advice;
	const char *text = "";
	for (size_t i = 0, count = timeline_advise(timeline, arena, &advice); i < count; i++)
		text = arena_printf(arena, "%s%s\n", text, advice[i].text);
	return text;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
