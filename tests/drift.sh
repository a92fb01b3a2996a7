#!/usr/bin/env bash
# What is written in two places must say the same: rows, help, manual, reference, completion, documents, test data.
# Ends with one line "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
flow=${FLOW:-build/docker-flow}
[ -x "$flow" ] || make -s "$flow" || exit 1
flow=$(realpath "$flow")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export DOCKER_CONFIG=$dir HOME=$dir DOCKER_HOST=unix://$dir/none.sock
unset COMPOSE_FILE COMPOSE_PROJECT_NAME FLOW_REGISTRY
passed=0 failed=0

# same WHAT ONE OTHER: two lists, one entry a line, have the same entries
same() {
	local differing
	if differing=$(diff <(printf '%s\n' "$2" | sed '/^$/d' | sort -u) <(printf '%s\n' "$3" | sed '/^$/d' | sort -u)); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAIL %s\n%s\n' "$1" "$(grep '^[<>]' <<<"$differing")"
	fi
}
# holds WHAT COMMAND…: the command succeeds
holds() {
	local what=$1 output
	shift
	if output=$("$@" 2>&1); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAIL %s\n%s\n' "$what" "$output"
	fi
}

man=$("$flow" __doc man | sed 's/\\-/-/g; s/\\&//g; s/\\e/\\/g')
markdown=$("$flow" __doc markdown)

# --- commands: rows, help, manual, reference, completion
listed=$("$flow" help | awk '/^[A-Z][a-z]*:$/ { inside = $0 !~ /Options/ } /^Options/ { inside = 0 } inside && /^  [a-z]/' |
	sed -E 's/^  (([a-z]+ )*[a-z]+)  .*/\1/')
[ -n "$listed" ] || { echo "help lists no commands"; exit 1; }
same "commands: rows (<) and help (>)" "$(sed -nE 's/^\t\.name = "([a-z][a-z ]*)".*/\1/p' $(git ls-files 'cmd/*.c'))" "$listed"
same "commands: help (<) and manual (>)" "$listed" "$(sed -nE '/^\.SH COMMANDS/,/^\.SH (OPTIONS|EXIT|ENV|GLOBAL)/s/^\.SS ([a-z ]*[a-z]).*/\1/p' <<<"$man")"
same "commands: help (<) and reference (>)" "$listed" "$(sed -nE 's/^## ([a-z ]+)$/\1/p' <<<"$markdown")"
table=$(awk '/^\| command \|/ { inside = 1 } !/^\|/ { inside = 0 } inside' README.md | sed -E 's/^\| (.*) \| .*/\1/')
while read -r command; do
	last=${command##* } # "registry ls" is `registry ls`, and `show` behind it
	holds "README.md: no row for $command" grep -qE "\`(docker flow )?([a-z]+ )?$last[ \`]" <<<"$table"
done <<<"$listed"
complete() { "$flow" __complete "$@" 2>/dev/null | grep -v '^:' | cut -f1; }
same "commands: help (<) and completion (>)" "$listed" "$(complete '' | while read -r word; do
	if grep -qx "$word" <<<"$listed"; then echo "$word"; else complete "$word" '' | sed "s/^/$word /"; fi
done)"

# --- options of each command
options() { grep -oE '(^|[ `])--[a-z][a-z-]*' | tr -d ' `' | sort -u; }
global=$("$flow" help | sed -n '/^Options/,$p' | grep -E '^ +(-.,? )?--|^ +-., --' | sed -E 's/  +[A-Z].*//' | options)
while read -r command; do
	# shellcheck disable=SC2086 # two words are two arguments
	own=$("$flow" $command --help | sed -n '/^Options/,$p' | grep -E '^ +(-., )?--' | sed -E 's/(--[a-z-]+).*/\1/' | options | grep -vx -- --help)
	section=$(awk -v head=".SS $command" 'index($0, head) == 1 && (length($0) == length(head) || substr($0, length(head) + 1) ~ /^( [\[A-Z\\-]| *$)/) { inside = 1; next }
		/^\.S[SH]/ { inside = 0 } inside && /^\.B/' <<<"$man" | sed -E 's/^\.B //; s/(--[a-z-]+).*/\1/' | options)
	same "$command: options of help (<) and manual (>)" "$own" "$section"
	section=$(awk -v head="## $command" '$0 == head { inside = 1; next } /^## / { inside = 0 } inside && /^\| `-/' <<<"$markdown" | sed -E 's/(--[a-z-]+).*/\1/' | options)
	same "$command: options of help (<) and reference (>)" "$own" "$section"
	# shellcheck disable=SC2086
	same "$command: options of help (<) missing in completion" "$(complete $command -- | grep -x -- '--.*' | grep -Fx -- "$own" || true)" "$own"
done <<<"$listed"
same "global options: rows (<) and help (>)" "$(sed -z 's/,\n\t\t/, /g' cmd/line/globals.c | grep -v OPT_HIDDEN | sed -nE 's/^\t\{ OPT_[A-Z]+, "([a-z][a-z-]*)".*/--\1/p')" "$global"

# --- docker compose's options, as its help prints them and those it hides: each is taken by ours, with or without a value as there, or stands among the differences
option_taken() { # COMMAND OPTION TYPE
	local command=${1#compose} said
	if [ "$3" = bool ]; then
		# shellcheck disable=SC2086 # the main command is no word
		said=$("$flow" $command "$2" --nosuch 2>&1)
		[[ $said == *"unknown option --nosuch"* && $said != *"unknown option $2 "* ]]
	else
		# shellcheck disable=SC2086
		said=$("$flow" $command "$2" 2>&1)
		[[ $said == *"$2 needs a value"* ]]
	fi
}
missing=$(sed -n '/^## Not there yet/,/^## /p' docs/compose-differences.md | sed -nE 's/^- `([^`]*)`.*/\1/p')
while read -r command short long kind; do
	case $'\n'$missing$'\n' in *$'\n'"$command"$'\n'* | *$'\n'"$command $long"$'\n'*)
		holds "docs/compose-differences.md: $command $long is there" eval "! option_taken $command $long $kind"
		continue
		;;
	esac
	holds "docker compose has $command $long ($kind)" option_taken "$command" "$long" "$kind"
	[ "$short" = - ] || holds "docker compose has $command $short ($kind)" option_taken "$command" "$short" "$kind"
done < <(grep -v '^#' testdata/spec/compose-options)

# --- what documents tell people to type
while IFS=: read -r file words; do
	words=${words#docker flow }
	read -r first second _ <<<"$words"
	command=$first
	! grep -qx "$first $second" <<<"$listed" || command="$first $second"
	if ! grep -qx "$command" <<<"$listed"; then
		# prose ("docker flow adds …") stands outside of code
		holds "$file: docker flow $words: no such command" false
		continue
	fi
	# shellcheck disable=SC2086
	known=$("$flow" $command --help | options)$'\n'$global
	for option in $(grep -oE -- '(^| )--[a-z][a-z-]*' <<<"$words"); do
		holds "$file: docker flow $words: $option" grep -qx -- "$option" <<<"$known"
	done
	passed=$((passed + 1))
done < <(for file in README.md docs/*.md; do
	[ ! -e "$file" ] || { grep -oE '`docker flow [a-z][^`]*`' "$file" | tr -d '`'
		awk '/^```/ { code = !code } code && /^(\$ )?docker flow [a-z]/' "$file" | sed 's/^\$ //; s/ *#.*//; s/ [|&>].*//'; } | sed "s|^|$file:|"
done | sort -u)
[ ! -e docs/commands.md ] || same "docs/commands.md (<) and the rows (>)" "$(cat docs/commands.md)" "$markdown"

# --- docker flow's own keys
rows=$(sed -nE 's/^\t\{ "([a-z_]+)", KIND_.*/\1/p' compose/schema/schema_flow.c)
[ -n "$rows" ] || holds "rows of x-flow: none found in compose/schema/schema_flow.c" false
for key in $rows; do
	holds "docs/keys.md says nothing of $key" grep -qE "(^|[^a-z_])$key(:|\`)" docs/keys.md
done
# its examples are files that work
mkdir "$dir/keys"
awk -v dir="$dir/keys" '/^```yaml/ { n++; code = 1; next } /^```/ { code = 0 } code { print > (dir "/block" n ".yml") }' docs/keys.md
(
	cd "$dir/keys" || exit 1
	{ cat block1.yml; echo 'services: {web: {image: busybox}}'; } >project.yml
	{ cat block2.yml; } >service.yml
	printf 'services: {cart-postgresql: {image: postgres}, mail: {image: mail}}\n' >others.yml
	cp block3.yml registry.yml
)
holds "docs/keys.md: the project example" "$flow" --project-directory "$dir/keys" -f "$dir/keys/project.yml" config -q
holds "docs/keys.md: the service example" "$flow" --project-directory "$dir/keys" -f "$dir/keys/service.yml" -f "$dir/keys/others.yml" config -q
holds "docs/keys.md: the registry example" "$flow" --registry "$dir/keys/registry.yml" registry check

# --- keys of our own: every row is described, every row of a compose file has words
rows=$("$flow" __doc compose)
while read -r key; do
	holds "docs/keys.md does not name x-flow's \"$key\"" grep -qw -- "$key" docs/keys.md
done < <(sed -nE 's/^\| `([^`]*(x-flow|\.dependencies|healthcheck)[^`]*)` .*docker flow only.*/\1/p; s/^\| `([^`]*x-flow[^`]*)` .*/\1/p' <<<"$rows" |
	sed -E 's/.*\.//; s/\[\]$//; s/^x-flow$//' | sort -u | sed '/^$/d')

# --- compose-support.md, the rows, and the JSON schema of the Compose Specification
same "docs/compose-support.md (<) and the rows (>): docker flow __doc compose" "$(cat docs/compose-support.md)" "$rows"
ours=$(sed -nE '/^\| `[^`]*` \| [^|]* \| flow /d; s/^\| `([^`]*)` .*/\1/p' <<<"$rows")
theirs=$(jq -r -f testdata/spec/paths.jq testdata/spec/compose-spec.json)
[ "$(wc -l <<<"$theirs")" -gt 300 ] || holds "testdata/spec: the schema has lost its paths" false
same "rows (<) and the specification (>), besides testdata/spec/differences" \
	"$(grep -vxF "$(sed -n 's/^rows //p' testdata/spec/differences)" <<<"$ours")" \
	"$(grep -vxF "$(sed -n 's/^spec //p' testdata/spec/differences)" <<<"$theirs")"
same "known differences (<) that are some (>)" "$(sed -n 's/^rows //p' testdata/spec/differences)" \
	"$(comm -23 <(sort -u <<<"$ours") <(sort -u <<<"$theirs"))"

# --- environment (not what docker sets for its plugins, what is passed to builds and to helper containers, or docker's own NO_PROXY)
same "variables: the sources (<) and docs/keys.md (>)" \
	"$(grep -rhoE '"(COMPOSE|DOCKER|FIG|FLOW|XDG|NO)_[A-Z_]+"' base compose graph engine cmd --include='*.c' | tr -d '"' |
		grep -vxE 'DOCKER_CLI_PLUGIN_.*|FLOW_REQUEST|FLOW_VERSION|NO_PROXY' | sort -u)" \
	"$(sed -n '/^## Environment/,/^## Exit/p' docs/keys.md | grep -oE '`[A-Z_]+`' | tr -d '`' | grep -E '^(COMPOSE|DOCKER|FIG|FLOW|XDG|NO)_' | sort -u)"
same "variables: docs/keys.md (<) and manual (>)" \
	"$(sed -n '/^## Environment/,/^## Exit/p' docs/keys.md | grep -oE '`[A-Z_]+`' | tr -d '`' | sort -u)" \
	"$(sed -n '/^\.SH ENVIRONMENT/,/^\.SH FILES/p' <<<"$man" | sed -nE 's/^\.B ([A-Z_, ]+)$/\1/p' | tr -d ' ' | tr ',' '\n' | sort -u)"

# --- what docs/troubleshooting.md says is printed, is: each piece of a message stands in the sources, or is docker's own
while read -r piece; do
	holds "docs/troubleshooting.md: nothing prints \"$piece\"" grep -rqF --include='*.c' -- "$piece" base compose graph engine cmd
done < <(awk '/^\| (message|it says) / { mine = 1; next } !/^\|/ { mine = 0 } mine && !/^\| ---/' docs/troubleshooting.md | cut -d'|' -f2 |
	grep -oE '`[^`]+`' | tr -d '`' | sed 's/ *(…)//g; s/ *… */\n/g; s/ ([0-9A-Z]+ [a-z]*)$//; s/ N$//' | sed '/^.\{0,5\}$/d' | sort -u)

# --- exit statuses
same "exit statuses: docs/keys.md (<) and manual (>)" \
	"$(sed -n '/^## Exit status/,$p' docs/keys.md | sed -nE 's/^\| ([0-9N][0-9, ]*) \|.*/\1/p')" \
	"$(sed -n '/^\.SH EXIT STATUS/,/^\.SH [^E]/p' <<<"$man" | sed -nE 's/^\.B ([0-9N][0-9, ]*)$/\1/p')"

# --- seeded breaks: each expression finds its line, and the figure is the list's
holds "tests/mutants.txt" tests/mutants.sh --stale
holds "testdata/spec/option-tests" env BINARY="$flow" tests/options.py --check
holds "docs/design.md: how many of the mutants are noticed" grep -qF \
	"They notice $(grep -vc '^#\|	known: ' tests/mutants.txt) of $(grep -vc '^#' tests/mutants.txt)." docs/design.md

# --- nothing lies about unused
for folder in testdata/*/; do
	holds "$folder is used by no test" grep -rqF "${folder%/}" Makefile tests --include='*.sh' --include='*.c' --include='*.h' --include='*.bats' --include='*.bash' --include=Makefile
done
for folder in testdata/cases/*/; do
	[ ! -d "$folder" ] || holds "$folder expects nothing" compgen -G "$folder"'want*'
done
for script in tests/*.sh; do
	holds "$script is run by nothing" grep -rqF "${script##*/}" Makefile .ci demo tests README.md --exclude="${script##*/}"
done
for key in $(git ls-files 'tests/engine/*.bats' 'tests/cli/*.bats'); do
	holds "$key has no test" grep -q '^@test' "$key"
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
