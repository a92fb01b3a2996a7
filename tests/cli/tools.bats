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

# beneath COMMAND…: in a network and mount namespace of its own, where nobody else changes anything
beneath() {
	unshare --map-root-user --net --mount true 2>/dev/null || skip "no namespaces here"
	unshare --map-root-user --net --mount env PATH="$PATH:/usr/sbin" machine="$top/tests/machine.sh" bash -euc "$1"
}

@test "machine.sh: nothing differs where nothing was done, and what was undone" {
	beneath '
		"$machine" snapshot before
		ip link add left type bridge
		mkdir below && mount -t tmpfs none below && umount below
		ip link del left
		TESTS_RUN=1.2 sleep 0.1 &
		"$machine" compare before 1.2'
}

@test "machine.sh: links, mounts, rules and processes that came or went are named" {
	run beneath '
		mkdir first second && mount -t tmpfs none first
		ip link add docker0 type bridge
		iptables -N MINE && iptables -A MINE -j ACCEPT
		"$machine" snapshot before
		ip link del docker0 && ip link add flow80 type bridge && ip link add veth7 type veth peer name veth8
		umount first && mount -t tmpfs none second
		iptables -F MINE && iptables -t nat -N DOCKER && iptables -P FORWARD DROP
		TESTS_RUN=1.2 setsid sleep 100 &
		TESTS_RUN=1.3 sleep 100 &
		"$machine" compare before 1.2 || echo "status $?"
		kill $(jobs -p)'
	printf '%s\n' "gone: iptables filter -A MINE -j ACCEPT" "gone: link docker0" "gone: mount $PWD/first tmpfs" \
		"left behind: iptables filter :FORWARD DROP" "left behind: iptables nat :DOCKER -" "left behind: link flow80" \
		"left behind: mount $PWD/second tmpfs" "left behind: process N sleep 100 " "status 1" >want
	sed -E 's/process [0-9]+/process N/' <<<"$output" | diff want -
}
