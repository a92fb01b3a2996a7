/* Label docker-flow.inputs: what compose's config-hash leaves out but a container still depends on. It reads
 * `DIGEST[;file:TARGET=DIGEST][;file:TARGET=KEY.DIGEST][;bind:TARGET=DIGEST][;volume:NAME=CREATED]…`: one
 * part per thing, so that a change can be named. */
#ifndef GRAPH_INPUTS_H
#define GRAPH_INPUTS_H

#include "graph/dag/dag.h"
#include "graph/plan/observed.h"

/* Content of the files a service uses; made by the caller, who may read files. */
struct inputs_file {
	const char *target;  /* in the container */
	const char *content; /* NULL: cannot be read; counts as empty */
	size_t len;
	/* Of a secret: what its digest is keyed by, a name of this machine that does not stand in the label,
	 * so that nobody who reads that can test guesses. NULL: it is none. */
	const char *key;
	bool absent;    /* there is no such file: its digest is the word "absent" */
	bool bind;      /* it is the listing of a bind's entries */
	bool many;      /* of more than may be looked at: its digest is the word "many" */
	int64_t newest; /* of a bind: last change of an entry, Unix ns */
};

/* Where a config or secret goes: an absolute target as given, else below /run/secrets for secrets and below /
 * for configs. */
const char *inputs_target(struct arena *arena, const struct file_ref *ref, bool secret);

/* Whether the label was made while the file of that target did not exist. */
bool inputs_absent(struct arena *arena, const char *inputs, const char *target);

/* Whether the label says that a bind has too many entries to tell whether they have changed. */
bool inputs_many(const char *inputs);

/* The label `inputs` with the listing of the bind at `target` as `label` has it; `inputs` itself when it is
 * the same there, when one of them has none, or too many entries. */
const char *inputs_kept(struct arena *arena, const char *inputs, const char *label, const char *target);

/* Label text for a service: a digest over the x-flow keys that change the container and its environment, a
 * short digest per file, and for one-shots the creation time of the named volumes they mount, so that a wiped
 * database is migrated again. A volume that is not there yet has the time `?` until inputs_complete. */
const char *inputs_digest(struct arena *arena, const struct dag_vertex *vertex,
	const struct inputs_file *files, size_t nfiles, const struct observed *seen);

/* The label with the creation time of a volume (as the engine writes it) that was created meanwhile. Returns
 * `inputs` itself when it does not wait for that volume. */
const char *inputs_complete(struct arena *arena, const char *inputs, const char *volume, const char *created);

/* Whether the label has a secret's digest that `inputs` cannot be compared with: of another machine, or of an
 * earlier version. */
bool inputs_elsewhere(const char *inputs, const char *label);

/* Tells what differs between the wanted label and the one of a container: "file /app.conf, volume p_db",
 * "x-flow or environment"; NULL when they are the same, but for what cannot be compared (inputs_elsewhere).
 */
const char *inputs_difference(struct arena *arena, const char *wanted, const char *label);

/* The same for what has a name alone: files, binds and volumes. */
const char *inputs_named_difference(struct arena *arena, const char *wanted, const char *label);

/* Whether a service is a task that ends: somebody waits for its completion, or it says restart "no" and has
 * neither ports nor a check. */
bool inputs_one_shot(const struct dag_vertex *vertex);

#endif
