# Images that come from a registry: when, how often, with which credentials, and what is said when they do not come.
bats_require_minimum_version 1.5.0
load helper
load registry

setup_file() {
	registries_begin
	PROJECT=pull
	publish shop:old
	publish shop:new
}

teardown_file() { registries_end; }

eval "project_$(declare -f teardown)"
teardown() {
	project_teardown
	registries_forget
}

# sleeper NAME REFERENCE [KEYS]: a line for `services`
sleeper() { printf '  %s: {image: "%s", network_mode: none%s}\n' "$1" "$2" "${3:+, $3}"; }

# makes ARGUMENT…: `up` as far as images matter
makes() { flow up --no-start "$@"; }

# text NAME: what the image of a container was published with
text() { docker cp "$PROJECT-$1-1:/text" - | tar -xO; }

# pulls TRACE-FILE: how often the engine was asked for an image
pulls() { grep '"what":"http"' "$1" | grep -c '/images/create'; }

@test "up pulls what is missing, once for all who share it, and says how far it is" {
	retag shop new web
	retag shop old other
	{
		echo services:
		for name in web two three; do sleeper $name "$REGISTRY/shop:web" "init: true"; done
		sleeper other "$REGISTRY/shop:other" "init: true"
	} | compose
	FLOW_TRACE=$PWD/trace run -0 flow --progress plain up -d
	has " Image $REGISTRY/shop:web  Pulling" " Image $REGISTRY/shop:web  Pulled  "
	[ "$(pulls trace)" = 2 ]
	[ "$(text web) $(text three) $(text other)" = "shop:new shop:new shop:old" ]
	run -0 flow up -d
	[[ $output != *ull* ]]
	flow down -t 0
	docker rmi "$REGISTRY/shop:web" >/dev/null
	flow --progress json up --no-start web 2>json
	jq -se --arg name "$REGISTRY/shop:web" '
		map(select(.name == $name)) |
		(map(select(.kind == "step") | .state) == ["running", "done"]) and
		any(.kind == "progress" and .text == "Downloading" and .current > 0 and .current <= .total) and
		any(.text == "Pull complete")' json
	flow down -t 0
	docker rmi "$REGISTRY/shop:web" >/dev/null
	for words in 'up --no-start --quiet-pull web' 'create --quiet-pull web' 'run -d --quiet-pull web'; do
		flow down -t 0
		docker rmi "$REGISTRY/shop:web" >/dev/null 2>&1 || true
		# shellcheck disable=SC2086 # words
		flow --progress json $words 2>json >out
		jq -se 'all(.kind != "progress") and any(.kind == "step" and .text == "Pulled")' json
	done
}

@test "pull policies" {
	policies='always missing never daily every_1s'
	for policy in $policies; do retag shop old $policy; done
	{
		echo services:
		for policy in $policies; do sleeper $policy "$REGISTRY/shop:$policy" "pull_policy: $policy"; done
	} | compose
	run -1 makes
	has "services.never.image: image $REGISTRY/shop:never is not there, and the pull policy is \"never\"" "compose.yaml:4" "hint:"
	[ -z "$(ids)" ]
	docker pull -q "$REGISTRY/shop:never" >/dev/null
	FLOW_TRACE=$PWD/trace makes
	[ "$(pulls trace)" = 4 ]
	for policy in $policies; do retag shop new $policy; done
	makes
	[ "$(text always) $(text missing) $(text never) $(text daily)" = "shop:new shop:old shop:old shop:old" ]
	every_new() { makes every_1s && [ "$(text every_1s)" = shop:new ]; }
	until_true every_new
	makes --pull always
	[ "$(text missing) $(text daily)" = "shop:new shop:new" ]
}

@test "build beside image: the policy says which comes first" {
	retag shop old app
	mkdir app
	printf 'FROM busybox\nRUN echo built >/text\n' >app/Dockerfile
	app() { { echo services:; sleeper app "$REGISTRY/shop:$1" "build: app, pull_policy: $2"; } | compose; }
	app app build
	FLOW_TRACE=$PWD/trace makes
	[ "$(text app)" = built ]
	[ "$(pulls trace)" = 0 ]
	app app always
	makes
	[ "$(text app)" = shop:old ]
	app nowhere missing
	run -0 makes
	has "Not pulled, to be built" Built
	[ "$(text app)" = built ]
}

@test "a digest says which image, whatever the tag" {
	digest=$(curl -sfI -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' "http://$REGISTRY/v2/shop/manifests/old" |
		tr -d '\r' | sed -n 's/^Docker-Content-Digest: //p')
	{
		echo services:
		sleeper web "$REGISTRY/shop@$digest"
		sleeper both "$REGISTRY/shop:new@$digest"
	} | compose
	makes
	[ "$(text web) $(text both)" = "shop:old shop:old" ]
	FLOW_TRACE=$PWD/trace run -0 makes
	[ "$(requests trace)" -le 3 ]
	{ echo services:; sleeper wrong "$REGISTRY/shop@sha256:$(printf '%064d' 1)"; } | compose
	run -1 makes
	has "services.wrong.image: cannot pull $REGISTRY/shop@sha256:0" "compose.yaml:2" "hint:"
}

@test "a tag that is not there: the service, the place, what to do; the others come up" {
	retag shop old web
	{
		echo services:
		sleeper web "$REGISTRY/shop:web"
		sleeper gone "$REGISTRY/shop:gone"
	} | compose
	FLOW_TRACE=$PWD/trace run -1 makes
	has "compose.yaml:3" "services.gone.image: cannot pull $REGISTRY/shop:gone" "not found" "hint: check name and tag"
	[ "$(grep '"what":"http"' trace | grep -c /images/create)" = 2 ]
	[[ $output != *Again* ]]
}

@test "a registry that is down at first: tried again, ever later, and it says so" {
	need python3
	beside flaky.log python3 "$BATS_TEST_DIRNAME/flaky.py" 2 "$REGISTRY" port
	until_true test -s port
	{ echo services:; sleeper web "127.0.0.1:$(cat port)/shop:old"; } | compose
	FLOW_TRACE=$PWD/trace run -0 makes
	has "Again: " "503 Service Unavailable; again in 0.5s (try 2 of 4)" "again in 1.0s (try 3 of 4)" Pulled
	[ "$(pulls trace)" = 3 ]
	[ "$(text web)" = shop:old ]
}

@test "a registry that limits pulls: tried again when it says, and it says what helps" {
	need python3
	beside flaky.log python3 "$BATS_TEST_DIRNAME/flaky.py" 2 "$REGISTRY" port 'retry-after: 20ms, allowed: 1/minute'
	until_true test -s port
	{ echo services:; sleeper web "127.0.0.1:$(cat port)/shop:old"; } | compose
	FLOW_TRACE=$PWD/trace run -0 makes
	has "Again: " "retry-after: 20ms, allowed: 1/minute; again in 0.0s (try 2 of 5)" Pulled
	[ "$(pulls trace)" = 3 ]
	beside limit.log python3 "$BATS_TEST_DIRNAME/flaky.py" 1000 "$REGISTRY" limit 'You have reached your pull rate limit. retry-after: 6h'
	until_true test -s limit
	{ echo services:; sleeper web "127.0.0.1:$(cat limit)/shop:old"; } | compose
	FLOW_TRACE=$PWD/trace2 run -1 makes
	has "You have reached your pull rate limit" "docker login 127.0.0.1:$(cat limit)"
	[ "$(pulls trace2)" = 1 ]
}

@test "an interrupt ends a pull that gets no answer" {
	need python3
	beside silent.log python3 -u -c 'import socket, time; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1]); time.sleep(1000)'
	until_true test -s silent.log
	{ echo services:; sleeper web "127.0.0.1:$(cat silent.log)/shop:old"; } | compose
	begin log up -d
	until_true grep -q Pulling log
	kill -INT "$pid"
	ends 130 || { cat log; return 1; }
	begin log pull
	until_true grep -q Pulling log
	kill -INT "$pid"
	ends 130
	[ "$(tail -n 1 log)" = interrupted ] # and nothing of containers
}

# there NAME: whether the engine has an image of the open registry
there() { docker image inspect "$REGISTRY/shop:$1" >/dev/null 2>&1; }

@test "pull: all images, once each, there or not; what has none is skipped; nothing is made" {
	retag shop old web
	retag shop old db
	{
		echo services:
		sleeper web "$REGISTRY/shop:web" "depends_on: [db]"
		sleeper two "$REGISTRY/shop:web"
		sleeper db "$REGISTRY/shop:db"
		sleeper never "$REGISTRY/shop:no" "pull_policy: never"
		echo '  built: {build: app}'
	} | compose
	run -0 flow pull web
	has " Image $REGISTRY/shop:web  Pulling" " Image $REGISTRY/shop:web  Pulled  "
	[[ $output != *shop:db* ]]
	there web && ! there db
	run -0 flow pull --include-deps web
	has "$REGISTRY/shop:db  Pulled"
	there db
	FLOW_TRACE=$PWD/trace run -0 flow --progress plain pull
	has "service two: Skipped - Image is already being pulled by web" "service built: Skipped - No image to be pulled" "service never: Skipped"
	[ "$(pulls trace)" = 2 ]
	[ -z "$(ids)" ]
	rm trace
	FLOW_TRACE=$PWD/trace run -0 flow pull --policy missing web db
	has "Skipped - Image is already present locally"
	[ "$(pulls trace)" = 0 ]
	retag shop new web
	flow pull web
	[ "$(docker image inspect -f '{{.Id}}' "$REGISTRY/shop:web")" != "$(docker image inspect -f '{{.Id}}' "$REGISTRY/shop:db")" ]
	run -2 flow pull nosuch
	has "no such service: nosuch"
}

@test "pull: a failure keeps no other from going on, all are told, and they can be warnings only" {
	retag shop old web
	{
		echo services:
		sleeper gone "$REGISTRY/shop:gone"
		sleeper web "$REGISTRY/shop:web"
		sleeper both "$REGISTRY/shop:both" "build: app"
	} | compose
	run -1 flow pull
	has "services.gone.image: cannot pull $REGISTRY/shop:gone" "compose.yaml:2" "$REGISTRY/shop:web  Pulled" \
		"services.both.image: cannot pull" "docker flow build both"
	there web
	run -0 flow pull --ignore-pull-failures
	has "$REGISTRY/shop:gone  Not pulled" "warning: services.gone.image: cannot pull $REGISTRY/shop:gone" "$REGISTRY/shop:web  Pulled"
	has "warning: Some service image(s) must be built from source by running:" "docker flow build both"
	FLOW_TRACE=$PWD/trace run -1 flow pull --ignore-buildable
	has "service both: Skipped - Image can be built"
	[ "$(pulls trace)" = 2 ]
}

@test "pull --quiet leaves out how far it is" {
	retag shop old web
	{ echo services:; sleeper web "$REGISTRY/shop:web"; } | compose
	run -0 flow --progress json pull
	has '"kind":"progress"'
	docker rmi "$REGISTRY/shop:web" >/dev/null
	run -0 flow --progress json pull -q
	[[ $output != *'"kind":"progress"'* ]]
	has '"text":"Pulled"'
	run -0 flow --dry-run pull
	has "1  image  $REGISTRY/shop:web  pull"
}

@test "pull: an image that may become only so old is as new as its pull" {
	retag shop old web
	{ echo services:; sleeper web "$REGISTRY/shop:web" "pull_policy: every_1h"; } | compose
	flow pull
	FLOW_TRACE=$PWD/trace flow pull
	grep -q 'shop:web/tag' trace
	rm trace
	FLOW_TRACE=$PWD/trace makes
	[ "$(pulls trace)" = 0 ]
}

# credentials AUTHS [MORE]: a configuration of docker for this test
credentials() {
	mkdir -p config
	export DOCKER_CONFIG=$PWD/config
	printf '{"auths": {%s}%s}\n' "$1" "${2:+, $2}" >config/config.json
}

# no_leak PASSWORD: neither it nor any form it is sent in was printed or traced
no_leak() {
	local form
	for form in "$1" "$(printf 'anna:%s' "$1" | base64)" "$(printf '{"username":"anna","password":"%s"' "$1" | base64 -w 0 | cut -c1-60)"; do
		! grep -qF -- "$form" trace || return 1
		[[ $output != *"$form"* ]] || return 1
	done
}

@test "a registry with a password: none, a wrong one, the right one" {
	{ echo services:; sleeper web "$PRIVATE/shop:old"; } | compose
	FLOW_TRACE=$PWD/trace run -1 makes
	has "services.web.image: cannot pull $PRIVATE/shop:old" "no basic auth credentials" "hint:" "docker login $PRIVATE"
	[ "$(pulls trace)" = 1 ]
	credentials "\"$PRIVATE\": {\"auth\": \"$(printf anna:battery-staple | base64)\"}"
	rm trace
	FLOW_TRACE=$PWD/trace run -1 makes
	has "services.web.image: cannot pull $PRIVATE/shop:old" unauthorized "hint:" "docker login $PRIVATE"
	[ "$(pulls trace)" = 1 ]
	no_leak battery-staple
	credentials "\"$PRIVATE\": {\"auth\": \"$(printf anna:correct-horse | base64)\"}"
	rm trace
	FLOW_TRACE=$PWD/trace run -0 flow --verbose up --no-start
	no_leak correct-horse
	[ "$(text web)" = shop:old ]
	[[ $(docker inspect "$PROJECT-web-1") != *correct-horse* ]]
}

@test "a credential helper: its answer, its failure, its absence" {
	mkdir bin
	cat >bin/docker-credential-safe <<-SH
		#!/bin/sh
		[ "\$1" = get ] && [ "\$(cat)" = "$PRIVATE" ] || exit 1
		[ ! -e "$PWD/locked" ] || { echo the safe is locked; exit 1; }
		echo '{"ServerURL": "$PRIVATE", "Username": "anna", "Secret": "correct-horse"}'
	SH
	chmod +x bin/docker-credential-safe
	PATH=$PWD/bin:$PATH
	{ echo services:; sleeper web "$PRIVATE/shop:old" "pull_policy: always"; } | compose
	credentials '' "\"credHelpers\": {\"$PRIVATE\": \"safe\"}"
	FLOW_TRACE=$PWD/trace run -0 makes
	no_leak correct-horse
	[ "$(text web)" = shop:old ]
	touch locked
	run -1 makes
	has "docker-credential-safe gives no credentials for $PRIVATE: the safe is locked" "no basic auth credentials" "compose.yaml:2"
	credentials "\"$PRIVATE\": {\"auth\": \"$(printf anna:correct-horse | base64)\"}" '"credsStore": "lost"'
	run -0 makes
	has "docker-credential-lost" "config.json"
}

@test "a pull that fails leaves out who asked for it, and nobody who does with the image that is there" {
	docker tag busybox 127.0.0.1:1/app
	{
		echo services:
		sleeper has 127.0.0.1:1/app
		sleeper asks 127.0.0.1:1/app "pull_policy: always"
		sleeper other 127.0.0.1:1/app "platform: linux/s390x"
	} | compose
	run -1 makes
	has "compose.yaml:3:" "services.asks.image: cannot pull 127.0.0.1:1/app" "compose.yaml:4:" "services.other.image: cannot pull" \
		"Service asks: left out" "Service other: left out"
	[[ $output != *"Service has"* && $(names) = has-1 ]]
	sed -i 's/has: {/&environment: {A: b}, /' compose.yaml
	run -1 makes
	[ "$(field has-1 '{{index .Config.Env 0}}')" = A=b ]
	run -1 makes --pull always has
	has "services.has.image: cannot pull" "Service has: left out"
	docker rmi 127.0.0.1:1/app >/dev/null 2>&1 || true
}

# make_web BASE [KEYS]: builds it anew on the base; its /uuid tells one run from another
make_web() {
	compose <<-YAML
		services:
		  web:
		    image: $REGISTRY/shop:made
		    network_mode: none
		    build:
		      context: .
		      ${2:-}
		      dockerfile_inline: |
		        FROM $1
		        RUN ["/busybox", "sh", "-c", "/busybox cat /proc/sys/kernel/random/uuid >/uuid"]
	YAML
	makes --build
}

@test "a build's base comes from the registry, a newer one when it asks for it; so does its cache" {
	uuid() { docker cp "$PROJECT-web-1:/uuid" - | tar -xO; }
	retag shop old base
	make_web "$REGISTRY/shop:base" 'cache_to: [type=inline]'
	[ "$(text web)" = shop:old ]
	first=$(uuid)
	docker push -q "$REGISTRY/shop:made" >/dev/null
	flow down -t 0
	docker rmi -f "$REGISTRY/shop:made" >/dev/null
	curl -sf -X POST --unix-socket "${DOCKER_HOST#unix://}" 'http://engine/v1.41/build/prune?all=1' >/dev/null
	make_web "$REGISTRY/shop:base" "cache_from: [\"$REGISTRY/shop:made\"]"
	[ "$(uuid)" = "$first" ]
	docker pull -q "$REGISTRY/shop:base"
	retag shop new base
	make_web "$REGISTRY/shop:base"
	[ "$(text web)" = shop:old ]
	make_web "$REGISTRY/shop:base" 'pull: true'
	[ "$(text web)" = shop:new ]
}

@test "build --pull looks for a newer base" {
	retag shop old base
	docker pull -q "$REGISTRY/shop:base"
	retag shop new base
	compose <<<"services: {web: {image: '$REGISTRY/shop:made', build: {context: ., dockerfile_inline: 'FROM $REGISTRY/shop:base'}}}"
	flow build
	makes
	[ "$(text web)" = shop:old ]
	flow build --pull
	makes
	[ "$(text web)" = shop:new ]
}

@test "a build whose base needs a password says so, and is made with docker's login" {
	credentials "\"$PRIVATE\": {\"auth\": \"$(printf anna:battery-staple | base64)\"}"
	run -1 make_web "$PRIVATE/shop:old"
	has "services.web.build" "hint:" "docker login"
	no_leak battery-staple
	credentials "\"$PRIVATE\": {\"auth\": \"$(printf anna:correct-horse | base64)\"}"
	make_web "$PRIVATE/shop:old"
	[ "$(text web)" = shop:old ]
}

@test "--parallel-pull, --parallel-build, --parallel: how much at a time" {
	for name in one two three; do retag shop old $name; done
	{
		echo services:
		for name in one two three; do
			sleeper $name "$REGISTRY/shop:$name"
			printf '  %s: {build: {context: ., dockerfile_inline: "FROM busybox\\nRUN echo %s"}}\n' "b$name" $name
		done
	} | compose
	# most ARGUMENT…: how many steps ran at the same time
	most() {
		rm -f trace
		FLOW_TRACE=$PWD/trace flow "$@" >/dev/null 2>&1
		jq -rs 'map(select(.what == "step")) | reduce .[] as $e ({now: 0, most: 0};
			.now += (if $e.state == 2 then 1 elif $e.state == 3 then -1 else 0 end) | .most = ([.now, .most] | max)) | .most' trace
	}
	[ "$(most pull)" = 3 ]
	[ "$(most --parallel-pull 1 pull)" = 1 ]
	[ "$(most --parallel 2 pull)" = 2 ]
	[ "$(most --parallel 1 --parallel-pull -1 pull)" = 3 ]
	[ "$(most build)" = 3 ]
	[ "$(most --parallel-build 1 build)" = 1 ]
	[ "$(most --parallel-pull 1 --parallel-build 2 build)" = 2 ]
	docker rmi -f "$PROJECT-bone" "$PROJECT-btwo" "$PROJECT-bthree" >/dev/null
}
