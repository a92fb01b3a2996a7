#!/bin/bash
# Floors: base < compose < graph < engine < cmd. An include that points up is an error; so is curl or archive above or below engine/.
set -u
cd "$(dirname "$0")/.." || exit 2
declare -A floor=([base]=1 [compose]=2 [graph]=3 [engine]=4 [cmd]=5 [plugin-manifest]=5)
bad=0
while IFS=: read -r file line text; do
	from=${file%%/*} to=$(sed -E 's/.*"([a-z-]+)\/.*/\1/' <<<"$text")
	if [ -z "${floor[$to]:-}" ] || [ "${floor[$to]}" -gt "${floor[$from]}" ]; then
		echo "$file:$line: $from/ must not include $to/"
		bad=1
	fi
done < <(grep -nE '^#include "[a-z-]+/' base/*.[ch] compose/*.[ch] graph/*.[ch] engine/*.[ch] cmd/*.[ch] plugin-manifest/*.[ch] 2>/dev/null)
if grep -nE '#include <(curl/|archive)' base/*.[ch] compose/*.[ch] graph/*.[ch] cmd/*.[ch] plugin-manifest/*.[ch] 2>/dev/null; then
	echo "libcurl and libarchive belong to engine/ only"
	bad=1
fi
exit $bad
