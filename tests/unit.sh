#!/bin/bash
# Runs the unit test programs given and prints one summary line; a failing program's output is shown.
set -u
passed=0 failed=0
for program in "$@"; do
	out=$("$program" 2>&1)
	status=$?
	ok=$(grep -c '^\[ *OK \]' <<<"$out")
	bad=$(grep -cE '^\[  FAILED  \] [a-z_0-9]+$' <<<"$out")
	[ $status -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
	passed=$((passed + ok)) failed=$((failed + bad))
	[ $status -eq 0 ] || { echo "FAIL $program (exit $status)"; tail -60 <<<"$out"; }
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
