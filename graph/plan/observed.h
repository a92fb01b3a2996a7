/* What the engine has: a snapshot taken in one round of three queries, as plain data. */
#ifndef GRAPH_OBSERVED_H
#define GRAPH_OBSERVED_H

#include "base/map.h"
#include "base/text/texts.h"
#include "compose/model/model.h"

enum container_state {
	CONTAINER_CREATED,
	CONTAINER_RUNNING,
	CONTAINER_PAUSED,
	CONTAINER_RESTARTING,
	CONTAINER_EXITED,
	CONTAINER_REMOVING,
	CONTAINER_DEAD,
};

enum health { HEALTH_NONE, HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY };

struct observed_mount {
	const char *type, *name, *source, *target; /* name: of a volume */
	bool writable;
};

struct observed_attachment {
	const char *network, *network_id, *address; /* engine's name and id; IPv4 address or "" */
	/* Known once it was looked at, else NULL: its IPv6 address or "", and what the engine takes for a
	 * place like this one, as JSON text. */
	const char *address6, *endpoint;
};

struct observed_port {
	const char *host_ip, *protocol;
	int64_t host_port, container_port; /* host_port 0: not published */
};

struct observed_container {
	const char *id, *name;         /* name without the leading slash */
	const char *project, *service; /* labels; NULL when missing */
	int64_t number;                /* container-number label; 0 when missing */
	bool oneoff;                   /* not one of the service's own: of `run`, or of a hook */
	bool hook;                     /* a hook's that runs in a container of its own */
	bool abandoned; /* a one-off that does not run and was to be removed by a process that is gone */
	enum container_state state;
	bool stopping; /* a run that was cut short has asked for its stop, and may not have seen its end */
	bool unhooked; /* a run has started it, and its post_start hooks have not all succeeded */
	enum health health;
	int64_t exit_code;  /* of an exited one */
	int64_t created;    /* Unix seconds */
	int64_t up;         /* seconds since its start, rounded as the engine's words are; -1: does not run */
	const char *status; /* the engine's words: "Up 5 minutes (healthy)" */
	const char *image;  /* as listed: the name it was made from, or sha256:… once the tag has moved */
	const char *image_id; /* sha256:… */
	const char *command;
	const char *config_hash, *inputs; /* labels; NULL when missing */
	const char *image_label;          /* com.docker.compose.image */
	const char *replaces;             /* com.docker.compose.replace: a recreate was interrupted */
	struct pair *labels;              /* all of them */
	size_t nlabels;
	struct observed_mount *mounts;
	size_t nmounts;
	struct observed_attachment *attachments;
	size_t nattachments;
	struct observed_port *ports;
	size_t nports;
};

struct observed_network {
	const char *id, *name, *project, *key, *config_hash; /* labels NULL when missing */
	const char *created;                                 /* as the engine writes it */
	const char *driver;                                  /* "bridge", "overlay", … */
	const char **subnets;                                /* 10.1.0.0/16, fd00::/64 */
	size_t nsubnets;
	const char *again; /* what the engine takes to make one like it, as JSON text; NULL: not looked at */
	struct map labels;
};

struct observed_volume {
	const char *name, *driver, *project, *key, *config_hash,
		*created;               /* created: as the engine writes it */
	const char *mountpoint, *scope; /* of the engine's host; local, global */
	struct map labels;
};

/* What an image inspect told; made by the image round (engine/image/images.h). */
struct observed_image {
	const char *reference; /* as asked for */
	const char *id;        /* NULL: not there */
	const char *os, *architecture;
	int64_t tagged; /* Unix seconds of the last pull, build or tag; 0: unknown */
	bool has_check; /* HEALTHCHECK other than NONE */
	struct healthcheck *check;
	const char **volumes; /* VOLUME targets */
	size_t nvolumes;
	const char **exposed; /* 80/tcp */
	size_t nexposed;
	const char *compose_version; /* label com.docker.compose.version; NULL: none */
};

enum plugin_kind { PLUGIN_LOG, PLUGIN_NETWORK, PLUGIN_VOLUME, PLUGIN_RUNTIME, PLUGIN_KINDS };

/* Names of what the engine can be told to use. */
struct observed_plugins {
	struct texts names[PLUGIN_KINDS];
	bool whole; /* it would find no others when it was asked for them */
};

struct observed {
	struct observed_container **containers;
	size_t ncontainers;
	struct observed_network **networks;
	size_t nnetworks;
	struct observed_volume **volumes;
	size_t nvolumes;
	struct observed_image **images; /* empty until the image round */
	size_t nimages;
	struct observed_plugins *plugins; /* NULL: not asked for */
	const struct observed *others;    /* what may be in the way; NULL: not looked for */
};

/* The image of that reference, or NULL when it was not asked for. */
struct observed_image *observed_image(const struct observed *seen, const char *reference);

/* The container that is called so, by name or by an id as long as docker prints it, also one of others; or
 * NULL. */
const struct observed_container *observed_called(const struct observed *seen, const char *name);

/* The container's label of that name, or NULL. */
const char *observed_label(const struct observed_container *container, const char *name);

/* Whether the mount is a volume that was made with the container for what is uploaded into it, by the label
 * docker-flow.uploads: the container's config-hash, since an image that was made of a container has its
 * labels, and the targets, one a line. */
bool observed_upload(const struct observed_container *container, const struct observed_mount *mount);

/* The service of the project whose provider has made the container, by the label docker-flow.provider; NULL:
 * none has, or that provider is this run. */
const struct service *observed_provider(
	const struct project *project, const struct observed_container *container);

/* Network or volume of that engine name, or NULL. Two networks of one name (engine 20.10 allows that): the
 * one with the project label first. */
struct observed_network *observed_network(const struct observed *seen, const char *name);
struct observed_volume *observed_volume(const struct observed *seen, const char *name);

/* Whether it is a volume without a name of its own: the engine has given it 64 hex digits. */
bool observed_anonymous(const struct observed_mount *mount);

/* Adds to the snapshot what the project says is made elsewhere: external networks and volumes, as if they
 * were there. */
void observed_imagine(struct arena *arena, const struct project *project, struct observed *seen);

/* Whether `a` was made before `b`. Of networks made at the same time always the same one is the older. */
bool observed_older(const struct observed_network *a, const struct observed_network *b);

/* Name of the state: "created", "running", … as the engine says it; and back (CONTAINER_DEAD for unknown
 * words). */
const char *container_state_name(enum container_state state);
enum container_state container_state_parse(const char *name);

/* Whether it has processes, be they paused, or will have them again by itself. */
bool container_state_runs(enum container_state state);

/* What our exit status is for a process that has ended with this one: its last byte, as for a shell, but a
 * failure stays one. */
int container_exit_status(int64_t code);

#endif
