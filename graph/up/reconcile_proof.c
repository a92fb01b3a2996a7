/* Proofs: gates behind which a change stays, else it is taken back. They watch what was started in the place
 * of something else, and wait for the gates of its services. */
#include "graph/up/reconcile_work.h"

#include <string.h>

static struct step *proof_add(
	struct work *work, const struct service *service, const char *reason, const char *otherwise)
{
	struct step *proof = plan_add(work->plan, OP_GATE, service->key, reason);
	proof->service = service;
	proof->gate.condition = CONDITION_STARTED;
	proof->gate.lasting = true;
	proof->gate.otherwise = otherwise;
	proof->last = true;
	return proof;
}

/* The proof of a service that this one is bound to: they stand or fall together, since the old containers
 * cannot run without each other. */
static struct step *shared_proof(const struct work *work, const struct task *task)
{
	for (size_t e = 0; e < task->vertex->nedges; e++) {
		const struct dag_edge *edge = &task->vertex->edges[e];
		const struct replica *named = work_named_replica(work, edge);
		bool bound = (!task->hash && work_shares(task->service, edge)) || (named && named->create);
		if (bound && work_task(work, edge->to)->proof)
			return work_task(work, edge->to)->proof;
	}
	return NULL;
}

struct step *proof_watch(struct work *work, struct task *task, const struct replica *replica)
{
	if (!task->proof)
		task->proof = shared_proof(work, task);
	if (!task->proof) {
		task->proof = proof_add(work, task->service, "before the former container goes",
			"the former container is put back");
		task->proof->follows = replica->start;
	}
	struct step_gate *gate = &task->proof->gate;
	if (replica->start)
		*ARENA_PUSH(work->arena, gate->starts, gate->nstarts) = replica->start;
	else
		*ARENA_PUSH(work->arena, gate->watched, gate->nwatched) = replica->now->seen;
	plan_need(work->plan, task->proof, replica->ready, ON_SUCCESS);
	return task->proof;
}

/* Whether a network of the service, or of one of its containers, changes. */
static bool is_on_changed(const struct work *work, const struct task *task)
{
	bool changed = task->applications && task->applications->renew;
	for (size_t i = 0; i < task->nattachments; i++)
		changed |= task->nets[i] && task->nets[i]->renew;
	for (size_t i = 0; i < task->nexisting; i++) {
		const struct observed_container *seen = task->existing[i]->seen;
		for (size_t n = 0; n < seen->nattachments; n++) {
			const struct net *net = map_get(&work->nets, seen->attachments[n].network);
			changed |= net && net->renew;
		}
	}
	return changed;
}

/* Gives the proof to those that are bound to somebody who has it, and to those that somebody who has it is
 * bound to; returns whether there were any. */
static bool spread_proof(struct work *work, struct step *proof)
{
	bool spread = false;
	for (size_t i = 0; i < work->dag->count; i++) {
		struct task *task = &work->tasks[i];
		for (size_t e = 0; e < task->vertex->nedges; e++) {
			struct task *to = work_task(work, task->vertex->edges[e].to);
			if (!work_shares(task->service, &task->vertex->edges[e]) ||
				task->proof == to->proof || !task->vertex->selected || !to->vertex->selected)
				continue;
			task->proof = to->proof = proof;
			spread = true;
		}
	}
	return spread;
}

void proofs_of_networks(struct work *work)
{
	struct step *proof = NULL;
	work->settled = work->renewed;
	if (work->options->rollback == TRI_NO || work->options->no_start)
		return;
	for (size_t i = 0; i < work->dag->count; i++) {
		struct task *task = &work->tasks[i];
		if (!task->vertex->selected || !task->nreplicas || !is_on_changed(work, task))
			continue;
		if (!proof)
			proof = proof_add(work, task->service, "else the former networks come back",
				"the former networks are put back");
		task->proof = proof;
	}
	if (!proof)
		return;
	plan_need(work->plan, proof, work->renewed, ON_SUCCESS);
	proof->follows = work->renewed;
	while (spread_proof(work, proof))
		;
	work->settled = proof;
}

bool proof_of_networks(const struct work *work, const struct task *task)
{
	return task->proof && task->proof == work->settled;
}

void proofs_finish(struct work *work)
{
	for (size_t i = 0; i < work->dag->count; i++) {
		const struct task *task = &work->tasks[i];
		for (size_t c = 0; c < sizeof task->gates / sizeof *task->gates; c++)
			if (task->proof && task->gates[c].step && !task->gates[c].step->gate.optional)
				plan_need(work->plan, task->proof, task->gates[c].step, ON_SUCCESS);
		if (proof_of_networks(work, task))
			undo_moved(work, task);
		if (task->proof)
			undo_followers(work, task, task->proof);
	}
	for (size_t i = 0; work->settled != work->renewed && i < work->nexisting; i++)
		undo_moved_alone(work, work->existing[i]);
}
