#include "cmd/open/planner_options.h"
#include "graph/up/reconcile.h"

#define CONTAINERS(member) offsetof(struct reconcile_options, member)
#define IMAGES(member)     offsetof(struct image_options, member)

const struct opt planner_containers[] = {
	{ OPT_ENUM, "always-recreate-deps", 0, CONTAINERS(recreate_deps), NULL,
		"Recreate dependencies, changed or not", .sets = RECREATE_ALWAYS, .excludes = "no-recreate" },
	{ OPT_ENUM, "force-recreate", 0, CONTAINERS(recreate), NULL, "Recreate containers, changed or not",
		.sets = RECREATE_ALWAYS, .excludes = "no-recreate" },
	{ OPT_ENUM, "no-recreate", 0, CONTAINERS(recreate), NULL, "Keep existing containers, changed or not",
		.sets = RECREATE_NEVER },
	{ OPT_FLAG, "remove-orphans", 0, CONTAINERS(remove_orphans), NULL,
		"Remove containers of services that are not in the file, and one-offs that have ended",
		.env = "COMPOSE_REMOVE_ORPHANS" },
	{ OPT_FLAG, "renew-anon-volumes", 'V', CONTAINERS(renew_anon_volumes), NULL,
		"Recreate containers, changed or not, with new anonymous volumes",
		.excludes = "no-recreate" },
	{ OPT_COUNTS, "scale", 0, CONTAINERS(scale), "SERVICE=N", "Number of containers; can be repeated",
		.value = VALUE_SCALE },
	{ 0 },
};

const struct opt planner_starts[] = {
	{ OPT_FLAG, "rerun", 0, CONTAINERS(rerun), NULL,
		"Run tasks again that are done, those of the services named or all" },
	{ OPT_FLAG, "force-start-first", 0, CONTAINERS(force_start_first), NULL,
		"Replace start-first even where both containers write the same volume for a while" },
	{ OPT_TRI, "rollback", 0, CONTAINERS(rollback), NULL,
		"Put the old container back when the new one fails: so it is unless --rollback=false" },
	{ 0 },
};

const struct opt planner_images[] = {
	{ OPT_FLAG, "build", 0, IMAGES(build), NULL, "Build images first, even those that are there",
		.excludes = "no-build" },
	{ OPT_FLAG, "no-build", 0, IMAGES(no_build), NULL, "Never build, even when an image is missing" },
	{ OPT_TEXT, "pull", 0, IMAGES(pull), "POLICY", "When to pull images",
		.choices = "always|missing|never|build|policy", .value = VALUE_CHOICE },
	{ 0 },
};
