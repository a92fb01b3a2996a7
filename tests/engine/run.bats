# One-off containers of a service: from their dependencies to their end.
bats_require_minimum_version 1.5.0
load helper

# one_off TEMPLATE: a field of the only one-off of this project
one_off() {
	local id
	id=$(docker ps -aq --filter "label=com.docker.compose.project=$PROJECT" --filter label=com.docker.compose.oneoff=True)
	[ -n "$id" ] && docker inspect -f "$1" "$id"
}

# gone ID: whether there is no such container
gone() { ! docker inspect "$1" >/dev/null 2>&1; }

@test "output, errors, input and exit status are the process's; --rm leaves nothing" {
	compose <<<'services: {web: {image: busybox, init: true, volumes: [/anonymous]}}'
	volumes=$(docker volume ls -q | wc -l)
	run -7 --separate-stderr flow run --rm -T web sh -c 'cat; echo err >&2; exit 7' <<<in
	[ "$output" = in ]
	[[ $stderr == *err* ]]
	run -137 flow run --rm -T web sh -c 'kill -9 $$'
	run -127 flow run --rm -T web nosuch
	run -126 flow run --rm -T web /etc
	[ -z "$(ids)" ]
	# without an init process the engine itself cannot start it
	compose <<<'services: {web: {image: busybox, volumes: [/anonymous]}}'
	run -127 flow run --rm -T web nosuch
	has 'exec: "nosuch": executable file not found in $PATH'
	run -126 flow run --rm -T web /etc
	# what the engine refuses for another reason is no status of the command
	run -1 flow run --rm -T -v /etc/passwd:/etc web true
	run -1 flow run --rm -T -u nosuch web true
	[ -z "$(ids)" ]
	[ "$(docker volume ls -q | wc -l)" = "$volumes" ]
	# without --interactive standard input is not read
	printf 'one\ntwo\n' | { flow run --rm -T --interactive=false web cat; cat; } >rest
	[ "$(cat rest)" = $'one\ntwo' ]
}

@test "whoever looks after the end sees the end" {
	one_service
	flow up -d
	for _ in {1..8}; do
		flow run -T web true && flow up -d --remove-orphans
		[ -z "$(docker ps -aq --filter "label=com.docker.compose.project=$PROJECT" --filter label=com.docker.compose.oneoff=True)" ]
	done
}

@test "100 MB both ways" {
	compose <<<'services: {web: {image: busybox}}'
	head -c 100000000 /dev/urandom >big
	flow run --rm -T web cat <big | cmp - big
}

@test "a one-off stands beside the service's own: name, labels, no ports, no restart" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    restart: always
		    container_name: own-name
		    ports: ["8099:80"]
	YAML
	run -0 flow run -T web true
	[[ $(one_off '{{.Name}}') =~ ^/$PROJECT-web-run-[0-9a-f]{12}$ ]]
	[ "$(one_off '{{index .Config.Labels "com.docker.compose.slug"}}' | cut -c1-12)" = "$(one_off '{{.Name}}' | tail -c 13)" ]
	[ "$(one_off '{{index .Config.Labels "com.docker.compose.container-number"}}')" = "" ]
	# engine 20.10 has no name for no policy
	[[ $(one_off '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.PortBindings}} {{.HostConfig.AutoRemove}}') =~ ^(no)?\ map\[\]\ false$ ]]
	# `up` and `down` leave it alone, and it them
	flow up -d
	run -0 flow down
	has "one-off container"
	[ "$(one_off '{{.State.Status}}')" = exited ]
	run -0 flow down --remove-orphans
	[ -z "$(ids)" ]
}

@test "what the options say of it" {
	echo FROM_FILE=file >vars
	echo SHARED=file >>vars
	mkdir -p sub/data
	echo here >sub/data/file
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    environment: {KEPT: "1", SHARED: service}
		    cap_add: [NET_ADMIN, SYS_TIME]
		    cap_drop: [CHOWN]
		    labels: {mine: service}
	YAML
	cd sub
	export PASSED=ours
	run -0 flow run -T --name "$PROJECT-named" -u 1234:5 -w /etc -e PASSED -e UNSET_HERE -e SHARED=option -e 'DOLLAR=$PASSED' \
		--env-from-file ../vars -l mine=option -v ./data:/data:ro --cap-add CHOWN --cap-drop NET_ADMIN web sh -c \
		'echo $(id -u):$(id -g) $PWD $PASSED ${UNSET_HERE-none} $SHARED $FROM_FILE $KEPT $DOLLAR $(cat /data/file)'
	[ "${lines[-1]}" = '1234:5 /etc ours none option file 1 $PASSED here' ]
	run -0 one_off '{{.Name}} {{.Config.Labels.mine}} {{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}}'
	[ "${output//CAP_/}" = "/$PROJECT-named option [SYS_TIME CHOWN] [NET_ADMIN]" ] ||
		[ "${output//CAP_/}" = "/$PROJECT-named option [CHOWN SYS_TIME] [NET_ADMIN]" ] || { echo "$output"; return 1; }
	run -1 flow run -T --name "$PROJECT-named" web true
	has "$PROJECT-named"
	run -2 flow run -T -p nonsense:x web true
	has "--publish: "
	run -2 flow run -T --env-from-file none web true
	has "none"
}

@test "a name that is taken is told with what to do" {
	one_service
	flow run -d --name "$PROJECT-fixed" web sleep 1000
	run -1 flow run --name "$PROJECT-fixed" -T web true
	has "container name \"$PROJECT-fixed\" is in use" "give it another --name, or remove that container: docker rm -f $PROJECT-fixed"
	docker rm -f "$PROJECT-fixed" >/dev/null
}

@test "entrypoint and command" {
	compose <<<'services: {web: {image: busybox, entrypoint: [echo, own], command: [words]}}'
	run -0 flow run --rm -T web
	[ "${lines[-1]}" = "own words" ]
	run -0 flow run --rm -T web other
	[ "${lines[-1]}" = "own other" ]
	run -0 flow run --rm -T --entrypoint 'echo "a  b"' web
	[ "${lines[-1]}" = "a  b" ]
	run -0 flow run --rm -T --entrypoint echo web c
	[ "${lines[-1]}" = c ]
}

@test "ports: --publish, --service-ports" {
	local own other
	own=$(free_port)
	other=$(free_port)
	compose <<<"services: {web: {image: busybox, init: true, command: sleep 1000, ports: ['$own:80']}}"
	run -0 --separate-stderr flow run -d -P web
	[[ $(docker port "$output") == "80/tcp -> 0.0.0.0:$own"* ]]
	run -0 --separate-stderr flow run -d -p "$other:81" web
	[[ $(docker port "$output") == "81/tcp -> 0.0.0.0:$other"* ]]
	run -2 flow run -P -p 1:1 web
	has "exclude each other"
}

@test "--use-aliases gives it the service's names" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000}
		  client: {image: busybox}
	YAML
	flow run -d -T web
	run flow run --rm -T client nslookup web
	[ "$status" != 0 ]
	flow run -d -T --use-aliases web
	run -0 flow run --rm -T client nslookup web
}

@test "dependencies come first, through their gates; --no-deps leaves them" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: [sh, -c, 'touch /ready; exec sleep 1000']
		    x-flow: {healthcheck: {exec: [test, -e, /ready], interval: 100ms}}
		  migrate: {image: busybox, command: [sh, -c, 'exit ${CODE:-0}'], restart: "no"}
		  web:
		    image: busybox
		    scale: 0
		    depends_on: {db: {condition: service_healthy}, migrate: {condition: service_completed_successfully}}
	YAML
	run -0 flow run --rm -T --no-deps web echo alone
	[ -z "$(ids)" ]
	run -0 flow --dry-run run web
	has "db" "wait" "healthy" "one-off"
	[ -z "$(ids)" ]
	run -0 flow run --rm -T web echo ran
	[ "${lines[-1]}" = ran ]
	[ "$(names)" = "db-1 migrate-1" ]
	is db-1 running
	CODE=3 run -1 flow run --rm -T web echo ran
	has "migrate"
	[[ $output != *$'\nran'* ]]
	[ "$(names)" = "db-1 migrate-1" ]
}

@test "signals are passed on to the process" {
	compose <<<'services: {web: {image: busybox}}'
	for name in INT TERM HUP USR1 QUIT; do
		begin "log.$name" run --rm -T web sh -c "trap 'echo got $name; exit 3' $name; echo begun; while :; do sleep 0.05; done"
		until_true grep -q begun "log.$name"
		kill -"$name" "$pid"
		ends 3 || { cat "log.$name"; return 1; }
		grep -q "got $name" "log.$name"
	done
	[ -z "$(ids)" ]
}

@test "F3 what does not heed the signal that is to end it is killed: after its grace, or by a second one; the status is the signal's" {
	local name status
	for name in TERM INT; do
		status=$([ "$name" = TERM ] && echo 143 || echo 130)
		# a process with the number 1 that has no handler ignores both
		compose <<<'services: {web: {image: busybox, stop_grace_period: 1s}}'
		begin log run --rm -T web sh -c 'echo begun; exec sleep 1000'
		until_true grep -q begun log
		kill -"$name" "$pid"
		ends "$status" || { cat log; return 1; }
		grep -q "^$name passed on to $PROJECT-web-run-.*, which has 1 s to end; once more kills it" log
		grep -q "^$PROJECT-web-run-.* has not ended: killed" log
		[ -z "$(ids)" ]
		compose <<<'services: {web: {image: busybox, stop_grace_period: 1000s}}'
		begin log run --rm -T web sh -c 'echo begun; exec sleep 1000'
		until_true grep -q begun log
		kill -"$name" "$pid"
		until_true grep -q "once more kills it" log
		kill -"$name" "$pid"
		ends "$status" || { cat log; return 1; }
		[ -z "$(ids)" ]
	done
	# without --rm it is there, ended
	begin log run -T web sh -c 'echo begun; exec sleep 1000'
	until_true grep -q begun log
	kill -TERM "$pid"
	until_true grep -q "once more kills it" log
	kill -TERM "$pid"
	ends 143
	[ "$(one_off '{{.State.Status}} {{.State.ExitCode}}')" = "exited 137" ]
}

@test "F3 whoever ends by itself meanwhile has its own status" {
	compose <<<'services: {web: {image: busybox, stop_grace_period: 1000s}}'
	begin log run --rm -T web sh -c 'trap "touch /ended" TERM; echo begun; until [ -e /ended ]; do sleep 0.05; done; exit 5'
	until_true grep -q begun log
	kill -TERM "$pid"
	ends 5
	grep -q "TERM passed on to" log
	[ -z "$(ids)" ]
}

@test "an interrupt while dependencies start: nothing runs" {
	one_that_waits
	begin log run --rm -T web echo ran
	until_true is db-1 running
	kill -INT "$pid"
	ends 130
	run ! grep -q ^ran log
	[ "$(names)" = db-1 ]
}

@test "--detach prints the id and returns" {
	compose <<<'services: {web: {image: busybox, init: true}}'
	run -0 --separate-stderr flow run -d web sleep 1000
	[ "$(docker inspect -f '{{.State.Status}} {{.Id}}' "$output")" = "running $output" ]
	run -0 --separate-stderr flow run -d --rm web true
	until_true gone "$output"
}

@test "a terminal: its size, its keys; keys that detach leave it running" {
	compose <<<'services: {web: {image: busybox}}'
	run -9 terminal 30x90 "$FLOW" run --rm web sh < <(shell_session)
	run -0 terminal 30x90 "$FLOW" run --rm web sh <<-'STEPS'
		wait #
		type \x10\x11
	STEPS
	[ "$(one_off '{{.State.Status}} {{.Config.Tty}}')" = "running true" ]
	[ "$ENGINE_VERSION" = 20 ] || [ "$(one_off '{{.HostConfig.ConsoleSize}}')" = "[30 90]" ] # from its beginning
	docker rm -f "$(ids)"
	run -0 terminal 30x90 "$FLOW" run --rm -T web sh -c '[ -t 1 ] || echo pipes' </dev/null
	has pipes
	run -0 flow run --rm -t web sh -c '[ -t 1 ] && echo terminal' </dev/null
	has terminal
	run -0 flow run --rm --no-tty=false web sh -c '[ -t 1 ] && echo terminal' </dev/null
	has terminal
	# under the name docker-compose it needs ours, as docker's command line has it
	ln -s "$FLOW" docker-compose
	for words in --tty -it --no-TTY=false; do
		run -1 ./docker-compose run --rm "$words" web true <<<piped
		has "the input device is not a TTY"
	done
	run -0 ./docker-compose run --rm web cat <<<piped
	has piped
}

@test "-d keeps standard input open, so that exec finds what waits for it" {
	compose <<<'services: {web: {image: busybox}}'
	flow run -d web cat
	run -0 flow exec -T web ps
	has cat
	flow run -d --interactive=false --name "$PROJECT-shut" web cat
	[ "$(docker wait "$PROJECT-shut")" = 0 ]
}

@test "--volumes and --labels are --volume and --label" {
	compose <<<'services: {web: {image: busybox}}'
	echo text >file
	run -0 flow run --volumes "$PWD:/here" --labels a=b web cat /here/file
	has text
	[ "$(docker inspect -f '{{.Config.Labels.a}}' "$(ids)")" = b ]
}

@test "what is told before it runs: --quiet, --quiet-build" {
	mkdir app
	printf 'FROM busybox\nRUN echo build-says-this\n' >app/Dockerfile
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  web: {build: app, depends_on: [db]}
	YAML
	run -0 flow run --rm -T --quiet-build web echo ran
	has "db" ran
	[[ $output != *build-says-this* ]]
	flow down -t 0
	run -0 flow run --rm -T -q web echo ran
	[ "$output" = ran ]
	run -0 flow run --rm -T --build web echo ran
	has Built ran
	flow down -t 0 --rmi local
}

@test "--pull and --remove-orphans" {
	compose <<<'services: {web: {image: busybox}, old: {image: busybox, init: true, command: sleep 1000}}'
	flow up -d old
	compose <<<'services: {web: {image: busybox}}'
	run -0 flow run --rm -T web true
	is old-1 running
	run -0 flow run --rm -T --remove-orphans web true
	[ -z "$(ids)" ]
	compose <<<'services: {web: {image: "127.0.0.1:1/none:1"}}'
	run -1 flow run --rm -T --pull never web true
	has "pull policy is \"never\""
}

@test "one-offs that have ended are orphans: told, not mentioned, or removed, as the environment or .env says" {
	compose <<<'services: {web: {image: busybox}}'
	run -0 flow run web true
	[[ $output != *orphan* ]]
	flow run -d --name "$PROJECT-lives" web sleep 1000
	run -0 flow run --rm web true
	has "orphan container $PROJECT-web-run-" "one-off of web has ended"
	[[ $output != *"$PROJECT-lives"* ]]
	COMPOSE_IGNORE_ORPHANS=true run -0 flow run --rm web true
	[[ $output != *orphan* ]]
	echo COMPOSE_IGNORE_ORPHANS=true >.env
	run -0 flow run --rm web true
	[[ $output != *orphan* ]]
	echo COMPOSE_REMOVE_ORPHANS=true >.env
	flow create
	[ "$(names)" = "lives web-1" ]
}

@test "post_start hooks run" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    post_start: [{command: [touch, /hooked]}]
	YAML
	run -0 flow run --rm -T web sh -c 'while ! [ -e /hooked ]; do sleep 0.05; done; echo hooked'
	has hooked
}

@test "a hook that fails is told; the status is that of the command" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    post_start: [{command: [sh, -c, "touch /tried; exit 3"]}]
	YAML
	run -4 flow run --rm -T web sh -c 'while ! [ -e /tried ]; do sleep 0.05; done; sleep 1; exit 4'
	has 'warning: services.web.post_start: container' 'post_start: web hook exited with status 3'
	run -0 flow run --rm -T web true
}

@test "killed before the start: the next run, up or down removes what --rm was to" {
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, volumes: [/anonymous]}}'
	volumes=$(docker volume ls -q | wc -l)
	for next in 'run --rm -T web true' 'up -d' 'down -v -t 0'; do
		proxied kill-early@/start
		run -137 flow run --rm -T web true
		DOCKER_HOST=$ENGINE
		rm -f p.sock
		[ "$(one_off '{{.State.Status}}')" = created ]
		# shellcheck disable=SC2086
		run -0 flow $next
		[[ $output != *orphan* ]]
		[ -z "$(one_off '{{.Id}}')" ]
	done
	[ -z "$(ids)" ]
	[ "$(docker volume ls -q | wc -l)" = "$volumes" ]
	# who is still at it is left alone
	mkfifo hold
	begin log run --rm -T web sh -c 'echo begun; sleep 1000'
	until_true grep -q begun log
	flow up -d
	[ "$(one_off '{{.State.Status}}')" = running ]
	kill -TERM "$pid"
	ends 143
}

# swept: a run works, and no container of this project is there after it. The engine may have made one after another run has looked.
swept() { flow run --rm -T web true && [ -z "$(ids)" ]; }

@test "killed at any request: the next run works, and nothing is left" {
	compose <<<'services: {web: {image: busybox, volumes: [/anonymous]}}'
	volumes=$(docker volume ls -q | wc -l)
	for k in 1 2 3 4 5 6 7 8 9; do
		proxied "kill@$k"
		run flow run --rm -T web true
		[ "$status" = 137 ] || [ "$status" = 0 ] || { echo "request $k: $output"; return 1; }
		DOCKER_HOST=$ENGINE
		rm -f p.sock
		run -0 flow run --rm -T web echo ok
		has ok
		until_true swept || { cat requests; return 1; }
	done
	[ "$(docker volume ls -q | wc -l)" = "$volumes" ]
}

@test "either tool sees the other's one-offs" {
	need_peer
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000}}'
	flow run -d web sleep 1000
	peer ps -a --format '{{.Name}}' | grep -q "$PROJECT-web-run-"
	peer down --remove-orphans
	[ -z "$(ids)" ]
	peer run -d web sleep 1000 >/dev/null
	flow ps -a --format '{{.Name}}' | grep -q "$PROJECT-web-run-"
	flow down --remove-orphans -t 0
	[ -z "$(ids)" ]
}
