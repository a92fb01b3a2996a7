/* The docker-flow.inputs label: what it holds, what it hides, how a change is named. */
#include "graph/up/inputs.h"
#include "graph_model.h"
#include "unit.h"

#include <stdlib.h>

struct fixture {
	struct arena *arena;
	struct project *project;
	struct service *service;
	struct dag_vertex vertex;
	struct observed seen;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->arena = arena_create();
	f->project = model_project(f->arena, "p");
	f->service = model_service(f->arena, f->project, "job", "");
	f->vertex.service = f->service;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	arena_destroy(f->arena);
	free(f);
	return 0;
}

static struct inputs_file file(const char *target, const char *content, bool secret)
{
	return (struct inputs_file){ target, content, content ? strlen(content) : 0,
		secret ? "machine" : NULL };
}

static const char *digest(struct fixture *f, const struct inputs_file *files, size_t count)
{
	return inputs_digest(f->arena, &f->vertex, files, count, &f->seen);
}

/* Mounts the named volume `key`, which the engine has since `created` (NULL: not there). */
static void mount(struct fixture *f, const char *key, const char *created)
{
	struct volume *volume = ARENA_NEW(f->arena, struct volume);
	volume->key = key;
	volume->name = arena_printf(f->arena, "p_%s", key);
	*ARENA_PUSH(f->arena, f->project->volumes, f->project->nvolumes) = volume;
	struct mount *mount = ARENA_NEW(f->arena, struct mount);
	mount->type = "volume";
	mount->source = key;
	*ARENA_PUSH(f->arena, f->service->volumes, f->service->nvolumes) = mount;
	if (!created)
		return;
	struct observed_volume *there = ARENA_NEW(f->arena, struct observed_volume);
	there->name = volume->name;
	there->created = created;
	*ARENA_PUSH(f->arena, f->seen.volumes, f->seen.nvolumes) = there;
}

static void changed_content_is_named(void **state)
{
	struct fixture *f = *state;
	struct inputs_file before[] = { file("/a b;c.conf", "x=1", false), file("/same", "y", false) };
	struct inputs_file after[] = { file("/a b;c.conf", "x=2", false), file("/same", "y", false) };
	const char *old = digest(f, before, 2), *new = digest(f, after, 2);
	assert_null(inputs_difference(f->arena, old, digest(f, before, 2)));
	assert_string_equal(inputs_difference(f->arena, new, old), "file /a b;c.conf");
	assert_string_equal(inputs_difference(f->arena, digest(f, before, 1), old), "file /same");
}

static void unreadable_counts_as_empty(void **state)
{
	struct fixture *f = *state;
	struct inputs_file none = file("/x", NULL, false), empty = file("/x", "", false);
	assert_string_equal(digest(f, &none, 1), digest(f, &empty, 1));
}

static void secrets_are_keyed_and_short(void **state)
{
	struct fixture *f = *state;
	struct inputs_file plain = file("/x", "hunter2", false), secret = file("/x", "hunter2", true);
	const char *open = digest(f, &plain, 1), *hidden = digest(f, &secret, 1);
	assert_string_not_equal(open, hidden);
	assert_null(strstr(hidden, "hunter2"));
	assert_int_equal(strlen(strstr(hidden, ";file:/x=")), strlen(";file:/x=KEY_.") + 8);
	f->project->name = "q";
	assert_string_not_equal(digest(f, &secret, 1), hidden);
}

static void a3_a_secret_of_another_machine_is_not_compared(void **state)
{
	struct fixture *f = *state;
	struct inputs_file files[] = { file("/s", "hunter2", true), file("/c", "x", false) };
	const char *here = digest(f, files, 2);
	files[0].key = "another machine";
	const char *there = digest(f, files, 2);
	assert_string_not_equal(strstr(here, ";file:/s="), strstr(there, ";file:/s="));
	assert_null(inputs_difference(f->arena, here, there));
	assert_true(inputs_elsewhere(here, there));
	assert_false(inputs_elsewhere(here, here));
	const char *before =
		arena_printf(f->arena, "%.64s;file:/s=01234567%s", here, strstr(here, ";file:/c"));
	assert_null(inputs_difference(f->arena, here, before));
	assert_true(inputs_elsewhere(here, before));
	files[1].content = "y";
	assert_string_equal(inputs_difference(f->arena, digest(f, files, 2), here), "file /c");
	files[0].key = "machine";
	files[0].content = "hunter3";
	assert_string_equal(inputs_difference(f->arena, digest(f, files, 1), here), "file /s, file /c");
	assert_string_equal(inputs_difference(f->arena, digest(f, files, 1),
				    arena_printf(f->arena, "%.64s;file:/s=absent", here)),
		"file /s");
}

static void environment_and_flow_keys_count(void **state)
{
	struct fixture *f = *state;
	const char *before = digest(f, NULL, 0);
	struct pair environment[] = { { "A", "1" } };
	f->service->environment = environment;
	f->service->nenvironment = 1;
	const char *with = digest(f, NULL, 0);
	assert_string_equal(inputs_difference(f->arena, with, before), "x-flow or environment");
	model_flow(f->arena, f->service)->files = "upload";
	assert_string_not_equal(digest(f, NULL, 0), with);
}

static void names_and_values_do_not_run_together(void **state)
{
	struct fixture *f = *state;
	struct pair one[] = { { "A", "1:B" } }, two[] = { { "A", "1" } };
	f->service->nenvironment = 1;
	f->service->environment = one;
	const char *first = digest(f, NULL, 0);
	f->service->environment = two;
	assert_string_not_equal(digest(f, NULL, 0), first);
}

static void one_shots_depend_on_the_age_of_their_volumes(void **state)
{
	struct fixture *f = *state;
	mount(f, "db", "2026-11-21T14:00:00+01:00");
	mount(f, "new", NULL);
	assert_null(strstr(digest(f, NULL, 0), "volume:"));
	f->vertex.task = true;
	const char *label = digest(f, NULL, 0);
	assert_non_null(strstr(label, ";volume:p_db=2026-11-21T14:00:00+01:00;volume:p_new=?"));
	const char *complete = inputs_complete(f->arena, label, "p_new", "2026-11-22T00:00:00Z");
	assert_non_null(strstr(complete, ";volume:p_new=2026-11-22T00:00:00Z"));
	assert_ptr_equal(inputs_complete(f->arena, complete, "p_new", "later"), complete);
	assert_string_equal(inputs_difference(f->arena, label, complete), "volume p_new");
}

static void completing_fills_the_right_volume(void **state)
{
	struct fixture *f = *state;
	f->vertex.task = true;
	mount(f, "a", NULL);
	mount(f, "ab", NULL);
	const char *label = inputs_complete(f->arena, digest(f, NULL, 0), "p_a", "T");
	assert_non_null(strstr(label, ";volume:p_a=T;volume:p_ab=?"));
}

static void c4_listing_of_a_bind_is_an_input(void **state)
{
	struct fixture *f = *state;
	struct inputs_file binds[] = { file("/s;l", "1.sql 100644 4", false), file("/out", "log", false) };
	binds[0].bind = binds[1].bind = true;
	const char *before = digest(f, binds, 2);
	assert_non_null(strstr(before, ";bind:/s%3Bl="));
	assert_false(inputs_many(before));
	binds[0].content = "1.sql 100644 5";
	binds[1].content = "gol";
	const char *after = digest(f, binds, 2);
	assert_string_equal(inputs_difference(f->arena, after, before), "bind /s;l, bind /out");
	/* the one that the task has changed itself is taken as it knows it */
	const char *kept = inputs_kept(f->arena, after, before, "/out");
	assert_string_equal(inputs_difference(f->arena, kept, before), "bind /s;l");
	assert_ptr_equal(inputs_kept(f->arena, kept, before, "/out"), kept);
	assert_ptr_equal(inputs_kept(f->arena, kept, before, "/elsewhere"), kept);
	binds[0].many = true;
	const char *many = digest(f, binds, 2);
	assert_true(inputs_many(many));
	assert_ptr_equal(inputs_kept(f->arena, many, before, "/s;l"), many);
}

static void absent_files_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct inputs_file files[] = { file("/x y", NULL, false), file("/z", NULL, false) };
	files[0].absent = true;
	const char *label = digest(f, files, 2);
	assert_true(inputs_absent(f->arena, label, "/x y"));
	assert_false(inputs_absent(f->arena, label, "/z"));
	assert_false(inputs_absent(f->arena, NULL, "/z"));
}

static void what_is_a_one_shot(void **state)
{
	struct fixture *f = *state;
	assert_false(inputs_one_shot(&f->vertex));
	f->service->restart = "no";
	assert_true(inputs_one_shot(&f->vertex));
	f->service->nports = 1; /* a server that was stopped ends with 0 as well */
	assert_false(inputs_one_shot(&f->vertex));
	f->vertex.task = true;
	assert_true(inputs_one_shot(&f->vertex));
}

static void foreign_labels_do_no_harm(void **state)
{
	struct fixture *f = *state;
	static const char *const labels[] = { "", ";", ";;=;:", "file", "%", "file:%4;file:%;x=%zz", "=:;=" };
	const char *own = digest(f, (struct inputs_file[]){ file("/x", "1", false) }, 1);
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		assert_non_null(inputs_difference(f->arena, own, labels[i]));
		inputs_difference(f->arena, labels[i], own);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changed_content_is_named),
		TEST(unreadable_counts_as_empty),
		TEST(secrets_are_keyed_and_short),
		TEST(a3_a_secret_of_another_machine_is_not_compared),
		TEST(environment_and_flow_keys_count),
		TEST(names_and_values_do_not_run_together),
		TEST(one_shots_depend_on_the_age_of_their_volumes),
		TEST(completing_fills_the_right_volume),
		TEST(c4_listing_of_a_bind_is_an_input),
		TEST(absent_files_are_told_apart),
		TEST(what_is_a_one_shot),
		TEST(foreign_labels_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
