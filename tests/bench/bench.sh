#!/usr/bin/env bash
# make bench: docker flow against docker compose and against the engine's own floor, in one run, as ratios.
#
#   tests/bench/bench.sh [SECTION…]    start config up gates noop ps down logs exec run again pull build cp watch replace; all of them without a name
#
# Needs docker compose 2.40 (tests/engine.sh fetch28). Writes docs/benchmarks.md when all sections ran; of some, it prints the table and puts
# their rows into the page.
# A ratio is ours / theirs: below 1 we are faster. BUDGET columns come from docs/design.md §7; a row that misses its budget says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/deps.sh build test
[ -x build/docker-flow ] || make -s
mkdir -p build/bench
for program in measure floor; do
	gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "build/bench/$program" "tests/bench/$program.c"
done
flow=$PWD/build/docker-flow measure=$PWD/build/bench/measure floor=$PWD/build/bench/floor
tests/engine.sh available 28 >/dev/null 2>&1 || tests/engine.sh fetch28
eval "$(tests/engine.sh peer | sed 's/^/export PEER_/')"
compose=$PEER_DOCKER_CONFIG/cli-plugins/docker-compose
work=$(mktemp -d /tmp/flow-bench.XXXXXX)
export DOCKER_CONFIG=$work/config COMPOSE_MENU=0 COMPOSE_PROGRESS=plain
mkdir -p "$DOCKER_CONFIG"
export work flow compose
engine=
finish() {
	[ -z "$engine" ] || tests/engine.sh stop "$engine" >/dev/null 2>&1
	rm -rf "$work"
}
trap finish EXIT

rows=()
# row WHAT BUDGET OURS THEIRS [NOTE]: OURS and THEIRS are measure's lines
row() {
	local what=$1 budget=$2 note=${5:-} verdict
	local a b ra rb sa sb ratio
	IFS=$'\t' read -r _ a _ _ ra sa <<<"$3"
	IFS=$'\t' read -r _ b _ _ rb sb <<<"$4"
	[ "$sa" = 0 ] || note="$note **ours ended with $sa**"
	[ "$sb" = 0 ] || note="$note (theirs ended with $sb)"
	ratio=$(awk -v a="$a" -v b="$b" 'BEGIN { if (b) printf "%.3f", a / b; else print a ? "–" : "0.000" }')
	verdict=$(awk -v r="$ratio" -v m="$budget" 'BEGIN { split(m, f, "/"); lim = (m ~ /\//) ? f[1] / f[2] : m; print (r <= lim) ? "yes" : "**no**" }')
	rows+=("| $what | $ratio | $budget | $verdict | $(awk -v a="$ra" -v b="$rb" 'BEGIN { if (a && b) printf "%.1f / %.1f", a / 1024, b / 1024; else print "–" }') | $note |")
	printf '%-58s ratio %-7s budget %-6s %s  (%.1f / %.1f ms) %s\n' "$what" "$ratio" "$budget" "$verdict" "$a" "$b" "$note" >&2
}
line() { sed -n "${1}p" <<<"$result"; }

services() { # N: a file of N services with 8 keys each
	echo "services:"
	for ((i = 1; i <= $1; i++)); do
		printf '  s%d:\n    image: busybox:%d\n    command: ["sleep", "%d"]\n    environment: {A: "%d", B: b}\n    ports: ["%d:80"]\n' $i $i $i $i $((1024 + i % 60000))
		printf '    volumes: ["data:/data"]\n    restart: unless-stopped\n    labels: {n: "%d"}\n    user: "1000"\n' $i
	done
	echo "volumes: {data: {}}"
}
flat() { # N
	echo "services:"
	for ((i = 1; i <= $1; i++)); do printf '  s%d: {image: busybox, command: [sleep, "1000"], init: true, networks: [n]}\n' $i; done
	echo "networks: {n: {name: benchnet, external: true}}"
}
chain() { # N CONDITION INTERVAL
	echo "services:"
	for ((i = 1; i <= $1; i++)); do
		if [ "$2" = service_completed_successfully ]; then
			printf '  s%d:\n    image: busybox\n    command: ["true"]\n    networks: [n]\n' $i
		else
			printf '  s%d:\n    image: busybox\n    command: [sleep, "1000"]\n    init: true\n    networks: [n]\n    healthcheck: {test: [CMD, "true"]%s}\n' $i "${3:+, interval: $3}"
		fi
		[ $i = 1 ] || printf '    depends_on: {s%d: {condition: %s}}\n' $((i - 1)) "$2"
	done
	echo "networks: {n: {name: benchnet, external: true}}"
}
project() { # NAME: reads the file from standard input
	mkdir -p "$work/$1"
	cat >"$work/$1/compose.yaml"
	printf '%s\n' "-f $work/$1/compose.yaml"
}
use_engine() {
	[ -z "$engine" ] || return 0
	engine=$work/e
	PATH=$PEER_PATH tests/engine.sh start 28 "$engine" >/dev/null
	export DOCKER_HOST=unix://$engine/docker.sock
	tests/images.sh
	docker network create benchnet >/dev/null
	export -f clear_containers
}
clear_containers() {
	local ids
	ids=$(docker ps -aq)
	[ -z "$ids" ] || docker rm -f $ids >/dev/null
}

section_start() {
	result=$("$measure" -n 41 flow "$flow docker-cli-plugin-metadata" compose "$compose docker-cli-plugin-metadata")
	row "start (metadata, run before every plugin command)" 1/15 "$(line 1)" "$(line 2)"
}
section_config() {
	local n f runs
	for n in 1 100 1000 10000; do
		runs=11
		[ $n -lt 1000 ] || runs=5
		[ $n -lt 10000 ] || runs=3
		f=$(services $n | project config$n)
		result=$("$measure" -n $runs flow "$flow $f config" compose "$compose $f config")
		row "config, $n services of 8 keys" 1/20 "$(line 1)" "$(line 2)"
	done
}
section_up() {
	local n f budget runs
	use_engine
	for n in 1 10 30; do
		budget=1.05 runs=21
		[ $n -gt 1 ] || budget=1.0
		[ $n -lt 30 ] || runs=11
		f=$(flat $n | project up$n)
		result=$("$measure" -n $runs -s clear_containers flow "$flow $f up -d" compose "$compose $f up -d" \
			floor "$floor $engine/docker.sock $n 8 up$n-s benchnet")
		row "up -d, $n new containers, against the raw requests" 1.05 "$(line 1)" "$(line 3)"
		row "up -d, $n new containers, against compose" $budget "$(line 1)" "$(line 2)"
	done
	clear_containers
}
section_gates() {
	local f
	use_engine
	f=$(chain 10 service_healthy 1s | project healthy)
	result=$("$measure" -n 3 -s clear_containers flow "$flow $f up -d" compose "$compose $f up -d")
	row "up -d, 10 services chained by service_healthy, interval 1s" 1/4 "$(line 1)" "$(line 2)"
	f=$(chain 2 service_healthy '' | project slow)
	result=$("$measure" -n 1 -s clear_containers flow "$flow $f up -d" compose "$compose $f up -d")
	row "up -d, a dependency with the default 30 s interval" 1/20 "$(line 1)" "$(line 2)"
	f=$(chain 10 service_completed_successfully | project oneshots)
	result=$("$measure" -n 5 -s clear_containers flow "$flow $f up -d" compose "$compose $f up -d" \
		floor "$floor $engine/docker.sock 10 8 oneshots-s benchnet chain")
	row "up -d, 10 one-shots chained by completion, against the raw requests" 1.05 "$(line 1)" "$(line 3)"
	row "up -d, 10 one-shots chained by completion, against compose" 1.0 "$(line 1)" "$(line 2)"
}
section_noop() {
	local f
	use_engine
	f=$(flat 10 | project flat)
	clear_containers
	"$flow" $f up -d >/dev/null 2>&1
	result=$("$measure" -n 21 flow "$flow $f up -d" compose "$compose $f up -d")
	row "up -d with nothing to do, 10 containers" 1/5 "$(line 1)" "$(line 2)"
	clear_containers
	f=$(chain 8 service_healthy 1s | project chain)
	"$flow" $f up -d --wait >/dev/null 2>&1
	result=$("$measure" -n 5 flow "$flow $f up -d" compose "$compose $f up -d")
	row "up -d with nothing to do, chain of 8 health gates" 1/50 "$(line 1)" "$(line 2)"
	clear_containers
}
section_ps() {
	local f
	use_engine
	clear_containers
	f=$(flat 100 | project ps)
	"$flow" $f up --no-start >/dev/null 2>&1
	result=$("$measure" -n 21 flow "$flow $f ps -a" compose "$compose $f ps -a")
	row "ps -a, 100 containers" 1/4 "$(line 1)" "$(line 2)"
	clear_containers
}
section_down() {
	local f
	use_engine
	f=$(flat 10 | project down)
	export f
	result=$("$measure" -n 5 -s "clear_containers; $flow $f up -d" flow "$flow $f down" compose "$compose $f down")
	row "down, 10 containers" 1.0 "$(line 1)" "$(line 2)"
	f=$(for i in 1 2 3; do
		[ $i = 1 ] && echo "services:"
		printf '  s%d: {image: busybox, command: [sh, -c, "trap \\"\\" TERM; while :; do sleep 1; done"], networks: [n]%s}\n' $i "$([ $i = 1 ] || echo ", depends_on: [s$((i - 1))]")"
	done; echo "networks: {n: {name: benchnet, external: true}}")
	f=$(project deaf <<<"$f")
	result=$("$measure" -n 3 -s "clear_containers; $flow $f up -d" flow "$flow $f down -t 1" compose "$compose $f down -t 1")
	row "down -t 1, chain of 3 deaf to TERM" 1.0 "$(line 1)" "$(line 2)"
}
section_logs() {
	local f
	use_engine
	clear_containers
	f=$(project logs <<-'YAML'
		services:
		  s: {image: busybox, command: [sh, -c, "yes this is a line of output of a talkative service that writes a lot | head -n 200000"], networks: [n]}
		networks: {n: {name: benchnet, external: true}}
	YAML
	)
	"$flow" $f up -d >/dev/null 2>&1
	docker wait logs-s-1 >/dev/null
	result=$("$measure" -n 15 flow "$flow $f logs" compose "$compose $f logs" \
		raw "curl -s --unix-socket $engine/docker.sock -o /dev/null http://d/v1.41/containers/logs-s-1/logs?stdout=1&stderr=1")
	row "logs, 200 000 lines, against the raw request" 1.03 "$(line 1)" "$(line 3)"
	row "logs, 200 000 lines, against compose" 1.0 "$(line 1)" "$(line 2)"
	clear_containers
	section_recorded
}
# Our own path: a stream that comes as fast as it is read, against the time that 300 MB a second take.
section_recorded() {
	local pid mib=400 ours
	python3 tests/bench/recorded.py "$work/recorded" $mib &
	pid=$!
	until [ -S "$work/recorded" ]; do kill -0 $pid; read -rt 0.1 <> <(:) || true; done
	result=$("$measure" -n 5 flow "$flow -H unix://$work/recorded -p recorded logs")
	kill $pid
	wait $pid || true
	ours=$(cut -f2 <<<"$result")
	row "logs of a recorded stream, against 300 MB a second" 1.0 "$result" \
		"floor	$(awk -v m=$mib 'BEGIN { print m * 1.048576 / 300 * 1000 }')	0	0	0	0" "$(awk -v m=$mib -v t="$ours" 'BEGIN { printf "%d MB/s", m * 1.048576 / t * 1000 }')"
}

section_exec() {
	local f
	use_engine
	clear_containers
	f=$(flat 1 | project exec)
	"$flow" $f up -d >/dev/null 2>&1
	result=$("$measure" -n 21 flow "$flow $f exec -T s1 true" compose "$compose $f exec -T s1 true" raw "docker exec exec-s1-1 true")
	row "exec true, against docker exec" 1.0 "$(line 1)" "$(line 3)"
	row "exec true, against compose" 1/2 "$(line 1)" "$(line 2)"
	clear_containers
}
section_run() {
	local f
	use_engine
	clear_containers
	f=$(flat 1 | project run)
	result=$("$measure" -n 7 flow "$flow $f run --rm -T s1 true" compose "$compose $f run --rm -T s1 true" \
		raw "docker run --rm --init --network benchnet busybox true")
	row "run --rm true, against docker run" 1.05 "$(line 1)" "$(line 3)"
	row "run --rm true, against compose" 1.0 "$(line 1)" "$(line 2)"
	clear_containers
}
section_again() {
	local f
	use_engine
	clear_containers
	f=$(flat 10 | project again)
	"$flow" $f up -d >/dev/null 2>&1
	result=$("$measure" -n 15 flow "$flow $f restart" compose "$compose $f restart")
	row "restart, 10 containers" 1.0 "$(line 1)" "$(line 2)"
	export f
	result=$("$measure" -n 15 -s "$flow $f start" flow "$flow $f stop" compose "$compose $f stop")
	row "stop, 10 containers" 1.0 "$(line 1)" "$(line 2)"
	result=$("$measure" -n 15 -s "$flow $f stop" flow "$flow $f start" compose "$compose $f start")
	row "start, 10 containers" 1.0 "$(line 1)" "$(line 2)"
	clear_containers
}
section_pull() {
	local f pid at
	use_engine
	mkdir -p "$work/pull"
	printf 'version: 0.1\nlog: {accesslog: {disabled: true}, level: info}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:0"}\n' "$work/registry" >"$work/registry.yml"
	docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
	pid=$!
	until grep -q 'listening on' "$work/registry.log"; do kill -0 $pid; read -rt 0.1 <> <(:) || true; done
	at=$(sed -n 's/.*listening on \([0-9.:]*\).*/\1/p' "$work/registry.log")
	head -c 500000000 /dev/urandom >"$work/pull/data"
	tar -C "$work/pull" -c data | docker import - "$at/large" >/dev/null
	rm "$work/pull/data"
	docker push -q "$at/large" >/dev/null
	f=$(project pull <<<"services: {s: {image: $at/large}}")
	result=$("$measure" -n 9 -s "docker rmi $at/large" flow "$flow $f pull" compose "$compose $f pull")
	row "pull of 500 MB from a registry on this machine" 1.0 "$(line 1)" "$(line 2)"
	kill $pid
	wait $pid || true
	docker rmi "$at/large" >/dev/null
	rm -rf "$work/registry"
}
# The peer has its buildx beside it, as it is installed.
section_build() {
	local f forget
	use_engine
	mkdir -p "$work/build/app" "$DOCKER_CONFIG/cli-plugins"
	ln -sf "$PEER_DOCKER_CONFIG/cli-plugins/docker-buildx" "$DOCKER_CONFIG/cli-plugins/"
	head -c 200000000 /dev/urandom | split -b 1000000 -a 3 - "$work/build/app/"
	f=$(project build <<<'services: {s: {build: {context: app, dockerfile_inline: "FROM busybox\nCOPY . /app\n"}}}')
	forget="curl -sf -X POST --unix-socket $engine/docker.sock 'http://engine/build/prune?all=1'"
	result=$("$measure" -n 5 -s "$forget" flow "$flow $f build" compose "$compose $f build")
	row "build of a context of 200 MB" 1.0 "$(line 1)" "$(line 2)"
	result=$("$measure" -n 9 flow "$flow $f build" compose "$compose $f build")
	row "build with nothing to do" 1/5 "$(line 1)" "$(line 2)"
	result=$("$measure" -n 5 -s "date +%N >$work/build/app/changed" flow "$flow $f build" compose "$compose $f build")
	row "build, one file of 200 MB has changed" 1.0 "$(line 1)" "$(line 2)"
	rm -rf "$work/build"
}
section_cp() {
	local f files
	use_engine
	clear_containers
	f=$(flat 1 | project cp)
	mkdir -p "$work/2" "$work/10000"
	head -c 100000000 /dev/urandom | tee "$work/2/a" >"$work/2/b"
	cat "$work/2/a" "$work/2/b" | split -b 20000 -a 4 - "$work/10000/"
	"$flow" $f up -d >/dev/null 2>&1
	export f
	for files in 2 10000; do
		result=$("$measure" -n 3 -s "docker exec cp-s1-1 rm -rf /to" flow "$flow $f cp $work/$files s1:/to" compose "$compose $f cp $work/$files s1:/to")
		row "cp of 200 MB in $files files into a container" 1.0 "$(line 1)" "$(line 2)"
		result=$("$measure" -n 3 -s "rm -rf $work/back" flow "$flow $f cp s1:/to $work/back" compose "$compose $f cp s1:/to $work/back")
		row "cp of 200 MB in $files files out of it" 1.0 "$(line 1)" "$(line 2)"
	done
	rm -rf "$work/2" "$work/10000" "$work/back"
	clear_containers
}
# saves TOOL…: ms from a save to the file in the container, as a line of measure's; the tool watches meanwhile
saves() {
	local pid root
	: >"$work/watch.log"
	"$@" >"$work/watch.log" 2>&1 &
	pid=$!
	until grep -q "Watch enabled" "$work/watch.log"; do kill -0 $pid; read -rt 0.1 <> <(:) || true; done
	root=/proc/$(docker inspect -f '{{.State.Pid}}' watch-s1-1)/root/app
	python3 - "$work/watch/src" "$root" <<-'PYTHON'
		import os, sys, time
		source, target = sys.argv[1:]
		taken = []
		for i in range(11):
		    text = str(time.time())
		    began = time.monotonic()
		    with open(source + "/file", "w") as file: file.write(text)
		    while True:
		        try:
		            with open(target + "/file") as file:
		                if file.read() == text: break
		        except OSError: pass
		        time.sleep(0.001)
		    taken.append((time.monotonic() - began) * 1000)
		    time.sleep(0.3)
		taken.sort()
		print("saves", "%.1f" % taken[5], "%.1f" % taken[0], "%.1f" % taken[-1], 0, 0, sep="\t")
	PYTHON
	kill -INT $pid
	wait $pid || true
}
section_watch() {
	local f ours theirs
	use_engine
	clear_containers
	f=$(project watch <<-'YAML'
		services:
		  s1: {image: busybox, command: [sleep, "1000"], init: true, networks: [n], develop: {watch: [{path: ./src, action: sync, target: /app}]}}
		networks: {n: {name: benchnet, external: true}}
	YAML
	)
	mkdir -p "$work/watch/src"
	"$flow" $f up -d >/dev/null 2>&1
	ours=$(saves "$flow" $f watch --no-up)
	theirs=$(saves "$compose" $f watch --no-up)
	row "watch, from a save to the file in the container" 1/2 "$ours" "$theirs" "$(cut -f2 <<<"$ours") ms"
	clear_containers
}

# replaced TOOL…: requests that fail, of those that a client sends through a proxy while two containers behind it are replaced, as a line of measure's
replaced() {
	local address pid status
	sed -i "s/word: .*/word: one/" "$work/replace/compose.yaml"
	"$@" up -d --wait >/dev/null 2>&1
	address=$(docker port replace-proxy-1 80 | head -n1)
	until curl -sf -m 10 -o /dev/null "http://$address/"; do read -rt 0.1 <> <(:) || true; done
	rm -f "$work/replace/over"
	(
		sent=0 failed=0
		while [ ! -e "$work/replace/over" ]; do
			curl -sf -m 30 -o /dev/null "http://$address/" || failed=$((failed + 1))
			sent=$((sent + 1))
		done
		printf 'failed\t%d\t%d\t0\t0\t0\n' "$failed" "$sent" >"$work/replace/failed"
	) &
	pid=$!
	sed -i "s/word: .*/word: two/" "$work/replace/compose.yaml"
	"$@" up -d >/dev/null 2>&1 && status=0 || status=$?
	touch "$work/replace/over"
	wait $pid
	[ "$status" = 0 ] || return "$status"
	cat "$work/replace/failed"
}
section_replace() {
	local f ours theirs
	use_engine
	clear_containers
	tests/images.sh nginx
	f=$(project replace <<-'YAML'
		services:
		  proxy: {image: "nginx:test", init: true, volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"], ports: ["127.0.0.1::80"], networks: [n]}
		  web:
		    image: busybox
		    init: true
		    command: [sh, -c, "mkdir /www; echo hello >/www/index.html; exec httpd -f -p 80 -h /www"]
		    labels: {
		      word: one
		    }
		    deploy: {replicas: 2}
		    networks: {n: {aliases: [shop]}}
		    x-flow: {replace: {order: start-first, drain: 3s}, healthcheck: {http: {port: 80}, interval: 100ms, retries: 100}}
		networks: {n: {name: benchnet, external: true}}
	YAML
	)
	cp tests/bench/nginx.conf "$work/replace/"
	theirs=$(replaced "$compose" $f)
	clear_containers
	ours=$(replaced "$flow" $f)
	row "requests that fail while 2 containers behind a proxy are replaced" 0 "$ours" "$theirs" \
		"$(cut -f2 <<<"$ours") of $(cut -f3 <<<"$ours"), $(cut -f2 <<<"$theirs") of $(cut -f3 <<<"$theirs")"
	clear_containers
}

all="start config up gates noop ps down logs exec run again pull build cp watch replace"
for name in ${*:-$all}; do "section_$name"; done

table() {
	cat <<-EOF
	# Benchmarks

	\`make bench\` writes this page. Every ratio is our wall time / theirs, medians of runs taken in turn (A B A B …) in one run on
	one machine, binary against binary (the docker CLI in front of either costs both the same). Below 1: we are faster. Budgets are those of
	[design.md](design.md) §7. "the raw requests" is a bare program that sends the engine the same create and start requests, eight at a time.
	From ten containers on both tools are at that floor, where medians scatter by a few hundredths.

	Machine: $(nproc) CPUs, $(awk '/MemTotal/ { printf "%d GiB", $2 / 1048576 + 0.5 }' /proc/meminfo) memory, Linux $(uname -r | cut -d- -f1), $(. /etc/os-release && echo "$PRETTY_NAME").
	docker flow $(cat VERSION); docker compose $("$compose" version --short); engine $( [ -z "$engine" ] || docker version -f '{{.Server.Version}}').

	| what | ratio | budget | met | peak RSS, MiB (ours / theirs) | |
	| --- | --- | --- | --- | --- | --- |
	EOF
	printf '%s\n' "${rows[@]}"
}
if [ $# -eq 0 ]; then
	table >docs/benchmarks.md
	echo "wrote docs/benchmarks.md" >&2
else
	table
	printf '%s\n' "${rows[@]}" | awk -F'|' 'NR == FNR { new[$2] = $0; next } { print ($2 in new) ? new[$2] : $0; delete new[$2] } END { for (row in new) print new[row] }' - docs/benchmarks.md >"$work/page"
	cp "$work/page" docs/benchmarks.md
fi
