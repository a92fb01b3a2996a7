#!/bin/bash
# House rules that a script can check: banned calls, file and function length, a comment above every prototype and every long
# static function, layout.
set -u
cd "$(dirname "$0")/.." || exit 2
files=$(git ls-files --cached --others --exclude-standard '*.c' '*.h')
[ -n "$files" ] || exit 0
bad=0
say() { echo "$@"; bad=1; }

hits=$(grep -nE '(^|[^a-z_.>])(strcpy|strcat|sprintf|vsprintf|strtok|gets|system|popen|atoi|atol|usleep|sleep) *\(' $files) && say "banned calls:" "$hits"
hits=$(grep -nE 'TODO|FIXME|\bXXX\b|not implemented|^ *typedef ' $files) && say "unfinished work or typedef:" "$hits"
# Data has one way out (cmd/line/output.h), lines of containers another (cmd/screen/show_log.h): a terminal obeys neither.
hits=$(grep -nE '(^|[^a-z_.>])(printf|puts|putchar) *\(|[a-z_]+\([^;]*\bstdout\b' $(grep -E '^cmd/.*\.c$' <<<"$files") |
	grep -vE '^cmd/(screen/show_log|line/output)\.c:|manifest_print\(stdout\)|fflush\(stdout\)|standard_stream_[a-z]+\(&streams|terminal_[a-z]+\(stdout') &&
	say "printed past the output (ctx->output.stream):" "$hits"
while read -r lines name; do
	[ "$name" != total ] && [ "$lines" -gt 500 ] && say "$name: $lines lines, 500 at most"
done < <(wc -l $files)
long=$(awk '
	FNR == 1 { inside = 0 }
	/^[a-z].*\)$/ || /^\t.*\)$/ { head = FNR }
	/^\{$/ { start = FNR; inside = 1 }
	/^\}$/ { if (inside && FNR - start - 1 > 60) printf "%s:%d: function of %d lines, 60 at most\n", FILENAME, start, FNR - start - 1; inside = 0 }
' $(grep -E '\.c$' <<<"$files" | tr '\n' ' '))
[ -n "$long" ] && say "$long"
# Static functions of 20 lines or more have a comment directly above.
bare=$(awk '
	FNR == 1 { head = 0; before = "" }
	/^static .*\(/ { head = FNR; above = before }
	/;$/ && !/^\t/ { head = 0 }
	/^\{$/ { start = FNR }
	/^\}$/ {
		if (head && FNR - start - 1 >= 20 && above !~ /\*\/$/)
			printf "%s:%d: static function of %d lines without a comment\n", FILENAME, head, FNR - start - 1
		head = 0
	}
	{ before = $0 }
' $(grep -vE '^(tests|testdata)/' <<<"$files" | grep -E '\.c$'))
[ -n "$bare" ] && say "$bare"
# What is released at the end of its scope holds something from the start: no way out before that.
early=$(awk '
	FNR == 1 { name = "" }
	/^\t+auto_[a-z]+ .*[a-z_]+;$/ { name = $NF; sub(/;$/, "", name); gsub(/[^a-z_0-9]/, "", name); at = FNR; next }
	name && $0 ~ "[(&]" name "[,);]|[^a-z_.>]" name " =" { name = "" }
	name && /^\t+return|[^a-z_]return[ ;]/ { printf "%s:%d: may be released before it is anything\n", FILENAME, at; name = "" }
	/^}$/ { name = "" }
' $(grep -E '\.c$' <<<"$files"))
[ -n "$early" ] && say "$early"
headers=$(grep -E '\.h$' <<<"$files" | grep -v '^tests/')
[ -n "$headers" ] && {
	bare=$(awk '
		FNR == 1 { before = ""; open = 0 }
		/^[a-z_].*\(/ && !/^#|^extern|^_Static_assert|^static/ {
			if (before !~ /\*\/$/ && before !~ /;$/) printf "%s:%d: prototype without a comment\n", FILENAME, FNR
		}
		{ if ($0 != "") before = $0; else before = "" }
	' $headers)
	[ -n "$bare" ] && say "$bare"
}
# The shell ends no test for a command behind `!`: only as its last line, or with `run`, it decides something.
idle=$(awk '
	FNR == 1 { at = 0 }
	at && $0 != "}" { printf "%s:%d: `!` decides nothing here: write `run !`\n", FILENAME, at }
	{ at = /^\t+! / && !/\|\|/ ? FNR : 0 }
' $(git ls-files --cached --others --exclude-standard '*.bats'))
[ -n "$idle" ] && say "$idle"
# Fuzzers are built last in a full run: one that no longer fits the functions it calls is told here.
if command -v clang >/dev/null; then
	misfit=$(git ls-files 'tests/fuzz/*.c' | xargs -P "$(nproc)" -n 4 clang -std=gnu11 -D_GNU_SOURCE -I. -Wall -Werror -fsyntax-only 2>&1)
	[ -n "$misfit" ] && say "$misfit"
fi
if command -v clang-format >/dev/null; then
	off=$(xargs -P "$(nproc)" -n 16 clang-format --dry-run --ferror-limit=1 <<<"$files" 2>&1 | grep -oE '^[^:]+:[0-9]+' | sort -u)
	[ -n "$off" ] && say "layout differs from .clang-format (clang-format -i FILE):" "$off"
fi
exit $bad
