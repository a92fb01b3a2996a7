# Containers that are replaced one at a time, and while the old one runs until the new one is ready: x-flow.replace.
bats_require_minimum_version 1.5.0
load helper

# site WORD REPLACE [MORE]: a web whose pages say WORD, and a user beside it
site() {
	mkdir -p "$PWD/files"
	cat >files/serve <<-'SH'
		mkdir -p /www/cgi-bin
		echo "$1" >/www/index.html
		printf '#!/bin/sh\nsleep 0.3\necho\ncat /www/index.html\n' >/www/cgi-bin/slow
		chmod +x /www/cgi-bin/slow
		sleep 0.2
		exec httpd -f -p 80 -h /www
	SH
	compose <<-YAML
		services:
		  user: {image: busybox, init: true, command: sleep 1000}
		  web:
		    image: busybox
		    init: true
		    command: sh /files/serve $1
		    volumes: ["./files:/files"]
		    networks: {default: {aliases: [shop]}}
		    x-flow: {replace: $2, healthcheck: {http: {port: 80}, interval: 50ms, retries: 100}}
		    ${3:-}
	YAML
}

# page: what the user finds under the service's alias
page() { docker exec "$PROJECT-user-1" wget -qO- http://shop/; }

# found NAME…: the alias leads to these containers and no others
found() {
	local name want
	want=$(for name; do field "$name" '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'; done | sort)
	[ "$(docker exec "$PROJECT-user-1" nslookup shop 127.0.0.11 | sed -n '/^Name/,$s/^Address[ 0-9]*: *\([0-9.]*\).*/\1/p' | sort)" = "$want" ]
}

# happened SINCE: ACTION NAME TIME of this project's containers, in order
happened() {
	docker events --since "$1" --until "$(date +%s.%N)" --filter type=container --filter "label=com.docker.compose.project=$PROJECT" \
		--format '{{.Action}} {{.Actor.ID}} {{.TimeNano}}'
}

# at ACTION ID: the time of the first such event of $events
at() { awk -v action="$1" -v id="$2" '$1 == action && $2 == id {print $3; exit}' <<<"$events"; }

@test "start-first: the new container is ready before the old one leaves, and the old one has time to end" {
	site one '{order: start-first, drain: 1s}'
	flow up -d
	old=$(field web-1 '{{.Id}}')
	until_true page
	[ "$(page)" = one ]
	site two '{order: start-first, drain: 1s}'
	run -0 flow plan
	has "wait healthy" "in its new container" "drain" "1s to end what it is at"
	since=$(date +%s.%N)
	begin up.log up -d
	until_true docker inspect "$PROJECT-web-1_${old:0:12}"
	# put aside: it runs, and soon nobody finds it
	until_true found web-1
	docker inspect -f '{{json .NetworkSettings.Networks}}' "$PROJECT-web-1_${old:0:12}" | { ! grep -q shop; }
	[ "$(page)" = two ]
	ends 0
	events=$(happened "$since")
	new=$(field web-1 '{{.Id}}')
	[ "$new" != "$old" ]
	[ "$(at start "$new")" -lt "$(at rename "$old")" ]
	[ "$(at rename "$old")" -lt "$(at rename "$new")" ]
	[ "$(at kill "$old")" -ge $(($(at rename "$new") + 1000000000)) ]
	[ "$(at die "$old")" -lt "$(at destroy "$old")" ]
	[ -z "$(at die "$new")" ]
	[ "$(names)" = "user-1 web-1" ]
	found web-1
	run -0 flow up -d
	has "nothing to do"
}

@test "start-first: a new container that never gets ready leaves the old one as it is, which never stopped" {
	site one start-first
	flow up -d
	before="$(ids) $(started web-1)"
	site two start-first
	sed -i 's/command: sh .*/command: sh -c "echo no disk; sleep 1000"/; s/retries: 100/retries: 5/' compose.yaml
	since=$(date +%s.%N)
	run -1 flow up -d
	has "is unhealthy: the former container runs on" "no disk"
	[ "$(ids) $(started web-1)" = "$before" ]
	[ "$(names)" = "user-1 web-1" ]
	found web-1
	[ "$(page)" = one ]
	events=$(happened "$since")
	[ -z "$(at die "$(field web-1 '{{.Id}}')")" ]
	# it ends at once, by itself
	sed -i 's/command: sh .*/command: sh -c "exit 3"/' compose.yaml
	run -1 flow up -d
	[ "$(ids) $(started web-1)" = "$before" ]
	# what fails stays for a look
	run -1 flow up -d --rollback=false
	is web-1 running
	[ "$(docker ps -aq --filter "label=com.docker.compose.service=web" --filter "label=com.docker.compose.project=$PROJECT" | wc -l)" = 2 ]
	[ "$(page)" = one ]
	site two start-first
	flow up -d
	[ "$(names)" = "user-1 web-1" ]
	[ "$(page)" = two ]
}

@test "start-first: replicas take turns, and when a later one fails those before it come back" {
	site one '{order: start-first, drain: 200ms}' 'scale: 2'
	flow up -d
	before=$(ids)
	since=$(date +%s.%N)
	site two '{order: start-first, drain: 200ms}' 'scale: 2'
	# the first that starts is well, the second one is not
	sed -i '1i mkdir /files/first 2>/dev/null || exec sleep 1000' files/serve
	run -1 flow up -d
	has "is unhealthy"
	[ "$(ids)" = "$before" ]
	[ "$(names)" = "user-1 web-1 web-2" ]
	is web-1 running
	is web-2 running
	until_true found web-1 web-2
	until_true eval '[ "$(page)" = one ]' # either may be asked, and the one that came back may not listen yet
	events=$(happened "$since")
	[ -n "$(at die "$(field web-1 '{{.Id}}')")" ]
	[ -z "$(at die "$(field web-2 '{{.Id}}')")" ]
	# as it is meant: the second one starts when the first of the old ones has gone
	olds=("$(field web-1 '{{.Id}}')" "$(field web-2 '{{.Id}}')")
	site two '{order: start-first, drain: 200ms}' 'scale: 2'
	since=$(date +%s.%N)
	flow up -d
	events=$(happened "$since")
	[ "$(at die "${olds[0]}")" -lt "$(at start "$(field web-2 '{{.Id}}')")" ]
	[ "$(at start "$(field web-2 '{{.Id}}')")" -lt "$(at die "${olds[1]}")" ]
	[ "$(names)" = "user-1 web-1 web-2" ]
}

@test "start-first: when the first of several fails, each other one is told of once, with the reason" {
	site one '{order: start-first, drain: 200ms}' 'scale: 3'
	flow up -d
	before=$(ids)
	sed -i 's/command: sh .*/command: sh -c "echo no disk; exit 7"/' compose.yaml
	run -1 flow up -d
	has "Gate web  Error" "container $PROJECT-web-1 exited (7): the former container runs on" "no disk"
	[ "$(grep Skipped <<<"$output" | sort)" = " Container $PROJECT-web-2  Skipped  gate web wait failed
 Container $PROJECT-web-3  Skipped  gate web wait failed" ]
	[ "$(ids)" = "$before" ]
}

@test "stop-first with a limit: the next one is stopped when the one before is ready" {
	site one '{parallelism: 1}' 'scale: 2'
	flow up -d
	olds=("$(field web-1 '{{.Id}}')" "$(field web-2 '{{.Id}}')")
	site two '{parallelism: 1}' 'scale: 2'
	since=$(date +%s.%N)
	flow up -d
	events=$(happened "$since")
	[ "$(at die "${olds[0]}")" -lt "$(at start "$(field web-1 '{{.Id}}')")" ]
	# ready is 200 ms after its start
	[ "$(at kill "${olds[1]}")" -gt $(($(at start "$(field web-1 '{{.Id}}')") + 200000000)) ]
	[ "$(names)" = "user-1 web-1 web-2" ]
}

@test "start-first: no request through a proxy fails while the service behind it is replaced" {
	"$BATS_TEST_DIRNAME/../images.sh" nginx 3>&-
	site one '{order: start-first, drain: 3s}' 'scale: 2'
	cp "$BATS_TEST_DIRNAME/../bench/nginx.conf" files/
	sed -i '1a\  proxy: {image: "nginx:test", init: true, volumes: ["./files/nginx.conf:/etc/nginx/nginx.conf:ro"], ports: ["127.0.0.1::80"], depends_on: [web]}' compose.yaml
	flow up -d --wait
	address=$(flow port proxy 80)
	until_true curl -sf -m 10 "http://$address/"
	for path in / /cgi-bin/slow; do
		beside "client${path##*/}" bash -c 'count=0
			while [ ! -e over ]; do
				curl -sSf -m 30 "http://$0" || echo "failed: $?"
				count=$((count + 1))
			done' "$address$path"
	done
	for word in two three; do
		site "$word" '{order: start-first, drain: 3s}' 'scale: 2'
		sed -i '1a\  proxy: {image: "nginx:test", init: true, volumes: ["./files/nginx.conf:/etc/nginx/nginx.conf:ro"], ports: ["127.0.0.1::80"], depends_on: [web]}' compose.yaml
		flow up -d
	done
	until_true grep -q three client
	until_true grep -q three clientslow
	touch over
	wait
	# every line is a page
	sort client clientslow | uniq -c
	[ "$(sort -u client clientslow)" = "$(printf 'one\nthree\ntwo')" ]
}

@test "what stands against start-first is named, and the service stops first" {
	site one start-first 'ports: ["127.0.0.1:0:80"]'
	flow up -d
	port=$(free_port)
	site two start-first "ports: [\"127.0.0.1:$port:80\"]"
	run -0 flow plan
	has "note: service web cannot be replaced start-first, so it stops first: only one container can have port $port of the host"
	flow up -d
	[ "$(names)" = "user-1 web-1" ]
	[ "$(page)" = two ]
	site two start-first 'volumes: ["./files:/files", "data:/data"]'
	sed -i '0,/^ *volumes: .*/{//d}' compose.yaml
	echo 'volumes: {data: {}}' >>compose.yaml
	flow up -d
	sed -i 's/serve two/serve three/' compose.yaml
	run -0 flow plan
	has "both would write volume data (--force-start-first says that they may)"
	[[ $output != *drain* ]]
	run -0 flow plan --force-start-first
	[[ $output != *note:* ]]
	has "drain" "5s to end what it is at"
	run -0 flow up -d --force-start-first --dry-run
	has "drain"
	sed -i 's/start-first/{order: start-first, drain: 0s}/' compose.yaml
	flow up -d --force-start-first
	[ "$(page)" = three ]
}

@test "start-first: an interrupt while it is waited for takes the new one back; in the drain it is over at once" {
	site one '{order: start-first, drain: 1h}'
	flow up -d
	before="$(ids) $(started web-1)" old=$(field web-1 '{{.Id}}')
	site two '{order: start-first, drain: 1h}'
	sed -i 's/path: never//; s/{port: 80}/{port: 80, path: \/missing}/; s/retries: 100/retries: 100000/' compose.yaml
	begin up.log up -d
	until_true grep -q "Gate web  Waiting" up.log
	kill -INT "$pid"
	ends 130
	[ "$(ids) $(started web-1)" = "$before" ]
	[ "$(names)" = "user-1 web-1" ]
	found web-1
	site two '{order: start-first, drain: 1h}'
	begin up.log up -d
	until_true grep -q Draining up.log
	kill -INT "$pid"
	ends 130
	[ "$(names)" = "user-1 web-1" ]
	[ "$(field web-1 '{{.Id}}')" != "$old" ]
	[ "$(page)" = two ]
	run -0 flow plan
	has "nothing to do"
}

@test "start-first: killed at any time, the next up goes on; so it is when the change has been taken back" {
	site 0 '{order: start-first, drain: 300ms}' 'scale: 2'
	flow up -d
	n=0
	for ms in 20 120 250 400 600 800 1000 1400 1800 2400; do
		site $((++n)) '{order: start-first, drain: 300ms}' 'scale: 2'
		timeout -s KILL "$((ms / 1000)).$(printf %03d $((ms % 1000)))" "$FLOW" up -d || true
		[ $((n % 3)) != 0 ] || site $((--n)) '{order: start-first, drain: 300ms}' 'scale: 2'
		flow up -d
		[ "$(names)" = "user-1 web-1 web-2" ] || { docker ps -a; echo "after $ms ms"; return 1; }
		until_true found web-1 web-2 || { echo "after $ms ms"; docker exec "$PROJECT-user-1" nslookup shop 127.0.0.11; for name in web-1 web-2; do field $name '{{json .NetworkSettings.Networks}}'; done; return 1; }
		until_true eval '[ "$(page)" = $n ]' # what was put back is not waited for
		run -0 flow plan
		has "nothing to do"
	done
}

@test "start-first: killed while the old one is drained and stopped, and the change taken back: it is found again, and runs" {
	local when
	for when in "web-1_.*Drained" "web-2_.*Connecting"; do
		site 0 '{order: start-first, drain: 300ms}' 'scale: 2'
		flow up -d
		until_true found web-1 web-2
		site 1 '{order: start-first, drain: 300ms}' 'scale: 2'
		begin up.log up -d
		until_true grep -q "$when" up.log
		kill -KILL "$pid"
		site 0 '{order: start-first, drain: 300ms}' 'scale: 2'
		flow up -d
		until_true found web-1 web-2 || { echo "$when"; docker ps -a; return 1; }
	done
}
