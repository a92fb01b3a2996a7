/* When a gate tries again and when it gives up. */
#include "engine/probe/pace.h"
#include "unit.h"

#define START (1000 * PACE_SECOND)

static const struct pace_growth doubling = { 10 * PACE_MS, 1 };

static struct opt_int ns(int64_t value)
{
	return (struct opt_int){ true, value };
}

/* Tries that all fail at once, paced; returns when the gate gives up, relative to the start. */
static int64_t gives_up(const struct probe *probe, int *ret_tries)
{
	struct pace pace;
	int64_t now = START;
	pace_init(&pace, probe, doubling, now);
	for (*ret_tries = 1; !pace_failed(&pace, now, 0); (*ret_tries)++)
		now += pace_next(&pace);
	return now - START;
}

static void tries_come_ever_more_slowly(void **state)
{
	(void)state;
	struct pace pace;
	struct probe probe = { .interval = ns(100 * PACE_MS) };
	pace_init(&pace, &probe, doubling, START);
	static const int64_t wanted[] = { 10, 20, 40, 80, 100, 100 };
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		assert_int_equal(pace_next(&pace), wanted[i] * PACE_MS);
	pace_quicken(&pace);
	assert_int_equal(pace_next(&pace), 10 * PACE_MS);
	pace_init(&pace, &probe, (struct pace_growth){ 16 * PACE_MS, 8 }, START);
	assert_int_equal(pace_next(&pace), 16 * PACE_MS);
	assert_int_equal(pace_next(&pace), 18 * PACE_MS);
}

static void quick_tries_do_not_eat_the_retries(void **state)
{
	(void)state;
	struct probe probe = { .interval = ns(PACE_SECOND), .retries = ns(3) };
	int tries;
	int64_t end = gives_up(&probe, &tries);
	assert_in_range(end, 3 * PACE_SECOND, 5 * PACE_SECOND);
	assert_true(tries > 8);
	probe.retries = ns(1);
	assert_in_range(gives_up(&probe, &tries), PACE_SECOND, 2 * PACE_SECOND);
}

static void failures_within_the_start_period_are_free(void **state)
{
	(void)state;
	struct probe probe = {
		.interval = ns(PACE_SECOND), .retries = ns(2), .start_period = ns(10 * PACE_SECOND)
	};
	int tries;
	assert_in_range(gives_up(&probe, &tries), 12 * PACE_SECOND, 15 * PACE_SECOND);
}

static void slow_tries_count_once_and_rows_by_their_time(void **state)
{
	(void)state;
	struct probe probe = { .interval = ns(PACE_SECOND), .retries = ns(3) };
	struct pace pace;
	pace_init(&pace, &probe, doubling, START);
	assert_false(pace_failed(&pace, START + 5 * PACE_SECOND, 0));
	assert_false(pace_failed(&pace, START + 10 * PACE_SECOND, 0));
	assert_true(pace_failed(&pace, START + 15 * PACE_SECOND, 0));
	pace_init(&pace, &probe, doubling, START);
	assert_true(pace_failed(&pace, START + 5 * PACE_SECOND, 4 * PACE_SECOND));
}

static void defaults_and_floors_hold(void **state)
{
	(void)state;
	struct pace pace;
	pace_init(&pace, NULL, doubling, START);
	assert_int_equal(pace.interval, PACE_SECOND);
	assert_int_equal(pace.timeout, 5 * PACE_SECOND);
	assert_int_equal(pace.retries, 30);
	assert_int_equal(pace_left(&pace, START), 30 * PACE_SECOND);
	assert_int_equal(pace_left(&pace, START + 31 * PACE_SECOND), 0);
	struct probe probe = { .interval = ns(1), .retries = ns(INT64_MAX), .timeout = ns(-1) };
	pace_init(&pace, &probe, doubling, START);
	assert_int_equal(pace.interval, PACE_FLOOR);
	assert_int_equal(pace.timeout, PACE_TIMEOUT);
	assert_true(pace_left(&pace, START) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tries_come_ever_more_slowly),
		cmocka_unit_test(quick_tries_do_not_eat_the_retries),
		cmocka_unit_test(failures_within_the_start_period_are_free),
		cmocka_unit_test(slow_tries_count_once_and_rows_by_their_time),
		cmocka_unit_test(defaults_and_floors_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
