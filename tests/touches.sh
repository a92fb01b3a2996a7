#!/bin/bash
# What an addition touches. Each row of the table in docs/design.md §9 has a patch, testdata/touches/NAME.patch: a throw-away example
# with its test. It is applied to a copy of this tree, built and tested there; the source files it changes, those of its own with
# them, must be as many as the row says. Lines `check: COMMAND` of the patch are its test, run in the copy.
#
#   tests/touches.sh [NAME…]    all rows, or those named ("probe-kind")
set -u
cd "$(dirname "$0")/.." || exit 2
plan=docs/design.md
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# sources PATCH: the source files it changes or brings
sources() { git apply --numstat "$1" | cut -f3 | grep -vE '^(tests|testdata|docs)/|\.md$'; }

# copy_to DIR: this tree and its objects, so that only what a patch changes is built again
copy_to() {
	mkdir "$1" "$1/build" || return 1
	git ls-files -z --cached --others --exclude-standard | xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh |
		tar -c --null -T - | tar -x -C "$1" && cp -a build/{base,compose,graph,engine,cmd,plugin-manifest,*.a,*.tar} "$1/build/"
}

# try_patch PATCH DIR: applies, builds, checks; says what went wrong
try_patch() {
	local check
	copy_to "$2" || return 1
	(
		cd "$2" || exit 1
		export GIT_CEILING_DIRECTORIES=$work
		git apply -v "$1" || exit 1
		make -s all || exit 1
		while read -r check; do
			bash -c "$check" || { echo "failed: $check"; exit 1; }
		done < <(sed -n 's/^check: //p' "$1")
	)
}

# touch_row NAME PLACES: one row of the table
touch_row() {
	local name=$1 places=$2 patch=$PWD/testdata/touches/$1.patch files
	[ -f "$patch" ] || { echo "FAIL $name: testdata/touches/$name.patch is missing"; return 1; }
	if ! grep -q '^check: ' "$patch"; then echo "FAIL $name: nothing is checked"; return 1; fi
	files=$(sources "$patch")
	echo "touches $name: $(wc -l <<<"$files") files"
	[ "$(wc -l <<<"$files")" = "$places" ] || { printf 'FAIL %s: %s says %s\n%s\n' "$name" "$plan" "$places" "$files"; return 1; }
	if ! try_patch "$patch" "$work/$name" >"$work/log" 2>&1; then
		echo "FAIL $name"
		tail -40 "$work/log"
		return 1
	fi
	rm -rf "${work:?}/$name"
}

make -s all build/core.a || exit 1
rows=$(sed -n '/^## 9\. /,/^## 10/p' "$plan" | sed -nE 's/^\| ([a-z ]+) \| ([0-9]+) \| .*/\1|\2/p' | tr ' ' -)
[ -n "$rows" ] || { echo "$plan: no table of what to touch"; exit 2; }
while IFS='|' read -r name places; do
	[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
	if touch_row "$name" "$places"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done <<<"$rows"
for patch in testdata/touches/*.patch; do
	name=$(basename "$patch" .patch)
	grep -q "^$name|" <<<"$rows" || { echo "FAIL $patch: $plan has no such row"; failed=$((failed + 1)); }
done
echo "touches: $passed passed, $failed failed"
[ $((passed + failed)) -gt 0 ] && [ "$failed" -eq 0 ]
