# Loaded by every file of this folder: `load helper`. Each test has a folder and a project of its own, and leaves nothing behind.
setup() {
	PROJECT=t$BATS_TEST_NUMBER-$(tr -dc a-z0-9 <<<"${BATS_TEST_FILENAME##*/}" | cut -c1-12)
	export COMPOSE_PROJECT_NAME=$PROJECT
	export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	mkdir -p "$BATS_TEST_TMPDIR/$PROJECT"
	cd "$BATS_TEST_TMPDIR/$PROJECT" || return 1
}

teardown() {
	local ids pid
	# what the test began and did not wait for: servers, and docker flow where the test has failed
	for pid in $(jobs -pr); do
		kill "$pid" 2>/dev/null || true
		wait "$pid" || true
	done
	[ -z "${ENGINE:-}" ] || DOCKER_HOST=$ENGINE
	for project in "$PROJECT" ${ALSO_PROJECTS:-}; do
		ids=$(docker ps -aq --filter "label=com.docker.compose.project=$project")
		[ -z "$ids" ] || docker rm -fv $ids >/dev/null
		ids=$(docker network ls -q --filter "label=com.docker.compose.project=$project")
		[ -z "$ids" ] || docker network rm $ids >/dev/null
		ids=$(docker volume ls -q --filter "label=com.docker.compose.project=$project")
		[ -z "$ids" ] || docker volume rm -f $ids >/dev/null
	done
	ids=$(docker ps -aq --filter label=docker-flow.helper)
	[ -z "$ids" ] || docker rm -fv $ids >/dev/null
}

# compose: writes compose.yaml from standard input
compose() { cat >compose.yaml; }

# one_service: compose.yaml of a web that sleeps
one_service() { compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000}}'; }

# one_that_waits: compose.yaml of a web that waits until somebody touches /ready in db
one_that_waits() {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    x-flow: {healthcheck: {exec: [test, -e, /ready], interval: 100ms, retries: 1000}}
		  web: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [db]}}
	YAML
}

# flow ARGUMENT…: the binary under test
flow() { "$FLOW" "$@"; }

# begin LOG ARGUMENT…: the binary in the background, its words in LOG; pid says which. Shells let background commands ignore SIGINT.
begin() {
	local log=$1
	shift
	env --default-signal=INT,TERM,HUP "$FLOW" "$@" >"$log" 2>&1 3>&- &
	pid=$!
}

# ends STATUS: waits for it, and compares its exit status
ends() {
	local status=0
	wait "$pid" || status=$?
	[ "$status" -eq "$1" ] || { echo "exit status $status, not $1"; return 1; }
}

# beside LOG COMMAND…: a server of the test's own, ended by its pid when the test is over; pid says which
beside() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 3>&- &
	pid=$!
}

# need TOOL…: skips, loudly, where one is not installed
need() {
	local tool
	for tool; do
		PATH=$PATH:/usr/sbin:/usr/lib/git-core command -v "$tool" >/dev/null && continue
		echo "# SKIPPED: no $tool here: run tests/deps.sh test" >&3
		skip "no $tool"
	done
}

# free_port: a port of 127.0.0.1 that nobody listens on
free_port() {
	local port
	for port in $(shuf -i 20000-29999 -n 20); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
}

# state NAME: state of a container of this project, "service-number"
state() { docker inspect -f '{{.State.Status}}' "$PROJECT-$1"; }

# field NAME GO-TEMPLATE: anything else of it
field() { docker inspect -f "$2" "$PROJECT-$1"; }

# started NAME: when it started, in nanoseconds since the epoch
started() { date -d "$(field "$1" '{{.State.StartedAt}}')" +%s%N; }

# requests TRACE-FILE: engine requests a traced run made, without /_ping
requests() { grep '"what":"http"' "$1" | grep -vc '_ping'; }

# names: containers of this project, without its name, in order
names() { docker ps -a --filter "label=com.docker.compose.project=$PROJECT" --format '{{.Names}}' | sed "s/^$PROJECT-//" | sort | paste -sd' '; }

# ids: their ids, to see that they are still the same
ids() { docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$PROJECT" | sort; }

# since_epoch TIME: nanoseconds
since_epoch() { date -d "$1" +%s%N; }

# finished NAME: when it ended, in nanoseconds since the epoch
finished() { since_epoch "$(field "$1" '{{.State.FinishedAt}}')"; }

# said NAME TEXT: when a container wrote the line, in nanoseconds since the epoch
said() { since_epoch "$(docker logs -t "$PROJECT-$1" 2>&1 | grep -m1 -F "$2" | cut -d' ' -f1)"; }

# has TEXT…: the output of `run` has each of these texts; says which it has not
has() {
	local text
	for text; do
		[[ $output == *"$text"* ]] || { printf 'not in the output: %s\n%s\n' "$text" "$output"; return 1; }
	done
}

# until_true COMMAND…: again until it succeeds, 20 s at most
until_true() {
	local end=$((SECONDS + 20))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { echo "never true: $*"; return 1; }
		read -rt 0.05 <> <(:) || true
	done
}

# until_fails COMMAND…: status 1; again while it succeeds, since a container may outlive the command that starts it
until_fails() {
	local try
	for try in {1..200}; do
		run "$@"
		[ "$status" = 0 ] || break
	done
	[ "$status" = 1 ] || { echo "status $status after $try tries: $output"; return 1; }
}

# is NAME STATE: whether a container of this project is in this state
is() { [ "$(state "$1" 2>/dev/null)" = "$2" ]; }

# peer ARGUMENT…: docker compose 2.40
peer() { "$PEER" "$@"; }
need_peer() {
	PEER=$("$BATS_TEST_DIRNAME/../engine.sh" peer 2>/dev/null | sed -n 's/^DOCKER_CONFIG=//p')/cli-plugins/docker-compose
	[ -x "$PEER" ] || { echo "# SKIPPED: docker compose 2.40: run tests/engine.sh fetch28" >&3; skip "no docker compose 2.40"; }
}

# proxied FAULT…: from here on, this test's engine is reached through tests/faultproxy.c; requests in ./requests
proxied() {
	local arguments=() fault
	for fault; do arguments+=(--fault "$fault"); done
	make -s -C "$BATS_TEST_DIRNAME/../.." build/tests/faultproxy 3>&-
	"$BATS_TEST_DIRNAME/../../build/tests/faultproxy" --skip-ping --log requests "${arguments[@]}" p.sock "${DOCKER_HOST#unix://}" 3>&- &
	ENGINE=$DOCKER_HOST
	until [ -S p.sock ]; do kill -0 $!; done
	DOCKER_HOST=unix://$PWD/p.sock
}

# terminal SIZE COMMAND…: the command on a terminal, and what is done there from standard input (terminal.py)
terminal() { timeout -k 5 90 python3 "$BATS_TEST_DIRNAME/terminal.py" "$@"; }

# shell_session: steps for `terminal` and a shell: its size before and after a change, an interrupt, and its end with status 9
shell_session() {
	cat <<-'STEPS'
		wait #
		type until stty size 2>&1 | grep -q "^30"; do sleep 0.1; done; stty size\r
		wait 30 90
		size 41x133
		type until stty size | grep -q "^41"; do sleep 0.1; done; stty size\r
		wait 41 133
		type sh -c 'echo now$((1+1)); exec sleep 1000'\r
		wait now2
		type \x03
		wait #
		type exit 9\r
	STEPS
}
