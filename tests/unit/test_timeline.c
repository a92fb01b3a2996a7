/* What a run has taken: the path it took, records and drawings, from plans whose times are given. */
#include "base/buf.h"
#include "timeline_case.h"

#include <cjson/cJSON.h>
#include <stdio.h>

static const char *path_of(const struct timeline *timeline)
{
	const char *text = "";
	for (size_t i = 0; i < timeline->npath; i++)
		text = arena_printf(arena, "%s%s %lld\n", text,
			timeline_part_words(arena, &timeline->path[i]),
			(long long)((timeline->path[i].ended - timeline->path[i].began) / MS));
	return text;
}

static void the_path_is_what_had_to_wait(void **state)
{
	(void)state;
	struct timeline *timeline = run_shop();
	assert_string_equal(path_of(timeline), "looking at the engine 10\n"
					       "network shop_default create 20\n"
					       "container shop-db-1 create 30\n"
					       "container shop-db-1 start 40\n"
					       "gate db (healthy) 3000\n"
					       "container shop-web-1 start: in the queue 100\n"
					       "container shop-web-1 start 100\n");
	assert_false(timeline->steps[2].critical);
	assert_true(timeline->steps[5].critical);
	assert_int_equal(timeline->steps[5].ready, 3100 * MS);
}

static void a_gate_stands_in_the_row_of_its_container(void **state)
{
	(void)state;
	struct timeline *timeline = run_shop();
	assert_int_equal(timeline->nlanes, 3);
	assert_int_equal(timeline->steps[1].lane, timeline->steps[4].lane);
	assert_int_equal(timeline->steps[2].lane, timeline->steps[5].lane);
}

static void what_happens_at_once_has_rows_of_its_own(void **state)
{
	(void)state;
	add(OP_NETWORK_CONNECT, "shop-db-1", 10, 30, NULL)->network.wanted = &(struct network){ .name = "a" };
	add(OP_NETWORK_CONNECT, "shop-db-1", 20, 40, NULL)->network.wanted = &(struct network){ .name = "b" };
	struct timeline *timeline = run(40);
	assert_int_equal(timeline->nlanes, 2);
	assert_int_not_equal(timeline->steps[0].lane, timeline->steps[1].lane);
}

static void images_come_first_then_another_look(void **state)
{
	(void)state;
	struct timeline *timeline = begin();
	add(OP_IMAGE_PULL, "postgres", 20, 820, NULL);
	timeline_take(timeline, plan, "images", CLOCK + 20 * MS, CLOCK + 820 * MS);
	plan = plan_create(arena);
	add(OP_CONTAINER_CREATE, "shop-db-1", 900, 950, NULL);
	timeline_take(timeline, plan, "containers", CLOCK + 900 * MS, CLOCK + 950 * MS);
	timeline_end(timeline, true, CLOCK + 2000 * MS);
	assert_string_equal(path_of(timeline), "looking at the engine 20\n"
					       "image postgres pull 800\n"
					       "looking at the engine 80\n"
					       "container shop-db-1 create 50\n"
					       "looking at what has started 1050\n");
}

static void what_is_last_waits_for_all(void **state)
{
	(void)state;
	add(OP_CONTAINER_START, "shop-db-1", 10, 500, NULL);
	add(OP_CONTAINER_REMOVE, "old", 500, 600, NULL)->last = true;
	assert_string_equal(path_of(run(600)), "looking at the engine 10\n"
					       "container shop-db-1 start 490\n"
					       "container old remove 100\n");
}

static void what_was_not_needed_is_left_out(void **state)
{
	(void)state;
	struct step *dropped = add(OP_CONTAINER_REMOVE, "undo", 10, 20, NULL);
	dropped->state = STEP_DROPPED;
	struct step *skipped = add(OP_CONTAINER_START, "shop-web-1", 0, 0, dropped);
	skipped->state = STEP_SKIPPED;
	skipped->began = skipped->ended = 0;
	skipped->failure = "interrupted";
	add(OP_CONTAINER_STOP, "shop-web-1", 10, 30, skipped);
	struct timeline *timeline = run(30);
	assert_int_equal(timeline->nsteps, 2);
	assert_int_equal(timeline->steps[0].nneeds, 0);
	assert_int_equal(timeline->steps[0].began, -1);
	assert_string_equal(path_of(timeline), "looking at the engine 10\n"
					       "container shop-web-1 stop 20\n");
}

static const char *record_of(const struct timeline *timeline)
{
	struct buf text;
	buf_init(&text, 1 << 20);
	timeline_write(timeline, &text);
	const char *copy = arena_strdup(arena, buf_text(&text));
	buf_finish(&text);
	return copy;
}

static struct timeline *read_text(const char *text)
{
	cJSON *json = cJSON_Parse(text);
	assert_non_null(json);
	struct timeline *timeline = timeline_read(arena, json, "record", &errors);
	cJSON_Delete(json);
	return timeline;
}

static void f2_what_takes_back_waited_for_the_failure(void **state)
{
	(void)state;
	struct step *started = add(OP_CONTAINER_START, "shop-db-1", 10, 100, NULL);
	struct step *gate = add_gate("db", 100, 800, started), *proof = add_gate("db", 0, 0, gate);
	struct step *late = add_gate("web", 100, 830, started);
	gate->state = late->state = STEP_FAILED;
	gate->failure = "container shop-db-1 is unhealthy";
	proof->state = STEP_SKIPPED;
	proof->began = proof->ended = 0;
	plan_need(plan, proof, late, ON_SUCCESS);
	struct step *stop = add(OP_CONTAINER_STOP, "shop-db-1", 820, 1020, started);
	plan_need(plan, stop, proof, ON_FAILURE);
	struct step *back = add(OP_CONTAINER_START, "shop-db-1", 1020, 1520, stop);
	stop->undo = back->undo = true;
	const char *path = "looking at the engine 10\n"
			   "container shop-db-1 start 90\n"
			   "gate db (healthy) 700\n"
			   "container shop-db-1 stop: in the queue 20\n"
			   "container shop-db-1 stop 200\n"
			   "container shop-db-1 start 500\n";
	const char *advice =
		"db was given up after 0.70 s, since container shop-db-1 is unhealthy: fewer retries tell it "
		"sooner\n"
		"the engine took 0.09 s to start shop-db-1: a busy disk, or a volume that is filled from the image\n";
	struct timeline *timeline = run(1520);
	assert_string_equal(path_of(timeline), path);
	assert_string_equal(advice_of(timeline), advice);
	struct timeline *again = read_text(record_of(timeline));
	assert_string_equal(path_of(again), path);
	assert_string_equal(advice_of(again), advice);
}

static void f2_the_end_says_what_was_done(void **state)
{
	(void)state;
	add(OP_CONTAINER_START, "shop-db-1", 10, 20, NULL);
	struct timeline *timeline = begin();
	timeline_take(timeline, plan, "containers", CLOCK + 10 * MS, CLOCK + 20 * MS);
	timeline_end(timeline, true, CLOCK + 520 * MS);
	assert_string_equal(advice_of(timeline),
		"finding out what has become of what was started took 0.50 s: is the engine far away, or busy?\n");
	timeline->watched = true;
	const char *watched =
		"--wait watched for 0.50 s whether what has no check stays up: services that have one need no "
		"watching\n";
	assert_string_equal(advice_of(timeline), watched);
	assert_string_equal(advice_of(read_text(record_of(timeline))), watched);
}

static void a_record_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct timeline *timeline = run_shop();
	timeline->steps[1].failure = "\x1b \"quoted\"";
	const char *text = record_of(timeline);
	struct timeline *again = read_text(text);
	assert_non_null(again);
	assert_string_equal(path_of(again), path_of(timeline));
	assert_string_equal(advice_of(again), advice_of(timeline));
	assert_string_equal(timeline_title(arena, again), "up of shop: 3.30 s");
	again->time = timeline->time; /* fractions of a microsecond are lost */
	assert_string_equal(record_of(again), text);
}

static void what_is_no_record_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = { "[]", "{}",
		"{\"project\":\"p\",\"command\":\"up\",\"time\":1,\"took\":1,\"rounds\":[],\"steps\":{}}" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_null(read_text(wrong[i]));
	assert_int_equal(errors.count, sizeof wrong / sizeof *wrong);
}

static const char *drawn(const struct timeline *timeline, const char *format)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	assert_int_equal(timeline_draw(out, timeline, format, 80), 0);
	fclose(out);
	const char *copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

static const char *const formats[] = { "text", "svg", "html", "json", "trace", "otlp" };

/* Odd records: steps that wait for each other, for themselves, for what is not there, times that run back. */
static void odd_records_are_drawn(void **state)
{
	(void)state;
	static const char *const odd[] = { "{\"needs\":[0,1,2,7,-1,1e99,\"x\"]}", "3",
		"{\"name\":\"a\",\"began\":0,\"ended\":0,\"needs\":[1]},{\"name\":\"b\",\"began\":0,\"ended\":0,\"needs\":[0]}",
		"{\"name\":5,\"round\":99,\"began\":3,\"ended\":2}",
		"{\"object\":\"gate\",\"verb\":\"wait\",\"state\":\"failed\",\"began\":1e5,\"ended\":1e6,\"needs\":{}}",
		"" };
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
			const struct timeline *timeline = read_text(arena_printf(arena,
				"{\"project\":\"p\",\"command\":\"up\",\"time\":-1,\"took\":%zu,\"rounds\":[{},3],\"steps\":[%s]}",
				i % 2, odd[i]));
			assert_non_null(timeline);
			assert_true(strlen(drawn(timeline, formats[f])) > 10);
		}
}

static void foreign_text_is_text(void **state)
{
	(void)state;
	struct step *step = add(OP_CONTAINER_START, "<b>&\x1b[1m", 10, 3000, NULL);
	step->state = STEP_FAILED;
	step->failure = "</script>\nmore";
	step->reason = "\"<i>\"";
	const struct timeline *timeline = run(3000);
	for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
		const char *text = drawn(timeline, formats[f]);
		bool page = f == 1 || f == 2;
		if (f) /* text is made harmless where it goes to a terminal */
			assert_null(strchr(text, '\x1b'));
		assert_null(strstr(text, "more"));
		if (page) {
			assert_null(strstr(text, "<b>"));
			assert_null(strstr(text, "<i>"));
			assert_non_null(strstr(text, "&lt;b&gt;&amp;\\x1b[1m"));
		} else if (f > 2) {
			cJSON *json = cJSON_Parse(text);
			assert_non_null(json);
			cJSON_Delete(json);
		}
	}
}

/* How many of the objects in a list have this text as that member. */
static size_t count_with(const cJSON *list, const char *key, const char *text)
{
	const cJSON *item;
	size_t count = 0;
	cJSON_ArrayForEach(item, list)
	{
		const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(item, key));
		count += value && strcmp(value, text) == 0;
	}
	return count;
}

static const cJSON *spans_of(const cJSON *json)
{
	const cJSON *resource = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "resourceSpans"), 0);
	const cJSON *scope = cJSON_GetArrayItem(cJSON_GetObjectItem(resource, "scopeSpans"), 0);
	return cJSON_GetObjectItem(scope, "spans");
}

static void spans_are_parts_of_the_run(void **state)
{
	(void)state;
	static const char *const wrong[] = { "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
		"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319C-b7ad6b7169203331-01",
		"00-00000000000000000000000000000000-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
		"00-0af7651916cd43dd8448eb211c80319c\"b7ad6b7169203331-01", "" };
	struct timeline *timeline = run_shop();
	const char *alone = drawn(timeline, "otlp");
	assert_string_equal(drawn(timeline, "otlp"), alone); /* ids stay what they are */
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		timeline->trace_parent = wrong[i];
		assert_string_equal(drawn(timeline, "otlp"), alone);
	}
	timeline->trace_parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
	cJSON *json = cJSON_Parse(drawn(timeline, "otlp"));
	const cJSON *spans = spans_of(json), *run = cJSON_GetArrayItem(spans, 0);
	assert_int_equal(cJSON_GetArraySize(spans), 7);
	assert_int_equal(count_with(spans, "traceId", "0af7651916cd43dd8448eb211c80319c"), 7);
	assert_int_equal(count_with(spans, "parentSpanId", "b7ad6b7169203331"), 1);
	const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(run, "spanId"));
	assert_int_equal(count_with(spans, "parentSpanId", id), 6);
	assert_string_equal(
		cJSON_GetStringValue(cJSON_GetObjectItem(run, "startTimeUnixNano")), "1764457200123456789");
	assert_string_equal(
		cJSON_GetStringValue(cJSON_GetObjectItem(run, "endTimeUnixNano")), "1764457203423456789");
	const cJSON *last = cJSON_GetArrayItem(spans, 6), *gate = cJSON_GetArrayItem(spans, 5);
	assert_int_equal(count_with(cJSON_GetObjectItem(last, "links"), "spanId",
				 cJSON_GetStringValue(cJSON_GetObjectItem(gate, "spanId"))),
		1);
	cJSON_Delete(json);
}

static void text_fits_the_columns(void **state)
{
	(void)state;
	struct timeline *timeline = run_shop();
	assert_string_equal(drawn(timeline, "text"),
		"up of shop: 3.30 s\n\n"
		"* network shop_default #                                                0.02 s\n"
		"* container shop-db-1  #~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~    3.07 s\n"
		"* container shop-web-1 #                                            .## 0.12 s\n"
		"\n# at work  ~ a gate waits  . in the queue  * on the way that the run took\n\n"
		"the way that the run took:\n"
		"    0.01 s  looking at the engine\n"
		"    0.02 s  network shop_default create\n"
		"    0.03 s  container shop-db-1 create\n"
		"    0.04 s  container shop-db-1 start\n"
		"    3.00 s  gate db (healthy)\n"
		"    0.10 s  container shop-web-1 start: in the queue\n"
		"    0.10 s  container shop-web-1 start\n"
		"\nwhat to fix first:\n"
		"1. db took 3.00 s from its start until it was healthy: docker flow logs -t db says what it does "
		"meanwhile\n"
		"2. container shop-web-1 start could have begun 0.10 s sooner: more at once with --parallel, if the "
		"machine can\n"
		"3. 2 starts one after another took the engine 0.14 s, shop-web-1 the longest: can some wait for "
		"less?\n");
	assert_int_equal(timeline_draw(stderr, timeline, "dot", 80), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_path_is_what_had_to_wait),
		CASE(a_gate_stands_in_the_row_of_its_container),
		CASE(what_happens_at_once_has_rows_of_its_own),
		CASE(images_come_first_then_another_look),
		CASE(what_is_last_waits_for_all),
		CASE(what_was_not_needed_is_left_out),
		CASE(f2_what_takes_back_waited_for_the_failure),
		CASE(f2_the_end_says_what_was_done),
		CASE(a_record_is_read_as_it_was_written),
		CASE(what_is_no_record_is_refused),
		CASE(odd_records_are_drawn),
		CASE(foreign_text_is_text),
		CASE(spans_are_parts_of_the_run),
		CASE(text_fits_the_columns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
