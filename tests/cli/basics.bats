# The binary without an engine: plugin protocol, help, mistakes, completion, installation.
bats_require_minimum_version 1.5.0
load helper

@test "nothing but the C library is loaded at the start" {
	run -0 readelf -d "$flow"
	[ "$(grep -o 'NEEDED.*' <<<"$output" | grep -o '\[.*\]')" = "[libc.so.6]" ]
}

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

@test "without a working directory nothing is read from the root, or written there" {
	mkdir gone && cd gone && rmdir ../gone
	local command
	for command in config up down ps 'cp a:/etc/hostname x' 'run a' 'build' 'export a -o x'; do
		# shellcheck disable=SC2086 # split on purpose
		DOCKER_HOST=unix:///nowhere run -1 "$flow" -f /nowhere.yaml $command
		[[ $output == *'no working directory: No such file or directory'*'hint: '* ]]
	done
	run -0 "$flow" version
	run -0 "$flow" up --help
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
	run -0 "$flow" version --format '{{.version | upper}}'
	[ "$output" = "V${version^^}" ]
	run -0 "$flow" version -f pretty
	[ "$output" = "docker flow version v$version" ]
	run -2 "$flow" version -f jsno
	[[ $output == *"neither a kind of output nor a template"* ]]
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
	[[ $stderr == *"unknown command: docker-flow vresion"*"did you mean \"docker-flow version\"?"* ]]
	run -2 "$flow" version --shrot
	[[ $output == *"did you mean \"--short\"?"* ]]
	run -2 "$flow" version now
	[[ $output == *'version does not take "now"'* ]]
	run -2 "$flow" help nothing-like-it
	run -2 "$flow" help version now
	[[ $output == *'help does not take "now" behind version'* ]]
	run -2 "$flow" registry nothing
	[[ $output == *"commands: registry check, registry ls, registry show"* ]]
	run -2 "$flow" registry shw
	[[ $output == *'did you mean "docker-flow registry show"?'* ]]
}

@test "as docker-compose a mistake is status 1" {
	ln -s "$flow" docker-compose
	run -1 ./docker-compose vresion
	[[ $output == *"docker-compose version"* ]]
	for words in version --version 'compose version'; do
		# shellcheck disable=SC2086 # words
		run -0 ./docker-compose $words
		[ "$output" = "Docker Compose version v2.40.3 (docker flow v$(cat "$top/VERSION"))" ]
	done
	run -0 ./docker-compose version -f json
	[ "$(jq -r .version <<<"$output")" = v2.40.3 ]
	run -0 ./docker-compose compose version --short
	[ "$output" = 2.40.3 ]
}

@test "a command that nobody has is no reason to name docker compose" {
	echo 'services: {a: {image: busybox}}' >compose.yaml
	run -2 "$flow" pss
	[[ $output == *'did you mean "docker-flow ps"?'* && $output != *"docker compose"* ]]
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
}

# on_tab: writes `steps` for terminal.py: each line of `lines` with a tab behind it. The shell has shown "ready", and answers ^T with
# "<LINE>@NUMBER." and an empty line.
on_tab() {
	local line n=0
	echo 'wait ready'
	while IFS= read -r line; do
		printf 'type %s\\t\ntype \\x14\nwait >@%d.\n' "${line//\\/\\\\}" $((++n))
	done <lines
	echo 'type exit\r'
} >steps

@test "shells complete a word with = and :, and between quotes, too" {
	local shell
	touch 'compose two.yaml' a:b.yaml "it's.yaml"
	mkdir bin work
	ln -s "$flow" bin/docker-flow
	cat >compose.yaml <<-'YAML'
		services:
		  web: {image: busybox}
		  db: {image: busybox, profiles: [dev]}
	YAML
	cat >wanted <<-'TEXT'
		ver|version |
		--profile=d|--profile=dev |
		--profile=dev up d|--profile=dev up db |
		timeline --format=s|timeline --format=svg |
		ps --status=ru|ps --status=running |
		up --scale=we|up --scale=web=|
		--file=compo|--file=compose|
		--file=compose.|--file=compose.yaml |
		--file=a:|--file=a:b.yaml |
		--file=it|--file=it\'s.yaml |
		--project-directory=wo|--project-directory=work/|
		-f a:b.yaml -f compose.yaml up we|-f a:b.yaml -f compose.yaml up web |
		-f 'compose.yaml' up we|-f 'compose.yaml' up web |
		-f "compose.yaml" up "we|-f "compose.yaml" up "web" |
		-f 'compose t|-f 'compose two.yaml' |
		-f compose\ t|-f compose\ two.yaml |
		-f '$(touch ran)' up we|-f '$(touch ran)' up we|
	TEXT
	sed 's/|.*//; s/^/docker-flow /' wanted >lines
	sed 's/|$//; s/.*|/docker-flow /' wanted >expected
	cat >bash.rc <<-'BASH'
		PS1='$ ' PATH=$PWD/bin:$PATH
		bind 'set enable-bracketed-paste off'
		bind 'set page-completions off'
		bind -x '"\C-t": printf "<%s>@%d.\n" "$READLINE_LINE" $((++n)); READLINE_LINE='
		source <(docker-flow __doc bash)
		echo rea""dy
	BASH
	cat >.zshrc <<-'ZSH'
		PS1='$ ' PATH=$PWD/bin:$PATH fpath=($PWD/functions $fpath)
		autoload -U compinit && compinit -u -d dump
		show() { ((++n)); print -r -- "<$BUFFER>@$n."; BUFFER=; }
		zle -N show
		bindkey -e
		bindkey '^T' show
		print rea""dy
	ZSH
	mkdir functions
	"$flow" __doc zsh >functions/_docker-flow
	on_tab
	for shell in 'bash --noprofile --rcfile bash.rc -i' "env ZDOTDIR=$PWD zsh -di"; do
		case $shell in *zsh*) command -v zsh >/dev/null || continue ;; esac
		python3 "$top/tests/engine/terminal.py" 24x200 $shell <steps >shown
		tr -d '\r' <shown | grep -o '<docker-flow .*>@[0-9]*\.$' | sed 's/^<//; s/>@[0-9]*\.$//' >got
		diff expected got
	done
	[ ! -e ran ]
	command -v fish >/dev/null || return 0
	"$flow" __doc fish >c.fish
	PATH=$PWD/bin:$PATH
	for line in "--file=compose." "--project-directory=wo" "-f 'compose.yaml' up we"; do
		HOME=$PWD fish --no-config -c 'source c.fish; complete -C $argv[1]' "docker-flow $line"
	done | cut -f1 >got
	printf '%s\n' --file=compose.yaml --project-directory=work/ web | diff - got
}

@test "the manual has its sections, and troff nothing to say about it" {
	"$flow" __doc man >flow.1
	for section in NAME SYNOPSIS DESCRIPTION COMMANDS OPTIONS EXAMPLES 'EXIT STATUS' ENVIRONMENT FILES 'SEE ALSO'; do
		grep -qx "\.SH $section" flow.1 || { echo "$section is missing"; return 1; }
	done
	command -v groff >/dev/null || skip "no groff"
	run -0 --separate-stderr groff -man -Tutf8 -ww -P-c -P-bu flow.1
	[ -z "$stderr" ]
	grep -qE "^ +docker flow ps --format '\{\{\.Name\}\}\\\\t\{\{\.State\}\}'$" <<<"$output" # as it is to be typed
	run -0 grep -A1 -E '^ +141 ' <<<"$output"
	[ "${lines[1]:-}" = '' ] # what follows the list is no part of it
}

@test "docker completes the plugin's words" {
	command -v docker >/dev/null || skip "no docker"
	[ "$(docker version --format '{{.Client.Version}}' 2>/dev/null | cut -d. -f1)" -ge 28 ] || skip "docker before 28"
	mkdir -p config/cli-plugins && ln -s "$flow" config/cli-plugins/docker-flow
	run -0 --separate-stderr docker --config "$PWD/config" __complete flow up --fail
	[[ $output == --fail-fast* ]]
}

@test "the working directory has the name by which it was entered" {
	mkdir real && ln -s real shop && echo 'services: {a: {image: busybox}}' >real/compose.yaml
	cd shop
	[ "$("$flow" config --format json 2>/dev/null | jq -r .name)" = shop ]
	[ "$(PWD=/ "$flow" config --format json | jq -r .name)" = real ]
	[ "$(env -u PWD "$flow" config --format json | jq -r .name)" = real ]
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

@test "A7 without HOME the password database says whose configuration and cache are read" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	user=$(awk -F: '$3 == 65534 { print $6 }' /etc/passwd)
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
	cp "$flow" "$BATS_TEST_TMPDIR/flow"
	mkdir work && chmod 777 work && cd work
	echo 'services: {a: {image: busybox, volumes: ["~/x:/x"]}}' >compose.yaml
	ASAN_OPTIONS=detect_leaks=0 run env -u HOME -u DOCKER_CONFIG -u XDG_CACHE_HOME setpriv --reuid 65534 --regid 65534 --clear-groups \
		strace -o "$PWD/trace" -e trace=open,openat,access,faccessat2 "$BATS_TEST_TMPDIR/flow" -H unix://$PWD/none.sock ps
	grep -qF "\"$user/.docker/config.json\"" trace
	run ! grep -F '"/root/' trace
	[ "$(env -u HOME setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/flow" config --format json | jq -r '.services.a.volumes[0].source')" = "$user/x" ]
}

@test "C10 a trace that cannot be written is said, once" {
	echo 'services: {a: {image: x}}' >compose.yaml
	for file in "$PWD" "$PWD/none/trace"; do
		FLOW_TRACE=$file run -0 --separate-stderr "$flow" config -q
		[[ $stderr == "warning: no trace: FLOW_TRACE=$file cannot be written: "* ]]
		[ "$(wc -l <<<"$stderr")" = 1 ]
	done
	FLOW_TRACE=/dev/full run -1 --separate-stderr "$flow" -H "unix://$PWD/none" ps
	[[ $stderr == *"warning: the trace lacks lines: FLOW_TRACE=/dev/full cannot be written: "* ]]
}

@test "C10 a command of docker compose that is left out says so" {
	for command in "alpha viz" "alpha generate" alpha bridge "bridge convert" "help bridge"; do
		# shellcheck disable=SC2086 # words
		run -2 "$flow" $command
		[[ $output == *"hint: left out on purpose: "* ]]
	done
	run -2 "$flow" alpha viz
	[[ $output == *'`docker-flow graph --format dot` draws what depends on what'* ]]
}

@test "C10 options of run and kill are checked before an engine is asked, and named" {
	echo 'services: {web: {image: busybox}}' >compose.yaml
	export DOCKER_HOST=unix:///nonexistent
	while IFS='|' read -r options said; do
		# shellcheck disable=SC2086 # words
		run -2 "$flow" run --rm $options web true
		[[ $output == "error: $said"* ]] || { echo "$options: $output"; return 1; }
	done <<-'END'
		-p 80-1:80|--publish: the range 80-1 ends before it begins
		-p 8080:80 -p 8080:81|--publish: port 8080 of the host is published twice
		--cap-add FOO|--cap-add: "FOO" is no capability of Linux
		--cap-drop FOO|--cap-drop: "FOO" is no capability of Linux
		--name b@d|--name: "b@d" is no name that an engine takes
		-v x|--volume: "x" is no absolute path
		-w x|--workdir: "x" is no absolute path
		-e =x|--env: a value without a name
	END
	run -2 "$flow" kill -s FOO web
	[[ $output == 'error: --signal: "FOO" is no signal'*"hint: "* ]]
	run -2 "$flow" kill -s SIGTREM
	[[ $output == *'did you mean "SIGTERM"?'* ]]
	run ! "$flow" kill -s sigrtmin+3
	[[ $output != *"no signal"* ]]
}

@test "C10 hints name a whole command, as it was called" {
	run -2 "$flow" up --zzzz
	[[ $output == *"hint: docker-flow up --help lists the options"* ]]
	ln -sf "$flow" docker-compose
	run ! ./docker-compose up --zzzz
	[[ $output == *"hint: docker-compose up --help lists the options"* ]]
}
