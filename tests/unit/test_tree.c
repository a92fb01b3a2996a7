/* Which files below a path have changed. */
#include "engine/sync/tree.h"
#include "folder_case.h"

static struct tree_options options;

static struct tree *watch_files(const char *ignore, const char *include)
{
	options = (struct tree_options){ .root = in("tree") };
	if (ignore)
		options.ignore = ignore_parse(arena, "ignore", ignore, strlen(ignore), &errors);
	if (include)
		options.include = ignore_parse(arena, "include", include, strlen(include), &errors);
	struct tree *tree = tree_open(&options, &errors);
	assert_non_null(tree);
	assert_false(tree_listen(tree));
	return tree;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_change *)a)->path, ((const struct tree_change *)b)->path);
}

/* The changes as text: "+file -gone +dir/ -dir/". */
static const char *words(const struct tree_change *changes, size_t count)
{
	const char *text = "";
	struct tree_change *sorted = ARENA_ARRAY(arena, struct tree_change, count + 1);
	if (count) {
		memcpy(sorted, changes, count * sizeof *sorted);
		qsort(sorted, count, sizeof *sorted, by_path);
	}
	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%c%s%s", text, i ? " " : "", sorted[i].gone ? '-' : '+',
			sorted[i].path, sorted[i].dir ? "/" : "");
	return text;
}

static const char *changed(struct tree *tree)
{
	size_t count;
	tree_listen(tree);
	const struct tree_change *changes = tree_changes(tree, arena, &count);
	return words(changes, count);
}

static void what_changes_is_told_once(void **state)
{
	(void)state;
	put("tree/a", "1");
	put("tree/deep/b", "1");
	struct tree *tree = watch_files(NULL, NULL);
	assert_string_equal(changed(tree), "");
	put("tree/a", "22");
	put("tree/deep/new", "1");
	assert_string_equal(changed(tree), "+a +deep/new");
	assert_string_equal(changed(tree), "");
	unlink(in("tree/a"));
	chmod(in("tree/deep/b"), 0711);
	assert_string_equal(changed(tree), "-a +deep/b");
	size_t count;
	const struct tree_change *all = tree_all(tree, arena, &count);
	assert_string_equal(words(all, count), "+deep/ +deep/b +deep/new");
	tree_close(tree);
}

static void renames_and_saves_by_rename(void **state)
{
	(void)state;
	put("tree/file", "1");
	put("tree/old/x", "1");
	put("tree/old/y/z", "1");
	put("elsewhere/in", "1");
	struct tree *tree = watch_files(NULL, NULL);
	put("tree/file.new", "2");
	rename(in("tree/file.new"), in("tree/file"));
	assert_string_equal(changed(tree), "+file");
	rename(in("tree/old"), in("tree/new"));
	assert_string_equal(changed(tree), "+new/ +new/x +new/y/ +new/y/z -old/");
	/* it is watched under its new name, and what comes from elsewhere is, too */
	put("tree/new/y/more", "1");
	rename(in("elsewhere"), in("tree/come"));
	assert_string_equal(changed(tree), "+come/ +come/in +new/y/more");
	put("tree/come/in", "22");
	assert_string_equal(changed(tree), "+come/in");
	/* a file in the place of a directory, and the other way round */
	rename(in("tree/new"), in("gone"));
	put("tree/new", "1");
	unlink(in("tree/file"));
	put("tree/file/x", "1");
	assert_string_equal(changed(tree), "-file +file/ +file/x -new/ +new");
	tree_close(tree);
}

static void ignored_and_included(void **state)
{
	(void)state;
	put("tree/node_modules/x", "1");
	put("tree/src/a.c", "1");
	struct tree *tree = watch_files("node_modules\n*.tmp\nlogs\n!logs/keep\n", "**/*.c\nlogs/keep\n");
	put("tree/node_modules/y", "1");
	put("tree/b.tmp", "1");
	put("tree/src/b.c", "1");
	put("tree/src/b.txt", "1");
	put("tree/logs/no.c", "1");
	put("tree/logs/keep", "1");
	assert_string_equal(changed(tree), "+logs/keep +src/b.c");
	tree_close(tree);
}

static void lost_events_lead_to_a_comparison(void **state)
{
	(void)state;
	put("tree/kept", "1");
	put("tree/gone", "1");
	struct tree *tree = watch_files(NULL, NULL);
	unlink(in("tree/gone"));
	put("tree/new", "1");
	for (int i = 0; i < 40000; i++) /* more than the kernel keeps (fs.inotify.max_queued_events) */
		chmod(in("tree/kept"), i % 2 ? 0600 : 0640);
	put("tree/late/deep", "1");
	assert_string_equal(changed(tree), "-gone +kept +late/ +late/deep +new");
	put("tree/late/deep", "22");
	assert_string_equal(changed(tree), "+late/deep");
	tree_close(tree);
}

static void one_file_and_what_is_told_again(void **state)
{
	(void)state;
	put("tree", "1");
	put("beside", "1");
	struct tree *tree = watch_files(NULL, NULL);
	put("beside", "2");
	assert_string_equal(changed(tree), "");
	put("tree", "22");
	assert_string_equal(changed(tree), "+");
	tree_forget(tree, "");
	assert_string_equal(changed(tree), "+");
	unlink(in("tree"));
	assert_string_equal(changed(tree), "-");
	tree_forget(tree, "");
	assert_string_equal(changed(tree), "-");
	assert_string_equal(changed(tree), "");
	tree_close(tree);
	put("tree", "a file");
	options.root = in("tree/below");
	tree = tree_open(&options, &errors); /* it may come */
	assert_non_null(tree);
	tree_close(tree);
	assert_int_equal(symlink("loop", in("loop")), 0);
	options.root = in("loop");
	assert_null(tree_open(&options, &errors));
	assert_non_null(strstr(errors.last->message, "cannot watch"));
}

/* Waits as `watch` does: until there is something to be looked at. Returns the changes as text. */
static const char *heard(struct tree *tree)
{
	size_t count;
	if (!tree_listen(tree))
		return "nothing was heard";
	const struct tree_change *changes = tree_changes(tree, arena, &count);
	const char *text = words(changes, count);
	tree_listen(tree);
	return text;
}

/* A root that is not there is a directory or a file when it comes, and so are those above it. */
static void a_root_that_comes_later(void **state)
{
	(void)state;
	options = (struct tree_options){ .root = in("late/dir") };
	struct tree *folder = tree_open(&options, &errors);
	struct tree_options of_file = { .root = in("late/file") };
	struct tree *file = tree_open(&of_file, &errors);
	assert_non_null(folder);
	assert_non_null(file);
	assert_int_equal(errors.count, 0);
	assert_string_equal(changed(folder), "");
	assert_int_equal(mkdir(in("late"), 0700), 0);
	assert_string_equal(heard(folder), "");
	assert_string_equal(heard(file), "");
	put("late/dir/sub/one", "1");
	assert_string_equal(heard(folder), "+sub/ +sub/one");
	assert_string_equal(heard(file), "nothing was heard");
	put("late/file", "1");
	assert_string_equal(heard(file), "+");
	put("late/file", "22");
	assert_string_equal(heard(file), "+");
	put("late/dir/two", "2");
	assert_string_equal(heard(folder), "+two");
	unlink(in("late/file"));
	assert_string_equal(heard(file), "-");
	tree_close(file);
	tree_close(folder);
}

static void e1_a_root_that_is_replaced(void **state)
{
	(void)state;
	put("tree/a", "1");
	put("tree/deep/b", "1");
	struct tree *tree = watch_files(NULL, NULL);
	/* made again */
	unlink(in("tree/a"));
	unlink(in("tree/deep/b"));
	rmdir(in("tree/deep"));
	rmdir(in("tree"));
	put("tree/g", "3");
	assert_string_equal(heard(tree), "-a -deep/ -deep/b +g");
	put("tree/h", "4");
	assert_string_equal(heard(tree), "+h");
	/* gone for a while, and moved back */
	rename(in("tree"), in("gone"));
	assert_string_equal(heard(tree), "-g -h");
	put("gone/elsewhere", "1");
	assert_string_equal(heard(tree), "nothing was heard");
	rename(in("gone"), in("tree"));
	assert_string_equal(heard(tree), "+elsewhere +g +h");
	/* a prepared one in its place */
	put("prepared/g", "5");
	put("prepared/sub/x", "5");
	rename(in("tree"), in("old"));
	rename(in("prepared"), in("tree"));
	assert_string_equal(heard(tree), "-elsewhere +g -h +sub/ +sub/x");
	put("tree/sub/x", "66");
	put("old/g", "77");
	assert_string_equal(heard(tree), "+sub/x");
	tree_close(tree);
}

static void e1_a_folder_above_the_root_that_is_replaced(void **state)
{
	(void)state;
	put("up/er/tree/a", "1");
	put("next/er/tree/b", "1");
	assert_int_equal(symlink("up/er", in("link")), 0);
	options = (struct tree_options){ .root = in("link/tree") };
	struct tree *tree = tree_open(&options, &errors);
	assert_non_null(tree);
	assert_false(tree_listen(tree));
	rename(in("up"), in("old"));
	assert_string_equal(heard(tree), "-a");
	mkdir(in("up"), 0700);
	assert_string_equal(heard(tree), "");
	put("up/er/tree/c", "1");
	assert_string_equal(heard(tree), "+c");
	/* the link leads elsewhere at once */
	assert_int_equal(symlink("next/er", in("link.new")), 0);
	rename(in("link.new"), in("link"));
	assert_string_equal(heard(tree), "+b -c");
	put("next/er/tree/b", "22");
	put("up/er/tree/c", "22");
	assert_string_equal(heard(tree), "+b");
	/* what happens beside is not heard */
	put("next/er/other", "1");
	put("up/er/other", "1");
	assert_string_equal(heard(tree), "nothing was heard");
	tree_close(tree);
}

static void e1_folders_below_the_root_that_are_replaced(void **state)
{
	(void)state;
	put("tree/sub/a", "1");
	put("tree/sub/in/b", "1");
	put("tree/sub2/c", "1");
	put("tree/sub2/in/b", "2");
	put("out/in/d", "1");
	struct tree *tree = watch_files(NULL, NULL);
	rename(in("tree/sub"), in("tree/sub.old"));
	rename(in("tree/sub2"), in("tree/sub"));
	assert_string_equal(heard(tree),
		"+sub.old/ +sub.old/a +sub.old/in/ +sub.old/in/b -sub/a +sub/c +sub/in/b -sub2/");
	put("tree/sub/in/b", "333");
	put("tree/sub.old/in/b", "333");
	assert_string_equal(heard(tree), "+sub.old/in/b +sub/in/b");
	rename(in("tree/sub"), in("gone"));
	rename(in("out"), in("tree/sub"));
	assert_string_equal(heard(tree), "-sub/c -sub/in/b +sub/in/d");
	put("gone/in/x", "1");
	assert_string_equal(heard(tree), "nothing was heard");
	put("tree/sub/in/d", "22");
	assert_string_equal(heard(tree), "+sub/in/d");
	tree_close(tree);
}

static void e1_the_folder_of_the_one_file_is_replaced(void **state)
{
	(void)state;
	put("conf/one", "1");
	put("conf2/one", "2");
	options = (struct tree_options){ .root = in("conf/one") };
	struct tree *tree = tree_open(&options, &errors);
	assert_non_null(tree);
	rename(in("conf"), in("conf.old"));
	assert_string_equal(heard(tree), "-");
	rename(in("conf2"), in("conf"));
	assert_string_equal(heard(tree), "+");
	put("conf/one", "22");
	assert_string_equal(heard(tree), "+");
	tree_close(tree);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_changes_is_told_once),
		TEST(renames_and_saves_by_rename),
		TEST(ignored_and_included),
		TEST(lost_events_lead_to_a_comparison),
		TEST(one_file_and_what_is_told_again),
		TEST(a_root_that_comes_later),
		TEST(e1_a_root_that_is_replaced),
		TEST(e1_a_folder_above_the_root_that_is_replaced),
		TEST(e1_folders_below_the_root_that_are_replaced),
		TEST(e1_the_folder_of_the_one_file_is_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
