# A command in a running container: its streams, its terminal, its exit status.
bats_require_minimum_version 1.5.0
load helper

# web: a web that sleeps is there
web() {
	one_service
	flow up -d 2>/dev/null
}

@test "output, errors and exit status are the command's" {
	web
	run -7 --separate-stderr flow exec -T web sh -c 'echo out; echo err >&2; exit 7'
	[ "$output" = out ]
	[ "$stderr" = err ]
	run -137 flow exec -T web sh -c 'kill -9 $$'
	# engine 20.10 says 126 for either
	run "-$([ "$ENGINE_VERSION" = 20 ] && echo 126 || echo 127)" flow exec -T web nosuch
	has 'exec: "nosuch": executable file not found in $PATH'
	run -126 flow exec -T web /etc
	has 'permission denied'
	# output that is lost is no success
	flow exec -T web echo lost >/dev/full 2>said && return 1
	grep -q 'cannot write the output' said
	run -7 flow exec -T web sh -c 'exit 7' >/dev/full
}

@test "standard input ends: the command reads its end and goes on to speak" {
	web
	run -0 flow exec -T web sh -c 'cat; echo after' <<<x
	[ "$output" = $'x\nafter' ]
	run -0 flow exec -T web wc -c </dev/null
	[ "$output" = 0 ]
	# without --interactive it is not read
	printf 'one\ntwo\n' | { flow exec -T --interactive=false web cat; cat; } >rest
	[ "$(cat rest)" = $'one\ntwo' ]
}

@test "100 MB both ways: no byte is lost or comes out of order, and memory stays flat" {
	web
	head -c 100000000 /dev/urandom >big
	cat >measured.py <<-'PYTHON'
		import resource, subprocess, sys
		code = subprocess.run(sys.argv[2:]).returncode
		open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
		sys.exit(code)
	PYTHON
	python3 measured.py least "$FLOW" exec -T web true
	python3 measured.py peak "$FLOW" exec -T web cat <big | cmp - big
	[ "$(cat peak)" -le $(($(cat least) + 4096)) ] || { cat least peak; return 1; }
	# who reads late gets it all, too
	mkfifo late
	flow exec -T web sh -c 'head -c 20000000 /dev/zero' >late &
	exec 9<late
	until_true eval 'docker top "$PROJECT-web-1" | grep -q "head -c"'
	[ "$(wc -c <&9)" = 20000000 ]
	wait $!
}

@test "both outputs at once, one of them read by nobody for a while" {
	web
	mkfifo slow
	flow exec -T web sh -c 'echo out0; until [ -e /go ]; do sleep 0.1; done; echo err0 >&2; i=1; while [ $i -lt 3000 ]; do echo out$i; echo "err$i xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" >&2; [ $i = 500 ] && touch /half; i=$((i+1)); done' >out 2>slow &
	exec 9<slow
	until_true [ -s out ]
	docker exec "$PROJECT-web-1" touch /go
	until_true docker exec "$PROJECT-web-1" test -e /half
	cat <&9 >err
	wait $!
	[ "$(wc -l <out)" = 3000 ]
	[ "$(tail -1 out)" = out2999 ]
	[ "$(wc -l <err)" = 3000 ]
}

@test "nobody reads the output any more: status 141" {
	web
	set +o pipefail
	flow exec -T web yes | head -1 >line
	[ "${PIPESTATUS[0]}" = 141 ]
	[ "$(cat line)" = y ]
}

@test "which container: --index, and what is said when none runs" {
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, scale: 2}, off: {image: busybox}}'
	flow up -d web 2>/dev/null
	run -0 flow exec -T web hostname
	[ "$output" = "$(field web-1 '{{.Config.Hostname}}')" ]
	run -0 flow exec -T --index 2 web hostname
	[ "$output" = "$(field web-2 '{{.Config.Hostname}}')" ]
	run -1 flow exec -T --index 3 web true
	has 'service "web" is not running container #3'
	run -1 flow exec -T off true
	has 'service "off" is not running'
	run -2 flow exec -T nope true
	has 'no such service: nope'
	# the name is enough
	cd /
	run -0 flow -p "$PROJECT" exec -T web hostname
	[ "$output" = "$(field web-1 '{{.Config.Hostname}}')" ]
}

@test "a paused container is told, and nothing runs" {
	web
	docker pause "$PROJECT-web-1"
	run -1 flow exec -T web true
	has "is paused"
	docker unpause "$PROJECT-web-1"
}

@test "user, directory, variables, privileges" {
	web
	export PASSED=ours
	run -0 flow exec -T -u 1234:5 -w /etc -e PASSED -e UNSET_HERE -e GIVEN=a=b web sh -c \
		'echo $(id -u):$(id -g) $PWD $PASSED ${UNSET_HERE-none} $GIVEN'
	[ "$output" = "1234:5 /etc ours none a=b" ]
	run -0 flow exec -T web grep CapEff /proc/self/status
	few=$output
	# what an engine in a container of its own may give depends on that one
	run docker exec --privileged "$PROJECT-web-1" grep CapEff /proc/self/status
	want="$status $output"
	run flow exec -T --privileged web grep CapEff /proc/self/status
	[ "$status $output" = "$want" ]
	[ "$output" != "$few" ]
}

@test "--detach only starts it; --dry-run says what would run" {
	web
	run -0 flow exec -d web sh -c 'cat; touch /made; sleep 1000'
	[ -z "$output" ]
	until_true flow exec -T web test -e /made
	run -0 flow --dry-run exec web touch /other
	has "$PROJECT-web-1" "exec" "touch /other"
	run -1 flow exec -T web test -e /other
}

@test "an interrupt ends docker flow, and leaves the command alone" {
	web
	begin log exec -T web sh -c 'echo begun; exec sleep 4321'
	until_true grep -q begun log
	kill -INT "$pid"
	ends 130
	begin second exec -T web sh -c 'echo begun; exec sleep 4321'
	until_true grep -q begun second
	kill -TERM "$pid"
	ends 143
	[ "$(docker top "$PROJECT-web-1" | grep -c 'sleep 4321')" = 2 ]
}

@test "a terminal: its size, its keys, its modes" {
	web
	run -9 terminal 30x90 "$FLOW" exec web sh < <(shell_session)
	has "30 90" "41 133"
	# pipes although there is a terminal, and a terminal although there is none
	run -0 terminal 30x90 "$FLOW" exec -T web sh -c '[ -t 1 ] || echo pipes' </dev/null
	has pipes
	run -0 terminal 30x90 "$FLOW" exec --no-TTY web sh -c '[ -t 1 ] || echo pipes' </dev/null
	has pipes
	run -0 flow exec -t web sh -c '[ -t 1 ] && echo terminal; cat' <<<typed
	has terminal typed
	run -0 flow exec --no-tty=false web sh -c '[ -t 1 ] && echo terminal' <<<typed
	has terminal
	ln -s "$FLOW" docker-compose
	run -1 ./docker-compose exec -t web true <<<typed
	has "the input device is not a TTY"
}

@test "keys that detach leave the command, which runs on; config.json names others" {
	web
	run -0 terminal 30x90 "$FLOW" exec web sh -c 'echo begun; exec sleep 4321' <<-'STEPS'
		wait begun
		type \x10\x11
	STEPS
	mkdir config
	echo '{"detachKeys": "ctrl-x,y"}' >config/config.json
	run -0 terminal 30x90 "$FLOW" --config config exec web sh -c 'echo begun; exec sleep 4321' <<-'STEPS'
		wait begun
		type \x10\x11
		type \x18y
	STEPS
	[ "$(docker top "$PROJECT-web-1" | grep -c 'sleep 4321')" = 2 ]
	echo '{"detachKeys": "ctrl-xx"}' >config/config.json
	run -2 flow --config config exec -T web true
	has 'detachKeys of config.json: "ctrl-xx" are no keys to detach with'
}

@test "whatever ends or stops us leaves the terminal as it was" {
	web
	for name in INT TERM HUP QUIT USR1; do
		run terminal 30x90 "$FLOW" exec web sh <<-STEPS
			wait #
			signal $name
		STEPS
		[ "$status" = $((128 + $(kill -l "$name"))) ]
	done
	run -3 terminal 30x90 "$FLOW" exec web sh <<-'STEPS'
		wait #
		signal TSTP
		stopped
		restored
		signal CONT
		type echo a$((1+1))\r
		wait a2
		type exit 3\r
	STEPS
}

@test "Ctrl-Z stops us where the command has no terminal, and it goes on with us" {
	web
	run -0 terminal 30x90 "$FLOW" exec -T web cat <<-'STEPS'
		type one\r
		wait one
		wait one
		type \x1a
		stopped
		signal CONT
		type two\r
		wait two
		wait two
		type \x04
	STEPS
}

@test "the container ends: so does the command, as killed" {
	web
	begin log exec -T web sh -c 'echo begun; exec sleep 4321'
	until_true grep -q begun log
	docker kill "$PROJECT-web-1" >/dev/null
	ends 137
}

@test "a request that fails for a moment is repeated, one that began the command is not" {
	web
	proxied 500@2 cut@4 500@6
	run -0 flow exec -T web sh -c 'echo ran >>/runs; cat /runs'
	[ "$output" = ran ]
	[ "$(grep -c 'POST .*/start' requests)" = 3 ] || { cat requests; return 1; }
}

@test "the answer to a start is lost: it is said that the command has begun, which is not run twice" {
	web
	proxied lost@3
	run flow exec -T web sh -c 'echo ran >>/runs'
	# an engine that had not taken it yet takes it from the second start
	[ "$status" -eq 0 ] || { [ "$status" -eq 1 ] && has "the command has begun"; }
	export DOCKER_HOST=$ENGINE
	until_true flow exec -T web test -s /runs # it begins a moment later
	run -0 flow exec -T web cat /runs
	[ "$output" = ran ]
}
