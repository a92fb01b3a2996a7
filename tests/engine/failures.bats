# What goes wrong for newcomers: each has its exit status and says what to do.
bats_require_minimum_version 1.5.0
load helper

@test "B4 an up that follows a killed one at once never runs two on one volume" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: "sh -c 'sleep 1000'", stop_grace_period: 0s, environment: [S], volumes: ["data:/data"]}
		volumes: {data: }
	YAML
	for after in 0.1 0.14 0.18; do
		S=0 flow up -d
		S=killed timeout -s KILL "$after" "$FLOW" up -d || true
		S=last flow up -d
		[ "$(names)" = web-1 ]
		[ "$(docker exec "$PROJECT-web-1" sh -c 'echo $S')" = last ]
	done
}

@test "the database dies while others wait for it" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: [sh, -c, 'echo recovering from the crash; exec sleep 1000']
		    x-flow: {healthcheck: {exec: [test, -e, /never], interval: 100ms, retries: 1000}}
		  web: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [db]}}
		  other: {image: busybox, init: true, command: sleep 1000}
	YAML
	begin log up -d
	until_true is db-1 running
	until_true is other-1 running
	docker kill "$PROJECT-db-1" >/dev/null
	ends 1
	output=$(cat log)
	has db "137" "recovering from the crash" web
	[ "$(names)" = "db-1 other-1" ]
	is other-1 running
	# repaired, the next run goes on from there
	sed -i 's/exec: .*never\]/exec: ["true"]/' compose.yaml
	flow up -d
	[ "$(names)" = "db-1 other-1 web-1" ]
}

@test "a service that never gets healthy: its last probe, its last words, who waited" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: [sh, -c, 'echo "cannot open /etc/db.conf"; exec sleep 1000']
		    x-flow: {healthcheck: {tcp: {port: 5432}, interval: 50ms, retries: 4}}
		  web: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [db]}}
	YAML
	run -1 flow up -d
	has db web "refused" "cannot open /etc/db.conf"
	[ "$(names)" = db-1 ]
}

@test "a secret or config that is not there is told before anything is changed, and only where it is needed" {
	echo hush >key
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: [db], secrets: [key, word]}
		secrets: {key: {file: ./key}, word: {environment: WORD}}
	YAML
	WORD=x flow up -d
	before=$(ids)
	rm key
	flow up -d # nothing is to be made: there is nothing to complain of
	[ "$(ids)" = "$before" ]
	run -2 flow up -d --force-recreate
	has "compose.yaml:3:" "services.web.secrets: file $PWD/key does not exist" "variable WORD is not set" "nothing was changed"
	[ "$(ids)" = "$before" ]
	flow down -t 0
	run -2 flow up -d
	[ -z "$(names)" ]
	flow up -d db
	[ "$(names)" = db-1 ]
}

@test "a second run into a container that is unhealthy already tells the last probe, too" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, healthcheck: {test: "echo disk full; exit 5", interval: 200ms, retries: 1}}
		  web: {image: busybox, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YAML
	run -1 flow up -d
	has "last probe: exit code 5" "disk full"
	until_true eval '[ "$(field db-1 "{{.State.Health.Status}}")" = unhealthy ]'
	run -1 flow up -d
	has "last probe: exit code" "disk full"
}

@test "an image that cannot be had: who is left out, and that once; a failed replacement leaves the old container" {
	compose <<-'YAML'
		services:
		  db: {image: "127.0.0.1:1/none:1"}
		  web: {image: busybox, command: sleep 1000, depends_on: [db]}
		  other: {image: busybox, init: true, command: sleep 1000}
	YAML
	run -1 flow up -d
	has "Service db: left out: its image could not be pulled" "Service web: left out: it needs db" "other-1  Started"
	sed -i '/db:\|web:/d; s/init: true, //; s/}$/, entrypoint: \/nope}/' compose.yaml
	before=$(ids)
	run -1 flow up -d
	has "Container $PROJECT-other-1  Recreating" "Container $PROJECT-other-1  Error" "up: 1 failed, "
	[ "$(grep -c Skipped <<<"$output")" = 0 ]
	[[ $output != *_"$PROJECT"* ]]
	[ "$(ids)" = "$before" ]
	is other-1 running
}

@test "a pull that fails leaves out only what this run is about" {
	docker tag busybox 127.0.0.1:1/here:1
	compose <<-'YAML'
		services:
		  ok: {image: "127.0.0.1:1/here:1", init: true, command: sleep 1000}
		  web: {image: "127.0.0.1:1/here:1", init: true, command: sleep 1000, depends_on: [ok]}
		  other: {image: "127.0.0.1:1/here:1", init: true, command: sleep 1000}
	YAML
	flow up -d other
	run -1 flow up -d --pull always ok
	has "Service ok: left out: its image could not be pulled"
	[[ $output != *"Service web"* && $output != *"Service other"* ]]
	is other-1 running
	docker rmi 127.0.0.1:1/here:1 >/dev/null
}

@test "a failing migration" {
	compose <<-'YAML'
		services:
		  migrate: {image: busybox, command: "sh -c 'echo relation cards exists already; exit 3'"}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    depends_on: {migrate: {condition: service_completed_successfully}}
	YAML
	run -1 flow up -d
	has migrate "3" "relation cards exists already" web
	[ "$(names)" = migrate-1 ]
	# it runs again once it is repaired
	sed -i 's/exit 3/exit 0/' compose.yaml
	flow up -d
	is web-1 running
}

@test "an image that is nowhere" {
	compose <<-'YAML'
		services:
		  web: {image: "127.0.0.1:1/acme/nowhere:1", init: true}
		  other: {image: busybox, init: true, command: sleep 1000}
	YAML
	from=$SECONDS
	run -1 flow up -d
	[ $((SECONDS - from)) -lt 40 ]
	has "compose.yaml:2" "services.web.image: cannot pull 127.0.0.1:1/acme/nowhere:1" "connection refused" \
		"hint: the engine does not reach the registry"
	[ "$(grep -c 'Again: ' <<<"$output")" = 3 ]
	[[ $(names) != *web* ]]
	compose <<<'services: {web: {image: "acme/nowhere:1", pull_policy: never}}'
	run -1 flow up -d
	has "acme/nowhere:1" "hint:"
}

@test "a port that is in use, by a container or by anything else" {
	port=47311
	docker run -d --name holder --label "com.docker.compose.project=$PROJECT-holder" -p 127.0.0.1:$port:80 --init busybox sleep 1000 >/dev/null
	ALSO_PROJECTS=$PROJECT-holder
	compose <<-YAML
		services:
		  web: {image: busybox, init: true, command: sleep 1000, ports: ["127.0.0.1:$port:80"]}
		  other: {image: busybox, init: true, command: sleep 1000}
	YAML
	run -1 flow up -d
	has web $port "hint:"
	is other-1 running
	docker rm -f holder >/dev/null
	python3 -c "import socket, time; s = socket.create_server(('127.0.0.1', $port)); open('bound', 'w'); time.sleep(60)" 3>&- &
	pid=$!
	until_true test -e bound
	run -1 flow up -d
	kill "$pid"
	has web $port "hint:"
	flow up -d
	is web-1 running
}

@test "a cycle: found before any engine is asked" {
	compose <<-'YAML'
		services:
		  a: {image: busybox, depends_on: [b]}
		  b: {image: busybox, x-flow: {dependencies: [c]}}
		  c: {image: busybox, links: [a]}
	YAML
	DOCKER_HOST=unix:///nowhere/docker.sock run -2 flow up -d
	grep -qE 'a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c' <<<"$output"
	compose <<<'services: {self: {image: busybox, depends_on: [self]}}'
	DOCKER_HOST=unix:///nowhere/docker.sock run -2 flow up -d
	has "self -> self"
}

@test "a broken file: the place, and what was meant" {
	printf 'services:\n  web:\n    image: busybox\n   command: "x"\n' >compose.yaml
	DOCKER_HOST=unix:///nowhere/docker.sock run -2 flow up -d
	has "compose.yaml:4"
	printf 'services:\n  web:\n    image: busybox\n    enviroment: {A: 1}\n' >compose.yaml
	DOCKER_HOST=unix:///nowhere/docker.sock run -2 flow up -d
	has "compose.yaml:4:5" "enviroment" "environment"
	printf 'services:\n  web:\n    image: busybox\n    depends_on: [dbb]\n  db: {image: busybox}\n' >compose.yaml
	DOCKER_HOST=unix:///nowhere/docker.sock run -2 flow up -d
	has "dbb" "db"
	rm compose.yaml
	run -2 flow up -d
	has "no compose file" "hint:"
}

@test "wrong words on the command line" {
	one_service
	run -2 flow up -d nosuch
	has nosuch
	run -2 flow up --detatch
	has "--detach"
	run -2 flow upp
	has "up"
	[ -z "$(ids)" ]
}

@test "no engine answers" {
	compose <<<'services: {web: {image: busybox}}'
	DOCKER_HOST=unix:///nowhere/docker.sock run -1 flow up -d
	has "/nowhere/docker.sock" "hint:"
	DOCKER_HOST=tcp://127.0.0.1:1 run -1 flow up -d
	has "127.0.0.1:1" "hint:"
	DOCKER_HOST=nonsense run flow up -d
	[ "$status" -ne 0 ]
	has "nonsense"
}

@test "no permission for the engine's socket" {
	compose <<<'services: {web: {image: busybox}}'
	chmod 711 "$SUITE_DIR"
	# bats' own folders are closed to others
	folder=$(mktemp -d /tmp/flow-nobody.XXXXXX)
	cp "$FLOW" "$folder/docker-flow"
	cp compose.yaml "$folder"
	chmod -R a+rX "$folder"
	cd "$folder"
	run setpriv --reuid=65534 --regid=65534 --clear-groups env -u DOCKER_CONFIG HOME="$folder" ./docker-flow up -d
	cd /
	rm -r "$folder"
	[ "$status" -eq 1 ]
	has "docker.sock" "ermission" "hint:"
}

@test "SIGINT and SIGTERM of an attached up stop everything" {
	for signal in INT:130 TERM:143; do
		compose <<-'YAML'
			services:
			  web: {image: busybox, init: true, command: "sh -c 'echo here; exec sleep 1000'"}
			  db: {image: busybox, init: true, command: sleep 1000}
		YAML
		begin log up
		until_true grep -q here log
		until_true is db-1 running
		kill -"${signal%:*}" "$pid"
		ends "${signal#*:}" || { echo "$signal"; cat log; return 1; }
		is web-1 exited
		is db-1 exited
	done
}

@test "an interrupt of an attached up stops what was named, and leaves what that needs" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: "sh -c 'echo here; exec sleep 1000'", depends_on: [db]}
		  db: {image: busybox, init: true, command: sleep 1000}
	YAML
	begin log up web
	until_true grep -q here log
	kill -INT "$pid"
	ends 130
	is web-1 exited
	is db-1 running
}

@test "the second interrupt kills" {
	compose <<-'YAML'
		services:
		  deaf: {image: busybox, stop_grace_period: 60s, command: "sh -c 'trap \"echo never\" INT TERM; echo here; while :; do sleep 1; done'"}
	YAML
	begin log up
	until_true grep -q here log
	from=$SECONDS
	kill -INT "$pid"
	until_true grep -q never log
	kill -INT "$pid"
	ends 130
	[ $((SECONDS - from)) -lt 30 ]
	is deaf-1 exited
}

@test "an interrupted up -d starts nothing more and leaves what runs" {
	one_that_waits
	for signal in INT:130 TERM:143; do
		begin log up -d
		until_true is db-1 running
		kill -"${signal%:*}" "$pid"
		ends "${signal#*:}" || { echo "$signal"; cat log; return 1; }
		[ "$(names)" = db-1 ]
		is db-1 running
	done
}

@test "E Ctrl-C during up -d says at once what is being finished, and after a second one what is there" {
	compose <<<'services: {web: {image: busybox, command: sleep 1000, stop_grace_period: 30s, environment: {V: "${V-1}"}}}'
	flow up -d
	V=2 FLOW_TRACE=$PWD/trace begin log up -d
	until_true grep -q '"op":"container stop","state":2' trace
	kill -INT "$pid"
	until_true grep -q "interrupted; finishing what has begun: stop $PROJECT-web-1; Ctrl-C again leaves it unfinished" log
	kill -INT "$pid"
	ends 130
	# its successor may be there, going or gone
	grep -qE "interrupted; still running: $PROJECT-web-1(; .*)?; the engine may still be at: (.*, )?stop $PROJECT-web-1(,.*)?\$" log
}

@test "the engine's own words are passed on" {
	one_service
	proxied 500@/containers/create
	run -1 flow up -d
	has "injected fault" web
	[ -z "$(DOCKER_HOST=$ENGINE ids)" ]
}

@test "what the engine refuses is told at the attribute that it is about" {
	compose <<-'YAML'
		services:
		  a:
		    image: busybox
		    user: nosuchuser
		  b:
		    image: busybox
		    command: [nosuchprogram]
		  c:
		    image: busybox
		    group_add: [nosuchgroup]
		  d: {image: busybox, cpus: 900}
		  e: {image: busybox, devices: [/dev/nosuchdevice]}
		  f: {image: busybox, sysctls: {net.nosuch.setting: 1}}
	YAML
	run -1 flow up -d
	[[ $output != *Again* ]]
	has "compose.yaml:4:11: error: services.a.user: cannot start container $PROJECT-a-1: unable to find user nosuchuser" "a number always works" \
		"compose.yaml:7:14: error: services.b.command: cannot start container $PROJECT-b-1" "compose.yaml:10:16: error: services.c.group_add" \
		"compose.yaml:11:29: error: services.d.cpus" "compose.yaml:12:32: error: services.e.devices" "compose.yaml:13:32: error: services.f.sysctls"
}

@test "an engine that goes away in the middle ends the run, with a message" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: [db]}
	YAML
	proxied cut@9+
	from=$SECONDS
	run -1 flow up -d
	[ $((SECONDS - from)) -lt 60 ]
	has "connection lost" "hint:" "docker version"
	DOCKER_HOST=$ENGINE flow up -d
	[ "$(DOCKER_HOST=$ENGINE names)" = "db-1 web-1" ]
}

# twin: makes one more network of the project, of the same name and labels, as an engine before 25 does when it is asked again while it still makes the first
twin() {
	curl -sS --fail --unix-socket "${DOCKER_HOST#unix://}" -H 'Content-Type: application/json' -d "{\"Name\":\"${PROJECT}_default\",\"Labels\":$labels}" http://engine/networks/create >/dev/null
}
networks() { docker network ls -q --no-trunc --filter "label=com.docker.compose.project=$PROJECT" | wc -l; }

@test "two networks of one name are one again, and the one in use stays" {
	one_service
	flow up -d
	labels=$(docker network inspect -f '{{json .Labels}}' "${PROJECT}_default")
	used=$(field web-1 '{{range .NetworkSettings.Networks}}{{.NetworkID}}{{end}}')
	before=$(ids)
	twin || skip "this engine refuses a second network of one name"
	[ "$(networks)" = 2 ]
	run -0 flow plan
	has "a second network of that name"
	sed -i 's/web: {/other: {image: busybox, init: true, command: sleep 1000}, web: {/' compose.yaml
	flow up -d
	[ "$(networks)" = 1 ]
	[ "$(field other-1 '{{range .NetworkSettings.Networks}}{{.NetworkID}}{{end}}')" = "$used" ]
	[[ $(ids) == *"$before"* ]]
	# and when nothing runs on either of three
	docker rm -f "$PROJECT-web-1" "$PROJECT-other-1" >/dev/null
	twin
	twin
	flow up -d
	[ "$(networks)" = 1 ]
	is other-1 running
	is web-1 running
	flow plan --exit-code
}

@test "two networks of one name, both in use: nothing is changed" {
	one_service
	flow up -d
	labels=$(docker network inspect -f '{{json .Labels}}' "${PROJECT}_default")
	twin || skip "this engine refuses a second network of one name"
	id=$(docker network ls -q --no-trunc --filter "label=com.docker.compose.project=$PROJECT" | grep -v "$(field web-1 '{{range .NetworkSettings.Networks}}{{.NetworkID}}{{end}}')")
	docker run -d --name "$PROJECT-once" --label "com.docker.compose.project=$PROJECT" --label com.docker.compose.oneoff=True --init --network none busybox sleep 1000 >/dev/null
	docker network disconnect none "$PROJECT-once"
	docker network connect "$id" "$PROJECT-once"
	run -1 flow up -d --force-recreate
	has "${PROJECT}_default" "hint:" "down"
	[ "$(networks)" = 2 ]
	is web-1 running
	flow down --remove-orphans
	[ "$(networks)" = 0 ]
}

@test "a container_name that others have is refused before anything is changed" {
	docker create --name "$PROJECT-shop" --label "com.docker.compose.project=$PROJECT-other" busybox >/dev/null
	ALSO_PROJECTS=$PROJECT-other
	compose <<-YAML
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  web:
		    image: busybox
		    container_name: $PROJECT-shop
		    init: true
		    command: sleep 1000
	YAML
	run -1 flow plan
	has "compose.yaml:5:21" "services.web.container_name" "$PROJECT-shop" "project $PROJECT-other" "hint:"
	run -1 flow up -d
	has "compose.yaml:5:21" "docker rm -f $PROJECT-shop"
	[ -z "$(ids)" ]
	[ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
	# a name that only begins like it is another name; there is no further request once the container is there
	docker rename "$PROJECT-shop" "$PROJECT-shop2"
	flow up -d
	FLOW_TRACE=$PWD/trace flow up -d
	[ "$(requests trace)" = 2 ]
}

@test "two hosts at once: who comes second looks and plans again" {
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, environment: {A: "1"}}}'
	flow up -d
	# the other host makes its new container when this one is through with the same
	proxied delay:3000@/containers/create
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, environment: {A: "2"}}}'
	mkdir -m 700 here there
	XDG_RUNTIME_DIR=$PWD/there begin log up -d
	until_true grep -q /containers/create requests
	DOCKER_HOST=$ENGINE XDG_RUNTIME_DIR=$PWD/here flow up -d
	before=$(DOCKER_HOST=$ENGINE ids)
	ends 0 || { cat log; return 1; }
	grep -q "looking again" log
	[ "$(DOCKER_HOST=$ENGINE ids)" = "$before" ]
	DOCKER_HOST=$ENGINE is web-1 running
	DOCKER_HOST=$ENGINE flow plan --exit-code
}

@test "a container that somebody removes before its start is made again" {
	one_service
	proxied delay:1000@/start
	begin log up -d
	until_true grep -q /start requests
	DOCKER_HOST=$ENGINE docker rm "$PROJECT-web-1" >/dev/null
	ends 0 || { cat log; return 1; }
	grep -q "looking again" log
	DOCKER_HOST=$ENGINE is web-1 running
}
