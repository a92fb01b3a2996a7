#!/usr/bin/env bash
# Everything that has to pass, on a machine with only the base system and apt: installs what it needs, builds all variants, runs each
# suite and ends with one line "N passed, N failed". Logs: build/test-logs. `tests/test.sh SUITE…` runs only those.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
tests/deps.sh build test || exit 1
jobs=$(nproc)
logs=build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0 failed=0 skipped=0 started=$SECONDS
tests/machine.sh snapshot "$logs/before" || exit 1
export TESTS_RUN=$$.$RANDOM # marks the processes of this run for tests/machine.sh

# count LOG: adds up a suite's own last line, or the TAP lines of bats
count() {
	local log=$1 ok bad skip
	if grep -qE '^1\.\.[0-9]+$' "$log"; then
		skip=$(grep -cE '^ok [0-9]+ .*# skip' "$log")
		ok=$(($(grep -cE '^ok [0-9]+' "$log") - skip))
		bad=$(grep -cE '^not ok [0-9]+' "$log")
	else
		read -r ok bad skip < <(sed -nE 's/^([a-z]+: )?([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\2 \3 \5/p' "$log" |
			awk '{ a += $1; b += $2; c += $3 } END { print a + 0, b + 0, c + 0 }')
	fi
	echo "$ok $bad $skip"
}

# failures SUITE: what failed in it and the first lines of why, told once more at the end, where a record that keeps only the end has it
failures() {
	echo "$1:"
	if grep -q '^not ok' "$logs/$1"; then
		awk '/^not ok/ { left = 9 } /^ok/ { left = 0 } left-- > 0 && /^(not ok|#)/ { print "  " $0 }' "$logs/$1"
	else
		grep -E '^FAIL|error:|\*\*\*' "$logs/$1" | head -8 | sed 's/^/  /'
	fi | cut -c1-300 | head -40
}

# finish NAME STATUS SECONDS: reports a suite whose log is written
finish() {
	local name=$1 status=$2 took=$3 ok bad skip
	read -r ok bad skip < <(count "$logs/$name")
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	if [ "$status" -eq 0 ] && [ $((ok + bad + skip)) -eq 0 ]; then ok=1; fi
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	printf '%-18s %4d passed %3d failed %3d skipped  %4d s\n' "$name" "$ok" "$bad" "$skip" "$took"
	if [ "$bad" -gt 0 ]; then
		grep -E '^(not ok|FAIL|# )|error:|\*\*\*' "$logs/$name" | head -60
		tail -25 "$logs/$name"
		failures "$name" >>"$logs/failures"
	fi
	grep -hE 'SKIPPED' "$logs/$name" | sort -u
}

wanted() { [ -z "$only" ] || [[ " $only " == *" $1 "* ]]; } # NAME

suite() { # NAME COMMAND…
	local name=$1 from=$SECONDS
	shift
	wanted "$name" || return 0
	"$@" >"$logs/$name" 2>&1 </dev/null
	finish "$name" $? $((SECONDS - from))
}

# beside NAME COMMAND…: a suite for the second processor; its status and its seconds go to a file, for beside_finish
beside() {
	local name=$1 from=$SECONDS
	shift
	wanted "$name" || return 0
	nice -n 10 "$@" >"$logs/$name" 2>&1 </dev/null
	echo "$? $((SECONDS - from))" >"$logs/$name.ended"
}

beside_finish() { # NAME…
	local name status took
	for name; do
		wanted "$name" || continue
		read -r status took <"$logs/$name.ended" || status=1 took=0
		rm -f "$logs/$name.ended"
		finish "$name" "$status" "$took"
	done
}

# A hang is a failure, not a wait for ever.
bats_suite() { timeout -k 10 2100 bats --tap --timing "$@"; }
memory_checked='valgrind -q --error-exitcode=99 --leak-check=no --child-silent-after-fork=yes'
# One engine of each version; 28 is skipped loudly where it cannot be had. Then 20 gets all files, else those where what an older engine
# does can make a difference: all on both is `make engines`.
engine_suite() {
	local version=$1 reason files=(tests/engine)
	reason=$(tests/engine.sh available "$version" 2>&1) || { echo "SKIPPED: engine $version: $reason"; echo "0 passed, 0 failed, 1 skipped"; return 0; }
	if [ "$version" = 20 ] && tests/engine.sh available 28 >/dev/null 2>&1; then
		mapfile -t files < <(printf 'tests/engine/%s.bats\n' down endings failures gates undo up)
	fi
	[ "$version" != 28 ] || mapfile -t files < <(printf '%s\n' tests/engine/*.bats | grep -v '/beside\.bats$')
	ENGINE_VERSION=$version bats_suite "${files[@]}"
}

only=$*
make -s -j"$jobs" all build/core.a || { echo "the build failed"; echo "0 passed, 1 failed"; exit 1; }
# These take one processor while the other suites wait for their containers.
{
	beside build-clang make -s CC=clang VARIANT=clang all
	beside build-san make -s VARIANT=san all
	beside unit-san make -s VARIANT=san unit
	beside cases-san make -s VARIANT=san cases
	beside hostile make -s HOSTILE_COUNT=300 hostile
	beside touches tests/touches.sh
	beside cases-valgrind env CASE_WRAP="$memory_checked" tests/case_run.sh build/docker-flow
	beside fuzz make -s -j1 CC=clang VARIANT=fuzz FUZZ_SECONDS="${FUZZ_SECONDS:-6}" fuzz
	# All nine ways of all scenarios, on both engines: make sweep.
	beside sweep env FAULTS='kill silence' timeout -k 10 1800 tests/sweep.sh recreate
	beside sweep-kill env FAULTS=kill timeout -k 10 1200 tests/sweep.sh fresh stop restart rm scale down run exec cp
	# Needs engine 28 and docker compose, fetched by then; without them its tests say that they are skipped.
	# shellcheck disable=SC2016 # for the inner shell
	beside neighbour bash -c 'version=28; tests/engine.sh available 28 >/dev/null 2>&1 || version=20
		ENGINE_VERSION=$version exec timeout -k 10 1200 bats --tap --timing tests/engine/beside.bats'
} &
beside_pid=$!
suite style make -s style
suite unit make -s -j"$jobs" unit
suite cases make -s cases
suite drift tests/drift.sh
suite cli bats_suite tests/cli
# Engine 28 and docker compose, which the suites on either engine compare with; without them those tests say that they are skipped.
tests/engine.sh available 28 >/dev/null 2>&1 || timeout -k 10 300 tests/engine.sh fetch28 >"$logs/fetch28" 2>&1
suite engine-20 engine_suite 20
suite engine-28 engine_suite 28
suite readme bats_suite tests/readme.bats
wait "$beside_pid"
beside_finish build-clang build-san unit-san cases-san hostile touches cases-valgrind fuzz sweep sweep-kill neighbour
env -u TESTS_RUN tests/machine.sh compare "$logs/before" "$TESTS_RUN" >"$logs/machine" 2>&1
finish machine $? 0
if [ -s "$logs/failures" ]; then
	echo "what failed:"
	head -80 "$logs/failures"
fi
echo "all suites: $((SECONDS - started)) s, $skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
