#!/usr/bin/env bats
# pre_start hooks: containers of their own that run before a service starts, once for all its containers.
bats_require_minimum_version 1.5.0
load helper

# hooked COMMAND [SCALE]: compose.yaml of a web whose second hook runs COMMAND
hooked() {
	compose <<-YAML
		services:
		  db:
		    image: busybox
		    init: true
		    command: sh -c 'sleep 0.3; touch /ready; exec sleep 1000'
		    networks: [back]
		    healthcheck: {test: [CMD, test, -e, /ready], interval: 100ms, retries: 1000}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    scale: ${2:-1}
		    user: "1000"
		    environment: {WHO: web, WHAT: service}
		    depends_on: {db: {condition: service_healthy}}
		    networks: [default, back]
		    volumes: ["data:/data", /own]
		    pre_start:
		      - command: [sh, -c, 'ping -c 1 -w 5 db >/dev/null && echo "\$\$WHO \$\$WHAT" >>/data/log']
		        user: root
		        environment: {WHAT: hook}
		      - image: busybox
		        command: [sh, -c, '$1']
		        working_dir: /data
		networks: {back: {}}
		volumes: {data: {}}
	YAML
}

log() { docker run --rm -v "${PROJECT}_data:/data" busybox cat /data/log | paste -sd' '; }

# left: names of hooks' containers
left() { docker ps -a --filter "label=com.docker.compose.project=$PROJECT" --filter label=com.docker.compose.hook=pre_start --format '{{.Names}}'; }

@test "hooks run once before all containers of the service, in order, with its volumes, networks and variables" {
	hooked 'echo two $$PWD >>log; id -u >>log' 2
	docker volume ls -q | sort >before
	run -0 flow plan
	has "hook web pre_start[0]" "web pre_start[1]"
	flow up -d
	[ "$(log)" = "web hook two /data 0" ]
	[ "$(names)" = "db-1 web-1 web-2" ]
	[ -z "$(left)" ]
	# no volume but those of the containers
	ids | xargs docker inspect -f '{{range .Mounts}}{{println .Name}}{{end}}' | grep . | sort -u >mounted
	[ "$(comm -13 before <(docker volume ls -q | sort))" = "$(cat mounted)" ]
	# nothing to do, a further container, a stop and a start: they have run
	run -0 flow up -d
	has "nothing to do"
	flow up -d --scale web=3
	flow stop web
	flow start web
	flow stop web
	flow up -d
	[ "$(log)" = "web hook two /data 0" ]
	# made anew, and another hook
	flow up -d --force-recreate web
	[ "$(log)" = "web hook two /data 0 web hook two /data 0" ]
	hooked 'echo three >>log' 2
	flow up -d
	[ "$(log)" = "web hook two /data 0 web hook two /data 0 web hook three" ]
	[ -z "$(left)" ]
}

@test "create runs no hooks, start does before the first start" {
	hooked 'echo two >>log'
	flow create
	[ -z "$(log 2>/dev/null)" ]
	flow start
	[ "$(log)" = "web hook two" ]
	is web-1 running
	flow restart web
	[ "$(log)" = "web hook two" ]
}

@test "a failing hook keeps its service from starting, and its container stays until the next up" {
	hooked 'echo some words; echo no table >&2; exit 17'
	run -1 flow up -d
	has "compose.yaml:" 'service "web" pre_start[1] exited with code 17' "no table" "$PROJECT-web-pre_start.1"
	is web-1 created
	is db-1 running
	[ "$(left)" = "$PROJECT-web-pre_start.1" ]
	run -0 flow ps
	[[ $output != *pre_start* ]]
	run -0 flow logs
	[[ $output != *"no table"* ]]
	hooked 'echo two >>log'
	flow up -d
	[ "$(log)" = "web hook web hook two" ]
	is web-1 running
	[ -z "$(left)" ]
}

@test "down removes the container of a hook that has failed, with the networks it is on" {
	hooked 'exit 1'
	run -1 flow up -d
	[ -n "$(left)" ]
	flow down -v
	[ -z "$(names)" ]
	[ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
}

@test "the former container runs on when a hook of its successor fails" {
	hooked 'true'
	flow up -d
	id=$(field web-1 '{{.Id}}') since=$(started web-1)
	hooked 'exit 9'
	run -1 flow up -d
	has "exited with code 9"
	[ "$(field web-1 '{{.Id}}')" = "$id" ]
	[ "$(started web-1)" = "$since" ]
	hooked 'true'
	flow up -d
	[ "$(names)" = "db-1 web-1" ]
}

@test "an interrupt ends a hook and leaves nothing of it" {
	hooked 'echo waits >>log; exec sleep 1000'
	begin words up -d
	until_true eval '[ "$(log 2>/dev/null)" = "web hook waits" ]'
	kill -INT "$pid"
	ends 130
	[ "$(names)" = db-1 ]
}

@test "after a kill in the middle of a hook the next up converges" {
	hooked 'echo waits >>log; exec sleep 1000'
	begin words up -d
	until_true eval '[ "$(log 2>/dev/null)" = "web hook waits" ]'
	kill -KILL "$pid"
	wait "$pid" || true
	[ "$(left)" = "$PROJECT-web-pre_start.1" ]
	hooked 'echo two >>log'
	flow up -d
	[ "$(log)" = "web hook waits web hook two" ]
	[ "$(names)" = "db-1 web-1" ]
	is web-1 running
}

@test "hooks of a built image, and without a command of their own" {
	mkdir hook
	printf 'FROM busybox\nRUN mkdir /made\nCMD touch /data/default\n' >Dockerfile
	compose <<-'YAML'
		services:
		  web:
		    build: .
		    init: true
		    command: sleep 1000
		    volumes: ["./data:/data"]
		    pre_start:
		      - {}
		      - command: [sh, -c, "test -d /made && touch /data/made"]
		  other:
		    image: busybox
		    init: true
		    command: sleep 1000
		    volumes: ["./data:/data"]
		    depends_on: [web]
		    pre_start: [{image: "$PROJECT-web", command: [sh, -c, "test -d /made && touch /data/other"]}]
	YAML
	sed -i "s/\$PROJECT/$PROJECT/" compose.yaml
	flow up -d
	[ "$(ls data | paste -sd' ')" = "default made other" ]
	docker rmi -f "$PROJECT-web" >/dev/null
}

@test "secrets of the service are there for its hooks" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    secrets: [key]
		    volumes: ["./data:/data"]
		    pre_start: [{command: [sh, -c, "cat /run/secrets/key >/data/got"]}]
		secrets: {key: {environment: KEY}}
	YAML
	KEY=open flow up -d
	[ "$(cat data/got)" = open ]
}

@test "up that shows output ends with the hook's failure, and heeds no end of a hook that is well" {
	hooked 'exit 17'
	run -1 flow up
	has 'exited with code 17'
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: echo hello, pre_start: [{command: "true"}]}
	YAML
	run -0 flow up --abort-on-container-exit
	has hello
}

@test "per_replica is refused" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, pre_start: [{command: "true", per_replica: true}]}
	YAML
	run -2 flow up -d
	has "services.web.pre_start[0].per_replica"
	[ -z "$(names)" ]
}
