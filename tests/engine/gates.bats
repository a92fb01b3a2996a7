#!/usr/bin/env bats
# Gates: who waits is started when, and only when, who is waited for is ready; and what is said when that fails.
bats_require_minimum_version 1.5.0
load helper

# pair CHECK [FURTHER-KEYS]: db, which runs the script on standard input and leaves a mark in a shared volume when it is ready,
# and web, which needs db and tells by its exit code whether the mark was there when it started. CHECK is the x-flow.healthcheck.
pair() {
	cat >db.sh
	compose <<-YML
		services:
		  db:
		    image: busybox
		    command: [sh, /db.sh]
		    stop_signal: KILL
		    volumes: ["marks:/s", "./db.sh:/db.sh"]
		    x-flow: {healthcheck: $1}
		    ${2:-}
		  web:
		    image: busybox
		    command: [test, -e, /s/ready]
		    volumes: ["marks:/s"]
		    depends_on: {db: {condition: service_healthy}}
		volumes: {marks: {}}
	YML
}

in_order() { [ "$(docker wait "$PROJECT-web-1")" = 0 ]; }

@test "http: status and members of the answer" {
	pair '{http: {port: 80, path: /h, json: {db.up: "true"}}}' <<-'SH'
		mkdir /w
		echo '{}' >/w/h
		httpd -p 80 -h /w
		sleep 0.7
		touch /s/ready
		echo '{"db": {"up": true}}' >/w/h
		sleep 1000
	SH
	flow up -d
	in_order
}

@test "tcp" {
	pair '{tcp: {port: 7000}}' <<<'sleep 0.5; touch /s/ready; nc -ll -p 7000 -e cat'
	flow up -d
	in_order
}

@test "exec" {
	pair '{exec: [test, -e, /ok]}' <<<'sleep 0.5; touch /s/ready /ok; sleep 1000'
	flow up -d
	in_order
}

@test "log" {
	pair '{log: "ready for [0-9]+ things$", interval: 100ms, retries: 50}' <<-'SH'
		echo ready for no things
		sleep 0.5
		touch /s/ready
		echo ready for 23 things
		sleep 1000
	SH
	flow up -d
	in_order
	flow down -v
	sed -i '/23/d' db.sh
	run -1 flow up -d
	[[ $output == *"no line of the output matched"* ]]
}

@test "log: a line of the run before does not open the gate" {
	pair '{log: "^ready$", interval: 100ms, retries: 1000}' <<-'SH'
		[ ! -e /again ] || { sleep 2; touch /s/ready; }
		touch /again
		echo ready
		sleep 1000
	SH
	flow up -d db
	until docker logs "$PROJECT-db-1" | grep -q ready; do :; done
	docker restart "$PROJECT-db-1"
	flow up -d
	in_order
}

@test "none opens at once" {
	pair '{none: true}' <<<'sleep 1000'
	flow up -d || [ $? = 1 ] # it may have failed by then
	[ "$(docker wait "$PROJECT-web-1")" = 1 ] # it was started at once
}

@test "a postgresql that is starting up is waited for" {
	# A server of two answers: first 57P03, then a challenge for a password.
	pair '{postgresql: {port: 5432, user: api, dbname: cart}}' <<-'SH'
		cat >/answer <<'ANSWER'
		if [ -e /s/ready ]; then printf 'R\0\0\0\10\0\0\0\5'; else printf 'E\0\0\0\30C57P03\0Mstarting\0\0'; fi
		sleep 0.2
		ANSWER
		(sleep 1; touch /s/ready) &
		nc -ll -p 5432 -e sh /answer
	SH
	flow up -d
	in_order
}

@test "a compose healthcheck is run right after the start, whatever its interval" {
	pair '{}' 'healthcheck: {test: [CMD, test, -e, /s/ready], interval: 30s}' <<<'sleep 0.4; touch /s/ready; sleep 1000'
	sed -i '/x-flow/d' compose.yaml # a plain compose file
	SECONDS=0
	flow up -d
	[ $SECONDS -lt 15 ]
	in_order
	# the engine's own state is not touched
	[ "$(field db-1 '{{.State.Health.Status}}')" = starting ]
}

@test "early: false leaves it to the engine" {
	pair '{early: false}' 'healthcheck: {test: [CMD-SHELL, "exit 0"], interval: 1s}' <<<'touch /s/ready; sleep 1000'
	flow up -d
	in_order
	[ "$(field db-1 '{{.State.Health.Status}}')" = healthy ]
}

@test "unhealthy: says what the check said, which edge, and the last lines" {
	# shellcheck disable=SC2016 # the script is db's
	pair '{}' 'healthcheck: {test: [CMD-SHELL, "echo no disk; exit 1"], interval: 200ms, retries: 2}' \
		<<<'for i in $(seq 30); do echo line-$i; done; sleep 1000'
	sed -i '/x-flow/d' compose.yaml # a plain compose file
	run -1 flow up -d
	[[ $output == *"dependency failed to start: container $PROJECT-db-1 is unhealthy"* ]]
	[[ $output == *"web -> db"* ]]
	[[ $output == *"no disk"* ]]
	[[ $output == *line-30* && $output == *line-11* && $output != *line-10* ]]
	[[ $output == *"docker flow logs db"* ]]
	run ! docker inspect "$PROJECT-web-1"
	[ "$(state db-1)" = running ]
}

@test "while a gate waits, its row shows what was answered last" {
	pair '{http: {port: 99, path: /x}, interval: 100ms, retries: 1000}' <<<'sleep 1000'
	terminal 24x100 "$FLOW" up -d <<-STEPS
		wait Gate db
		wait Waiting
		wait Connection refused
		run docker exec $PROJECT-db-1 sh -c 'mkdir -p /w && httpd -p 99 -h /w'
		wait status 404, not 200-399
		run docker exec $PROJECT-db-1 touch /s/ready /w/x
	STEPS
	in_order
}

@test "a probe that never succeeds fails after its retries" {
	pair '{tcp: {port: 7000}, interval: 100ms, retries: 3}' <<<'sleep 1000'
	run -1 flow up -d
	[[ $output == *"container $PROJECT-db-1 is unhealthy"* ]]
	[[ $output == *"Connection refused"* ]]
}

@test "who dies while waited for fails the gate at once" {
	pair '{tcp: {port: 7000}, retries: 1000}' <<<'echo farewell; sleep 0.5; exit 3'
	run -1 flow up -d
	[[ $output == *"dependency failed to start: container $PROJECT-db-1 exited (3)"* ]]
	[[ $output == *farewell* ]]
}

@test "who is restarted by the engine is waited for again" {
	pair '{tcp: {port: 7000}}' 'restart: on-failure' <<-'SH'
		[ -e /twice ] && touch /s/ready && exec nc -ll -p 7000 -e cat
		touch /twice
		exit 1
	SH
	flow up -d
	in_order
	[ "$(field db-1 '{{.RestartCount}}')" = 1 ]
}

@test "a crash loop fails" {
	pair '{tcp: {port: 7000}, retries: 1000}' 'restart: always' <<<'exit 5'
	run -1 flow up -d
	[[ $output == *"crash loop: exited (5)"* ]]
}

@test "completed: the code of a one-shot decides" {
	compose <<-YML
		services:
		  migrate:
		    image: busybox
		    command: ["sh", "-c", "sleep 0.3; touch /s/ready; exit \${CODE}"]
		    volumes: ["marks:/s"]
		  web:
		    image: busybox
		    command: ["test", "-e", "/s/ready"]
		    volumes: ["marks:/s"]
		    depends_on: {migrate: {condition: service_completed_successfully}}
		volumes: {marks: {}}
	YML
	CODE=4 run -1 flow up -d
	[[ $output == *"service \"migrate\" didn't complete successfully: exit 4"* ]]
	run ! docker inspect "$PROJECT-web-1"
	CODE=0 flow up -d
	in_order
}

@test "docker-proxy accepts with nothing behind it, which is not ready" {
	local port
	port=$(free_port)
	pair "{tcp: {host: localhost, port: $port}}" "ports: ['127.0.0.1:$port:7000']" <<<'sleep 1; touch /s/ready; nc -ll -p 7000 -e cat'
	run -0 flow --verbose up -d
	[[ $output == *"the engine's host 127.0.0.1:$port"* ]]
	in_order
}

@test "who cannot be reached is probed by a helper container, which leaves nothing but its image" {
	pair '{http: {port: 80, status: "404"}}' 'network_mode: none' <<<'sleep 1; touch /s/ready; httpd -f -p 80 -h /'
	run -0 flow --verbose up -d
	[[ $output == *"by a helper container in its network"* ]]
	in_order
	[ -z "$(docker ps -aq --filter label=docker-flow.helper)" ]
	[ "$(docker images -q docker-flow-probe | wc -l)" = 1 ]
}

@test "a status that is not the one asked for: both are told, by the helper container, too" {
	for more in 'network_mode: none' ''; do
		pair '{http: {port: 80, status: "204"}, interval: 100ms, retries: 30}' "$more" <<<'touch /s/ready; httpd -f -p 80 -h /'
		run -1 flow up -d
		[[ $output == *"): status 404, not 204"* ]] || { echo "$output"; return 1; }
		flow down -t 0
	done
}

@test "required: false turns a failed gate into a warning" {
	pair '{exec: ["false"], interval: 50ms, retries: 2}' <<<'touch /s/ready; sleep 1000'
	sed -i 's/condition: service_healthy/condition: service_healthy, required: false/' compose.yaml
	run -0 flow up -d
	[[ $output == *"$PROJECT-db-1 is unhealthy"* ]]
	in_order
}

@test "--wait-timeout says what was missing" {
	pair '{tcp: {port: 7000}}' <<<'sleep 1000'
	run -1 flow up -d --wait --wait-timeout 5
	has "services.db: dependency failed to start: container $PROJECT-db-1 is not ready after 5s: Connection refused" "last probe (tcp" "hint:"
	run -1 flow up -d --force-recreate --wait --wait-timeout 1ms
	has "not ready after 0.001s; under way: "
}

@test "all replicas have to be ready" {
	pair '{exec: [test, -e, /ok]}' 'scale: 3' <<-'SH'
		mkdir /s/slow 2>/dev/null && sleep 0.7 # the first to come
		mkdir -p /s/of
		touch "/s/of/$(hostname)" /ok
		sleep 1000
	SH
	sed -i 's|command: \[test, -e, /s/ready\]|command: [sh, -c, "ls /s/of \| wc -l \| grep -x 3"]|' compose.yaml
	flow up -d
	in_order
}

@test "C1 a dependency that breaks fails the run that breaks it, and the next one that finds it broken" {
	# shellcheck disable=SC2016 # the script is db's
	pair '{}' 'healthcheck: {test: [CMD-SHELL, "test ! -e /broken"], interval: 100ms, retries: 1}' \
		<<<'[ -z "$1" ] || exit "$1"; touch /s/ready; sleep 1000'
	sed -i '/x-flow/d; s/\[test, -e.*/sleep 1000/' compose.yaml
	flow up -d
	sed 's|/db.sh\]|/db.sh, "7"]|' compose.yaml >broken.yaml
	run -1 flow -f broken.yaml up -d # web is left alone; it waits for db all the same
	has "dependency failed to start: container $PROJECT-db-1 exited (7)" 'web -> db'
	flow up -d
	docker exec "$PROJECT-db-1" touch /broken
	until_true eval '[ "$(field db-1 "{{.State.Health.Status}}")" = unhealthy ]'
	FLOW_TRACE=trace run -1 flow up -d
	has "container $PROJECT-db-1 is unhealthy, and web needs it"
	[[ $output != *"nothing to do"* ]]
	[ "$(requests trace)" = 4 ] # one asks whether its check has failed
	docker pause "$PROJECT-web-1" >/dev/null
	docker exec "$PROJECT-db-1" rm /broken
	until_true eval '[ "$(field db-1 "{{.State.Health.Status}}")" = healthy ]'
	run -1 flow up -d
	has "container $PROJECT-web-1 is paused" "docker unpause $PROJECT-web-1"
	docker unpause "$PROJECT-web-1" >/dev/null
	run -0 flow up -d
	has 'nothing to do: everything is as the file says'
}

@test "C1 what a pause has made unhealthy is not: its check has not failed since" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, healthcheck: {test: "true", interval: 1h}}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YAML
	flow up -d
	flow pause db
	flow unpause db
	[ "$(field db-1 '{{.State.Health.Status}}')" = unhealthy ]
	run -0 flow up -d
	has 'nothing to do: everything is as the file says'
	run -0 flow start
	run -0 flow restart web
}

@test "C1 a needed container that is broken is told by each command that leaves it as it is" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    healthcheck: {test: [CMD-SHELL, "test ! -e /broken"], interval: 100ms, retries: 1}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YAML
	flow up -d
	run -0 flow plan --exit-code
	[ "$output" = 'nothing to do' ]
	docker exec "$PROJECT-db-1" touch /broken
	until_true eval '[ "$(field db-1 "{{.State.Health.Status}}")" = unhealthy ]'
	local broken="container $PROJECT-db-1 is unhealthy, and web needs it"
	run -1 flow plan --exit-code
	has "$broken" 'nothing to do, but not all is well'
	run -0 flow plan
	has "$broken" 'nothing to do, but not all is well'
	run -1 flow scale web=1
	has "$broken"
	run -0 flow up -d --no-deps web # left alone on purpose: only a warning
	has "warning: services.web.depends_on" "$broken"
	run -1 flow restart web
	has "error: services.web.depends_on" "$broken"
	run -0 flow restart --no-deps web
	has "warning: services.web.depends_on" "$broken"
	run -0 flow create # starts nothing, and does not say that all is well
	[[ $output != *'everything is as the file says'* ]]
	docker exec "$PROJECT-db-1" rm /broken
	until_true eval '[ "$(field db-1 "{{.State.Health.Status}}")" = healthy ]'
	run -0 flow restart web
	run -0 flow plan --exit-code
}

@test "C1 a second up on a container in a crash loop fails as soon as the first" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    restart: always
		    command: [sh, -c, "test -e /data/ok || exit 3; exec sleep 1000"]
		    volumes: ["./data:/data"]
		    healthcheck: {test: [CMD, "true"], interval: 200ms}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YAML
	mkdir data
	run -1 flow up -d
	has "container $PROJECT-db-1 is in a crash loop"
	until_true eval '[ "$(field db-1 "{{.RestartCount}}")" -ge 8 ]' # by now it pauses for 12 s and more, each time longer
	run -1 flow up -d --wait-timeout 30 --wait
	has "container $PROJECT-db-1 is in a crash loop"
	touch data/ok
	flow up -d
	is web-1 running
}

@test "C3 what has been repaired since the engine looked is probed now" {
	pair '{}' 'healthcheck: {test: [CMD, test, -e, /s/ready], interval: 7s, retries: 1}' <<<'sleep 1000'
	sed -i '/x-flow/d' compose.yaml
	flow up -d db
	until_true eval '[ "$(field db-1 "{{.State.Health.Status}}")" = unhealthy ]'
	docker exec "$PROJECT-db-1" touch /s/ready
	flow up -d
	in_order
	[ "$(field db-1 '{{.State.Health.Status}}')" = unhealthy ] # still: the engine has not looked again
}

@test "E the last lines of a web server are its own, not those of the probes" {
	pair '{http: {port: 80, path: /h}, interval: 50ms, retries: 80}' <<-'SH'
		cat >/answer <<'ANSWER'
		while read -r line && line=${line%?} && [ -n "$line" ]; do
			case $line in GET*) get=$line ;; User-Agent*) agent=${line#*: } ;; esac
		done
		[ -z "$get" ] || echo "$get 503 '$agent'" >/proc/1/fd/1
		printf 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'
		ANSWER
		for i in $(seq 30); do echo "word-$i"; done
		nc -ll -p 80 -e sh /answer
	SH
	run -1 flow up -d
	docker logs "$PROJECT-db-1" 2>&1 | grep -q docker-flow/
	has word-30 word-11
	[[ $output != *word-10$'\n'* && $output != *docker-flow/* ]]
}

@test "a dependency that nothing checks, nor its image, is a mistake of the file: nothing is made" {
	compose <<-YML
		services:
		  db: {image: busybox, command: [sleep, "1000"]}
		  web: {image: busybox, depends_on: {db: {condition: service_healthy}}}
	YML
	run -2 flow up -d
	[[ $output == *'services.web.depends_on: service "db" has no health check'* ]]
	[ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
}

@test "what nothing checks fails when it runs, as docker-compose; who can do without it starts" {
	compose <<-YML
		services:
		  db: {image: busybox, init: true, command: sh -c "exit 3"}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YML
	ln -s "$FLOW" docker-compose
	run -1 ./docker-compose up -d
	# as it is when it is looked at: ended, or not yet
	[[ $output =~ "dependency failed to start: container $PROJECT-db-1 "("exited (3)"|"has no healthcheck configured") ]]
	sed -i 's/exit 3/exec sleep 1000/' compose.yaml
	run -1 ./docker-compose up -d
	has "container $PROJECT-db-1 has no healthcheck configured"
	sed -i 's/service_healthy/service_healthy, required: false/' compose.yaml
	run -0 flow up -d
	has 'optional dependency "db" failed to start'
	is web-1 running
}
