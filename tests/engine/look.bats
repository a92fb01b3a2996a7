# Commands that look: ls, images, volumes, top, port, events, stats, and templates on a real engine.
bats_require_minimum_version 1.5.0
load helper

stack() {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, volumes: ["data:/data", "/anonymous"]}
		  job: {image: busybox, command: "true", volumes: ["other:/x"]}
		  web: {image: busybox, init: true, command: sleep 1000, ports: ["127.0.0.1::80", "127.0.0.1::81/udp"], deploy: {replicas: 2}}
		volumes: {data: {labels: {kind: big}}, other: {}}
	YAML
	flow --progress quiet up -d
	until_true is job-1 exited
}

# reported NAME PORT/PROTOCOL: where the engine has published it
reported() { docker port "$PROJECT-$1" "$2"; }

@test "ls lists projects with the states of their containers: -a, -q, --filter, --format" {
	stack
	run -0 flow ls
	[[ ${lines[0]} == "NAME                STATUS              CONFIG FILES" ]]
	grep -qx "$PROJECT *running(3) *$PWD/compose.yaml" <<<"$output"
	run -0 flow ls -a
	grep -qx "$PROJECT *exited(1), running(3) *$PWD/compose.yaml" <<<"$output"
	run -0 flow ls -aq --format json
	grep -qx "$PROJECT" <<<"$output"
	run -0 flow ls --all --filter "name=^$PROJECT\$" --format json
	[ "$output" = "[{\"Name\":\"$PROJECT\",\"Status\":\"exited(1), running(3)\",\"ConfigFiles\":\"$PWD/compose.yaml\"}]" ]
	run -0 flow ls --filter "name=$PROJECT" --filter name=other --format '{{.Name}}: {{.Status | upper}}'
	[ "$output" = "$PROJECT: RUNNING(3)" ]
	run -0 flow ls -q --filter name=^nobody
	[ -z "$output" ]
	run -2 flow ls --filter label=x
	has 'name=PATTERN'
	run -2 flow ls --filter 'name=('
	docker stop -t 0 "$PROJECT-web-1" "$PROJECT-web-2" "$PROJECT-db-1" >/dev/null
	run -0 flow ls -q
	[[ $output != *"$PROJECT"* ]]
	run -0 flow ls -aq
	has "$PROJECT"
}

@test "images lists what containers were made from: services, -q, --format" {
	stack
	id=$(docker image inspect -f '{{.Id}}' busybox)
	run -0 flow images
	[[ ${lines[0]} =~ ^CONTAINER\ +REPOSITORY\ +TAG\ +PLATFORM\ +IMAGE\ ID\ +SIZE\ +CREATED$ ]]
	[ "${#lines[@]}" = 5 ]
	[[ ${lines[1]} =~ ^$PROJECT-db-1\ +busybox\ +latest\ +linux/amd64\ +${id:7:12}\ +[0-9.]+MB\ +.*\ ago$ ]]
	run -0 flow images -q web db
	[ "$output" = "${id#sha256:}" ]
	run -0 flow images --format json db web
	[ "$(jq -r '.[] | "\(.ContainerName) \(.Repository):\(.Tag) \(.ID)"' <<<"$output")" = \
		"$(for name in db-1 web-1 web-2; do echo "$PROJECT-$name busybox:latest $id"; done)" ]
	[ "$(jq '.[0].Size' <<<"$output")" = "$(docker image inspect -f '{{.Size}}' busybox)" ]
	[ "$(jq -r '.[0] | keys_unsorted | join(" ")' <<<"$output")" = "ID ContainerName Repository Tag Platform Size LastTagTime" ]
	run -0 flow images --format '{{.ContainerName}} {{gt .Size 1000}}' job
	[ "$output" = "$PROJECT-job-1 true" ]
	run -2 flow images nope
	has "no such service: nope"
}

@test "an image whose name has moved on is <none>" {
	printf 'FROM busybox\n' | docker build -q -t "$PROJECT:x" --label n=1 - >/dev/null
	compose <<<"services: {web: {image: '$PROJECT:x', init: true, command: sleep 1000}}"
	flow --progress quiet up -d
	printf 'FROM busybox\n' | docker build -q -t "$PROJECT:x" --label n=2 - >/dev/null
	run -0 flow images
	[[ ${lines[1]} =~ ^$PROJECT-web-1\ +\<none\>\ +\<none\>\ +linux ]]
	docker rm -f "$PROJECT-web-1" >/dev/null
	docker rmi "$PROJECT:x" >/dev/null
}

@test "volumes lists the project's: of services, -q, --format" {
	stack
	run -0 flow volumes
	[ "$output" = "DRIVER    VOLUME NAME
local     ${PROJECT}_data
local     ${PROJECT}_other" ]
	run -0 flow volumes -q
	[ "$output" = "${PROJECT}_data"$'\n'"${PROJECT}_other" ]
	run -0 flow volumes -q job
	[ "$output" = "${PROJECT}_other" ]
	run -0 flow volumes --format json db
	[ "$(jq -r '.Name + .Driver + .Scope + .Size' <<<"$output")" = "${PROJECT}_datalocallocalN/A" ]
	[ "$(jq -r .Mountpoint <<<"$output")" = "$(docker volume inspect -f '{{.Mountpoint}}' "${PROJECT}_data")" ]
	[[ $(jq -r .Labels <<<"$output") == *com.docker.compose.project=$PROJECT*,kind=big ]]
	run -0 flow volumes --format 'table {{.Label "kind"}}\t{{.Name}}'
	[ "$output" = "kind      VOLUME NAME
big       ${PROJECT}_data
          ${PROJECT}_other" ]
	run -2 flow volumes nope
}

@test "top lists processes by service and number, with the engine's columns" {
	stack
	run -0 flow top
	[[ ${lines[0]} =~ ^SERVICE\ +\#\ +UID\ +PID\ .*\ CMD$ ]]
	[ "$(awk '/ sleep 1000$/ && !/init/ { print $1, $2 }' <<<"$output")" = "db 1"$'\n'"web 1"$'\n'"web 2" ]
	[ "$(awk '/db/ && / sleep 1000$/ && !/init/ { print $4 }' <<<"$output")" = "$(docker top "$PROJECT-db-1" | awk '/ sleep 1000$/ && !/init/ { print $2 }')" ]
	run -0 flow top web
	[[ $output != *db* ]]
	run -0 flow top job
	[ -z "$output" ]
	run -2 flow top nope
	has "no such service: nope"
}

@test "port says where a port is published: --index, --protocol; it is an error when it is not" {
	stack
	run -0 flow port web 80
	[ "$output" = "$(reported web-1 80/tcp)" ]
	run -0 flow port --index 2 web 80
	[ "$output" = "$(reported web-2 80/tcp)" ]
	run -0 flow port --protocol UDP web 81
	[ "$output" = "$(reported web-1 81/udp)" ]
	run -1 flow port web 81
	has "no port 81/tcp for container $PROJECT-web-1: 80/tcp, 81/udp"
	run -1 flow port web 99
	run -1 flow port --index 3 web 80
	has "service \"web\" is not running container #3"
	run -1 flow port job 80
	has "service \"job\" is not running"
	run -2 flow port web 80/tcp
	run -2 flow port web
	cd / && run -0 flow -p "$PROJECT" port web 80
	[ "$output" = "$(reported web-1 80/tcp)" ]
}

@test "events tells what has happened and what happens: --since, --until, --json, services" {
	stack
	id=$(docker inspect -f '{{.Id}}' "$PROJECT-job-1")
	run -0 flow events --since 10m --until 0s job
	[ "$(awk '{ print $3, $4, $5 }' <<<"$output")" = "container create $id
container start $id
container die $id" ]
	[[ ${lines[2]} =~ ^[-0-9]+\ [:0-9]+\.[0-9]{6}\ container\ die\ $id\ \(.*exitCode=0,\ image=busybox,\ name=$PROJECT-job-1\)$ ]]
	run -0 flow events --since 10m --until 0s --json job
	[ "$(jq -r '.action + " " + .service + " " + .type + " " + .id' <<<"${lines[0]}")" = "create job container $id" ]
	[ "$(jq -c .attributes <<<"${lines[0]}")" = "{\"image\":\"busybox\",\"name\":\"$PROJECT-job-1\"}" ]
	[ "$(since_epoch "$(jq -r .time <<<"${lines[0]}")")" -gt 0 ]
	begin log events --json db
	until_true grep -q . <(docker kill -s CONT "$PROJECT-db-1" "$PROJECT-web-1"; cat log)
	docker exec "$PROJECT-db-1" true
	until_true grep -q exec_die log
	[ "$(jq -r .service log | sort -u)" = db ]
	[ "$(jq -r 'select(.action == "kill") | .attributes.signal' log | sort -u)" = 18 ]
	kill -INT "$pid"
	ends 130
	run -2 flow events nope
	has "no such service: nope"
	run -2 flow events --since yesterday-ish
	has "--since"
}

@test "events of one-offs are left out; --until in a moment ends" {
	stack
	docker run --rm --label com.docker.compose.project="$PROJECT" --label com.docker.compose.service=db \
		--label com.docker.compose.oneoff=True busybox true
	run -0 flow events --since 1m --until "$(date -d '1 second' +%s)" --json
	[ "$(jq -r 'select(.action == "create") | .attributes.name' <<<"$output" | sort | paste -sd' ')" = \
		"$PROJECT-db-1 $PROJECT-job-1 $PROJECT-web-1 $PROJECT-web-2" ]
}

@test "stats measures once: -a, --no-trunc, --format, services" {
	stack
	id=$(docker inspect -f '{{.Id}}' "$PROJECT-db-1")
	run -0 flow stats --no-stream
	[[ ${lines[0]} =~ ^CONTAINER\ ID\ +NAME\ +CPU\ %\ +MEM\ USAGE\ /\ LIMIT\ +MEM\ %\ +NET\ I/O\ +BLOCK\ I/O\ +PIDS$ ]]
	[ "${#lines[@]}" = 4 ]
	[[ ${lines[1]} =~ ^${id:0:12}\ +$PROJECT-db-1\ +[0-9.]+%\ +[0-9.]+[KM]iB\ /\ [0-9.]+[MG]iB\ +[0-9.]+%\ .*\ 2$ ]]
	run -0 flow stats --no-stream -a --format '{{.Name}} {{.PIDs}}'
	[ "$output" = "$PROJECT-db-1 2
$PROJECT-job-1 0
$PROJECT-web-1 2
$PROJECT-web-2 2" ]
	run -0 flow stats --no-stream --no-trunc --format json db
	[ "$(jq -r '.ID + " " + .Container + " " + .Name' <<<"$output")" = "$id $id $PROJECT-db-1" ]
	[ "$(jq -r 'keys | join(" ")' <<<"$output")" = "BlockIO CPUPerc Container ID MemPerc MemUsage Name NetIO PIDs" ]
	run -2 flow stats --no-stream nope
	run -2 flow stats --no-stream --format '{{.Nmae}}'
	has 'did you mean "{{.Name}}"?'
}

@test "E6 why the engine does not tell is told: top, images, stats" {
	stack
	proxied 500@/top 500@/images/ 500@/stats
	run -1 flow top db
	has "$PROJECT-db-1: the engine does not list its processes: injected fault"
	run -1 flow images db
	has "image busybox: the engine does not say what it is: injected fault"
	run -1 --separate-stderr flow stats --no-stream db
	[[ $stderr == *"$PROJECT-db-1: cannot be measured: injected fault"* ]]
	[[ ${lines[1]} == *"$PROJECT-db-1"*--* ]]
}

@test "stats goes on: who starts joins, who ends leaves, without a terminal nothing moves" {
	stack
	begin log stats --format '{{.Name}}'
	until_true grep -q db-1 log
	run ! grep -q $'\033' log
	docker stop -t 0 "$PROJECT-web-2" >/dev/null
	until_true eval '[ "$(tail -n 6 log | grep -c web-2)" = 0 ]'
	docker start "$PROJECT-web-2" >/dev/null
	until_true eval 'tail -n 4 log | grep -q web-2'
	kill -INT "$pid"
	ends 130
}

@test "stats on a terminal draws in place" {
	need python3
	stack
	run -0 python3 - "$FLOW" <<-'PY'
		import os, pty, signal, sys
		pid, fd = pty.fork()
		if pid == 0:
		    os.environ["TERM"] = "xterm"
		    os.execv(sys.argv[1], [sys.argv[1], "stats"])
		seen = b""
		while seen.count(b"\x1b[H") < 3:
		    seen += os.read(fd, 65536)
		os.kill(pid, signal.SIGINT)
		print(seen.count(b"\x1b[K") >= 8, b"\x1b[J" in seen, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	PY
	[ "$output" = "True True 130" ]
}

@test "psFormat and statsFormat of config.json count where --format says nothing" {
	stack
	mkdir config
	cat >config/config.json <<<'{"psFormat": "{{.Name}}={{.State}}", "statsFormat": "{{.Name}}"}'
	run -0 flow --config config ps db
	[ "$output" = "$PROJECT-db-1=running" ]
	run -0 flow --config config ps -q db
	[ "$output" = "$(docker inspect -f '{{.Id}}' "$PROJECT-db-1")" ]
	run -0 flow --config config ps --format table db
	[[ ${lines[0]} == NAME* ]]
	run -0 flow --config config stats --no-stream db
	[ "$output" = "$PROJECT-db-1" ]
	cat >config/config.json <<<'{"psFormat": "{{.Nmae}}"}'
	run -2 flow --config config ps db
	has "psFormat of config/config.json:1:4" 'did you mean "{{.Name}}"?'
}

@test "ps takes templates: range over ports, labels, conditions" {
	stack
	run -0 flow ps -a --format '{{.Name}} {{range $i, $p := .Publishers}}{{if $i}},{{end}}{{.TargetPort}}/{{.Protocol}}{{else}}none{{end}} {{.Label "com.docker.compose.service"}}{{if eq .State "exited"}} over{{end}}'
	[ "$output" = "$PROJECT-db-1 none db
$PROJECT-job-1 none job over
$PROJECT-web-1 80/tcp,81/udp web
$PROJECT-web-2 80/tcp,81/udp web" ]
	run -0 flow ps --format 'table {{.Service}}\t{{join (split .Name "-") "."}}' db
	[ "$output" = "SERVICE   NAME
db        ${PROJECT//-/.}.db.1" ]
}
