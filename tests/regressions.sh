#!/usr/bin/env bash
# Whether the tests that stand for a fault would have noticed it.
#   tests/regressions.sh             all of them; ends with "N passed, N failed, N unbuilt, N skipped"
#   tests/regressions.sh PATTERN…    those whose name matches one of the shell patterns (A1*, 'b4-*')
#   tests/regressions.sh --again …   those, too, whose verdict is known from a run before
#
# Such a test bears its fault's name, a letter and a number: @test "B1 …", a case or plan folder b1-…, a unit test b1_…. It came with what
# cured the fault. So the code of the commit before is built in a clone, and the test, as it is today, has to fail there; a unit test, which
# may not compile with old code, as it was then. What does not compile even so is unbuilt: it says which word the code lacks. A plan is read
# by the program of the commit before.
# Tests on an engine take engine 28 where it can be had, else 20.
#
# A verdict is kept in build/regressions, so that a run that was ended goes on where it was; it holds for the commit it was found at.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
root=$PWD
unset MAKEFLAGS MFLAGS MAKELEVEL VARIANT FLOW
BUILD_TAKES=900 TEST_TAKES=300 # seconds at most
declare -A count=([passed]=0 [failed]=0 [unbuilt]=0 [skipped]=0)
known=$root/build/regressions
mkdir -p build && touch "$known"
work=$(mktemp -d /tmp/flow-before.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
if [ "${1:-}" = --again ]; then
	: >"$known"
	shift
fi
if [ -z "${ENGINE_VERSION:-}" ]; then
	ENGINE_VERSION=20
	! tests/engine.sh available 28 >/dev/null 2>&1 || ENGINE_VERSION=28
fi
export ENGINE_VERSION

# named: the tests with a fault's name, between tabs: kind, file or folder, name
named() {
	git grep -oE '^@test "[A-Z][0-9]+ [^"]*"' -- 'tests/*.bats' | sed -E 's/^([^:]*):@test "(.*)"$/bats\t\1\t\2/'
	git grep -oE '^static void [a-z][0-9]+_[a-z0-9_]+\(' -- 'tests/unit/*.c' | sed -E 's/^([^:]*):static void ([^(]*)\($/unit\t\1\t\2/'
	git ls-files testdata/cases testdata/plans | sed -nE 's#^(testdata/(case|plan)s/([a-z][0-9]+-[^/]*))/.*#\2\t\1\t\3#p' | sort -u
}

# longest KIND FILE NAME: the longest line of the test that its file has only once: it stays when the test gets another name
longest() {
	local begin="@test \"$3\" {"
	[ "$1" = bats ] || begin="static void $3("
	awk -v begin="$begin" '
		NR == FNR { times[$0]++; next }
		index($0, begin) == 1 { within = 1; next }
		/^}/ { within = 0 }
		within && times[$0] == 1 && length($0) > length(best) { best = $0 }
		END { print best }' "$2" "$2"
}

# oldest COMMIT…: the one that comes first
oldest() { git rev-list --no-walk=sorted --date-order --reverse "$@" | head -1; }

# brought TEXT: the commit that brought a text of the tests
brought() { git log --format=%H -S"$1" -- tests | tail -1; }

# came_with KIND FILE NAME: the commit that brought the test, under whatever name
came_with() {
	local name line
	case $1 in
	case | plan) # what comes out is its own; what goes in may be like that of others
		git log --format=%H --follow -M90% --diff-filter=A -- "$(git ls-files "$2" | sort -t/ -k4,4r | head -1)" | tail -1
		return
		;;
	bats) name="@test \"$3\"" ;;
	unit) name="static void $3(" ;;
	esac
	line=$(longest "$@")
	# shellcheck disable=SC2046 # no line, no commit
	oldest $(brought "$name") $([ "${#line}" -lt 30 ] || brought "$line")
}

# then_named COMMIT FILE NAME: "FILE NAME" of a unit test in that commit
then_named() {
	local line found
	if git grep -qF "static void $3(" "$1" -- "$2"; then
		echo "$2 $3"
		return
	fi
	line=$(longest unit "$2" "$3")
	found=$(git grep -nF -e "$line" "$1" -- tests/unit | head -1 | cut -d: -f2,3)
	git show "$1:${found%:*}" | awk -v file="${found%:*}" -v last="${found#*:}" '
		NR > last { exit }
		/^static void [a-z0-9_]+\(/ { name = $3; sub(/\(.*/, "", name) }
		END { print file, name }'
}

# The verdicts: "VERDICT why" of the test in the clone.

judge_bats() { # FILE NAME
	local line
	timeout -k 10 "$TEST_TAKES" bats --tap -f "^${2//[^A-Za-z0-9 ]/.}\$" "$1" >"$work/log" 2>&1 </dev/null
	line=$(grep -m1 -E '^(not )?ok [0-9]' "$work/log")
	case $line in
	*'# skip'*) echo "skipped ${line#*# skip}" ;;
	'not ok'*setup_file* | '') echo "unbuilt $(grep -m1 -E '^# .' "$work/log" || echo "no end within $TEST_TAKES s")" ;;
	'not ok'*) echo "passed $(grep -m1 -F '`' "$work/log")" ;;
	*) echo "failed it passes" ;;
	esac
}

judge_unit() { # PROGRAM NAME
	if ! timeout -k 10 "$BUILD_TAKES" make -s -j"$(nproc)" "build/unit/$1" >"$work/log" 2>&1 </dev/null; then
		echo "unbuilt $(grep -m1 -E 'error|undefined|No rule' "$work/log")"
		return
	fi
	timeout -k 10 "$TEST_TAKES" "build/unit/$1" >"$work/log" 2>&1 </dev/null
	if ! grep -qF "[ RUN      ] $2" "$work/log"; then
		echo "unbuilt the program has no such test, or ended before it"
	elif grep -qxF "[       OK ] $2" "$work/log"; then
		echo "failed it passes"
	else
		echo "passed $(grep -A1 -F "[ RUN      ] $2" "$work/log" | tail -1)"
	fi
}

judge_case() { # NAME
	if timeout -k 10 "$TEST_TAKES" tests/case_run.sh build/docker-flow "$1" >"$work/log" 2>&1 </dev/null; then
		echo "failed it passes"
	else
		echo "passed $(grep -m1 '^[-+][^-+]' "$work/log")"
	fi
}

# judge COMMIT KIND FILE NAME: in the clone, which is at the commit before
judge() {
	local tests_of=$head file=$3 name=$4
	case $2 in
	unit)
		read -r file name < <(then_named "$1" "$3" "$4")
		tests_of=$1
		;;
	plan) tests_of=$1^ ;;
	esac
	git checkout -qf "$tests_of" -- tests testdata || { echo "unbuilt no such tests"; return; }
	if [ "$2" = plan ]; then
		git checkout -qf "$1" -- "$3" 2>/dev/null || git checkout -qf "$head" -- "$3"
	fi
	case $2 in
	bats) judge_bats "$file" "$name" ;;
	unit) judge_unit "$(basename "$file" .c)" "$name" ;;
	plan) judge_unit test_reconcile "$name" ;;
	case) judge_case "$name" ;;
	esac
}

# build_before COMMIT: the clone is at the commit before, and built; else says why it is not
build_before() {
	git checkout -qf "$1^" 2>"$work/log" && git clean -qfd -e build &&
		timeout -k 10 "$BUILD_TAKES" make -s -j"$(nproc)" all >"$work/log" 2>&1 </dev/null && return
	echo "the commit before does not build: $(grep -m1 -E 'error|undefined|No rule|fatal' "$work/log" || echo "no end within $BUILD_TAKES s")"
}

wanted() { # NAME PATTERN…
	local name=$1 pattern
	shift
	[ $# -gt 0 ] || return 0
	for pattern; do
		# shellcheck disable=SC2053 # a pattern
		[[ $name == $pattern ]] && return 0
	done
	return 1
}

# tell VERDICT COMMIT NAME WHY
tell() {
	count[$1]=$((${count[$1]} + 1))
	case $1 in
	passed) printf 'ok       %s fails before %.12s: %.120s\n' "$3" "$2" "$4" ;;
	failed) printf 'FAIL     %s passes without what %.12s changes\n' "$3" "$2" ;;
	*) printf '%-8s %s, before %.12s: %.200s\n' "$1" "$3" "$2" "$4" ;;
	esac
}

while IFS=$'\t' read -r kind file name; do
	wanted "$name" "$@" || continue
	commit=$(came_with "$kind" "$file" "$name")
	if [ -n "$commit" ]; then
		printf '%s\t%s\t%s\t%s\n' "$commit" "$kind" "$file" "$name"
	else
		printf 'uncommitted: %s\n' "$name" >&2
	fi
done < <(named) | sort -s -k1,1 >"$work/list"

git clone -q --shared "$root" "$work/tree" || exit 2
cd "$work/tree" || exit 2
at='' head=$(git rev-parse HEAD) unbuilt=''
while IFS=$'\t' read -r commit kind file name; do
	if verdict=$(grep -m1 -F "$commit"$'\t'"$kind"$'\t'"$name"$'\t' "$known" | cut -f4-) && [ -n "$verdict" ]; then
		tell "${verdict%% *}" "$commit" "$name" "${verdict#* }"
		continue
	fi
	if [ "$commit" != "$at" ]; then
		at=$commit
		unbuilt=$(build_before "$commit")
	fi
	verdict="unbuilt $unbuilt"
	[ -n "$unbuilt" ] || verdict=$(judge "$commit" "$kind" "$file" "$name")
	printf '%s\t%s\t%s\t%s\n' "$commit" "$kind" "$name" "$verdict" >>"$known"
	tell "${verdict%% *}" "$commit" "$name" "${verdict#* }"
done <"$work/list"
echo "${count[passed]} passed, ${count[failed]} failed, ${count[unbuilt]} unbuilt, ${count[skipped]} skipped"
[ "${count[failed]}" -eq 0 ]
