/* Where runs are kept: whole files for the user only, the latest few. */
#include "engine/record/record.h"
#include "base/buf.h"
#include "folder_case.h"

#include <dirent.h>
#include <errno.h>
#include <time.h>

static const char *runs;

static int set_up(void **state)
{
	folder_set_up(state);
	struct map env;
	map_init(&env, arena);
	map_set(&env, "XDG_STATE_HOME", dir);
	runs = record_dir(arena, &env);
	return 0;
}

/* A run of that project that began at that second. */
static struct timeline *run_of(const char *project, int64_t second)
{
	struct timeline *timeline = timeline_create(arena, project, "up", second * 1000000000, 1);
	struct plan *plan = plan_create(arena);
	struct step *step = plan_add(plan, OP_CONTAINER_START, "web", NULL);
	step->state = STEP_DONE;
	step->began = 10;
	step->ended = 2000000010;
	timeline_take(timeline, plan, "containers", 5, 2000000010);
	timeline_end(timeline, true, 2000000010);
	return timeline;
}

static size_t count_files(void)
{
	size_t count = 0;
	DIR *folder = opendir(runs);
	const struct dirent *entry;
	while (folder && (entry = readdir(folder)))
		count += *entry->d_name != '.';
	if (folder)
		closedir(folder);
	return count;
}

static void the_folder_is_the_users(void **state)
{
	(void)state;
	struct map env;
	map_init(&env, arena);
	assert_string_equal(runs, in("docker-flow/runs"));
	map_set(&env, "HOME", "/home/x");
	assert_string_equal(record_dir(arena, &env), "/home/x/.local/state/docker-flow/runs");
	map_set(&env, "XDG_STATE_HOME", "not/absolute");
	assert_string_equal(record_dir(arena, &env), "/home/x/.local/state/docker-flow/runs");
}

static void a_run_is_kept_for_the_user_alone(void **state)
{
	(void)state;
	struct stat status;
	assert_int_equal(record_list(arena, runs, "shop").count, 0);
	assert_int_equal(record_keep(runs, run_of("shop", 1700000000)), 0);
	struct texts files = record_list(arena, runs, "shop");
	assert_int_equal(files.count, 1);
	assert_int_equal(stat(files.items[0], &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(stat(runs, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_int_equal(count_files(), 1);
	const struct timeline *timeline = record_read(arena, files.items[0], &errors);
	assert_non_null(timeline);
	assert_string_equal(timeline_title(arena, timeline), "up of shop: 2.00 s");
}

static void the_latest_few_of_each_project_stay(void **state)
{
	(void)state;
	for (int64_t i = 0; i < 13; i++) {
		assert_int_equal(record_keep(runs, run_of("shop", 1700000000 + i)), 0);
		assert_int_equal(record_keep(runs, run_of("shop-2", 1600000000 + i)), 0);
	}
	struct texts files = record_list(arena, runs, "shop");
	assert_int_equal(files.count, RECORDS_OF_PROJECT);
	assert_int_equal(record_read(arena, files.items[0], &errors)->time / 1000000000, 1700000012);
	assert_int_equal(record_list(arena, runs, "shop-2").count, RECORDS_OF_PROJECT);
	assert_int_equal(count_files(), 2 * RECORDS_OF_PROJECT);
}

static void there_is_a_limit_for_all(void **state)
{
	(void)state;
	for (int i = 0; i < RECORDS_MOST + 5; i++)
		put(arena_printf(arena, "docker-flow/runs/p%d.0160000000000%04d.json", i, i), "{}");
	assert_int_equal(record_keep(runs, run_of("shop", 1700000000)), 0);
	assert_int_equal(count_files(), RECORDS_MOST);
	assert_int_equal(record_list(arena, runs, "shop").count, 1);
	assert_int_equal(record_list(arena, runs, "p0").count, 0);
	assert_int_equal(record_list(arena, runs, "p204").count, 1);
}

static void large_ones_go_sooner(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		const char *name = arena_printf(arena, "docker-flow/runs/p.0160000000000000%d.json", i);
		put(name, "");
		assert_int_equal(truncate(in(name), RECORDS_BYTES_MOST / 2), 0);
	}
	assert_int_equal(record_keep(runs, run_of("shop", 1700000000)), 0);
	assert_int_equal(count_files(), 2);
	errors_init(&errors, arena);
	assert_null(record_read(arena, record_list(arena, runs, "p").items[0], &errors)); /* too large */
	assert_int_equal(errors.count, 1);
}

static void what_others_put_there_is_left_alone(void **state)
{
	(void)state;
	struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	put("docker-flow/runs/notes", "mine");
	put("docker-flow/runs/shop.1.json", "{}");
	put("docker-flow/runs/shop.01600000000000000.json.7.new", "{");
	put("docker-flow/runs/shop.01600000000000000.json.8.new", "{");
	assert_int_equal(utimensat(0, in("docker-flow/runs/shop.01600000000000000.json.7.new"), old, 0), 0);
	assert_int_equal(record_keep(runs, run_of("shop", 1700000000)), 0);
	assert_int_equal(access(in("docker-flow/runs/notes"), F_OK), 0);
	assert_int_equal(record_list(arena, runs, "shop").count, 1);
	assert_int_equal(access(in("docker-flow/runs/shop.01600000000000000.json.7.new"), F_OK), -1);
	assert_int_equal(access(in("docker-flow/runs/shop.01600000000000000.json.8.new"), F_OK), 0);
}

static void what_cannot_be_kept_is_said(void **state)
{
	(void)state;
	put("file", "");
	assert_int_equal(record_keep(in("file/runs"), run_of("shop", 1700000000)), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(record_keep(runs, run_of("../x", 1700000000)), -1);
	put("docker-flow/open/x", "");
	assert_int_equal(chmod(in("docker-flow/open"), 0777), 0);
	assert_int_equal(record_keep(in("docker-flow/open"), run_of("shop", 1700000000)), -1);
	assert_int_equal(errno, EPERM);
}

static void nothing_done_is_nothing_kept(void **state)
{
	(void)state;
	struct timeline *timeline = timeline_create(arena, "shop", "up", 0, 1);
	timeline_end(timeline, true, 2);
	assert_int_equal(record_keep(runs, timeline), 0);
	assert_int_equal(access(in("docker-flow"), F_OK), -1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, folder_tear_down)
	const struct CMUnitTest tests[] = {
		CASE(the_folder_is_the_users),
		CASE(a_run_is_kept_for_the_user_alone),
		CASE(the_latest_few_of_each_project_stay),
		CASE(there_is_a_limit_for_all),
		CASE(large_ones_go_sooner),
		CASE(what_others_put_there_is_left_alone),
		CASE(what_cannot_be_kept_is_said),
		CASE(nothing_done_is_nothing_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
