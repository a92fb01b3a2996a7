# start, stop, restart, kill, rm, pause, unpause, create, scale, wait: what is there already.
bats_require_minimum_version 1.5.0
load helper

# A web that is restarted with its db, and a side of nobody's; all sleep.
stack() {
	compose <<-'YAML'
		x-sleeper: &sleeper {image: busybox, init: true, command: sleep 1000, network_mode: none}
		services:
		  db: *sleeper
		  web: {<<: *sleeper, depends_on: {db: {condition: service_started, restart: true}}}
		  side: *sleeper
	YAML
	flow up -d
}
# Two that take their time to end: TERM is told, and the end comes 0.5 s later.
slow_stack() {
	compose <<-'YAML'
		x-slow: &slow
		  image: busybox
		  network_mode: none
		  stop_grace_period: 20s
		  command: "sh -c 'trap \"echo stopping; sleep 0.5; exit 0\" TERM; while :; do sleep 0.05; done'"
		services:
		  db: *slow
		  web: {<<: *slow, depends_on: [db]}
		  side: *slow
	YAML
	flow up -d
}
# One that does not hear TERM.
deaf() { compose <<<'services: {web: {image: busybox, network_mode: none, stop_grace_period: 1h, command: [sh, -c, "trap : TERM; while :; do sleep 0.1; done"]}}'; }
states() { docker ps -a --filter "label=com.docker.compose.project=$PROJECT" --format '{{.Names}} {{.State}}' | sed "s/^$PROJECT-//" | sort | paste -sd, ; }
# one_off: a container of side's that is none of the service's own, as `run` makes it; ID in oneoff
one_off() {
	docker run -d --name "$PROJECT-side-run-1" --label "com.docker.compose.project=$PROJECT" --label com.docker.compose.service=side \
		--label com.docker.compose.oneoff=True --network none --init busybox sleep 1000 >/dev/null
}

@test "stop and start: the containers are the same ones, one-offs run on" {
	stack
	one_off
	before=$(ids)
	flow stop
	[ "$(states)" = "db-1 exited,side-1 exited,side-run-1 running,web-1 exited" ]
	flow stop
	flow start
	[ "$(states)" = "db-1 running,side-1 running,side-run-1 running,web-1 running" ]
	[ "$(ids)" = "$before" ]
	[ "$(started db-1)" -lt "$(started web-1)" ]
	before=$(started web-1)
	run -0 flow start
	[ "$(started web-1)" = "$before" ]
}

@test "stop: a dependency waits for its dependents, and nothing else does" {
	slow_stack
	flow stop
	[ "$(finished web-1)" -le "$(said db-1 stopping)" ]
	[ "$(said side-1 stopping)" -lt "$(finished web-1)" ]
	flow start
	flow stop db
	[ "$(states)" = "db-1 exited,side-1 running,web-1 running" ]
	run -2 flow stop nobody
	has "no such service: nobody"
}

@test "stop --timeout and restart --timeout end what does not hear" {
	deaf
	flow up -d
	until_true docker logs "$PROJECT-web-1"
	begin log stop --timeout 1
	ends 0
	[ "$(field web-1 '{{.State.ExitCode}}')" = 137 ]
	flow start
	before=$(started web-1)
	begin log restart -t 1
	ends 0
	[ "$(state web-1)" = running ]
	[ "$(started web-1)" -gt "$before" ]
}

@test "stop, start and restart by name alone, in the order of the labels" {
	stack
	mkdir elsewhere
	cd elsewhere
	flow -p "$PROJECT" stop
	[ "$(states)" = "db-1 exited,side-1 exited,web-1 exited" ]
	[ "$(finished web-1)" -le "$(finished db-1)" ]
	flow -p "$PROJECT" start
	[ "$(started db-1)" -lt "$(started web-1)" ]
	side=$(started side-1) web=$(started web-1)
	flow -p "$PROJECT" restart db
	[ "$(started side-1)" = "$side" ]
	[ "$(started web-1)" -gt "$web" ]
	run -2 flow -p "$PROJECT" start nobody
	has "no such service: nobody"
	run -1 flow -p "$PROJECT-none" start
	has "no container found for project \"$PROJECT-none\""
	run -0 flow -p "$PROJECT-none" stop
}

@test "looking and stopping need no variable that the file asks for" {
	stack
	sed -i 's/command: sleep 1000/command: "sleep ${SECONDS_TO_SLEEP:?}"/' compose.yaml
	run -2 flow up -d
	flow stop
	[ "$(states)" = "db-1 exited,side-1 exited,web-1 exited" ]
	flow rm -f side
	[ "$(names)" = "db-1 web-1" ]
}

@test "start: nothing to start, and a dependency that is not there" {
	stack
	flow down -t 0
	run -1 flow start
	has 'service "db" has no container to start'
	run -1 flow start side
	has 'service "side" has no container to start'
	[[ $output != *'"db"'* ]]
	flow create side
	run -1 flow start db
	has 'service "db" has no container to start'
	flow start
	[ "$(states)" = "side-1 running" ]
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, network_mode: none, healthcheck: {test: ["CMD", "true"]}}
		  web: {image: busybox, init: true, command: sleep 1000, network_mode: none, depends_on: {db: {condition: service_healthy}}}
	YAML
	flow create
	docker rm "$PROJECT-db-1"
	run -1 flow start web
	has "web is missing dependency db"
	[ "$(state web-1)" = created ]
}

@test "start goes through gates; a task that is done runs again only by its name" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    network_mode: none
		    command: [sh, -c, "rm -f /ready; sleep 0.5; touch /ready; exec sleep 1000"]
		    healthcheck: {test: [CMD, test, -e, /ready], interval: 500ms}
		  migrate: {image: busybox, network_mode: none, command: "date +%s", depends_on: {db: {condition: service_healthy}}}
		  web:
		    image: busybox
		    init: true
		    network_mode: none
		    command: sleep 1000
		    depends_on: {db: {condition: service_healthy}, migrate: {condition: service_completed_successfully}}
		    post_start: [{command: [sh, -c, "date >>/warmed"]}]
	YAML
	flow up -d
	flow stop
	migrated=$(started migrate-1)
	flow start
	[ "$(started migrate-1)" = "$migrated" ]
	[ "$(started web-1)" -ge "$(($(started db-1) + 500000000))" ]
	[ "$(docker exec "$PROJECT-web-1" wc -l </dev/null /warmed | cut -d' ' -f1)" = 2 ]
	flow start migrate
	[ "$(started migrate-1)" -gt "$migrated" ]
}

@test "start --wait: ready, or given up after --wait-timeout" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, network_mode: none, command: sleep 1000, healthcheck: {test: [CMD, test, -e, /ready], interval: 200ms, retries: 1000}}
		  crash: {image: busybox, network_mode: none, command: "sh -c 'sleep 0.3; exit 3'", restart: always, profiles: [crash]}
	YAML
	flow create
	flow start
	[ "$(field db-1 '{{.State.Health.Status}}')" = starting ]
	run -1 flow start --wait --wait-timeout 1
	flow stop -t 0
	begin log start --wait
	until_true docker exec "$PROJECT-db-1" touch /ready
	ends 0
	run -2 flow start --wait-timeout 1
	has "--wait-timeout needs --wait"
	flow create crash
	run -1 flow --profile crash start --wait crash
	has "exited with code 3"
}

@test "restart: with those that ask for it, or without; what had ended starts" {
	stack
	side=$(started side-1) db=$(started db-1) web=$(started web-1)
	run -0 flow restart db
	has "Container $PROJECT-db-1  Restarting" "Container $PROJECT-db-1  Started" "Container $PROJECT-web-1  Started"
	[ "$(started side-1)" = "$side" ]
	[ "$(started db-1)" -gt "$db" ]
	[ "$(started web-1)" -gt "$web" ]
	db=$(started db-1) web=$(started web-1)
	flow restart --no-deps db
	[ "$(started db-1)" -gt "$db" ]
	[ "$(started web-1)" = "$web" ]
	db=$(started db-1)
	flow restart web
	[ "$(started db-1)" = "$db" ]
	[ "$(started web-1)" -gt "$web" ]
	flow kill side
	flow pause web
	flow restart -t 1
	[ "$(states)" = "db-1 running,side-1 running,web-1 running" ]
}

@test "restart honours health conditions, and runs hooks" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    network_mode: none
		    command: [sh, -c, "rm -f /ready; sleep 0.5; [ -e /broken ] || touch /ready; exec sleep 1000"]
		    healthcheck: {test: [CMD, test, -e, /ready], interval: 100ms, retries: 50}
		  web:
		    image: busybox
		    init: true
		    network_mode: none
		    command: sleep 1000
		    depends_on: {db: {condition: service_healthy}}
		    post_start: [{command: [sh, -c, "echo post >>/hooks"]}]
		    pre_stop: [{command: [sh, -c, "echo pre >>/hooks"]}]
	YAML
	flow up -d
	flow restart
	[ "$(started web-1)" -ge "$(($(started db-1) + 500000000))" ]
	[ "$(docker exec "$PROJECT-web-1" cat /hooks | paste -sd' ')" = "post pre post" ]
	# one that never gets ready takes down nothing that needs it
	docker exec "$PROJECT-db-1" touch /broken
	web=$(started web-1)
	run -1 flow restart
	has "container $PROJECT-db-1 is unhealthy"
	[ "$(started web-1)" = "$web" ]
	[ "$(state web-1)" = running ]
}

@test "a start that ends in a failure at once is one" {
	# what comes after it takes longer than the job
	compose <<-'YAML'
		services:
		  job: {image: busybox, network_mode: none, command: "sh -c 'exit 3'"}
		  after: {image: busybox, init: true, network_mode: none, command: sleep 1000, depends_on: [job]}
	YAML
	flow create
	run -1 flow start
	has "container $PROJECT-job-1 exited with code 3"
	run -1 flow restart
	has "container $PROJECT-job-1 exited with code 3"
}

@test "kill: KILL or another signal, to all or some, one-offs too; orphans with --remove-orphans" {
	stack
	one_off
	docker exec "$PROJECT-web-1" true
	flow kill -s USR1 web
	until_true is web-1 exited
	[ "$(field web-1 '{{.State.ExitCode}}')" = 138 ]
	sed -i '/^  side:/d; /x-sleeper/b' compose.yaml
	flow kill --signal SIGTERM
	until_true is db-1 exited
	[ "$(states)" = "db-1 exited,side-1 running,side-run-1 running,web-1 exited" ]
	flow kill --remove-orphans
	until_true is side-1 exited
	until_true is side-run-1 exited
	[ "$(field side-1 '{{.State.ExitCode}}')" = 137 ]
	run -0 flow kill
	has "no container to kill"
	flow start web
	run -2 flow kill -s NOSIGNAL
	has "NOSIGNAL"
}

@test "rm: what has ended, after a question; --stop, --volumes, --force" {
	compose <<-'YAML'
		services:
		  a: {image: busybox, init: true, network_mode: none, command: sleep 1000, volumes: [/data]}
		  b: {image: busybox, init: true, network_mode: none, command: sleep 1000, volumes: [/data, "kept:/kept"]}
		volumes: {kept: {}}
	YAML
	flow up -d
	a=$(field a-1 '{{range .Mounts}}{{.Name}}{{end}}')
	b=$(field b-1 '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Name}}{{end}}{{end}}')
	run -0 flow rm -f
	has "No stopped containers"
	flow stop a
	run -0 --separate-stderr flow rm </dev/null
	[ "$output" = "Going to remove $PROJECT-a-1" ]
	[ "$(names)" = "a-1 b-1" ]
	run -0 flow rm <<<no
	[ "$(names)" = "a-1 b-1" ]
	flow rm <<<y
	[ "$(names)" = b-1 ]
	docker volume inspect "$a" >/dev/null
	docker volume rm "$a" >/dev/null
	# somebody at a terminal
	script -qec "'$FLOW' rm -s" screen <<<n >/dev/null 3>&-
	grep -q "Going to remove $PROJECT-b-1 (y/N)" screen
	[ "$(state b-1)" = running ]
	run -0 --separate-stderr flow rm -fsv
	[ "$output" = "Going to remove $PROJECT-b-1" ]
	[ -z "$(names)" ]
	run ! docker volume inspect "$b"
	docker volume inspect "${PROJECT}_kept" >/dev/null
}

@test "rm leaves one-offs, orphans and what it was not asked for" {
	stack
	one_off
	docker kill "$PROJECT-side-run-1" >/dev/null
	flow kill
	flow rm -f web
	[ "$(names)" = "db-1 side-1 side-run-1" ]
	sed -i '/^  side:/d' compose.yaml
	flow rm --force
	[ "$(names)" = "side-1 side-run-1" ]
}

@test "pause and unpause; what is so already is an error, and the others are not left out" {
	stack
	flow pause db
	[ "$(states)" = "db-1 paused,side-1 running,web-1 running" ]
	run -1 flow pause
	has "container $PROJECT-db-1 is already paused"
	[ "$(states)" = "db-1 paused,side-1 paused,web-1 paused" ]
	flow unpause web
	run -1 flow unpause
	has "container $PROJECT-web-1 is not paused"
	[ "$(states)" = "db-1 running,side-1 running,web-1 running" ]
	flow stop side
	run -0 flow pause side
	run -2 flow pause nobody
	ln -s "$FLOW" docker-compose
	./docker-compose pause nobody
	[ "$(states)" = "db-1 running,side-1 exited,web-1 running" ]
	for what in pause unpause; do # without a name the file counts
		COMPOSE_PROJECT_NAME= run -1 ./docker-compose "$what" nobody
		has "no such service: nobody"
		COMPOSE_PROJECT_NAME= run -1 ./docker-compose -f compose.yaml -p "$PROJECT" "$what" nobody
		COMPOSE_PROJECT_NAME= run -0 ./docker-compose -p "$PROJECT" "$what" nobody
		COMPOSE_PROJECT_NAME= run -0 ./docker-compose -p "$PROJECT-none" "$what" nobody
	done
	mkdir elsewhere
	cd elsewhere
	flow -p "$PROJECT" pause db
	flow -p "$PROJECT" unpause db
	[ "$(state db-1)" = running ]
}

@test "create starts nothing, and replaces what is not as the file says" {
	stack
	flow down -t 0
	flow create
	[ "$(states)" = "db-1 created,side-1 created,web-1 created" ]
	before=$(ids)
	flow create
	[ "$(ids)" = "$before" ]
	flow create --force-recreate --no-deps web 2>/dev/null || flow create --force-recreate web
	[ "$(ids)" != "$before" ]
	before=$(ids)
	sed -i 's/sleep 1000/sleep 2000/' compose.yaml
	flow create --no-recreate
	[ "$(ids)" = "$before" ]
	flow create --scale side=2 -y --quiet-pull side
	[ "$(names)" = "db-1 side-1 side-2 web-1" ]
	[ "$(field side-1 '{{.Config.Cmd}}')" = "[sleep 2000]" ]
	sed -i '/^  side:/d' compose.yaml
	flow create --remove-orphans
	[ "$(names)" = "db-1 web-1" ]
	sed -i 's/image: busybox/image: none.invalid:1/' compose.yaml
	run -1 flow create --pull never
	has "none.invalid:1"
	run -2 flow create --build --no-build
}

@test "create --build and --pull build" {
	compose <<-'YAML'
		services: {web: {build: {context: ., dockerfile_inline: "FROM busybox\nARG A=1\nRUN echo $$A >/a"}, image: "flow-lifecycle-$COMPOSE_PROJECT_NAME", network_mode: none}}
	YAML
	run -1 flow create --no-build --pull never
	flow create --pull build
	docker image inspect "flow-lifecycle-$PROJECT" >/dev/null
	run -0 --separate-stderr flow create --build --dry-run
	has "build"
	run -0 --separate-stderr flow create --dry-run
	[[ $output != *build* ]]
	flow down
	docker rmi "flow-lifecycle-$PROJECT" >/dev/null
}

@test "scale: numbers stay, the highest go first; dependencies come along, or not" {
	stack
	web=$(docker inspect -f '{{.Id}}' "$PROJECT-web-1")
	flow stop db
	flow scale --no-deps web=3
	[ "$(names)" = "db-1 side-1 web-1 web-2 web-3" ]
	[ "$(state db-1)" = exited ]
	[ "$(docker inspect -f '{{.Id}}' "$PROJECT-web-1")" = "$web" ]
	flow scale web=2
	[ "$(names)" = "db-1 side-1 web-1 web-2" ]
	[ "$(state db-1)" = running ]
	docker rm -f "$PROJECT-web-1" >/dev/null
	flow scale web=0 side=2
	[ "$(names)" = "db-1 side-1 side-2" ]
	run -2 flow scale web
	has "SERVICE=NUMBER"
	run -2 flow scale web=-1
	run -2 flow scale nobody=1
	has "no such service: nobody"
	run -2 flow scale
}

@test "wait: each status as it comes, ours is the last; what has ended already counts" {
	compose <<-'YAML'
		services:
		  a: {image: busybox, network_mode: none, command: "sh -c 'while [ ! -e /go ]; do sleep 0.05; done; exit 3'"}
		  b: {image: busybox, network_mode: none, command: "sh -c 'while [ ! -e /go ]; do sleep 0.05; done; exit 5'"}
		  c: {image: busybox, init: true, network_mode: none, command: sleep 1000}
	YAML
	flow up -d
	begin log wait a b
	docker exec "$PROJECT-a-1" touch /go
	until_true grep -q 'status code 3$' log
	docker exec "$PROJECT-b-1" touch /go
	ends 5
	[ "$(cat log)" = "container \"$(docker inspect -f '{{.Id}}' "$PROJECT-a-1")\" exited with status code 3
container \"$(docker inspect -f '{{.Id}}' "$PROJECT-b-1")\" exited with status code 5" ]
	run -3 flow wait a
	[ "$output" = "container \"$(docker inspect -f '{{.Id}}' "$PROJECT-a-1")\" exited with status code 3" ]
	FLOW_TRACE=$PWD/trace begin log wait c
	until_true grep -q /containers/json trace # else the signal may meet the shell that is about to become the command
	kill -TERM "$pid"
	ends 143
	begin log wait --down-project c
	until_true docker kill "$PROJECT-c-1"
	ends 137
	[ -z "$(names)" ]
	run -1 flow wait a
	has "no containers for project \"$PROJECT\""
	run -2 flow wait
	run -2 flow wait nobody
}

@test "wait: an end is one, even if the engine starts the container again" {
	compose <<<'services: {loop: {image: busybox, network_mode: none, restart: always, command: "sh -c '"'while [ ! -e /go ]; do sleep 0.05; done; rm /go; exit 4'"'"}}'
	flow up -d
	FLOW_TRACE=$PWD/trace begin log wait loop
	until_true grep -q /containers/json trace
	docker exec "$PROJECT-loop-1" touch /go
	ends 4
	[[ $(cat log) = *' exited with status code 4' ]]
}

@test "--dry-run says what would be done, and does nothing" {
	stack
	for words in stop restart "kill web" pause "scale web=2" "rm -fs"; do
		run -0 flow --dry-run $words
		has "$PROJECT-web-"
	done
	[ "$(states)" = "db-1 running,side-1 running,web-1 running" ]
}

@test "either tool goes on with what the other has stopped, scaled and restarted" {
	need_peer
	stack
	before=$(ids)
	flow stop -t 0
	peer start
	peer stop -t 0
	flow start
	[ "$(states)" = "db-1 running,side-1 running,web-1 running" ]
	flow pause
	peer unpause
	peer pause
	flow unpause
	[ "$(ids)" = "$before" ]
	flow scale web=3
	peer scale web=2
	[ "$(names)" = "db-1 side-1 web-1 web-2" ]
	peer scale web=3
	flow scale web=1
	[ "$(ids)" = "$before" ]
	peer up -d --wait
	[ "$(ids)" = "$before" ]
	flow create --scale side=2 side
	peer start
	[ "$(state side-2)" = running ]
	flow kill
	peer rm -f
	[ -z "$(names)" ]
	peer create
	flow start
	[ "$(states)" = "db-1 running,side-1 running,web-1 running" ]
}
