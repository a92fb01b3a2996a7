/* Planners, tested as text: every folder of testdata/plans is a case (see plan_case.h). With UPDATE=1
 * the plans are written anew, to be read before they are committed. */
#include "plan_case.h"

/* What a need of an undo step says of the step it names. */
static const char *const need_words[] = { [ON_SUCCESS] = "is done",
	[ON_FAILURE] = "fails or never begins",
	[ON_SKIP] = "never began",
	[ON_BEGUN] = "has begun and is over",
	[ON_INTACT] = "has not failed",
	[ON_END] = "is over" };

/* The needs of an undo step: all that are no causes, and one of those that are. */
static void print_needs(FILE *out, const struct step *step, bool causes)
{
	const char *word = causes ? " because" : " when";
	for (size_t n = 0; n < step->nneeds; n++) {
		if (step->needs[n].cause != causes)
			continue;
		fprintf(out, "%s %zu %s", word, step->needs[n].on->number,
			need_words[step->needs[n].release]);
		word = causes ? " or" : " and";
	}
}

/* Undo steps are not part of a printed plan; here they are, after it. */
static void print_undos(FILE *out, const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (!step->undo)
			continue;
		fprintf(out, "undo %zu: %s %s %s", step->number, op_traits[step->op].object, step->name,
			op_traits[step->op].verb);
		print_needs(out, step, false);
		print_needs(out, step, true);
		fprintf(out, "%s (%s)\n", step->ending.remove_volumes ? ", with its anonymous volumes" : "",
			step->reason);
	}
}

/* The plan, or the findings, as text. */
static const char *outcome(struct plan_case *c)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct plan *plan = NULL;
	if (!strcmp(c->command, "wanted")) {
		const char **references;
		size_t count;
		reconcile_wanted_images(c->arena, c->dag, c->seen, &c->up, &references, &count);
		for (size_t i = 0; i < count; i++)
			fprintf(out, "%s\n", references[i]);
	} else if (!strcmp(c->command, "names") && case_plan(c, &plan) == 0) {
		struct obstacles wanted;
		obstacles_wanted(c->arena, plan, c->seen, &wanted);
		for (size_t i = 0; i < wanted.nnames; i++)
			fprintf(out, "%s\n", wanted.names[i]);
	} else if (!strcmp(c->command, "labels") && case_plan(c, &plan) == 0) {
		for (size_t i = 0; i < plan->count; i++) {
			const struct step_create *create = &plan->steps[i]->create;
			if (plan->steps[i]->op == OP_CONTAINER_CREATE)
				fprintf(out, "%s%s %s\n", plan->steps[i]->service->key,
					create->replaces ? " (remade)" : "",
					create->depends_on ? create->depends_on : "-");
		}
	} else if (!strcmp(c->command, "removable")) {
		const struct teardown_scope scope = {
			.dag = c->no_file ? NULL : c->dag, .project = "p", .seen = c->seen
		};
		const char **references;
		size_t count;
		reconcile_removable_images(c->arena, &scope, c->down.images, &references, &count);
		for (size_t i = 0; i < count; i++)
			fprintf(out, "%s\n", references[i]);
	} else if (c->dag && case_plan(c, &plan) == 0) {
		plan_print(out, plan, false);
		print_undos(out, plan);
		struct sched sched;
		if (sched_init(&sched, plan, NULL, NULL) < 0)
			fputs("the plan has a cycle\n", out);
	}
	errors_print(out, &c->errors, &(struct error_style){ 0 });
	fclose(out);
	const char *copy = arena_strdup(c->arena, text);
	free(text);
	return copy;
}

/* The absolute directory is not the same everywhere. */
static const char *without_directory(struct arena *arena, const char *text)
{
	char cwd[4096];
	assert_non_null(getcwd(cwd, sizeof cwd));
	char *copy = arena_strdup(arena, text);
	for (char *at; (at = strstr(copy, cwd));)
		memmove(at, at + strlen(cwd) + 1, strlen(at + strlen(cwd) + 1) + 1);
	return copy;
}

static void plan_is_as_wanted(void **state)
{
	struct arena *arena = arena_create();
	struct plan_case c;
	case_load(&c, arena, *state);
	const char *have = without_directory(arena, outcome(&c));
	const char *file = case_path(&c, "want.plan");
	if (updates_golden()) {
		FILE *out = fopen(file, "we");
		assert_non_null(out);
		fputs(have, out);
		fclose(out);
	}
	const char *want = case_read(arena, file);
	if (!want || strcmp(want, have))
		print_message("%s has:\n%swants:\n%s", c.dir, have, want ? want : "(no want.plan)\n");
	assert_string_equal(have, want ? want : "");
	arena_destroy(arena);
}

int main(void)
{
	return case_run_folders(plan_is_as_wanted, NULL);
}
