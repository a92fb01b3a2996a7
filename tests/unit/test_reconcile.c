/* Planners, tested as text: every folder of testdata/plans is a case (see plan_case.h). With PLANS_UPDATE=1
 * the plans are written anew, to be read before they are committed. */
#include "plan_case.h"

/* Undo steps are not part of a printed plan; here they are, after it. */
static void print_undos(FILE *out, const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = plan->steps[i];
		if (!step->undo)
			continue;
		fprintf(out, "undo: %s %s %s", op_traits[step->op].object, step->name,
			op_traits[step->op].verb);
		for (size_t n = 0; n < step->nneeds; n++)
			fprintf(out, "%s %zu %s", n ? " and" : " when", step->needs[n].on->number,
				step->needs[n].release == ON_SKIP ? "never began" : "is done");
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
		const char **names;
		size_t count;
		reconcile_wanted_names(c->arena, plan, c->seen, &names, &count);
		for (size_t i = 0; i < count; i++)
			fprintf(out, "%s\n", names[i]);
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
	if (getenv("PLANS_UPDATE")) {
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
