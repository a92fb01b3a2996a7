/* The project lock: taken, waited for, released with its holder. */
#include "engine/local/lock.h"
#include "folder_case.h"

#include <signal.h>
#include <sys/wait.h>

static struct engine engine;
static struct map env;
static const char *note;

static int set_up(void **state)
{
	folder_set_up(state);
	map_init(&env, arena);
	map_set(&env, "XDG_RUNTIME_DIR", dir);
	engine = (struct engine){ .arena = arena, .loop = loop_create(), .os_env = &env };
	engine.endpoint.host = "unix:///x";
	note = NULL;
	return 0;
}

static int tear_down(void **state)
{
	loop_destroy(engine.loop);
	return folder_tear_down(state);
}

static void heard(struct sink *sink, const struct event *event)
{
	(void)sink;
	note = event->text;
}

static struct sink sink = { .on = heard };

/* A process that holds the lock until its pipe is closed; returns when it has it. */
static pid_t other_holder(int *ret_release)
{
	int ready[2], release[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(release), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(release[1]);
		int fd = lock_take(arena, &engine, "shop", NULL, &errors);
		if (write(ready[1], "x", 1) != 1 || read(release[0], &byte, 1) != 0)
			_exit(1);
		_exit(fd < 0);
	}
	close(ready[1]);
	close(release[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	*ret_release = release[1];
	return pid;
}

static void test_nobody_holds_it(void **state)
{
	(void)state;
	int fd = lock_take(arena, &engine, "shop", &sink, &errors);
	assert_true(fd >= 0);
	assert_null(note);
	int other = lock_take(arena, &engine, "other", &sink, &errors);
	assert_true(other >= 0);
	assert_null(note);
	close(fd);
	close(other);
}

static void every_path_of_a_socket_is_the_same_engine(void **state)
{
	(void)state;
	const char *real = arena_printf(arena, "%s/real", dir), *link = arena_printf(arena, "%s/link", dir);
	assert_int_equal(mkdir(real, 0700), 0);
	assert_int_equal(symlink("real", link), 0);
	fclose(fopen(arena_printf(arena, "%s/s", real), "we"));
	const char *paths[] = { arena_printf(arena, "%s/s", real), arena_printf(arena, "%s/s", link),
		arena_printf(arena, "%s/./s", real) };
	const char *first = NULL;
	for (size_t i = 0; i < 3; i++) {
		engine.endpoint.socket = paths[i];
		engine.endpoint.host = arena_printf(arena, "unix://%s", paths[i]);
		const char *lock = lock_path(arena, &engine, "shop", "lock", &errors);
		first = first ? first : lock;
		assert_string_equal(lock, first);
	}
}

static void release(void *arg)
{
	close(*(int *)arg);
}

static void test_waits(void **state)
{
	(void)state;
	int holding, status;
	pid_t pid = other_holder(&holding);
	loop_after(engine.loop, 50000000, release, &holding);
	int fd = lock_take(arena, &engine, "shop", &sink, &errors);
	assert_true(fd >= 0);
	assert_non_null(note);
	assert_non_null(strstr(note, arena_printf(arena, "process %d", (int)pid)));
	waitpid(pid, &status, 0);
	close(fd);
}

static void test_holder_dies(void **state)
{
	(void)state;
	int holding;
	pid_t pid = other_holder(&holding);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	int fd = lock_take(arena, &engine, "shop", &sink, &errors);
	assert_true(fd >= 0);
	close(fd);
	close(holding);
}

static void interrupt(void *arg)
{
	(void)arg;
	kill(getpid(), SIGINT);
}

static void test_interrupted(void **state)
{
	(void)state;
	int holding;
	pid_t pid = other_holder(&holding);
	loop_after(engine.loop, 50000000, interrupt, NULL);
	assert_int_equal(lock_take(arena, &engine, "shop", &sink, &errors), -1);
	assert_int_equal(errors.first->code, ERROR_INTERRUPTED);
	close(holding);
	waitpid(pid, NULL, 0);
}

/* No file stays, and who had opened it before takes the next one. */
static void test_no_file_stays(void **state)
{
	(void)state;
	const char *path = lock_path(arena, &engine, "shop", "lock", &errors);
	int fd = lock_take(arena, &engine, "shop", &sink, &errors);
	assert_int_equal(access(path, F_OK), 0);
	lock_release(arena, &engine, "shop", fd);
	assert_int_equal(access(path, F_OK), -1);
	fd = lock_try(arena, &engine, "shop");
	assert_true(fd >= 0);
	assert_int_equal(lock_try(arena, &engine, "shop"), -1);
	lock_release(arena, &engine, "shop", fd);
	assert_int_equal(access(path, F_OK), -1);
}

static void give_back(void *arg)
{
	lock_release(arena, &engine, "shop", *(int *)arg);
}

/* Who waits on a file that goes has the lock of the file that is there. */
static void test_waits_for_one_that_goes(void **state)
{
	(void)state;
	int first = lock_take(arena, &engine, "shop", &sink, &errors);
	loop_after(engine.loop, 50000000, give_back, &first);
	int fd = lock_take(arena, &engine, "shop", &sink, &errors);
	assert_true(fd >= 0);
	assert_int_equal(lock_try(arena, &engine, "shop"), -1);
	lock_release(arena, &engine, "shop", fd);
}

/* A directory that others may write to is no place for a lock. */
static void test_trap(void **state)
{
	(void)state;
	const char *path = arena_printf(arena, "%s/docker-flow", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(lock_take(arena, &engine, "shop", &sink, &errors), -1);
	assert_int_equal(errors.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nobody_holds_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_path_of_a_socket_is_the_same_engine, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_holder_dies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_file_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_waits_for_one_that_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_interrupted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_trap, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
