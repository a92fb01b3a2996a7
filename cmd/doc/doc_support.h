/* What a row cannot know by itself: since when people write a key, and what of the engine it becomes. */
#ifndef CMD_DOC_SUPPORT_H
#define CMD_DOC_SUPPORT_H

struct doc_support {
	const char *path;   /* services.*.cap_add; stands for everything below it, too */
	const char *since;  /* first format whose schema has it, as docker-compose 1.26 (to 3.8) and docker
				stack (from 3.9) kept them: 1, 2.x, 3.x; spec (no version); flow (ours) */
	const char *engine; /* field of the Engine API 1.4x, or what is done with it instead */
};

/* Returns the entry for a path of a row: its own, or that of the nearest mapping around it; NULL when there
 * is none. */
const struct doc_support *doc_support(const char *path);

#endif
