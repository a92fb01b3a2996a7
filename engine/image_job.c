#include "engine/image_job.h"

#include <time.h>

void image_job_end(struct image_job *job)
{
	if (job)
		job->end(job);
}

void image_job_tell(const struct image_job *job, enum event_kind kind, const char *text, const char *part,
	int64_t current, int64_t total)
{
	const struct step *step = job->step;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	struct event event = { .kind = kind,
		.time = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec,
		.elapsed = step->began ? loop_now() - step->began : 0,
		.step = step,
		.state = step->state,
		.object = op_words[step->op].object,
		.name = step->name,
		.service = step->service ? step->service->key : NULL,
		.text = text,
		.part = part,
		.current = current,
		.total = total };
	event_send(job->sink, &event);
}

int image_job_fail(const struct image_job *job, enum error_code code, const char *key, const char *text)
{
	const struct service *service = job->step->service;
	const char *path =
		service ? arena_printf(job->engine->arena, "services.%s.%s", service->key, key) : NULL;
	return error_add(job->errors, code, service ? &service->at : NULL, path, "%s", text);
}
