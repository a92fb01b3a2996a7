#include "graph/plan/op.h"

#include "graph/plan/plan.h"

static const char *condition_waited_for(const struct step *step)
{
	return condition_name(step->gate.condition);
}

static const char *name_given(const struct step *step)
{
	return step->new_name;
}

static const char *network_joined(const struct step *step)
{
	return step->network.wanted->name;
}

static const char *network_left(const struct step *step)
{
	return step->network.seen ? step->network.seen->name : step->network.wanted->name;
}

const struct op_traits op_traits[OP_COUNT] = {
	[OP_IMAGE_PULL] = { "image", "pull", "Pulling", "Pulled", POOL_PULL,
		.fallback = "Not pulled, to be built", .ignored = "Not pulled", .makes = true },
	[OP_IMAGE_BUILD] = { "image", "build", "Building", "Built", POOL_BUILD, .makes = true,
		.builds = true },
	[OP_IMAGE_PUSH] = { "image", "push", "Pushing", "Pushed", POOL_PULL, .ignored = "Not pushed" },
	[OP_IMAGE_REMOVE] = { "image", "remove", "Removing", "Removed", POOL_API, .removes = true },
	[OP_NETWORK_CREATE] = { "network", "create", "Creating", "Created", POOL_API, .makes = true },
	[OP_NETWORK_REMOVE] = { "network", "remove", "Removing", "Removed", POOL_API, .removes = true },
	[OP_NETWORK_CONNECT] = { "container", "connect", "Connecting", "Connected", POOL_API,
		.argument = network_joined, .joins = true },
	[OP_NETWORK_DISCONNECT] = { "container", "disconnect", "Disconnecting", "Disconnected", POOL_API,
		.argument = network_left, .leaves = true },
	[OP_VOLUME_CREATE] = { "volume", "create", "Creating", "Created", POOL_API, .makes = true },
	[OP_VOLUME_REMOVE] = { "volume", "remove", "Removing", "Removed", POOL_API, .removes = true },
	[OP_CONTAINER_CREATE] = { "container", "create", "Creating", "Created", POOL_API,
		.replacing = "Recreating", .replaced = "Created", .makes = true, .creates = true },
	[OP_CONTAINER_UPLOAD] = { "container", "upload", "Uploading", "Uploaded", POOL_API },
	[OP_CONTAINER_START] = { "container", "start", "Starting", "Started", POOL_START, .starts = true },
	[OP_CONTAINER_STOP] = { "container", "stop", "Stopping", "Stopped", POOL_STOP,
		.restarting = "Restarting", .ends = true, .pre_stop = true },
	[OP_CONTAINER_KILL] = { "container", "kill", "Killing", "Killed", POOL_API, .ends = true },
	[OP_CONTAINER_RESTART] = { "container", "restart", "Restarting", "Restarted", POOL_STOP, .ends = true,
		.pre_stop = true },
	[OP_CONTAINER_REMOVE] = { "container", "remove", "Removing", "Removed", POOL_API,
		.replacing = "Taking back", .replaced = "Taken back", .ends = true, .removes = true },
	[OP_CONTAINER_RENAME] = { "container", "rename", "Renaming", "Renamed", POOL_API,
		.replacing = "Recreating", .replaced = "Recreated", .argument = name_given, .echo = true },
	[OP_CONTAINER_PAUSE] = { "container", "pause", "Pausing", "Paused", POOL_API },
	[OP_CONTAINER_UNPAUSE] = { "container", "unpause", "Unpausing", "Unpaused", POOL_API },
	[OP_CONTAINER_DRAIN] = { "container", "drain", "Draining", "Drained", POOL_NONE, .waits = true },
	[OP_CONTAINER_EXEC] = { "container", "exec", "Running hook", "Ran hook", POOL_STOP },
	[OP_GATE] = { "gate", "wait", "Waiting", "Ready", POOL_NONE, .argument = condition_waited_for,
		.waits = true },
};
