# Services that other programs provide.
bats_require_minimum_version 1.5.0
load helper

setup_file() {
	mkdir -p "$BATS_FILE_TMPDIR/bin"
	cat >"$BATS_FILE_TMPDIR/bin/cloud" <<-'SH'
		#!/bin/sh
		# A provider: keeps what it was called with, and says what ./says holds.
		[ "$2" != metadata ] || exec cat "$CALLS/metadata"
		echo "$*" >>"$CALLS/calls"
		for service; do :; done
		[ ! -e "$CALLS/words" ] || cat "$CALLS/words" >&2
		if [ -e "$CALLS/says" ]; then cat "$CALLS/says"; else
			echo "{\"type\": \"info\", \"message\": \"preparing $service\"}"
			echo '{"type": "debug", "message": "only for --verbose"}'
			echo "{\"type\": \"setenv\", \"message\": \"URL=https://cloud/$service?a=b\"}"
		fi
		[ ! -e "$CALLS/status" ] || exit "$(cat "$CALLS/status")"
		[ ! -e "$CALLS/hang" ] || { echo $$ >"$CALLS/pid"; exec sleep 1000; }
	SH
	chmod +x "$BATS_FILE_TMPDIR/bin/cloud"
	export PATH=$PATH:$BATS_FILE_TMPDIR/bin
}

# provided [LINE…]: a web that needs two databases of the provider; further lines are its own
provided() {
	export CALLS=$PWD
	{
		cat <<-'YAML'
			services:
			  main-db: {provider: {type: cloud, options: {size: 10, tag: [a, b]}}}
			  cache: {provider: {type: cloud, options: {size: "1"}}, depends_on: [main-db]}
			  web:
			    image: busybox
			    init: true
			    command: sh -c 'env | grep cloud; exec sleep 1000'
			    depends_on: [main-db, cache]
		YAML
		printf '    %s\n' "$@"
	} >compose.yaml
}

environment() { field web-1 '{{range .Config.Env}}{{println .}}{{end}}' | grep -E 'cloud|REGION' | sort | paste -sd' '; }
called() { [ "$(sort calls | paste -sd';')" = "$1" ] || { cat calls; return 1; }; }

@test "up asks the provider, and who depends on it learns what it says; down and stop" {
	provided
	run -0 flow up -d
	has "preparing main-db" "preparing cache"
	[[ $output != *"only for --verbose"* ]]
	[ "$(environment)" = "CACHE_URL=https://cloud/cache?a=b MAIN-DB_URL=https://cloud/main-db?a=b" ]
	[ "$(cat calls)" = "compose --project-name=$PROJECT up --size=10 --tag=a --tag=b main-db
compose --project-name=$PROJECT up --size=1 cache" ]
	[ "$(names)" = web-1 ]
	# a second one finds nothing to do
	id=$(ids)
	run -0 flow --verbose up -d
	has "only for --verbose" "nothing to do"
	run -0 flow --debug up -d
	has "only for --verbose"
	[ "$(ids)" = "$id" ]
	# another answer is another container; so it is with --no-deps
	echo '{"type":"rawsetenv","message":"REGION=eu"}' >says
	run -0 flow up -d --no-deps web
	[ "$(environment)" = "REGION=eu" ]
	rm says calls
	# it does not say that it can stop
	flow stop 2>/dev/null
	[ ! -e calls ]
	run -0 flow down
	[ "$(names)" = "" ]
	[ "$(cat calls)" = "compose --project-name=$PROJECT down --size=1 cache
compose --project-name=$PROJECT down --size=10 --tag=a --tag=b main-db" ]
}

@test "what the provider's metadata says: parameters, stop" {
	provided
	cat >metadata <<-'JSON'
		{"description": "A cloud", "stop": {"parameters": []},
		 "up": {"parameters": [{"name": "size", "required": true, "type": "integer"}]}, "down": {"parameters": []}}
	JSON
	flow up -d 2>/dev/null
	called "compose --project-name=$PROJECT up --size=1 cache;compose --project-name=$PROJECT up --size=10 main-db"
	rm calls
	flow stop 2>/dev/null
	called "compose --project-name=$PROJECT stop cache;compose --project-name=$PROJECT stop main-db"
	is web-1 exited
	sed -i 's/"size"/"region"/' metadata
	run -1 flow up -d
	has 'compose.yaml:2:13: error: services.main-db.provider: required parameter "region" is missing from provider "cloud" definition'
	is web-1 exited
}

@test "what goes wrong is told, and nothing depends on it" {
	provided
	echo '{"type": "error", "message": "no quota left"}' >says
	run -1 flow up -d
	has "compose.yaml:2:13: error: services.main-db.provider: no quota left"
	[ "$(names)" = "" ]
	echo 'hello there' >says
	run -1 flow up -d
	has "invalid response from plugin: hello there"
	echo '{"type": "setenv", "message": "NOVALUE"}' >says
	run -1 flow up -d
	has "invalid response from plugin: NOVALUE"
	: >says
	echo 3 >status
	printf 'disk \033[31mfull\n' >words
	run -1 flow up -d
	has "failed to create service provider: exit status 3" 'disk \x1b[31mfull'
	[ "$(names)" = "" ]
	sed -i 's/type: cloud/type: nosuch/' compose.yaml
	rm calls
	run -1 flow up -d
	has "compose.yaml:2:13: error: services.main-db.provider: provider nosuch is not there" "docker-nosuch" "compose.yaml:3"
	run -1 flow plan
	has "provider nosuch is not there"
	sed -i 's/type: nosuch/type: compose/' compose.yaml
	run -1 flow up -d
	has "'compose' is not a valid provider type"
	[ ! -e calls ]
}

@test "a variable of the file's gives way, with a warning; nothing of it in a plan" {
	provided 'environment: {REGION: mine, OTHER: kept}'
	echo '{"type":"rawsetenv","message":"REGION=eu"}' >says
	run -0 flow --dry-run up
	has "$PROJECT-web-1" create
	[ ! -e calls ]
	run -0 flow up -d
	has 'provider "main-db" overrides environment variable "REGION" in service "web"'
	[ "$(environment)" = "REGION=eu" ]
	field web-1 '{{.Config.Env}}' | grep -q OTHER=kept
	flow down 2>/dev/null
	run -0 --separate-stderr flow run --rm web env
	grep -qx REGION=eu <<<"$output"
}

@test "a service of a provider has no containers" {
	provided
	for words in "run --rm main-db" "scale main-db=2" "up --scale main-db=2"; do
		run -2 flow $words
		has "services.main-db.provider: cannot ${words%% *}" "provider cloud brings it up" || [[ $words == up* ]]
	done
	run -0 flow plan
	has "note: service main-db: its provider cloud is asked first"
	[ ! -e calls ]
	# what another file of the project has made for it is left alone
	docker run -d --name "$PROJECT-main-db-1" --label com.docker.compose.project="$PROJECT" --label com.docker.compose.service=main-db \
		--label com.docker.compose.container-number=1 --label com.docker.compose.oneoff=False --label com.docker.compose.config-hash=x busybox sleep 1000
	flow up -d 2>/dev/null
	is main-db-1 running
}

@test "an interrupt ends the provider, too" {
	provided
	touch hang
	begin log up
	until_true test -s pid
	kill -INT "$pid"
	ends 130
	run ! kill -0 "$(cat pid)"
	[ "$(names)" = "" ]
}

@test "a plugin of docker's command line is a provider" {
	provided
	mkdir -p docker/cli-plugins
	cp "$BATS_FILE_TMPDIR/bin/cloud" docker/cli-plugins/docker-plug
	sed -i 's/type: cloud/type: plug/' compose.yaml
	run -0 env DOCKER_CONFIG="$PWD/docker" "$FLOW" up -d
	[ "$(environment)" = "CACHE_URL=https://cloud/cache?a=b MAIN-DB_URL=https://cloud/main-db?a=b" ]
	need_peer
	# docker compose makes the same containers of it
	id=$(ids)
	run -0 env DOCKER_CONFIG="$PWD/docker" "$PEER" up -d
	[ "$(ids)" = "$id" ]
}

# handed_on: a file of docker compose's whose db docker flow brings up
handed_on() {
	mkdir -p docker/cli-plugins
	ln -s "$FLOW" docker/cli-plugins/docker-flow
	compose <<-'YAML'
		services:
		  db: {provider: {type: flow, options: {file: flow.yaml}}}
		  web: {image: busybox, init: true, command: sh -c 'wget -qO- http://db:8080/ >/found; exec sleep 1000', depends_on: [db]}
	YAML
	cat >flow.yaml <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sh -c 'mkdir /w; echo hello >/w/index.html; exec httpd -f -p 8080 -h /w'
		    expose: [8080]
		    depends_on: [data]
		    x-flow: {healthcheck: {tcp: {port: 8080}}}
		  data: {image: busybox, init: true, command: sleep 1000}
	YAML
	export DOCKER_CONFIG=$PWD/docker
}

@test "docker compose has one service brought up by docker flow" {
	need_peer
	handed_on
	run -0 peer up -d
	[ "$(names)" = "data-1 db-1 web-1" ]
	field web-1 '{{.Config.Env}}' | grep -q 'DB_HOST=db DB_PORT=8080\|DB_PORT=8080 DB_HOST=db'
	until_true docker exec "$PROJECT-web-1" grep -q hello /found
	id=$(ids)
	run -0 peer up -d
	[ "$(ids)" = "$id" ]
	# what it has made says nothing of who has told it what, but by the names
	run -0 flow plan --exit-code
	[ "$output" = "nothing to do" ]
	run -0 peer down
	[ -z "$(names)" ]
	[ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
}

@test "docker flow asks docker flow" {
	handed_on
	run -0 flow up -d
	has "Service db: container $PROJECT-db-1: Started"
	[ "$(names)" = "data-1 db-1 web-1" ]
	until_true docker exec "$PROJECT-web-1" grep -q hello /found
	id=$(ids)
	run -0 flow up -d
	[ "$(ids)" = "$id" ]
	flow stop 2>/dev/null
	is db-1 exited
	run -0 flow down
	[ -z "$(names)" ]
	[ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
}

@test "what a provider has made is nobody's orphan, and down tells what becomes of it" {
	handed_on
	run -0 flow up -d
	[[ $output != *orphan* ]]
	[ "$(field data-1 '{{index .Config.Labels "docker-flow.provider"}}')" = db ]
	run -0 flow up -d --remove-orphans
	is data-1 running
	run -0 flow ps --orphans=false
	has "$PROJECT-data-1"
	run -0 flow down --dry-run
	has "container $PROJECT-data-1 is left to the provider of service db"
	[ "$(names)" = "data-1 db-1 web-1" ]
	run -0 flow down --remove-orphans
	[[ $output != *orphan* && $output != *stays* ]]
	has "Service db: container $PROJECT-data-1: Removed" "Service db: network ${PROJECT}_default: Removed"
	[ -z "$(names)" ]
	[ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
	# a provider that has left the file leaves orphans
	flow up -d 2>/dev/null
	sed -i 's/provider:.*/image: busybox, init: true, command: sleep 1000}/' compose.yaml
	run -0 flow plan
	has "orphan container $PROJECT-data-1 (service data is not in the file): remove with --remove-orphans"
}

@test "start and restart ask the provider, too" {
	handed_on
	flow up -d 2>/dev/null
	flow stop 2>/dev/null
	is data-1 exited
	run -0 flow start --dry-run
	has "service db: its provider flow is asked first"
	is data-1 exited
	run -0 flow start
	for name in data-1 db-1 web-1; do is "$name" running; done
	since=$(field data-1 '{{.State.StartedAt}}')
	run -0 flow restart web
	[ "$(field data-1 '{{.State.StartedAt}}')" = "$since" ]
	run -0 flow restart
	for name in data-1 db-1 web-1; do is "$name" running; done
	[ "$(field data-1 '{{.State.StartedAt}}')" != "$since" ]
	# what cannot be is refused before it is asked
	flow stop 2>/dev/null
	docker rm "$PROJECT-web-1" >/dev/null
	run ! flow start web
	is data-1 exited
}

@test "start and restart ask a provider that cannot stop to bring up what is selected" {
	provided
	flow up -d 2>/dev/null
	for words in start restart "start web"; do
		rm calls
		flow $words 2>/dev/null
		called "compose --project-name=$PROJECT up --size=1 cache;compose --project-name=$PROJECT up --size=10 --tag=a --tag=b main-db"
	done
	rm calls
	flow restart web 2>/dev/null
	[ ! -e calls ]
	echo '{"type": "error", "message": "no quota left"}' >says
	flow stop 2>/dev/null
	run -1 flow start
	has "services.main-db.provider: no quota left"
	is web-1 exited
}

@test "a plan takes what the provider has told before as unchanged" {
	provided 'environment: {REGION: mine, CACHE_SIZE: "1"}'
	printf '{"type":"%s","message":"%s"}\n' rawsetenv REGION=eu setenv 'URL=https://cloud/?$x' >says
	run -0 flow plan
	has "what it tells who depends on it is not known yet"
	flow up -d 2>/dev/null
	[ "$(field web-1 '{{index .Config.Labels "docker-flow.provided"}}')" = "MAIN-DB_URL,REGION,CACHE_URL" ]
	rm calls
	run -0 flow plan --exit-code
	[ "$output" = "nothing to do" ]
	run -0 flow --dry-run up
	[ "$output" = "nothing to do" ]
	sed -i 's/sleep 1000/sleep 1001/' compose.yaml
	run -3 flow plan --exit-code --show-values
	has "sleep 1001" "service cache: its provider cloud is asked first; what it tells who depends on it counts as unchanged"
	[[ $output != *REGION* && $output != *cloud/* ]]
	[ ! -e calls ]
	# what the file says itself is no provider's
	sed -i 's/CACHE_SIZE: "1"/CACHE_SIZE: "2"/' compose.yaml
	run -0 flow plan --show-values
	has "environment.CACHE_SIZE: 1 -> 2"
}

@test "the port that dependents are told: of expose, else of x-flow's ports, else of its check" {
	handed_on
	said() { run -0 --separate-stderr flow compose --project-name="$PROJECT" up --file flow.yaml db; }
	said
	[[ $output == *'{"type":"setenv","message":"PORT=8080"}'* ]]
	sed -i '/expose/d' flow.yaml
	said
	[[ $output == *'{"type":"setenv","message":"HOST=db"}'*'{"type":"setenv","message":"PORT=8080"}'* ]]
	sed -i 's/x-flow: {/x-flow: {ports: [{internal: 8081}], /' flow.yaml
	said
	[[ $output == *'{"type":"setenv","message":"PORT=8081"}'* ]]
	sed -i 's/x-flow:.*/x-flow: {healthcheck: {exec: ["true"]}}/' flow.yaml
	said
	[[ $output == *'"HOST=db"'* && $output != *'"PORT='* ]]
}

@test "what docker flow says as a provider: JSON lines, and nothing else" {
	handed_on
	run -0 --separate-stderr flow compose metadata
	[ "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["up"]["parameters"][0]["name"])' <<<"$output")" = file ]
	run -2 --separate-stderr flow compose --project-name="$PROJECT" up db
	[ "$output" = '{"type":"error","message":"provider flow needs the option `file`: the compose file that has service db\n  hint: provider: {type: flow, options: {file: flow.yaml}}"}' ]
	run -2 --separate-stderr flow compose --project-name="$PROJECT" up --file=compose.yaml db
	[ "$output" = '{"type":"error","message":"compose.yaml:2:3: service db is of provider flow in this file, too"}' ]
	run -2 --separate-stderr flow compose --project-name="$PROJECT" up --file=nosuch.yaml db
	[[ $output == '{"type":"error",'*nosuch.yaml* ]]
	sed -i 's/mkdir/exit 3; mkdir/' flow.yaml
	run -1 --separate-stderr flow compose --project-name="$PROJECT" up --file flow.yaml db
	[[ ${lines[-1]} == '{"type":"error","message":'*"db-1"* ]]
	run -0 --separate-stderr flow compose --project-name="$PROJECT" down --file flow.yaml --service db other
	[ -z "$(names)" ]
	run -2 flow compose --project-name="$PROJECT" restart --file flow.yaml db
	has "up, down, stop or metadata"
}

@test "a provider's failure is told with its place, the last lines and what to do, whoever is in front" {
	handed_on
	cat >flow.yaml <<-'YAML'
		services:
		  db:
		    image: busybox
		    command: sh -c 'printf "no \033[31mtables\nin shop\n"; exit 1'
	YAML
	run -1 --separate-stderr flow compose --project-name="$PROJECT" up --file flow.yaml db
	printf '%s\n' "${lines[-1]}" >said
	# who sees the end first has the first line: the gate, or who looks whether it stays up
	jq -r 'select(.type == "error").message' said | sed 's/exited (1)$/exited with code 1/' >message
	diff message - <<-TEXT
		flow.yaml:2:3: services.db: container $PROJECT-db-1 exited with code 1
		    last lines of $PROJECT-db-1:
		    no \x1b[31mtables
		    in shop
		  hint: \`docker flow -p $PROJECT -f flow.yaml logs db\` shows all of its output
	TEXT
	# what it names is there
	run -0 flow -p "$PROJECT" -f flow.yaml logs db
	has "in shop"
	run -1 flow up -d
	has "compose.yaml:2:8: error: services.db.provider: flow.yaml:2:3: services.db: container $PROJECT-db-1 exited " \
		"     in shop" "hint: \`docker flow -p $PROJECT -f flow.yaml logs db\`"
	[[ $output != *--wait* && $output != *'\x0a'* ]]
	need_peer
	run -1 peer up -d
	has "flow.yaml:2:3: services.db: container $PROJECT-db-1 exited " "in shop" "hint: \`docker flow -p $PROJECT -f flow.yaml logs db\`"
}
