/* Versions: which texts are some, and their order. */
#include "base/text/semver.h"
#include "unit.h"

#include <string.h>

static void texts_that_are_versions(void **state)
{
	(void)state;
	static const char *const yes[] = { "0.0.0", "1.2.3", "v1.2.3", "10.20.30", "1.0.0-alpha",
		"1.0.0-0.3.7", "1.0.0-x.7.z.92", "1.0.0-rc.1+build.5", "1.0.0+001", "1.0.0--", "1.0.0-0a",
		"99999999999999999999999.0.0" };
	static const char *const no[] = { "", "v", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.3-",
		"1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.3+a_b", "1.2.x", "V1.2.3", "vv1.2.3", "latest",
		"1.2.3 ", "-1.2.3", "1.2.3-a.", ".1.2", "1..2" };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (!semver_valid(yes[i]))
			fail_msg("%s is one", yes[i]);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (semver_valid(no[i]))
			fail_msg("%s is none", no[i]);
	assert_false(semver_valid(NULL));
	assert_true(semver_is_prerelease("1.0.0-rc.1+b"));
	assert_false(semver_is_prerelease("1.0.0+a-b"));
}

static void the_order_of_the_specification(void **state)
{
	(void)state;
	static const char *const order[] = { "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
		"1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "v1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0",
		"v1.10.0", "2.0.0", "9999999999999999999.0.0", "10000000000000000000.0.0" };
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (size_t j = 0; j < sizeof order / sizeof *order; j++) {
			int result = semver_compare(order[i], order[j]);
			if ((result > 0) - (result < 0) != (i > j) - (i < j))
				fail_msg("%s and %s: %d", order[i], order[j], result);
		}
	assert_int_equal(semver_compare("v1.0.0", "1.0.0"), 0);
	assert_int_equal(semver_compare("1.0.0+a", "1.0.0+b"), 0);
	assert_int_equal(semver_compare("1.0.0-a+x", "1.0.0-a"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_that_are_versions),
		cmocka_unit_test(the_order_of_the_specification),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
