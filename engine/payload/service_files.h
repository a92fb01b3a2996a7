/* The configs and secrets of a service as files of its containers: where they go, and whether they are bound
 * from this host or uploaded before the start. */
#ifndef ENGINE_SERVICE_FILES_H
#define ENGINE_SERVICE_FILES_H

#include "engine/connect/engine.h"
#include "engine/payload/service_mounts.h"
#include "graph/up/inputs.h"

struct service_file {
	const struct file_ref *ref;
	const struct file_source *source;
	const char *target; /* absolute path in the container */
	bool secret;
	bool upload; /* by archive; else a read-only bind mount of source->file */
};

/* Whether a path of this process means the same file for the engine: the process that listens on its socket
 * has our mount namespace. In a container that was given the socket it has not. Where only root may look, a
 * guess; x-flow.files decides where it is wrong. Found out once, by a connection of its own. For
 * reconcile_options.shared_files. */
bool service_files_shared(struct engine *engine);

/* The files of a service, secrets first. What is uploaded and what is bound: reconcile_uploads. Returns -1
 * for external and driver-made ones, which only a swarm has, and for owners by name of what is uploaded. */
int service_files(struct arena *arena, const struct service *service, bool shared,
	struct service_file **ret_files, size_t *ret_count, struct errors *errors);

/* Directories of the service's containers that get an anonymous volume, since an upload cannot reach them
 * otherwise: below a read-only root or a tmpfs, where `mounts` has nothing else. */
void service_files_volumes(struct arena *arena, const struct service *service,
	const struct service_mounts *mounts, const struct service_file *files, size_t count,
	const char ***ret_dirs, size_t *ret_ndirs);

/* The largest file that is uploaded. */
#define SERVICE_FILE_MOST ((size_t)64 << 20)

/* Content of a file to upload or to digest, the arena's: the value of content and environment, else what the
 * file holds. What is no regular file is read to its end, once for all who ask (file_read says what is too
 * much). Returns -1 with a finding at the service's reference. */
int service_file_content(struct engine *engine, struct arena *arena, const struct service *service,
	const struct service_file *file, const char **ret_content, size_t *ret_len, struct errors *errors);

/* Contents for inputs_digest (graph/up/inputs.h). What cannot be read has no content; a file above 16 MiB is
 * represented by its size and time of change, a pipe or device that is bound by nothing. What is wrong shows
 * when the container is made; only a pipe or device to be uploaded that cannot be read is a finding, and -1.
 */
int service_files_inputs(struct engine *engine, struct arena *arena, const struct service *service,
	bool shared, struct inputs_file **ret_files, size_t *ret_count, struct errors *errors);

#endif
