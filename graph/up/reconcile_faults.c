/* What a run would leave broken. */
#include "base/text/text.h"
#include "graph/up/reconcile.h"

struct judge {
	struct arena *arena;
	struct plan *plan;
	const struct observed_container *seen;
	const struct dag_vertex *vertex; /* its service's */
};

/* What is wrong with the container, as the end of a sentence; NULL: nothing. */
static const char *wrong_with(const struct judge *judge)
{
	const struct observed_container *seen = judge->seen;
	switch (seen->state) {
	case CONTAINER_PAUSED:
		return "is paused";
	case CONTAINER_RUNNING:
		return seen->health == HEALTH_UNHEALTHY ? "is unhealthy" : NULL;
	case CONTAINER_RESTARTING:
	case CONTAINER_EXITED:
	case CONTAINER_DEAD:
		if (!seen->exit_code)
			return NULL;
		return arena_printf(judge->arena, "exited (%lld)%s", (long long)seen->exit_code,
			seen->state == CONTAINER_RESTARTING ? " and is restarted by the engine" : "");
	case CONTAINER_CREATED:
	case CONTAINER_REMOVING:
		break;
	}
	return NULL;
}

/* Whether the plan does something about the container, or has waited for its service. */
static bool in_hand(const struct judge *judge)
{
	for (size_t i = 0; i < judge->plan->count; i++) {
		const struct step *step = judge->plan->steps[i];
		bool gate = op_traits[step->op].waits && step->service == judge->vertex->service;
		if (gate || (!step->undo && text_is(step_container(step), judge->seen->id)))
			return true;
	}
	return false;
}

/* Whether the edge asks for more than its dependency gives. By a check of our own, the engine's health says
 * nothing. */
static bool is_missed(const struct judge *judge, const struct dag_edge *edge)
{
	const struct probe *probe =
		dag_probe(judge->arena, judge->vertex->service, judge->seen->health != HEALTH_NONE);
	if (!edge->required)
		return false;
	return judge->seen->state != CONTAINER_RUNNING ||
	       (probe->kind == PROBE_CONTAINER && (edge->condition == CONDITION_HEALTHY || edge->if_checked));
}

/* The first edge of a selected service that the container's state does not do for, or NULL. */
static const struct dag_edge *missed_edge(const struct judge *judge, const struct service **ret_from)
{
	for (size_t d = 0; d < judge->vertex->ndependents; d++) {
		const struct dag_vertex *from = judge->vertex->dependents[d];
		for (size_t e = 0; from->selected && e < from->nedges; e++) {
			*ret_from = from->service;
			if (from->edges[e].to == judge->vertex && is_missed(judge, &from->edges[e]))
				return &from->edges[e];
		}
	}
	return NULL;
}

static void add_fault(const struct judge *judge, const char *wrong)
{
	struct arena *arena = judge->arena;
	const char *name = judge->seen->name, *key = judge->vertex->service->key;
	const struct service *from;
	const struct dag_edge *edge = missed_edge(judge, &from);
	bool paused = judge->seen->state == CONTAINER_PAUSED, selected = judge->vertex->selected;
	if (!selected && !edge)
		return;
	struct plan_fault *fault = ARENA_PUSH(arena, judge->plan->faults, judge->plan->nfaults);
	*fault = (struct plan_fault){
		.at = edge ? edge->at : judge->vertex->service->at,
		.path = edge ? arena_printf(arena, "services.%s.%s", from->key, edge->from)
			     : arena_printf(arena, "services.%s", key),
		.text = edge ? arena_printf(arena, "container %s %s, and %s needs it", name, wrong, from->key)
			     : arena_printf(arena, "container %s %s", name, wrong),
		.hint = paused ? arena_printf(arena, "docker unpause %s", name)
			       : arena_printf(arena, "`docker flow logs %s` shows its output", key),
		.mild = selected ? !edge && !paused : judge->plan->leaves_needed || judge->vertex->excepted,
	};
}

/* Whether the plan only makes a one-off of the service: what becomes of its own containers was not asked. */
static bool is_left_alone(const struct judge *judge)
{
	for (size_t i = 0; i < judge->plan->count; i++) {
		const struct step *step = judge->plan->steps[i];
		if (step->create.oneoff && judge->vertex && step->service == judge->vertex->service)
			return true;
	}
	return false;
}

void reconcile_faults(
	struct arena *arena, const struct dag *dag, const struct observed *seen, struct plan *plan)
{
	plan->faults = NULL;
	plan->nfaults = 0;
	for (size_t i = 0; i < seen->ncontainers; i++) {
		const struct observed_container *container = seen->containers[i];
		const struct dag_vertex *vertex = dag_find_in(dag, container->project, container->service);
		struct judge judge = { arena, plan, container, vertex };
		const char *wrong = wrong_with(&judge);
		if (wrong && vertex && !container->oneoff && !in_hand(&judge) && !is_left_alone(&judge))
			add_fault(&judge, wrong);
	}
}
