# Our input and output joined to a container that runs.
bats_require_minimum_version 1.5.0
load helper

@test "both ways until the container ends, whose exit status is ours" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    stdin_open: true
		    command: [sh, -c, 'while read -r line; do echo "got $$line"; [ "$$line" != end ] || exit 4; done']
	YAML
	flow up -d
	run -4 flow attach web < <(printf 'one\nend\n')
	[ "${lines[0]}" = "got one" ]
	is web-1 exited
	run -1 flow attach web
	has 'service "web" is not running'
}

@test "which container: --index" {
	compose <<-'YAML'
		services: {web: {image: busybox, scale: 2, command: [sh, -c, 'trap "echo $$HOSTNAME; exit 0" TERM; while :; do echo tick; sleep 0.05; done']}}
	YAML
	flow up -d
	for number in 1 2; do
		begin "log$number" attach --index "$number" web
		until_true grep -q tick "log$number"
		docker kill -s TERM "$PROJECT-web-$number"
		ends 0
		[ "$(tail -1 "log$number")" = "$(field "web-$number" '{{.Config.Hostname}}')" ]
	done
	run -1 flow attach --index 3 web
	has 'is not running container #3'
}

@test "signals are passed on, or end docker flow alone" {
	compose <<-'YAML'
		services: {web: {image: busybox, command: [sh, -c, 'trap "exit 3" TERM; while :; do echo tick; sleep 0.05; done']}}
	YAML
	flow up -d
	begin log attach --sig-proxy=false web
	until_true grep -q tick log
	kill -TERM "$pid"
	ends 143
	is web-1 running
	begin second attach web
	until_true grep -q tick second
	kill -TERM "$pid"
	ends 3
	is web-1 exited
}

@test "--no-stdin leaves our input alone; --dry-run joins nothing" {
	compose <<-'YAML'
		services: {web: {image: busybox, stdin_open: true, command: [sh, -c, 'while sleep 0.1; do [ ! -e /end ] || exit 0; done']}}
	YAML
	flow up -d
	run -0 flow --dry-run attach web
	has "$PROJECT-web-1"
	begin log exec -d web sh -c 'sleep 1; touch /end'
	ends 0
	printf 'one\ntwo\n' | { flow attach --no-stdin web; cat; } >rest
	[ "$(cat rest)" = $'one\ntwo' ]
}

@test "a terminal: size, and keys that detach" {
	compose <<<'services: {web: {image: busybox, init: true, command: sh, stdin_open: true, tty: true}}'
	flow up -d
	run -0 terminal 30x90 "$FLOW" attach web <<-'STEPS'
		type \r
		wait #
		type while [ "$(stty size)" != "30 90" ]; do sleep 0.05; done; echo small$((1+1))\r
		wait small2
		size 41x133
		type while [ "$(stty size)" != "41 133" ]; do sleep 0.05; done; echo large$((1+1))\r
		wait large2
		type \x10\x11
	STEPS
	is web-1 running
	run -0 terminal 30x90 "$FLOW" attach --detach-keys ctrl-x,y web <<-'STEPS'
		type \r
		wait #
		type \x18y
	STEPS
	is web-1 running
	run -2 flow attach --detach-keys nonsense web
	has "--detach-keys"
	run -9 terminal 30x90 "$FLOW" attach web <<-'STEPS'
		type \r
		wait #
		type exit 9\r
	STEPS
}

@test "signals that end us and are not passed on leave the terminal as it was" {
	compose <<<'services: {web: {image: busybox, init: true, command: sh, stdin_open: true, tty: true}}'
	flow up -d
	for name in TERM QUIT USR2; do
		run "-$((128 + $(kill -l "$name")))" terminal 30x90 "$FLOW" attach --sig-proxy=false web <<-STEPS
			type \\r
			wait #
			signal $name
		STEPS
	done
	is web-1 running
}

@test "B2 a wait that is lost at the end is looked after, though the engine stumbles once more" {
	compose <<<'services: {web: {image: busybox, init: true, command: sh -c "read line; exit 7", stdin_open: true}}'
	flow up -d
	proxied half@/wait 500@5 503@6
	echo | run -7 flow attach web
	[ "$(grep -cE '^[0-9]+ GET .*/json (500|503)$' requests)" = 2 ] || { cat requests; return 1; }
}

# said_enough: the newest container of the project has said more than a pipe takes
said_enough() {
	local id
	id=$(docker ps -lq --filter "label=com.docker.compose.project=$PROJECT")
	[ -n "$id" ] && [ "$(docker logs "$id" 2>&1 | head -c 200000 | wc -c)" -ge 200000 ]
}

@test "whose output nobody takes is ended by a signal all the same: up, logs -f, run" {
	compose <<<'services: {web: {image: busybox, init: true, stop_grace_period: 1s, command: "sh -c \"yes this is a line that fills a pipe | head -n 100000; sleep 1000\""}}'
	mkfifo unread
	exec 9<>unread
	for command in up 'logs -f' 'run --rm -T web yes'; do
		[ "$command" != 'logs -f' ] || flow start >/dev/null 2>&1
		# shellcheck disable=SC2086 # words
		env --default-signal=INT,TERM,HUP "$FLOW" $command >&9 2>&1 3>&- &
		pid=$!
		until_true said_enough
		kill -INT "$pid"
		ends 130
		dd if=unread of=/dev/null bs=1M iflag=nonblock 2>/dev/null || true
		[ "$command" != up ] || [ "$(state web-1)" = exited ]
	done
	exec 9>&-
}

@test "up goes on while nobody takes its output, all of which comes later" {
	compose <<-'YAML'
		services:
		  loud:
		    image: busybox
		    init: true
		    command: [sh, -c, 'seq 1 200000; sleep 1000']
		    healthcheck: {test: 'true', interval: 500ms}
		  late:
		    image: busybox
		    init: true
		    command: sleep 1000
		    depends_on: {loud: {condition: service_healthy}}
	YAML
	mkfifo unread
	"$FLOW" up --no-log-prefix >unread 2>log 3>&- &
	pid=$!
	exec 9<unread
	until_true is late-1 running
	run ! grep -q 'still waiting' log
	head -n 200000 <&9 | cmp - <(seq 1 200000)
	kill -INT "$pid"
	ends 130
	exec 9<&-
}

@test "up attaches to what keeps no logs and runs already, or again" {
	compose <<-'YAML'
		services:
		  none:
		    image: busybox
		    init: true
		    logging: {driver: none}
		    restart: on-failure
		    command: [sh, -c, 'while [ ! -e /end ]; do echo tick; sleep 0.1; done; rm /end; exit 1']
	YAML
	flow up -d 2>/dev/null
	begin log up --no-log-prefix
	until_true grep -q tick log
	docker exec "$PROJECT-none-1" touch /end
	until_true grep -q restarting log
	until_true eval '[ "$(tail -1 log)" = tick ]'
	kill -INT "$pid"
	ends 130
	run ! grep warning log
}

@test "what is not shown is not waited for, unless it is named or nothing is shown" {
	compose <<-'YAML'
		services:
		  tests: {image: busybox, network_mode: none, command: echo tested}
		  db: {image: busybox, init: true, network_mode: none, command: sleep 1000, attach: false}
	YAML
	for words in '' '--attach tests' 'tests'; do
		# shellcheck disable=SC2086 # words
		run -0 timeout 30 "$FLOW" up $words
		has tested 'tests-1 exited with code 0'
		[[ $output != *'db-1 exited'* ]]
		is db-1 running
	done
	for words in 'tests db' 'db' '--no-attach tests'; do
		# shellcheck disable=SC2086 # words
		docker rm -f "$PROJECT-db-1" >/dev/null
		begin log up $words
		until_true docker kill "$PROJECT-db-1"
		ends 1
		[[ $(cat log) = *'db-1 exited with code 137'* ]] || [ "$words" = '--no-attach tests' ]
	done
}

@test "up ends when what waits for its next try is stopped, or removed" {
	compose <<<'services: {web: {image: busybox, restart: always, network_mode: none, command: sh -c "sleep 0.1; exit 3"}}'
	for end in 'stop -t 0' 'rm -f'; do
		begin log up
		until_true is web-1 restarting
		# shellcheck disable=SC2086 # words
		until_true docker $end "$PROJECT-web-1"
		ends "$([ "$end" = 'rm -f' ] && echo 1 || echo 0)"
	done
}

# pipe_holds: there are so many bytes in the pipe that is descriptor 9
pipe_holds() {
	python3 -c 'import fcntl, struct, sys, termios
sys.exit(struct.unpack("i", fcntl.ioctl(9, termios.FIONREAD, b"    "))[0] < int(sys.argv[1]))' "$1"
}

@test "whose table nobody takes is ended by a signal all the same: events, stats" {
	compose <<<'services: {web: {image: busybox, init: true, stop_grace_period: 1s, scale: 8, command: sleep 1000}}'
	flow up -d 2>/dev/null
	flow restart -t 0 2>/dev/null
	mkfifo unread
	for command in 'events --json --since 1' 'stats --format json --no-trunc'; do
		exec 9<>unread
		python3 -c 'import fcntl; fcntl.fcntl(9, fcntl.F_SETPIPE_SZ, 8192)' # one page is never said to have room
		# shellcheck disable=SC2086 # words
		env --default-signal=INT "$FLOW" $command >&9 2>err 3>&- &
		pid=$!
		until_true pipe_holds 3700
		kill -INT "$pid"
		ends 130
		[ ! -s err ] || ! cat err
		exec 9>&-
	done
}
