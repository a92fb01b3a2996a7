#include "engine/drive/drive_again.h"
#include "engine/observe/observe.h"
#include "engine/drive/settle.h"
#include "engine/payload/service_files.h"

/* Only restarts leave alone what the services named need. */
static bool goes_upstream(const struct drive_again *again)
{
	return again->how.what == AGAIN_START;
}

/* Without a file the graph is what the labels say; each look makes it anew. */
static int graph_of_labels(struct drive_again *again)
{
	struct drive *drive = &again->drive;
	struct scope *scope = &again->labelled;
	const struct dag_selection selection = { .services = again->services.items,
		.nservices = again->services.count,
		.no_deps = !goes_upstream(again),
		.unknown_is_none = again->unknown_is_none,
		.looking = true };
	const struct project **project = ARENA_NEW(drive->scratch, const struct project *);
	*project = again_project(drive->scratch, scope->name, drive->seen);
	if (!(*project)->nservices && goes_upstream(again))
		return error_add(drive->errors, ERROR_ENGINE, NULL, NULL,
			"no container found for project \"%s\"", scope->name);
	return dag_build(drive->scratch, project, 1, &selection, &scope->dag, drive->errors);
}

static void note_providers(const struct drive_again *again)
{
	const struct dag *dag = again->drive.scope->dag;
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->sorted[i]->service;
		if (dag->sorted[i]->selected && service->provider)
			plan_note(again->drive.plan, "service %s: its provider %s is asked first",
				service->key, service->provider->type);
	}
}

static int again_look(struct drive *drive, enum drive_look why)
{
	struct drive_again *again = drive->arg;
	(void)why;
	drive->seen = drive_containers(drive, drive->errors);
	if (!drive->seen || (drive->scope == &again->labelled && graph_of_labels(again) < 0))
		return -1;
	observe_health(drive->scratch, drive->engine, drive->seen);
	drive_see_kept(drive);
	again->how.shared_files = service_files_shared(drive->engine);
	if (again_plan(drive->scratch, drive->scope->dag, drive->seen, &again->how, &drive->plan,
		    drive->errors) < 0)
		return -1;
	if (again->tells)
		note_providers(again);
	drive->idle = !drive->plan->count && !(again->how.wait && settle_due(drive));
	return 0;
}

static int again_check(struct drive *drive)
{
	const struct drive_again *again = drive->arg;
	bool starts = again->how.what == AGAIN_START || again->how.what == AGAIN_RESTART;
	return starts ? settle_check(drive, again->settle) : settle_faults(drive);
}

void drive_again_init(struct drive_again *again)
{
	static const struct drive_planner planner = {
		.look = again_look, .check = again_check, .failed = settle_rest
	};
	struct drive *drive = &again->drive;
	drive->planner = &planner;
	drive->arg = again;
	again->how.named = again->services.count > 0;
	if (drive->scope->dag)
		return;
	again->labelled = *drive->scope;
	drive->scope = &again->labelled;
}

int drive_again_run(struct drive *drive)
{
	struct drive_again *again = drive->arg;
	if (again->how.wait && !(again->settle = settle_open(drive)))
		return -1;
	drive->last_look = !again->how.wait;
	int result = drive_run(drive);
	settle_close(again->settle);
	return result;
}
