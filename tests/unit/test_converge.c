/* Whatever happens to an `up` at whatever step, the next one repairs it: the plans of testdata/plans are run
 * on a simulated engine and killed, interrupted or failed at every step. */
#include "sim.h"

enum accident {
	KILL,      /* nothing more happens after step k */
	INTERRUPT, /* sched_stop before step k, undo steps run */
	FAIL,      /* step k is refused */
	LOSE,      /* step k is done but reported as failed */
	ACCIDENTS
};

static const char *const accident_names[] = { "killed", "interrupted", "refused", "answer lost" };

/* Runs the plan; the accident happens at step `k`. Returns that step, or NULL when there was none. */
static const struct step *run(struct sim *sim, struct plan *plan, enum accident accident, size_t k)
{
	struct sched sched;
	assert_int_equal(sched_init(&sched, plan, NULL, NULL), 0);
	struct step *step, *hit = NULL;
	size_t count = 0;
	while ((step = sched_next(&sched))) {
		bool now = count++ == k;
		hit = now ? step : hit;
		if (now && accident == KILL)
			return step;
		bool ok = now && accident == FAIL ? false : sim_apply(sim, step);
		if (now && accident == INTERRUPT)
			sched_stop(&sched, "interrupted");
		sched_done(&sched, step, ok && !(now && accident == LOSE));
	}
	assert_true(sched_finished(&sched));
	return hit;
}

/* A finding of the case, with all that leads to it. */
#define complain(c, accident, k, ...)                                                                        \
	do {                                                                                                 \
		print_message("%s, %s at step %zu: ", (c)->dir, accident_names[accident], (k));              \
		print_message(__VA_ARGS__);                                                                  \
		print_message("\n");                                                                         \
		fail();                                                                                      \
	} while (0)

static void show(const struct sim *sim, const struct plan *plan)
{
	for (size_t i = 0; i < sim->seen->ncontainers; i++)
		print_message("  has %s: %s\n", sim->seen->containers[i]->name,
			container_state_name(sim->seen->containers[i]->state));
	if (!plan)
		return;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	plan_print(out, plan, false);
	fclose(out);
	print_message("%s", text);
	free(text);
}

/* A container that a switch has put aside may have lost its aliases by then. */
static void set_apart(struct sim *sim)
{
	for (size_t i = 0; i < sim->seen->ncontainers; i++) {
		const struct observed_container *each = sim->seen->containers[i];
		size_t len = strlen(each->name);
		bool away = len > 13 && !strncmp(each->name + len - 12, each->id, 12);
		const struct service *service = case_service(sim->c, each->project, each->service);
		for (size_t n = 0; away && service->flow && service->flow->replace && n < each->nattachments;
			n++)
			each->attachments[n].endpoint = SIM_APART;
	}
}

/* Gives every container of the start an anonymous volume of its own. */
static void give_data(struct sim *sim)
{
	for (size_t i = 0; i < sim->seen->ncontainers; i++) {
		struct observed_container *each = sim->seen->containers[i];
		const char *final = each->name;
		size_t len = strlen(final);
		bool inherited = len > 13 && final[12] == '_' && strspn(final, "0123456789abcdef") == 12;
		if (inherited)
			final += 13; /* made by a recreate */
		else if (len > 13 && !strncmp(final + len - 12, each->id, 12))
			final = arena_strndup(sim->c->arena, final, len - 13); /* put aside by one */
		for (size_t n = 0; n < sim->seen->ncontainers; n++) {
			const char *other = sim->seen->containers[n]->name;
			inherited |= strlen(other) == len + 13 && !strncmp(other, final, len);
		}
		*ARENA_PUSH(sim->c->arena, each->mounts, each->nmounts) = (struct observed_mount){ "volume",
			arena_printf(sim->c->arena, "anonymous-of-%s", final), inherited ? "named" : "",
			"/anonymous", true };
	}
}

static bool has_data(const struct sim *sim, const struct observed_container *container, const char *name)
{
	bool has = false;
	for (size_t i = 0; i < container->nmounts; i++)
		has |= text_is(container->mounts[i].name, name);
	return has && !map_has(&sim->lost, name);
}

/* The stack is exactly what the file says: names, numbers, states, and the data of the start. */
static void check(struct sim *sim, const struct sim *start, enum accident accident, size_t k)
{
	struct plan_case *c = sim->c;
	for (size_t i = 0; i < sim->seen->ncontainers; i++)
		if (sim->seen->containers[i]->hook)
			complain(c, accident, k, "%s is left", sim->seen->containers[i]->name);
	for (size_t i = 0; i < c->dag->count; i++) {
		const struct dag_vertex *vertex = c->dag->sorted[i];
		const int64_t *asked = map_get(&c->scale, vertex->service->key);
		int64_t scale = asked ? *asked : service_scale(vertex->service);
		int64_t have = 0;
		for (size_t n = 0; n < sim->seen->ncontainers; n++) {
			const struct observed_container *each = sim->seen->containers[n];
			have += text_is(each->service, vertex->service->key) &&
				text_is(each->project, vertex->service->project->name) && !each->oneoff;
		}
		/* how many a provider has made is its own affair */
		if (vertex->selected && !vertex->service->provider && have != scale)
			complain(c, accident, k, "%lld containers of %s", (long long)have,
				vertex->service->key);
		for (int64_t number = 1; vertex->selected && number <= scale; number++) {
			const char *name = service_container_name(c->arena, vertex->service, number);
			const struct observed_container *each = sim_by_name(sim, name);
			const struct observed_container *old = sim_by_name(start, name);
			if (!each || each->number != number)
				complain(c, accident, k, "no container %s of number %lld", name,
					(long long)number);
			if (old && !start->c->up.renew_anon_volumes && old->state != CONTAINER_DEAD &&
				old->state != CONTAINER_REMOVING && text_is(old->service, each->service) &&
				!has_data(sim, each, arena_printf(c->arena, "anonymous-of-%s", name)))
				complain(c, accident, k, "%s has lost its data", name);
			if (sim_apart(each))
				complain(c, accident, k, "%s is not found by its aliases", name);
		}
	}
}

/* The first running container of a service, or NULL. */
static const struct observed_container *running(const struct sim *sim, const struct dag_vertex *vertex)
{
	for (size_t i = 0; i < sim->seen->ncontainers; i++) {
		const struct observed_container *each = sim->seen->containers[i];
		if (text_is(each->service, vertex->service->key) && sim_runs(each) && !each->oneoff &&
			text_is(each->project, vertex->service->project->name))
			return each;
	}
	return NULL;
}

/* After an interrupt nothing is left that was created and never started, and what ran still runs. */
static void check_interrupted(struct sim *sim, const struct sim *start, size_t k)
{
	struct plan_case *c = sim->c;
	for (size_t i = 0; i < sim->seen->ncontainers; i++) {
		const struct observed_container *each = sim->seen->containers[i];
		if (each->state == CONTAINER_CREATED && !sim_by_id(start, each->id))
			complain(c, INTERRUPT, k, "%s was created and is left", each->name);
	}
	for (size_t i = 0; i < c->dag->count; i++) {
		const struct dag_vertex *vertex = c->dag->sorted[i];
		const int64_t *asked = map_get(&c->scale, vertex->service->key);
		bool wanted = vertex->selected && (!asked || *asked);
		if (wanted && !vertex->awaited && running(start, vertex) && !running(sim, vertex)) {
			show(sim, NULL);
			complain(c, INTERRUPT, k, "%s does not run any more", vertex->service->key);
		}
	}
}

/* After a step of a network was refused, who ran runs with all the places it had. */
static void check_places(struct sim *sim, const struct sim *start, size_t k)
{
	for (size_t i = 0; i < start->seen->ncontainers; i++) {
		const struct observed_container *before = start->seen->containers[i];
		struct observed_container *after = sim_by_id(sim, before->id);
		if (!after || !sim_runs(before))
			continue;
		if (!sim_runs(after))
			complain(sim->c, FAIL, k, "%s does not run any more", before->name);
		for (size_t n = 0; n < before->nattachments; n++)
			if (!sim_attached(after, before->attachments[n].network))
				complain(sim->c, FAIL, k, "%s is not on %s any more", before->name,
					before->attachments[n].network);
	}
}

/* After any step was refused, a container that was to be replaced runs under its name, or its successor does.
 */
static void check_replaced(const struct sim *sim, const struct sim *start, const struct plan *plan, size_t k)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *create = plan->steps[i];
		const struct observed_container *old = create->create.replaces;
		const char *name = create->new_name ? create->new_name : create->name;
		if (!old || !sim_runs(sim_by_id(start, old->id)) || strcmp(old->name, name) != 0)
			continue;
		const struct observed_container *now = sim_by_name(sim, name);
		if (now && sim_runs(now) && sim_apart(now)) {
			show(sim, plan);
			complain(sim->c, FAIL, k, "%s is not found by its aliases", name);
		}
		if (now && (sim_runs(now) || (now->state == CONTAINER_EXITED && now->exit_code == 0)))
			continue;
		show(sim, plan);
		complain(sim->c, FAIL, k, "%s does not run any more", name);
	}
}

/* One accident at step k, then `up` again until there is nothing to do. Returns whether there was a step k.
 */
static bool survives(const char *dir, enum accident accident, size_t k)
{
	struct arena *arena = arena_create();
	struct plan_case c, before;
	assert_int_equal(case_load(&c, arena, dir), 0);
	before = c;
	assert_int_equal(case_seen(&before), 0);
	struct sim sim = { .c = &c, .seen = c.seen }, start = { .c = &before, .seen = before.seen };
	map_init(&sim.lost, arena);
	give_data(&sim);
	set_apart(&sim);
	struct plan *plan;
	assert_int_equal(case_plan(&c, &plan), 0);
	c.others = (struct observed){ 0 };
	const struct step *hit = run(&sim, plan, accident, k);
	if (accident == INTERRUPT)
		check_interrupted(&sim, &start, k);
	if (accident == FAIL && hit && hit->op >= OP_NETWORK_CREATE && hit->op <= OP_NETWORK_DISCONNECT)
		check_places(&sim, &start, k);
	if (accident == FAIL)
		check_replaced(&sim, &start, plan, k);
	c.up.recreate = c.up.recreate_deps = RECREATE_CHANGED;
	c.up.renew_anon_volumes = c.up.rerun = false;
	size_t rounds = 0;
	do {
		sim.refusal = NULL;
		if (case_plan(&c, &plan) < 0)
			complain(&c, accident, k, "cannot plan again: %s", c.errors.last->message);
		run(&sim, plan, KILL, SIZE_MAX);
		if (sim.refusal) {
			show(&sim, plan);
			complain(&c, accident, k, "%s", sim.refusal);
		}
	} while (plan_changes(plan) && ++rounds < 3);
	if (rounds == 3) {
		show(&sim, plan);
		complain(&c, accident, k, "still changing after three rounds");
	}
	check(&sim, &start, accident, k);
	arena_destroy(arena);
	return hit != NULL;
}

/* Cases that say how to plan, not what to reach, or that cannot be planned. */
static bool suits(const char *dir)
{
	struct arena *arena = arena_create();
	struct plan_case c;
	struct plan *plan;
	bool suits = case_load(&c, arena, dir) == 0 && !strcmp(c.command, "up") &&
		     case_plan(&c, &plan) == 0 && !c.up.no_start && c.up.recreate != RECREATE_NEVER &&
		     !c.up.inputs && !c.up.once && !strstr(dir, "separator");
	arena_destroy(arena);
	return suits;
}

static void next_up_repairs(void **state)
{
	for (enum accident accident = KILL; accident < ACCIDENTS; accident++) {
		for (size_t k = 0; survives(*state, accident, k); k++)
			;
	}
}

int main(void)
{
	return case_run_folders(next_up_repairs, suits);
}
