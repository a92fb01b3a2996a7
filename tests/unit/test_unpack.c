/* Archives that do as they like, unpacked in their place; and archives of copies. */
#include "base/buf.h"
#include "engine/archive/archive_lib.h"
#include "engine/archive/tar.h"
#include "engine/archive/unpack.h"
#include "folder_case.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

/* An entry of a made archive. */
struct made {
	mode_t type;
	const char *name, *text; /* content, or where a link leads */
	unsigned mode;
	bool hard;
};

static struct buf archive_bytes;
static size_t archive_at;

static la_ssize_t keep_bytes(struct archive *archive, void *arg, const void *bytes, size_t len)
{
	(void)archive, (void)arg;
	buf_append(&archive_bytes, bytes, len);
	return (la_ssize_t)len;
}

static void put_entry(struct archive_lib *lib, struct archive *archive, const struct made *made)
{
	struct archive_entry *entry = lib->entry_new();
	bool file = S_ISREG(made->type) && !made->hard;
	lib->entry_copy_pathname(entry, made->name);
	lib->entry_set_filetype(entry, made->type);
	lib->entry_set_perm(entry, made->mode ? made->mode : 0644);
	lib->entry_set_mtime(entry, 1000000000, 0);
	lib->entry_set_size(entry, file && made->text ? (la_int64_t)strlen(made->text) : 0);
	if (made->hard)
		lib->entry_copy_hardlink(entry, made->text);
	if (S_ISLNK(made->type))
		lib->entry_copy_symlink(entry, made->text);
	assert_true(lib->write_header(archive, entry) >= ARCHIVE_WARN);
	if (file && made->text)
		lib->write_data(archive, made->text, strlen(made->text));
	lib->entry_free(entry);
}

/* In small pieces, so that nothing depends on where they end. */
static ssize_t give_piece(void *arg, const void **ret_bytes)
{
	size_t left = archive_bytes.len - archive_at, len = left < 300 ? left : 300;
	(void)arg;
	*ret_bytes = archive_bytes.data + archive_at;
	archive_at += len;
	return (ssize_t)len;
}

static ssize_t give_half(void *arg, const void **ret_bytes)
{
	return archive_at > archive_bytes.len / 2 ? -1 : give_piece(arg, ret_bytes);
}

static ssize_t (*take)(void *arg, const void **ret_bytes) = give_piece;

/* Unpacks these entries into "place", where the first part of their names becomes `name`. */
static int unpack_made(const struct made *made, size_t count, const char *name)
{
	struct archive_lib lib;
	buf_init(&archive_bytes, (size_t)1 << 20);
	archive_at = 0;
	assert_int_equal(archive_lib_open(&lib, &errors), 0);
	struct archive *archive = lib.write_new();
	lib.write_set_format_gnutar(archive);
	lib.write_open(archive, NULL, NULL, keep_bytes, NULL);
	for (size_t i = 0; i < count; i++)
		put_entry(&lib, archive, &made[i]);
	lib.write_close(archive);
	lib.write_free(archive);
	mkdir(in("place"), 0755);
	int result = unpack(arena,
		&(struct unpack_options){ .dir = in("place"), .name = name, .from = "p-web-1", .read = take },
		&errors);
	buf_finish(&archive_bytes);
	return result;
}

#define UNPACK(name, ...)                                                                                    \
	unpack_made((const struct made[]){ __VA_ARGS__ },                                                    \
		sizeof((const struct made[]){ __VA_ARGS__ }) / sizeof(struct made), (name))

static const char *content(const char *name)
{
	char text[256];
	int fd = openat(AT_FDCWD, in(name), O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text);
	if (fd >= 0)
		close(fd);
	return len < 0 ? NULL : arena_strndup(arena, text, (size_t)len);
}

static void refused(int result, const char *words)
{
	assert_int_equal(result, -1);
	assert_non_null(errors.last);
	if (!strstr(errors.last->message, words))
		fail_msg("not \"%s\" but: %s", words, errors.last->message);
	assert_null(content("outside/evil"));
	assert_string_equal(content("outside/good"), "good");
}

static int set_up_outside(void **state)
{
	folder_set_up(state);
	put("outside/good", "good");
	return 0;
}

static void files_get_their_place_modes_and_times(void **state)
{
	struct stat stat;
	(void)state;
	assert_int_equal(
		UNPACK("to", { S_IFDIR, "src", NULL, 0755 }, { S_IFDIR, "src/shut", NULL, 0555 },
			{ S_IFREG, "src/shut/file", "text", 04755 }, { S_IFLNK, "src/link", "nowhere" },
			{ S_IFREG, "src/again", "src/shut/file", 0, true }, { S_IFIFO, "src/pipe" }),
		0);
	assert_string_equal(content("place/to/shut/file"), "text");
	assert_string_equal(content("place/to/again"), "text");
	assert_int_equal(lstat(in("place/to/shut/file"), &stat), 0);
	assert_int_equal(stat.st_mode & 07777, 0755); /* no set-user-id */
	assert_int_equal(stat.st_mtime, 1000000000);
	assert_int_equal(stat.st_nlink, 2);
	assert_int_equal(lstat(in("place/to/shut"), &stat), 0);
	assert_int_equal(stat.st_mode & 07777, 0555);
	assert_int_equal(stat.st_mtime, 1000000000);
	assert_int_equal(lstat(in("place/to/link"), &stat), 0);
	assert_true(S_ISLNK(stat.st_mode));
	assert_int_equal(lstat(in("place/to/pipe"), &stat), 0);
	assert_true(S_ISFIFO(stat.st_mode));
	chmod(in("place/to/shut"), 0755);
}

static void what_is_in_it_goes_into_the_place_itself(void **state)
{
	(void)state;
	assert_int_equal(UNPACK("", { S_IFDIR, "./", NULL, 0700 }, { S_IFREG, "./a", "1" }), 0);
	assert_int_equal(UNPACK("", { S_IFDIR, "/", NULL, 0700 }, { S_IFREG, "//deep/missing/b", "2" }), 0);
	assert_string_equal(content("place/a"), "1");
	assert_string_equal(content("place/missing/b"), "2");
	struct stat stat;
	assert_int_equal(lstat(in("place"), &stat), 0);
	assert_int_equal(stat.st_mode & 0777, 0755); /* it was there before */
}

static void names_that_lead_out_are_refused(void **state)
{
	(void)state;
	refused(UNPACK("to", { S_IFREG, "src/../../outside/evil", "x" }), "leads out of its place");
	refused(UNPACK("to", { S_IFREG, "../outside/evil", "x" }), "leads out of its place");
	refused(UNPACK("to", { S_IFREG, "src/a/..", "x" }), "leads out of its place");
	/* an absolute name has its place, too */
	assert_int_equal(UNPACK("to", { S_IFREG, "/etc/outside", "x" }), 0);
	assert_string_equal(content("place/to/outside"), "x");
}

static void links_of_the_archive_are_not_followed(void **state)
{
	const char *outside = in("outside");
	(void)state;
	refused(UNPACK("to", { S_IFDIR, "s", NULL, 0755 }, { S_IFLNK, "s/out", outside },
			{ S_IFREG, "s/out/evil", "x" }),
		"leads through a link");
	refused(UNPACK("to1", { S_IFLNK, "s", outside }, { S_IFREG, "s/evil", "x" }), "leads through a link");
	/* a directory in the place of a link */
	refused(UNPACK("to2", { S_IFLNK, "s/d", outside }, { S_IFDIR, "s/d", NULL, 0755 }),
		"with a directory");
	/* a file in the place of a link: the link goes, not what it leads to */
	assert_int_equal(
		UNPACK("to3", { S_IFLNK, "s/f", in("outside/good") }, { S_IFREG, "s/f", "mine" }), 0);
	assert_string_equal(content("place/to3/f"), "mine");
	assert_string_equal(content("outside/good"), "good");
}

static void hard_links_name_only_files_of_the_place(void **state)
{
	(void)state;
	refused(UNPACK("to", { S_IFREG, "s/h", "../outside/good", 0, true }), "leads out of its place");
	refused(UNPACK("to", { S_IFLNK, "s/l", in("outside") }, { S_IFREG, "s/h", "s/l/good", 0, true }),
		"leads through a link");
	refused(UNPACK("to2", { S_IFLNK, "s/l", in("outside/good") }, { S_IFREG, "s/h", "s/l", 0, true }),
		"no file");
}

static void links_that_lie_there_are_not_followed(void **state)
{
	(void)state;
	mkdir(in("place"), 0755);
	assert_int_equal(symlink(in("outside"), in("place/sub")), 0);
	assert_int_equal(symlink(in("outside/good"), in("place/file")), 0);
	refused(UNPACK("", { S_IFREG, "./sub/evil", "x" }), "leads through a link");
	refused(UNPACK("", { S_IFDIR, "./sub", NULL, 0755 }, { S_IFREG, "./sub/evil", "x" }),
		"with a directory");
	assert_int_equal(UNPACK("", { S_IFREG, "./file", "x" }), 0);
	assert_string_equal(content("outside/good"), "good");
	assert_string_equal(content("place/file"), "x");
}

static void directories_and_files_do_not_replace_each_other(void **state)
{
	(void)state;
	put("place/dir/in", "kept");
	put("place/file", "kept");
	refused(UNPACK("", { S_IFREG, "./dir", "x" }), "cannot overwrite directory");
	refused(UNPACK("", { S_IFDIR, "./file", NULL, 0755 }), "with a directory");
	refused(UNPACK("", { S_IFREG, "./file/x", "x" }), "leads through a link or a file");
	assert_string_equal(content("place/dir/in"), "kept");
	assert_string_equal(content("place/file"), "kept");
}

static void devices_are_left_out(void **state)
{
	struct stat stat;
	(void)state;
	assert_int_equal(
		UNPACK("to", { S_IFCHR, "s/null" }, { S_IFBLK, "s/disk" }, { S_IFREG, "s/file", "x" }), 0);
	assert_int_equal(errors.warnings, 2);
	assert_int_not_equal(lstat(in("place/to/null"), &stat), 0);
	assert_string_equal(content("place/to/file"), "x");
}

/* How many entries a folder has. */
static int entries_of(const char *name)
{
	DIR *stream = opendir(in(name));
	int count = 0;
	assert_non_null(stream);
	for (struct dirent *entry; (entry = readdir(stream));)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(stream);
	return count;
}

static void e2_a_file_stays_until_the_new_one_is_whole(void **state)
{
	struct rlimit before, small;
	static char text[20000];
	(void)state;
	memset(text, 'x', sizeof text - 1);
	put("place/file", "kept");
	put("place/sub/file", "kept");
	/* a full disk */
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 5000;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	int file = UNPACK("", { S_IFREG, "./file", text });
	int sub = UNPACK("", { S_IFREG, "./sub/file", text });
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(file, -1);
	assert_int_equal(sub, -1);
	/* a connection that breaks off */
	take = give_half;
	assert_int_equal(UNPACK("", { S_IFREG, "./file", text }), -1);
	take = give_piece;
	assert_string_equal(content("place/file"), "kept");
	assert_string_equal(content("place/sub/file"), "kept");
	assert_int_equal(entries_of("place"), 2);
	assert_int_equal(entries_of("place/sub"), 1);
	assert_int_equal(UNPACK("", { S_IFREG, "./file", "new" }), 0);
	assert_string_equal(content("place/file"), "new");
}

static void e2_what_a_killed_copy_has_left_goes_with_the_next(void **state)
{
	(void)state;
	put("place/.file.docker-flow-1", "left");
	put("place/.other.docker-flow-1", "of another");
	put("place/.busy.docker-flow-1", "being written");
	put("outside/far", "far");
	assert_int_equal(symlink(in("outside/far"), in("place/.file.docker-flow-2")), 0);
	int fd = openat(AT_FDCWD, in("place/.busy.docker-flow-1"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(UNPACK("", { S_IFREG, "./file", "1" }, { S_IFREG, "./busy", "2" },
				 { S_IFLNK, "./link", "file" }, { S_IFREG, "./again", "./file", 0, true },
				 { S_IFREG, "./again", "./file", 0, true }, { S_IFIFO, "./pipe" }),
		0);
	assert_string_equal(content("place/file"), "1");
	assert_string_equal(content("place/again"), "1");
	assert_string_equal(content("place/busy"), "2");
	assert_string_equal(content("place/.busy.docker-flow-1"), "being written");
	assert_string_equal(content("place/.other.docker-flow-1"), "of another");
	assert_string_equal(content("outside/far"), "far");
	assert_null(content("place/.file.docker-flow-1"));
	close(fd);
	/* a name as long as names can be */
	char name[256 + 2] = "./";
	memset(name + 2, 'n', 255);
	name[257] = '\0';
	assert_int_equal(UNPACK("", { S_IFREG, name, "long" }), 0);
	assert_string_equal(content(arena_printf(arena, "place/%s", name + 2)), "long");
}

static void e4_a_device_itself_is_a_failure_many_are_told_in_short(void **state)
{
	struct made many[30] = { { S_IFDIR, "s", NULL, 0755 } };
	(void)state;
	refused(UNPACK("null", { S_IFCHR, "zero" }), "cannot copy \"null\": it is a device or a socket");
	for (int i = 1; i < 30; i++)
		many[i] = (struct made){ S_IFCHR, arena_printf(arena, "s/%d", i) };
	assert_int_equal(unpack_made(many, 30, "to"), 0);
	assert_int_equal(errors.warnings, 21);
	assert_string_equal(errors.last->message, "p-web-1: left out 9 more devices or sockets");
}

static void what_breaks_off_is_a_failure(void **state)
{
	(void)state;
	put("many/one", "1");
	struct tar *tar = tar_copy(in("many"), NULL, "many", &errors);
	char bytes[4096];
	ssize_t len;
	buf_init(&archive_bytes, (size_t)1 << 20);
	while ((len = tar_read(tar, bytes, sizeof bytes)) > 0)
		buf_append(&archive_bytes, bytes, (size_t)len);
	tar_destroy(tar);
	archive_at = 0;
	assert_int_equal(
		unpack(arena,
			&(struct unpack_options){ .dir = dir, .name = "got", .from = "x", .read = give_half },
			&errors),
		-1);
	buf_finish(&archive_bytes);
}

/* Packs a copy and unpacks it as "got". */
static int there_and_back(const char *from, const char *entry, const char *name, const char *to)
{
	struct tar *tar = tar_copy(in(from), entry, name, &errors);
	char bytes[512];
	ssize_t len;
	assert_non_null(tar);
	buf_init(&archive_bytes, (size_t)1 << 20);
	archive_at = 0;
	while ((len = tar_read(tar, bytes, sizeof bytes)) > 0)
		buf_append(&archive_bytes, bytes, (size_t)len);
	tar_destroy(tar);
	assert_int_equal(len, 0);
	int result = unpack(arena,
		&(struct unpack_options){ .dir = dir, .name = to, .from = "x", .read = give_piece }, &errors);
	buf_finish(&archive_bytes);
	return result;
}

static void copies_keep_names_modes_and_links(void **state)
{
	struct stat stat;
	(void)state;
	put("tree/deep/file", "text");
	put("tree/\xc3\xa4", "umlaut");
	chmod(in("tree/deep/file"), 0640);
	assert_int_equal(symlink("deep/file", in("tree/link")), 0);
	assert_int_equal(there_and_back("tree", NULL, "whatever", "got"), 0);
	assert_string_equal(content("got/deep/file"), "text");
	assert_string_equal(content("got/\xc3\xa4"), "umlaut");
	assert_int_equal(lstat(in("got/deep/file"), &stat), 0);
	assert_int_equal(stat.st_mode & 0777, 0640);
	assert_int_equal(lstat(in("got/link"), &stat), 0);
	assert_true(S_ISLNK(stat.st_mode));
	/* one of a directory: a file, a link */
	assert_int_equal(there_and_back("tree/deep", "file", "other", "one"), 0);
	assert_string_equal(content("one"), "text");
	assert_int_equal(there_and_back("tree", "link", "other", "two"), 0);
	assert_int_equal(lstat(in("two"), &stat), 0);
	assert_true(S_ISLNK(stat.st_mode));
	assert_null(tar_copy(in("nosuch"), NULL, "n", &errors));
}

static void e4_files_without_a_size_are_read_to_their_end(void **state)
{
	(void)state;
	put("tree/empty", "");
	assert_int_equal(there_and_back("tree", "empty", "x", "got"), 0);
	assert_string_equal(content("got"), "");
	assert_int_equal(there_and_back("/proc/self", "comm", "x", "comm"), 0);
	assert_true(strlen(content("comm")) > 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_outside, folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_get_their_place_modes_and_times),
		TEST(what_is_in_it_goes_into_the_place_itself),
		TEST(names_that_lead_out_are_refused),
		TEST(links_of_the_archive_are_not_followed),
		TEST(hard_links_name_only_files_of_the_place),
		TEST(links_that_lie_there_are_not_followed),
		TEST(directories_and_files_do_not_replace_each_other),
		TEST(devices_are_left_out),
		TEST(e2_a_file_stays_until_the_new_one_is_whole),
		TEST(e2_what_a_killed_copy_has_left_goes_with_the_next),
		TEST(what_breaks_off_is_a_failure),
		TEST(copies_keep_names_modes_and_links),
		TEST(e4_a_device_itself_is_a_failure_many_are_told_in_short),
		TEST(e4_files_without_a_size_are_read_to_their_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
