/* The typed model: what a project is once its files are read, merged, checked and complete. Plain data; const
 * from bind on. Conventions: a list is a pointer `x` with its count `nx`; an optional number is `struct
 * opt_int`; absent text is NULL; a list that is explicitly empty has a non-NULL pointer and count 0.
 * Durations are nanoseconds, sizes bytes. */
#ifndef COMPOSE_MODEL_H
#define COMPOSE_MODEL_H

#include "base/error.h"
#include "base/map.h"
#include "compose/model/model_limits.h"
#include "compose/tree/node.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every named thing of a project begins with these three members, so that bind can fill them. */
#define NAMED_HEAD                                                                                           \
	const char *key; /* name in the file */                                                              \
	struct mark at;                                                                                      \
	struct node *node; /* canonical subtree */

struct build {
	const char *context, *dockerfile, *dockerfile_inline, *target, *network, *isolation;
	struct pair *args;
	size_t nargs;
	struct pair *labels;
	size_t nlabels;
	struct pair *additional_contexts;
	size_t nadditional_contexts;
	const char **cache_from;
	size_t ncache_from;
	const char **cache_to;
	size_t ncache_to;
	const char **tags;
	size_t ntags;
	const char **platforms;
	size_t nplatforms;
	struct pair *extra_hosts; /* host → ip, one entry per address */
	size_t nextra_hosts;
	struct pair *ssh; /* id → path of a key or socket; path NULL: the agent's */
	size_t nssh;
	struct file_ref **secrets;
	size_t nsecrets;
	const char **entitlements;
	size_t nentitlements;
	const char **no_cache_filter;
	size_t nno_cache_filter;
	const char *provenance, *sbom;
	struct opt_int shm_size;
	struct ulimit *ulimits;
	size_t nulimits;
	bool no_cache, pull, privileged;
};

struct port {
	struct mark at;
	const char *name, *mode, *host_ip, *published, *protocol, *app_protocol;
	int64_t target;
	size_t flow; /* of x-flow.ports: 1 + its index there; 0: of `ports` */
};

struct mount {
	struct mark at;
	const char *type, *source, *target,
		*consistency; /* type: bind, volume, tmpfs, npipe, cluster, image */
	bool read_only;
	struct mount_bind {
		const char *propagation, *selinux, *recursive;
		bool create_host_path;
	} * bind;
	struct mount_volume {
		struct pair *labels;
		size_t nlabels;
		bool nocopy;
		const char *subpath;
	} * volume;
	struct mount_tmpfs {
		struct opt_int size, mode;
	} * tmpfs;
	struct mount_image {
		const char *subpath;
	} * image;
};

/* A service's place on a network. */
struct attachment {
	NAMED_HEAD /* key of the network in the project */
		const char **aliases;
	size_t naliases;
	const char *ipv4_address, *ipv6_address, *mac_address, *interface_name;
	const char **link_local_ips;
	size_t nlink_local_ips;
	struct pair *driver_opts;
	size_t ndriver_opts;
	struct opt_int priority, gw_priority;
};

enum condition { CONDITION_STARTED, CONDITION_HEALTHY, CONDITION_COMPLETED };

struct dependency {
	NAMED_HEAD /* key of the service waited for */
		enum condition condition;
	bool restart, required;
};

struct healthcheck {
	const char **test; /* [CMD, …], [CMD-SHELL, text] or [NONE] */
	size_t ntest;
	struct opt_int interval, timeout, start_period, start_interval; /* ns */
	struct opt_int retries;
	bool disable;
};

struct ulimit {
	NAMED_HEAD
	int64_t soft, hard;
	bool single; /* written as one number */
};

/* A command run in a service's container: post_start, pre_stop, and the exec of a watch. */
struct hook {
	const char **command;
	size_t ncommand;
	const char *image, *user, *working_dir;
	struct pair *environment;
	size_t nenvironment;
	bool privileged, per_replica;
};

/* What `watch` does when files below `path` change. */
struct watch_rule {
	struct mark at;
	const char *path, *action, *target; /* action: rebuild, sync, restart, sync+restart, sync+exec */
	struct hook *exec;
	const char **include;
	size_t ninclude;
	const char **ignore;
	size_t nignore;
	bool initial_sync;
};

struct develop {
	struct watch_rule **watch;
	size_t nwatch;
};

/* A service that a plugin provides instead of a container. */
struct provider {
	const char *type;
	struct pair *options; /* one entry per value */
	size_t noptions;
};

struct credential_spec {
	const char *config, *file, *registry;
};

/* A service's use of a model. */
struct model_ref {
	NAMED_HEAD
	const char *endpoint_var, *model_var;
};

struct logging {
	const char *driver;
	struct pair *options;
	size_t noptions;
};

/* A service's use of a secret or config. */
struct file_ref {
	struct mark at;
	const char *source, *target, *uid, *gid;
	struct opt_int mode;
};

/* The kinds of probes that docker flow makes itself, PROBE_HTTP and so on. Each has rows in
 * compose/schema/schema_flow.c and a prober of its name, prober_http, in a file of engine/probe/. */
#define PROBE_KINDS(KIND)                                                                                    \
	KIND(HTTP, http)                                                                                     \
	KIND(TCP, tcp)                                                                                       \
	KIND(POSTGRESQL, postgresql)                                                                         \
	KIND(EXEC, exec)                                                                                     \
	KIND(LOG, log)

enum probe_kind {
	PROBE_UNSET,
	PROBE_CONTAINER, /* the engine's own health state */
	PROBE_NONE,      /* explicitly no gate: started is enough */
#define PROBE_KIND(NAME, name) PROBE_##NAME,
	PROBE_KINDS(PROBE_KIND)
#undef PROBE_KIND
};

/* How to tell that a service is ready (x-flow.healthcheck or the healthcheck of a port). */
struct probe {
	struct mark at;
	enum probe_kind kind;
	const char *host, *path, *status, *user, *dbname,
		*log;        /* status: "200-399" or a comma list; log: regular expression */
	struct opt_int port; /* container port, or host port when `host` is given */
	struct pair *headers;
	size_t nheaders;
	struct pair *json; /* members the answer must hold, dotted key → text of the value */
	size_t njson;
	const char **exec;
	size_t nexec;
	struct opt_int interval, timeout, start_period, retries; /* unset: 1s, 5s, 0, 30 */
	enum tri early;
};

/* Registry-style port: publishes `external` and may carry its own check. */
struct flow_port {
	struct mark at;
	int64_t internal;
	struct opt_int external;
	struct probe *healthcheck;
};

/* x-flow of a service. */
struct flow_service {
	const char **dependencies;
	size_t ndependencies;
	struct flow_port **ports;
	size_t nports;
	struct probe *healthcheck;
	const char *files; /* auto, bind or upload */
	/* How a container that has changed is replaced; NULL: stop-first, all at once. */
	struct flow_replace {
		const char *order;          /* stop-first, start-first */
		struct opt_int parallelism; /* containers at a time; 0: all; unset: all, of start-first one */
		struct opt_int drain;       /* ns from the switch to the former container's stop */
	} * replace;
};

struct project;

struct service {
	NAMED_HEAD
	const struct project *project; /* its own; applications live in a project of theirs */
	bool disabled;                 /* no active profile */
	bool application;              /* from an application registry */
	const char *image;             /* NULL: build's default name, see service_image */
	struct build *build;
	const char **command;
	size_t ncommand;
	const char **entrypoint;
	size_t nentrypoint;
	struct pair *environment; /* env files merged in, names sorted; value NULL: left to the engine */
	size_t nenvironment;
	const char **provided; /* names of those in it that providers have told (load_options.provided) */
	size_t nprovided;
	struct pair *labels; /* the user's, label files merged in */
	size_t nlabels;
	struct pair *annotations;
	size_t nannotations;
	struct port **ports; /* then those of x-flow.ports that these do not publish */
	size_t nports;
	const char **expose;
	size_t nexpose;
	struct mount **volumes;
	size_t nvolumes;
	const char **tmpfs;
	size_t ntmpfs;
	struct attachment **networks;
	size_t nnetworks;
	const char *network_mode, *pid, *ipc, *uts, *userns_mode, *cgroup, *cgroup_parent, *isolation,
		*runtime;
	struct dependency **depends_on; /* with the implicit ones of links, volumes_from, service: */
	size_t ndepends_on;
	const char **links;
	size_t nlinks;
	const char **external_links;
	size_t nexternal_links;
	const char **volumes_from;
	size_t nvolumes_from;
	struct healthcheck *healthcheck;
	struct logging *logging;
	struct deploy *deploy;
	struct ulimit **ulimits;
	size_t nulimits;
	struct file_ref **secrets;
	size_t nsecrets;
	struct file_ref **configs;
	size_t nconfigs;
	const char *container_name, *hostname, *domainname, *user, *working_dir, *restart, *stop_signal,
		*platform, *pull_policy, *mac_address, *cpuset;
	struct opt_int stop_grace_period; /* ns */
	struct opt_int scale, shm_size, mem_limit, mem_reservation, memswap_limit, pids_limit, cpu_shares,
		oom_score_adj;
	struct opt_float cpus;
	enum tri init, attach;
	bool privileged, read_only, tty, stdin_open, oom_kill_disable;
	struct opt_int cpu_count, cpu_period, cpu_quota, cpu_rt_period, cpu_rt_runtime, mem_swappiness;
	struct opt_float cpu_percent;
	bool use_api_socket;
	struct blkio *blkio_config;
	struct device *devices;
	size_t ndevices;
	const char **device_cgroup_rules;
	size_t ndevice_cgroup_rules;
	struct device_request *gpus;
	size_t ngpus;
	struct credential_spec *credential_spec;
	struct develop *develop;
	struct provider *provider;
	struct model_ref **models;
	size_t nmodels;
	struct hook **pre_start;
	size_t npre_start;
	struct hook **post_start;
	size_t npost_start;
	struct hook **pre_stop;
	size_t npre_stop;
	struct pair *extra_hosts; /* host → ip, one entry per address */
	size_t nextra_hosts;
	struct pair *sysctls;
	size_t nsysctls;
	struct pair *storage_opt;
	size_t nstorage_opt;
	const char **cap_add;
	size_t ncap_add;
	const char **cap_drop;
	size_t ncap_drop;
	const char **security_opt;
	size_t nsecurity_opt;
	const char **group_add;
	size_t ngroup_add;
	const char **dns;
	size_t ndns;
	const char **dns_search;
	size_t ndns_search;
	const char **dns_opt;
	size_t ndns_opt;
	const char **profiles;
	size_t nprofiles;
	struct flow_service *flow; /* NULL without x-flow */
};

struct ipam_pool {
	const char *subnet, *gateway, *ip_range;
	struct pair *aux_addresses;
	size_t naux_addresses;
};

struct network {
	NAMED_HEAD
	const struct project *project;
	const char *name; /* the engine's name */
	const char *driver;
	struct pair *driver_opts;
	size_t ndriver_opts;
	struct ipam {
		const char *driver;
		struct ipam_pool **config;
		size_t nconfig;
		struct pair *options;
		size_t noptions;
	} * ipam;
	bool external, internal, attachable;
	enum tri enable_ipv4, enable_ipv6;
	struct pair *labels;
	size_t nlabels;
};

struct volume {
	NAMED_HEAD
	const struct project *project;
	const char *name, *driver;
	struct pair *driver_opts;
	size_t ndriver_opts;
	bool external;
	struct pair *labels;
	size_t nlabels;
	struct flow_volume {
		bool cache, create; /* an external cache: made once, kept by every clean */
	} * flow;
};

/* A secret or config of the project. */
struct file_source {
	NAMED_HEAD
	const char *name, *file, *environment, *content; /* content: configs only, interpolated */
	bool external;
	const char *driver, *template_driver;
	struct pair *driver_opts;
	size_t ndriver_opts;
	struct pair *labels;
	size_t nlabels;
	const char *value; /* of `environment`, resolved; never printed for secrets */
};

/* A language model of the project. */
struct ai_model {
	NAMED_HEAD
	const char *name, *model;
	struct opt_int context_size;
	const char **runtime_flags;
	size_t nruntime_flags;
};

/* x-flow of the project. */
struct flow_project {
	const char **registry; /* files (absolute) or URLs */
	size_t nregistry;
	struct flow_applications {
		const char *project, *image;
	} * applications;
	struct flow_image {
		const char *registry, *org, *repo, *service;
	} * image;
};

struct project {
	const char *name, *dir; /* dir: absolute project directory */
	const char **files;     /* compose files in override order, absolute (`-` for stdin) */
	size_t nfiles;
	const char *ours;       /* why docker compose cannot read them, "FILE is of format 1"; NULL: it can */
	const char **env_files; /* given by --env-file: absolute, not cleaned */
	size_t nenv_files;
	const char *provides; /* the service of another file that this run is the provider of; NULL: none */
	struct service **services; /* document order, then disabled ones */
	size_t nservices;
	struct map *by_key, *network_by_key, *volume_by_key; /* key → the struct; NULL before bind */
	struct network **networks;
	size_t nnetworks;
	struct volume **volumes;
	size_t nvolumes;
	struct file_source **secrets;
	size_t nsecrets;
	struct file_source **configs;
	size_t nconfigs;
	struct ai_model **models;
	size_t nmodels;
	struct flow_project *flow;
	struct node *tree; /* the canonical tree, decoded; services without an active profile are not in it */
	struct node *disabled; /* those: name → canonical subtree; never NULL once loaded */
	struct mark
		local_include; /* of the first file here that one of these includes; without a file: none */
	const struct map *env; /* project environment, name → text */
	const struct map
		*variables;  /* values that interpolation has put into the files (secret_note); or NULL */
	const char *foreign; /* the first file whose name is a URL, as shown, or NULL */
	const char **taken;  /* variables whose values from here such files use, with all they include */
	size_t ntaken;
	const char *separator; /* between the parts of container names: "-", or "_" for --compatibility */
};

/* Service, network, volume of that key, or NULL. */
struct service *project_service(const struct project *project, const char *key);
struct network *project_network(const struct project *project, const char *key);
struct volume *project_volume(const struct project *project, const char *key);

/* Image the service's containers are made from: `image`, else the default name of a built one
 * (PROJECT-SERVICE). */
const char *service_image(struct arena *arena, const struct service *service);

/* Path of port `index` below its service in the file: ports[0], x-flow.ports[0]. */
const char *service_port_path(struct arena *arena, const struct service *service, size_t index);

/* The secret or config of the service's project that has this key, or NULL. */
const struct file_source *service_file_source(const struct service *service, bool secret, const char *key);

/* Platform of the service: its own, else that of the environment (DOCKER_DEFAULT_PLATFORM); NULL: the
 * engine's. */
const char *service_platform(const struct service *service);

/* Number of containers wanted: scale, else deploy.replicas, else 1; 0 of one that a provider brings up. */
int64_t service_scale(const struct service *service);

/* Name of container `number` (from 1): container_name, else PROJECT-SERVICE-NUMBER. */
const char *service_container_name(struct arena *arena, const struct service *service, int64_t number);

/* The declared volume behind a mount of the service, or NULL (anonymous volumes, other kinds of mounts). */
const struct volume *service_volume(const struct service *service, const struct mount *mount);

/* Word of a condition: "started", "healthy", "completed". */
const char *condition_name(enum condition condition);

#endif
