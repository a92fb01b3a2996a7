# What judges the other tests.
bats_require_minimum_version 1.5.0
load helper

# program NAME GROUP TESTS: a cmocka program of the group fixtures and tests given, of the functions below
program() {
	cat >"$1.c" <<-C
		#include <stdlib.h>
		#include "$top/tests/unit/unit.h"
		static int broken(void **state) { (void)state; return -1; }
		static void good(void **state) { (void)state; }
		static void bad(void **state) { (void)state; fail_msg("as planted"); }
		static void leaves(void **state) { (void)state; exit(0); }
		int main(void)
		{
			(void)broken, (void)good, (void)bad, (void)leaves;
			const struct CMUnitTest tests[] = { $3 };
			return cmocka_run_group_tests(tests, $2);
		}
	C
	gcc -o "$1" "$1.c" -lcmocka
}

counts() { # EXPECTED PROGRAM…
	run "$top/tests/unit.sh" "${@:2}"
	[ "${lines[-1]}" = "unit: $1" ] || { echo "$output"; return 1; }
}

@test "unit.sh: a failed test counts once, whatever it failed in" {
	program fine 'NULL, NULL' 'cmocka_unit_test(good)'
	program bad 'NULL, NULL' 'cmocka_unit_test(bad), cmocka_unit_test(good), cmocka_unit_test(bad)'
	program fixtures 'NULL, NULL' 'cmocka_unit_test_setup(good, broken), cmocka_unit_test_teardown(good, broken)'
	counts "1 passed, 0 failed" ./fine
	counts "1 passed, 2 failed" ./bad
	counts "0 passed, 2 failed" ./fixtures
	counts "2 passed, 4 failed" ./fine ./bad ./fixtures
}

@test "unit.sh: fixtures of a group count, and a program that leaves early" {
	program setup 'broken, NULL' 'cmocka_unit_test(good)'
	program teardown 'NULL, broken' 'cmocka_unit_test(good), cmocka_unit_test(bad)'
	program early 'NULL, NULL' 'cmocka_unit_test(good), cmocka_unit_test(leaves), cmocka_unit_test(good)'
	counts "0 passed, 1 failed" ./setup
	counts "1 passed, 2 failed" ./teardown
	counts "1 passed, 1 failed" ./early
}
