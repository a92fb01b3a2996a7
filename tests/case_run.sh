#!/bin/bash
# tests/case_run.sh BINARY [NAME…]    runs the data cases under testdata/cases, all or those named (shell patterns).
#
# A case is a folder: the files of a project, and
#   args         arguments of docker-flow, in shell quoting (@CASE@: the case's folder)
#   env          optional NAME=VALUE lines: the environment besides PATH and HOME (an empty folder)
#   want.out     standard output; want.yaml and want.json are the same under names that editors like
#   want.err     standard error, exactly; the case's folder is written @CASE@
#   want.status  exit status; without it 2 when there is a want.err and no wanted output, else 0
# CASE_WRAP: a program in front of the binary, with its options (valgrind).
# It runs in a copy of its folder, standard input empty. UPDATE=1 writes what came out into the want files that are there.
set -u
[ $# -gt 0 ] || { echo "usage: $0 BINARY [NAME…]"; exit 2; }
binary=$(realpath "$1")
shift
cd "$(dirname "$0")/.." || exit 2
[ -x "$binary" ] || { echo "case_run: $binary is missing: run make"; exit 2; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# same WANT GOT LABEL: compares, shows the difference, or takes what came out.
same() {
	cmp -s "$1" "$2" && return 0
	if [ "${UPDATE:-}" = 1 ]; then
		cp "$2" "$1"
		return 0
	fi
	diff -u --label "$1" --label "$3" "$1" "$2" | head -40
	return 1
}

run_case() {
	local case=$1 name=${1##*/} copy=$work/$(basename "$1") bad=0 variables=() arguments=() line want status=0
	mkdir -p "$work/home" && cp -R "$case" "$copy" && rm -f "$copy"/want.* "$copy/args" "$copy/env"
	if [ -f "$case/env" ]; then
		while IFS= read -r line; do [ -n "$line" ] && variables+=("${line//@CASE@/$copy}"); done <"$case/env"
	fi
	line=$(<"$case/args")
	eval "arguments=(${line//@CASE@/$copy})"
	# shellcheck disable=SC2086 # CASE_WRAP is words: a program and its options
	(cd "$copy" && env -i PATH="$PATH" HOME="$work/home" "${variables[@]}" ${CASE_WRAP:-} "$binary" "${arguments[@]}") \
		>"$work/out" 2>"$work/err" </dev/null || status=$?
	sed -i "s|$copy|@CASE@|g" "$work/out" "$work/err"
	local expected=0
	compgen -G "$case/want.*" >/dev/null || { echo "no want file"; bad=1; }
	[ -f "$case/want.err" ] && ! compgen -G "$case/want.[oyj]*" >/dev/null && expected=2
	[ -f "$case/want.status" ] && expected=$(<"$case/want.status")
	[ "$status" = "$expected" ] || { echo "exit status $status instead of $expected"; head -20 "$work/err"; bad=1; }
	for want in "$case"/want.out "$case"/want.yaml "$case"/want.json; do
		[ ! -f "$want" ] || same "$want" "$work/out" output || bad=1
	done
	[ ! -f "$case/want.err" ] || same "$case/want.err" "$work/err" errors || bad=1
	rm -rf "$copy"
	[ $bad -eq 0 ] || echo "FAIL $name"
	return $bad
}

[ $# -gt 0 ] || set -- '*'
for pattern; do
	for case in testdata/cases/$pattern; do
		[ -f "$case/args" ] || continue
		if run_case "$case"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
	done
done
echo "cases: $passed passed, $failed failed"
[ $((passed + failed)) -gt 0 ] && [ "$failed" -eq 0 ]
