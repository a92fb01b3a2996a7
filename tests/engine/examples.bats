# docs/examples: every line of its README, and what it says is printed. Each section is a test.
bats_require_minimum_version 1.5.0
load helper

examples=$(cd "$BATS_TEST_DIRNAME/../../docs/examples" && pwd)

# try_section NAME: its lines one after another, in a copy; what each prints on standard output has to stand below it
try_section() {
	local line command= wanted= words
	ALSO_PROJECTS="example-$1 example-shared $1"
	unset COMPOSE_PROJECT_NAME
	cp -r "$examples" here && cd here
	# as the plugin of docker is started
	docker() { if [ "$1" = flow ]; then "$FLOW" "${@:2}"; else command docker "$@"; fi; }
	words=$(awk -v head="## $1:" '/^## / { mine = index($0, head) == 1 } mine && /^```/ { code = !code; next } mine && code' README.md)
	[ -n "$words" ]
	while IFS= read -r -u 9 line; do
		if [[ $line == '$ '* ]]; then
			check_line
			command=${line#\$ } wanted=
		else
			wanted+=$line$'\n'
		fi
	done 9<<<"$words"
	check_line
}
# check_line: runs $command and compares
check_line() {
	[ -n "$command" ] || return 0
	echo "--- $command"
	if [[ $command == 'cd '* ]]; then
		eval "$command"
		return
	fi
	eval "$command" >"$BATS_TEST_TMPDIR/printed" 9<&- 3>&- </dev/null || return
	diff <(printf %s "$wanted") "$BATS_TEST_TMPDIR/printed"
}

@test "the examples are those that are told of" {
	diff <(cd "$examples" && ls -d */ | tr -d / | sort) <(sed -nE 's/^## ([a-z]+):.*/\1/p' "$examples/README.md" | sort)
}

@test "gate" { try_section gate; }
@test "migration" { try_section migration; }
@test "cache" { try_section cache; }
@test "sidecar" { try_section sidecar; }
@test "registry" { try_section registry; docker rmi example/places; }
@test "hooks" { try_section hooks; }
@test "fig" { try_section fig; }
