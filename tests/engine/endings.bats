# Containers that end when nobody expects it: at once, or under whoever comes next.
bats_require_minimum_version 1.5.0
load helper

@test "C1 what a run that was cut short is stopping is started again by the next one" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    stop_grace_period: 3s
		    environment: {VALUE: "${VALUE:-1}"}
		    command: [sh, -c, "trap : TERM; while :; do sleep 1; done"]
	YAML
	flow up -d
	id=$(field db-1 '{{.Id}}')
	for how in "up -d" restart stop; do
		begin=$(started db-1)
		# shellcheck disable=SC2086 # words
		rm -f trace
		VALUE=2 FLOW_TRACE=$PWD/trace begin log $how
		until_true grep -q '"op":"container stop","state":2' trace
		kill -KILL "$pid"
		wait "$pid" || true
		run -0 flow plan
		has "a run that was cut short may be stopping it"
		if [ "$how" = stop ]; then flow start; else flow up -d; fi
		is db-1 running
		[ "$(field db-1 '{{.Id}}')" = "$id" ]
		[ "$(started db-1)" -gt "$begin" ]
		run -0 flow up -d
		has "nothing to do"
	done
	# the stop is over when the next run looks: what it starts is not started twice
	rm -f trace
	FLOW_TRACE=$PWD/trace begin log stop
	until_true grep -q '"op":"container stop","state":2' trace
	kill -KILL "$pid"
	wait "$pid" || true
	until_true is db-1 exited
	flow up -d
	run -0 flow plan
	has "nothing to do"
	# what has seen the end of its stops leaves nothing to be seen
	flow restart
	[ -z "$(compgen -G "$XDG_RUNTIME_DIR/docker-flow/*.stopping")" ]
}

@test "C1 a successor that a run which was cut short is stopping is none: the former container stays until another runs" {
	mkdir go
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    environment: {VALUE: "${VALUE:-1}"}
		    command: [sh, -c, "trap 'sleep 3; exit 0' TERM; while :; do sleep 0.1; done"]
		    healthcheck: {test: '[ "$$VALUE" = 1 ] || [ -e /go/on ]', interval: 200ms, retries: 1000}
		    volumes: ["./go:/go"]
	YAML
	flow up -d
	# cut RUN: a run is killed when its trace says so
	cut() {
		rm -f trace
		FLOW_TRACE=$PWD/trace begin log up -d
		until_true grep -q "$1" trace
		kill -KILL "$pid"
		wait "$pid" || true
	}
	VALUE=2 cut '"op":"gate wait","state":2'
	cut '"op":"container stop","state":2'
	touch go/on
	VALUE=2 flow up -d
	is db-1 running
	[[ $(field db-1 '{{.Config.Env}}') = *VALUE=2* ]]
	[ "$(names)" = db-1 ]
	VALUE=2 run -0 flow up -d
	has "nothing to do"
}

@test "C8 up -d of a container that dies at once is status 1" {
	compose <<<'services: {web: {image: busybox, network_mode: none, command: "sh -c \"exit 3\""}}'
	until_fails flow up -d
	has "container $PROJECT-web-1 exited with code 3"
}

@test "C8 --wait watches what another run has started a moment ago, too" {
	compose <<<'services: {web: {image: busybox, command: [sh, -c, "sleep 0.5; exit $$CODE"], environment: {CODE: "3"}}}'
	for command in 'up -d' start; do
		flow up -d 2>/dev/null
		# shellcheck disable=SC2086 # words
		run -1 flow $command --wait
		has "container $PROJECT-web-1 exited with code 3"
		flow down 2>/dev/null
	done
	sed -i 's/sleep 0.5/sleep 1000/; s/command/init: true, command/' compose.yaml
	flow up -d 2>/dev/null
	run -0 flow up -d --wait
	has 'nothing to do: everything is as the file says'
}

@test "C8 restart of a container that dies at once is status 1, with a restart policy as without" {
	compose <<-'YAML'
		services:
		  lasting: {image: busybox, network_mode: none, restart: always, command: "sh -c 'exit 3'"}
		  single: {image: busybox, network_mode: none, command: "sh -c 'exit 3'"}
	YAML
	for service in lasting single; do
		flow create "$service" 2>/dev/null
		until_fails flow restart "$service"
		has "container $PROJECT-$service-1 exited with code 3" "docker flow run --rm --entrypoint sh $service"
	done
}

@test "C8 up -d of several that die at once names each" {
	compose <<-'YAML'
		x-web: &web {image: busybox, init: true, network_mode: none, command: "sh -c 'exit 3'"}
		services: {a: *web, b: *web, c: *web, d: *web, stays: {image: busybox, network_mode: none, command: sleep 1000}}
	YAML
	for _ in 1 2 3 4 5 6 7 8; do # one may outlive it
		run -1 flow up -d
		found=$(grep -c "container $PROJECT-[abcd]-1 exited with code 3" <<<"$output")
		flow down -t 0
		[ "$found" -lt 4 ] || break
	done
	[ "$found" = 4 ]
}

@test "C8 the last look is one request, and none when nothing was started" {
	one_service
	FLOW_TRACE=$PWD/trace flow up -d
	[ "$(grep '"what":"http"' trace | sed '1,/\/start"/d' | grep -vc '"path":"/events"')" = 1 ]
	FLOW_TRACE=$PWD/trace2 flow up -d --no-start --force-recreate
	run ! grep -q '"path":"/containers/[0-9a-f]*/json"' trace2
}

@test "C8 a container that ends at once: the finding has its last lines, or what there is to know where it has said nothing" {
	compose <<-'YAML'
		services:
		  speaks: {image: busybox, command: [sh, -c, "echo first; echo second >&2; exit 3"]}
		  silent: {image: busybox, command: [sh, -c, "exit 127"]}
		  unkept: {image: busybox, command: [sh, -c, "echo lost; exit 4"], logging: {driver: none}}
	YAML
	until_fails flow up -d speaks
	has "container $PROJECT-speaks-1 exited with code 3" "last lines of $PROJECT-speaks-1:" '    first' '    second' '`docker flow logs speaks`'
	until_fails flow up -d silent
	has "$PROJECT-silent-1 has printed nothing; its program sh has ended with 127: the command was not found" \
		'`docker flow run --rm --entrypoint sh silent`'
	until_fails flow up -d unkept
	has "the output of $PROJECT-unkept-1 is not kept: its logging driver is none"
	until_fails flow start speaks
	has "last lines of $PROJECT-speaks-1:"
	run -1 flow up --wait silent
	has "$PROJECT-silent-1 has printed nothing; its program sh has ended with 127: the command was not found"
}

@test "C8 what ended on its own is listed beside a gate that failed, and once" {
	compose <<-'YAML'
		services:
		  crash: {image: busybox, network_mode: none, command: [sh, -c, "echo boom; exit 3"]}
		  db: {image: busybox, init: true, command: sleep 1000, healthcheck: {test: "false", interval: 1s, retries: 2}}
		  app: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YAML
	once() {
		has "$PROJECT-db-1 is unhealthy"
		[ "$(grep -c "^error: .*$PROJECT-crash-1 exited\|services.crash: .*$PROJECT-crash-1 exited" <<<"$output")" = 1 ]
		[ "$(grep -c '^    boom' <<<"$output")" = 1 ]
	}
	run -1 flow up -d
	once
	run -1 flow up -d --wait --force-recreate -t 0
	once
	run -1 flow up -d --force-recreate -t 0 # taken back: the gate of the one that was to stay has told it
	once
}

@test "stop and restart -t -1: whoever takes longer than its grace is not killed" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    network_mode: none
		    stop_grace_period: 1s
		    command: "sh -c 'trap \"sleep 2.5; exit 7\" TERM; echo ready; while :; do sleep 0.05; done'"
	YAML
	flow up -d
	until_true sh -c "docker logs $PROJECT-web-1 | grep -q ready"
	flow stop -t -1
	[ "$(docker inspect -f '{{.State.ExitCode}}' "$PROJECT-web-1")" = 7 ]
	flow start
	until_true sh -c "docker logs $PROJECT-web-1 | grep -c ready | grep -q 2"
	flow restart -t -1 web
	run docker events --since "$(docker inspect -f '{{.Created}}' "$PROJECT-web-1")" --until "$(date -Ins)" --filter event=die --format '{{.Actor.Attributes.exitCode}}'
	[ "$output" = $'7\n7' ]
	flow down -t 0
	run -2 flow stop -t -2
	has '"-2" is not a number of seconds or a duration'
}
