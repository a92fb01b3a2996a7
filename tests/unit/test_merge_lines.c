/* Lines of many streams in order of time. */
#include "engine/stream/merge.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct loop *loop;
static struct merge *merge;
static char out[256];
static unsigned holds, releases;

static void got(void *arg, const struct event *event)
{
	(void)arg;
	size_t len = strlen(out);
	snprintf(out + len, sizeof out - len, "%.*s ", (int)event->len, event->text);
}

static void on_hold(void *arg, bool held)
{
	(void)arg;
	holds += held;
	releases += !held;
}

static void open_merge(int64_t patience)
{
	loop = loop_create();
	merge = merge_create(
		&(struct merge_options){ .loop = loop, .patience = patience, .emit = got, .arg = NULL });
	out[0] = '\0';
	holds = releases = 0;
}

static void close_merge(void)
{
	merge_destroy(merge);
	loop_destroy(loop);
}

static struct merge_lane *join(void)
{
	return merge_join(merge, on_hold, NULL);
}

static void put(struct merge_lane *lane, int64_t time, const char *text)
{
	merge_put(lane, time, &(struct event){ .kind = EVENT_LOG, .text = text, .len = strlen(text) });
}

static void the_oldest_goes_first(void **state)
{
	(void)state;
	open_merge(0);
	struct merge_lane *a = join(), *b = join();
	put(a, 10, "a10");
	put(a, 30, "a30");
	assert_string_equal(out, "");
	put(b, 20, "b20");
	assert_string_equal(out, "a10 b20 ");
	assert_true(merge_pends(a));
	put(b, 0, "b-again"); /* no time of its own: that of the line before */
	assert_string_equal(out, "a10 b20 b-again ");
	merge_pause(b);
	assert_string_equal(out, "a10 b20 b-again a30 ");
	merge_resume(b);
	put(a, 50, "a50");
	put(b, 50, "b50"); /* of the same time, who has joined first */
	assert_string_equal(out, "a10 b20 b-again a30 a50 ");
	merge_leave(a);
	assert_string_equal(out, "a10 b20 b-again a30 a50 b50 ");
	put(b, 60, "b60");
	merge_flush(merge);
	assert_false(merge_pends(b));
	close_merge();
}

static void who_is_ahead_is_held_until_its_turn_comes(void **state)
{
	static char large[1 << 10];
	(void)state;
	memset(large, 'x', sizeof large - 1);
	open_merge(0);
	struct merge_lane *a = join(), *b = join();
	for (int i = 0; i < 1000 && !holds; i++)
		put(a, i, large);
	assert_int_equal(holds, 1);
	assert_int_equal(releases, 0);
	put(b, 5000, "b");
	assert_int_equal(releases, 1);
	assert_false(merge_pends(a));
	assert_true(merge_pends(b));
	close_merge(); /* drops it */
}

static bool has_come(void *arg)
{
	(void)arg;
	return out[0] != '\0';
}

static void who_stays_silent_is_not_waited_for_when_others_go_on(void **state)
{
	(void)state;
	open_merge(1000000);
	struct merge_lane *a = join();
	join();
	put(a, 10, "a10");
	assert_string_equal(out, "");
	loop_run(loop, has_come, NULL);
	assert_string_equal(out, "a10 ");
	put(a, 20, "a20");
	assert_string_equal(out, "a10 a20 ");
	close_merge();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_goes_first),
		cmocka_unit_test(who_is_ahead_is_held_until_its_turn_comes),
		cmocka_unit_test(who_stays_silent_is_not_waited_for_when_others_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
