# The script that checks floors and rooms notices what it is there for.
setup() {
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	copy=$BATS_TEST_TMPDIR/house
	mkdir "$copy"
	(cd "$root" && git ls-files -z --cached --others --exclude-standard 'base/*' 'compose/*' 'graph/*' 'engine/*' 'cmd/*' 'plugin-manifest/*' docs/design.md |
		xargs -0 ls -d 2>/dev/null | tar -cf - -T -) | tar -C "$copy" -xf -
	git -C "$copy" init -q
	rooms=$(sed -n '/^### Rooms/,/^##* [^R]/s/^| `\([a-z/-]*\)\/` | .*/\1/p' "$root/docs/design.md")
	[ "$(wc -l <<<"$rooms")" -gt 20 ]
}

@test "the house as it stands passes" {
	run "$root/tests/floors.sh" "$copy"
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "an include that points up is found in every room" {
	local room above header
	while read -r room; do
		above=$(sed "1,/^${room//\//\\/}\$/d" <<<"$rooms")
		[ -n "$above" ] || continue
		# the next room up that has a header
		header=$(cd "$copy" && for next in $above; do ls "$next"/*.h 2>/dev/null; done | head -1)
		[ -n "$header" ] || continue
		printf '#include "%s"\n' "$header" >"$copy/$room/planted.c"
		run "$root/tests/floors.sh" "$copy"
		rm "$copy/$room/planted.c"
		echo "$room: $output"
		[ "$status" = 1 ]
		grep -q "^$room/planted.c:1: $room/ must not include ${header%/*}/" <<<"$output"
	done <<<"$rooms"
}

@test "an include that points up is found by names with digits, too" {
	echo '#include "base/text/base64.h"' >"$copy/base/planted.c"
	run "$root/tests/floors.sh" "$copy"
	[ "$status" = 1 ]
	echo "$output"
	grep -q "^base/planted.c:1: base/ must not include base/text/" <<<"$output"
}

@test "a file outside of the rooms, a full room, curl outside of engine/ are found" {
	mkdir "$copy/engine/attic"
	echo >"$copy/engine/attic/old.c"
	run "$root/tests/floors.sh" "$copy"
	[ "$status" = 1 ]
	[ "$output" = "engine/attic/old.c: engine/attic/ is no room of the table in docs/design.md" ]
	rm -r "$copy/engine/attic"
	for n in $(seq 26); do echo >"$copy/graph/dag/planted$n.c"; done
	run "$root/tests/floors.sh" "$copy"
	[ "$status" = 1 ]
	[[ $output == "graph/dag/: "*" files, 25 at most" ]]
	rm "$copy"/graph/dag/planted*.c
	echo '#include <curl/curl.h>' >"$copy/graph/dag/planted.c"
	run "$root/tests/floors.sh" "$copy"
	[ "$status" = 1 ]
	[[ $output == *"libcurl and libarchive belong to engine/ only"* ]]
}
