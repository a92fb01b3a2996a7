#!/usr/bin/env bash
# tests/fuzz.sh SECONDS PROGRAM…    runs each fuzzer that long, from the seeds in testdata/fuzz/NAME; a crash leaves its input
# in build/fuzz-found. Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
seconds=$1
shift
passed=0 failed=0
for program; do
	name=${program##*/}
	corpus=build/fuzz-corpus/$name
	mkdir -p "$corpus" build/fuzz-found
	seeds=()
	[ -d "testdata/fuzz/$name" ] && seeds=("testdata/fuzz/$name")
	if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
		-artifact_prefix="build/fuzz-found/$name-" "$corpus" "${seeds[@]}" >"build/fuzz-found/$name.log" 2>&1; then
		passed=$((passed + 1))
		echo "ok   $name: $(grep -o 'stat::number_of_executed_units: .*' "build/fuzz-found/$name.log" | grep -oE '[0-9]+$') inputs"
	else
		failed=$((failed + 1))
		echo "FAIL $name"
		tail -40 "build/fuzz-found/$name.log"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
