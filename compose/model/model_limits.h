/* The parts of the model about resources: what a container may use, and where a swarm may run it. The
 * conventions are those of compose/model/model.h. */
#ifndef COMPOSE_MODEL_LIMITS_H
#define COMPOSE_MODEL_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct opt_int {
	bool set;
	int64_t value;
};

struct opt_float {
	bool set;
	double value;
};

enum tri { TRI_UNSET, TRI_NO, TRI_YES };

/* NAME=VALUE; value NULL: named without a value. */
struct pair {
	const char *key, *value;
};

struct device {
	const char *source, *target, *permissions;
};

/* Devices wanted from a driver (gpus, deploy.resources.reservations.devices). */
struct device_request {
	const char **capabilities;
	size_t ncapabilities;
	const char *driver;
	struct opt_int count; /* -1: all */
	const char **device_ids;
	size_t ndevice_ids;
	struct pair *options;
	size_t noptions;
};

/* Limits of block devices. */
struct blkio_device {
	const char *path;
	int64_t value; /* weight or rate */
};

struct blkio {
	struct opt_int weight;
	struct blkio_device *weight_device;
	size_t nweight_device;
	struct blkio_device *device_read_bps;
	size_t ndevice_read_bps;
	struct blkio_device *device_read_iops;
	size_t ndevice_read_iops;
	struct blkio_device *device_write_bps;
	size_t ndevice_write_bps;
	struct blkio_device *device_write_iops;
	size_t ndevice_write_iops;
};

/* A countable thing that nodes of a swarm advertise. */
struct generic_resource {
	const char *kind;
	struct opt_int value;
};

struct resources {
	struct opt_float cpus;
	struct opt_int memory, pids;
	struct device_request *devices;
	size_t ndevices;
	struct generic_resource *generic_resources;
	size_t ngeneric_resources;
};

/* How a swarm replaces tasks. */
struct update_config {
	struct opt_int parallelism, delay, monitor; /* delay, monitor: ns */
	const char *failure_action, *order;
	struct opt_float max_failure_ratio;
};

struct placement {
	const char **constraints;
	size_t nconstraints;
	const char **spread; /* labels to spread over, in order */
	size_t nspread;
	struct opt_int max_replicas_per_node;
};

struct deploy {
	const char *mode, *endpoint_mode;
	struct opt_int replicas;
	struct pair *labels;
	size_t nlabels;
	struct update_config *update_config, *rollback_config;
	struct resources *limits, *reservations;
	struct restart_policy {
		const char *condition;
		struct opt_int delay, max_attempts, window;
	} * restart_policy;
	struct placement *placement;
};

#endif
