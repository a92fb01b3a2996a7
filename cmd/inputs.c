/* Content of the configs and secrets that services use, for the label docker-flow.inputs. */
#include "cmd/project.h"
#include "graph/inputs.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A config or secret is small (the engine's own limit for both is 500 KiB); what is longer is cut. */
#define FILE_MOST ((size_t)16 << 20)

static const char *read_whole(struct arena *arena, const char *path, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	char *text = NULL;
	size_t len = 0, room = 0;
	for (;;) {
		if (len == room) {
			size_t more = room ? room * 2 : 4096;
			text = arena_grow(arena, text, room, more);
			room = more;
		}
		ssize_t got = len < FILE_MOST ? read(fd, text + len, room - len) : 0;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	close(fd);
	*ret_len = len;
	return text;
}

static const struct file_source *source_of(struct file_source *const *sources, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(sources[i]->key, key) == 0)
			return sources[i];
	return NULL;
}

static void add_files(struct arena *arena, struct file_ref *const *refs, size_t nrefs,
	struct file_source *const *sources, size_t nsources, bool secret, struct inputs_file **files,
	size_t *count)
{
	for (size_t i = 0; i < nrefs; i++) {
		const struct file_source *source = source_of(sources, nsources, refs[i]->source);
		struct inputs_file file = { .secret = secret };
		if (!source || source->external)
			continue;
		file.target = refs[i]->target ? refs[i]->target : refs[i]->source;
		if (source->content)
			file.content = source->content;
		else if (source->environment)
			file.content = source->value;
		file.len = file.content ? strlen(file.content) : 0;
		if (!file.content && source->file)
			file.content = read_whole(arena, source->file, &file.len);
		*ARENA_PUSH(arena, *files, *count) = file;
	}
}

const struct map *scope_inputs(struct ctx *ctx, const struct scope *scope, const struct observed *seen)
{
	struct map *inputs = map_create(ctx->arena);
	for (size_t i = 0; scope->dag && i < scope->dag->count; i++) {
		const struct dag_vertex *vertex = scope->dag->vertices[i];
		const struct service *service = vertex->service;
		const struct project *project = service->project;
		struct inputs_file *files = NULL;
		size_t count = 0;
		if (!vertex->selected)
			continue;
		add_files(ctx->arena, service->configs, service->nconfigs, project->configs,
			project->nconfigs, false, &files, &count);
		add_files(ctx->arena, service->secrets, service->nsecrets, project->secrets,
			project->nsecrets, true, &files, &count);
		map_set(inputs, service->key, (void *)inputs_digest(ctx->arena, vertex, files, count, seen));
	}
	return inputs;
}
