# What a change that cannot be made leaves behind: everything as it was before.
bats_require_minimum_version 1.5.0
load helper

# ranged SUBNET OPTION: two services on a network with addresses of its own, one with an address and a name of its own
ranged() {
	compose <<-YAML
		services:
		  web: {image: busybox, init: true, command: sleep 1000, networks: [default, back]}
		  db: {image: busybox, init: true, command: sleep 1000, networks: {back: {aliases: [store], ipv4_address: ${1%.*}.77}}}
		networks: {back: {ipam: {config: [{subnet: $1}]}, driver_opts: {$2}}}
	YAML
}

# places NAME: the networks of a container, each with its address
places() { field "$1" '{{range $k, $v := .NetworkSettings.Networks}}{{$k}}={{$v.IPAddress}} {{end}}'; }

# whole: everything runs, with its places, and finds the other by name and by address
whole() {
	is web-1 running
	is db-1 running
	[ "$(places web-1) $(places db-1)" = "$places" ] || { echo "had $places has $(places web-1) $(places db-1)"; return 1; }
	docker exec "$PROJECT-web-1" nslookup store 127.0.0.11 | grep -qF "${range%.*}.77"
}

@test "B3 a stranger on a network that changes: nothing is touched, and plan says who" {
	range=172.29.73.0/24
	ranged $range
	flow up -d
	places="$(places web-1) $(places db-1)"
	before="$(ids) $(started web-1) $(started db-1)"
	docker run -d --name "$PROJECT-guest" --label "com.docker.compose.project=$PROJECT-guest" --network "${PROJECT}_back" --init busybox sleep 1000 >/dev/null
	ALSO_PROJECTS=$PROJECT-guest
	ranged $range 'a: "1"'
	run -1 flow plan
	has "compose.yaml:4:12" "networks.back" "$PROJECT-guest" "hint: nothing was changed"
	run -1 flow up -d
	has "$PROJECT-guest (project $PROJECT-guest) is on it" "docker network disconnect ${PROJECT}_back $PROJECT-guest"
	[ "$(ids) $(started web-1) $(started db-1)" = "$before" ]
	whole
	# stopped it would lose its network all the same
	docker stop -t 0 "$PROJECT-guest" >/dev/null
	run -1 flow up -d
	has "hint: nothing was changed"
	docker rm "$PROJECT-guest" >/dev/null
	flow up -d
	whole
}

@test "B3 a subnet that another network has is refused before anything is touched" {
	range=172.29.74.0/24
	ranged $range
	flow up -d
	places="$(places web-1) $(places db-1)"
	before="$(ids) $(started web-1) $(started db-1)"
	docker network create --label "com.docker.compose.project=$PROJECT-other" --subnet 172.29.75.0/24 "$PROJECT-other" >/dev/null
	ALSO_PROJECTS=$PROJECT-other
	ranged 172.29.75.0/25
	run -1 flow up -d
	has "networks.back.ipam.config[0]" "172.29.75.0/25" "$PROJECT-other" "hint: nothing was changed"
	[ "$(ids) $(started web-1) $(started db-1)" = "$before" ]
	whole
	# one that nobody has
	range=172.29.76.0/24
	ranged $range
	flow up -d
	[[ $(places db-1) == *172.29.76.77* ]]
}

@test "B3 a network that the engine refuses to make: the former one is there again, with everybody's place on it" {
	range=172.29.77.0/24
	ranged $range
	flow up -d
	docker run -d --name "$PROJECT-once" --label "com.docker.compose.project=$PROJECT" --label com.docker.compose.service=web --label com.docker.compose.oneoff=True --network "${PROJECT}_back" --network-alias once --init busybox sleep 1000 >/dev/null
	places="$(places web-1) $(places db-1)"
	before=$(ids)
	ranged $range 'com.docker.network.driver.mtu: "none"'
	run -1 flow up -d
	has "cannot create network ${PROJECT}_back"
	[ "$(ids)" = "$before" ]
	whole
	[ "$(docker network inspect -f '{{(index .IPAM.Config 0).Subnet}} {{index .Labels "com.docker.compose.project"}}' "${PROJECT}_back")" = "$range $PROJECT" ]
	docker exec "$PROJECT-web-1" nslookup once 127.0.0.11
	ranged $range
	run -0 flow plan
	has "nothing to do"
}

# guarded OPTION WEB [MORE]: `ranged` with a web whose command and more can change, and a service in the namespace of db
guarded() {
	compose <<-YAML
		services:
		  web: {image: busybox, command: $2, stop_signal: SIGKILL, volumes: [/data], networks: [default, back]${3:+, $3}}
		  db: {image: busybox, init: true, command: sleep 1000, networks: {back: {aliases: [store], ipv4_address: ${range%.*}.77}}}
		  side: {image: busybox, init: true, command: sleep 1000, network_mode: service:db}
		networks: {back: {ipam: {config: [{subnet: $range}]}, driver_opts: {$1}}}
	YAML
}

# guarded_as_before: the same containers run, at the same places of a network like the former one, and find each other
guarded_as_before() {
	[ "$(names)" = "db-1 side-1 web-1" ] || { docker ps -a; return 1; }
	[ "$(ids)" = "$before" ]
	[ "$(state web-1) $(state db-1) $(state side-1)" = "running running running" ]
	[ "$(places db-1)" = "$places" ]
	docker exec "$PROJECT-web-1" nslookup store 127.0.0.11 | grep -qF "${range%.*}.77"
	[ "$(docker exec "$PROJECT-web-1" cat /data/word)" = kept ]
	[ "$(docker exec "$PROJECT-side-1" cat /sys/class/net/eth0/address)" = "$(docker exec "$PROJECT-db-1" cat /sys/class/net/eth0/address)" ]
	[ "$(docker network inspect -f '{{index .Options "x"}}' "${PROJECT}_back")" = a ]
}

@test "B3 a network that has changed is as before when what is started on it fails" {
	range=172.29.78.0/24
	guarded 'x: a' 'sleep 1000'
	flow up -d
	docker exec "$PROJECT-web-1" sh -c 'echo kept >/data/word'
	before=$(ids) places=$(places db-1)
	guarded 'x: b' '[nosuch]'
	run -0 flow plan
	has "else the former networks come back"
	run -1 flow up -d
	has "cannot start container $PROJECT-web-1"
	guarded_as_before
	guarded 'x: b' "sh -c 'sleep 0.2; exit 3'"
	run -1 flow up -d
	has "container $PROJECT-web-1 exited (3): the former networks are put back"
	guarded_as_before
	# nobody is replaced, and a service that comes to it does not start
	guarded 'x: b' 'sleep 1000'
	sed -i 's/^networks:/  user: {image: busybox, command: [nosuch], networks: [back]}\n&/' compose.yaml
	run -1 flow up -d
	has "cannot start container $PROJECT-user-1"
	guarded_as_before
	run -1 flow up -d --rollback=false
	[ "$(docker network inspect -f '{{index .Options "x"}}' "${PROJECT}_back")" = b ]
	is user-1 created
}

# site COMMAND [MORE]: a service with data of its own, whose command changes
site() {
	compose <<-YAML
		services:
		  web: {image: busybox, command: $1, volumes: [/data], stop_signal: SIGKILL${2:+, $2}}
	YAML
}

# begun: a site that runs, with data
begun() {
	site 'sleep 1000' "${1:-}"
	flow up -d
	docker exec "$PROJECT-web-1" sh -c 'echo kept >/data/word'
	before=$(field web-1 '{{.Id}}')
}

# as_before: the same container runs under its name, with its data, and nothing else is there
as_before() {
	[ "$(names)" = web-1 ] || { docker ps -a; return 1; }
	[ "$(field web-1 '{{.Id}}')" = "$before" ]
	is web-1 running
	[ "$(docker exec "$PROJECT-web-1" cat /data/word)" = kept ]
}

@test "B3 a network that was made for what is taken back goes with it; one that others have joined stays" {
	one_service
	flow up -d
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: "sh -c 'exit 3'", networks: [default, back]}
		  side: {image: busybox, init: true, command: sleep 1000, networks: [front], scale: 0}
		networks: {back: {}, front: {}}
	YAML
	run -1 flow up -d
	has "the former container is put back"
	is web-1 running
	run -1 docker network inspect "${PROJECT}_back"
	sed -i 's/, scale: 0//; s/networks: .front./networks: [back]/' compose.yaml
	run -1 flow up -d
	is web-1 running
	is side-1 running
	docker network inspect "${PROJECT}_back"
}

@test "B4 a new container that does not start: the old one is back, and a repaired file goes on from there" {
	begun
	site '[nosuch]'
	run -1 flow up -d
	has "cannot start container $PROJECT-web-1" "nosuch" "Taken back"
	as_before
	site 'sleep 2000'
	flow up -d
	[ "$(names)" = web-1 ]
	[ "$(field web-1 '{{.Id}}')" != "$before" ]
	[ "$(docker exec "$PROJECT-web-1" cat /data/word)" = kept ]
}

@test "B4 a new container that ends with a failure, at once or while the run goes on, or is restarted for ever: the old one is back" {
	begun
	site "sh -c 'echo no licence; exit 3'"
	run -1 flow up -d
	has "container $PROJECT-web-1 exited (3)" "no licence" "--rollback=false"
	as_before
	site "sh -c 'echo no licence; exit 4'" 'restart: always'
	run -1 flow up -d
	has "container $PROJECT-web-1 " ": the former container is put back" "no licence"
	as_before
	site "sh -c 'sleep 1.5; exit 5'"
	cat >>compose.yaml <<-'YAML'
		  slow: {image: busybox, init: true, command: "sh -c 'sleep 3; touch /ready; sleep 1000'", x-flow: {healthcheck: {exec: [test, -e, /ready], interval: 100ms, retries: 1000}}}
		  other: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [slow]}}
	YAML
	run -1 flow up -d
	has "container $PROJECT-web-1 exited (5)"
	docker rm -f "$PROJECT-slow-1" "$PROJECT-other-1" >/dev/null
	as_before
}

@test "B4 a new container whose gate fails: the old one is back, and what waited for it is as it was" {
	begun 'healthcheck: {test: test -e /data/word, interval: 200ms}'
	site 'sleep 2000' 'healthcheck: {test: "echo not today; exit 1", interval: 100ms, retries: 2}'
	cat >>compose.yaml <<-'YAML'
		  user: {image: busybox, init: true, command: sleep 1000, depends_on: {web: {condition: service_healthy}}}
	YAML
	run -1 flow up -d
	has "user -> web (healthy)" "not today"
	as_before
}

@test "B4 a port that another container publishes is known before anything is touched; one that something else has, afterwards" {
	port=$(free_port)
	begun 'ports: ["127.0.0.1::80"]'
	docker run -d --name "$PROJECT-holder" --label "com.docker.compose.project=$PROJECT-holder" -p "127.0.0.1:$port:80" --init busybox sleep 1000 >/dev/null
	ALSO_PROJECTS=$PROJECT-holder
	at=$(started web-1)
	site 'sleep 1000' "ports: [\"$port:80\"]"
	run -1 flow up -d
	has "services.web.ports[0]: cannot replace container $PROJECT-web-1: port $port is already in use" "$PROJECT-holder"
	[ "$(started web-1)" = "$at" ]
	docker rm -f "$PROJECT-holder" >/dev/null
	beside log python3 -c "import socket, time; s = socket.create_server(('0.0.0.0', $port)); open('bound', 'w'); time.sleep(60)"
	until_true test -e bound
	run -1 flow up -d
	has "port $port is already in use"
	as_before
	[ -n "$(docker port "$PROJECT-web-1" 80)" ]
}

# probed COMMAND [KEYS]: a service with a check of port 9000, and one that waits for it
probed() {
	compose <<-YAML
		services:
		  api: {image: busybox, init: true, command: "sh -c '$1'", x-flow: {${2:+$2, }healthcheck: {http: {port: 9000, path: /hostname}, interval: 100ms, retries: 3}}}
		  c: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [api]}}
	YAML
}

@test "F1 after a rollback the message says so, and its hints lead to the container that failed" {
	local hints=("docker flow up --rollback=false api" "docker flow run --rm --entrypoint sh api") keys mode
	for mode in "is put back" "runs on"; do
		keys=
		[ "$mode" = "is put back" ] || keys='replace: {order: start-first, drain: 0s}'
		probed 'echo v1; exec httpd -f -p 9000 -h /etc' "$keys"
		flow up -d
		probed 'echo v2; exec httpd -f -p 9009' "$keys"
		run -1 flow up -d
		has "container $PROJECT-api-1 is unhealthy" "the former container $mode" "last lines of $PROJECT-api-1:" '    v2' "${hints[@]}"
		[[ $output != *"flow logs api"* && $output != *"flow exec api"* && $output != *"_$PROJECT-api-1"" is"* ]]
		# one cause, told once
		[ "$(grep -c 'error: ' <<<"$output")" = 1 ]
		[[ $output == *"1 failed"* ]]
		# without output, too
		probed 'exec httpd -f -p 9009' "$keys"
		run -1 flow up -d
		has "$PROJECT-api-1 has printed nothing" "${hints[@]}"
		is api-1 running
		flow logs api | grep -q v1
		flow down -t 0
	done
	# what the first hint says: the new one is there
	probed 'echo v1; exec httpd -f -p 9000 -h /etc'
	flow up -d
	probed 'echo v2; exec httpd -f -p 9009'
	run -1 flow up -d --rollback=false
	has 'docker flow logs api'
	[[ $output != *"the former container"* ]]
	flow logs api | grep -q v2
}

@test "B4 --rollback=false leaves the new container in its place" {
	begun
	site '[nosuch]'
	run -1 flow up -d --rollback=false
	[ "$(names)" = web-1 ]
	[ "$(field web-1 '{{.Id}}')" != "$before" ]
	is web-1 created
	site "sh -c 'exit 3'"
	run -1 flow up -d --wait --rollback=false # however slowly it starts
	is web-1 exited
}

@test "B4 who shares the namespaces of a container that is put back is put back with it" {
	pod() {
		compose <<-YAML
			services:
			  pod: {image: busybox, init: true, command: $1}
			  app: {image: busybox, init: true, command: $2, network_mode: service:pod}
		YAML
	}
	pod 'sleep 1000' 'sleep 1000'
	flow up -d
	before=$(ids)
	pod "sh -c 'exit 3'" 'sleep 1000'
	run -1 flow up -d
	[ "$(ids)" = "$before" ]
	is pod-1 running
	is app-1 running
	pod 'sleep 2000' "sh -c 'exit 3'"
	run -1 flow up -d
	[ "$(ids)" = "$before" ]
	is pod-1 running
	is app-1 running
	[ "$(docker exec "$PROJECT-app-1" cat /sys/class/net/eth0/address)" = "$(docker exec "$PROJECT-pod-1" cat /sys/class/net/eth0/address)" ]
}

# killed_at REQUEST: an up that is killed when the engine has done the first of these
killed_at() {
	rm -f p.sock
	proxied "kill@$1"
	flow up -d || true
	DOCKER_HOST=$ENGINE
}

@test "B4 who is restarted with a container that is put back is started again beside it" {
	compose <<-'YML'
		services:
		  db: {image: busybox, init: true, command: "sh -c '${DB-sleep 1000}'"}
		  app: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_started, restart: true}}}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {app: {condition: service_started, restart: true}}}
	YML
	flow up -d
	before=$(ids)
	DB='sleep 0.2; exit 3' run -1 flow up -d
	has "the former container is put back"
	[ "$(ids)" = "$before" ]
	[ "$(state db-1) $(state app-1) $(state web-1)" = "running running running" ]
	[ "$(started db-1)" -lt "$(started app-1)" ]
	[ "$(started app-1)" -lt "$(started web-1)" ]
}

@test "B4 who is restarted with a container whose gate fails, and who shares its namespace, is started once, beside the former one" {
	compose <<-'YML'
		services:
		  db: {image: busybox, init: true, command: "sh -c '${DB-sleep 1000}'", healthcheck: {test: "true", interval: 200ms}}
		  app: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy, restart: true}}}
		  side: {image: busybox, init: true, command: sleep 1000, network_mode: service:app}
	YML
	flow up -d
	before=$(ids)
	FLOW_TRACE=$PWD/trace DB='exit 3' run -1 flow up -d
	has "app -> db (healthy)"
	[[ $output != *"No such container"* && $output != *"cannot start"* ]]
	[ "$(ids)" = "$before" ]
	[ "$(state db-1) $(state app-1) $(state side-1)" = "running running running" ]
	for name in db-1 app-1 side-1; do
		[ "$(grep -c "\"path\":\"/containers/$(field $name '{{.Id}}')/start\"" trace)" = 1 ]
	done
	[ "$(started db-1)" -lt "$(started app-1)" ]
	[ "$(started app-1)" -lt "$(started side-1)" ]
}

@test "B4 hooks run at every stop and after every start on the way back, too" {
	compose <<-'YML'
		services:
		  db: {image: busybox, init: true, command: "sh -c '${DB-sleep 1000}'", pre_stop: [{command: [sh, -c, "echo db stop >>/log/all"]}], volumes: ["log:/log"]}
		  app:
		    image: busybox
		    init: true
		    command: sleep 1000
		    volumes: ["log:/log"]
		    depends_on: {db: {condition: service_started, restart: true}}
		    post_start: [{command: [sh, -c, "echo app start >>/log/all"]}]
		    pre_stop: [{command: [sh, -c, "echo app stop >>/log/all"]}]
		volumes: {log: {}}
	YML
	flow up -d
	before=$(ids)
	# the new db has ended when it is to be stopped: there is nothing to run a hook in
	DB='sleep 0.2; exit 3' run -1 flow up -d
	has "the former container is put back"
	[[ $output != *"hook exited"* && $output != *"is not running"* ]]
	[ "$(ids)" = "$before" ]
	[ "$(docker exec "$PROJECT-app-1" cat /log/all | paste -sd,)" = "app start,app stop,db stop,app start,app stop,app start" ]
}

@test "B4 killed in the middle, the old container is found again by the next up, and put back" {
	begun
	for request in /stop /rename /start; do
		site '[nosuch]'
		killed_at "$request"
		run -1 flow up -d
		as_before
		# and when the file is as it was
		site "sleep 3$((SECONDS + 1000))"
		killed_at "$request"
		site 'sleep 1000'
		flow up -d
		as_before
	done
	run -0 flow plan
	has "nothing to do"
}

@test "B4 docker compose takes over in the middle, and gives back" {
	need_peer
	begun
	for request in /stop /rename /start; do
		site "sleep 3$((SECONDS + 1000))"
		killed_at "$request"
		peer up -d
		[ "$(peer ps --format '{{.Service}} {{.State}}')" = "web running" ]
		flow up -d
		[ "$(names)" = web-1 ]
		[ "$(docker exec "$PROJECT-web-1" cat /data/word)" = kept ]
	done
}

@test "C2 who lives in the namespace of a container that was restarted is restarted, and plan says why" {
	compose <<-'YAML'
		services:
		  pod: {image: busybox, command: sleep 1000, stop_signal: SIGKILL}
		  app:
		    image: busybox
		    command: sh -c 'cd /tmp && echo ok >index.html && exec httpd -f -p 8800'
		    stop_signal: SIGKILL
		    network_mode: service:pod
	YAML
	answers() { docker exec "$PROJECT-pod-1" wget -qO- http://127.0.0.1:8800/; }
	flow up -d
	until_true answers
	# a second that the engine's words for times show
	until_true eval '! docker ps --filter "name=$PROJECT-app-1" --format "{{.Status}}" | grep -q Less'
	run -0 flow plan
	has "nothing to do"
	docker restart -t 0 "$PROJECT-pod-1" >/dev/null
	before=$(ids)
	run -0 flow plan
	has "$PROJECT-app-1  stop" "shares a namespace of $PROJECT-pod-1, which was started after it"
	FLOW_TRACE=$PWD/trace run -0 flow up -d
	[ "$(ids)" = "$before" ]
	until_true answers
	run -0 flow plan
	has "nothing to do"
	docker stop -t 0 "$PROJECT-pod-1" >/dev/null
	flow up -d
	until_true answers
}

@test "C2 the owner of a namespace that has ended is named with its last words, not who shares it" {
	local mode
	for mode in network_mode pid ipc; do
		compose <<-YAML
			services:
			  pod: {image: busybox, command: "sh -c 'echo no disk left; exit 3'", ipc: shareable}
			  app: {image: busybox, init: true, command: sleep 1000, $mode: "service:pod"}
		YAML
		run -1 flow up -d
		has "services.pod: cannot start container $PROJECT-app-1: container $PROJECT-pod-1, whose namespace it shares, exited (3)" \
			"no disk left" "docker flow logs pod"
		[[ $output != *"services.app"* ]]
		flow down -t 0
	done
	sed -i 's/command: "sh.*3.", ipc/init: true, command: sleep 1000, ipc/' compose.yaml
	flow up -d
	sed -i 's/init: true, command: sleep 1000, ipc/command: "false", ipc/' compose.yaml
	run -1 flow up -d
	has "docker flow up --rollback=false pod"
	[[ $output != *"flow logs pod"* ]] # they are the former one's
	is pod-1 running
	is app-1 running
}
