/* Archives of contexts: what is in them, as tar(1) sees it. */
#include "engine/archive/tar.h"
#include "folder_case.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

/* A file of that mode and of a time that is always the same. */
static void put_old(const char *path, const char *text, unsigned mode)
{
	const struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	put(path, text);
	chmod(in(path), mode);
	utimensat(AT_FDCWD, in(path), times, 0);
}

/* Reads the archive in odd pieces into a file beside the directory and returns what tar(1) lists. */
static const char *list(struct tar *tar, const char *options)
{
	const char *name = arena_printf(arena, "%s.tar", dir);
	FILE *file = fopen(name, "w");
	char bytes[777];
	ssize_t len;
	assert_non_null(tar);
	while ((len = tar_read(tar, bytes, sizeof bytes)) > 0)
		fwrite(bytes, 1, (size_t)len, file);
	assert_int_equal(len, 0);
	assert_int_equal(ftell(file), tar_bytes(tar));
	fclose(file);
	tar_destroy(tar);
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		setenv("TZ", "UTC", 1);
		execlp("tar", "tar", options, name, "--numeric-owner", NULL);
		_exit(127);
	}
	close(fds[1]);
	char *text = arena_alloc(arena, 2000000);
	size_t have = 0;
	while ((len = read(fds[0], text + have, 1999999 - have)) > 0)
		have += (size_t)len;
	close(fds[0]);
	int status;
	waitpid(pid, &status, 0);
	unlink(name);
	assert_int_equal(status, 0);
	return text;
}

static const struct ignore *ignore(const char *text)
{
	return ignore_parse(arena, ".dockerignore", text, strlen(text), &errors);
}

static void make_tree(void)
{
	static const char *const dirs[] = { "b", "b/deep", "node", "node/x", "empty" };
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		mkdir(in(dirs[i]), 0755);
	put_old("Dockerfile", "FROM x\n", 0644);
	put_old("a.sh", "#!\n", 0755);
	put_old("b/deep/file", "text", 0600);
	put_old("node/x/keep", "k", 0644);
	put_old("node/x/drop", "d", 0644);
	assert_int_equal(symlink("../a.sh", in("b/link")), 0);
	assert_int_equal(link(in("a.sh"), in("hard")), 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", dir);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
}

static void everything_but_sockets_in_order(void **state)
{
	(void)state;
	make_tree();
	assert_string_equal(list(tar_create(dir, NULL, NULL, NULL, 0, &errors), "-tf"),
		"Dockerfile\na.sh\nb/\nb/deep/\nb/deep/file\nb/link\nempty/\nhard\nnode/\nnode/x/\nnode/x/drop\n"
		"node/x/keep\n");
}

static void owner_is_root_and_times_are_kept(void **state)
{
	(void)state;
	make_tree();
	const char *text = list(tar_create(dir, NULL, NULL, NULL, 0, &errors), "-tvf");
	assert_non_null(strstr(text, "-rwxr-xr-x 0/0               3 2001-09-09 01:46 a.sh\n"));
	assert_non_null(strstr(text, "-rwxr-xr-x 0/0               3 2001-09-09 01:46 hard\n"));
	assert_non_null(strstr(text, "-rw------- 0/0               4 2001-09-09 01:46 b/deep/file\n"));
	assert_non_null(strstr(text, " b/link -> ../a.sh\n"));
}

static void bits_beyond_permissions_are_kept(void **state)
{
	(void)state;
	put_old("setuid", "", 04755);
	put_old("setgid", "", 02711);
	mkdir(in("shared"), 0755);
	chmod(in("shared"), 01777);
	const char *text = list(tar_create(dir, NULL, NULL, NULL, 0, &errors), "-tvf");
	assert_non_null(strstr(text, "-rwsr-xr-x 0/0               0 2001-09-09 01:46 setuid\n"));
	assert_non_null(strstr(text, "-rwx--s--x 0/0               0 2001-09-09 01:46 setgid\n"));
	assert_non_null(strstr(text, "drwxrwxrwt 0/0 "));
}

static void ignored_files_stay_and_directories_of_taken_ones_come(void **state)
{
	(void)state;
	make_tree();
	put_old("node/x/kept", "k", 0644);
	const struct ignore *patterns = ignore("node\n!node/x/ke*\nb\nDockerfile\nhard\n");
	assert_string_equal(list(tar_create(dir, patterns, NULL, NULL, 0, &errors), "-tf"),
		"a.sh\nempty/\nnode/\nnode/x/\nnode/x/keep\nnode/x/kept\n");
	assert_string_equal(list(tar_create(dir, ignore("*"), "b/deep/file", NULL, 0, &errors), "-tf"),
		"b/\nb/deep/\nb/deep/file\n");
}

static void further_files_come_first_and_hide_others(void **state)
{
	(void)state;
	make_tree();
	const struct tar_file extra[] = { { .name = "Dockerfile", .data = "FROM other image\n", .len = 17 } };
	const char *text = list(tar_create(dir, ignore("*\n!a.sh"), NULL, extra, 1, &errors), "-tvf");
	assert_string_equal(text, "-rw-r--r-- 0/0              17 1970-01-01 00:00 Dockerfile\n"
				  "-rwxr-xr-x 0/0               3 2001-09-09 01:46 a.sh\n");
}

static void long_names_and_large_files(void **state)
{
	(void)state;
	char name[201];
	memset(name, 'n', 200);
	name[200] = '\0';
	memcpy(name, "\xc3\xbc", 2);
	char *large = arena_alloc(arena, 1000001);
	memset(large, 'z', 1000000);
	put_old(name, large, 0644);
	assert_string_equal(list(tar_create(dir, NULL, NULL, NULL, 0, &errors), "-xOf"), large);
}

static void small_archives_in_memory(void **state)
{
	(void)state;
	const struct tar_file files[] = {
		{ .name = "run/secrets/a", .data = "s\0x", .len = 3, .mode = 0400, .uid = 7, .gid = 8 },
		{ .name = "empty" },
	};
	const char *bytes, *again;
	size_t len, len_again;
	assert_int_equal(tar_files(arena, files, 2, &bytes, &len, &errors), 0);
	assert_int_equal(tar_files(arena, files, 2, &again, &len_again, &errors), 0);
	assert_int_equal(len % 512, 0);
	assert_string_equal(bytes, "run/secrets/a");
	assert_memory_equal(bytes + 100, "0000400", 8); /* mode, owner, group, size: octal */
	assert_memory_equal(bytes + 108, "0000007", 8);
	assert_memory_equal(bytes + 116, "0000010", 8);
	assert_memory_equal(bytes + 124, "00000000003", 12);
	assert_memory_equal(bytes + 512, "s\0x\0", 4);
	assert_string_equal(bytes + 1024, "empty");
	assert_int_equal(len, len_again);
	assert_memory_equal(bytes, again, len);
}

static void unreadable_things_are_findings(void **state)
{
	(void)state;
	assert_null(tar_create("/nonexistent", NULL, NULL, NULL, 0, &errors));
	assert_non_null(strstr(errors.last->message, "/nonexistent"));
	put_old("file", "12345", 0644);
	assert_int_equal(truncate(in("file"), 5000), 0);
	struct tar *tar = tar_create(dir, NULL, NULL, NULL, 0, &errors);
	char bytes[600];
	ssize_t len = tar_read(tar, bytes, 512); /* the header promises 5000 bytes */
	assert_int_equal(len, 512);
	assert_int_equal(truncate(in("file"), 2), 0);
	while ((len = tar_read(tar, bytes, sizeof bytes)) > 0)
		;
	assert_int_equal(len, -1);
	assert_non_null(strstr(errors.last->message, "file: it became shorter"));
	tar_destroy(tar);
	tar_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_but_sockets_in_order),
		TEST(owner_is_root_and_times_are_kept),
		TEST(bits_beyond_permissions_are_kept),
		TEST(ignored_files_stay_and_directories_of_taken_ones_come),
		TEST(further_files_come_first_and_hide_others),
		TEST(long_names_and_large_files),
		TEST(small_archives_in_memory),
		TEST(unreadable_things_are_findings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
