#!/bin/bash
# Floors and rooms: every source file stands in a room of the table in docs/design.md §1, and includes only rooms that stand above its
# own there. A room holds at most 25 files; libcurl and libarchive belong to engine/.
#
#   tests/floors.sh [DIR]    checks the checkout in DIR, this one by default
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2
plan=docs/design.md
declare -A order=()
rooms=0
while read -r room; do
	order[$room]=$((++rooms))
done < <(sed -nE 's/^\| `([a-z/-]+)\/` \| .* \|$/\1/p' <(sed -n '/^### Rooms/,/^##* [^R]/p' "$plan"))
[ "$rooms" -ge 2 ] || { echo "$plan: no table of rooms found"; exit 2; }
files=$(git ls-files --cached --others --exclude-standard 'base/*.[ch]' 'compose/*.[ch]' 'graph/*.[ch]' 'engine/*.[ch]' 'cmd/*.[ch]' 'plugin-manifest/*.[ch]')
[ -n "$files" ] || { echo "no source files found"; exit 2; }
bad=0
say() { echo "$@"; bad=1; }

declare -A size=()
while read -r file; do
	[ -e "$file" ] || continue
	room=${file%/*}
	size[$room]=$((${size[$room]:-0} + 1))
	[ -n "${order[$room]:-}" ] || say "$file: $room/ is no room of the table in $plan"
done <<<"$files"
for room in "${!size[@]}"; do
	[ "${size[$room]}" -le 25 ] || say "$room/: ${size[$room]} files, 25 at most"
done
for room in "${!order[@]}"; do
	[ -n "${size[$room]:-}" ] || say "$plan: $room/ is a room without files"
done

while IFS=: read -r file line to; do
	from=${file%/*} to=${to%/*}
	[ -n "${order[$to]:-}" ] || { say "$file:$line: $to/ is no room"; continue; }
	[ "${order[$to]}" -le "${order[$from]:-0}" ] || say "$file:$line: $from/ must not include $to/, which stands below it in $plan"
done < <(xargs grep -HnoE '^#include "[a-z0-9/_-]+\.h"' <<<"$files" | sed -E 's/#include "(.*)"/\1/')
hits=$(grep -v '^engine/' <<<"$files" | xargs grep -nE '#include <(curl/|archive)') && say "libcurl and libarchive belong to engine/ only:" "$hits"
exit $bad
