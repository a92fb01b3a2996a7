# What a change of the file does to what runs: hooks, dependents, networks, cut runs.
bats_require_minimum_version 1.5.0
load helper

# two COMMAND: a database with hooks, and a service that is restarted with it
two() {
	compose <<-YAML
		services:
		  db:
		    image: busybox
		    init: true
		    command: $1
		    volumes: ["data:/data"]
		    post_start:
		      - command: [sh, -c, 'sleep 0.3; echo start >>/data/log']
		      - command: [sh, -c, 'echo "\$\$WHO in \$\$PWD" >>/data/log']
		        environment: {WHO: second}
		        working_dir: /data
		    pre_stop:
		      - command: [sh, -c, 'echo stop >>/data/log']
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    depends_on: {db: {condition: service_started, restart: true}}
		volumes: {data: {}}
	YAML
}

log() { docker exec "$PROJECT-db-1" cat /data/log | paste -sd' '; }

@test "hooks run after the start, before dependents, and before the stop" {
	two 'sleep 1000'
	flow up -d
	[ "$(log)" = "start second in /data" ]
	[ "$(started web-1)" -gt $(($(started db-1) + 300000000)) ]
	web=$(started web-1) id=$(field web-1 '{{.Id}}')
	two 'sleep 1001'
	flow up -d
	[ "$(log)" = "start second in /data stop start second in /data" ]
	[ "$(field web-1 '{{.Id}}')" = "$id" ]
	[ "$(started web-1)" -gt "$web" ]
	[ "$(started web-1)" -gt "$(started db-1)" ]
	[ "$(names)" = "db-1 web-1" ]
}

@test "an attached up shows what hooks say, as docker compose does" {
	compose <<-'YAML'
		services:
		  one: {image: busybox, command: "true", depends_on: [service2, hidden]}
		  service2:
		    image: busybox
		    command: sh -c 'trap "echo caught; exit" TERM; echo up; while :; do sleep 0.1; done'
		    post_start: [{command: [sh, -c, "printf 'two\\nlines'; echo wrong >&2"]}]
		    pre_stop: [{command: echo "stop hook running..."}]
		  hidden:
		    image: busybox
		    init: true
		    command: sleep 1000
		    attach: false
		    post_start: [{command: echo unseen}]
	YAML
	run -0 --separate-stderr flow up --abort-on-container-exit service2 hidden one
	for line in two lines wrong; do grep -qxF "service2-1 ->  | $line" <<<"$output"; done
	[[ $output == *$'service2-1 ->  | stop hook running...\n'*$'service2-1     | caught'* ]]
	run ! grep -q unseen <<<"$output$stderr"
	run -0 --separate-stderr flow up --abort-on-container-exit --timestamps --no-log-prefix
	grep -qxE '[0-9-]{10}T[0-9:]{8}\.[0-9]{9}Z stop hook running\.\.\.' <<<"$output"
	# nobody is attached
	flow up -d >detached 2>&1
	flow down >>detached 2>&1
	run ! grep -qE "hook running|two$|wrong$" detached
}

@test "a failing hook fails the run with its output, and dependents are not created" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    post_start: [{command: [sh, -c, 'echo no disk >&2; exit 3']}]
		  web: {image: busybox, command: sleep 1000, depends_on: [db]}
	YAML
	run flow up -d
	[ "$status" -eq 1 ]
	has "compose.yaml:6:17: error: services.db.post_start: container $PROJECT-db-1: post_start: db hook exited with status 3" "no disk" \
		"hint: the next \`up\` starts it again, and its hooks"
	is db-1 running
	[ "$(names)" = db-1 ]
}

@test "a hook after a start that has failed, or was never run, is made up for by the next up" {
	hooked() { compose <<<"services: {web: {image: busybox, init: true, command: sleep 1000, environment: {V: \"$1\"}, post_start: [{command: [sh, -c, '$2']}]}}"; }
	hooked 1 '[ -e /go ] && echo ran >>/hook'
	run -1 flow up -d
	run -3 flow plan --exit-code
	has "a post_start hook has not succeeded"
	docker exec "$PROJECT-web-1" touch /go
	flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /hook)" = ran ]
	run -0 flow up -d
	has "nothing to do"
	hooked 2 'touch /began; exec sleep 1000'
	begin log up -d
	until_true docker exec "$PROJECT-web-1" test -e /began
	kill -KILL "$pid"
	ends 137
	run -3 flow plan --exit-code
	has "left by an interrupted recreate" "exec "
	# in a replacement: told once, and the former container is back
	hooked 1 'echo ran >>/hook'
	flow up -d
	hooked 3 'echo refused; exit 6'
	run -1 flow up -d
	has "up: 1 failed" "error: services.web.post_start: container $PROJECT-web-1: post_start: web hook exited with status 6: the former container is put back" \
		"refused" "--rollback=false web"
	[ "$(docker exec "$PROJECT-web-1" cat /hook)" = ran ]
}

@test "a failing pre_stop hook does not keep a container from stopping" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, pre_stop: [{command: ["false"]}]}
	YAML
	flow up -d
	run flow down
	[ "$status" -eq 1 ]
	has "compose.yaml:2:67: error: services.db.pre_stop: container $PROJECT-db-1: pre_stop: db hook exited with status 1" 'stopped all the same'
	[ -z "$(names)" ]
}

@test "what is not run is refused, with its place" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, models: [llm]}
		models: {llm: {model: small}}
	YAML
	run -2 flow up -d
	has "compose.yaml:2:24" "services.db.models"
}

# networked INTERNAL: two services on a network with options
networked() {
	compose <<-YAML
		services:
		  web: {image: busybox, init: true, command: sleep 1000, networks: [default, back]}
		  db: {image: busybox, init: true, command: sleep 1000, networks: {back: {aliases: [store]}}}
		networks: {back: {internal: $1}}
	YAML
}

@test "a changed network is remade, its containers stay the same ones and find each other" {
	networked false
	flow up -d
	before=$(ids)
	networked true
	flow up -d
	[ "$(ids)" = "$before" ]
	[ "$(docker network inspect -f '{{.Internal}}' "${PROJECT}_back")" = true ]
	docker exec "$PROJECT-web-1" nslookup store 127.0.0.11 >/dev/null
	[ -n "$(field web-1 "{{(index .NetworkSettings.Networks \"${PROJECT}_default\").IPAddress}}")" ]
	run flow plan
	has "nothing to do"
}

@test "who shares another's network goes along when that one is remade" {
	shared() {
		compose <<-YAML
			services:
			  web: {image: busybox, init: true, command: sleep $1}
			  proxy: {image: busybox, init: true, command: sleep 1000, network_mode: service:web}
		YAML
	}
	shared 1000
	flow up -d
	shared 1001
	flow up -d
	[ "$(field proxy-1 '{{.HostConfig.NetworkMode}}')" = "container:$(field web-1 '{{.Id}}')" ]
	is proxy-1 running
	run flow plan
	has "nothing to do"
}

@test "a gate that fails leaves the old container alone" {
	guarded() {
		compose <<-YAML
			services:
			  migrate: {image: busybox, command: sh -c 'exit $1'}
			  web:
			    image: busybox
			    init: true
			    command: sleep 100$1
			    depends_on: {migrate: {condition: service_completed_successfully}}
		YAML
	}
	guarded 0
	flow up -d
	id=$(field web-1 '{{.Id}}')
	guarded 1
	run flow up -d
	[ "$status" -eq 1 ]
	[ "$(field web-1 '{{.Id}}')" = "$id" ]
	is web-1 running
	[ "$(names)" = "migrate-1 web-1" ]
}

@test "killed at any time, the next up brings exactly the file's stack with its data" {
	killed() {
		compose <<-YAML
			services:
			  web: {image: busybox, init: true, command: sleep $1, scale: 2, volumes: [/data]}
			  db: {image: busybox, init: true, command: sleep $1, volumes: [/data]}
		YAML
	}
	killed 1000
	flow up -d
	for name in web-1 web-2 db-1; do docker exec "$PROJECT-$name" sh -c "echo $name >/data/name"; done
	for ms in 050 120 200 300 450 600; do
		killed "1$ms"
		timeout -s KILL "0.$ms" "$FLOW" up -d || true
		if [ "$ms" != 200 ]; then flow up -d; fi
	done
	[ "$(names)" = "db-1 web-1 web-2" ]
	for name in web-1 web-2 db-1; do
		is "$name" running
		[ "$(docker exec "$PROJECT-$name" cat /data/name)" = "$name" ]
	done
	run flow plan
	has "nothing to do"
}

@test "D3 who shares a namespace by a container's name is remade when that name means another container" {
	local mode
	for mode in ipc pid network_mode; do
		compose <<-YAML
			services:
			  own: {image: busybox, init: true, command: sleep 1000, ipc: shareable}
			  side: {image: busybox, init: true, command: sleep 1000, $mode: "container:$PROJECT-own-1"}
		YAML
		flow up -d
		until_true eval '[ "$(date +%s)" -gt "$(date -d "$(field side-1 "{{.Created}}")" +%s)" ]'
		run -0 flow up -d --force-recreate own
		has "service side shares a namespace of own, which is remade" "docker flow up side"
		run -0 flow plan
		has "$PROJECT-side-1" "refers to a former container $PROJECT-own-1"
		flow up -d
		is side-1 running
		[ "$(docker inspect "$PROJECT-side-1" | grep -c "\"container:$(field own-1 '{{.Id}}')\"")" = 1 ]
		run -0 flow plan
		has "nothing to do"
		flow down -t 0
	done
}

@test "C2 who shares a namespace and is started by others before its owner ended is started again" {
	stack() {
		compose <<-YAML
			services:
			  db:
			    image: busybox
			    command: sh -c 'trap "echo ending; sleep 2; exit 0" TERM; echo up; while :; do sleep 0.1; done'
			    networks: [back]
			  side: {image: busybox, init: true, command: sleep 1000, network_mode: "service:db"}
			networks: {back: {labels: {version: "$1"}}}
		YAML
	}
	stack 1
	flow up -d
	until_true eval 'docker logs "$PROJECT-db-1" | grep -q up'
	docker stop -t 0 "$PROJECT-side-1" >/dev/null
	stack 2
	begin log up -d
	until_true eval 'docker logs "$PROJECT-db-1" | grep -q ending'
	docker start "$PROJECT-side-1" >/dev/null
	ends 0
	docker exec "$PROJECT-side-1" test -e /sys/class/net/eth0
	run -0 flow plan
	has "nothing to do"
}

@test "an interrupt waits for a hook in a container no longer than the grace of a stop" {
	compose <<-'YAML'
		services:
		  begins: {image: busybox, init: true, command: sleep 1000, stop_grace_period: 1s, post_start: [{command: [sleep, "1000"]}]}
		  ends: {image: busybox, init: true, command: sleep 1000, stop_grace_period: 1s, pre_stop: [{command: [sleep, "1000"]}]}
	YAML
	flow up -d ends 2>/dev/null
	for command in 'up -d begins' 'stop ends' 'down ends'; do
		# shellcheck disable=SC2086 # words
		begin log $command
		until_true grep -q 'Running hook' log
		kill -TERM "$pid"
		ends 143
		grep -q 'interrupted; its command may still run' log
	done
	is ends-1 running
}
