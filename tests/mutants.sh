#!/usr/bin/env bash
# Breaks the house on purpose, one place at a time, and tells which breaks the nearest suites do not notice.
#   tests/mutants.sh             all of them; ends with "N killed, N survived, N stale"
#   tests/mutants.sh PATTERN…    those whose file matches one of the shell patterns
#   tests/mutants.sh --stale     only whether each expression changes exactly one line; a second
#
# tests/mutants.txt holds a mutant a line, between tabs: file, suites, sed expression, what breaks. Suites: NAME is the unit program
# tests/unit/test_NAME, case:PATTERN the data cases of that name, cli:FILE:NAME the tests of tests/cli/FILE.bats whose names match (a point
# for a blank). A break that the suites cannot notice is told as "known: " and the reason; a known one that they do notice is a failure.
# All happens in a copy of the tree, built once: a mutant costs one object and what is linked from it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
list=tests/mutants.txt
unset MAKEFLAGS MFLAGS MAKELEVEL VARIANT
killed=0 survived=0 stale=0 failed=0

# mutants: the lines of the list that are one
mutants() { grep -v '^#' "$list"; }

# changes_one FILE EXPRESSION: succeeds when one line is another, or gone
changes_one() {
	[ -f "$1" ] && awk '/^</ { from++ } /^>/ { to++ } END { exit !(from == 1 && to <= 1) }' <(diff "$1" <(sed "$2" "$1"))
}

check_stale() {
	local file suites expression breaks
	while IFS=$'\t' read -r file suites expression breaks; do
		[ -n "$breaks" ] && changes_one "$file" "$expression" && continue
		printf 'stale     %s: %s (%s)\n' "$file" "$breaks" "$expression"
		stale=$((stale + 1))
	done < <(mutants)
	return $((stale > 0))
}

if [ "${1:-}" = --stale ]; then
	check_stale
	exit
fi

# wanted FILE PATTERN…
wanted() {
	local file=$1 pattern
	shift
	[ $# -gt 0 ] || return 0
	for pattern; do
		# shellcheck disable=SC2053 # a pattern
		[[ $file != $pattern ]] || return 0
	done
	return 1
}

tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
build() { make -s -C "$tree" -j"$(nproc)" WARN=-w OPT_release=-O1 "$@" </dev/null; }

# run_suite SUITE: in the tree, with what is built there; a hang is a failure
run_suite() (
	cd "$tree" || exit 1
	rest=${1#*:}
	case $1 in
	case:*) exec timeout -k 5 60 tests/case_run.sh build/docker-flow "$rest" ;;
	cli:*) exec timeout -k 5 60 bats -f "${rest#*:}" "tests/cli/${rest%%:*}.bats" ;;
	*) exec timeout -k 5 60 "build/unit/test_$1" ;;
	esac
) >"$tree/build/log" 2>&1 </dev/null

# targets SUITE…: what has to be built for them
targets() {
	local suite
	for suite; do
		case $suite in
		*:*) echo all ;;
		*) echo "build/unit/test_$suite" ;;
		esac
	done | sort -u
}

git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - | tar -x -C "$tree"
mapfile -t all < <(mutants | while IFS=$'\t' read -r file suites _; do ! wanted "$file" "$@" || tr ' ' '\n' <<<"$suites"; done | sort -u)
mapfile -t needed < <(targets "${all[@]}")
build "${needed[@]}" || { echo "the unbroken tree does not build"; exit 1; }
for suite in "${all[@]}"; do
	run_suite "$suite" && continue
	echo "the unbroken tree fails $suite"
	tail -40 "$tree/build/log"
	exit 1
done

# The object of a file is kept with its time while a broken one stands in its place: nothing is compiled to restore the tree, and what is
# linked is linked again for the next mutant, whose object is new. A file without an object of its own (the probe's helper) is made again.
mutate() {
	local file=$tree/$1 object=$tree/build/${1%.c}.o
	cp -p "$file" "$file.kept"
	[ ! -f "$object" ] || mv "$object" "$object.kept"
	sed -i "$2" "$file"
}
restore() {
	local file=$tree/$1 object=$tree/build/${1%.c}.o
	[ -f "$file.kept" ] || return
	mv "$file.kept" "$file"
	if [ -f "$object.kept" ]; then mv "$object.kept" "$object"; else touch "$file"; fi
}

# try FILE SUITES EXPRESSION BREAKS: builds the mutant and tells what became of it
try() {
	local file=$1 expression=$3 breaks=$4 suites built suite known=
	read -ra suites <<<"$2"
	[[ $breaks != known:* ]] || known=yes
	if ! changes_one "$tree/$file" "$expression"; then
		printf 'stale     %s: %s (%s)\n' "$file" "$breaks" "$expression"
		stale=$((stale + 1)) failed=1
		return
	fi
	mutate "$file" "$expression"
	mapfile -t built < <(targets "${suites[@]}")
	if ! build "${built[@]}" >"$tree/build/log" 2>&1; then
		printf 'stale     %s: %s: it does not build (%s)\n' "$file" "$breaks" "$(grep -m 1 error: "$tree/build/log")"
		stale=$((stale + 1)) failed=1
		return
	fi
	for suite in "${suites[@]}"; do
		run_suite "$suite" && continue
		printf 'killed    %s: %s (%s)\n' "$file" "$breaks" "$suite"
		killed=$((killed + 1))
		[ -z "$known" ] || { failed=1 && echo "          so it is no known survivor: say what breaks"; }
		return
	done
	printf '%s  %s: %s (%s)\n' "$([ -n "$known" ] && echo survived || echo SURVIVED)" "$file" "$breaks" "${suites[*]}"
	survived=$((survived + 1))
	[ -n "$known" ] || failed=1
}

while IFS=$'\t' read -r file suites expression breaks; do
	wanted "$file" "$@" || continue
	try "$file" "$suites" "$expression" "$breaks"
	restore "$file"
done < <(mutants)
# The rooms of docs/design.md, as tests/floors.sh reads them.
while [ $# = 0 ] && read -r room; do
	compgen -G "$room*.c" >/dev/null || continue
	mutants | cut -f 1 | grep -E "^${room}[^/]*$" >/dev/null || { echo "without a mutant: $room"; failed=1; }
done < <(sed -nE 's/^\| `([a-z/-]+\/)` \|.*/\1/p' docs/design.md | sed -n '/^base\/$/,$p')
echo "$killed killed, $survived survived, $stale stale"
exit $failed
