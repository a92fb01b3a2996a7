#!/bin/bash
# Runs the unit test programs given and prints one summary line; a failing program's output is shown.
set -u

# count: "PASSED FAILED" of cmocka's output. It lists failed tests again after the run: only the run counts. A test whose own
# set-up or teardown failed is an ERROR without a message; one of a group is FAILED, then an ERROR with the group's name, and its
# teardown does not change the exit status. A run without its end (an exit, a kill) is one more failure.
count() {
	awk '
		/^\[==========\] Running / { running = 1 }
		/^\[==========\] [0-9]+ test\(s\) run/ { running = 0 }
		!running { next }
		/^\[ *OK \]/ { ok++ }
		/^\[  FAILED  \] / { bad++; group = / GROUP (SETUP|TEARDOWN)$/ }
		/^\[  ERROR   \] / && !/^\[  ERROR   \] ---/ { bad += !group; group = 0 }
		END { print ok + 0, bad + running }'
}

passed=0 failed=0
for program in "$@"; do
	out=$("$program" 2>&1)
	status=$?
	read -r ok bad < <(count <<<"$out")
	[ $status -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
	passed=$((passed + ok)) failed=$((failed + bad))
	[ "$bad" -eq 0 ] || { echo "FAIL $program (exit $status)"; tail -60 <<<"$out"; }
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
