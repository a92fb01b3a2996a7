/* What the engine has: a snapshot taken in one round of three queries, as plain data. */
#ifndef GRAPH_OBSERVED_H
#define GRAPH_OBSERVED_H

#include "base/map.h"
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
};

struct observed_port {
	const char *host_ip, *protocol;
	int64_t host_port, container_port; /* host_port 0: not published */
};

struct observed_container {
	const char *id, *name;         /* name without the leading slash */
	const char *project, *service; /* labels; NULL when missing */
	int64_t number;                /* container-number label; 0 when missing */
	bool oneoff;
	enum container_state state;
	enum health health;
	int64_t exit_code;    /* of an exited one */
	int64_t created;      /* Unix seconds */
	const char *status;   /* the engine's words: "Up 5 minutes (healthy)" */
	const char *image;    /* as listed: the name it was made from, or sha256:… once the tag has moved */
	const char *image_id; /* sha256:… */
	const char *command;
	const char *config_hash, *inputs; /* labels; NULL when missing */
	const char *image_label;          /* com.docker.compose.image */
	const char *replaces;             /* com.docker.compose.replace: a recreate was interrupted */
	struct map labels;                /* all of them, name → text */
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
	struct map labels;
};

struct observed_volume {
	const char *name, *driver, *project, *key, *config_hash,
		*created; /* created: as the engine writes it */
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
};

/* The image of that reference, or NULL when it was not asked for. */
struct observed_image *observed_image(const struct observed *seen, const char *reference);

/* Network or volume of that engine name, or NULL. Two networks of one name (engine 20.10 allows that): the
 * one with the project label first. */
struct observed_network *observed_network(const struct observed *seen, const char *name);
struct observed_volume *observed_volume(const struct observed *seen, const char *name);

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

#endif
