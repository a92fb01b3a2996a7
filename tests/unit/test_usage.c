/* Measurements of containers. */
#include "engine/stream/usage.h"
#include "arena_case.h"

static struct usage read_text(const char *text)
{
	struct usage usage;
	if (usage_read(text, strlen(text), &usage, &errors) < 0)
		fail_msg("%s", errors.first->message);
	return usage;
}

static void shares_are_worked_out_as_docker_does(void **state)
{
	(void)state;
	struct usage usage = read_text(
		"{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":500},\"system_cpu_usage\":3000,\"online_cpus\":4},"
		"\"precpu_stats\":{\"cpu_usage\":{\"total_usage\":300},\"system_cpu_usage\":2000},"
		"\"memory_stats\":{\"usage\":900,\"limit\":2000,\"stats\":{\"inactive_file\":100}},"
		"\"pids_stats\":{\"current\":7},"
		"\"networks\":{\"eth0\":{\"rx_bytes\":10,\"tx_bytes\":1},\"eth1\":{\"rx_bytes\":20,\"tx_bytes\":2}},"
		"\"blkio_stats\":{\"io_service_bytes_recursive\":[{\"op\":\"read\",\"value\":5},{\"op\":\"Write\","
		"\"value\":6},{\"op\":\"Read\",\"value\":7},{\"op\":\"\",\"value\":8},{\"value\":9}]}}");
	assert_float_equal(usage.processors, 80.0, 1e-9);
	assert_float_equal(usage.memory, 800, 0);
	assert_float_equal(usage.memory_limit, 2000, 0);
	assert_int_equal(usage.processes, 7);
	assert_float_equal(usage.received, 30, 0);
	assert_float_equal(usage.sent, 3, 0);
	assert_float_equal(usage.read, 12, 0);
	assert_float_equal(usage.written, 6, 0);
}

static void older_engines_count_otherwise(void **state)
{
	(void)state;
	struct usage usage = read_text(
		"{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":20,\"percpu_usage\":[1,2]},\"system_cpu_usage\":100},"
		"\"memory_stats\":{\"usage\":900,\"stats\":{\"total_inactive_file\":300,\"inactive_file\":100}}}");
	assert_float_equal(usage.processors, 40.0, 1e-9);
	assert_float_equal(usage.memory, 600, 0);
	usage = read_text("{\"memory_stats\":{\"usage\":100,\"stats\":{\"total_inactive_file\":300}}}");
	assert_float_equal(usage.memory, 100, 0);
}

static void what_does_not_run_takes_nothing(void **state)
{
	(void)state;
	struct usage usage = read_text(
		"{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":5}},\"precpu_stats\":{\"cpu_usage\":{\"total_usage\":9}},"
		"\"memory_stats\":{},\"networks\":null,\"blkio_stats\":{\"io_service_bytes_recursive\":null}}");
	assert_float_equal(usage.processors, 0, 0);
	assert_float_equal(usage.memory, 0, 0);
	assert_float_equal(usage.read, 0, 0);
}

static void what_is_no_measurement_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "[]", "{\"cpu_stats\":7}", "{", "null" };
	struct usage usage;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(usage_read(texts[i], strlen(texts[i]), &usage, &errors), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shares_are_worked_out_as_docker_does),
		TEST(older_engines_count_otherwise),
		TEST(what_does_not_run_takes_nothing),
		TEST(what_is_no_measurement_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
