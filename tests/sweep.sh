#!/usr/bin/env bash
# Fault sweep: every request of a command is spoiled in every way, one per run; the same command again must give exactly what it is for.
#
#   tests/sweep.sh [--peer] [SCENARIO…]     SCENARIO: fresh, recreate, switch, stop, restart, rm, scale, down, run, exec, cp, fetch (all)
#
# fresh      `up -d` from nothing but a volume with data of an earlier life: a health gate, two replicas, two networks, another volume
# recreate   `up -d` of a running stack whose configuration has changed; its containers have anonymous volumes with data
# switch     the same start-first, without data: the new containers run before the old ones go
# stop, restart, rm, scale, down
#            of a running stack: a service with data, and three replicas that are restarted with it
# run, exec, cp, fetch
#            of the same: `run --rm` and `exec` of a command that says something, `cp` of a file into all replicas and out of one
#
# For each request k and fault: the command through tests/faultproxy.c; a clean one; then containers (names, numbers, networks, aliases,
# states), networks and volumes are exactly what the command is for, the data is there, nothing is left over and, after `up`, `plan` has
# nothing to do; what a command says or copies is whole. Where the first run said it was done, that must be so before the second. The table shows `ok` where the first run survived
# the fault, `2nd` where the second one repaired it, FAIL else. ENGINE_VERSION (20) chooses the engine, FLOW the binary, FAULTS some of the ways.
# An engine is silent for too long after one second here (COMPOSE_HTTP_TIMEOUT), and no run may take longer than a minute.
# --peer runs docker compose instead, to compare with: it has no `plan`, waits for ever where nothing comes, and its failures are no news.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
root=$PWD
flow=${FLOW:-$root/build/docker-flow}
version=${ENGINE_VERSION:-20}
faults=${FAULTS:-cut lost 500 503 half kill silence deaf stall}
workers=2
peer=
[ "${1:-}" != --peer ] || { peer=1; shift; }
scenarios=${*:-fresh recreate switch stop restart rm scale down run exec cp fetch}

proxy=$root/build/tests/faultproxy
make -s "${proxy#"$root"/}" || exit 1
if ! reason=$(tests/engine.sh available "$version" 2>&1); then
	echo "SKIPPED: sweep on engine $version: $reason"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
if [ -n "$peer" ]; then
	flow=$(tests/engine.sh peer | sed -n 's/^DOCKER_CONFIG=//p')/cli-plugins/docker-compose
	[ -x "$flow" ] || exit 1
	faults='cut lost 500 503 half kill'
fi

dir=$(mktemp -d /tmp/flow-sweep.XXXXXX)
pids=
leave() {
	# shellcheck disable=SC2086 # one word per pid
	[ -z "$pids" ] || kill $pids 2>/dev/null
	wait
	"$root/tests/engine.sh" stop "$dir/e" >/dev/null
	rm -rf "$dir"
}
trap leave EXIT
trap 'exit 130' INT TERM
tests/engine.sh start "$version" "$dir/e" >/dev/null || exit 1
engine=$dir/e/docker.sock
DOCKER_HOST=unix://$engine tests/images.sh || exit 1
unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION COMPOSE_FILE FLOW_TRACE
export DOCKER_CONFIG=$dir/config XDG_RUNTIME_DIR=$dir/run HOME=$dir
export COMPOSE_HTTP_TIMEOUT=1
mkdir -m 700 "$dir/config" "$dir/run"

api() { curl -sS --globoff --unix-socket "$engine" "$@"; }
# of PROJECT: filter by its label, as a query
of() { printf 'filters={"label":["com.docker.compose.project=%s"]}' "$1" | sed 's/"/%22/g; s/{/%7b/g; s/}/%7d/g; s/\[/%5b/g; s/]/%5d/g'; }

# remove_all PATH…: all at once
remove_all() {
	local urls=() path
	for path; do urls+=("http://engine$path"); done
	[ $# = 0 ] || api -X DELETE --parallel --parallel-immediate "${urls[@]}" >/dev/null 2>&1
}

# wipe PROJECT [VOLUME]: removes its containers with their anonymous volumes, its networks, and its volumes (but VOLUME)
wipe() {
	local list containers
	containers=$(api "http://engine/containers/json?all=1&$(of "$1")")
	mapfile -t list < <(jq -r '.[] | "/containers/\(.Id)?force=1&v=1"' <<<"$containers")
	remove_all "${list[@]}"
	# those that a recreated container has got from the one before it are not the engine's to remove
	mapfile -t list < <(jq -r '.[].Mounts[]?.Name // empty | select(test("^[0-9a-f]{64}$")) | "/volumes/\(.)"' <<<"$containers")
	remove_all "${list[@]}"
	mapfile -t list < <(api "http://engine/networks?$(of "$1")" | jq -r '.[] | "/networks/\(.Id)"')
	remove_all "${list[@]}"
	mapfile -t list < <(api "http://engine/volumes?$(of "$1")" | jq -r --arg but "${2:-}" '.Volumes[]? | select(.Name != $but) | "/volumes/\(.Name)"')
	remove_all "${list[@]}"
}

# The files. A marker is written by the first life of a volume only, so that it tells whether this is still the same one.
write_fresh() {
	cat >compose.yaml <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: [sh, -c, 'for d in /data /new; do [ -e $$d/marker ] || cat /proc/sys/kernel/random/uuid >$$d/marker; done; touch /tmp/ready; exec sleep 1000']
		    volumes: [data:/data, new:/new]
		    networks: [back]
		    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    deploy: {replicas: 2}
		    networks: {front: {}, back: {}}
		    depends_on: {db: {condition: service_healthy}}
		networks: {front: {}, back: {}}
		volumes: {data: {}, new: {}}
	YAML
}
write_recreate() { # VALUE
	cat >compose.yaml <<-YAML
		services:
		  app:
		    image: busybox
		    init: true
		    command: [sh, -c, '[ -e /anon/marker ] || cat /proc/sys/kernel/random/uuid >/anon/marker; exec sleep 1000']
		    environment: {VALUE: "$1"}
		    deploy: {replicas: 2}
		    volumes: [/anon]
	YAML
}

write_switch() { # VALUE
	cat >compose.yaml <<-YAML
		services:
		  app:
		    image: busybox
		    init: true
		    command: sleep 1000
		    environment: {VALUE: "$1"}
		    deploy: {replicas: 2}
		    x-flow: {replace: {order: start-first, parallelism: 2, drain: 0s}}
	YAML
}

write_running() {
	cat >compose.yaml <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: [sh, -c, '[ -e /data/marker ] || cat /proc/sys/kernel/random/uuid >/data/marker; exec sleep 1000']
		    volumes: [data:/data]
		  app: {image: busybox, init: true, command: sleep 1000, deploy: {replicas: 3}, depends_on: {db: {condition: service_started, restart: true}}}
		volumes: {data: {}}
	YAML
}

# is_up SCENARIO: its command is `up`
is_up() { [ "$1" = fresh ] || [ "$1" = recreate ] || [ "$1" = switch ]; }

# once SCENARIO: its command
once() {
	local words=(up -d)
	case $1 in
	stop) words=(stop) ;;
	restart) words=(restart) ;;
	rm) words=(rm -fs app) ;;
	scale) words=(scale app=1) ;;
	down) words=(down -t 1) ;;
	run) words=(run --rm -T db echo "$SAID") ;;
	exec) words=(exec -T app echo "$SAID") ;;
	cp) words=(cp --all file app:/copied) ;;
	fetch) words=(cp app:/bin/busybox copied) ;;
	esac
	timeout -k 5 60 "$flow" "${words[@]}" </dev/null
}

# brought SCENARIO PROJECT LOG: what is missing of that which the command is to say or to copy
brought() {
	local n
	case $1 in
	run | exec) [ -z "$peer" ] && ! grep -qx "$SAID" "$3" && echo "$SAID was not said: $(cat "$3")" ;;
	cp)
		for n in 1 2 3; do
			api "http://engine/containers/$2-app-$n/archive?path=/copied" | tar -xO 2>/dev/null | cmp - file 2>&1 | sed "s/^/$2-app-$n: /"
		done
		;;
	fetch) cmp copied fetched ;;
	esac
}

# wanted SCENARIO PROJECT VALUE: what `found` has to say
wanted() {
	local state=running last=3 n
	if ! is_up "$1"; then
		case $1 in
		stop) state=exited ;;
		rm) last=0 ;;
		scale) last=1 ;;
		down) echo "volume $2_data"; return ;;
		esac
		printf '%s\n' "$2-db-1 $state db 1 $2_default:db -" "network $2_default" "volume $2_data"
		for ((n = 1; n <= last; n++)); do echo "$2-app-$n $state app $n $2_default:app -"; done
	elif [ "$1" = fresh ]; then
		printf '%s\n' "$2-db-1 running db 1 $2_back:db -" "$2-web-1 running web 1 $2_back:web,$2_front:web -" \
			"$2-web-2 running web 2 $2_back:web,$2_front:web -" "network $2_back" "network $2_front" "volume $2_data" "volume $2_new"
	else
		printf '%s\n' "$2-app-1 running app 1 $2_default:app $3" "$2-app-2 running app 2 $2_default:app $3" "network $2_default"
	fi
}

# found PROJECT: its containers (name, state, service, number, networks with the service's alias, value), networks, volumes, and whatever
# else belongs to nobody
found() {
	local list ids others
	list=$(api "http://engine/containers/json?all=1")
	mapfile -t ids < <(jq -r --arg p "$1" '.[] | select(.Labels["com.docker.compose.project"] == $p) | "http://engine/containers/\(.Id)/json"' <<<"$list")
	[ ${#ids[@]} = 0 ] || api "${ids[@]}" | jq -r '.Config.Labels["com.docker.compose.service"] as $s |
		[.Name[1:], .State.Status, $s, .Config.Labels["com.docker.compose.container-number"],
		(.NetworkSettings.Networks | to_entries | sort_by(.key) | map("\(.key):\(if (.value.Aliases // []) | index($s) then $s else "no alias" end)") | join(",")),
		(.Config.Env // [] | map(select(startswith("VALUE="))[6:]) | first // "-")] | join(" ")'
	jq -r '.[] | select((.Labels["com.docker.compose.project"] // "") | startswith("sweep") | not) | "left over: container \(.Names[0])"' <<<"$list"
	api "http://engine/networks" | jq -r --arg p "$1" '.[].Name | select(startswith($p + "_")) | "network \(.)"'
	others=$(api "http://engine/volumes" | jq -r --arg p "$1" '.Volumes[]?.Name | select(startswith($p + "_")) | "volume \(.)"')
	[ -z "$others" ] || printf '%s\n' "$others"
	api "http://engine/volumes?filters=%7b%22dangling%22:%5b%22true%22%5d%7d" |
		jq -r '.Volumes[]?.Name | select(test("^[0-9a-f]{64}$")) | "left over: anonymous volume \(.)"'
}

# markers PROJECT: what the volumes hold that have data; anonymous ones by the container's name
markers() {
	local project=$1 name
	for name in data new; do
		[ ! -s "$dir/e/data/docker/volumes/${project}_$name/_data/marker" ] ||
			printf '%s %s\n' "$name" "$(cat "$dir/e/data/docker/volumes/${project}_$name/_data/marker")"
	done
	api "http://engine/containers/json?all=1&$(of "$project")" |
		jq -r '.[] | .Names[0] as $n | .Mounts[]? | select(.Name // "" | test("^[0-9a-f]{64}$")) | "\($n) \(.Name)"' |
		while read -r name volume; do
			[ ! -s "$dir/e/data/docker/volumes/$volume/_data/marker" ] || printf '%s %s\n' "$name" "$(cat "$dir/e/data/docker/volumes/$volume/_data/marker")"
		done | sort
}

# differs SCENARIO PROJECT VALUE: what is not as the file wants it
differs() { diff <(wanted "$@" | sort) <(found "$2" | sort) | grep '^[<>]'; }

up() { timeout -k 5 60 "$flow" up -d </dev/null; }

# starts PROJECT: when each container was started
starts() {
	local ids
	mapfile -t ids < <(api "http://engine/containers/json?all=1&$(of "$1")" | jq -r '.[] | "http://engine/containers/\(.Id)/json"')
	[ ${#ids[@]} = 0 ] || api "${ids[@]}" | jq -r '"\(.Name) \(.State.StartedAt)"' | sort
}

# faulty SCENARIO FAULT K: its command through a proxy of its own; its words are in ./up.log, the requests in ./requests
faulty() {
	local pid status
	rm -f p.sock
	"$proxy" --log requests ${2:+--fault "$2@$3"} p.sock "$engine" &
	pid=$!
	while [ ! -S p.sock ] && kill -0 "$pid" 2>/dev/null; do :; done
	DOCKER_HOST=unix://$PWD/p.sock once "$1" >up.log 2>&1
	status=$?
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return "$status"
}

# report K FAULT RESULT TEXT…
report() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$(sed -nE "s/^$1 (.*)/\1/p" requests | sed -E "s/ $2\$//; s/[0-9a-f]{64}/ID/g; s/\?.*//")" >>results; }

# fault_case SCENARIO PROJECT VALUE K FAULT: from the state before to the verdict
fault_case() {
	local scenario=$1 project=$2 value=$3 k=$4 fault=$5 status before between after started wrong='' result=2nd
	case $scenario in
	fresh) wipe "$project" "${project}_data" ;;
	recreate | switch) "write_$scenario" "$value" ;;
	*)
		up >again.log 2>&1 || wrong="an up before it failed: $(cat again.log)"
		echo "$value" >>file
		rm -f copied
		export SAID="said-$value"
		;;
	esac
	before=$(markers "$project")
	started=$(starts "$project")
	faulty "$scenario" "$fault" "$k" 2>/dev/null
	status=$?
	grep -q "^$k .* $fault\$" requests || { report "$k" "$fault" -; return 0; }
	if [ "$status" = 0 ]; then
		result=ok
		wrong+=$({ differs "$scenario" "$project" "$value"; brought "$scenario" "$project" up.log; } | sed 's/^/after the first run, which said it was done: /')
	elif [ "$status" = 124 ]; then
		wrong+="the first run hung"
	fi
	between=$(markers "$project")
	once "$scenario" >again.log 2>&1 || wrong+=$'\n'"the second run failed with $?: $(cat again.log)"
	[ "$scenario" != restart ] || wrong+=$(comm -12 <(echo "$started") <(starts "$project") | sed 's/^/not restarted: /')
	wrong+=$(differs "$scenario" "$project" "$value"; brought "$scenario" "$project" again.log)
	after=$(markers "$project")
	[ -z "$(comm -23 <(sort <<<"$before") <(sort <<<"$after"))" ] || wrong+=$'\n'"data of the volumes before: $before, after: $after"
	[ "$scenario" != fresh ] || [ -z "$(comm -23 <(sort <<<"$between") <(sort <<<"$after"))" ] || wrong+=$'\n'"data of the volumes after the fault: $between, at the end: $after"
	[ -n "$peer" ] || ! is_up "$scenario" || "$flow" plan --exit-code >plan.log 2>&1 || wrong+=$'\n'"plan still has to do ($?): $(cat plan.log)"
	if [ -n "$wrong" ]; then
		result=FAIL
		printf 'FAIL %s: request %s, %s, first run %s\n' "$scenario" "$(grep "^$k " requests)" "$fault" "$status"
		printf '%s\n' "$wrong" | sed '/^$/d; s/^/    /'
		sed 's/^/    first run: /' up.log | tail -n 5
		if [ "$scenario" = recreate ] || [ "$scenario" = switch ]; then wipe "$project"; up >again.log 2>&1; fi
	fi
	report "$k" "$fault" "$result"
}

# settle SCENARIO PROJECT: the state before the first case; leaves the requests of an undisturbed run in ./requests
settle() {
	case $1 in
	fresh) write_fresh ;;
	recreate | switch) "write_$1" first ;;
	*) write_running ;;
	esac
	up >up.log 2>&1
	if [ "$1" = fetch ]; then api "http://engine/containers/$2-app-1/archive?path=/bin/busybox" | tar -xO >fetched; fi
	head -c 300000 /dev/urandom >file
	export SAID=said
	[ "$1" != fresh ] || wipe "$2" "$2_data"
	[ "$1" = fresh ] || ! is_up "$1" || "write_$1" undisturbed
	faulty "$1" '' '' || { cat up.log; echo "an undisturbed run fails"; return 1; }
}

# worker NUMBER SCENARIO: every case whose number is its own modulo the workers
worker() {
	local number=$1 scenario=$2 project=sweep$1$2 k count fault n=0
	export DOCKER_HOST=unix://$engine COMPOSE_PROJECT_NAME=$project
	mkdir -p "$dir/$project"
	cd "$dir/$project" || return 1
	settle "$scenario" "$project" || return 1
	count=$(wc -l <requests)
	for ((k = 1; k <= count; k++)); do
		for fault in $faults; do
			n=$((n + 1))
			[ $((n % workers)) = $((number % workers)) ] || continue
			fault_case "$scenario" "$project" "$k-$fault" "$k" "$fault"
		done
	done
	wipe "$project"
}

passed=0 failed=0
for scenario in $scenarios; do
	started=$SECONDS pids=
	for ((i = 1; i <= workers; i++)); do
		worker "$i" "$scenario" >"$dir/worker$i" 2>&1 &
		pids+=" $!"
	done
	for pid in $pids; do wait "$pid" || failed=$((failed + 1)); done
	pids=
	cat "$dir"/worker*
	cat "$dir"/sweep*"$scenario"/results 2>/dev/null >"$dir/results"
	echo "$scenario on engine $version: $((SECONDS - started)) s"
	awk -F'\t' -v faults="$faults" '
		{ cell[$1, $2] = $3; if ($4 != "" && !($1 in name)) name[$1] = $4; if ($1 > last) last = $1 + 0 }
		END {
			n = split(faults, f, " ")
			printf "%3s  %-50s", "", "request"
			for (i = 1; i <= n; i++) printf " %7s", f[i]
			print ""
			for (k = 1; k <= last; k++) {
				printf "%3d  %-50.50s", k, name[k]
				for (i = 1; i <= n; i++) printf " %7s", cell[k, f[i]]
				print ""
			}
		}' "$dir/results"
	awk -F'\t' -v scenario="$scenario" '$3 != "-" && $2 != "kill" { n++; ok += $3 == "ok" } END {
		printf "%s: the first run survived %d of %d single faults\n", scenario, ok, n }' "$dir/results"
	passed=$((passed + $(grep -cE $'\t(ok|2nd)\t' "$dir/results")))
	failed=$((failed + $(grep -c $'\tFAIL\t' "$dir/results")))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
