# The binary without an engine: plugin protocol, help, mistakes, completion, installation.
bats_require_minimum_version 1.5.0
load helper

@test "metadata is one JSON object that docker accepts" {
	run -0 --separate-stderr "$flow" docker-cli-plugin-metadata
	[ "$(jq -r .SchemaVersion <<<"$output")" = 0.1.0 ]
	[ "$(jq -r '.Vendor, .ShortDescription | length > 0' <<<"$output" | sort -u)" = true ]
	[ "$(jq -r .Version <<<"$output")" = "v$(cat "$top/VERSION")" ]
	[ -z "$stderr" ]
}

@test "metadata needs no environment, no home and no current directory" {
	mkdir gone && cd gone && rmdir ../gone
	run -0 env -i "$flow" docker-cli-plugin-metadata
}

@test "every way to ask for help gives it and exits 0" {
	for words in '' 'flow' '--help' 'flow --help' '-h' 'help' 'help flow'; do
		# shellcheck disable=SC2086 # split on purpose
		run -0 --separate-stderr "$flow" $words
		[[ $output == "Usage: docker-flow [OPTIONS] COMMAND"* ]]
		[ -z "$stderr" ]
	done
	for words in 'help version' 'flow help version' 'help flow version' 'version --help' 'flow version -h' 'version --nonsense -h'; do
		# shellcheck disable=SC2086
		run -0 "$flow" $words
		[[ $output == "Usage: docker-flow version"* ]]
	done
}

@test "below docker the usage says docker flow" {
	DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND=docker run -0 "$flow" flow --help
	[[ $output == "Usage: docker flow [OPTIONS] COMMAND"* ]]
}

@test "version in all its forms" {
	version=$(cat "$top/VERSION")
	for words in version '--version' '-v' '--version flow' 'flow -v' '-D flow version'; do
		# shellcheck disable=SC2086
		run -0 "$flow" $words
		[ "$output" = "docker flow version v$version" ]
	done
	run -0 "$flow" version --short
	[ "$output" = "$version" ]
	run -0 "$flow" version -f json
	[ "$(jq -r .version <<<"$output")" = "v$version" ]
}

@test "docker's global options are taken in front of and behind the plugin's name" {
	run -0 "$flow" -H unix:///x --log-level=debug --tls --tlscacert /a -D flow version --short
	run -0 "$flow" flow -H unix:///x --tlsverify=false version --short
	run -2 "$flow" -H unix:///x -H unix:///y flow version
	run -2 "$flow" -H unix:///x -c other flow version
	[[ $output == *"exclude each other"* ]]
}

@test "mistyped commands and options are answered with the nearest one, status 2" {
	run -2 --separate-stderr "$flow" vresion
	[ -z "$output" ]
	[[ $stderr == *"unknown command: docker-flow vresion"*"did you mean docker-flow version?"* ]]
	run -2 "$flow" version --shrot
	[[ $output == *"did you mean --short?"* ]]
	run -2 "$flow" version now
	[[ $output == *'version does not take "now"'* ]]
	run -2 "$flow" help nothing-like-it
}

@test "as docker-compose a mistake is status 1" {
	ln -s "$flow" docker-compose
	run -1 ./docker-compose vresion
	[[ $output == *"docker-compose version"* ]]
	run -0 ./docker-compose compose version --short
}

@test "what only docker compose can do is named" {
	for word in exec run stop port; do
		run -2 "$flow" "$word"
		[[ $output == *"docker compose $word works on the same project"* ]]
	done
	run -2 "$flow" pss
	[[ $output != *"docker compose"* ]]
}

@test "errors are JSON when progress is" {
	run -2 --separate-stderr "$flow" --progress json nothing
	[ "$(jq -r .level <<<"$stderr")" = error ]
	printf 'services:\n  a: {image: busybox, nonsense: 1}\n  b: {image: busybox, nonsense: 1}\n' >wrong.yaml
	run -2 --separate-stderr "$flow" --progress json -f wrong.yaml config
	[ "$(wc -l <<<"$stderr")" = "$(jq -s length <<<"$stderr")" ]
	[ "$(jq -s 'map(type) | unique | .[0]' <<<"$stderr")" = '"object"' ]
}

@test "an output that cannot be written is a failure" {
	[ -e /dev/full ] || skip "no /dev/full"
	run -1 bash -c "'$flow' version >/dev/full"
	[[ $output == *"cannot write the output"* ]]
}

@test "a reader that goes away is no mistake" {
	for i in $(seq 2000); do echo "  s$i: {image: busybox}"; done | sed '1i services:' >many.yaml
	run -0 --separate-stderr bash -c "'$flow' -f many.yaml config | head -n 1"
	[[ $output == name:* ]]
	[ -z "$stderr" ]
	for words in config 'config --format json' 'graph --format json' 'plan --no-engine' 'plan --no-engine --format json'; do
		run -141 --separate-stderr bash -c "{ trap '' PIPE; while printf x; do :; done 2>/dev/null; exec '$flow' -f many.yaml $words; } | true; exit \${PIPESTATUS[0]}"
		[ -z "$stderr" ]
	done
}

@test "completion answers in the protocol of the docker CLI" {
	run -0 --separate-stderr "$flow" __complete flow vers
	[ "${lines[0]}" = $'version\tPrint the version' ]
	[ "${lines[1]}" = :4 ]
	run -0 --separate-stderr "$flow" __complete ''
	[[ $output != *__doc* ]]
}

@test "completion scripts are valid" {
	"$flow" __doc bash >c.bash
	bash -n c.bash
	for shell in zsh fish; do
		"$flow" __doc "$shell" >"c.$shell"
		if command -v "$shell" >/dev/null; then "$shell" -n "c.$shell"; fi
	done
	# shellcheck disable=SC1091
	source ./c.bash
	COMP_WORDS=("$flow" ver) COMP_CWORD=1
	_docker_flow
	[ "${COMPREPLY[*]}" = version ]
}

@test "install and uninstall leave nothing behind" {
	make -s -C "$top" DESTDIR="$PWD/root" PREFIX=/usr install
	[ -x root/usr/lib/docker/cli-plugins/docker-flow ]
	grep -q '^.TH DOCKER-FLOW' root/usr/share/man/man1/docker-flow.1
	make -s -C "$top" DESTDIR="$PWD/root" PREFIX=/usr uninstall
	[ -z "$(find root -type f)" ]
	DOCKER_CONFIG=$PWD/config make -s -C "$top" install-user
	[ -x config/cli-plugins/docker-flow ]
	if command -v docker >/dev/null; then
		run -0 docker --config "$PWD/config" flow version --short
		[ "$output" = "$(cat "$top/VERSION")" ]
	fi
	DOCKER_CONFIG=$PWD/config make -s -C "$top" uninstall-user
	[ ! -e config/cli-plugins/docker-flow ]
}
