# What a command prints, and where it goes: closed and full outputs, terminals.
bats_require_minimum_version 1.5.0
load helper

setup() {
	alone
	printf 'services:\n  web: {image: busybox, depends_on: [db]}\n  db: {image: busybox}\n' >compose.yaml
	printf -- '- id: cart\n  image: acme/cart\n  ports: [{internal: 80, external: 8080}]\n' >registry.yml
}

# Commands that print data, without an engine.
data_commands() {
	cat <<-'END'
		config
		config --format json
		config --services
		config --hash=*
		config --variables
		config --environment
		config --explain services.web.image
		graph
		graph --format json
		plan --no-engine
		plan --no-engine --format json
		--registry registry.yml registry ls
		--registry registry.yml registry show cart
		--registry registry.yml registry check
		convert compose.yaml
		version
		version --format json
		--version
		help
		up --help
		help registry
		__doc man
		__doc markdown
		__doc compose
		__doc bash
		__complete up ''
		docker-cli-plugin-metadata
	END
}

@test "A1 data that cannot be written is status 1, whatever the command and the reason" {
	set -f
	while read -r words; do
		# shellcheck disable=SC2086 # split on purpose
		for target in '>&-' '>/dev/full'; do
			[ "$target" = '>&-' ] || [ -e /dev/full ] || continue
			run -1 bash -c "'$flow' $words $target"
			[[ $words == *metadata || $output == *"cannot write the output: "* ]] || { echo "$words $target: $output"; return 1; }
		done
	done < <(data_commands)
	run -1 "$flow" config -o /dev/full
	[[ $output == *"cannot write /dev/full: No space left on device"* ]]
	run -1 "$flow" convert compose.yaml -o /dev/full
	[[ $output == *"cannot write /dev/full: No space left on device"* ]]
}

@test "without data a closed output is no failure, nor is a lost message" {
	run -0 bash -c "'$flow' config -q >&-"
	run -0 bash -c "'$flow' config -q 2>&-"
	run -0 bash -c "'$flow' config >out 2>&- <&-"
	[[ $(cat out) == name:* ]]
	run -2 bash -c "'$flow' -f nothing.yaml config 2>&- >&- <&-"
}

@test "A1 nothing that is opened gets the number of a closed descriptor" {
	for closed in '<&-' '>&-' '2>&-' '<&- >&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		ASAN_OPTIONS=detect_leaks=0 run bash -c "exec 3>&-; strace -f -o trace -e trace=openat,socket,pipe2,signalfd4,dup,accept4,pidfd_open \
			'$flow' -H unix://$PWD/none.sock ps $closed"
		grep -q '"/dev/null"' trace
		! sed '1,/"\/dev\/null"/d; /"\/dev\/null"/d' trace | grep -E ' = [012]$' || { echo "closed $closed"; return 1; }
		grep -q 'socket(AF_UNIX' trace
	done
}

@test "standard input that was read as a file stays open: nothing gets its number" {
	ASAN_OPTIONS=detect_leaks=0 run bash -c "strace -f -o trace -e trace=openat,socket,close '$flow' -H unix://$PWD/none.sock -f - ps <compose.yaml"
	run ! grep -E '(socket|openat)\(.* = 0$|close\(0\)' trace
	grep -q 'socket(AF_UNIX' trace
}

# foreign_engine: starts an engine whose every text is foreign, for as long as the test.
foreign_engine() {
	python3 "$top/tests/cli/foreign.py" "$PWD/engine.sock" 3>&- &
	engine_process=$!
	while [ ! -S engine.sock ]; do kill -0 $engine_process; done
	export DOCKER_HOST=unix://$PWD/engine.sock
}
teardown() { [ -z "${engine_process:-}" ] || kill "$engine_process"; }

# obeyed FILE: it holds what a terminal obeys
obeyed() { LC_ALL=C grep -qP '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xaf]' "$1"; }

@test "A2 what an engine says is not obeyed by a terminal, whatever prints it" {
	foreign_engine
	for words in ps 'ps -q' 'ps --services' 'ps --no-trunc' 'ps --format json' "ps --format '{{.Service}} {{.Labels}}'" \
		'logs --no-color' 'logs --no-color --no-log-prefix' 'down --dry-run'; do
		script -qec "'$flow' -p shop $words" /dev/null >screen </dev/null 3>&-
		[ -s screen ]
		! obeyed screen || { echo "$words"; cat -v screen; return 1; }
	done
}

@test "A2 what a file says is not obeyed by a terminal, whatever prints it" {
	bad='\e[2J\e]0;t\a\u009b1m\u200e\u200f\u061c\u202e\u2066\u2028\u007f'
	mkdir old && printf 'web:\n  image: "busy%s"\n  environment: {A: "%s"}\n' "${bad//\\/\\\\}" "${bad//\\/\\\\}" >old/fig.yml
	cat >compose.yaml <<-YAML
		services:
		  web: {image: busybox, command: "\${V-x}", labels: {"a$bad": "b$bad"}, profiles: ["p$bad"]}
		x-a: {"k$bad": "v$bad"}
	YAML
	V=$(printf "$bad")
	export V
	for words in 'convert old/fig.yml' "--profile '*' config" "--profile '*' config --format json" "--profile '*' config --no-interpolate" \
		"--profile '*' config --profiles" 'config --variables' 'config --variables --format json' "--profile '*' config --explain V" \
		"--profile '*' config --explain services.web.command" "--profile '*' plan --no-engine" "-f $'\\e[2J.yaml' config"; do
		script -qec "bash -c \"'$flow' --ansi never $words\"" /dev/null >screen </dev/null 3>&- || true
		[ -s screen ]
		! obeyed screen || { echo "$words"; cat -v screen; return 1; }
	done
}

@test "--no-ansi of former times is --ansi never; COMPOSE_ANSI is heeded all the same" {
	export TERM=xterm
	for words in nosuch '--no-ansi=false nosuch' '--no-ansi --ansi always config'; do
		script -qec "'$flow' $words" /dev/null >screen </dev/null 3>&- || true
		obeyed screen || { echo "$words"; cat -v screen; return 1; }
	done
	for words in nosuch config 'config --no-ansi'; do
		script -qec "'$flow' --no-ansi $words" /dev/null >screen </dev/null 3>&- || true
		grep -q 'old name' screen
		! obeyed screen || { echo "$words"; cat -v screen; return 1; }
	done
	COMPOSE_ANSI=always script -qec "'$flow' --no-ansi config" /dev/null >screen </dev/null 3>&- || true
	obeyed screen
}

@test "A2 JSON has escapes for all that a terminal obeys, for whoever reads it" {
	foreign_engine
	"$flow" -p shop ps --format json >list
	run ! obeyed list
	[[ $(jq -r .Image list | head -n 1) == $'busybox\e[2J'*$'\u202e'* ]]
	printf 'services: {web: {image: busybox, command: ["\\u202e\\u200e\\u061c\\x7f\\u009b"]}}\n' >compose.yaml
	for words in 'config --format json' 'config --format json -o out' 'config --variables --format json'; do
		# shellcheck disable=SC2086
		"$flow" $words >printed
		run ! obeyed printed
		[ ! -e out ] || run ! obeyed out
	done
	[ "$(jq -r '.services.web.command[0]' out)" = $'\u202e\u200e\u061c\x7f\u009b' ]
}

@test "C7 logs prints what containers say on stderr to stdout, too" {
	foreign_engine
	run -0 --separate-stderr "$flow" -p shop logs
	[ "$(wc -l <<<"$output")" = 4 ]
	[ -z "$stderr" ]
	run -1 bash -c "'$flow' -p shop logs >/dev/full"
	[[ $output == *"cannot write the output"* ]]
}

@test "B5 a file that cannot be written whole keeps what it had" {
	for i in {1..60}; do printf '  more%d: {image: busybox, command: [sleep, "%d"]}\n' "$i" "$i"; done >>compose.yaml
	before=$(cat compose.yaml)
	chmod 640 compose.yaml
	ln -s compose.yaml link.yaml
	run -1 bash -c 'trap "" XFSZ; ulimit -f 1; exec "$0" config -o link.yaml' "$flow"
	[[ $output == *"cannot write link.yaml: File too large"* ]]
	[ "$(cat compose.yaml)" = "$before" ]
	[ -z "$(ls -A | grep docker-flow)" ]
	run -0 "$flow" config -o link.yaml
	[ -L link.yaml ]
	[ "$(stat -c %a compose.yaml)" = 640 ]
	grep -q 'more60' compose.yaml
	[ "$(cat compose.yaml)" != "$before" ]
	[ -z "$(ls -A | grep docker-flow)" ]
}
