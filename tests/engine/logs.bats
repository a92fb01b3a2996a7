# Output of containers: whole, in order, with names in front.
bats_require_minimum_version 1.5.0
load helper

talkers() {
	compose <<-'YAML'
		services:
		  short: {image: busybox, command: "sh -c 'for i in 1 2 3; do echo line $$i; done; echo error line >&2'"}
		  longer-name: {image: busybox, command: echo hello}
	YAML
	flow up -d
	until_true is short-1 exited
	until_true is longer-name-1 exited
}

@test "names in front, aligned, without colours where no terminal is; the container's order" {
	talkers
	run -0 flow logs
	[ "$(grep '^short-1 ' <<<"$output" | grep -o 'line [0-9]')" = $'line 1\nline 2\nline 3' ]
	[ "$(sed -E 's/^([^|]*)\|.*/\1/' <<<"$output" | awk '{print length}' FS='\n' | sort -u | wc -l)" = 1 ]
	[[ $output != *$'\e'* ]]
	run -0 --separate-stderr flow logs short
	[[ $output$stderr == *"error line"* ]]
	[[ $output$stderr != *hello* ]]
}

@test "a name that the file gives stands whole in front, even if it begins as the project's" {
	compose <<-YAML
		services:
		  foo: {image: busybox, command: echo hi, container_name: ${PROJECT}_foo}
		  foob: {image: busybox, command: echo hi, container_name: $PROJECT-foob}
		  web: {image: busybox, command: echo hi}
	YAML
	for what in up logs; do
		run -0 flow "$what"
		[ "$(grep -o '^[^ ]* *| hi' <<<"$output" | sed 's/ *|.*//' | sort | paste -sd' ')" = "$(printf '%s\n' "$PROJECT-foob" "${PROJECT}_foo" web-1 | sort | paste -sd' ')" ]
	done
	run -0 flow up
	has "$PROJECT-foob exited with code 0" "${PROJECT}_foo exited with code 0" 'web-1 exited with code 0'
}

@test "what is shown can be chosen" {
	talkers
	run -0 flow logs --no-log-prefix longer-name
	[ "$output" = hello ]
	run -0 --separate-stderr flow logs --no-log-prefix --tail 2 short
	[ "$(wc -l <<<"$output"$'\n'"$stderr" | tr -d ' ')" -le 3 ]
	[[ $output$stderr != *"line 1"* ]]
	run -0 flow logs --timestamps longer-name
	grep -qE '\| *[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z? hello' <<<"$output"
	run -0 flow logs --since 2099-01-01T00:00:00Z
	[ -z "$output" ]
	run -0 flow logs --until 2000-01-01T00:00:00Z
	[ -z "$output" ]
	run -0 flow logs --index 1 longer-name
	[ "$output" = 'longer-name-1  | hello' ]
	run -1 flow logs --index 9 short
	has 'service "short" is not running container #9'
	run -2 flow logs nosuch
	has nosuch
}

@test "long lines are whole, and many lines all there, in order" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: "sh -c 'head -c 100000 /dev/zero | tr \"\\\\0\" x; echo; seq 20000'"}
	YAML
	flow up -d
	until_true is web-1 exited
	flow logs --no-log-prefix >log
	[ "$(head -n 1 log | tr -d '\n' | wc -c)" -eq 100000 ]
	tail -n +2 log | cmp - <(seq 20000)
}

@test "control characters reach a file as they are, a terminal without harm" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: "printf 'a\\033[2Jb\\n'"}
	YAML
	flow up -d
	until_true is web-1 exited
	flow logs --no-log-prefix >log
	cmp log <(printf 'a\033[2Jb\n')
	script -qec "'$FLOW' logs --no-log-prefix" /dev/null >screen </dev/null 3>&-
	[[ $(cat screen) != *$'\e[2J'* ]]
	grep -q 'a.*b' screen
}

@test "-f follows a container through its restart, until an interrupt or the end of all" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: "sh -c 'echo started; exec sleep 1000'"}
		  db: {image: busybox, init: true, command: sleep 1000}
	YAML
	flow up -d
	begin log logs -f
	until_true grep -q started log
	docker restart -t 5 "$PROJECT-web-1" >/dev/null
	until_true eval '[ "$(grep -c started log)" = 2 ]'
	kill -0 "$pid"
	kill -INT "$pid"
	ends 130
	begin log logs -f
	until_true grep -q started log
	kill -HUP "$pid"
	ends 129
	is web-1 running
	begin log logs -f
	until_true grep -q started log
	docker stop -t 5 "$PROJECT-web-1" "$PROJECT-db-1" >/dev/null
	ends 0
}

@test "-f tells ends after the last line, and whether the container starts again, as docker compose does" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: "sh -c 'echo waiting; until [ -e /d/go ]; do sleep 0.1; done; echo last; exit 3'", volumes: [".:/d"]}
		  loop: {image: busybox, command: "sh -c 'until [ -e /d/go ]; do sleep 0.1; done; exit 1'", restart: "on-failure:1", volumes: [".:/d"]}
	YAML
	flow up -d
	begin log logs -f
	until_true grep -q waiting log
	touch go
	ends 0
	grep -qx 'web-1 exited with code 3' log
	[ "$(grep loop-1 log)" = $'loop-1 exited with code 1 (restarting)\nloop-1 exited with code 1' ] || { cat log; false; }
	[ "$(grep -n 'last' log | cut -d: -f1)" -lt "$(grep -n 'web-1 exited' log | cut -d: -f1)" ]
	run -0 flow logs
	[[ $output != *exited* ]]
}

@test "a project that is not there, and one found by its labels alone" {
	talkers
	mkdir elsewhere
	cd elsewhere
	run -0 flow -p "$PROJECT" logs --no-log-prefix longer-name
	[ "$output" = hello ]
}

@test "a reader that goes away ends logs and ps without a word" {
	talkers
	for words in 'logs longer-name' 'logs -f longer-name' 'ps -a' 'ps -a --format json'; do # once nobody reads
		run -141 --separate-stderr bash -c "{ trap '' PIPE; while printf x; do :; done 2>/dev/null; exec '$FLOW' $words; } | true; exit \${PIPESTATUS[0]}"
		[ -z "$stderr" ]
	done
}

@test "lines that cannot be written are a failure" {
	talkers
	run -1 bash -c "'$FLOW' logs >/dev/full"
	has "cannot write the output: No space left on device"
}

@test "names in front of an attached up are as wide as --scale makes them, from the first line on" {
	compose <<-'YAML'
		services:
		  a: {image: busybox, command: echo first, network_mode: none}
		  b:
		    image: busybox
		    command: echo later
		    network_mode: none
		    depends_on: {a: {condition: service_completed_successfully}}
	YAML
	run -0 flow --ansi never up --scale b=10
	[ "$(grep -cE '\| (first|later)$' <<<"$output")" = 11 ]
	[ "$(grep -E '\| (first|later)$' <<<"$output" | sed 's/|.*//' | awk '{ print length }' | sort -u | wc -l)" = 1 ] ||
		{ echo "$output"; return 1; }
}

@test "D11 an end is told when it happens, by attached up and logs -f" {
	compose <<<'services: {web: {image: busybox, command: "sh -c \"echo started; exec sleep 1000\""}}'
	begin log up
	until_true grep -q started log
	attached=$pid
	begin log2 logs -f
	until_true grep -q started log2
	docker restart -t 0 "$PROJECT-web-1" >/dev/null
	until_true grep -qx 'web-1 exited with code 137 (restarting)' log
	until_true grep -qx 'web-1 exited with code 137 (restarting)' log2
	until_true eval '[ "$(grep -c started log)" -ge 2 ]'
	until_true eval '[ "$(grep -c started log2)" = 2 ]'
	[ "$(grep -n exited log2 | cut -d: -f1)" = 2 ]
	docker stop -t 0 "$PROJECT-web-1" >/dev/null
	ends 0
	pid=$attached
	ends 0 # it was stopped on request
}

@test "D11 logs -f of one service goes on when its container is replaced" {
	compose <<<'services: {web: {image: busybox, command: "sh -c \"echo this is $$V; exec sleep 1000\"", stop_grace_period: 0s, environment: {V: "${V-1}"}}}'
	flow up -d
	begin log logs -f web
	until_true grep -qx 'web-1  | this is 1' log
	V=2 flow up -d
	until_true grep -qx 'web-1  | this is 2' log
	V=3 flow up -d
	until_true grep -qx 'web-1  | this is 3' log
	docker stop -t 0 "$PROJECT-web-1" >/dev/null
	ends 0
}

@test "logs --format json: an object a line, whatever is in it" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: ["sh", "-c", "echo 'say \"hi\"'; printf 'a\\0b\\n' >&2; exit 3"]}
		  long: {image: busybox, command: ["sh", "-c", "trap 'exit 3' TERM; echo up; while :; do sleep 0.1; done"]}
	YAML
	flow up -d || true
	until_true is web-1 exited
	flow logs --format json web >log
	jq -se --arg name web-1 'length == 2 and all(.service == "web" and .container == $name and (.time | test("^20.*Z$"))) and
		any(.stream == "stdout" and .line == "say \"hi\"") and any(.stream == "stderr" and (.line | test("^a.b$")))' log
	begin more logs -f --format json long
	until_true grep -q '"line":"up"' more
	docker stop "$PROJECT-long-1" >/dev/null
	ends 0
	jq -se 'any(.container == "long-1" and .exitCode == 3 and .restarting == false)' more
	run -2 flow logs --format xml
	has "--format"
}

@test "logs --dir: a file for each service, of all its containers" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: echo from web, scale: 2}
		  db: {image: busybox, command: echo from db}
	YAML
	flow up -d
	until_true is web-1 exited
	until_true is web-2 exited
	until_true is db-1 exited
	run -0 flow logs --dir out
	[ -z "$output" ]
	[ "$(cd out && echo *)" = "db.log web.log" ]
	[ "$(sort out/web.log)" = $'web-1  | from web\nweb-2  | from web' ]
	[ "$(cat out/db.log)" = "db-1  | from db" ]
	flow logs --dir out --no-log-prefix --format json db
	jq -e '.line == "from db"' out/db.log
	run -1 flow logs --dir /dev/null/x
	has "--dir: cannot make /dev/null/x"
	mkdir -p blocked/db.log
	run -1 flow logs --dir blocked
	has "cannot write blocked/db.log"
}

@test "logs --merge: in order of time over containers, however much one has to say" {
	compose <<-'YAML'
		x-run: &run {image: busybox}
		services:
		  early: {<<: *run, command: "sh -c 'i=0; while [ $$i -lt 30 ]; do echo early $$i; i=$$((i+1)); sleep 0.02; done; seq 60000 | sed s/^/early-much-/'"}
		  late: {<<: *run, command: "sh -c 'i=0; while [ $$i -lt 30 ]; do echo late $$i; i=$$((i+1)); sleep 0.02; done'"}
		  silent: {<<: *run, command: "true"}
	YAML
	flow up -d
	until_true is early-1 exited
	until_true is late-1 exited
	flow logs --merge -t --no-log-prefix >log
	[ "$(wc -l <log)" = 60060 ]
	cut -d' ' -f1 log | sed -E 's/Z$//' >times
	LC_ALL=C sort -c times
	awk '{print $2}' log | uniq | wc -l >switches
	flow logs --merge --no-log-prefix >plain
	cut -d' ' -f2- log | cmp - plain
	flow logs --merge --format json early late | jq -r .time >times
	LC_ALL=C sort -c times
	begin more logs -f --merge early late silent
	ends 0
	[ "$(grep -c early <more)" -ge 60030 ]
}

@test "logs: what cannot be read is a failure, and is not waited for; what is not kept is none" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000, network_mode: none}
		  unkept: {image: busybox, init: true, command: sleep 1000, network_mode: none, logging: {driver: none}}
	YAML
	flow up -d
	run -0 flow logs unkept
	has "output of unkept-1 is incomplete" "does not support reading"
	proxied 500@/logs
	run -1 flow logs web
	has "output of web-1 is incomplete" "injected fault"
	rm p.sock
	DOCKER_HOST=$ENGINE proxied 500@/logs
	run -1 timeout 20 "$FLOW" logs -f web
	has "output of web-1 is incomplete" "injected fault"
}
