/* The operation rows as far as everyone but the engine needs them. */
#include "graph/plan/plan.h"

const struct op_words op_words[OP_COUNT] = {
	[OP_IMAGE_PULL] = { "image", "pull", "Pulling", "Pulled", POOL_PULL },
	[OP_IMAGE_BUILD] = { "image", "build", "Building", "Built", POOL_BUILD },
	[OP_IMAGE_REMOVE] = { "image", "remove", "Removing", "Removed", POOL_API },
	[OP_NETWORK_CREATE] = { "network", "create", "Creating", "Created", POOL_API },
	[OP_NETWORK_REMOVE] = { "network", "remove", "Removing", "Removed", POOL_API },
	[OP_NETWORK_CONNECT] = { "container", "connect", "Connecting", "Connected", POOL_API },
	[OP_NETWORK_DISCONNECT] = { "container", "disconnect", "Disconnecting", "Disconnected", POOL_API },
	[OP_VOLUME_CREATE] = { "volume", "create", "Creating", "Created", POOL_API },
	[OP_VOLUME_REMOVE] = { "volume", "remove", "Removing", "Removed", POOL_API },
	[OP_CONTAINER_CREATE] = { "container", "create", "Creating", "Created", POOL_API },
	[OP_CONTAINER_UPLOAD] = { "container", "upload", "Uploading", "Uploaded", POOL_API },
	[OP_CONTAINER_START] = { "container", "start", "Starting", "Started", POOL_START },
	[OP_CONTAINER_STOP] = { "container", "stop", "Stopping", "Stopped", POOL_STOP },
	[OP_CONTAINER_KILL] = { "container", "kill", "Killing", "Killed", POOL_API },
	[OP_CONTAINER_RESTART] = { "container", "restart", "Restarting", "Restarted", POOL_STOP },
	[OP_CONTAINER_REMOVE] = { "container", "remove", "Removing", "Removed", POOL_API },
	[OP_CONTAINER_RENAME] = { "container", "rename", "Renaming", "Renamed", POOL_API },
	[OP_CONTAINER_EXEC] = { "container", "exec", "Running hook", "Ran hook", POOL_STOP },
	[OP_GATE] = { "gate", "wait", "Waiting", "Ready", POOL_NONE },
};
